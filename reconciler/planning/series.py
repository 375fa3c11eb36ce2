"""The declared series of a plan, with what people want to know of each beside its changes."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from reconciler.event import DeclaredEvent, Identity
from reconciler.planning.match import Match

SeriesKey = tuple[str | None, str]
"""The account id and the event id of a series."""

_OCCURRENCE = re.compile(r"(.+)-\d{4}-\d{2}-\d{2}", re.ASCII | re.DOTALL)
"""The event id of an occurrence: that of its series, then its date."""


@dataclass(frozen=True, slots=True)
class PlannedSeries:
    """A declared series, whether or not any of its occurrences changes."""

    external_account_id: str | None
    external_event_id: str
    name: str | None
    """Its name for people; None if it has none, or several."""
    unchanged: int
    """How many of its occurrences HubSpot holds as they are declared."""

    @property
    def key(self) -> SeriesKey:
        """Its account id and event id."""
        return self.external_account_id, self.external_event_id

    @property
    def title(self) -> str:
        """What people know it by: its name, or else its event id."""
        return (self.name or "").strip() or self.external_event_id


def planned_series(
    events: Iterable[DeclaredEvent], matches: Iterable[Match], undecided: Collection[Identity]
) -> tuple[PlannedSeries, ...]:
    """Return the series of the declared events, by their ids; `undecided` events are not called unchanged."""
    names = defaultdict[SeriesKey, set[str | None]](set)
    for event in events:
        if (key := series_key(event)) is not None:
            names[key].add(event.series_name)
    unchanged = Counter(
        series_key(match.declared)
        for match in matches
        if match.change is None and match.declared.identity not in undecided
    )
    return tuple(PlannedSeries(*key, _common(names[key]), unchanged[key]) for key in sorted(names, key=_order))


def _common(names: Collection[str | None]) -> str | None:
    """Return the name of a series; None where two that have one id, with other dates, have different names."""
    return next(iter(names)) if len(names) == 1 else None


def series_of_orphans(orphans: Collection[Identity], declared: Collection[SeriesKey]) -> frozenset[SeriesKey]:
    """Return the series that orphans were occurrences of, by their ids: declared ones, and those of several orphans."""
    numbers = Counter(key for orphan in orphans if (key := former_series(orphan)) is not None)
    return frozenset(key for key, number in numbers.items() if number > 1 or key in declared)


def former_series(identity: Identity) -> SeriesKey | None:
    """Return the series that an event seems to be an occurrence of, by its ids; None if they do not say."""
    found = _OCCURRENCE.fullmatch(identity.external_event_id or "")
    return None if found is None or identity.external_account_id is None else (identity.external_account_id, found[1])


def series_key(event: DeclaredEvent) -> SeriesKey | None:
    """Return the series that a declared event is an occurrence of; None if it is none."""
    return None if event.series is None else (event.identity.external_account_id, event.series)


def _order(key: SeriesKey) -> tuple[str, str]:
    return key[0] or "", key[1]
