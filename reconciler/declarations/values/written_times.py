"""Moments written as times in the way of a file: in the zone, the offset and the form that it has already."""

import re
from datetime import UTC, datetime, timedelta, timezone

from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.times import moment_of
from reconciler.declarations.values.zones import load_zone

_PARTS = re.compile(
    r"\d{4}-\d\d-\d\d(?P<between>[T ])\d\d:\d\d(?P<seconds>:\d\d)?(?P<part>\.\d{3})?(?P<offset>Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)


def time_like(written: str, moment: datetime, zone: str | None) -> str:
    """Return a moment as a time in the form of another one, read in the zone that `zone` names if it is local.

    It gets an offset where that one has it, where there is no zone, and where the local time exists twice. That is the
    zone's on its day, if the other one has the zone's too; else the other one's.
    """
    found = _PARTS.fullmatch(written)
    parts = {} if found is None else {name: text for name, text in found.groupdict().items() if text}
    local, offset = _local(moment, written, parts.get("offset"), zone)
    precision = "milliseconds" if "part" in parts or moment.microsecond else "seconds"
    if precision == "seconds" and "seconds" not in parts and moment.second == 0:
        precision = "minutes"
    return local.replace(tzinfo=None).isoformat(parts.get("between", " "), precision) + offset


def same_time_of_day(one: datetime, other: datetime, zone: str) -> bool:
    """Return whether clocks in a zone show the same at two moments."""
    return one.astimezone(load_zone(zone)).time() == other.astimezone(load_zone(zone)).time()


def local_day(moment: datetime, zone: str) -> str:
    """Return the date of a moment in a zone."""
    return moment.astimezone(load_zone(zone)).date().isoformat()


def _is_of_zone(written: str, zone: str) -> bool:
    """Return whether a time has the offset that a zone has then; Z means UTC, also where that is the zone's."""
    time = datetime.fromisoformat(written)
    return not written.endswith("Z") and time.astimezone(load_zone(zone)).utcoffset() == time.utcoffset()


def _local(moment: datetime, written: str, offset: str | None, zone: str | None) -> tuple[datetime, str]:
    """Return a moment as clocks show it, with the offset to write; in UTC if that is not in the years 1 to 9999."""
    try:
        if offset is not None and zone is not None and _is_of_zone(written, zone):
            return _with_offset(moment, zone)
        if offset is not None:
            return moment.astimezone(datetime.fromisoformat(f"2000-01-01 00:00{offset}").tzinfo), offset
        if zone is not None:
            return _in_zone(moment, zone)
    except OverflowError:
        pass
    return moment.astimezone(UTC), "Z"


def _in_zone(moment: datetime, zone: str) -> tuple[datetime, str]:
    local = moment.astimezone(load_zone(zone))
    try:
        moment_of(local.replace(tzinfo=None), zone)
    except Wrong:  # it exists twice: its offset says which of the two
        return _with_offset(moment, zone)
    return local, ""


def _with_offset(moment: datetime, zone: str) -> tuple[datetime, str]:
    """Return a moment as local time of a zone with its offset, in whole minutes as times have it."""
    offset = moment.astimezone(load_zone(zone)).utcoffset() or timedelta()
    there = moment.astimezone(timezone(timedelta(minutes=round(offset / timedelta(minutes=1)))))
    return there, there.isoformat()[-6:]
