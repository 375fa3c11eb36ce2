"""Dates and times as people read them, in the time zone of an event or a portal."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from reconciler.declarations.values.zones import zone_named
from reconciler.event import moment
from reconciler.portal import Portal


@dataclass(frozen=True, slots=True)
class Clocks:
    """The time zone that times are shown in."""

    zone: ZoneInfo
    place: str = ""
    """The place written after a time; empty in the portal's zone, which the head of a page names."""


def clocks_of(timezone: str | None, portal: Portal) -> Clocks:
    """Return the clocks of an event's own time zone, or of the portal's if the event has none or an unknown one."""
    return clocks_in(timezone, zone_of(portal))


def clocks_in(timezone: str | None, usual: str) -> Clocks:
    """Return the clocks of an event's own time zone, or of the usual one if the event has none or an unknown one."""
    own = zone_named(timezone, usual)
    return Clocks(own, "" if own.key == usual else _place(own.key))


def zone_of(portal: Portal) -> str:
    """Return the name of a portal's time zone, or UTC if it has none or an unknown one."""
    return zone_named(portal.timezone, "UTC").key


def local(text: str, clocks: Clocks) -> datetime | None:
    """Return an instant in the zone of the clocks; None if the text is no instant, or no calendar can show it."""
    try:
        return moment(text).astimezone(clocks.zone)
    except (ValueError, OverflowError):
        return None


def date(text: str, clocks: Clocks) -> str:
    """Format an instant as people write dates, with the place of its clocks; return any other text as it is."""
    at = local(text, clocks)
    return text if at is None else placed(day_and_time(at), clocks)


def placed(text: str, clocks: Clocks) -> str:
    """Append the place of the clocks to a time."""
    return f"{text} {clocks.place}".rstrip()


def day_and_time(at: datetime) -> str:
    """Format a time with its day and year, without its place."""
    return f"{day(at)} {at.year} {clock(at)}"


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


def day(at: datetime) -> str:
    """Format the day of a time, without its year."""
    return f"{DAY_NAMES[at.weekday()]} {at.day} {MONTH_NAMES[at.month - 1][:3]}"


def clock(at: datetime) -> str:
    """Format the time of day, without seconds if they are zero."""
    milliseconds = f".{at.microsecond // 1000:03}" if at.microsecond else ""
    return at.strftime("%H:%M:%S" if at.second or at.microsecond else "%H:%M") + milliseconds


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


def _place(key: str) -> str:
    """Return the city of a time zone; `Etc/GMT+5` stays whole, because its sign is reversed."""
    return key if key.startswith("Etc/GMT") else key.rpartition("/")[2].replace("_", " ")


# strftime's names would follow the machine's locale.
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
