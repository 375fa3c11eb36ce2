"""A plan in plain English, every sentence of it true."""

import re
from dataclasses import replace
from typing import TypeVar

import pytest
from hypothesis import given

from reconciler.change import Change, Create, Delete, FieldChange, Origin, Update, cancels, completes
from reconciler.planning.orphans import OrphanVerdict
from reconciler.planning.plan import Plan
from reconciler.render import words
from reconciler.render.markdown import escaped
from reconciler.render.pull_request.paragraph import paragraph
from reconciler.render.pull_request.style import quoted_name
from reconciler.safe_text import visible
from tests.building import HOSTILE, plans, texts
from tests.render.series import new, plan_of
from tests.render.situations import DAY, END, FORGOTTEN, NOTHING, PLAN, START, SUMMIT, create, delete, move, update

# Laws


def nameless(plan: Plan, names: int = 5) -> str:
    return paragraph(plan, lambda _: "N", names)


def number_before(pattern: str, told: str) -> int:
    """Return the number that stands before the words, or 0 if they are not there."""
    found = re.search(rf"(?:^|(?<=\. ))(\d+) {pattern}", told)
    return int(found[1]) if found else 0


def lost(pattern: str, told: str) -> int:
    """Return the number of events reported as lost in some way: one is named without a number."""
    found = re.search(rf"registered for (?:N|(\d+) events?),? (?:which|that) (?:is|are) {pattern}", told)
    return 0 if found is None else int(found[1] or 1)


@given(plans)
def test_the_numbers_are_those_of_the_plan(plan: Plan) -> None:
    for names in (0, 5):
        told = nameless(plan, names)
        assert number_before("new ", told) == plan.count(Create)
        assert lost("deleted", told) == plan.count(Delete)
        assert lost("cancelled", told) == sum(map(cancels, plan.changes))
        assert number_before("events? that no file declares", told) == sum(1 for _ in words.spared(plan.orphans))
        assert number_before("changes? undo", told) == having(plan, Origin.HUBSPOT)
        assert number_before("changes? (?:is|are) merged, waiting to be applied", told) == having(plan, Origin.PENDING)
        assert number_before("changes? (?:is a|are) conflict", told) == having(plan, Origin.BOTH)
        assert ("completed, which cannot be undone" in told) == any(map(completes, plan.changes))
        assert ("Nothing is deleted" in told) == (bool(plan.changes) and not plan.count(Delete))
        assert (words.NO_CHANGES in told) == plan.is_fulfilled
        assert ("Nothing would be written" in told) == (not (plan.changes or plan.is_fulfilled))


def having(plan: Plan, origin: Origin) -> int:
    return sum(any(field.origin is origin for field in change.fields) for change in plan.changes)


@given(plans)
def test_every_changed_event_is_told_of(plan: Plan) -> None:
    updates = [change for change in plan.changes if isinstance(change, Update)]
    told = paragraph(replace(plan, changes=tuple(updates)), lambda name: f"[{visible(name)}]")
    for change in updates:
        field = change.field("eventName")
        names = [words.title(change), *([str(field.after), str(field.before)] if field else [])]
        assert any(f"[{visible(name)}]" in told for name in names)


@given(plans)
def test_without_names_only_numbers_and_our_own_words_are_said(plan: Plan) -> None:
    told = paragraph(plan, lambda _: "@", 0)
    assert "@" not in told
    assert len(told.encode()) < 1_500
    assert re.fullmatch(r"[A-Za-z0-9 .,;:]*", told)


@given(plans)
def test_nothing_but_names_can_act(plan: Plan) -> None:
    assert re.fullmatch(r"[A-Za-z0-9 .,;:@]*", paragraph(plan, lambda _: "@"))


@given(texts)
def test_a_name_cannot_leave_its_quotation_marks(name: str) -> None:
    inner = quoted_name(f"“{name}”")[1:-1]
    assert not set("“”\n") & set(inner)
    assert inner == visible(inner)


def test_a_long_name_is_cut() -> None:
    assert quoted_name("x" * 61) == f"“{'x' * 60}…”"


# Sentences


_Kind = TypeVar("_Kind", Create, Update)


def told(*changes: Change) -> list[str]:
    """Return the sentences about changes, without the closing ones."""
    text = paragraph(replace(NOTHING, changes=changes))
    text = re.sub(r" ?Nothing is deleted( or cancelled)?\.", "", text)
    return re.split(r"(?<=\.) ", text)


def flag(key: str, name: str, *, after: bool, registrants: int | None = 0) -> Update:
    return update(key, key.title(), FieldChange(name, not after, after=after), registrants=registrants)


def in_london(change: _Kind) -> _Kind:
    return replace(change, timezone="Europe/London")


DAYS = tuple(update(f"day{n}", f"Day {n}", *DAY.fields, registrants=n) for n in range(7))


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ((), ["No changes.", "HubSpot holds what the files declare."]),
        ((create("a", "A"),), ["1 new event: “A”."]),
        ((create("a", "A", "2027-05-31T22:30:00Z", kind="Trade_Show"),), ["1 new trade show in June 2027: “A”."]),
        (
            (create("a", "A", "2027-05-01T10:00:00Z"), create("b", "B", "2028-02-01T10:00:00Z")),
            ["2 new events from May 2027 to February 2028: “A” and “B”."],
        ),
        (
            (create("a", "A", "2027-05-01T10:00:00Z", kind="WEBINAR"), create("b", "B", kind="WEBINAR")),
            ["2 new webinars: “A” and “B”."],
        ),
        ((create("a", "A", kind="WEBINAR"), create("b", "B", kind="DEMO")), ["2 new events: “A” and “B”."]),
        (
            tuple(create(str(n), f"E{n}") for n in range(17)),
            ["17 new events: “E0”, “E1”, “E2”, “E3”, “E4” and 12 more."],
        ),
        (
            (*(create(f"a{n}", "A") for n in range(5)), *(create(f"b{n}", f"B{n}") for n in range(7))),
            ["12 new events: “A” (5 times), “B0”, “B1”, “B2”, “B3” and 3 more."],
        ),
        (
            (DAY,),
            [
                (
                    "“Product day” moves from Wed 12 May 18:00 to Thu 13 May 2027 19:00 (+1 day 1 h); "
                    "41 people are registered."
                )
            ],
        ),
        (
            (update("a", "A", move("2026-12-31T12:00:00Z", "2027-01-01T12:00:00Z"), registrants=1),),
            ["“A” moves from Thu 31 Dec 2026 13:00 to Fri 1 Jan 2027 13:00 (+1 day); 1 person is registered."],
        ),
        (
            (update("a", "A", move("2027-05-12T16:00:00Z", "2027-05-12T17:00:30Z", END), registrants=None),),
            [
                (
                    "“A” changes its end from 18:00 to 19:00:30 on Wed 12 May 2027 (+1 h 30 s); "
                    "HubSpot does not say how many people are registered."
                )
            ],
        ),
        (
            DAYS,
            [
                (
                    "7 events move: “Day 0”, “Day 1”, “Day 2”, “Day 3”, “Day 4” and 2 more; "
                    "21 people are registered for them."
                )
            ],
        ),
        (
            (update("a", "A", FieldChange("startDateTime", None, "2027-05-12T16:00:00Z")),),
            ["“A” gets a date: Wed 12 May 2027 18:00."],
        ),
        (
            (
                in_london(update("a", "A", FieldChange("startDateTime", None, "2027-05-12T16:00:00Z"))),
                in_london(DAY),
                in_london(create("b", "B", "2027-05-31T22:30:00Z")),
            ),
            [
                "1 new event in May 2027: “B”.",
                (
                    "“Product day” moves from Wed 12 May 17:00 to Thu 13 May 2027 18:00, London time (+1 day 1 h); "
                    "41 people are registered."
                ),
                "“A” gets a date: Wed 12 May 2027 17:00 London.",
            ],
        ),
        (
            (update("a", "A\u00a0B", FieldChange("eventName", "A B", "A\u00a0B")),),
            ["“A\u00a0B” changes its name only in what cannot be seen."],
        ),
        (
            (update("a", "A", FieldChange("eventName", None, "\u3164")),),
            ["“A” changes in its name."],
        ),
        (
            tuple(update(n, n, FieldChange("eventName", "Cafe\u0301", "Café")) for n in "ab"),
            ["2 events change their names only in what cannot be seen: “a” and “b”."],
        ),
        (
            (update("a", "A", move("2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z")),),
            ["“A” changes in its start."],
        ),
        (
            tuple(update(str(n), f"E{n}", FieldChange(START, None, "2027-05-12T16:00:00Z")) for n in range(3)),
            ["3 events get a date: “E0”, “E1” and “E2”."],
        ),
        (
            tuple(update(str(n), f"E{n}", FieldChange("eventName", "Old", f"E{n}")) for n in range(3)),
            ["3 events are renamed: “E0”, “E1” and “E2”."],
        ),
        ((SUMMIT,), ["“Old summit” is renamed to “Summit”.", "“Summit” changes in its custom properties."]),
        (
            (update("a", "A", FieldChange("eventName", f"{'a' * 60} old", f"{'a' * 60} new")),),
            [f"“{'a' * 60}…” is renamed, in a part not shown here."],
        ),
        (
            (flag("ada", "eventCompleted", after=True),),
            ["“Ada” is marked as completed, which cannot be undone."],
        ),
        (
            (flag("ada", "eventCancelled", after=False), flag("bob", "eventCancelled", after=False)),
            ["2 events are no longer cancelled: “Ada” and “Bob”."],
        ),
        (
            (flag("ada", "eventCancelled", after=True, registrants=0),),
            ["Nobody is registered for “Ada”, which is cancelled."],
        ),
        (
            (flag("ada", "eventCancelled", after=True, registrants=3), flag("bob", "eventCancelled", after=True)),
            ["3 people are registered for 2 events that are cancelled: “Ada” and “Bob”."],
        ),
        (
            (delete("a", "A", 3), delete("b", "B", None), delete("c", "C", 9)),
            [
                (
                    "At least 12 people are registered for 3 events that are deleted with their attendance history: "
                    "“C”, “A” and “B”."
                )
            ],
        ),
        (
            (delete("a", "A", 1), delete("b", "B", None)),
            [
                (
                    "At least 1 person is registered for 2 events that are deleted with their attendance history: "
                    "“A” and “B”."
                )
            ],
        ),
        (
            (
                update("a", "A", FieldChange("eventType", "x", "y"), FieldChange("eventUrl", None, "z")),
                update("b", "B", FieldChange("endDateTime", None, "2027-05-12T16:00:00Z")),
            ),
            ["2 events change in their type, end and link: “A” and “B”."],
        ),
        (
            (update("a", "A", FieldChange("startDateTime", "2027-05-12T16:00:00Z", None)),),
            ["“A” changes in its start."],
        ),
    ],
)
def test_each_kind_of_change_has_its_sentence(changes: tuple[Change, ...], sentences: list[str]) -> None:
    assert told(*changes) == sentences


def called_off(key: str, name: str) -> Create:
    made = create(key, name, START)
    return replace(made, fields=(*made.fields[:-1], FieldChange("eventCancelled", None, after=True)))


def test_new_events_that_are_cancelled_from_the_start_are_counted() -> None:
    assert told(called_off("a", "A"))[0].endswith("“A”; it is cancelled from the start.")
    several = told(called_off("a", "A"), create("b", "B", START), called_off("c", "C"))[0]
    assert several.endswith("“C”; 2 of them are cancelled from the start.")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ((DAY,), "Nothing is deleted or cancelled."),
        ((flag("ada", "eventCancelled", after=True),), "Nothing is deleted."),
    ],
)
def test_what_does_not_happen_is_said_too(changes: tuple[Change, ...], sentence: str) -> None:
    assert paragraph(replace(NOTHING, changes=changes)).endswith(sentence)


def test_several_orphans_are_left_alone() -> None:
    orphans: tuple[OrphanVerdict, ...] = (FORGOTTEN, FORGOTTEN)
    assert paragraph(replace(NOTHING, orphans=orphans)).endswith("2 events that no file declares are left alone.")


def test_drift_and_conflicts_are_counted() -> None:
    assert "1 change undoes what somebody did in HubSpot: “Partner evening”. 1 change is a conflict, " in paragraph(
        PLAN
    )


def test_names_are_written_as_the_page_wants_it() -> None:
    changes = tuple(create(str(n), text) for n, text in enumerate(HOSTILE[:3]))
    told = paragraph(replace(NOTHING, changes=changes), escaped)
    assert all(escaped(text) in told for text in HOSTILE[:3])


def test_events_of_a_series_are_named_by_it_and_counted() -> None:
    names = [{"eventName": f"Weekly demo #{week}"} for week in range(3)]
    several = plan_of(*(new(week, named) for week, named in enumerate(names)))
    assert "3 new webinars in April 2027: “Weekly demo” (3 times)." in paragraph(several)
    assert "1 new webinar in April 2027: “Weekly demo #0”." in paragraph(plan_of(new(0, names[0])))
