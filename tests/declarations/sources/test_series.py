"""Recurring events of calendars: each date by itself, at the moments that the calendar says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.declarations.sources.sourced import Additions
from tests.declarations.sources.reading import TERMS, declared, event, ids, read, times, told

WEEKLY = ("DTSTART;TZID=Europe/Berlin:20270304T180000", "DTEND;TZID=Europe/Berlin:20270304T190000")
THREE = (*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=3")
DAYS = ("DTSTART;VALUE=DATE:20270304", "RRULE:FREQ=WEEKLY;COUNT=3")


def starts(*lines: str) -> list[object]:
    return [found[0] for found in times(read(*lines))]


def test_each_date_is_an_event_at_the_same_local_time() -> None:
    found = read(*event(*WEEKLY, "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3"))
    assert ids(found) == ["launch-2027-03-04", "launch-2027-03-18", "launch-2027-04-01"]
    assert times(found) == [
        ("2027-03-04 18:00", "2027-03-04 19:00"),
        ("2027-03-18 18:00", "2027-03-18 19:00"),
        ("2027-04-01 18:00", "2027-04-01 19:00"),
    ]


@pytest.mark.parametrize(
    ("more", "days"),
    [
        (["EXDATE;TZID=Europe/Berlin:20270311T180000"], ["03-04", "03-18"]),
        (["EXDATE:20270311T170000Z,20270318T170000Z"], ["03-04"]),
        (["EXDATE;VALUE=DATE:20270311"], ["03-04", "03-18"]),
        (["EXDATE;TZID=Europe/Berlin:20270311T190000"], ["03-04", "03-11", "03-18"]),
        (["RDATE:20270312T170000Z,20270311T170000Z"], ["03-04", "03-11", "03-12", "03-18"]),
        (["RDATE;VALUE=DATE:20270312", "EXDATE;VALUE=DATE:20270304"], ["03-11", "03-12", "03-18"]),
    ],
)
def test_further_dates_come_and_left_out_ones_go(more: list[str], days: list[str]) -> None:
    assert starts(*event(*THREE, *more)) == [f"2027-{day} 18:00" for day in days]


def test_further_dates_alone_make_a_series_too() -> None:
    found = read(*event(*WEEKLY, "RDATE;TZID=Europe/Berlin:20270312T120000"))
    assert ids(found) == ["launch-2027-03-04", "launch-2027-03-12-1200"]


@pytest.mark.parametrize(
    ("more", "days"),
    [
        (["EXDATE;VALUE=DATE:20270311"], ["03-04", "03-18"]),
        (["EXDATE:20270311T000000"], ["03-04", "03-18"]),
        (["EXDATE:20270310T230000Z"], ["03-04", "03-18"]),
        (["RDATE;VALUE=DATE:20270312"], ["03-04", "03-11", "03-12", "03-18"]),
    ],
)
def test_whole_days_recur_too(more: list[str], days: list[str]) -> None:
    assert starts(*event(*DAYS, *more)) == [f"2027-{day}" for day in days]


@pytest.mark.parametrize(
    ("start", "until", "days"),
    [
        ("DTSTART;TZID=Europe/Berlin:20270304T180000", "20270318T170000Z", ["04", "11", "18"]),
        ("DTSTART;TZID=Europe/Berlin:20270304T180000", "20270318T165959Z", ["04", "11"]),
        ("DTSTART;TZID=Europe/Berlin:20270304T180000", "20270318T180000", ["04", "11", "18"]),
        ("DTSTART;TZID=Europe/Berlin:20270304T180000", "20270318", ["04", "11", "18"]),
        ("DTSTART;VALUE=DATE:20270304", "20270318", ["04", "11", "18"]),
        ("DTSTART;VALUE=DATE:20270304", "20270317T230000Z", ["04", "11", "18"]),
        ("DTSTART;VALUE=DATE:20270304", "20270317T225959Z", ["04", "11"]),
    ],
)
def test_a_series_ends_with_the_last_date_that_until_allows(start: str, until: str, days: list[str]) -> None:
    found = starts(*event(start, f"RRULE:FREQ=WEEKLY;UNTIL={until}"))
    assert [str(one)[8:10] for one in found] == days


def test_the_first_date_counts_even_if_the_rule_does_not_give_it() -> None:
    rule = "RRULE:FREQ=WEEKLY;BYDAY=FR;{}"
    assert starts(*event(*WEEKLY, rule.format("COUNT=3"))) == [f"2027-03-{day} 18:00" for day in ("04", "05", "12")]
    assert starts(*event(*WEEKLY, rule.format("UNTIL=20270306"))) == ["2027-03-04 18:00", "2027-03-05 18:00"]


def test_a_changed_date_stands_under_the_date_that_the_rule_gives() -> None:
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20270311T180000",
        "DTSTART;TZID=Asia/Tokyo:20270313T100000",
        "DURATION:PT30M",
        name="Moved",
    )
    found = read(*moved, *event(*THREE))
    assert ids(found) == ["launch-2027-03-04", "launch-2027-03-11", "launch-2027-03-18"]
    assert times(found)[1] == ("2027-03-13 10:00", "2027-03-13 10:30", "Asia/Tokyo")
    assert found.events[1].values["eventName"].line == 5


@pytest.mark.parametrize(
    "named", ["RECURRENCE-ID:20270311T170000Z", "RECURRENCE-ID;VALUE=DATE:20270311", "RECURRENCE-ID:20270311T180000"]
)
def test_a_changed_date_is_found_however_it_is_spelt(named: str) -> None:
    found = read(*event(*THREE), *event(named, name="Changed"))
    assert ids(found) == ["launch-2027-03-04", "launch-2027-03-11", "launch-2027-03-18"]
    assert times(found)[1] == ("2027-03-11 18:00",)


def test_a_changed_date_that_the_rule_no_longer_gives_is_kept() -> None:
    late = event("RECURRENCE-ID;TZID=Europe/Berlin:20270402T180000", "DTSTART:20270402T170000Z")
    assert ids(read(*event(*THREE), *late))[-1] == "launch-2027-04-02"


def test_a_date_that_is_left_out_stays_out_even_if_it_was_changed_before() -> None:
    changed = event("RECURRENCE-ID;TZID=Europe/Berlin:20270311T180000", "DTSTART:20270312T170000Z")
    found = read(*event(*THREE, "EXDATE;TZID=Europe/Berlin:20270311T180000"), *changed)
    assert ids(found) == ["launch-2027-03-04", "launch-2027-03-18"]


def test_changed_dates_alone_are_events_of_their_series() -> None:
    found = read(
        *event("RECURRENCE-ID;TZID=Europe/Berlin:20270311T180000", "DTSTART:20270312T170000Z"),
        *event("RECURRENCE-ID;TZID=Europe/Berlin:20270318T180000"),
    )
    assert ids(found) == ["launch-2027-03-11", "launch-2027-03-18"]
    assert times(found) == [("2027-03-12 18:00",), ("2027-03-18 18:00",)]


def test_a_series_without_a_start_has_its_changed_dates_alone() -> None:
    found = read(*event(), *event("RECURRENCE-ID;TZID=Europe/Berlin:20270311T180000"))
    assert ids(found) == ["launch-2027-03-11"]


def test_cancelled_dates_are_left_out_and_counted() -> None:
    cancelled = event("RECURRENCE-ID;TZID=Europe/Berlin:20270311T180000", "STATUS:CANCELLED")
    found = read(*event(*THREE), *cancelled)
    assert ids(found) == ["launch-2027-03-04", "launch-2027-03-18"]
    assert found.cancelled == 1


def test_a_series_that_is_cancelled_as_a_whole_leaves_its_dates_out() -> None:
    found = read(*event(*THREE, "STATUS:CANCELLED"), *event(uid="other"))
    assert (ids(found), found.cancelled) == (["other"], 3)


def test_a_date_at_another_time_of_day_is_known_by_that_time_too() -> None:
    found = read(*event(*WEEKLY, "RRULE:FREQ=DAILY;BYHOUR=18,20;COUNT=3"))
    assert ids(found) == ["launch-2027-03-04", "launch-2027-03-04-2000", "launch-2027-03-05"]


def test_a_date_that_is_added_renames_no_other() -> None:
    before = ids(read(*event(*WEEKLY, "RDATE;TZID=Europe/Berlin:20270312T120000")))
    added = "RDATE;TZID=Europe/Berlin:20270304T200000,20270312T120000,20270312T180000"
    assert set(before) < set(ids(read(*event(*WEEKLY, added))))


def test_changed_dates_without_their_series_are_known_by_their_days() -> None:
    one, two = (event(f"RECURRENCE-ID:2027030{day}T1{day}0000Z") for day in (4, 5))
    assert ids(read(*one, *two)) == ["launch-2027-03-04", "launch-2027-03-05"]


def test_a_series_without_a_uid_is_known_by_its_name_and_days() -> None:
    found = read("BEGIN:VEVENT", "SUMMARY:Office hour", *THREE, "END:VEVENT")
    assert ids(found) == ["office-hour-2027-03-04", "office-hour-2027-03-11", "office-hour-2027-03-18"]


def test_a_date_that_the_clocks_skip_or_repeat_is_where_calendars_show_it() -> None:
    skipped = event("DTSTART;TZID=Europe/Berlin:20270321T023000", "RRULE:FREQ=WEEKLY;COUNT=3")
    assert starts(*skipped) == ["2027-03-21 02:30", "2027-03-28 03:30", "2027-04-04 02:30"]
    repeated = event("DTSTART;TZID=Europe/Berlin:20271024T023000", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert starts(*repeated) == ["2027-10-24 02:30", "2027-10-31 02:30+02:00"]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("FREQ=WEEKLY", "RRULE: the rule has no end (add COUNT or UNTIL, as in FREQ=WEEKLY;COUNT=12)"),
        ("FREQ=DAILY;COUNT=401", "RRULE: the rule makes more than 400 occurrences (let it end earlier)"),
        ("FREQ=WEEKLY;UNTIL=20270101", "RRULE: the rule makes no occurrence (correct the rule)"),
        ("FREQ=WEEKLY;UNTIL=99991231T235959Z", "RRULE: UNTIL is outside the years 1 to 9999 (correct the year)"),
    ],
)
def test_a_series_that_cannot_be_followed_is_told_at_its_rule(rule: str, problem: str) -> None:
    assert told(read(*event(*WEEKLY, f"RRULE:{rule}"))) == [f"a.ics:8:1: {problem}"]


def test_more_dates_than_allowed_are_told_whoever_gives_them() -> None:
    rule = "RRULE:FREQ=DAILY;COUNT=400"
    (problem,) = told(read(*event(*WEEKLY, rule, "RDATE;TZID=Europe/Berlin:20300101T180000")))
    assert problem == "a.ics:8:1: RRULE: the rule makes more than 400 occurrences (let it end earlier)"
    dates = ",".join(f"{datetime(2028, 1, 1, tzinfo=UTC) + timedelta(days):%Y%m%d}" for days in range(400))
    (problem,) = told(read(*event(*WEEKLY, f"RDATE;VALUE=DATE:{dates}")))
    assert problem == "a.ics:3:1: the rule makes more than 400 occurrences (let it end earlier)"


def test_a_date_changed_twice_is_told() -> None:
    changed = event("RECURRENCE-ID;TZID=Europe/Berlin:20270311T180000")
    (problem,) = told(read(*event(*THREE), *changed, *changed))
    assert problem == "a.ics:15:1: the UID 'launch' stands at line 10 already (delete one of the two)"


ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "UTC")


@st.composite
def series(draw: st.DrawFn) -> tuple[tuple[str, ...], list[tuple[datetime, datetime]]]:
    """Return a series as a calendar has it, and the moments of its dates by a plain count of days."""
    zone = draw(st.sampled_from(ZONES))
    place = ZoneInfo(zone)
    first = draw(st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31))).replace(second=0, microsecond=0)  # noqa: DTZ001  (a local time)
    step, count = draw(st.integers(1, 9)), draw(st.integers(1, 60))
    length = timedelta(minutes=draw(st.integers(1, 3000)))
    left_out = draw(st.sets(st.integers(0, count), max_size=4))
    locals_ = [first + timedelta(days=step * number) for number in range(count)]
    rule = f"RRULE:FREQ=DAILY;INTERVAL={step};COUNT={count}"
    if step % 7 == 0 and draw(st.booleans()):
        rule = f"RRULE:FREQ=WEEKLY;INTERVAL={step // 7};COUNT={count}"
    kept = [local for number, local in enumerate(locals_) if number not in left_out]
    moments = [local.replace(tzinfo=place).astimezone(UTC) for local in kept]
    exdates = [f"EXDATE;TZID={zone}:{locals_[number]:%Y%m%dT%H%M%S}" for number in left_out if number < count]
    end = first.replace(tzinfo=place).astimezone(UTC) + length
    lines = (f"DTSTART;TZID={zone}:{first:%Y%m%dT%H%M%S}", f"DTEND:{end:%Y%m%dT%H%M%SZ}", rule, *exdates)
    return lines, [(moment, moment + length) for moment in moments]


def _spelt(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@given(series(), st.sampled_from([*ZONES, None]))
def test_what_is_written_is_read_back_as_the_moments_that_the_calendar_says(
    written: tuple[tuple[str, ...], list[tuple[datetime, datetime]]], usual: str | None
) -> None:
    lines, moments = written
    found = read(*event(*lines), additions=Additions(usual, organizer="Acme"))
    events, problems = declared(found, TERMS if usual is None else replace(TERMS, timezone=usual))
    assert problems == []
    read_back = sorted((one.fields["startDateTime"], one.fields["endDateTime"]) for one in events)
    assert read_back == sorted((_spelt(begin), _spelt(end)) for begin, end in moments)
