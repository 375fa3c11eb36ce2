"""Times as people read them, on the clocks of an event or a portal."""

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


def day(at: datetime) -> str:
    """Format the day of a time, without its year."""
    return f"{DAY_NAMES[at.weekday()]} {at.day} {MONTH_NAMES[at.month - 1][:3]}"


def clock(at: datetime) -> str:
    """Format the time of day, without seconds if they are zero."""
    milliseconds = f".{at.microsecond // 1000:03}" if at.microsecond else ""
    return at.strftime("%H:%M:%S" if at.second or at.microsecond else "%H:%M") + milliseconds


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
