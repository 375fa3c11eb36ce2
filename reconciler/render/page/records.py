"""The fields of an event as a page shows them."""

from collections.abc import Iterator, Mapping
from typing import TypedDict

from reconciler.change import Source
from reconciler.event import CUSTOM, DeclaredEvent, Identity, Value, field_order, label_of
from reconciler.render.dates import Clocks
from reconciler.render.page.model import TimeSpan, span_of
from reconciler.render.page.texts import linkable
from reconciler.render.words import value

FieldValues = Mapping[str, Value]
"""An event's values by HubSpot's names."""


class ShownFields(TypedDict):
    """The part of an event of a page that is made of its fields."""

    is_cancelled: bool
    span: TimeSpan | None
    kind: str
    organizer: str
    url: str
    record: tuple[tuple[str, str], ...]


def shown_fields(fields: FieldValues, clocks: Clocks) -> ShownFields:
    """Return what a page shows of the fields of an event, but its name."""
    span = span_of(text_of(fields, "startDateTime"), text_of(fields, "endDateTime"), clocks)
    return ShownFields(
        is_cancelled=fields.get("eventCancelled") is True,
        span=span,
        kind=text_of(fields, "eventType") or "",
        organizer=text_of(fields, "eventOrganizer") or "",
        url=text_of(fields, "eventUrl") or "",
        record=tuple(_record(fields, clocks, span)),
    )


def without_custom(fields: FieldValues) -> FieldValues:
    """Return the fields of a live event but its custom properties, most of which nobody has declared."""
    return {name: held for name, held in fields.items() if not name.startswith(CUSTOM)}


def name_or_ids(name: str | None, ids: Identity) -> str:
    """Return an event's name; its ids if it has none."""
    return (name or "").strip() or str(ids)


def source_of(event: DeclaredEvent) -> Source:
    """Return where an event is declared."""
    return Source(event.place.file, event.place.line)


def series_of_event(event: DeclaredEvent) -> str:
    """Return the name of an event's series, or its id if it has no name; empty if the event is in none."""
    return event.series_name or event.series or ""


def text_of(fields: FieldValues, name: str) -> str | None:
    """Return a field's text; None if it is empty or a flag."""
    held = fields.get(name)
    return held if isinstance(held, str) else None


def _record(fields: FieldValues, clocks: Clocks, span: TimeSpan | None) -> Iterator[tuple[str, str]]:
    """Yield label and value of each field that has no place of its own on the page."""
    for name in sorted(fields, key=field_order):
        held = fields[name]
        if held is not None and held is not False and _has_no_place(name, str(held), span):
            yield label_of(name), value(name, held, clocks).strip()


def _has_no_place(name: str, held: str, span: TimeSpan | None) -> bool:
    match name:
        case "startDateTime":
            return span is None
        case "endDateTime":
            return span is None or span.ends is None
        case "eventUrl":
            return linkable(held) is None
        case "eventDescription" | "eventCompleted":
            return True
        case _:
            return name.startswith(CUSTOM)
