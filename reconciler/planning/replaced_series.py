"""Series whose new dates replace old ones: in HubSpot the registrations stay with the old ones."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.change import Create
from reconciler.diagnostics import Diagnostic, warning
from reconciler.event import DeclaredEvent, Identity, LiveEvent
from reconciler.planning.look_alikes import RENAMED, Rename, registrations_of
from reconciler.planning.orphans import Will
from reconciler.planning.series import SeriesKey, former_series, series_key
from reconciler.safe_text import cut


@dataclass(frozen=True, slots=True)
class SeriesMove:
    """New dates of a series beside old ones of the same series, or of the one that had another id."""

    series: SeriesKey
    before: SeriesKey
    creates: tuple[Create, ...]
    old: tuple[LiveEvent, ...]

    def finding(self, wills: Mapping[str | None, Will]) -> Diagnostic:
        """Return the warning about the old dates' registrations; `wills` is what an apply does to which of them."""
        lost = registrations_of(self.old, wills)
        message = f"{self._what_happens()}: HubSpot treats each new date as a new event, and {lost}"
        nobody = all(event.registrants == 0 for event in self.old)
        return warning(RENAMED, message, self.creates[0].place, None if nobody else self._remedy())

    def _what_happens(self) -> str:
        new, old = len(self.creates), len(self.old)
        dates, named = "date" if new == 1 else "dates", _named(self.series)
        if self.series == self.before:
            verb, those = "seems" if new == 1 else "seem", "one that is" if old == 1 else "ones that are"
            return f"{new} new {dates} of {named} {verb} to replace {old} old {those} no longer declared"
        return f"{new} {dates} of {named} {'looks' if new == 1 else 'look'} like {old} of {_named(self.before)}"

    def _remedy(self) -> str:
        old_account, old_id = self.before
        if self.series == self.before:
            return "to keep them, go back to the old dates in rule and startDateTime, and move each under overrides"
        if self.series[1] != old_id:
            return f"to keep them, go back to externalEventId: {cut(old_id)}"
        return f"to keep them, go back to externalAccountId: {cut(old_account or '')}"


def former_keys(
    gone: Iterable[tuple[DeclaredEvent, LiveEvent]], orphans: Iterable[LiveEvent]
) -> Mapping[str | None, SeriesKey]:
    """Return by object id the series that live events were occurrences of: what the base says, else their ids."""
    orphaned = ((orphan.identity.object_id, former_series(orphan.identity)) for orphan in orphans)
    declared = ((live.identity.object_id, series_key(event)) for event, live in gone)
    return {object_id: key for object_id, key in (*orphaned, *declared) if key is not None}


def replacements(
    creates: Iterable[Create],
    renames: Iterable[Rename],
    old: Collection[LiveEvent],
    keys: Mapping[str | None, SeriesKey],
) -> tuple[SeriesMove, ...]:
    """Return the series whose new dates replace old ones.

    `old` holds what no file declares any more, `keys` the series of each by object id. A new date that looks like no
    old event is compared with its own series: where a title has a date or a number, no two dates look alike.
    """
    twins = {rename.create.identity: rename.old for rename in renames}
    new: dict[tuple[SeriesKey, SeriesKey], list[Create]] = defaultdict(list)
    for create in creates:
        if create.series is not None:
            series = (create.identity.external_account_id, create.series)
            twin = twins.get(create.identity)
            before = series if twin is None else keys.get(twin.identity.object_id)
            if before is not None:
                new[series, before].append(create)
    found = (_replacement(*key, made, twins, old, keys) for key, made in new.items())
    return tuple(filter(None, found))


def _replacement(
    series: SeriesKey,
    before: SeriesKey,
    creates: Sequence[Create],
    twins: Mapping[Identity, LiveEvent],
    old: Iterable[LiveEvent],
    keys: Mapping[str | None, SeriesKey],
) -> SeriesMove | None:
    """Return the replacement of old dates; None without any, or if only one event of another id looks alike."""
    left = tuple(event for event in old if keys.get(event.identity.object_id) == before)
    if series != before:
        paired = {twins[create.identity].identity.object_id for create in creates}
        left = tuple(event for event in left if event.identity.object_id in paired)
    is_enough = len(left) > (1 if series != before else 0)
    return SeriesMove(series, before, tuple(creates), left) if is_enough else None


def renaming_warnings(
    renames: Iterable[Rename], replaced: Collection[SeriesMove], wills: Mapping[str | None, Will]
) -> Iterator[Diagnostic]:
    """Yield a warning for each replacement, and one for each other new event that looks like an old one."""
    told = {create.identity for each in replaced for create in each.creates}
    yield from (each.finding(wills) for each in replaced)
    for rename in renames:
        if rename.makes_one and rename.create.identity not in told:
            yield rename.finding(wills.get(rename.old.identity.object_id))


def _named(key: SeriesKey) -> str:
    return cut("/".join(filter(None, key)))
