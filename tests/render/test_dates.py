"""Instants as people read them: in which time zone, and how far a move goes."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.event import instant, moment
from reconciler.portal import Portal
from reconciler.render import dates, difference
from reconciler.render.dates import Clocks, clocks_of
from tests.building import PORTAL, portals

LONDON = "Europe/London"
ZONES = st.sampled_from(["Europe/Berlin", LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001  (Hypothesis wants bounds without a zone)


def clocks(zone: str | None, own: str | None = None) -> Clocks:
    return clocks_of(own, replace(PORTAL, timezone=zone))


# Whose clocks


@pytest.mark.parametrize("name", [None, "", "Mars/Base", "Europe", "../../etc/passwd", "/etc/passwd", "\x00", "\ud800"])
def test_a_time_zone_that_nobody_knows_is_that_of_the_portal_and_the_portals_is_utc(name: str | None) -> None:
    assert dates.zone_of(replace(PORTAL, timezone=name)) == "UTC"
    assert clocks_of(name, PORTAL) == clocks_of(None, PORTAL) == clocks_of("Europe/Berlin", PORTAL)


@given(portals)
def test_any_time_zone_of_a_portal_can_be_shown(portal: Portal) -> None:
    assert dates.zone_of(portal) in (portal.timezone, "UTC")


@pytest.mark.parametrize(
    ("zone", "place"),
    [
        ("Europe/Berlin", ""),
        (LONDON, "London"),
        ("Europe/Busingen", "Busingen"),
        ("America/New_York", "New York"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT+5", "Etc/GMT+5"),
    ],
)
def test_a_place_is_named_that_is_not_the_portals(zone: str, place: str) -> None:
    assert clocks("Europe/Berlin", zone).place == place


@pytest.mark.parametrize(
    ("text", "zone", "shown"),
    [
        ("2027-04-15T15:00:00Z", "Europe/Berlin", "Thu 15 Apr 2027 17:00"),
        ("2027-12-15T15:00:00Z", "Europe/Berlin", "Wed 15 Dec 2027 16:00"),
        ("2027-04-15T23:30:00Z", "Asia/Tokyo", "Fri 16 Apr 2027 08:30"),
        ("2027-04-15T15:00:07Z", None, "Thu 15 Apr 2027 15:00:07"),
        ("2027-04-15T15:00:07.050Z", None, "Thu 15 Apr 2027 15:00:07.050"),
        ("2027-04-15T15:00:00.001Z", None, "Thu 15 Apr 2027 15:00:00.001"),
        ("2027-04-05T05:07:00Z", None, "Mon 5 Apr 2027 05:07"),
    ],
)
def test_a_date_is_shown_as_people_write_it_in_the_portals_time_zone(text: str, zone: str | None, shown: str) -> None:
    assert dates.date(text, clocks(zone)) == shown


def test_a_date_of_another_place_names_it() -> None:
    assert dates.date("2027-04-08T13:00:00Z", clocks("Europe/Berlin", LONDON)) == "Thu 8 Apr 2027 14:00 London"


@pytest.mark.parametrize("text", ["soon", "", "9999-12-31T23:30:00Z", "2027-13-01T00:00:00Z"])
def test_a_date_that_cannot_be_shown_otherwise_stays_as_it_is(text: str) -> None:
    assert dates.date(text, clocks("Europe/Berlin", "Asia/Tokyo")) == text


@given(MOMENTS)
def test_two_instants_that_differ_are_shown_differently_outside_a_clock_change(when: datetime) -> None:
    later = when.astimezone(ZoneInfo("Asia/Tokyo"))
    shown = dates.date(instant(when), clocks("Asia/Tokyo"))
    assert f"{later.day} " in shown
    assert f" {later.year} {later:%H:%M}" in shown


MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
DAYS = "Mon Tue Wed Thu Fri Sat Sun"


@pytest.mark.parametrize(("number", "month"), list(enumerate(MONTHS.split(), start=1)))
def test_months_are_english_on_any_machine(number: int, month: str) -> None:
    shown = dates.date(f"2027-{number:02}-01T00:00:00Z", clocks(None))
    assert shown.endswith(f" 1 {month} 2027 00:00")


@pytest.mark.parametrize(("number", "day"), list(enumerate(DAYS.split(), start=1)))
def test_days_are_english_on_any_machine(number: int, day: str) -> None:
    shown = dates.date(f"2027-02-0{number}T00:00:00Z", clocks(None))
    assert shown == f"{day} {number} Feb 2027 00:00"


# How far


def distance(before: str, after: str, zone: str = "Europe/Berlin") -> str:
    return difference.distance(*(moment(text).astimezone(ZoneInfo(zone)) for text in (before, after)))


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ("2027-04-15T15:00:00Z", "+1 h"),
        ("2027-04-15T13:30:00Z", "−30 min"),  # noqa: RUF001  (a minus sign is what people are shown)
        ("2027-04-15T15:30:00Z", "+1 h 30 min"),
        ("2027-04-15T14:00:30Z", "+30 s"),
        ("2027-04-15T14:01:00.500Z", "+1 min 0.5 s"),
        ("2027-04-16T14:00:00Z", "+1 day"),
        ("2027-04-16T16:00:00Z", "+1 day 2 h"),
        ("2027-04-16T16:30:00Z", "about +1 day 2 h"),
        ("2027-04-17T14:00:00Z", "+2 days"),
        ("2027-04-22T14:00:00Z", "+1 week"),
        ("2027-04-22T15:00:00Z", "+7 days 1 h"),
        ("2027-04-25T14:00:00Z", "+10 days"),
        ("2027-04-01T14:00:00Z", "−2 weeks"),  # noqa: RUF001  (a minus sign is what people are shown)
    ],
)
def test_a_move_is_said_in_units_that_people_use(after: str, said: str) -> None:
    assert distance("2027-04-15T14:00:00Z", after) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("2027-03-25T17:00:00Z", "2027-04-01T16:00:00Z", "+1 week"),
        ("2027-10-28T16:00:00Z", "2027-11-04T17:00:00Z", "+1 week"),
        ("2027-10-28T16:00:00Z", "2027-11-04T16:00:00Z", "about +6 days 23 h"),
        ("2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z", "+1 h"),
        ("2027-10-31T01:30:00Z", "2027-10-31T00:30:00Z", "−1 h"),  # noqa: RUF001  (a minus sign is what people are shown)
    ],
)
def test_the_clocks_on_the_wall_count_across_a_clock_change(before: str, after: str, said: str) -> None:
    assert distance(before, after) == said.removeprefix("about ")


UNITS = {"week": 7 * 86400, "day": 86400, "h": 3600, "min": 60, "s": 1}


@given(MOMENTS, st.timedeltas(timedelta(days=-400), timedelta(days=400)), ZONES)
def test_what_is_said_adds_up_to_the_move(when: datetime, by: timedelta, zone: str) -> None:
    before, after = (at.astimezone(ZoneInfo(zone)).replace(microsecond=0) for at in (when, when + min(by, LAST - when)))
    wall = after.replace(tzinfo=None) - before.replace(tzinfo=None)
    assume(wall)
    said = difference.distance(before, after)
    parts = re.findall(r"(\d+) (week|day|h|min|s)", said)
    seconds = sum(int(number) * UNITS[unit] for number, unit in parts)
    left = abs(wall.total_seconds()) - seconds
    assert 0 < len(parts) <= 2
    assert ("+" in said) == (wall > timedelta(0))
    assert 0 < left < UNITS[parts[-1][1]] if said.startswith("about ") else left == 0


LAST = datetime(9999, 12, 30, tzinfo=UTC)
