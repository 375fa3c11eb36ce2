"""Expressions match what Python's own do, whatever the text, and never take long."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.expressions import MOST_STEPS, expression

PIECES = (
    *["a", "b", "-", "é", " ", "\n", ".", r"\.", r"\d", r"\w", r"\S", r"\x61", r"\u00e9", r"\n", "[ab]", "[^a]"],
    *["[]a]", r"[\]\-]", "[a-c-]", "(", "(?:", "(?P<name>", ")", "|", "*", "+", "?", "{2}", "{1,2}", "{,2}", "{1,}"],
    *["{", "}", "{,}", "{x}", "*?", "+?", "??", "{1,2}?", "^", "$", r"\A", r"\Z", "(?i)", "A"],
)
PATTERNS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
TEXTS = st.text(st.sampled_from("abcAé-. \n]9_{}"), max_size=6)


def accepted(pattern: str) -> bool:
    try:
        expression(pattern)
    except Wrong:
        return False
    return True


@given(PATTERNS.filter(accepted), TEXTS)
@example("", "")
@example("(a|b)*?-", "abba-")
@example("(?i)é[a-b]", "ÉA")
@example("^a|b$", "b")
@example(r"\Aa{,2}\Z", "aa")
@example("(a*)*b", "aab")
def test_a_text_matches_where_python_says_so(pattern: str, text: str) -> None:
    assert expression(pattern).matches(text) == bool(re.fullmatch(pattern, text))


@given(PATTERNS)
@example("(?x)a")
def test_what_python_refuses_is_refused(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error:
        assert not accepted(pattern)


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "(.*a){20}b", ".*.*.*.*.*b", "(a?){50}a{50}b", "(a|b)*a(a|b){99}"]
)
def test_no_expression_takes_long_on_a_long_text(pattern: str) -> None:
    assert not expression(pattern).matches("a" * 100_000 + "c")


def test_what_is_known_of_odd_texts_stays_small() -> None:
    rule = expression("[^a]*")
    assert rule.matches("".join(map(chr, range(0x4E00, 0x4E00 + 12_000))))
    assert not rule.matches("".join(map(chr, range(0x4E00, 0x4E00 + 12_000))) + "a")


@pytest.mark.parametrize(
    ("pattern", "token"),
    [
        ("(?=a)b", "(?="),
        ("(?!a)b", "(?!"),
        ("(?<=a)b", "(?<="),
        ("(?<!a)b", "(?<!"),
        ("(?>a)b", "(?>"),
        ("(?i:a)b", "(?i"),
        ("(?s)a", "(?s"),
        ("(?#a)", "(?#"),
        (r"\bab", r"\b"),
        (r"a\Bb", r"\B"),
        (r"(a)\1", r"\1"),
        (r"a\01", r"\0"),
        ("a++", "++"),
        ("a{2}+", "{2}+"),
        ("a$b", "$"),
        ("a^b", "^"),
        ("(a$)", "$"),
        ("(^a)", "^"),
    ],
)
def test_what_looks_around_is_refused(pattern: str, token: str) -> None:
    with pytest.raises(Wrong, match=re.escape(f"'{token}' is not supported here")):
        expression(pattern)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "not a regular expression: missing )"),
        ("*", "not a regular expression: nothing to repeat"),
        ("[[a]", "not a regular expression: Possible nested set"),
        ("a{99999999999}", "not a regular expression: the repetition number is too large"),
        ("a{1001}", f"more than {MOST_STEPS:,} steps"),
        ("((){1000}){1000}", f"more than {MOST_STEPS:,} steps"),
        ("(a{0,100}){100}", f"more than {MOST_STEPS:,} steps"),
        ("(" * 400 + ")" * 400, "nested too deeply"),
        ("a" * 1001, "longer than 1,000 characters"),
    ],
)
def test_what_is_wrong_is_said(pattern: str, said: str) -> None:
    with pytest.raises(Wrong) as refused:
        expression(pattern)
    assert said in refused.value.message
    assert refused.value.code == "bad-expression"
    assert refused.value.hint


def test_an_expression_is_equal_to_one_with_the_same_text() -> None:
    assert expression("a+") == expression("a+") != expression("a*")
