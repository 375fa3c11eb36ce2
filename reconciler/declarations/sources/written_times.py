"""The times of a calendar's event as declarations write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from reconciler.declarations.sources.sourced import Additions
from reconciler.declarations.sources.time_zones import FLOATING
from reconciler.declarations.sources.when import Length, When, end_of
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.values.times import spelt
from reconciler.declarations.values.zones import check_zone


def written_times(start: When, length: Length | None, additions: Additions) -> dict[str, str]:
    """Return the keys that declare when an event begins and ends; raise `Wrong` if that is not possible.

    Times are local in the usual zone where they are the same there, else in the calendar's own, if that has a name
    that declarations can use.
    """
    end = None if length is None else end_of(start, length)
    if start.is_day:
        return _days(start, end, additions)
    moments = {"startDateTime": start.moment} | ({} if end is None else {"endDateTime": end})
    if start.zone is FLOATING:
        return {key: spelt(moment, "UTC") for key, moment in moments.items()}
    usual, own = additions.timezone, _place(start)
    times = {key: spelt(moment, own or usual) for key, moment in moments.items()}
    if own in (None, usual):
        return times
    if usual is not None and times == {key: spelt(moment, usual) for key, moment in moments.items()}:
        return times
    return times | {"timezone": str(own)}


def _days(start: When, end: datetime | None, additions: Additions) -> dict[str, str]:
    if additions.hours is None:
        hint = "say when its days begin and end, as in --hours 09:00-17:00"
        raise Wrong("no-hours", "the event takes whole days, and HubSpot wants times", hint)
    last = start.local if end is None else end
    days = {"startDateTime": start.day.isoformat(), "endDateTime": last.date().isoformat()}
    place = None if start.zone is FLOATING else _place(start)
    zone = {} if place in (None, additions.timezone) else {"timezone": str(place)}
    return {**days, **zone, "hours": additions.hours}


def _place(start: When) -> str | None:
    """Return the name of the zone, if declarations can use it; UTC is only how programs write a moment."""
    if start.zone is UTC or not isinstance(start.zone, ZoneInfo):
        return None
    try:
        return check_zone(start.zone.key)
    except Wrong:
        return None
