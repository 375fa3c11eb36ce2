"""Recurrence rules: what RFC 5545 allows, and the times that a rule gives."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given
from hypothesis import strategies as st

from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.occurrences import MOST_OCCURRENCES, occurrences
from reconciler.declarations.values.recurrence import Frequency, RecurrenceRule, Weekday, read_rule

START = datetime(2027, 4, 15, 17)  # noqa: DTZ001  (a local time, on a Thursday)

NONE = ("the rule makes no occurrence", "correct the rule")


def days_of(rule: str, start: datetime = START) -> list[str]:
    return [f"{found:%m-%d}" for found in occurrences(read_rule(rule), start)]


def test_every_rule_of_the_documents_gives_dates() -> None:
    page = Path(__file__).parents[2] / "docs" / "writing-events.md"
    rules = set(re.findall(r"FREQ=[A-Z0-9=;,-]+", page.read_text(encoding="utf-8")))
    assert len(rules) > 6
    assert all(occurrences(read_rule(rule), START) for rule in rules)


def test_a_rule_is_read_part_by_part() -> None:
    rule = read_rule("FREQ=yearly;INTERVAL=2;COUNT=3;BYMONTH=5,11;BYDAY=2TH,-1SU,MO;BYHOUR=9;BYMINUTE=0,30;WKST=SU")
    assert rule == RecurrenceRule(
        Frequency.YEARLY,
        interval=2,
        count=3,
        months=frozenset({5, 11}),
        weekdays=frozenset({Weekday(3, 2), Weekday(6, -1), Weekday(0)}),
        hours=frozenset({9}),
        minutes=frozenset({0, 30}),
        week_start=6,
    )


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("20270630", date(2027, 6, 30)),
        ("20270630T170000", datetime(2027, 6, 30, 17)),  # noqa: DTZ001  (a local time)
        ("20270630T170000Z", datetime(2027, 6, 30, 17, tzinfo=UTC)),
    ],
)
def test_until_is_a_day_a_local_time_or_a_time_in_utc(text: str, until: date) -> None:
    assert read_rule(f"FREQ=DAILY;UNTIL={text}").until == until


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "'' is not a part of a rule", "write a rule such as FREQ=WEEKLY;BYDAY=TH;COUNT=12"),
        ("FREQ=DAILY;", "'' is not a part of a rule", "write FREQ=DAILY;COUNT=12"),
        ("COUNT=3", "FREQ is missing", "begin with FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY or FREQ=YEARLY"),
        ("FREQ=HOURLY", "FREQ cannot be 'HOURLY'", "use one of DAILY, WEEKLY, MONTHLY, YEARLY"),
        ("FREQ=DAILY;BYDAYS=MO", "a rule has no part 'BYDAYS'", "did you mean BYDAY?"),
        ("FREQ=DAILY;X-A=1", "a rule has no part 'X-A'", "delete it"),
        ("FREQ=DAILY;DTSTART=20270101", "a rule has no part 'DTSTART'", "delete it"),
        ("FREQ=DAILY;COUNT=1;COUNT=2", "COUNT stands there twice", "delete one of the two"),
        ("FREQ=DAILY;COUNT=0", "COUNT cannot be '0'", "write a whole number above 0"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL cannot be '-1'", "write a whole number above 0"),
        ("FREQ=DAILY;INTERVAL=\u0661", "INTERVAL cannot be '\u0661'", "write a whole number above 0"),
        (
            "FREQ=DAILY;UNTIL=20270231",
            "UNTIL cannot be '20270231'",
            "write a date such as 20270630, or a time such as 20270630T170000",
        ),
        (
            "FREQ=DAILY;UNTIL=soon",
            "UNTIL cannot be 'SOON'",
            "write a date such as 20270630, or a time such as 20270630T170000",
        ),
        (
            "FREQ=YEARLY;BYMONTH=13",
            "BYMONTH cannot be '13'",
            "write numbers from 1 to 12, with commas between them",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,0",
            "BYMONTHDAY cannot be '1,0'",
            "write numbers from 1 to 31, or from -31 to -1, with commas between them",
        ),
        (
            "FREQ=DAILY;BYHOUR=-1",
            "BYHOUR cannot be '-1'",
            "write numbers from 0 to 23, with commas between them",
        ),
        (
            "FREQ=WEEKLY;BYDAY=THU",
            "BYDAY cannot be 'THU'",
            "write days such as TH, 1TH (the first) or -1TH (the last), with commas between them",
        ),
        (
            "FREQ=YEARLY;BYDAY=MO,54TH",
            "BYDAY cannot be '54TH'",
            "write days such as TH, 1TH (the first) or -1TH (the last), with commas between them",
        ),
        ("FREQ=WEEKLY;WKST=1", "WKST cannot be '1'", "use one of MO, TU, WE, TH, FR, SA, SU"),
        (
            "FREQ=DAILY;COUNT=3;UNTIL=20270630",
            "a rule ends by COUNT or by UNTIL, never by both",
            "delete one of the two",
        ),
        (
            "FREQ=WEEKLY;BYDAY=1TH",
            "BYDAY cannot have numbers with FREQ=WEEKLY",
            "write days without numbers, such as BYDAY=TH",
        ),
        (
            "FREQ=YEARLY;BYWEEKNO=3;BYDAY=1TH",
            "BYDAY cannot have numbers with BYWEEKNO",
            "write days without numbers, such as BYDAY=TH",
        ),
        (
            "FREQ=MONTHLY;BYWEEKNO=3",
            "BYWEEKNO cannot be used with FREQ=MONTHLY",
            "delete it, or choose another FREQ",
        ),
        (
            "FREQ=DAILY;BYYEARDAY=3",
            "BYYEARDAY cannot be used with FREQ=DAILY",
            "delete it, or choose another FREQ",
        ),
        (
            "FREQ=WEEKLY;BYMONTHDAY=3",
            "BYMONTHDAY cannot be used with FREQ=WEEKLY",
            "delete it, or choose another FREQ",
        ),
        (
            "FREQ=DAILY;BYSETPOS=1",
            "BYSETPOS chooses among the days of another part, and there is none",
            "add one, such as BYDAY",
        ),
    ],
)
def test_what_the_standard_forbids_is_refused(text: str, message: str, hint: str) -> None:
    with pytest.raises(Wrong) as refused:
        read_rule(text)
    assert (refused.value.code, refused.value.message, refused.value.hint) == ("bad-rule", message, hint)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=WEEKLY;BYDAY=TH,FR;COUNT=12;",
        ";FREQ=WEEKLY;;BYDAY=TH,FR;COUNT=12",
        "FREQ=WEEKLY,BYDAY=TH,FR,COUNT=12",
        "FREQ=WEEKLY;BYDAY=TH,FR; COUNT=12",
        "FREQ=WEEKLY BYDAY=TH,FR COUNT=12",
        "FREQ = WEEKLY;BYDAY=TH,FR;COUNT= 12",
        "FREQ:WEEKLY;BYDAY:TH,FR;COUNT:12",
        "freq=weekly;byday=th fr;count 12",
        "FREQ=WEEKLY;BYDAY=TH;FR;COUNT=12,",
        "FREQ=WEEKLY;BYDAY=TH, FR,;COUNT=12",
    ],
)
def test_a_rule_with_other_separators_is_told_as_it_would_be_right(text: str) -> None:
    with pytest.raises(Wrong) as refused:
        read_rule(text)
    assert refused.value.hint == "write FREQ=WEEKLY;BYDAY=TH,FR;COUNT=12"


def test_what_nobody_wrote_gets_no_rule_of_its_own() -> None:
    with pytest.raises(Wrong) as refused:
        read_rule("FREQ=WEEKLY;COUNT=12" + ";" * 500)
    assert refused.value.hint == "write a rule such as FREQ=WEEKLY;BYDAY=TH;COUNT=12"


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", ["04-15", "04-25", "05-05"]),
        ("FREQ=WEEKLY;COUNT=3", ["04-15", "04-22", "04-29"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=3", ["04-16", "04-26", "04-30"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TH;WKST=SU;COUNT=3", ["04-15", "04-25", "04-29"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TH;WKST=MO;COUNT=3", ["04-15", "04-18", "04-29"]),
        ("FREQ=MONTHLY;COUNT=2", ["04-15", "05-15"]),
        ("FREQ=MONTHLY;BYDAY=3TH;COUNT=3", ["04-15", "05-20", "06-17"]),
        ("FREQ=MONTHLY;BYDAY=-1TH;COUNT=2", ["04-29", "05-27"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", ["05-31", "07-31", "08-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", ["04-30", "05-31"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", ["04-30", "05-31"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=99,2;COUNT=2", ["05-04", "06-07"]),
        ("FREQ=YEARLY;COUNT=2", ["04-15", "04-15"]),
        ("FREQ=YEARLY;BYMONTH=6;COUNT=1", ["06-15"]),
        ("FREQ=YEARLY;BYMONTH=5,6;BYDAY=1MO;COUNT=2", ["05-03", "06-07"]),
        ("FREQ=YEARLY;BYDAY=20MO;COUNT=1", ["05-17"]),
        ("FREQ=YEARLY;BYYEARDAY=-1,200;COUNT=2", ["07-19", "12-31"]),
        ("FREQ=YEARLY;BYWEEKNO=20;COUNT=1", ["05-20"]),
        ("FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=MO;COUNT=3", ["12-27", "01-03", "12-25"]),
        ("FREQ=WEEKLY;UNTIL=20270429", ["04-15", "04-22", "04-29"]),
        ("FREQ=WEEKLY;UNTIL=20270429T165959", ["04-15", "04-22"]),
        ("FREQ=WEEKLY;UNTIL=20270429T170000", ["04-15", "04-22", "04-29"]),
    ],
)
def test_a_rule_gives_the_days_that_it_says(rule: str, days: list[str]) -> None:
    assert days_of(rule) == days


def test_a_rule_can_name_several_times_of_a_day() -> None:
    found = occurrences(read_rule("FREQ=DAILY;BYHOUR=9,18;BYMINUTE=30;COUNT=3"), START)
    assert [f"{time:%d %H:%M}" for time in found] == ["15 18:30", "16 09:30", "16 18:30"]


def test_a_position_counts_times_too() -> None:
    found = occurrences(read_rule("FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=9,18;BYSETPOS=2,3;COUNT=2"), START)
    assert [f"{time:%d %H:%M}" for time in found] == ["19 18:00", "22 09:00"]


@pytest.mark.parametrize(
    ("rule", "code", "message", "hint"),
    [
        ("FREQ=DAILY", "endless-rule", "the rule has no end", "add COUNT or UNTIL, as in FREQ=DAILY;COUNT=12"),
        (
            "FREQ=DAILY;UNTIL=20270429T170000Z",
            "bad-rule",
            "UNTIL is in UTC, and the start is a local time",
            "write UNTIL without Z",
        ),
        (
            "FREQ=DAILY;COUNT=401",
            "too-many-occurrences",
            "the rule makes more than 400 occurrences",
            "let it end earlier",
        ),
        (
            "FREQ=DAILY;UNTIL=20290101",
            "too-many-occurrences",
            "the rule makes more than 400 occurrences",
            "let it end earlier",
        ),
        (
            "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7;BYMINUTE=0,1,2,3,4,5,6;BYSECOND=0,1,2,3,4,5,6,7;COUNT=1",
            "too-many-occurrences",
            "the rule makes more than 400 occurrences",
            "let it end earlier",
        ),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1",
            "no-occurrence",
            "the rule makes no occurrence",
            "correct the rule",
        ),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU;COUNT=1", "no-occurrence", *NONE),
        ("FREQ=WEEKLY;UNTIL=20270101", "no-occurrence", *NONE),
        (
            "FREQ=YEARLY;INTERVAL=300;COUNT=3",
            "bad-rule",
            "the rule goes on for more than 400 years",
            "let it end earlier",
        ),
        (
            "FREQ=YEARLY;INTERVAL=300;UNTIL=99990101",
            "bad-rule",
            "the rule goes on for more than 400 years",
            "let it end earlier",
        ),
    ],
)
def test_a_rule_without_a_right_number_of_occurrences_is_refused(rule: str, code: str, message: str, hint: str) -> None:
    with pytest.raises(Wrong) as refused:
        occurrences(read_rule(rule), START)
    assert (refused.value.code, refused.value.message, refused.value.hint) == (code, message, hint)


def test_as_many_occurrences_as_are_allowed_are_given() -> None:
    assert len(occurrences(read_rule(f"FREQ=DAILY;COUNT={MOST_OCCURRENCES}"), START)) == MOST_OCCURRENCES


@pytest.mark.parametrize("year", [1, 9999])
def test_a_recurrence_at_the_end_of_all_years_is_refused(year: int) -> None:
    with pytest.raises(Wrong, match=f"cannot begin in the year {year}"):
        occurrences(read_rule("FREQ=WEEKLY;COUNT=2"), replace_year(year))


@pytest.mark.parametrize("year", [2, 9998])
def test_a_recurrence_in_the_years_beside_them_is_followed(year: int) -> None:
    assert len(occurrences(read_rule("FREQ=YEARLY;BYWEEKNO=1,53;COUNT=1;WKST=SU"), replace_year(year))) == 1


def replace_year(year: int) -> datetime:
    return START.replace(year=year, month=1, day=1)


weekdays = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=4, unique=True)


def joined(items: st.SearchStrategy[list[int]]) -> st.SearchStrategy[str]:
    return items.map(lambda each: ",".join(map(str, each)))


def some(low: int, high: int, most: int = 3) -> st.SearchStrategy[str]:
    return joined(st.lists(st.integers(low, high).filter(bool), min_size=1, max_size=most, unique=True))


nth_days = st.tuples(st.sampled_from(["1", "2", "-1", "-2", "5"]), st.sampled_from(["MO", "TH", "SU"])).map("".join)
PARTS = {
    "INTERVAL": st.integers(1, 5).map(str),
    "BYMONTH": some(1, 12, 6),
    "BYDAY": st.one_of(weekdays, st.lists(nth_days, min_size=1, max_size=3, unique=True)).map(",".join),
    "BYMONTHDAY": some(-31, 31),
    "BYYEARDAY": some(-366, 366, 8),
    "BYWEEKNO": some(1, 53, 8),
    "BYHOUR": some(1, 23),
    "BYMINUTE": some(1, 59, 2),
    "BYSETPOS": some(-8, 8),
    "WKST": st.sampled_from(["MO", "SU", "WE"]),
}


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(list(Frequency)))
    chosen = draw(st.lists(st.sampled_from(list(PARTS)), max_size=4, unique=True))
    parts = [f"{name}={draw(PARTS[name])}" for name in chosen]
    end = draw(st.one_of(st.integers(1, 30).map(lambda n: f"COUNT={n}"), st.just("UNTIL=20310615T120000")))
    return ";".join([f"FREQ={frequency}", *parts, end])


@example("FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU;COUNT=20", START)
@example("FREQ=MONTHLY;BYDAY=MO,TH;BYHOUR=9,18;BYSETPOS=-1,2;COUNT=20", START)
@given(rules(), st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)).map(lambda time: time.replace(microsecond=0)))  # noqa: DTZ001  (local times)
def test_an_independent_library_finds_the_same_times(text: str, start: datetime) -> None:
    try:
        rule = read_rule(text)
        found = occurrences(rule, start)
    except Wrong:
        return
    # The library begins the first week with the start, and takes every day of a week where BYDAY is left to the start.
    # It also wants a day that is both where BYDAY names all Mondays and the first one; so none of these has both.
    assume(not (rule.positions and rule.frequency is Frequency.WEEKLY))
    assume(not (rule.week_numbers and not (rule.weekdays or rule.month_days or rule.year_days)))
    assert found == list(rrulestr(text, dtstart=start))


@given(st.text(alphabet="FREQ=DAILYWEKMONTHCU;,-+0123456789BSP", max_size=40))
def test_any_other_text_is_refused_in_words(text: str) -> None:
    with suppress(Wrong):
        assert read_rule(text).interval > 0
