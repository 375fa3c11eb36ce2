"""The time zones of a calendar: those that it names, and those that it defines itself."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from reconciler.declarations.sources.calendar_values import calendar_offset, calendar_time
from reconciler.declarations.sources.components import Component
from reconciler.declarations.sources.content_lines import Property
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.occurrences import times_from, with_local_end
from reconciler.declarations.values.recurrence import Frequency, read_rule
from reconciler.declarations.values.zones import is_known, load_zone
from reconciler.safe_text import quoted

_FIRST_YEAR, _LAST_YEAR = 1972, 2200
"""The years for which the rules of a zone that a calendar defines are followed; many begin in 1601."""


class Onset(NamedTuple):
    """A change of the clocks: when it is, by the clocks before it, and their offsets before and after it."""

    local: datetime
    before: timedelta
    after: timedelta

    @property
    def moment(self) -> datetime:
        """When it is, in UTC, without a zone."""
        return self.local - self.before

    @property
    def first_local(self) -> datetime:
        """The first local time that is certainly read with the offset after it.

        A time that exists twice is the first of the two, and one that does not exist is read with the offset before
        the change (RFC 5545, section 3.3.5).
        """
        return self.local + max(self.after - self.before, timedelta(0))


class DefinedZone(tzinfo):
    """A time zone as a calendar defines it, by all changes of the clocks in it."""

    def __init__(self, onsets: Iterable[Onset]) -> None:
        self._onsets = sorted(onsets, key=lambda onset: onset.moment)
        self._first_locals = [onset.first_local for onset in self._onsets]
        self._moments = [onset.moment for onset in self._onsets]

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """Return the offset at a local time; before all changes, that before the first one."""
        return None if dt is None else self._offset(bisect_right(self._first_locals, dt.replace(tzinfo=None)))

    def fromutc(self, dt: datetime) -> datetime:
        """Return the local time of a moment in UTC."""
        return dt + self._offset(bisect_right(self._moments, dt.replace(tzinfo=None)))

    def dst(self, dt: datetime | None) -> None:
        """Return None: which part of an offset is daylight saving makes no difference here."""

    def tzname(self, dt: datetime | None) -> None:
        """Return None: the name is of no use to anybody."""

    def _offset(self, passed: int) -> timedelta:
        return self._onsets[passed - 1].after if passed else self._onsets[0].before


FLOATING = timezone(timedelta(0), "floating")
"""Stands for the zone of local times where nothing says which it is."""


class Zones:
    """The time zones that a calendar can name."""

    def __init__(self, calendar: Component, usual: str | None) -> None:
        """`usual` is the zone of times without one; the calendar's own counts more."""
        self._definitions: Mapping[str, Component] = {
            name.value: component for component in calendar.time_zones if (name := component.one("TZID")) is not None
        }
        self._known: dict[str, tzinfo] = {}
        own = calendar.one("X-WR-TIMEZONE")
        place = next((name for name in (*(() if own is None else _places(own.value)), usual) if name is not None), None)
        self.floating: tzinfo = FLOATING if place is None else load_zone(place)
        """The zone of times that name none."""

    def named(self, name: str) -> tzinfo:
        """Return the zone that a calendar means by a name.

        A name that everybody knows counts more than what the calendar says of it, because programs define only the
        years that they need. Raises `Wrong` if nobody knows the name and the calendar does not define it.
        """
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    def _found(self, name: str) -> tzinfo:
        definition = self._definitions.get(name)
        location = None if definition is None else definition.one("X-LIC-LOCATION")
        for place in (*_places(name), *(() if location is None else _places(location.value))):
            return load_zone(place)
        if definition is None:
            message = f"the time zone {quoted(name)} is not known, and the calendar does not define it"
            raise Wrong("bad-timezone", message, "choose a time zone for the event in the calendar")
        return _defined(definition, name)


def _places(name: str) -> Iterator[str]:
    """Yield the IANA names that a name can mean: itself, its end after a maker's prefix, or that of one of Windows."""
    parts = name.strip("/").split("/")
    ends = range(len(parts)) if name.startswith("/") else range(1)
    names = ("/".join(parts[first:]) for first in ends)
    yield from filter(is_known, (*names, WINDOWS_TO_OLSON.get(name, "")))


def _defined(definition: Component, name: str) -> DefinedZone:
    """Read the definition of a zone; raise `Wrong` if it cannot be used."""
    try:
        onsets = [onset for part in definition.components for onset in _onsets(part)]
    except Wrong as wrong:
        raise _unusable(name, definition, wrong.message) from wrong
    if not onsets:
        raise _unusable(name, definition, "it has no STANDARD or DAYLIGHT")
    return DefinedZone(onsets)


def _unusable(name: str, definition: Component, why: str) -> Wrong:
    message = f"the time zone {quoted(name)}, defined in line {definition.place.line}, cannot be used: {why}"
    return Wrong("bad-timezone", message, "choose another time zone for the event in the calendar")


def _onsets(part: Component) -> Iterator[Onset]:
    before, after = (_offset(part, name) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
    start = _local(_needed(part, "DTSTART").value)
    yield Onset(start, before, after)
    for dates in part.all("RDATE"):
        yield from (Onset(_local(text), before, after) for text in dates.value.split(","))
    for rule in part.all("RRULE"):
        yield from (Onset(local, before, after) for local in _yearly(rule, start, before))


def _yearly(property_: Property, start: datetime, before: timedelta) -> Iterator[datetime]:
    rule = read_rule(property_.value)
    if rule.frequency is not Frequency.YEARLY or rule.interval != 1 or rule.count is not None:
        raise Wrong("bad-rule", "its clocks do not change once a year")
    recent = start.replace(year=max(start.year, _FIRST_YEAR))
    found = times_from(with_local_end(rule, timezone(before)), recent, _LAST_YEAR)
    for year, local in enumerate(found, recent.year):
        if local.year < year:
            raise Wrong("bad-rule", "its clocks do not change once a year")
        yield local


def _offset(part: Component, name: str) -> timedelta:
    return calendar_offset(_needed(part, name).value)


def _local(text: str) -> datetime:
    read = calendar_time(text)
    if not isinstance(read, datetime):
        return datetime(read.year, read.month, read.day)  # noqa: DTZ001  (a local time)
    return read.replace(tzinfo=None)


def _needed(part: Component, name: str) -> Property:
    found = part.one(name)
    if found is None:
        raise Wrong("bad-timezone", f"{part.name} in line {part.place.line} has no {name}")
    return found


def utc(local: datetime, zone: tzinfo) -> datetime:
    """Return the moment of a local time; raise `Wrong` outside the years 1 to 9999."""
    try:
        return local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    except OverflowError as reason:
        raise Wrong("bad-time", "the time is outside the years 1 to 9999", "correct the year") from reason
