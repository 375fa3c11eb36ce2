"""Changes that stand together: those of one series, and new events that differ only in their times."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.change import Change, Create, FieldChange, Origin
from reconciler.event import field_order
from reconciler.planning.plan import Plan
from reconciler.planning.series import PlannedSeries, SeriesKey
from reconciler.render import words
from reconciler.render.effects import Effect, effects
from reconciler.render.occurrences import Frame, RepeatedEvent, Site, content, occurrence, remarks_on, telling
from reconciler.render.timing import DATES, ShownChange, began


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The changes of a group that have one effect."""

    effect: Effect
    remarks: tuple[str, ...]
    """The remarks that hold for each of several."""
    sample: Change
    """The change by which the common fields are shown."""
    fields: tuple[FieldChange, ...]
    """What more than half of them have in common; each of the others says what it has instead."""
    members: tuple[RepeatedEvent, ...]
    with_exceptions: bool
    """Whether one of them lacks a common field, or has another value for it."""

    @property
    def counted(self) -> str:
        """Their number, with their effect."""
        return f"{len(self.members)} {self.effect}"

    @property
    def heading(self) -> str:
        """Their number and effect, with the remarks that hold for each."""
        each = f" · each: {' · '.join(self.remarks)}" if self.remarks else ""
        return f"{self.counted}{each}{_EXCEPTIONS if self.with_exceptions else ''}"

    @property
    def needs_heading(self) -> bool:
        """Whether the heading says more than the number."""
        return bool(self.remarks) or self.with_exceptions


_EXCEPTIONS = " · the same for all, unless an event says otherwise"


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Changes that stand together under one name."""

    name: str
    ids: str
    """What their ids have in common; empty for nothing."""
    site: Site
    parts: tuple[Occurrences, ...]
    unchanged: int = 0
    """How many other events of the series stay as they are."""

    @property
    def counts(self) -> str:
        """The number of changes of each effect, and of the events that stay as they are."""
        unchanged = [f"{self.unchanged} unchanged"] if self.unchanged else []
        return ", ".join([*(part.counted for part in self.parts), *unchanged])

    @property
    def changes(self) -> Iterator[Change]:
        """Yield every change."""
        yield from (member.change for part in self.parts for member in part.members)

    def headings(self) -> Iterator[tuple[str, Occurrences]]:
        """Yield each part with its heading, which is empty if the counts of the group say it all."""
        for part in self.parts:
            yield part.heading if len(self.parts) > 1 or part.needs_heading else "", part


def grouped(shown: Iterable[ShownChange], plan: Plan) -> tuple[tuple[ChangeGroup, ...], tuple[ShownChange, ...]]:
    """Return the changes of a plan that stand together, and the others; both in the order of the changes."""
    sets: dict[object, list[ShownChange]] = defaultdict(list)
    for each in shown:
        sets[_shared(each.change)].append(each)
    groups = [members for members in sets.values() if _stands_together(members)]
    others = [members for members in sets.values() if not _stands_together(members)]
    declared = {each.key: each for each in plan.series}
    found = tuple(_group(members, plan, declared) for members in groups)
    return found, tuple(each for members in others for each in members)


def _shared(change: Change) -> object:
    """Return what the changes of a group share; a change that stands alone shares nothing."""
    if change.series is not None:
        return change.identity.external_account_id, change.series
    if isinstance(change, Create) and (change.name or "").strip():
        return change.name, tuple((field.name, field.after) for field in change.fields if field.name not in DATES)
    return id(change)


def _stands_together(members: Sequence[ShownChange]) -> bool:
    return len(members) > 1 or members[0].change.series is not None


def _group(members: Sequence[ShownChange], plan: Plan, declared: Mapping[SeriesKey, PlannedSeries]) -> ChangeGroup:
    changes = [each.change for each in members]
    accounts = {change.identity.external_account_id for change in changes}
    account, series = accounts.pop() if len(accounts) == 1 else None, changes[0].series
    known = None if series is None else declared.get((account, series))
    name = _common_title(changes) if known is None else known.title
    frame = Frame(name, account, series, _site(changes), plan.portal)
    by_effect = defaultdict(list)
    for each in sorted(members, key=lambda each: began(each.change)):
        by_effect[effects(each)[0]].append(each)
    parts = tuple(_occurrences(effect, by_effect[effect], frame) for effect in Effect if effect in by_effect)
    return ChangeGroup(name, frame.ids, frame.site, parts, 0 if known is None else known.unchanged)


def _common_title(changes: Sequence[Change]) -> str:
    """Return the name of changes of no declared series; the id of their series where their names differ."""
    titles = {words.title(change) for change in changes}
    return changes[0].series or words.title(changes[0]) if len(titles) > 1 else titles.pop()


def _site(changes: Sequence[Change]) -> Site:
    """Return the place, or else the file, that declares more than half of the changes."""
    sources = [change.source for change in changes if change.source is not None]
    for sites in ([Site(source.file, source.line) for source in sources], [Site(source.file) for source in sources]):
        for site, number in Counter(sites).most_common(1):
            if 2 * number > len(changes):
                return site
    return Site()


def _occurrences(effect: Effect, shown: Sequence[ShownChange], frame: Frame) -> Occurrences:
    common = _common(shown)
    said = set(map(content, common))
    remarks = _remarks_of_each([each.change for each in shown])
    # Only a change of mixed origin marks its fields.
    mixed = (each.change for each in shown if each.change.origin is Origin.MIXED)
    return Occurrences(
        effect,
        remarks,
        next(mixed, shown[0].change),
        common,
        tuple(occurrence(each, common, remarks, frame) for each in shown),
        with_exceptions=any(not said <= set(map(content, each.fields)) for each in shown),
    )


def _common(shown: Sequence[ShownChange]) -> tuple[FieldChange, ...]:
    """Return the fields, except times, that more than half of several changes share, each with the line if all do."""
    if len(shown) == 1:
        return ()
    alike: dict[object, list[FieldChange]] = defaultdict(list)
    for each in shown:
        for field in telling(each):
            alike[content(field)].append(field)
    most = [fields for fields in alike.values() if 2 * len(fields) > len(shown)]
    return tuple(sorted(map(_with_shared_line, most), key=lambda field: field_order(field.name)))


def _with_shared_line(fields: Sequence[FieldChange]) -> FieldChange:
    lines = {field.line for field in fields}
    return fields[0] if len(lines) == 1 else replace(fields[0], line=None)


def _remarks_of_each(changes: Sequence[Change]) -> tuple[str, ...]:
    first, *others = map(remarks_on, changes)
    return tuple(remark for remark in first if others and all(remark in remarks for remarks in others))
