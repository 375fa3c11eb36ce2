"""Comments of pull requests, read by a real renderer."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import Change, Create, Delete, FieldChange, Origin, Source, Update
from reconciler.diagnostics import Diagnostic, Place, Severity, info
from reconciler.event import Identity
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Plan
from reconciler.planning.set_aside import SetAside
from reconciler.portal import Portal
from reconciler.render import words
from reconciler.render.pull_request.comment import SUMMARY_LIMIT, comment
from reconciler.render.pull_request.page import About, is_marked, mark
from reconciler.render.pull_request.review import Applying, Awaiting, Declined, Ended, Proposed, Review, State, Watched
from tests.building import HOSTILE, PORTAL, changes, diagnostics, plans, receipts, results, texts
from tests.render.pages import LINKS, broken_rows, fences, leaks, left_out, rows
from tests.render.situations import DAY, END, IN_PART, LAUNCH, NOTHING, PLAN, START, WELL, create, delete, update

declined: st.SearchStrategy[State] = st.builds(
    Declined, texts, st.lists(diagnostics, max_size=2).map(tuple), st.lists(changes, max_size=2).map(tuple)
)
waiting: st.SearchStrategy[State] = st.sampled_from([Proposed(), Awaiting(), Applying(), Watched()])
ended: st.SearchStrategy[State] = receipts.map(Ended)
awaiting: st.SearchStrategy[State] = st.lists(results, max_size=2).map(tuple).map(Awaiting)
states = waiting | awaiting | ended | declined
reviews = st.builds(
    Review,
    plan=plans,
    state=states,
    environment=st.none() | texts,
    links=st.just(LINKS),
    compared=st.booleans(),
)


def reviewed(state: State, plan: Plan = PLAN) -> str:
    return comment(Review(plan, state, "production", LINKS, compared=True))


def full_of(text: str, number: int = 1) -> Plan:
    """Return a plan that holds a text wherever one can be, and the largest number of each kind of thing."""
    origins = (Origin.FILES, Origin.HUBSPOT, Origin.BOTH)
    fields = (
        *(FieldChange(f"customProperties.{text}{origin}", text, f"{text}!", 3, origin) for origin in origins),
        FieldChange("eventName", text, f"{text}!"),
        FieldChange("startDateTime", "2027-05-12T16:00:00Z", "2028-05-12T16:00:00Z"),
        FieldChange("eventCancelled", before=False, after=True),
        FieldChange("eventCompleted", before=False, after=True),
    )
    each = [f"{text}{n}" for n in range(number)]
    diagnostic = Diagnostic(Severity.WARNING, "guard-x", text, Place(text), text)
    return Plan(
        Portal(10**12, text, "Europe/Berlin", "2026-03", None),
        (
            *(Create(Identity(text, one), text, fields, Source(text, 1)) for one in each),
            *(Update(Identity(text, one, "1"), text, fields, Source(text, 1), 10**9) for one in each),
            *(Delete(Identity(text, one, "2"), text, fields, None, None) for one in each),
        ),
        10**9,
        orphans=tuple(OrphanVerdict(Identity(text, one), text, text, text, None, Will.NOTHING, text) for one in each),
        foreign=10**9,
        diagnostics=(diagnostic, replace(diagnostic, code=text)) * number,
    )


def all_states(plan: Plan, text: str) -> list[State]:
    results = tuple(Result(change, Outcome.FAILED, text) for change in plan.changes)
    receipt = Receipt(plan.portal, plan.digest, results, plan.changes, written=True)
    declined = Declined(text, plan.diagnostics, plan.changes)
    return [Proposed(), Awaiting(results), Applying(), Ended(receipt), declined, Watched()]


# Laws


@given(reviews)
def test_nothing_that_a_review_tells_acts_in_a_page(review: Review) -> None:
    assert leaks(comment(review)) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hostile_text_acts_wherever_it_stands(text: str) -> None:
    plan = full_of(text)
    for state in all_states(plan, text):
        assert leaks(comment(Review(plan, state, text, LINKS))) == []


@given(reviews, st.integers(4_000, 12_000))
def test_a_comment_stays_under_its_limit_and_whole(review: Review, limit: int) -> None:
    page = comment(review, limit)
    assert len(page.encode()) <= limit
    assert broken_rows(page) == []
    assert page.count("```") == 2 * len(fences(page, "mermaid"))
    assert is_marked(page, review.environment)


@pytest.mark.parametrize("limit", [4_000, 5_000, 60_000])
@pytest.mark.parametrize("text", ["@\n" * 300, "x" * 2000, "日本" * 200, " ", "Summit"])
def test_the_largest_plan_keeps_what_always_stays(text: str, limit: int) -> None:
    plan = full_of(text, 60)
    for state in all_states(plan, text):
        page = comment(Review(plan, state, "production" * 4, LINKS), limit)
        assert len(page.encode()) <= limit
        assert leaks(page) == []
        assert broken_rows(page) == []
        assert f"\n{words.summary(plan)}\n{words.digest_line(plan)}\n" in page
        assert "At least 60000000000 people are registered for 60 events that are cancelled" not in page
        assert "60000000000 people are registered for 60 events that are cancelled" in page
        assert ("> **60 events are deleted, with the attendance history.**" in page) != isinstance(state, Ended)


@given(st.integers(0, 60), st.integers(4_000, 20_000))
def test_what_is_shown_and_what_is_left_out_are_all_changes(number: int, limit: int) -> None:
    changes: tuple[Change, ...] = tuple(create(f"new-{n}", f"New {n}") for n in range(number))
    changes += tuple(delete(f"x{n}", "Old") for n in range(number))
    page = comment(Review(Plan(PORTAL, changes, 0), Proposed()), limit)
    assert rows(page) + left_out(page, "create") + left_out(page, "delete") == len(changes)


def test_a_summary_of_a_job_holds_what_a_comment_cannot() -> None:
    plan = Plan(PORTAL, tuple(create(f"new-{n}", f"New {n}") for n in range(2_000)), 0)
    review = Review(plan, Proposed(), links=LINKS)
    assert left_out(comment(review), "create") > 1_000
    assert rows(comment(review, SUMMARY_LIMIT)) == 2_000


def test_what_people_lose_is_shown_before_what_is_new() -> None:
    plan = Plan(PORTAL, (*(create(f"new-{n}", f"New {n}") for n in range(100)), delete("old", "Old")), 0)
    page = comment(Review(plan, Proposed()), 4_000)
    assert left_out(page, "create") > 0
    assert left_out(page, "delete") == 0


@pytest.mark.parametrize(
    ("registrants", "said"),
    [(18, "cancelled that people are registered for"), (None, "cancelled that people are, or may be, registered for")],
)
def test_a_cancellation_warns_no_more_surely_than_is_known(registrants: int | None, said: str) -> None:
    cancelled = FieldChange("eventCancelled", before=False, after=True)
    assert said in reviewed(
        Proposed(), replace(NOTHING, changes=(update("a", "A", cancelled, registrants=registrants),))
    )


def test_a_limit_that_nothing_fits_is_refused() -> None:
    with pytest.raises(ValueError, match="a page takes 4000 bytes or more, not 100"):
        comment(Review(PLAN, Proposed()), 100)


# Marks


@given(st.none() | texts)
def test_a_mark_is_one_hidden_line(environment: str | None) -> None:
    line = mark(environment)
    assert re.fullmatch(r"<!-- reconciler:comment:1 environment=[\w.~%-]* -->", line, re.ASCII)


@given(st.none() | texts, st.none() | texts)
def test_only_its_own_environment_finds_a_comment(one: str | None, other: str | None) -> None:
    assert is_marked(f"{mark(one)}\r\nmore", other) == (mark(one) == mark(other))


def test_a_mark_counts_only_at_the_very_start_and_for_its_kind() -> None:
    assert not is_marked(f" {mark('a')}", "a")
    assert not is_marked(f"text\n{mark('a')}", "a")
    assert not is_marked(mark("a"), "a", About.DRIFT)
    assert is_marked(mark("a", About.DRIFT), "a", About.DRIFT)


# States


LOST = SetAside(Identity(object_id="9"), "Lost", "object-not-live", Source("a.yaml", 1))


def state_of(receipt: Receipt) -> str:
    return reviewed(Ended(receipt)).split("\n")[3]


@pytest.mark.parametrize(
    ("receipt", "said"),
    [
        (WELL, "✅ **Applied and verified.** A second reading found no difference."),
        (replace(WELL, verified=None), "⚠️ **Applied, but not verified.**"),
        (replace(WELL, verified=(DAY,)), "⚠️ **Applied, but not verified.**"),
        (IN_PART, "❌ **Applied in part**: 3 of 7 changes."),
        (
            replace(WELL, results=(*WELL.results[:2], Result(DAY, Outcome.NOT_ATTEMPTED, "not reviewed"))),
            "✅ **Applied and verified**: 2 of 3 changes; the rows say why the others were left.",
        ),
        (replace(IN_PART, results=(Result(LAUNCH, Outcome.FAILED, "no"),)), "❌ **Not applied.**"),
        (replace(WELL, set_aside=(LOST,)), "⚠️ **Applied and verified**, except for 1 event set aside."),
        (
            replace(WELL, set_aside=(replace(LOST, preexisting=True),)),
            "✅ **Applied and verified.** A second reading found no difference.",
        ),
        (replace(WELL, results=(), set_aside=(LOST,), written=False), "❌ **Not applied.**"),
        (replace(WELL, results=(), verified=None, written=False), "⚠️ **Applied, but not verified.**"),
    ],
)
def test_a_receipt_is_told_in_one_line(receipt: Receipt, said: str) -> None:
    assert state_of(receipt) == said


def test_what_did_not_go_well_stands_first() -> None:
    results = (Result(LAUNCH, Outcome.DONE), Result(create("b", "Second"), Outcome.FAILED, "no"))
    plan = replace(NOTHING, changes=tuple(result.change for result in results))
    page = reviewed(Ended(Receipt(PORTAL, plan.digest, results, (), written=True)), plan)
    table = page.split("| Event |")[1]
    assert table.index("Second") < table.index("Spring launch")


def test_a_change_that_the_receipt_does_not_name_has_no_outcome() -> None:
    page = reviewed(Ended(replace(WELL, results=())), replace(NOTHING, changes=(LAUNCH,)))
    assert "yaml#L1>) |  |" in page


# Rows


def fields_of(*fields: FieldChange) -> str:
    plan = replace(NOTHING, changes=(Update(Identity("acme", "a"), "A", fields, Source("a.yaml", 1), 0),))
    (row,) = [line for line in comment(Review(plan, Proposed())).split("\n") if line.startswith("| **A**")]
    return row.split(" | ")[1]


def test_of_two_long_texts_only_what_differs_is_shown() -> None:
    before, after = f"{'a' * 100} red {'z' * 100}", f"{'a' * 100} blue {'z' * 100}"
    shown = f"description<br>&#45; …{'a' * 19} red {'z' * 19}…<br>&#43; …{'a' * 19} blue {'z' * 19}…"
    assert fields_of(FieldChange("eventDescription", before, after)) == shown


def test_of_a_text_of_several_lines_those_are_shown_that_differ() -> None:
    before, after = f"One\n{'a' * 100} red\nThree", f"One\n{'a' * 100} blue\nThree\nFour"
    shown = f"description<br>&#45; …{'a' * 19} red<br>&#43; …{'a' * 19} blue<br>&#43; Four"
    assert fields_of(FieldChange("eventDescription", before, after)) == shown


def test_of_many_lines_that_differ_some_are_shown() -> None:
    before = "\n".join(f"Line {n} of an old text" for n in range(100))
    shown = fields_of(FieldChange("eventDescription", before, "New"))
    assert shown.startswith("description<br>&#45; Line 0 of an old text<br>&#45; Line 1 of an old text<br>")
    told = re.search(r"<br>&#43; New<br>and (\d+) more lines$", shown)
    assert told is not None
    assert shown.count("&#45; ") + int(told[1]) == 100
    assert len(shown) < 600


def test_a_difference_that_nobody_sees_is_shown_and_said() -> None:
    changed = FieldChange("eventName", "10 000", "10\u00a0000")
    assert fields_of(changed) == "name: 10 000 → 10&#92;u{a0}000 (differs only in white space)"
    changed = FieldChange("eventDescription", "One\nTwo", "One \nTwo")
    assert fields_of(changed) == "description (differs only in white space)<br>&#45; One<br>&#43; One&#92;u{20}"


def test_a_time_that_moves_says_how_far_on_the_clocks_of_its_event() -> None:
    start = FieldChange(START, "2027-04-08T13:00:00Z", "2027-04-08T14:00:00Z", origin=Origin.FILES)
    end = replace(start, name=END, origin=Origin.HUBSPOT)
    change = replace(update("a", "A", start, end), timezone="Europe/London")
    page = comment(Review(replace(NOTHING, changes=(change,)), Proposed()))
    assert "times in Europe/Berlin unless a place is named\n" in page
    assert "**A** moves from 14:00 to 15:00 on Thu 8 Apr 2027, London time (+1 h); nobody is registered." in page
    assert "| starts: Thu 8 Apr 2027 14&#58;00 → 15&#58;00 London (+1 h) |" in page
    assert (
        "| ends<br>HubSpot holds: Thu 8 Apr 2027 14&#58;00 London<br>"
        "the files say: Thu 8 Apr 2027 15&#58;00 London (+1 h) |"
    ) in page
    assert "Thu 8 Apr 15#58;00, A (old)" in page
    assert "All times in Europe/Berlin." in page


def test_mere_details_are_no_notes() -> None:
    noted = replace(NOTHING, diagnostics=(info("identity-unproven", "by event id alone"), info("other", "more")))
    page = comment(Review(noted, Proposed()))
    assert "- more\n" in page
    assert "by event id alone" not in page


def test_a_long_text_that_comes_or_goes_is_cut_at_its_end() -> None:
    shown = fields_of(FieldChange("eventDescription", None, "a" * 1_000))
    assert shown == f"description: (empty) → {'a' * 397}…"


def test_many_fields_are_counted() -> None:
    fields = [FieldChange(f"customProperties.p{n}", "a", "b") for n in range(25)]
    assert fields_of(*fields).endswith("p19: a → b<br>and 5 more fields")


def test_a_change_without_fields_is_still_shown() -> None:
    assert fields_of() == ""
    plan = replace(NOTHING, changes=(Delete(Identity("acme", "x", "9"), None, ()),))
    assert rows(comment(Review(plan, Proposed()))) == 1


def test_what_was_deleted_in_hubspot_is_drift() -> None:
    fields = tuple(replace(field, origin=Origin.HUBSPOT) for field in LAUNCH.fields)
    page = reviewed(Proposed(), replace(NOTHING, changes=(replace(LAUNCH, fields=fields),)))
    assert "#### 🌊 Drift: 1 event changed in HubSpot, not by these files" in page
    assert "| deleted in HubSpot; an apply makes it again |" in page
    assert rows(page) == 1


def test_what_was_made_in_hubspot_and_is_declared_absent_is_drift() -> None:
    field = FieldChange("eventName", "Old", None, origin=Origin.HUBSPOT)
    change = Delete(Identity("acme", "old", "9"), "Old", (field,), Source("events/old.yaml", 1), 3)
    page = reviewed(Proposed(), replace(NOTHING, changes=(change,)))
    assert "| made in HubSpot, and declared absent; an apply deletes it |" in page
    assert rows(page) == 1


def test_more_events_than_can_be_named_are_counted_in_a_warning() -> None:
    plan = replace(NOTHING, changes=tuple(delete(f"x{n}", "Old", n) for n in range(7)))
    page = comment(Review(plan, Proposed()))
    assert "> - **Old**, 6 registered\n" in page
    assert "> - and 2 more\n" in page
