"""The pages of calendars: what files declare, what a portal holds."""

from collections.abc import Iterable, Iterator, Sequence

from reconciler.event import Declared, DeclaredEvent, LiveEvent, registered
from reconciler.render import phrases, words
from reconciler.render.dates import Clocks, clocks_in, months
from reconciler.render.page.model import CalendarPage, Note, PageEvent, in_order
from reconciler.render.page.records import name_or_ids, series_of_event, shown_fields, source_of, without_custom


def declared_page(declared: Declared, timezone: str | None) -> CalendarPage:
    """Return the page of what files declare; `timezone` is that of the settings."""
    usual = clocks_in(timezone, "UTC").zone.key
    events = in_order(
        _declared(event, clocks_in(event.timezone, usual)) for event in declared.events if not event.absent
    )
    return CalendarPage(
        title="Marketing events",
        lead=(_extent(events, usual),),
        fixed=(),
        events=events,
        after=_notes(tuple(_not_shown(declared))),
    )


def live_page(title: str, events: Iterable[LiveEvent], timezone: str) -> CalendarPage:
    """Return the page of what a portal holds; `timezone` is the portal's."""
    usual = clocks_in(timezone, "UTC").zone.key
    clocks = clocks_in(None, usual)
    shown = in_order(_live(event, clocks) for event in events)
    return CalendarPage(title=title, lead=(_extent(shown, usual),), fixed=(), events=shown)


def _declared(event: DeclaredEvent, clocks: Clocks) -> PageEvent:
    return PageEvent(
        name=name_or_ids(event.name, event.identity),
        ids=words.identity(event.identity),
        clocks=clocks,
        source=source_of(event),
        series=series_of_event(event),
        **shown_fields({**event.initial, **event.fields}, clocks),
    )


def _live(event: LiveEvent, clocks: Clocks) -> PageEvent:
    return PageEvent(
        name=name_or_ids(event.name, event.identity),
        ids=words.identity(event.identity),
        clocks=clocks,
        people=registered(event.registrants),
        **shown_fields(without_custom(event.fields), clocks),
    )


def _extent(events: Sequence[PageEvent], usual: str) -> str:
    """Return how many events there are, in which months, and in which zone their times are."""
    begins = [event.span.begins for event in events if event.span is not None]
    # The zones of two events may differ, but not so much that it matters here.
    ordered = sorted(begins, key=lambda at: at.replace(tzinfo=None))
    extent = months(ordered[0], ordered[-1]) if ordered else ""
    abroad = any(event.clocks.place for event in events if event.span is not None)
    return (
        f"{phrases.count(len(events), 'event')}{extent}, times in {usual}{' unless a place is named' if abroad else ''}"
    )


def _not_shown(declared: Declared) -> Iterator[str]:
    absent = sum(event.absent for event in declared.events)
    for number, why in ((absent, "declared absent"), (len(declared.skipped), "for another environment")):
        if number:
            yield f"{phrases.count(number, 'event')} {'is' if number == 1 else 'are'} {why}, and not shown."


def _notes(lines: tuple[str, ...]) -> tuple[Note, ...]:
    return (Note("Notes", lines),) if lines else ()
