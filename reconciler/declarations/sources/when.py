"""When an event of a calendar begins, and how long it lasts."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from reconciler.declarations.sources.calendar_values import calendar_duration, calendar_time
from reconciler.declarations.sources.content_lines import Property
from reconciler.declarations.sources.time_zones import Zones, utc
from reconciler.declarations.values.corrections import Wrong


class When(NamedTuple):
    """A local time in a zone, or a whole day, whose local time is its midnight."""

    local: datetime
    zone: tzinfo
    is_day: bool = False

    @property
    def day(self) -> date:
        """The day on which it is, in its own zone."""
        return self.local.date()

    @property
    def moment(self) -> datetime:
        """The moment in UTC; raises `Wrong` outside the years 1 to 9999."""
        return utc(self.local, self.zone)

    def at(self, local: datetime) -> "When":
        """Return another time of the same kind in the same zone."""
        return When(local, self.zone, self.is_day)


class Length(NamedTuple):
    """How long an event lasts: whole days, as the calendar counts them, and the exact time after them."""

    days: int
    exact: timedelta = timedelta(0)


def read_when(property_: Property, zones: Zones) -> When:
    """Read a time or a day, and its zone; raise `Wrong` if that is not possible."""
    return when(property_.value, property_, zones)


def when(text: str, property_: Property, zones: Zones) -> When:
    """Read one of the times of a property; raise `Wrong` if that is not possible."""
    read = calendar_time(text)
    if not isinstance(read, datetime):
        midnight = datetime(read.year, read.month, read.day)  # noqa: DTZ001  (a local time)
        return When(midnight, zones.floating, is_day=True)
    if read.tzinfo is not None:
        return When(read.replace(tzinfo=None), UTC)
    name = property_.parameters.get("TZID", "").strip()
    return When(read, zones.named(name) if name else zones.floating)


def length_until(start: When, end: When) -> Length | None:
    """Return how long an event lasts until its end; None if it has no length. Raises `Wrong` if the end is wrong.

    A whole day ends before the next one begins (RFC 5545, section 3.6.1); programs that write the day itself mean one.
    """
    if start.is_day is not end.is_day:
        raise Wrong("date-and-time", "the start or the end is a date alone, and the other is a time", _CORRECT)
    if end.local < start.local if start.is_day else end.moment < start.moment:
        raise Wrong("end-before-start", "the event ends before it begins", _CORRECT)
    if start.is_day:
        return Length(max((end.local - start.local).days, 1))
    exact = end.moment - start.moment
    return Length(0, exact) if exact else None


_CORRECT = "correct it in the calendar"


def length_of(text: str, start: When) -> Length | None:
    """Read how long an event lasts; None if it has no length. Raises `Wrong`."""
    days, exact = calendar_duration(text)
    if not start.is_day:
        return Length(days, exact) if days or exact else None
    if exact:
        raise Wrong("date-and-time", "an event of whole days lasts for whole days", _CORRECT)
    return Length(max(days, 1))


def end_of(start: When, length: Length) -> datetime:
    """Return the moment at which an event ends; for whole days, the midnight of the last one.

    Raises `Wrong` outside the years 1 to 9999.
    """
    try:
        if start.is_day:
            return start.local + timedelta(days=length.days - 1)
        return utc(start.local + timedelta(days=length.days), start.zone) + length.exact
    except OverflowError as reason:
        raise Wrong("bad-time", "the end is outside the years 1 to 9999", "correct the year") from reason
