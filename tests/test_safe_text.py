"""Nothing that is printed acts: at a terminal, or in the log of a workflow."""

import sys
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.applying.receipt import Receipt, Result
from reconciler.diagnostics import Diagnostic
from reconciler.doctor.findings import Finding, Verdict, report
from reconciler.planning.plan import Plan
from reconciler.render import markdown, text, words
from reconciler.render.json import diagnostics_json, plan_json, receipt_json
from reconciler.render.pull_request import drift, problems, unreviewed
from reconciler.render.pull_request.comment import comment
from reconciler.render.pull_request.review import Proposed, Review
from reconciler.safe_text import inert, inert_line, visible
from tests.building import diagnostics, plans, receipts, results, texts
from tests.github.runner_parser import possible_commands
from tests.hostile import COMMANDS, acting, anything

JOINERS = "\u200c\u200d"
"""Join letters and emoji, which some scripts cannot be written without."""
TAGS = "".join(map(chr, range(0xE0000, 0xE0080)))
"""Invisible characters that can spell whole texts; some are not assigned yet, and hidden all the same."""


# Characters


def acts_or_hides(character: str) -> bool:
    """Return whether a character controls a terminal, turns the direction of a text, or is invisible."""
    if character in TAGS:
        return True
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in JOINERS


def test_no_character_that_acts_or_hides_is_let_through() -> None:
    let_through = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if acts_or_hides(character) and character in visible(character)
    ]
    assert let_through == []


@given(texts.filter(lambda text: not any(map(acts_or_hides, text))))
def test_every_other_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(texts, texts)
def test_texts_become_visible_piece_by_piece(one: str, other: str) -> None:
    assert visible(one + other) == visible(one) + visible(other)
    assert visible(visible(one)) == visible(one)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x1b[31m", r"\u{1b}[31m"),
        ("\u202eevil", r"\u{202e}evil"),
        ("\u2028", r"\u{2028}"),
        ("\ud800", r"\u{d800}"),
        ("\U000e0041", r"\u{e0041}"),
        ("\u00adsoft", r"\u{ad}soft"),
        ("naïve 日本 👩\u200d💻 क्\u200cष", "naïve 日本 👩\u200d💻 क्\u200cष"),
        ("no\u00a0break", "no\u00a0break"),
    ],
)
def test_a_character_that_acts_or_hides_is_shown_by_its_code(text: str, shown: str) -> None:
    assert visible(text) == shown


# Any text


@pytest.mark.parametrize("one", COMMANDS)
def test_each_known_trick_is_a_command_until_it_is_made_inert(one: str) -> None:
    assert possible_commands(one)
    assert not possible_commands(inert(one))
    assert not possible_commands(inert_line(one))


@given(anything)
@example("\u2028::x::")
def test_nothing_acts_in_a_text_that_is_inert(one: str) -> None:
    for made in (inert(one), inert_line(one)):
        assert not possible_commands(made)
        assert acting(made) == []
        assert inert(made) == made


@given(st.lists(anything, max_size=5))
def test_lines_that_were_made_inert_one_by_one_are_so_together(lines: list[str]) -> None:
    assert not possible_commands("\n".join(f"  {inert_line(line)}" for line in lines))


@given(anything)
def test_a_line_stays_one_and_a_text_keeps_its_lines(one: str) -> None:
    assert "\n" not in inert_line(one)
    assert inert(one).count("\n") == one.count("\n")


@given(anything)
def test_of_a_visible_text_nothing_is_taken_away(one: str) -> None:
    assert inert_line(one).replace("\\", "") == visible(one).replace("\\", "")


@pytest.mark.parametrize(
    "one",
    [
        *("", "Spring launch: 10:30", "Acme :: Spring", "std::string and a[::2]", "#1 ## [x] #[y]", "(::)"),
        *("https://a.example/#[x]", "events/a.yaml:3:7: no", "  + Launch\n    acme/launch\n", "👩\u200d💻 ❤\ufe0f"),
    ],
)
def test_a_harmless_text_stays_as_it_is(one: str) -> None:
    assert inert(one) == one


def test_what_was_made_inert_can_still_be_read() -> None:
    assert inert("Launch ##[add-mask]e") == "Launch ##\\[add-mask]e"
    assert inert("  ::error::boo") == "  \\::error::boo"


# All forms of output

findings: st.SearchStrategy[Finding] = st.builds(
    Finding, st.sampled_from(["token", "portal"]), st.sampled_from(Verdict), texts, st.none() | texts
)


@given(plans)
def test_the_forms_with_escapes_of_their_own_are_inert_by_themselves(plan: Plan) -> None:
    seen = Review(plan, Proposed(), "##[error]")
    pages = [plan_json(plan), markdown.plan(plan), comment(seen), drift.issue_body(plan, "::error::")]
    assert [inert(page) for page in pages] == pages


@given(receipts)
def test_receipts_too(receipt: Receipt) -> None:
    pages = [receipt_json(receipt), markdown.receipt(receipt)]
    assert [inert(page) for page in pages] == pages


@given(st.lists(diagnostics, max_size=3).map(tuple), st.lists(results, max_size=3), texts)
def test_what_a_pull_request_is_told_beside_its_plan_is_inert_too(
    found: tuple[Diagnostic, ...], left: list[Result], why: str
) -> None:
    pages = [diagnostics_json(found), problems.problems_comment(found), unreviewed.note(why, left, [])]
    assert [inert(page) for page in pages] == pages


@given(plans)
def test_the_fixed_lines_of_a_plan_stay_as_they_are(plan: Plan) -> None:
    assert inert(text.plan(plan)).splitlines()[-2:] == [words.summary(plan), words.digest_line(plan)]


@given(receipts)
def test_the_fixed_lines_of_a_receipt_stay_as_they_are(seen: Receipt) -> None:
    receipt = replace(seen, verified=seen.verified and ())
    assert inert(text.receipt(receipt)).splitlines()[-2:] == [words.applied(receipt), words.verified(receipt)]


@given(plans, receipts, st.lists(diagnostics, max_size=3), st.lists(findings, max_size=3))
def test_the_texts_hold_no_more_lines_than_they_were_given(
    plan: Plan, receipt: Receipt, found: list[Diagnostic], examined: list[Finding]
) -> None:
    for page in (text.plan(plan), text.receipt(receipt), text.diagnostics(found), report(examined)):
        assert inert(page).splitlines() == [inert_line(line) for line in page.split("\n")][:-1]
