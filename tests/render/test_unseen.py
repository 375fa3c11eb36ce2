"""Invisible differences, made visible."""

import sys
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.render.unseen import _exposed, _look, told_apart, unseen_difference
from reconciler.safe_text import visible
from tests.building import texts

PIECES = st.sampled_from(
    [
        *(
            "a",
            " ",
            "  ",
            "\t",
            "\n",
            "\u00a0",
            "\u2009",
            "\u3000",
            "\u2800",
            "\u200d",
            "\ufe0f",
        ),
        *("\u200b", "\u3164", "\r"),
        *("e\u0301", "é", "\u212b", "Å", "\u1112\u1161\u11ab", "한", "\u0323\u0301", "\u0301\u0323", "\\u{a0}", "\\"),
    ]
)
LINES = st.lists(PIECES, max_size=4).map("".join) | texts | st.text(max_size=6)


@given(LINES, LINES)
@example("a\u00a0b", "a b")
@example("a\\u{200b}b", "a\u200bb")
@example("q\u0323\u0301", "q\u0301\u0323")
@example("one\nzwei", "one \nthree")
@example("a\na ", "a \na")
@example("a\\u{a0}b\na b", "a\u00a0b\na b")
@example("한", "\u1112\u1161\u11ab")
def test_two_texts_that_differ_look_different(before: str, after: str) -> None:
    shown = told_apart(before, after)
    looks = [[_look(line) for line in text.split("\n")] for text in shown]
    assert (looks[0] == looks[1]) == (before == after)


@given(LINES, LINES)
def test_only_lines_that_look_alike_are_changed(before: str, after: str) -> None:
    lines = {*before.split("\n"), *after.split("\n")}
    if len(set(map(_look, lines))) == len(lines) and "\\u{" not in before + after:
        assert told_apart(before, after) == (before, after)


def test_nothing_of_an_exposed_line_folds_or_composes() -> None:
    lines = (_exposed(f"a{character}b") for character in map(chr, range(sys.maxunicode + 1)))
    assert [line for line in lines if _look(line) != visible(line)] == []


@given(LINES)
def test_a_text_is_never_told_apart_from_itself(text: str) -> None:
    assert told_apart(text, text) == (text, text)
    assert unseen_difference(text, text) == ""


@pytest.mark.parametrize(
    ("before", "after", "shown", "said"),
    [
        ("10 000", "10\u00a0000", ("10 000", r"10\u{a0}000"), "white space"),
        ("one two", "one  two", ("one two", r"one\u{20}\u{20}two"), "white space"),
        ("one\ttwo", "one two", ("one\ttwo", "one two"), ""),
        ("a\nline one", "a\nline one ", ("a\nline one", "a\nline one\\u{20}"), "white space"),
        ("a\n\nb", "a\n \nb", ("a\n\nb", "a\n\\u{20}\nb"), "white space"),
        ("Café", "Cafe\u0301", ("Café", r"Cafe\u{301}"), "how letters are composed"),
        ("\u212b", "Å", (r"\u{212b}", "Å"), "how letters are composed"),
        ("❤", "❤\ufe0f", ("❤", r"❤\u{fe0f}"), "characters that cannot be seen"),
        ("é ", "e\u0301", (r"é\u{20}", r"e\u{301}"), "characters that cannot be seen"),
        ("a\nb", "a\r\nb", ("a\nb", "a\r\nb"), ""),
        ("a b", "ab", ("a b", "ab"), ""),
        ("a\u00a0b\nc", "a b\nd", ("a\\u{a0}b\nc", "a b\nd"), ""),
    ],
)
def test_what_is_not_seen_is_written_as_its_code_and_said_in_words(
    before: str, after: str, shown: tuple[str, str], said: str
) -> None:
    assert told_apart(before, after) == shown
    assert unseen_difference(before, after) == (f"differs only in {said}" if said else "")
    assert normalize("NFC", visible(shown[0])) != normalize("NFC", visible(shown[1]))
