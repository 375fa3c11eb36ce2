"""Identities that HubSpot cannot distinguish or that people would confuse."""

import unicodedata
from collections.abc import Iterable, Iterator

from reconciler.diagnostics import Diagnostic, Place, error, warning
from reconciler.event import DeclaredEvent
from reconciler.safe_text import quoted


def collisions(events: Iterable[DeclaredEvent]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each event whose identity equals or resembles an earlier one; for two series only one."""
    said: set[tuple[Place, Place]] = set()
    for event, first, found in _pairs(events):
        if (event.place, first.place) not in said:
            said.add((event.place, first.place))
            yield found


def _pairs(events: Iterable[DeclaredEvent]) -> Iterator[tuple[DeclaredEvent, DeclaredEvent, Diagnostic]]:
    by_object: dict[str, DeclaredEvent] = {}
    by_joined: dict[str, DeclaredEvent] = {}
    by_looks: dict[str, DeclaredEvent] = {}
    for event in events:
        if event.identity.object_id is not None:
            first = by_object.setdefault(event.identity.object_id, event)
            if first is not event:
                yield event, first, _twice(event, first)
        elif event.identity.external is not None:
            joined = "-".join(event.identity.external)  # as HubSpot joins them (Marketing Events API, external ids)
            first = by_joined.setdefault(joined, event)
            alike = by_looks.setdefault(_looks(joined), event)
            if first is not event:
                is_same = first.identity == event.identity
                yield event, first, _twice(event, first) if is_same else _joined(event, first, joined)
            elif alike is not event:
                yield event, alike, _alike(event, alike)


def _twice(event: DeclaredEvent, first: DeclaredEvent) -> Diagnostic:
    message = f"{event.identity} is declared twice, first at {first.place}"
    return error("duplicate-event", message, event.place, "delete one of the two, or give it another id")


def _joined(event: DeclaredEvent, first: DeclaredEvent, joined: str) -> Diagnostic:
    message = f"HubSpot joins account id and event id to {quoted(joined)}, the same as for the event at {first.place}"
    return error("colliding-identity", message, event.place, "give one of the two another id")


def _alike(event: DeclaredEvent, first: DeclaredEvent) -> Diagnostic:
    message = f"{event.identity} differs from {first.identity} at {first.place} only in capitals or accents"
    return warning("look-alike", message, event.place, "check that these are two different events")


def _looks(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
