"""The advice of a run: what is told, once, and about whom."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.advice.date_in_text import MOST_DATES
from reconciler.advice.kinds import OF_ANY, OF_NEW, OF_NEW_BUT_OVER
from reconciler.advice.report import Scope, advised, count_advice
from reconciler.declarations.base import Base
from reconciler.declarations.values.advice_codes import CODES, CUT_BY_COMMENT
from reconciler.diagnostics import Diagnostic, Place, error, info, warning
from reconciler.event import Declared, DeclaredEvent, Identity, Value, instant
from tests.advice.catalogue import FOLDER, TERMS, found
from tests.advice.catalogue import declared as read
from tests.declarations.catalogue import Case, cases

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CASES = [case for file in sorted(FOLDER.glob("*.txt")) for case in cases(file)]


def event(number: int, start: datetime, series: str | None = None, **fields: Value) -> DeclaredEvent:
    """Return an event of an hour in a line of its own; occurrences of a series share that of the series."""
    event_id = f"e{number}" if series is None else f"{series}-{start:%Y-%m-%d}"
    place = Place("events/a.yaml", number * 10 if series is None else 1)
    places = {name: replace(place, line=place.line + index) for index, name in enumerate(["startDateTime", *fields])}
    times = {"startDateTime": instant(start), "endDateTime": instant(start + timedelta(hours=1))}
    declared = {"eventName": "A", "eventOrganizer": "Acme", **times, **fields}
    identity = Identity("acme", event_id)
    return DeclaredEvent(identity, declared, place, {}, places=places, timezone="UTC", series=series)


EVERYTHING = Scope()


def told(*events: DeclaredEvent, scope: Scope = EVERYTHING) -> list[tuple[str, int]]:
    """Return the code and the line of what is advised."""
    return [(one.code, one.place.line) for one in advised((), Declared(events, 1), NOW, scope) if one.place]


DAY = datetime(2027, 4, 15, 10, tzinfo=UTC)
WEEKS = [DAY + timedelta(weeks=number) for number in range(52)]


def test_every_kind_stands_in_one_table_alone() -> None:
    tables = [*OF_ANY, *OF_NEW, *OF_NEW_BUT_OVER, CUT_BY_COMMENT]
    assert sorted(tables) == sorted(CODES)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in CASES])
def test_the_settings_silence_any_kind(case: Case) -> None:
    codes = {diagnostic.code for diagnostic in found(case)} & set(CODES)
    said = read(case, replace(TERMS, silence=frozenset(codes)))
    new = {one.identity for one in said.events}
    assert (
        not {one.code for one in advised(said.diagnostics, said, NOW, Scope(new=new, silence=frozenset(codes)))} & codes
    )


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in CASES])
def test_nothing_is_told_of_events_that_are_over_unless_they_are_new(case: Case) -> None:
    said = read(case)
    events = [one for one in said.events if one.fields.get("startDateTime") or one.fields.get("endDateTime")]
    later = datetime(2100, 1, 1, tzinfo=UTC)
    assert not advised((), replace(said, events=tuple(events)), later, Scope())
    new = {one.identity for one in events}
    codes = {one.code for one in advised((), replace(said, events=tuple(events)), later, Scope(new=new))}
    assert codes <= {"in-the-past"}


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("quotes-in-text", {"eventName": "“A”"}),
        ("not-https", {"eventUrl": "http://acme.example"}),
        ("date-in-text", {"eventDescription": "on 2026-04-15"}),
        ("hubspot-name", {"customProperties.hs_event_name": "A"}),
    ],
)
def test_what_all_occurrences_of_a_series_share_is_told_once(code: str, fields: dict[str, Value]) -> None:
    assert told(*(event(1, start, "weekly", **fields) for start in WEEKS)) == [(code, 2)]


def test_a_series_at_night_is_told_once() -> None:
    assert told(*(event(1, start - timedelta(hours=8), "weekly") for start in WEEKS)) == [("at-night", 1)]


def test_a_new_series_that_is_over_or_far_away_is_told_once_for_each() -> None:
    series = [event(1, DAY + timedelta(days=365 * years), "yearly") for years in range(-8, 9)]
    scope = Scope(new={one.identity for one in series})
    assert sorted(told(*series, scope=scope)) == [("far-away", 1), ("in-the-past", 1)]


def test_occurrences_of_one_series_may_overlap_and_be_named_alike() -> None:
    url = {"eventUrl": "https://acme.example"}
    series = [event(1, DAY + timedelta(minutes=20 * n), "often", eventName=f"A{'!' * n}", **url) for n in range(9)]
    assert told(*series) == []


def test_an_event_that_overlaps_a_series_is_told_once() -> None:
    url = {"eventUrl": "https://acme.example"}
    weekly = [event(1, start, "weekly", **url) for start in WEEKS]
    other = [replace(event(3, start + timedelta(minutes=9), "other", **url), place=Place("b", 3)) for start in WEEKS]
    apart = [replace(one, places={"startDateTime": Place("b", 4)}) for one in other]
    assert told(*weekly, *apart) == [("overlap", 4)]
    long = event(2, DAY, **url, endDateTime=instant(DAY + timedelta(hours=9)))
    assert told(long, event(1, DAY + timedelta(hours=2), "weekly", **url)) == [("overlap", 1)]


def test_an_occurrence_meets_an_event_that_ends_before_other_occurrences() -> None:
    def lasting(start: int, end: int, series: str | None) -> DeclaredEvent:
        ends = instant(DAY + timedelta(hours=end))
        return event(9, DAY + timedelta(hours=start), series, eventUrl="https://acme.example", endDateTime=ends)

    first, second, third = (lasting(start, end, "weekly") for start, end in ((0, 9), (1, 8), (3, 4)))
    assert told(first, second, third, lasting(2, 7, None)) == [("overlap", 1), ("overlap", 90)]
    assert told(first, second, third, lasting(10, 11, None)) == []


def test_an_occurrence_may_name_the_date_of_its_rule_though_it_has_moved() -> None:
    moved = event(1, DAY, "weekly", eventName="Demo of 2027-04-15")
    later = {name: instant(DAY + timedelta(days=1)) for name in ("startDateTime", "endDateTime")}
    assert told(replace(moved, fields={**moved.fields, **later})) == []
    other = replace(moved, identity=Identity("acme", "weekly-of-old"), fields={**moved.fields, **later})
    assert told(other) == [("date-in-text", 2)]


@pytest.mark.parametrize("day", ["2027-04-14", "2027-04-15", "2027-04-16"])
def test_without_a_time_zone_every_day_that_it_may_be_anywhere_is_right(day: str) -> None:
    hour = 11 if day < "2027-04-16" else 10
    said = replace(event(1, datetime(2027, 4, 15, hour, tzinfo=UTC), eventName=f"On {day}"), timezone=None)
    assert told(said) == []
    assert told(replace(said, fields={**said.fields, "eventName": "On 2027-04-18"})) == [("date-in-text", 11)]


def test_without_a_time_zone_nobody_knows_when_it_is_night() -> None:
    assert told(replace(event(1, DAY - timedelta(hours=8)), timezone=None)) == []


def test_times_at_the_ends_of_the_calendar_stop_nothing() -> None:
    last = datetime(9999, 12, 31, 22, tzinfo=UTC)
    for zone in ("Asia/Tokyo", None):
        said = replace(event(1, last, eventName="On 2027-04-15"), timezone=zone)
        assert told(said, scope=Scope(new={said.identity}))[-1] == ("date-in-text", 11)
    first = replace(event(1, datetime(1, 1, 1, 1, tzinfo=UTC)), timezone="America/New_York")
    assert told(first, scope=Scope(new={first.identity})) == [("in-the-past", 10)]


def test_three_years_from_a_leap_day_are_over_on_the_day_before() -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    ends = datetime(2031, 2, 28, 12, tzinfo=UTC)
    new = [event(1, ends), event(2, ends + timedelta(seconds=1))]
    scope = Scope(new={one.identity for one in new})
    assert [one.code for one in advised((), Declared((new[0],), 1), leap, scope)] == []
    assert [one.code for one in advised((), Declared((new[1],), 1), leap, scope)] == ["far-away"]


def base_of(*events: DeclaredEvent) -> Scope:
    return Scope(Base(events).is_touched)


QUOTED = event(1, DAY, eventName="“A”")


@pytest.mark.parametrize(
    "change",
    [
        lambda it: replace(it, fields={**it.fields, "eventType": "WEBINAR"}),
        lambda it: replace(it, timezone="Europe/Berlin"),
        lambda it: replace(it, initial={"eventType": "WEBINAR"}),
        lambda it: replace(it, protect=True),
        lambda it: replace(it, identity=Identity("acme", "another")),
    ],
)
def test_with_a_base_only_what_differs_from_it_is_told(change: Callable[[DeclaredEvent], DeclaredEvent]) -> None:
    assert told(QUOTED, scope=base_of(QUOTED)) == []
    moved = replace(QUOTED, place=Place("events/b.yaml", 7), lines={"eventName": 8})
    assert told(moved, scope=base_of(QUOTED)) == []
    assert told(change(QUOTED), scope=base_of(QUOTED)) == [("quotes-in-text", 11)]


def test_without_a_known_base_everything_is_told() -> None:
    assert told(QUOTED, scope=Scope(Base(known=False).is_touched)) == [("quotes-in-text", 11)]


PAIRS = [
    (event(1, DAY, eventName="A b"), event(2, DAY, eventName="A-b")),
    (event(1, DAY, eventUrl="https://a.example"), event(2, DAY, eventUrl="https://a.example")),
]


@pytest.mark.parametrize(("one", "two"), PAIRS)
def test_a_pair_is_told_at_the_event_that_differs_from_the_base(one: DeclaredEvent, two: DeclaredEvent) -> None:
    (told_at_two,) = told(one, two)
    assert told_at_two[1] >= 20
    assert told(one, two, scope=base_of(one, two)) == []
    assert told(one, two, scope=base_of(one)) == [told_at_two]
    assert told(one, two, scope=base_of(two)) == [(told_at_two[0], told_at_two[1] - 10)]


def test_of_a_text_that_a_comment_cuts_only_what_differs_from_the_base_is_told() -> None:
    cuts = [warning(CUT_BY_COMMENT, "cut", Place("events/a.yaml", line, 5)) for line in (11, 21)]
    one, two = event(1, DAY), event(2, DAY, eventType="WEBINAR")
    kept = partial(advised, cuts, Declared((two, one), 1), NOW)
    assert kept(base_of(one)) == (cuts[1],)
    assert kept(base_of(one, two)) == ()
    assert kept(Scope()) == tuple(cuts)


def test_other_diagnostics_stay_before_advice() -> None:
    others = (
        info("a", "b"),
        error("c", "d"),
        warning(CUT_BY_COMMENT, "of the settings", Place("events/reconciler.yaml")),
    )
    found = advised(others, Declared((QUOTED,), 1), NOW, Scope())
    assert found[:3] == others
    assert [one.code for one in found[3:]] == ["quotes-in-text"]


def test_only_warnings_with_a_code_of_advice_are_counted() -> None:
    counted = [warning("overlap", "a"), warning(CUT_BY_COMMENT, "b")]
    others = [error(CUT_BY_COMMENT, "c"), warning("look-alike", "d"), info("overlap", "e")]
    assert count_advice([*counted, *others]) == 2


def test_only_the_first_dates_of_a_text_are_looked_at() -> None:
    for own, advice in [(MOST_DATES - 1, [("date-in-text", 11)]), (MOST_DATES, [])]:
        text = f"{'2027-04-15, ' * own}2027-04-16"
        assert told(event(1, DAY, eventDescription=text)) == advice


TEXTS = st.text(st.sampled_from("<a>b /\"'“”„#,.-+12 0467JanuaryprilÄß\n<br=x")) | st.text()


@given(st.lists(st.tuples(TEXTS, TEXTS, st.datetimes(timezones=st.just(UTC)), st.booleans()), max_size=6))
def test_any_text_and_time_gets_advice_in_order_once_for_its_place(rows: list[tuple[str, str, datetime, bool]]) -> None:
    events = [
        replace(event(n, min(start, datetime(9999, 12, 31, tzinfo=UTC)), eventName=name, eventDescription=text))
        for n, (name, text, start, _) in enumerate(rows, 1)
    ]
    new = {one.identity for one, row in zip(events, rows, strict=True) if row[3]}
    found: tuple[Diagnostic, ...] = advised((), Declared(tuple(events), 1), NOW, Scope(new=new))
    places = [(one.place, one.code) for one in found]
    assert len(set(places)) == len(places)
    assert [one.place for one in found] == sorted(one.place for one in found if one.place)
    assert all(one.hint for one in found)
