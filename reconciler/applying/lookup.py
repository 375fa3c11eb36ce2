"""Two ways to find out which of the events to be created already exist."""

from collections.abc import Callable, Mapping, Sequence

from reconciler.change import Create
from reconciler.event import Identity, LiveEvent
from reconciler.portal import Listing, Reader

Lookup = Callable[[Sequence[Create]], Mapping[Identity, LiveEvent | None]]
"""Returns the live event, or None, for each event to be created; creating relies on it."""


def read_each(portal: Reader) -> Lookup:
    """Return a lookup by external ids: the strongest proof, one request for each event."""
    return lambda changes: _read(portal, [change.identity for change in changes])


def trust_list(portal: Reader) -> Lookup:
    """Return a lookup that reads the whole list once more, and looks up only the events whose event id it shows."""
    listing: list[Listing] = []

    def lookup(changes: Sequence[Create]) -> Mapping[Identity, LiveEvent | None]:
        if not listing:
            listing.append(portal.read())
        shown = {event.identity.external_event_id for event in listing[0].events}
        identities = [change.identity for change in changes]
        there = [identity for identity in identities if identity.external_event_id in shown]
        return {**dict.fromkeys(identities), **_read(portal, there)}

    return lookup


def _read(portal: Reader, identities: Sequence[Identity]) -> Mapping[Identity, LiveEvent | None]:
    finds = portal.find_each(identities)
    return {identity: find() for identity, find in zip(identities, finds, strict=True)}
