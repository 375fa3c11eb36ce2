"""The single dates of a recurring event."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import NamedTuple

from reconciler.declarations.sources.entries import CalendarEntry
from reconciler.declarations.sources.when import When
from reconciler.declarations.values.occurrences import MOST_OCCURRENCES, occurrences, too_many, with_local_end


class Dated(NamedTuple):
    """One date of a series: the entry that says what it is, when it begins, and when the rule lets it begin."""

    entry: CalendarEntry
    start: When
    named: When


def dates_of(series: CalendarEntry, start: When, changed: Iterable[CalendarEntry]) -> list[Dated]:
    """Return the dates of a series in order, with those that are cancelled; a changed one has its own entry.

    A changed date that the rule does not give is kept, as programs do when a rule is changed later. Raises `Wrong` if
    the rule has no end, or gives no date or too many.
    """
    named = {when.moment: when for when in _starts(series, start)}
    own: dict[datetime, CalendarEntry] = {}
    for entry, replaced in replacing(changed):
        when = _as_in(start, replaced)
        own[when.moment] = entry
        named.setdefault(when.moment, when)
    # An exception without a time leaves out the whole day.
    days = {skipped.day for skipped in series.skipped if skipped.is_day}
    moments = {_as_in(start, skipped).moment for skipped in series.skipped if not skipped.is_day}
    named = {moment: when for moment, when in named.items() if when.day not in days and moment not in moments}
    if len(named) > MOST_OCCURRENCES:
        raise too_many()
    return [_dated(own.get(moment, series), named[moment]) for moment in sorted(named)]


def replacing(changed: Iterable[CalendarEntry]) -> Iterator[tuple[CalendarEntry, When]]:
    """Yield each changed date with the date of the series that it replaces."""
    return ((entry, entry.replaces) for entry in changed if entry.replaces is not None)


def _dated(entry: CalendarEntry, named: When) -> Dated:
    own = entry.start if entry.replaces is not None else None
    return Dated(entry, own or named, named)


def _starts(series: CalendarEntry, start: When) -> Iterator[When]:
    """Yield every date that the rule and the further dates give; the start counts as the first (section 3.8.5.3)."""
    yield start
    rule = series.rule
    if rule is not None:
        found = occurrences(with_local_end(rule, start.zone), start.local)
        is_one_more = rule.count is not None and found[0] != start.local
        yield from map(start.at, found[:-1] if is_one_more else found)
    for one in series.more:
        yield _as_in(start, one)


def _as_in(start: When, other: When) -> When:
    """Return a date of a series in the zone of its start, and as a whole day if that is one."""
    local = other.local
    if not other.is_day and other.zone is not start.zone:
        local = other.moment.astimezone(start.zone).replace(tzinfo=None)
    if start.is_day:
        local = datetime.combine(local, time())
    elif other.is_day:
        local = datetime.combine(local, start.local.time())
    return start.at(local)
