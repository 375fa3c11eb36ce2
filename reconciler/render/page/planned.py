"""The page of a plan."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from reconciler.change import Change, Create, Delete, FieldChange, Origin, Update, is_orphan, stays_cancelled
from reconciler.diagnostics import Diagnostic
from reconciler.event import CUSTOM, DeclaredEvent, LiveEvent, Value, registered
from reconciler.planning.orphans import OrphanVerdict
from reconciler.planning.plan import Plan, Untouched
from reconciler.planning.series import SeriesKey
from reconciler.planning.set_aside import SetAside
from reconciler.portal import Portal
from reconciler.render import phrases, words
from reconciler.render.dates import Clocks, clocks_of
from reconciler.render.difference import difference
from reconciler.render.effects import Effect, effects
from reconciler.render.groups import ChangeGroup, grouped
from reconciler.render.hubspot_page import hubspot_page
from reconciler.render.page.model import CalendarPage, Mark, Note, PageEvent, Row, TimeSpan, in_order, span_of
from reconciler.render.page.records import name_or_ids, series_of_event, shown_fields, source_of, without_custom
from reconciler.render.parts import origin_mark, parts, place_of
from reconciler.render.timing import shown_whole

_GUARD = "guard-"
_USUAL = frozenset({Origin.FILES, Origin.MIXED})
"""What a plan is about; of any other origin an event is told."""


def plan_page(plan: Plan, untouched: Iterable[Untouched] = ()) -> CalendarPage:
    """Return the page of a plan; it says all that the plan as text does.

    A saved plan does not hold the events that it leaves `untouched`, so its page says only how many they are.
    """
    untouched = tuple(untouched)
    others = (_untouched(plan, event, live) for event, live in untouched)
    shown = {event.identity for event, _ in untouched}
    aside = (_aside(plan, event) for event in plan.set_aside if event.identity not in shown)
    orphans = (_orphan(plan.portal, orphan) for orphan in words.spared(plan.orphans))
    return CalendarPage(
        title="Plan of the marketing events",
        lead=(words.head(plan), *_unseen(plan, untouched)),
        fixed=(*((words.NO_CHANGES,) if plan.is_fulfilled else ()), words.summary(plan), words.digest_line(plan)),
        events=in_order((*_changed(plan), *others, *aside, *orphans)),
        before=_notes(_before(plan)),
        after=_notes(_after(plan)),
        is_plan=True,
    )


def _unseen(plan: Plan, untouched: tuple[Untouched, ...]) -> Iterator[str]:
    if plan.unchanged and not untouched:
        yield f"{phrases.count(plan.unchanged, 'unchanged event')} not shown: a saved plan does not hold them."


def _notes(notes: Iterable[Note]) -> tuple[Note, ...]:
    return tuple(note for note in notes if note.lines)


def _before(plan: Plan) -> Iterator[Note]:
    yield Note(words.FIRST, _lines(words.first(plan)), is_urgent=True)
    events = tuple(map(words.aside, plan.set_aside))
    yield Note(words.SET_ASIDE, (*events, *_lines(words.reasons(plan))), is_urgent=True)
    yield Note(words.REPEATED_EVENTS, tuple(_groups(plan)))
    refusals = (found for found in words.notes(plan) if found.code.startswith(_GUARD))
    yield Note("An apply would refuse a part of this", _lines(refusals), is_urgent=True)


def _groups(plan: Plan) -> Iterator[str]:
    """Yield what is done to the events of each series, and to those that differ only in their times."""
    for part in parts(plan.changes):
        groups, _ = grouped(map(shown_whole, part.changes), plan)
        for group in groups:
            yield f"{group.name}: {group.counts}{_also(group)}"


def _also(group: ChangeGroup) -> str:
    """Return how many of the events have more effects than the one that they are counted by; empty for none."""
    more = Counter(effect for change in group.changes for effect in effects(shown_whole(change))[1:])
    counts = ", ".join(f"{more[effect]} {effect}" for effect in Effect if more[effect])
    return f"; of these also {counts}" if counts else ""


def _after(plan: Plan) -> Iterator[Note]:
    yield Note(words.ORPHANS, tuple(map(words.orphan, words.spared(plan.orphans))))
    others = (found for found in words.notes(plan) if not found.code.startswith(_GUARD))
    yield Note("Notes", (*words.left_alone(plan), *_lines(others)))


def _lines(found: Iterable[Diagnostic]) -> tuple[str, ...]:
    return tuple(map(phrases.diagnostic, found))


def _changed(plan: Plan) -> Iterator[PageEvent]:
    titles = {series.key: series.title for series in plan.series}
    for part in parts(plan.changes):
        for change in part.changes:
            yield _change(change, plan, titles, () if place_of(change) in _USUAL else (part.heading,))


def _change(change: Change, plan: Plan, titles: Mapping[SeriesKey, str], remarks: tuple[str, ...]) -> PageEvent:
    clocks = clocks_of(change.timezone, plan.portal)
    series = change.series
    people = "" if isinstance(change, Create) else registered(change.registrants)
    said = (remark for remark in words.remarks(change) if remark != people)
    return PageEvent(
        name=words.title(change),
        ids=words.identity(change.identity),
        page=hubspot_page(plan.portal, change.identity),
        clocks=clocks,
        marks=tuple(sorted(_marks(change), key=list(Mark).index)),
        old_span=_old_span(change, clocks),
        people=people,
        source=change.source,
        series="" if series is None else titles.get((change.identity.external_account_id, series), series),
        remarks=(*said, *filter(None, remarks)),
        rows=tuple(_rows(change, clocks)),
        **shown_fields(_fields(change), clocks),
    )


def _marks(change: Change) -> Iterator[Mark]:
    if is_orphan(change):
        yield Mark.ORPHAN
    if stays_cancelled(change) or (isinstance(change, Delete) and change.outline.cancelled):
        yield Mark.STILL_CANCELLED
    yield from (Mark(effect) for effect in effects(shown_whole(change)))


def _fields(change: Change) -> dict[str, Value]:
    """Return the fields of an event after a change, or before it is deleted: as many of them as are known."""
    outline = change.outline
    known: dict[str, Value] = {
        "startDateTime": outline.start,
        "endDateTime": outline.end,
        "eventType": outline.event_type,
        "eventOrganizer": outline.organizer,
        "eventUrl": outline.url,
        "eventCancelled": outline.cancelled,
        **{f"{CUSTOM}{name}": held for name, held in outline.properties},
    }
    match change:
        case Create():
            return known | {field.name: field.after for field in change.fields}
        case Delete():
            return known | {field.name: field.before for field in change.fields}
        case Update():
            # What else changes stands before and after in its rows.
            return known | {field.name: field.after for field in change.fields if field.name in known}
        case _:
            assert_never(change)


def _old_span(change: Change, clocks: Clocks) -> TimeSpan | None:
    begin, end = change.field("startDateTime"), change.field("endDateTime")
    if not isinstance(change, Update) or (begin is None and end is None):
        return None
    return span_of(_before_it(begin, change.outline.start), _before_it(end, change.outline.end), clocks)


def _before_it(field: FieldChange | None, held: str | None) -> str | None:
    """Return the time before a change; without one, it is the time that is held."""
    if field is None:
        return held
    return field.before if isinstance(field.before, str) else None


def _rows(change: Change, clocks: Clocks) -> Iterator[Row]:
    if isinstance(change, Update):
        for field in change.fields:
            yield Row(words.label(field), difference(field, clocks), origin_mark(change, field))


def _untouched(plan: Plan, event: DeclaredEvent, live: LiveEvent | None) -> PageEvent:
    """Return a declared event that stays as it is, with the fields that it has in HubSpot."""
    clocks = clocks_of(event.timezone, plan.portal)
    is_aside = any(aside.identity == event.identity for aside in plan.set_aside)
    held = {} if live is None else without_custom(live.fields)
    cancelled = held.get("eventCancelled") is True
    marks = (Mark.ASIDE if is_aside else Mark.UNCHANGED, *((Mark.STILL_CANCELLED,) if cancelled else ()))
    return PageEvent(
        name=name_or_ids(event.name or (None if live is None else live.name), event.identity),
        ids=words.identity(event.identity),
        page="" if live is None else hubspot_page(plan.portal, live.identity),
        clocks=clocks,
        marks=marks,
        people="" if live is None else registered(live.registrants),
        source=source_of(event),
        series=series_of_event(event),
        # What a plan leaves alone is cancelled only if HubSpot says so.
        **shown_fields({**held, **event.fields, "eventCancelled": cancelled}, clocks),
    )


def _aside(plan: Plan, event: SetAside) -> PageEvent:
    return PageEvent(
        name=name_or_ids(event.name, event.identity),
        ids=words.identity(event.identity),
        clocks=clocks_of(None, plan.portal),
        marks=(Mark.ASIDE,),
        source=event.source,
    )


def _orphan(portal: Portal, orphan: OrphanVerdict) -> PageEvent:
    clocks = clocks_of(None, portal)
    return PageEvent(
        name=name_or_ids(orphan.name, orphan.identity),
        ids=words.identity(orphan.identity),
        page=hubspot_page(portal, orphan.identity),
        clocks=clocks,
        marks=(Mark.ORPHAN,),
        people=registered(orphan.registrants),
        remarks=(f"left alone: {orphan.why}",),
        **shown_fields({"startDateTime": orphan.start, "endDateTime": orphan.end}, clocks),
    )
