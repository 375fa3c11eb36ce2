"""The plan for events of ours that no file declares."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.event import Value, instant
from reconciler.planning.orphans import OrphanVerdict, Will, judge_orphan
from reconciler.policy import Orphans, Policy
from tests.building import NOW, counts, held_fields, live

SECOND = timedelta(seconds=1)
TOMORROW, YESTERDAY = instant(NOW + timedelta(days=1)), instant(NOW - timedelta(days=1))


def verdict(orphans: Orphans, fields: dict[str, Value], *, protect: tuple[str, ...] = ()) -> OrphanVerdict:
    return judge_orphan(live("7", "old", fields), Policy(orphans=orphans, protect=protect), NOW)


@pytest.mark.parametrize(
    ("orphans", "will", "why"),
    [
        (Orphans.REPORT, Will.NOTHING, "the settings say orphans: report"),
        (Orphans.CANCEL, Will.CANCEL, "the settings say orphans: cancel"),
        (Orphans.DELETE, Will.DELETE, "the settings say orphans: delete"),
    ],
)
def test_an_orphan_to_come_is_treated_as_the_settings_say(orphans: Orphans, will: Will, why: str) -> None:
    told = verdict(orphans, {"endDateTime": TOMORROW})
    assert (told.will, told.why) == (will, why)


def test_an_orphan_without_a_date_that_is_only_reported_anyway_needs_none() -> None:
    told = verdict(Orphans.REPORT, {})
    assert (told.will, told.why) == (Will.NOTHING, "the settings say orphans: report")


@pytest.mark.parametrize("orphans", [Orphans.CANCEL, Orphans.DELETE])
@pytest.mark.parametrize(
    "fields",
    [
        {"endDateTime": YESTERDAY},
        {"endDateTime": instant(NOW)},
        {"startDateTime": YESTERDAY},
        {"startDateTime": TOMORROW, "endDateTime": YESTERDAY},
    ],
)
def test_an_orphan_that_is_over_is_only_reported(orphans: Orphans, fields: dict[str, Value]) -> None:
    told = verdict(orphans, fields)
    assert (told.will, told.why) == (Will.NOTHING, "it is over, and its attendance is history worth keeping")


@pytest.mark.parametrize(
    "fields",
    [
        {"endDateTime": instant(NOW + SECOND)},
        {"startDateTime": YESTERDAY, "endDateTime": TOMORROW},
        {"startDateTime": TOMORROW},
    ],
)
def test_an_orphan_is_over_only_when_its_end_has_passed(fields: dict[str, Value]) -> None:
    assert verdict(Orphans.DELETE, fields).will is Will.DELETE


def test_an_orphan_without_any_date_is_only_reported() -> None:
    told = verdict(Orphans.DELETE, {"eventName": "Old"})
    assert (told.will, told.why) == (Will.NOTHING, "it has no date, so it may be over")


@pytest.mark.parametrize("orphans", [Orphans.CANCEL, Orphans.DELETE])
def test_a_protected_orphan_is_only_reported(orphans: Orphans) -> None:
    told = verdict(orphans, {"endDateTime": TOMORROW}, protect=("ol*",))
    assert (told.will, told.why) == (Will.NOTHING, "it is protected")


def test_a_cancelled_orphan_is_not_cancelled_again() -> None:
    told = verdict(Orphans.CANCEL, {"endDateTime": TOMORROW, "eventCancelled": True})
    assert (told.will, told.why) == (Will.NOTHING, "it is cancelled already")


def test_a_cancelled_orphan_is_deleted_all_the_same() -> None:
    assert verdict(Orphans.DELETE, {"endDateTime": TOMORROW, "eventCancelled": True}).will is Will.DELETE


def test_an_orphan_whose_cancelled_flag_is_false_is_cancelled() -> None:
    assert verdict(Orphans.CANCEL, {"endDateTime": TOMORROW, "eventCancelled": False}).will is Will.CANCEL


@given(held_fields, counts, st.sampled_from(Orphans))
def test_a_verdict_tells_people_which_event_it_speaks_of(
    fields: dict[str, Value], registrants: int | None, orphans: Orphans
) -> None:
    orphan = live("7", "old", fields, registrants=registrants)
    told = judge_orphan(orphan, Policy(orphans=orphans), NOW)
    assert (told.identity, told.name, told.registrants) == (orphan.identity, fields.get("eventName"), registrants)
    assert (told.start, told.end) == (fields.get("startDateTime"), fields.get("endDateTime"))


@given(held_fields, st.sampled_from([Orphans.IGNORE, Orphans.REPORT]))
def test_nothing_happens_to_an_orphan_unless_the_settings_ask_for_it(
    fields: dict[str, Value], orphans: Orphans
) -> None:
    assert verdict(orphans, fields).will is Will.NOTHING


@pytest.mark.parametrize("orphans", [Orphans.CANCEL, Orphans.DELETE])
def test_an_orphan_that_is_completed_is_left_alone_whenever_it_ends(orphans: Orphans) -> None:
    told = verdict(orphans, {"endDateTime": TOMORROW, "eventCompleted": True})
    assert (told.will, told.why) == (Will.NOTHING, "it is completed, and its attendance is history worth keeping")
