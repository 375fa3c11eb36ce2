"""Recurrence rules (RFC 5545, section 3.3.10), read strictly."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from reconciler.declarations.values.corrections import Wrong, did_you_mean
from reconciler.declarations.values.rule_repair import repaired_rule
from reconciler.safe_text import quoted


class Frequency(StrEnum):
    """How often a rule repeats."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class Weekday(NamedTuple):
    """A day of the week, from 0 for Monday; with `nth`, only that one of the month or year, from the end if below 0."""

    day: int
    nth: int | None = None


@dataclass(frozen=True, slots=True)
class RecurrenceRule:
    """A rule; an empty set of numbers means that the rule does not have the part."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    """The last day or time; a time with `Z` has the zone UTC, any other has none."""
    months: frozenset[int] = frozenset()
    week_numbers: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: frozenset[Weekday] = frozenset()
    hours: frozenset[int] = frozenset()
    minutes: frozenset[int] = frozenset()
    seconds: frozenset[int] = frozenset()
    positions: frozenset[int] = frozenset()
    week_start: int = 0


_LONGEST = 500


def read_rule(text: str) -> RecurrenceRule:
    """Read a rule, without the name RRULE before it.

    Raises `Wrong` for what RFC 5545 does not allow, and for a rule that repeats more often than daily.
    """
    try:
        return _read(text)
    except Wrong as wrong:
        # A longer one is none that somebody wrote, and takes long.
        better = repaired_rule(text, _PARTS) if len(text) <= _LONGEST else text
        if better != text.upper() and (rule := _read_or_none(better)) is not None:
            end = ";COUNT=12" if rule.count is None and rule.until is None else ""
            raise _bad(wrong.message, f"write {better}{end}") from wrong
        raise


def _read_or_none(text: str) -> RecurrenceRule | None:
    try:
        return _read(text)
    except Wrong:
        return None


def _read(text: str) -> RecurrenceRule:
    values: dict[str, Any] = {}
    for part in text.split(";"):
        # The capitals of some letters beyond ASCII are in ASCII.
        name, sign, value = (part.upper() if part.isascii() else part).partition("=")
        if not sign:
            raise _bad(f"{quoted(part)} is not a part of a rule", "write a rule such as FREQ=WEEKLY;BYDAY=TH;COUNT=12")
        if name not in _PARTS:
            raise _bad(f"a rule has no part {quoted(name)}", _hint_for_part(name))
        field, read = _PARTS[name]
        if field in values:
            raise _bad(f"{name} stands there twice", "delete one of the two")
        values[field] = read(name, value)
    if "frequency" not in values:
        raise _bad("FREQ is missing", "begin with FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY or FREQ=YEARLY")
    rule = RecurrenceRule(**values)
    _check(rule)
    return rule


def _hint_for_part(name: str) -> str:
    if "RRULE:" in name:
        return "write only what follows RRULE:"
    return did_you_mean(name, _PARTS) or "delete it"


def _bad(message: str, hint: str) -> Wrong:
    return Wrong("bad-rule", message, hint)


def _frequency(name: str, value: str) -> Frequency:
    if value not in tuple(Frequency):
        raise _bad(f"{name} cannot be {quoted(value)}", f"use one of {', '.join(Frequency)}")
    return Frequency(value)


def _positive(name: str, value: str) -> int:
    if not re.fullmatch(r"0*[1-9]\d{0,5}", value, re.ASCII):
        raise _bad(f"{name} cannot be {quoted(value)}", "write a whole number above 0")
    return int(value)


_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?", re.ASCII)


def _until(name: str, value: str) -> date | datetime:
    wrong = _bad(
        f"{name} cannot be {quoted(value)}", "write a date such as 20270630, or a time such as 20270630T170000"
    )
    found = _UNTIL.fullmatch(value)
    if found is None:
        raise wrong
    try:
        return datetime.fromisoformat(value) if found[1] else date.fromisoformat(value)
    except ValueError as reason:
        raise wrong from reason


def _numbers(lowest: int, highest: int, *, from_the_end: bool = False) -> Callable[[str, str], frozenset[int]]:
    """Return a reader of a list of numbers; with `from_the_end` they may have a sign."""
    pattern = re.compile(r"[+-]?\d{1,3}" if from_the_end else r"\d{1,3}", re.ASCII)

    def read(name: str, value: str) -> frozenset[int]:
        items = value.split(",")
        if not all(pattern.fullmatch(item) and lowest <= abs(int(item)) <= highest for item in items):
            signed = f", or from -{highest} to -{lowest}" if from_the_end else ""
            hint = f"write numbers from {lowest} to {highest}{signed}, with commas between them"
            raise _bad(f"{name} cannot be {quoted(value)}", hint)
        return frozenset(map(int, items))

    return read


_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY = re.compile(rf"([+-]?\d{{1,2}})?({'|'.join(_DAYS)})", re.ASCII)


def _weekdays(name: str, value: str) -> frozenset[Weekday]:
    return frozenset(_one_weekday(name, item) for item in value.split(","))


def _one_weekday(name: str, item: str) -> Weekday:
    found = _WEEKDAY.fullmatch(item)
    if found is None or (found[1] is not None and not 1 <= abs(int(found[1])) <= 53):
        hint = "write days such as TH, 1TH (the first) or -1TH (the last), with commas between them"
        raise _bad(f"{name} cannot be {quoted(item)}", hint)
    return Weekday(_DAYS.index(found[2]), None if found[1] is None else int(found[1]))


def _week_start(name: str, value: str) -> int:
    if value not in _DAYS:
        raise _bad(f"{name} cannot be {quoted(value)}", f"use one of {', '.join(_DAYS)}")
    return _DAYS.index(value)


_PARTS: Mapping[str, tuple[str, Callable[[str, str], Any]]] = {
    "FREQ": ("frequency", _frequency),
    "INTERVAL": ("interval", _positive),
    "COUNT": ("count", _positive),
    "UNTIL": ("until", _until),
    "BYMONTH": ("months", _numbers(1, 12)),
    "BYWEEKNO": ("week_numbers", _numbers(1, 53, from_the_end=True)),
    "BYYEARDAY": ("year_days", _numbers(1, 366, from_the_end=True)),
    "BYMONTHDAY": ("month_days", _numbers(1, 31, from_the_end=True)),
    "BYDAY": ("weekdays", _weekdays),
    "BYHOUR": ("hours", _numbers(0, 23)),
    "BYMINUTE": ("minutes", _numbers(0, 59)),
    "BYSECOND": ("seconds", _numbers(0, 59)),
    "BYSETPOS": ("positions", _numbers(1, 366, from_the_end=True)),
    "WKST": ("week_start", _week_start),
}


def _check(rule: RecurrenceRule) -> None:
    """Raise `Wrong` for parts that RFC 5545 does not allow together."""
    frequency = rule.frequency
    if rule.count is not None and rule.until is not None:
        raise _bad("a rule ends by COUNT or by UNTIL, never by both", "delete one of the two")
    if rule.week_numbers and frequency is not Frequency.YEARLY:
        raise _not_with("BYWEEKNO", frequency)
    if rule.year_days and frequency is not Frequency.YEARLY:
        raise _not_with("BYYEARDAY", frequency)
    if rule.month_days and frequency is Frequency.WEEKLY:
        raise _not_with("BYMONTHDAY", frequency)
    if any(weekday.nth is not None for weekday in rule.weekdays):
        _check_nth_days(rule)
    sets = (rule.months, rule.week_numbers, rule.year_days, rule.month_days, rule.weekdays)
    if rule.positions and not any((*sets, rule.hours, rule.minutes, rule.seconds)):
        raise _bad("BYSETPOS chooses among the days of another part, and there is none", "add one, such as BYDAY")


def _check_nth_days(rule: RecurrenceRule) -> None:
    if rule.frequency not in (Frequency.MONTHLY, Frequency.YEARLY):
        hint = "write days without numbers, such as BYDAY=TH"
        raise _bad(f"BYDAY cannot have numbers with FREQ={rule.frequency}", hint)
    if rule.week_numbers:
        raise _bad("BYDAY cannot have numbers with BYWEEKNO", "write days without numbers, such as BYDAY=TH")


def _not_with(part: str, frequency: Frequency) -> Wrong:
    return _bad(f"{part} cannot be used with FREQ={frequency}", "delete it, or choose another FREQ")
