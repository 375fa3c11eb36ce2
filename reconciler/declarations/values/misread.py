"""Suggestions for texts that are not times as declarations write them."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from reconciler.declarations.values.zones import is_zone, place_for

_LONGEST = 60
"""Longer texts are not times, and parsing them is slow."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DAY_OF_MONTH = r"(?P<d>\d{1,2})(?:st|nd|rd|th|\.)?"
_MONTH_NAME = r"(?P<name>[A-Za-z]{3,9})\.?"
_DATES = (
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
    r"(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. ?(?P<y>\d{4})",
    r"(?P<a>\d{1,2})(?P<between>[/-])(?P<b>\d{1,2})(?P=between)(?P<y>\d{4})",
    rf"{_DAY_OF_MONTH},? (?:of )?{_MONTH_NAME},? (?P<y>\d{{4}})",
    rf"{_MONTH_NAME} {_DAY_OF_MONTH},? (?P<y>\d{{4}})",
)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?"
_CLOCK = (
    r"(?:(?P<hour>\d{1,2})(?:(?:[:.h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<half>[ap]\.?m\.?)?)|(?: ?(?P<alone>[ap]\.?m\.?)))|(?P<basic>\d{4}|\d{6}))"
)
_ZONE = r"\(?(?P<zone>[+-]\d{1,2}(?::?\d{2})?|[a-z][\w/]+(?:[+-]\d{1,2}(?::?\d{2})?)?|z)?\)?"
_OFFSET = re.compile(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d{2})?", re.IGNORECASE | re.ASCII)
_FLAGS = re.IGNORECASE | re.ASCII
_TIME = re.compile(rf"{_CLOCK} ?{_ZONE}", _FLAGS)
_WITH_DATE = tuple(re.compile(rf"{_WEEKDAY}{one}(?:,? (?:at )?|t)?(?:{_CLOCK} ?{_ZONE})?", _FLAGS) for one in _DATES)
_BETWEEN = re.compile(r"\s*(?:[-\u2013\u2014]|\bto\b)\s*")


@dataclass(frozen=True, slots=True)
class Meant:
    """The recognised parts of a time; several `days` are several readings of one date."""

    days: tuple[date, ...]
    clock: str | None
    offset: str = ""
    zone: str | None = None
    """The name of a zone, which cannot be part of a time."""


def parts_of(text: str) -> Meant | None:
    """Parse a time that is written in another form; None if that is not possible."""
    if len(text) > _LONGEST:
        return None
    plain = re.sub(r"\s+", " ", text.strip())
    for pattern in _WITH_DATE:
        if found := pattern.fullmatch(plain):
            return _meant(found, tuple(_days(found)))
    found = _TIME.fullmatch(plain)
    return None if found is None else _meant(found, None)


def hint_for(meant: Meant) -> str:
    """Return a hint with each reading of a time that has a date."""
    times = [_written(day.isoformat(), meant) for day in meant.days]
    choice = " or ".join(f"{time} ({_in_words(day)})" for time, day in zip(times, meant.days, strict=True))
    if meant.zone is None:
        return f"did you mean {times[0]}?" if len(times) == 1 else f"write {choice}"
    return f"write {times[0] if len(times) == 1 else choice}, and {zone_hint(meant.zone)}"


def without_date(meant: Meant) -> str:
    """Return a hint for a time without a date."""
    hint = f"write the date before it, as in {_written('2027-04-15', meant)}"
    return hint if meant.zone is None else f"{hint}, and {zone_hint(meant.zone)}"


def hours_meant_by(text: str) -> str | None:
    """Rewrite the hours of a day that are written in another form; None if that is not possible."""
    if len(text) > _LONGEST:
        return None
    parts = (f"{part}:00" if part.isascii() and part.isdecimal() else part for part in _BETWEEN.split(text.strip()))
    found = [_TIME.fullmatch(part) for part in parts]
    clocks = [_clock(each) for each in found if each and not each["zone"]]
    return f"{clocks[0]}-{clocks[1]}" if len(clocks) == len(found) == 2 and all(clocks) else None


def zone_hint(zone: str) -> str:
    """Return a hint that shows how to declare a zone that was written after a time."""
    place = zone if is_zone(zone) else place_for(zone) or "Europe/Berlin"
    return f"set the time zone of the event, as in `timezone: {place}`"


def _meant(found: re.Match[str], days: tuple[date, ...] | None) -> Meant | None:
    clock = _clock(found)
    if (clock is None and found["zone"]) or days == () or (clock is None and _has_clock(found)):
        return None
    zone = found["zone"]
    offset = "" if zone is None else _offset(zone)
    if offset and not _is_offset(offset):
        return None
    return Meant(days or (), clock, offset, None if offset or zone is None or zone.lower() == "uhr" else zone)


_FARTHEST = {"+": 14, "-": 12}
"""The most hours that a clock on earth is ahead of UTC or behind it; a larger number ends a range of hours."""


def _is_offset(text: str) -> bool:
    return text == "Z" or (int(text[1:3]) <= _FARTHEST[text[0]] and int(text[4:]) < 60)


def _has_clock(found: re.Match[str]) -> bool:
    return bool(found["hour"] or found["basic"])


def _days(found: re.Match[str]) -> Iterator[date]:
    """Yield every day that a date can mean: both orders of day and month if the date does not show which is which."""
    parts = found.groupdict()
    year, name = int(parts["y"]), parts.get("name")
    if name is not None:
        months = [number for number, month in enumerate(_MONTHS, 1) if month.lower().startswith(name.lower())]
        pairs = [(month, int(parts["d"])) for month in months]
    elif "a" in parts:
        first, second = int(parts["a"]), int(parts["b"])
        pairs = [(first, second), (second, first)] if first != second else [(first, second)]
    else:
        pairs = [(int(parts["m"]), int(parts["d"]))]
    for month, day in pairs:
        with suppress(ValueError):
            yield date(year, month, day)


def _clock(found: re.Match[str]) -> str | None:
    """Return a time of day as declarations write it; None if it is missing or out of range."""
    if basic := found["basic"]:
        hour, minute, second = int(basic[:2]), basic[2:4], basic[4:]
    elif found["hour"]:
        hour, minute, second = int(found["hour"]), found["minute"] or "00", found["second"] or ""
    else:
        return None
    half = (found["half"] or found["alone"] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23 or int(minute) > 59 or int(second or 0) > 59:
        return None
    fraction = f".{found['fraction'][:3]:0<3}" if found["fraction"] else ""
    return f"{hour:02}:{minute}" + (f":{second}{fraction}" if second and int(second + (fraction[1:] or "0")) else "")


def _offset(zone: str) -> str:
    """Return an offset as declarations write it; empty for the name of a zone."""
    if zone.upper() in {"Z", "UTC", "GMT"}:
        return "Z"
    found = _OFFSET.fullmatch(zone)
    return f"{found[1]}{found[2]:0>2}:{found[3] or '00'}" if found else ""


def _written(day: str, meant: Meant) -> str:
    if meant.clock is None:
        return day
    return f"{day}T{meant.clock}{meant.offset}" if meant.offset else f"{day} {meant.clock}"


def _in_words(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"
