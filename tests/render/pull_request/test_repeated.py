"""Repeated events in comments."""

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import Change, FieldChange, Origin, Source, Update
from reconciler.event import Identity
from reconciler.planning.plan import Plan
from reconciler.render.pull_request.comment import COMMENT_LIMIT, comment
from reconciler.render.pull_request.review import Ended, Proposed, Review, Watched
from tests.building import HOSTILE
from tests.render.pages import LINKS, leaks, left_out
from tests.render.series import (
    CANCELLED,
    HOUR,
    LINK,
    WEEK,
    changed,
    deleted,
    moved,
    new,
    office,
    plan_of,
    series_plans,
    told_of,
)


def page(*changes: Change, limit: int = COMMENT_LIMIT) -> str:
    return comment(Review(plan_of(*changes), Proposed(), links=LINKS, compared=True), limit)


def items(page: str) -> list[str]:
    """Return the repeated events of a page."""
    return re.findall(r"^- ((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) .*)", page, re.MULTILINE)


def of_origin(change: Change, origin: Origin) -> Change:
    return replace(change, fields=tuple(replace(field, origin=origin) for field in change.fields))


# Laws


@given(series_plans())
def test_every_event_of_a_series_is_told_once_with_all_that_changes(plan: Plan) -> None:
    shown = comment(Review(plan, Proposed(), links=LINKS))
    read = html.unescape(shown)
    assert len(items(shown)) == len(plan.changes)
    assert all(value in read for change in plan.changes for value in told_of(change))
    assert leaks(shown) == []


@given(st.integers(2, 40), st.integers(2, 40), st.integers(4_000, 9_000))
def test_what_is_shown_and_what_is_left_out_are_all_events(one: int, other: int, limit: int) -> None:
    changes = *(office(day) for day in range(one)), *(new(week) for week in range(other))
    shown = page(*changes, limit=limit)
    assert len(shown.encode()) <= limit
    assert len(items(shown)) + left_out(shown, "repeated event") == len(changes)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hostile_text_acts_in_a_group(text: str) -> None:
    source = Source(text, 3)
    fields = (LINK, FieldChange(f"customProperties.{text}", text, f"{text}!", 3), FieldChange("eventName", text, "x"))
    changes = [
        replace(change, name=text, source=source, refused=text, fields=(*change.fields, *fields), series=text)
        for change in (new(0), new(1, {"eventType": text}), moved(2, HOUR), changed(3, CANCELLED), deleted(4))
    ]
    for plan in (plan_of(*changes), replace(plan_of(*(of_origin(each, Origin.BOTH) for each in changes)))):
        receipt = Receipt(plan.portal, plan.digest, tuple(Result(one, Outcome.FAILED, text) for one in plan.changes))
        for state in (Proposed(), Ended(receipt)):
            assert leaks(comment(Review(plan, state, text, LINKS))) == []


# Room


def test_a_thousand_new_events_are_all_told() -> None:
    shown = page(*(office(day) for day in range(1_000)))
    assert len(items(shown)) == 1_000
    assert left_out(shown, "repeated event") == 0
    assert items(shown)[1] == "Tue 6 Apr 2027 10:00\N{EN DASH}12:00"


def test_where_there_is_room_each_event_has_its_ids_and_its_line() -> None:
    shown = page(*(office(day) for day in range(100)))
    link = "[line 6](<https://github.com/acme/events/blob/0a1b2c3/events/office.yaml#L6>)"
    assert items(shown)[1] == f"Tue 6 Apr 2027 10:00\N{EN DASH}12:00 · office-1 · {link}"


def test_an_event_without_a_time_keeps_its_ids_where_room_is_scarce() -> None:
    undated = [
        replace(new(week, {"startDateTime": None, "endDateTime": None}), source=Source(f"{week}.yaml", 1))
        for week in range(1_000)
    ]
    shown = page(*undated)
    assert "- weekly-demo-2027-04-15 · [0&#46;yaml&#58;1]" in shown
    assert left_out(shown, "repeated event") > 0


def test_what_people_may_be_registered_for_stands_before_what_is_new() -> None:
    group = [new(week) for week in range(2)]
    shown = page(*group, moved(5, HOUR), *(office(day) for day in range(2)), deleted(6))
    assert [item[:6] for item in items(shown)] == ["Thu 20", "Thu 27", "Thu 15", "Thu 22", "Mon 5 ", "Tue 6 "]
    many = page(*(office(day) for day in range(200)), moved(5, HOUR), deleted(6), limit=5_000)
    assert [item[:6] for item in items(many)][:2] == ["Thu 20", "Thu 27"]


def test_new_events_leave_room_for_a_deletion_of_another_event() -> None:
    alone = replace(deleted(1, registrants=3), series=None, identity=Identity("acme", "old", "9"))
    shown = page(*(office(day) for day in range(500)), alone, limit=5_000)
    assert left_out(shown, "repeated event") > 0
    assert "| **Weekly demo**<br>acme/old (object 9)" in shown


# Titles and states


def test_other_events_with_the_same_action_are_counted_as_more() -> None:
    single = replace(office(9), name="Other", identity=Identity("acme", "other"))
    update = replace(changed(1, LINK), series=None)
    shown = page(office(1), office(2), single, update)
    assert "#### 🔁 Repeated events\n" in shown
    assert "#### 🆕 Create 1 more event\n" in shown
    assert "#### ✏️ Update 1 event\n" in shown


def test_what_is_not_done_stands_first_in_its_group() -> None:
    plan = plan_of(new(0), new(1), new(2))
    ends = (Outcome.DONE, Outcome.FAILED, Outcome.DONE)
    results = tuple(Result(change, end) for change, end in zip(plan.changes, ends, strict=True))
    shown = comment(Review(plan, Ended(Receipt(plan.portal, plan.digest, results))))
    assert [item.rpartition(" · ")[2] for item in items(shown)] == ["❌ failed", "✅ done", "✅ done"]


def test_an_event_without_a_result_has_no_outcome() -> None:
    plan = plan_of(new(0), new(1))
    shown = comment(Review(plan, Ended(Receipt(plan.portal, plan.digest, ()))))
    assert items(shown) == [f"Thu {day} Apr 2027 16:00\N{EN DASH}17:00" for day in (15, 22)]


# Drift


def drift(*changes: Change) -> str:
    plan = plan_of(*(of_origin(change, Origin.HUBSPOT) for change in changes))
    return comment(Review(plan, Watched(), links=LINKS, compared=True))


SIDES = "HubSpot holds the time before the arrow, the files say the one after it."


def test_drift_of_a_series_stands_together_too() -> None:
    shown = drift(moved(0, HOUR), new(1), new(2), replace(changed(3, LINK), series=None))
    assert "#### 🌊 Drift: 3 repeated events changed in HubSpot, not by these files\n" in shown
    assert "#### 🌊 Drift: 1 more event changed in HubSpot, not by these files\n" in shown
    assert shown.count("deleted in HubSpot; an apply makes it again") == 1
    assert SIDES in shown


def test_the_sides_of_an_arrow_are_told_where_there_is_one() -> None:
    assert SIDES not in drift(changed(0, LINK), changed(1, LINK))
    assert SIDES not in page(moved(0, WEEK))


def test_an_event_that_files_and_hubspot_changed_stands_in_both_parts() -> None:
    files, hubspot = replace(LINK, origin=Origin.FILES), FieldChange("eventType", "a", "b", 4, Origin.HUBSPOT)
    shown = page(*(changed(week, files, hubspot) for week in range(2)))
    assert len(items(shown)) == 4
    assert "HubSpot holds: a<br>the files say: b" in shown


def test_of_very_many_fields_the_rest_is_counted() -> None:
    fields = tuple(FieldChange(f"customProperties.p{number:02}", "a", "b") for number in range(25))
    change: Update = changed(0, *fields)
    assert "p19: a → b<br>and 5 more fields" in page(change)
    assert "and 5 more fields" in drift(change)
