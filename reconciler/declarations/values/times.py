"""Times, dates and hours of a day, as declarations write them."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import NamedTuple

from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.zones import load_zone
from reconciler.event import instant
from reconciler.safe_text import quoted

TIME = (
    r"\d{4}-\d{2}-\d{2}[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{3})?)?"
    r"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?"
)
"""The pattern of a time; it also matches days that do not exist."""

DAY = r"\d{4}-\d{2}-\d{2}"
"""The pattern of a date alone."""

_HOUR_AND_MINUTE = r"(?:[01]\d|2[0-3]):[0-5]\d"
HOURS = rf"{_HOUR_AND_MINUTE}-{_HOUR_AND_MINUTE}"
"""The pattern of the hours of a day."""

_KEPT = 4096
"""How many times are kept: of many events, most begin when others do."""

_TIME = re.compile(TIME, re.ASCII)
_DAY = re.compile(DAY, re.ASCII)
_HOURS = re.compile(HOURS, re.ASCII)
_CLOCK = r"\d{2}:\d{2}(?::\d{2}(?:\.\d{3})?)?"
_OFFSET = r"(?:Z|[+-]\d{2}:\d{2})"
_BLANK = rf"{_CLOCK} +{_OFFSET}"
_EXAMPLES = "write it like 2027-04-15 17:00, or with an offset like 2027-04-15T17:00:00+02:00"
_RANGES = "hours go from 00 to 23, minutes and seconds from 00 to 59, offsets from -23:59 to +23:59"
_ONE_EACH = "write the start into startDateTime, and the end with its date into endDateTime"
_NEAR_MISSES = (
    (DAY + r"[T ]24:.*", "a day ends at 23:59, so 24:00 is not a time", "write 00:00 of the next day"),
    (DAY + r"[T ]\d{2}:\d{2}:60.*", "leap seconds are not allowed", "write 00 seconds of the next minute"),
    (rf"{DAY}[T ]{_CLOCK} *(?: -|\u2013|to) *{_CLOCK}", "this is more than one time", _ONE_EACH),
    (rf"{DAY}[T ]{_CLOCK}{_OFFSET}?", "the hour, the minute, the second or the offset is out of range", _RANGES),
)


@lru_cache(maxsize=_KEPT)
def read_time(text: str) -> datetime | date:
    """Read a time, or a date alone; a time without an offset is local and gets its zone later.

    Raises `Wrong` if the text is not a time, or if its day does not exist.
    """
    if not (is_day(text) or _TIME.fullmatch(text)):
        raise _not_a_time(text)
    try:
        return date.fromisoformat(text) if is_day(text) else datetime.fromisoformat(text)
    except ValueError as reason:
        raise _no_such_day(text) from reason


def is_day(text: str) -> bool:
    """Return whether a text is a date alone."""
    return _DAY.fullmatch(text) is not None


@lru_cache(maxsize=_KEPT)
def moment_of(time: datetime, place: str | None) -> datetime:
    """Return the moment of a time in UTC, reading a local time in the zone that `place` names.

    Raises `Wrong` if a local time has no zone, does not exist in it or exists twice, and if the moment is outside the
    years 1 to 9999.
    """
    try:
        moment = time if time.tzinfo else _localised(time, place)
        return moment.astimezone(UTC)
    except OverflowError as reason:
        raise Wrong("bad-time", "the time is outside the years 1 to 9999", "correct the year") from reason


@lru_cache(maxsize=_KEPT)
def instant_of(moment: datetime) -> str:
    """Return a moment in the form that HubSpot writes."""
    return instant(moment)


def spelt(when: datetime, place: str | None) -> str:
    """Return a moment as local time of a place; with an offset if that time exists twice, in UTC if all else fails.

    Without a place it gets the offset that it has.
    """
    in_utc = to_the_minute(when.astimezone(UTC).replace(tzinfo=None)) + "Z"
    return next((text for text in _spellings(when, place) if _means(text, when, place)), in_utc)


def _spellings(when: datetime, place: str | None) -> Iterator[str]:
    """Yield a moment as local time, without and with its offset."""
    try:
        local = when if place is None else when.astimezone(load_zone(place))
        if place is not None:
            yield to_the_minute(local.replace(tzinfo=None))
        yield to_the_minute(local)
    except OverflowError:
        return  # the local time is outside the years 1 to 9999


def to_the_minute(time: datetime) -> str:
    """Return a time with seconds and milliseconds only if there are any."""
    return time.isoformat(" ", "milliseconds" if time.microsecond else "seconds" if time.second else "minutes")


def _means(text: str, when: datetime, place: str | None) -> bool:
    try:
        read = read_time(text)
        return isinstance(read, datetime) and moment_of(read, place) == when
    except Wrong:
        return False


def _localised(time: datetime, place: str | None) -> datetime:
    if place is None:
        hint = "add an offset such as +02:00, or set timezone for the event, in its defaults or in the settings"
        raise Wrong("no-timezone", "the time has no offset, and no timezone is set", hint)
    before, after = (time.replace(tzinfo=load_zone(place), fold=fold) for fold in (0, 1))
    if before.utcoffset() != after.utcoffset():
        raise _clock_change(before, after, place)
    return before


def _clock_change(before: datetime, after: datetime, place: str) -> Wrong:
    """Return the error for a local time that a clock change skips or repeats, from its two readings (PEP 495).

    If the clock is set back, both readings exist. If it is set forward, neither exists; the first, converted to a time
    that exists, is what clocks will show.
    """
    real = before.astimezone(UTC).astimezone(before.tzinfo)
    if real.replace(tzinfo=None) == before.replace(tzinfo=None):
        choice = f"write {_short(before)} or {_short(after)}"
        return Wrong("ambiguous-time", f"this time exists twice in {place}: the clock is set back", choice)
    hint = f"did you mean {_short(real.replace(tzinfo=None))}?"
    return Wrong("missing-time", f"this time does not exist in {place}: the clock is set forward", hint)


def _short(time: datetime) -> str:
    """Format a time, with seconds and milliseconds only if they are not zero."""
    return to_the_minute(time).replace(" ", "T" if time.tzinfo else " ")


def _not_a_time(text: str) -> Wrong:
    from reconciler.declarations.values.misread import hint_for, parts_of, without_date  # noqa: PLC0415  (slow to load; only a mistake needs it)

    for pattern, message, hint in _NEAR_MISSES:
        if re.fullmatch(pattern, text, re.ASCII | re.DOTALL):
            return Wrong("bad-time", message, hint)
    meant = parts_of(text)
    if meant is None:
        return Wrong("bad-time", f"{quoted(text)} is not a time", _EXAMPLES)
    if not meant.days:
        return Wrong("bad-time", f"{quoted(text)} has no date", without_date(meant))
    message = "there is a space before the offset" if re.search(_BLANK, text) else f"{quoted(text)} is not a time"
    return Wrong("bad-time", message, hint_for(meant))


def _no_such_day(text: str) -> Wrong:
    month, day = text[5:7], text[8:10]
    is_swapped = int(month) > 12 >= int(day) > 0
    hint = f"did you mean {text[:5]}{day}-{month}{text[10:]}?" if is_swapped else "write a day that exists"
    return Wrong("bad-time", f"the day {text[:10]} does not exist", hint)


class Hours(NamedTuple):
    """The local times at which a day begins and ends."""

    begin: time
    end: time


def read_hours(text: str) -> Hours:
    """Read the hours of a day.

    Raises `Wrong` if the text has another form, or if the hours do not end after they begin.
    """
    if not _HOURS.fullmatch(text):
        from reconciler.declarations.values.misread import hours_meant_by  # noqa: PLC0415  (slow to load; only a mistake needs it)

        meant = hours_meant_by(text)
        hint = 'write them like "09:00-17:00"' if meant is None else f'did you mean "{meant}"?'
        raise Wrong("bad-hours", f"{quoted(text)} are not the hours of a day", hint)
    hours = Hours(*map(time.fromisoformat, text.split("-")))
    if hours.begin >= hours.end:
        late = "for hours past midnight, write times instead of both dates"
        hint = f'write the earlier one first, as in "09:00-17:00"; {late}'
        raise Wrong("bad-hours", "the hours must end after they begin", hint)
    return hours
