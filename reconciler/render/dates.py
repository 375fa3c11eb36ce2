"""Dates and times as people read them, in the time zone of an event or a portal."""

from datetime import datetime

from reconciler.declarations.values.clocks import (
    DAY_NAMES,
    MONTH_NAMES,
    Clocks,
    clock,
    clocks_in,
    clocks_of,
    date,
    day,
    day_and_time,
    local,
    placed,
    zone_of,
)

__all__ = [
    "DAY_NAMES",
    "MONTH_NAMES",
    "Clocks",
    "clock",
    "clocks_in",
    "clocks_of",
    "date",
    "day",
    "day_and_time",
    "from_to",
    "local",
    "months",
    "placed",
    "span",
    "times_of_day",
    "zone_of",
]


def span(start: datetime, end: datetime | None) -> str:
    """Format when an event takes place, with its end if it has one; a day that both share is written once."""
    if end is None:
        return day_and_time(start)
    if start.date() == end.date():
        return f"{day(start)} {start.year} {times_of_day(start, end)}"
    return f"{day_and_time(start)} {_TO} {day_and_time(end)}"


def times_of_day(start: datetime, end: datetime) -> str:
    """Format the times of day between which an event takes place."""
    return f"{clock(start)}{_TO}{clock(end)}"


_TO = "\N{EN DASH}"


def from_to(before: datetime, after: datetime, clocks: Clocks) -> str:
    """Return a move between two times in words; what both share is written once."""
    place = f", {clocks.place} time" if clocks.place else ""
    if before.date() == after.date():
        return f"from {clock(before)} to {clock(after)} on {day(after)} {after.year}{place}"
    year = "" if before.year == after.year else f" {before.year}"
    return f"from {day(before)}{year} {clock(before)} to {day_and_time(after)}{place}"


def months(first: datetime, last: datetime) -> str:
    """Return the months from the first time to the last in words, after a blank: ` in May 2027`."""
    if (first.year, first.month) == (last.year, last.month):
        return f" in {_month(first)}"
    return f" from {_month(first)} to {_month(last)}"


def _month(at: datetime) -> str:
    return f"{MONTH_NAMES[at.month - 1]} {at.year}"
