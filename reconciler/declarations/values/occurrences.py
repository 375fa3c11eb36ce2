"""The local times that a recurrence rule gives."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice, product
from typing import assert_never

from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.recurrence import Frequency, RecurrenceRule, Weekday

MOST_OCCURRENCES = 400
"""The most occurrences of one rule."""

_YEARS = 400
"""The most years that a rule is followed: then all days of the year and the week come again as they were."""


def occurrences(rule: RecurrenceRule, start: datetime) -> list[datetime]:
    """Return the times that a rule gives from a local start on, in order; the start itself only if the rule gives it.

    The times are local, and some may not exist in a zone. Raises `Wrong` if the rule has no end, an end in UTC, no
    occurrence, or more than `MOST_OCCURRENCES`.
    """
    if rule.count is None and rule.until is None:
        raise Wrong("endless-rule", "the rule has no end", f"add COUNT or UNTIL, as in FREQ={rule.frequency};COUNT=12")
    if isinstance(rule.until, datetime) and rule.until.tzinfo:
        raise Wrong("bad-rule", "UNTIL is in UTC, and the start is a local time", "write UNTIL without Z")
    times = times_from(rule, start, start.year + _YEARS)
    found = list(islice(times, min(rule.count or MOST_OCCURRENCES + 1, MOST_OCCURRENCES + 1)))
    if len(found) > MOST_OCCURRENCES:
        raise too_many()
    if not found:
        raise Wrong("no-occurrence", "the rule makes no occurrence", "correct the rule")
    is_complete = len(found) == rule.count if rule.until is None else rule.until.year <= start.year + _YEARS
    if not is_complete:
        raise Wrong("bad-rule", f"the rule goes on for more than {_YEARS} years", "let it end earlier")
    return found


_FIRST_YEAR = 2
_LAST_YEAR = 9998
"""The weeks of the years beside these may leave what dates can say."""


def too_many() -> Wrong:
    """Return the error for more occurrences than are allowed."""
    message = f"the rule makes more than {MOST_OCCURRENCES} occurrences"
    return Wrong("too-many-occurrences", message, "let it end earlier")


def times_from(rule: RecurrenceRule, start: datetime, last_year: int) -> Iterator[datetime]:
    """Yield the times that a rule gives from a local start on, until the end of a year at most.

    COUNT is left to the caller. Raises `Wrong` for a start in the first or the last year that there is, and for too
    many times on one day.
    """
    _check_year(start)
    rule = _completed(rule, start)
    times = _times_of_day(rule)
    last = date(min(last_year, _LAST_YEAR), 12, 31)
    for days in _periods(rule, start.date(), last):
        for found in _chosen([day for day in days if _fits(day, rule)], times, rule.positions):
            if rule.until is not None and _is_after(found, rule.until):
                return
            if found >= start:
                yield found


def with_local_end(rule: RecurrenceRule, zone: tzinfo) -> RecurrenceRule:
    """Return the rule with an end that is given in UTC as local time of a zone."""
    if not isinstance(rule.until, datetime) or rule.until.tzinfo is None:
        return rule
    try:
        return replace(rule, until=rule.until.astimezone(zone).replace(tzinfo=None))
    except OverflowError as reason:
        raise Wrong("bad-rule", "UNTIL is outside the years 1 to 9999", "correct the year") from reason


def _check_year(start: datetime) -> None:
    if not _FIRST_YEAR <= start.year <= _LAST_YEAR:
        raise Wrong("bad-time", f"a recurrence cannot begin in the year {start.year}", "correct the year")


def _is_after(found: datetime, until: date | datetime) -> bool:
    return found > until if isinstance(until, datetime) else found.date() > until


def _completed(rule: RecurrenceRule, start: datetime) -> RecurrenceRule:
    """Return the rule with what it leaves to the start."""
    rule = replace(
        rule,
        hours=rule.hours or frozenset({start.hour}),
        minutes=rule.minutes or frozenset({start.minute}),
        seconds=rule.seconds or frozenset({start.second}),
    )
    if rule.year_days or rule.month_days or rule.weekdays:
        return rule
    match rule.frequency:
        case Frequency.DAILY:
            return rule
        case Frequency.WEEKLY:
            return replace(rule, weekdays=frozenset({Weekday(start.weekday())}))
        case Frequency.MONTHLY:
            return replace(rule, month_days=frozenset({start.day}))
        case Frequency.YEARLY if rule.week_numbers:
            return replace(rule, weekdays=frozenset({Weekday(start.weekday())}))
        case Frequency.YEARLY:
            return replace(rule, months=rule.months or frozenset({start.month}), month_days=frozenset({start.day}))
        case _:
            assert_never(rule.frequency)


def _times_of_day(rule: RecurrenceRule) -> list[time]:
    if len(rule.hours) * len(rule.minutes) * len(rule.seconds) > MOST_OCCURRENCES:
        raise too_many()
    return [time(*parts) for parts in product(sorted(rule.hours), sorted(rule.minutes), sorted(rule.seconds))]


def _chosen(days: list[date], times: list[time], positions: frozenset[int]) -> Iterator[datetime]:
    """Yield the times of one period, in order: all, or those at the positions of BYSETPOS."""
    if not positions:
        yield from (datetime.combine(*pair) for pair in product(days, times))
        return
    number = len(days) * len(times)
    for index in sorted({position - 1 if position > 0 else number + position for position in positions}):
        if 0 <= index < number:
            yield datetime.combine(days[index // len(times)], times[index % len(times)])


def _periods(rule: RecurrenceRule, start: date, last: date) -> Iterator[list[date]]:
    """Yield the days of each period that the rule does not skip, beginning with that of the start.

    Of a year only the months that the rule names are there, because most of the time is spent on its days.
    """
    match rule.frequency:
        case Frequency.DAILY:
            yield from ([day] for day in _every(start, rule.interval, last))
        case Frequency.WEEKLY:
            begin = start - timedelta((start.weekday() - rule.week_start) % 7)
            yield from (_run(day, 7) for day in _every(begin, 7 * rule.interval, last))
        case Frequency.MONTHLY:
            numbers = range(start.year * 12 + start.month - 1, last.year * 12 + 12, rule.interval)
            yield from (_month(number // 12, number % 12 + 1) for number in numbers)
        case Frequency.YEARLY:
            years = range(start.year, last.year + 1, rule.interval)
            months = sorted(rule.months) or range(1, 13)
            yield from ([day for month in months for day in _month(year, month)] for year in years)
        case _:
            assert_never(rule.frequency)


def _every(first: date, days: int, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1, days))


def _run(first: date, length: int) -> list[date]:
    return [first + timedelta(days) for days in range(length)]


def _month(year: int, month: int) -> list[date]:
    return _run(date(year, month, 1), monthrange(year, month)[1])


def _days_in_year(year: int) -> int:
    return date(year, 12, 31).timetuple().tm_yday


def _fits(day: date, rule: RecurrenceRule) -> bool:
    """Return whether a day passes every part of the rule that names days."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not _is_one_of(day.day, monthrange(day.year, day.month)[1], rule.month_days):
        return False
    if rule.year_days and not _is_one_of(day.timetuple().tm_yday, _days_in_year(day.year), rule.year_days):
        return False
    if rule.week_numbers and not _is_in_weeks(day, rule):
        return False
    return not rule.weekdays or _is_a_weekday(day, rule)


def _is_one_of(place: int, length: int, numbers: frozenset[int]) -> bool:
    """Return whether the place among `length` places, counted from either end, is one of the numbers."""
    return place in numbers or place - length - 1 in numbers


def _is_in_weeks(day: date, rule: RecurrenceRule) -> bool:
    """Return whether a day is in one of the weeks; a week belongs to the year that has at least four of its days."""
    middle = _middle_of_week(day, rule.week_start)
    number = (middle.timetuple().tm_yday - 1) // 7 + 1
    last = (_middle_of_week(date(middle.year, 12, 28), rule.week_start).timetuple().tm_yday - 1) // 7 + 1
    return _is_one_of(number, last, rule.week_numbers)


def _middle_of_week(day: date, week_start: int) -> date:
    return day + timedelta(3 - (day.weekday() - week_start) % 7)


def _is_a_weekday(day: date, rule: RecurrenceRule) -> bool:
    weekday = day.weekday()
    if Weekday(weekday) in rule.weekdays:
        return True
    if rule.frequency is Frequency.MONTHLY or rule.months:
        place, length = day.day, monthrange(day.year, day.month)[1]
    else:
        place, length = day.timetuple().tm_yday, _days_in_year(day.year)
    from_begin, from_end = (place - 1) // 7 + 1, -((length - place) // 7 + 1)
    return Weekday(weekday, from_begin) in rule.weekdays or Weekday(weekday, from_end) in rule.weekdays
