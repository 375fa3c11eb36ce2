"""The declared events as a calendar for other programs (iCalendar, RFC 5545)."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from string import ascii_letters, digits, punctuation
from urllib.parse import quote

from icalendar import Calendar, Event

from reconciler.declarations.events.revisions import Revision
from reconciler.event import DeclaredEvent, Identity, Value, moment
from reconciler.safe_text import FORBIDDEN

_PROGRAM = "-//reconciler//Marketing events as code//EN"
_NAME = "Marketing events"
_HOME = "marketing-events.reconciler"
"""What stands behind the @ of each UID, because other programs make UIDs too."""
_BEYOND_CONTENT = 1000
"""What the number of changes in git begins at, so that it is greater than any number made of the content."""
_IN_ADDRESSES = ascii_letters + digits + punctuation

_Property = tuple[str, str | datetime | list[str]]
"""The name of a property, and its value."""


def has_start(event: DeclaredEvent) -> bool:
    """Return whether an event has a start, without which no calendar can hold it."""
    return isinstance(event.fields.get("startDateTime"), str)


def calendar(events: Iterable[DeclaredEvent], revision_of: Callable[[DeclaredEvent], Revision]) -> str:
    """Return the events that have a start as a calendar, in the order in which they begin."""
    page = Calendar()
    page.add("prodid", _PROGRAM)
    page.add("version", "2.0")
    page.add("name", _NAME)
    page.add("x-wr-calname", _NAME)  # for the many programs that do not know NAME (RFC 7986)
    for event in sorted(filter(has_start, events), key=_order):
        page.add_component(_component(event, revision_of(event)))
    content: bytes = page.to_ical()
    return content.decode()


def _order(event: DeclaredEvent) -> tuple[str, tuple[str, str, str]]:
    return str(event.fields["startDateTime"]), event.identity.sort_key


def _component(event: DeclaredEvent, revision: Revision) -> Event:
    component = Event()
    for name, value in _properties(event):
        component.add(name, value)
    number = _number_of(component) if revision.changes is None else _BEYOND_CONTENT + revision.changes
    component.add("sequence", number)
    # Without a METHOD this is the time of the last change (RFC 5545, section 3.8.7.2).
    component.add("dtstamp", revision.at)
    return component


def _properties(event: DeclaredEvent) -> Iterator[_Property]:
    """Yield what a calendar shows of an event; what HubSpot gets only when it is created counts too."""
    fields = {**event.initial, **event.fields}
    yield "uid", _uid(event.identity)
    yield from _times(fields.get("startDateTime"), fields.get("endDateTime"))
    yield "summary", _text(fields.get("eventName")) or _text(str(event.identity))
    for name, field in (("description", "eventDescription"), ("contact", "eventOrganizer")):
        if text := _text(fields.get(field)):
            yield name, text
    if kind := _text(fields.get("eventType")):
        yield "categories", [kind]
    address = fields.get("eventUrl")
    if isinstance(address, str) and address.startswith(("https://", "http://")):
        yield "url", quote(address, safe=_IN_ADDRESSES, errors="surrogatepass")
    if fields.get("eventCancelled") is True:
        yield "status", "CANCELLED"


def _times(start: Value, end: Value) -> Iterator[_Property]:
    """Yield the start and the end, if it is later; a calendar knows no fractions of a second."""
    begins = moment(str(start)).replace(microsecond=0)
    yield "dtstart", begins
    if isinstance(end, str) and (ends := moment(end).replace(microsecond=0)) > begins:
        yield "dtend", ends


def _uid(identity: Identity) -> str:
    """Return an id that stays the same for ever: of account id and event id, or of the object id alone."""
    parts = identity.external or (f"object-{identity.object_id}",)
    return f"{'/'.join(quote(part, safe='', errors='surrogatepass') for part in parts)}@{_HOME}"


def _text(value: Value) -> str:
    """Return a text with all that RFC 5545 does not allow in one replaced; empty if the value is no text."""
    return FORBIDDEN.sub("\ufffd", value) if isinstance(value, str) else ""


def _number_of(component: Event) -> int:
    """Return a number that is another one when the content is."""
    return zlib.crc32(component.to_ical()) % _BEYOND_CONTENT
