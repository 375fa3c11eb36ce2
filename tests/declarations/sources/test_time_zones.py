"""Time zones that a calendar defines itself."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.declarations.sources.calendar_values import calendar_offset
from reconciler.declarations.sources.components import read_components
from reconciler.declarations.sources.time_zones import Zones
from reconciler.declarations.values.zones import load_zone
from tests.declarations.sources.reading import calendar, event, read, times, told

SUMMER = (
    "BEGIN:DAYLIGHT",
    "DTSTART:19810329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "END:DAYLIGHT",
)
WINTER = (
    "BEGIN:STANDARD",
    "DTSTART:19961027T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "END:STANDARD",
)
NEW_YORK = (
    *("BEGIN:STANDARD", "DTSTART:16011104T020000", "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11"),
    *("TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "END:STANDARD"),
    *("BEGIN:DAYLIGHT", "DTSTART:16010311T020000", "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3"),
    *("TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "END:DAYLIGHT"),
)


def defined(*parts: str, name: str = "Own") -> tuple[str, ...]:
    return ("BEGIN:VTIMEZONE", f"TZID:{name}", *parts, "END:VTIMEZONE")


def starting(*parts: str, local: str = "20270715T120000") -> list[str]:
    """Return what is told of an event in a zone of these parts."""
    return told(read(*defined(*parts), *event(f"DTSTART;TZID=Own:{local}")))


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("20270115T120000", "2027-01-15 18:00"),
        ("20270715T120000", "2027-07-15 18:00"),
        ("20270320T120000", "2027-03-20 17:00"),
        ("20271107T013000", "2027-11-07 06:30"),
        ("20271107T020000", "2027-11-07 08:00"),
        ("20270314T015900", "2027-03-14 07:59"),
        ("20270314T023000", "2027-03-14 08:30"),
        ("20270314T030000", "2027-03-14 08:00"),
        ("15000101T120000", "1500-01-01 17:53:28"),
    ],
)
def test_a_local_time_is_read_as_the_calendar_defines_its_zone(local: str, expected: str) -> None:
    assert times(read(*defined(*NEW_YORK), *event(f"DTSTART;TZID=Own:{local}"))) == [(expected,)]


@cache
def berlin_by_definition() -> tzinfo:
    (parsed,) = read_components(calendar(*defined(*SUMMER, *WINTER)), "a.ics")
    return Zones(parsed, None).named("Own")


@given(st.datetimes(datetime(1997, 1, 1), datetime(2100, 1, 1)).map(lambda time: time.replace(microsecond=0)))  # noqa: DTZ001  (local times)
def test_a_definition_of_berlin_is_berlin(local: datetime) -> None:
    own, berlin = berlin_by_definition(), load_zone("Europe/Berlin")
    moment = local.replace(tzinfo=berlin).astimezone(UTC)
    assert local.replace(tzinfo=own).astimezone(UTC) == moment
    assert moment.astimezone(own).replace(tzinfo=None) == moment.astimezone(berlin).replace(tzinfo=None, fold=0)


def test_a_zone_says_no_more_than_offsets() -> None:
    (parsed,) = read_components(calendar(*defined(*WINTER)), "a.ics")
    own = Zones(parsed, None).named("Own")
    assert (time(1, tzinfo=own).utcoffset(), own.dst(None), own.tzname(None)) == (None, None, None)


def test_changes_can_be_listed_instead_of_ruled() -> None:
    listed = [line for line in SUMMER if not line.startswith("RRULE")]
    listed.insert(2, "RDATE:20260329T020000,20270328T020000")
    assert times(read(*defined(*listed), *event("DTSTART;TZID=Own:20270715T120000"))) == [("2027-07-15 12:00",)]


def test_a_change_can_begin_with_a_day_or_end_in_utc() -> None:
    ended = [line + ";UNTIL=20050327T010000Z" if line.startswith("RRULE") else line for line in SUMMER]
    summer = [line.replace("19810329T020000", "19810329") for line in ended]
    found = read(*defined(*summer, *WINTER), *event("DTSTART;TZID=Own:20270715T120000"))
    assert times(found) == [("2027-07-15 13:00",)]


@pytest.mark.parametrize(
    ("name", "location", "expected"),
    [
        ("Europe/Berlin", "Asia/Tokyo", ("2027-07-15 12:00",)),
        ("W. Europe Standard Time", "Asia/Tokyo", ("2027-07-15 12:00",)),
        ("Own", "Asia/Tokyo", ("2027-07-15 12:00", "Asia/Tokyo")),
        ("Own", "Nowhere/At_All", ("2027-07-15 18:00",)),
    ],
)
def test_a_known_name_counts_more_than_a_definition(name: str, location: str, expected: tuple[str]) -> None:
    lines = defined(f"X-LIC-LOCATION:{location}", *NEW_YORK, name=name)
    assert times(read(*lines, *event(f'DTSTART;TZID="{name}":20270715T120000'))) == [expected]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([], "it has no STANDARD or DAYLIGHT"),
        (["BEGIN:STANDARD", "END:STANDARD"], "STANDARD in line 5 has no TZOFFSETFROM"),
        ([*SUMMER[:3], "TZOFFSETFROM:+1", *SUMMER[4:]], "'+1' is not an offset from UTC"),
        ([*SUMMER[:3], "TZOFFSETFROM:+2400", *SUMMER[4:]], "'+2400' is not an offset from UTC"),
        ([*SUMMER[:3], "TZOFFSETFROM:+0060", *SUMMER[4:]], "'+0060' is not an offset from UTC"),
        ([SUMMER[0], "DTSTART:soon", *SUMMER[2:]], "'soon' is not a date or time"),
        ([*SUMMER[:2], "RRULE:FREQ=DAILY", *SUMMER[3:]], "its clocks do not change once a year"),
        ([*SUMMER[:2], "RRULE:FREQ=YEARLY;COUNT=2", *SUMMER[3:]], "its clocks do not change once a year"),
        (
            [*SUMMER[:2], "RRULE:FREQ=YEARLY;BYDAY=MO,TU;BYHOUR=1,2", *SUMMER[3:]],
            "its clocks do not change once a year",
        ),
        ([*SUMMER[:2], "RRULE:FREQ=YEARLY;INTERVAL=2", *SUMMER[3:]], "its clocks do not change once a year"),
        ([*SUMMER[:2], "RRULE:FREQ=NEVER", *SUMMER[3:]], "FREQ cannot be 'NEVER'"),
    ],
)
def test_a_zone_that_cannot_be_used_is_told_where_it_is_needed(parts: list[str], why: str) -> None:
    line = 8 + len(parts) + 1
    problem = f"DTSTART: the time zone 'Own', defined in line 3, cannot be used: {why}"
    hint = "choose another time zone for the event in the calendar"
    assert starting(*parts) == [f"a.ics:{line}:1: {problem} ({hint})"]


def test_a_zone_that_cannot_be_used_and_is_not_needed_is_passed_over() -> None:
    assert told(read(*defined(), "BEGIN:VTIMEZONE", "END:VTIMEZONE", *event("DTSTART:20270715T120000Z"))) == []


def test_an_offset_can_have_seconds() -> None:
    assert calendar_offset("-045328") == -timedelta(hours=4, minutes=53, seconds=28)
