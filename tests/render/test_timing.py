"""When an event takes place, in few words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.change import Change, FieldChange, Outline, Update
from reconciler.event import instant
from reconciler.render.timing import END, START, ShownChange, Timing, began, shown_whole, timing
from tests.building import PORTAL
from tests.render.series import HOUR, LINK, WEEK, changed, deleted, moved, new, starts

BOTH = frozenset({START, END})
TO = "\N{EN DASH}"


def told(change: Change) -> Timing:
    return timing(shown_whole(change), PORTAL)


def moving(before: datetime, after: datetime) -> Update:
    return replace(changed(0, FieldChange(START, instant(before), instant(after))), outline=Outline(instant(after)))


@pytest.mark.parametrize(
    ("change", "text", "says"),
    [
        (new(0), f"Thu 15 Apr 2027 16:00{TO}17:00", BOTH),
        (new(0, {END: None}), "Thu 15 Apr 2027 16:00", {START}),
        (new(0, {END: "2027-04-16T15:30:00Z"}), f"Thu 15 Apr 2027 16:00 {TO} Fri 16 Apr 2027 17:30", BOTH),
        (new(0, {END: "soon"}), "Thu 15 Apr 2027 16:00", {START}),
        (new(0, {START: None}), "", set()),
        (new(0, {START: True}), "", set()),
        (new(0, {START: "soon"}), "", set()),
        (deleted(0), "Thu 15 Apr 2027 16:00", {START}),
        (changed(0, LINK), f"Thu 15 Apr 2027 16:00{TO}17:00", set()),
        (changed(0, FieldChange(END, None, "2027-04-15T16:00:00Z")), "Thu 15 Apr 2027 16:00", set()),
        (changed(0, FieldChange(START, None, "2027-04-15T13:00:00Z")), f"Thu 15 Apr 2027 15:00{TO}17:00", set()),
        (moved(0, HOUR), f"Thu 15 Apr 2027 16:00{TO}17:00 → 17:00{TO}18:00 (+1 h)", BOTH),
        (
            moved(0, -WEEK),
            f"Thu 15 Apr 2027 16:00{TO}17:00 → Thu 8 Apr 2027 16:00{TO}17:00 (\N{MINUS SIGN}1 week)",
            BOTH,
        ),
        (moved(0, HOUR, end=timedelta(0)), "Thu 15 Apr 2027 16:00 → 17:00 (+1 h)", {START}),
        (moved(0, HOUR, end=2 * HOUR), "Thu 15 Apr 2027 16:00 → 17:00 (+1 h)", {START}),
        (moved(0, 7 * HOUR), "Thu 15 Apr 2027 16:00 → 23:00 (+7 h)", {START}),
    ],
)
def test_a_time_is_told_with_its_weekday_and_its_end(change: Change, text: str, says: set[str]) -> None:
    assert (told(change).text, told(change).says) == (text, frozenset(says))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (new(0), f"Thu 15 Apr 2027 15:00{TO}16:00 London"),
        (changed(0, LINK), f"Thu 15 Apr 2027 15:00{TO}16:00 London"),
        (moved(0, HOUR), f"Thu 15 Apr 2027 15:00{TO}16:00 → 16:00{TO}17:00 London (+1 h)"),
        (moved(0, HOUR, end=timedelta(0)), "Thu 15 Apr 2027 15:00 → 16:00 London (+1 h)"),
    ],
)
def test_a_time_of_another_place_names_it(change: Change, text: str) -> None:
    assert told(replace(change, timezone="Europe/London")).text == text


@pytest.mark.parametrize(
    ("change", "day"), [(new(0), "2027-04-15"), (moved(0, WEEK), "2027-04-15"), (new(1), "2027-04-22")]
)
def test_the_day_that_stands_first_is_told(change: Change, day: str) -> None:
    assert told(change).day == day


def test_a_day_is_that_of_the_clocks() -> None:
    late = datetime(2027, 4, 15, 23, tzinfo=UTC)
    assert told(new(0, {START: instant(late), END: None})).day == "2027-04-16"


def test_a_move_between_two_times_that_the_clocks_show_alike_is_left_to_the_field() -> None:
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert told(moving(first, first + HOUR)) == Timing("Sun 31 Oct 2027 02:30", "2027-10-31")


def test_an_event_begins_after_a_change_and_before_a_deletion() -> None:
    assert began(moved(0, HOUR)) == instant(starts(0) + HOUR)
    assert began(changed(0, LINK)) == instant(starts(0))
    assert began(deleted(0)) == instant(starts(0))
    assert began(new(0, {START: None})) == ""


def test_a_move_that_is_not_shown_is_not_told() -> None:
    change = moved(0, HOUR)
    assert timing(ShownChange(change, ()), PORTAL).text == f"Thu 15 Apr 2027 17:00{TO}18:00"
