"""How an apply finds out which of the events that it would create are there already."""

from collections.abc import Callable, Mapping, Sequence

from reconciler.change import Create
from reconciler.event import Identity, LiveEvent
from reconciler.portal import Listing, Reader

Lookup = Callable[[Sequence[Create]], Mapping[Identity, LiveEvent | None]]
"""Tells which of the events to be created are there already: what creating stands on."""


def read_each(portal: Reader) -> Lookup:
    """Look each event up by its external ids: the strongest proof, one request for each."""
    return lambda changes: {change.identity: portal.find(change.identity) for change in changes}


def trust_list(portal: Reader) -> Lookup:
    """Read the whole list a second time, and look up directly only what it shows under the same event id."""
    listing: list[Listing] = []

    def lookup(changes: Sequence[Create]) -> Mapping[Identity, LiveEvent | None]:
        if not listing:
            listing.append(portal.read())
        shown = {event.identity.external_event_id for event in listing[0].events}
        return {
            change.identity: portal.find(change.identity) if change.identity.external_event_id in shown else None
            for change in changes
        }

    return lookup
