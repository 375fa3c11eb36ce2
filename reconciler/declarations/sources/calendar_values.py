"""The dates, times, offsets and durations that calendars write (RFC 5545, section 3.3)."""

import re
from datetime import date, datetime, timedelta

from reconciler.declarations.values.corrections import Wrong
from reconciler.safe_text import quoted

_DAY = re.compile(r"\d{8}", re.ASCII)
_TIME = re.compile(r"\d{8}T\d{6}Z?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?", re.ASCII)
_DURATION = re.compile(
    r"\+?P(?=\d|T\d)(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?", re.ASCII
)


def calendar_time(text: str) -> datetime | date:
    """Read a date, or a time; one with `Z` has the zone UTC, any other has none. Raises `Wrong`."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError as reason:
        raise _not_a_time(text) from reason
    raise _not_a_time(text)


def _not_a_time(text: str) -> Wrong:
    hint = "correct it in the calendar, or write it like 20270415T170000"
    return Wrong("bad-time", f"{quoted(text)} is not a date or time", hint)


def calendar_offset(text: str) -> timedelta:
    """Read an offset from UTC; raise `Wrong` if it is none."""
    found = _OFFSET.fullmatch(text)
    if found is None or int(found[2]) > 23 or int(found[3]) > 59:
        raise Wrong("bad-time", f"{quoted(text)} is not an offset from UTC", "write it like +0200")
    size = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4] or 0))
    return size if found[1] == "+" else -size


def calendar_duration(text: str) -> tuple[int, timedelta]:
    """Read a duration: whole days, which have 23 to 25 hours, and the exact time after them. Raises `Wrong`."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise Wrong("bad-time", f"{quoted(text)} is not a duration from a start on", "write it like PT1H30M or P2D")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return weeks * 7 + days, timedelta(hours=hours, minutes=minutes, seconds=seconds)
