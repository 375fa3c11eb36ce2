"""IANA time zones, with a place for each offset or abbreviation that people write instead."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from io import BytesIO
from pkgutil import get_data
from typing import cast
from zoneinfo import ZoneInfo

from reconciler.declarations.values.corrections import Wrong, did_you_mean
from reconciler.safe_text import quoted

_UNAMBIGUOUS = ("UTC", "GMT")
_REVERSED = re.compile(r"Etc/GMT([+-])([1-9]\d?)")
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])0?(\d{1,2})(?::?00)?")

_PLACES: Mapping[int, str] = {
    -11: "Pacific/Pago_Pago",
    -10: "Pacific/Honolulu",
    -9: "America/Anchorage",
    -8: "America/Los_Angeles",
    -7: "America/Denver",
    -6: "America/Chicago",
    -5: "America/New_York",
    -4: "America/Halifax",
    -3: "America/Sao_Paulo",
    -2: "America/Noronha",
    -1: "Atlantic/Azores",
    0: "Europe/London",
    1: "Europe/Berlin",
    2: "Europe/Athens",
    3: "Europe/Istanbul",
    4: "Asia/Dubai",
    5: "Asia/Karachi",
    6: "Asia/Dhaka",
    7: "Asia/Bangkok",
    8: "Asia/Singapore",
    9: "Asia/Tokyo",
    10: "Australia/Sydney",
    11: "Pacific/Noumea",
    12: "Pacific/Auckland",
    13: "Pacific/Tongatapu",
    14: "Pacific/Kiritimati",
}
"""A place for each offset in whole hours, by its standard time; no place is 12 hours behind UTC."""

_ABBREVIATIONS: Mapping[str, str] = {
    **dict.fromkeys(("WET", "WEST"), "Europe/Lisbon"),
    **dict.fromkeys(("CET", "CEST", "MEZ", "MESZ"), "Europe/Berlin"),
    **dict.fromkeys(("EET", "EEST"), "Europe/Athens"),
    **dict.fromkeys(("EST", "EDT", "ET", "EST5EDT"), "America/New_York"),
    **dict.fromkeys(("CDT", "CT", "CST6CDT"), "America/Chicago"),
    **dict.fromkeys(("MST", "MDT", "MT", "MST7MDT"), "America/Denver"),
    **dict.fromkeys(("PST", "PDT", "PT", "PST8PDT"), "America/Los_Angeles"),
    **dict.fromkeys(("AEST", "AEDT"), "Australia/Sydney"),
    "JST": "Asia/Tokyo",
}
"""A place for each abbreviation that means one zone to most people; CST, BST and IST mean several."""


def check_zone(name: str) -> str:
    """Return the name of a time zone unchanged.

    Raises `Wrong` if it is not the name of one zone. Of the names without a place only UTC and GMT are accepted: IANA
    keeps the others (CET, EST, Japan, MST7MDT) for old programs. Some of them have daylight saving and some do not,
    and their letters mean other zones elsewhere.
    """
    if reversed_sign := _REVERSED.fullmatch(name):
        raise _reversed(name, *reversed_sign.groups())
    if is_zone(name):
        return name
    raise Wrong("bad-timezone", f"{quoted(name)} is not the name of a time zone", _zone_hint(name))


def is_known(name: str) -> bool:
    """Return whether IANA knows a name, also one that declarations cannot use."""
    return name in _zones()


def is_zone(name: str) -> bool:
    """Return whether a name is the name of exactly one time zone."""
    return is_known(name) and ("/" in name or name in _UNAMBIGUOUS)


def place_for(name: str) -> str | None:
    """Return a place in the zone that most people mean by an abbreviation or an offset; None if there is none."""
    if found := _OFFSET.fullmatch(name):
        return _PLACES.get(int(found[1] + found[2]))
    return _ABBREVIATIONS.get(name.upper())


@cache
def load_zone(name: str) -> ZoneInfo:
    """Load a zone from the tzdata package, because the machine's own data may be older or newer."""
    return ZoneInfo.from_file(BytesIO(_data(f"zoneinfo/{name}")), key=name)


def zone_named(name: str | None, usual: str) -> ZoneInfo:
    """Return the time zone with this name, or the one named `usual` if there is none."""
    return load_zone(name if name is not None and is_known(name) else usual)


def _reversed(name: str, sign: str, hours: str) -> Wrong:
    """Return the error for a name whose sign is the reverse of common usage (tz database, `etcetera`)."""
    behind = sign == "+"
    offset = f"{'-' if behind else '+'}{int(hours):02}:00"
    message = f"the sign of {quoted(name)} is reversed: it means UTC{offset}"
    place = _PLACES.get(-int(hours) if behind else int(hours))
    utc_hint = f"write UTC here, and the offset in each time, as in 2027-04-15T17:00:00{offset}"
    return Wrong("bad-timezone", message, utc_hint if place is None else f"write a place, as in {place}; or {utc_hint}")


@cache
def _zones() -> frozenset[str]:
    return frozenset(_data("zones").decode("ascii").split())


@lru_cache(maxsize=256)
def _zone_hint(name: str) -> str:
    """Return the hint for a wrong name, cached because a thousand files may share it.

    Etc zones are never suggested, because their signs are reversed.
    """
    if place := place_for(name):
        return f"name a place, as in {place}"
    places = [zone for zone in _zones() if "/" in zone and not zone.startswith("Etc/")]
    is_of_windows = name.endswith(" Time")  # for example W. Europe Standard Time
    near = None if is_of_windows else did_you_mean(name, places)
    return near or "name a place, as in Europe/Berlin"


def _data(path: str) -> bytes:
    """Read a file of the tzdata package; `importlib.resources` does the same, but is slow to load."""
    return cast("bytes", get_data("tzdata", path))
