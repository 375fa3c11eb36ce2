"""Dates without times, for which `hours` supplies the times."""

from collections.abc import Mapping
from datetime import date, datetime

from reconciler.declarations.events.inheritance import Inheritance
from reconciler.declarations.events.layers import refusal
from reconciler.declarations.values.corrections import Wrong
from reconciler.diagnostics import Diagnostic, error

TIMES = ("startDateTime", "endDateTime")
_OTHER = dict(zip(TIMES, reversed(TIMES), strict=True))
_ALONE = Wrong(
    "bad-time",
    "the time of day is missing",
    'add the time, as in 2027-04-15 17:00; or set hours: "09:00-17:00" for the event, here or in its defaults',
)
_HINTS = {
    "no-timezone": "set timezone for the event, in its defaults or in the settings",
    "missing-time": "set other hours for the event, or write times instead of both dates",
    "ambiguous-time": "set other hours for the event, or write times instead of both dates",
}
"""Hints, by code, for times that come from `hours`; the usual hints assume a time written beside its date."""


def times_of(merged: Inheritance, diagnostics: list[Diagnostic]) -> dict[str, datetime]:
    """Return the start and end of an event, with times from its hours for dates; add problems to `diagnostics`."""
    written: dict[str, datetime | date] = {key: merged.values[key] for key in TIMES if key in merged.values}
    days = {key: value for key, value in written.items() if not isinstance(value, datetime)}
    times = {key: value for key, value in written.items() if isinstance(value, datetime)}
    if not days:
        return times
    problems = _problems(days, times, merged)
    diagnostics += problems
    if problems or len(days) == 1 or "hours" not in merged.values:
        return {}
    begin, end = merged.values["hours"]
    return {
        "startDateTime": datetime.combine(days["startDateTime"], begin),
        "endDateTime": datetime.combine(days["endDateTime"], end),
    }


def for_date_only(wrong: Wrong) -> Wrong:
    """Return a problem with a moment, with a hint that fits a date without a time."""
    return Wrong(wrong.code, wrong.message, _HINTS.get(wrong.code, wrong.hint))


def _problems(days: Mapping[str, date], times: Mapping[str, datetime], merged: Inheritance) -> list[Diagnostic]:
    if merged.lacks("hours"):
        return [refusal(_ALONE, key, merged.place(key)) for key in days]
    key, other = next((key, _OTHER[key]) for key in days)
    if other in times:
        message = f"{key} is a date alone, and {other} is a time"
        return [error("date-and-time", message, merged.place(key), "write dates in both, or times in both")]
    if merged.lacks(other):
        message = f"{key} is a date alone, and there is no {other}"
        return [error("date-and-time", message, merged.place(key), f"add {other}, with the same date for one day")]
    return []
