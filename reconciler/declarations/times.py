"""Times as declarations write them: a text and a time zone to a moment."""

import re
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

from reconciler.declarations.characters import quoted
from reconciler.declarations.nearest import did_you_mean
from reconciler.declarations.wrong import Wrong

TIME = (
    r"\d{4}-\d{2}-\d{2}[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{3})?)?"
    r"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?"
)
"""What a time looks like; whether there is such a day is another question."""

_TIME = re.compile(TIME, re.ASCII)
_EXAMPLES = "write it like 2027-04-15T18:00, 2027-04-15 18:00:00+02:00 or 2027-04-15T16:00:00Z"
_DAY = r"\d{4}-\d{2}-\d{2}"
_NEAR_MISSES = (
    (_DAY, "a date alone leaves the time open", _EXAMPLES),
    (_DAY + r"[T ]24:.*", "a day ends at 23:59, so 24:00 is not a time", "write 00:00 of the next day"),
    (_DAY + r"[T ]\d{2}:\d{2}:60.*", "leap seconds are not allowed", "write 00 seconds of the next minute"),
    (_DAY + r"[T ]\d{2}:\d{2}.*[+-]\d{2}:\d{2}", "the hour, the minute or the offset is out of range", _EXAMPLES),
)
_UNAMBIGUOUS = ("UTC", "GMT")


def read_time(text: str) -> datetime:
    """Read a time; without an offset it is a local time, whose zone is known later.

    Raises `Wrong` where the text is no time, or its day is in no calendar.
    """
    if not _TIME.fullmatch(text):
        raise _not_a_time(text)
    try:
        return datetime.fromisoformat(text)
    except ValueError as reason:
        raise Wrong("bad-time", f"no calendar has the day {text[:10]}", "correct the date") from reason


def moment_of(time: datetime, zone: str | None) -> datetime:
    """Give the moment that a time means, reading a local one in the zone.

    Raises `Wrong` where a local time has no zone, does not exist there or exists twice, and where the moment
    lies outside the years 1 to 9999.
    """
    try:
        moment = time if time.tzinfo else _localised(time, zone)
        return moment.astimezone(UTC)
    except OverflowError as reason:
        raise Wrong("bad-time", "the moment lies outside the years 1 to 9999", "correct the year") from reason


def check_zone(name: str) -> str:
    """Give back the name of a time zone; `Wrong` where it names none, or not clearly.

    Of the names without a place only UTC and GMT are taken. IANA keeps the others (CET, EST, Japan, MST7MDT) for
    old programs: some of them know no daylight saving, some do, and their letters mean other zones elsewhere.
    """
    if name in _zones() and ("/" in name or name in _UNAMBIGUOUS):
        return name
    raise Wrong("bad-timezone", f"{quoted(name)} is not the name of a time zone", _zone_hint(name))


def zone_named(name: str | None, usual: str) -> ZoneInfo:
    """Return the time zone with this name; the usual one where there is none."""
    return _zone(name if name is not None and name in _zones() else usual)


def _localised(time: datetime, zone: str | None) -> datetime:
    if zone is None:
        hint = "add an offset such as +02:00, or set timezone for the event, in its defaults or in the settings"
        raise Wrong("no-timezone", "the time has no offset, and no timezone is set", hint)
    before, after = (time.replace(tzinfo=_zone(zone), fold=fold) for fold in (0, 1))
    if before.utcoffset() != after.utcoffset():
        raise _clock_change(before, after, zone)
    return before


def _clock_change(before: datetime, after: datetime, zone: str) -> Wrong:
    """Say why a local time is not one moment; PEP 495 gives two readings of it, around the clock change.

    Where the clock is set back both are real. Where it is set forward neither is, and the first, shown on a real
    clock, is the time that people will see.
    """
    real = before.astimezone(UTC).astimezone(before.tzinfo)
    if real.replace(tzinfo=None) == before.replace(tzinfo=None):
        choice = f"write {before.isoformat()} or {after.isoformat()}"
        return Wrong("ambiguous-time", f"this time exists twice in {zone}: the clock is set back", choice)
    late = f"did you mean {real.replace(tzinfo=None).isoformat()}?"
    return Wrong("missing-time", f"this time does not exist in {zone}: the clock is set forward", late)


def _not_a_time(text: str) -> Wrong:
    for pattern, message, hint in _NEAR_MISSES:
        if re.fullmatch(pattern, text, re.ASCII | re.DOTALL):
            return Wrong("bad-time", message, hint)
    return Wrong("bad-time", f"{quoted(text)} is not a time", _EXAMPLES)


@cache
def _zones() -> frozenset[str]:
    return frozenset(_data("zones").read_text(encoding="ascii").split())


@cache
def _zone(name: str) -> ZoneInfo:
    """Load a zone from the tzdata package: the machine's own data may be older or newer."""
    with _data("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@lru_cache(maxsize=256)
def _zone_hint(name: str) -> str:
    """Search once for a name that a thousand files misspell; the Etc zones count their hours backwards."""
    places = [zone for zone in _zones() if "/" in zone and not zone.startswith("Etc/")]
    return did_you_mean(name, places) or "name a place, as in Europe/Berlin"


def _data(*path: str) -> Traversable:
    return resources.files("tzdata").joinpath(*path)
