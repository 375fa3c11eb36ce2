"""Instants as people read them: on which clocks they are shown, and how far apart two of them are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reconciler.declarations.zones import zone_named
from reconciler.event import moment
from reconciler.portal import Portal


@dataclass(frozen=True, slots=True)
class Clocks:
    """The time zone that times are shown in."""

    zone: ZoneInfo
    place: str = ""
    """What stands beside a time; empty in the portal's zone, which the head of a page names."""


def clocks_of(timezone: str | None, portal: Portal) -> Clocks:
    """Return the clocks of an event's own time zone; those of the portal where it has none that is known."""
    usual = zone_of(portal)
    own = zone_named(timezone, usual)
    return Clocks(own, "" if own.key == usual else _place(own.key))


def zone_of(portal: Portal) -> str:
    """Return the name of the time zone of a portal; UTC where it tells none that is known."""
    return zone_named(portal.timezone, "UTC").key


def local(text: str, clocks: Clocks) -> datetime | None:
    """Read an instant as the clocks show it; None where the text is none that a calendar can show."""
    try:
        return moment(text).astimezone(clocks.zone)
    except (ValueError, OverflowError):
        return None


def date(text: str, clocks: Clocks) -> str:
    """Write an instant as people write dates, with the place whose clocks show it."""
    at = local(text, clocks)
    return text if at is None else placed(day_and_time(at), clocks)


def placed(text: str, clocks: Clocks) -> str:
    """Write the place of the clocks behind a time."""
    return f"{text} {clocks.place}".rstrip()


def day_and_time(at: datetime) -> str:
    """Write a moment without its place."""
    return f"{day(at)} {at.year} {clock(at)}"


def day(at: datetime) -> str:
    """Write the day of a moment, without its year."""
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1][:3]}"


def clock(at: datetime) -> str:
    """Write the time of day, with seconds only where there are some."""
    milliseconds = f".{at.microsecond // 1000:03}" if at.microsecond else ""
    return at.strftime("%H:%M:%S" if at.second or at.microsecond else "%H:%M") + milliseconds


def from_to(before: datetime, after: datetime, clocks: Clocks) -> str:
    """Write two times in a sentence, without repeating what they share."""
    whose = f", {clocks.place} time" if clocks.place else ""
    if before.date() == after.date():
        return f"from {clock(before)} to {clock(after)} on {day(after)} {after.year}{whose}"
    year = "" if before.year == after.year else f" {before.year}"
    return f"from {day(before)}{year} {clock(before)} to {day_and_time(after)}{whose}"


def months(first: datetime, last: datetime) -> str:
    """Write in which months something takes place, from the first to the last."""
    if (first.year, first.month) == (last.year, last.month):
        return f" in {_month(first)}"
    return f" from {_month(first)} to {_month(last)}"


def _month(at: datetime) -> str:
    return f"{_MONTHS[at.month - 1]} {at.year}"


def distance(before: datetime, after: datetime) -> str:
    """Write how far a time moves on the clocks that show both: `+1 h`, `+1 week`; what is earlier has a minus sign.

    The clocks count, not what passes between: the same time of day a week later is a week, although a clock change
    makes that week an hour shorter or longer. Only where the clocks show the same time twice, what passes counts.
    """
    moved = after.replace(tzinfo=None) - before.replace(tzinfo=None) or after.astimezone(UTC) - before.astimezone(UTC)
    parts = list(_parts(abs(moved)))
    about = "about " if len(parts) > _MOST_PARTS else ""
    return f"{about}{'+' if moved > _NONE else _MINUS}{' '.join(parts[:_MOST_PARTS])}"


_MINUS = "\N{MINUS SIGN}"
_MOST_PARTS = 2
_NONE, _MINUTE, _HOUR, _DAY, _WEEK = timedelta(0), timedelta(minutes=1), timedelta(hours=1), timedelta(1), timedelta(7)


def _parts(length: timedelta) -> Iterator[str]:
    """Return a length in its units, the largest first; in weeks only where nothing else is left."""
    if not length % _WEEK:
        yield _count(length // _WEEK, "week")
        return
    days, rest = divmod(length, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    if days:
        yield _count(days, "day")
    yield from (f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number)
    if rest:
        yield f"{rest.total_seconds():g} s"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _place(key: str) -> str:
    """Return what people call a time zone: its city; `Etc/GMT+5` stays whole, because its sign is reversed."""
    return key if key.startswith("Etc/GMT") else key.rpartition("/")[2].replace("_", " ")


# Not strftime's names, which follow the machine's locale.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
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
