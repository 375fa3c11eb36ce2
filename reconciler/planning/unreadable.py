"""Live events that cannot be read: whose they are decides whether a run can go on without them."""

from collections.abc import Iterable, Iterator, Sequence

from reconciler.diagnostics import Diagnostic, Place, warning
from reconciler.errors import Unavailable
from reconciler.event import DeclaredEvent, LiveEvent

SHOWN_AT_MOST = 3
"""Events that are told one by one: where an app writes all of its events strangely, there may be thousands, and GitHub
shows ten warnings of a run, which are meant for what somebody can put right in the files."""


def unreadable_events(
    listed: Iterable[LiveEvent], declared: Iterable[DeclaredEvent], app_id: int | None
) -> tuple[Diagnostic, ...]:
    """Warn of listed events that cannot be read, none of which is adopted or can be of the app whose events are ours.

    Raises `Unavailable` at one that is, or may be: what cannot be read can neither be compared nor left out.
    """
    places = {event.identity.object_id: event.place for event in declared}
    strange = [event for event in listed if event.unreadable is not None]
    for event in strange:
        if (place := places.get(event.identity.object_id)) is not None:
            raise _adopted(event, place)
        if not _is_of_others(event, app_id):
            raise _perhaps_ours(event, app_id)
    return tuple(_told(strange))


def _is_of_others(event: LiveEvent, app_id: int | None) -> bool:
    """Tell whether it is proven that another app made the event, or a person: what an app makes has an event id."""
    if event.app_id is None:
        return event.identity.external_event_id is None
    return app_id is not None and event.app_id != app_id


def _adopted(event: LiveEvent, place: Place) -> Unavailable:
    message = f"object {event.identity.object_id}, declared at {place}, cannot be read: {event.unreadable}"
    return Unavailable(message, hint="put it right in HubSpot, or remove the declaration")


def _perhaps_ours(event: LiveEvent, app_id: int | None) -> Unavailable:
    message = f"object {event.identity.object_id}, which may be ours, cannot be read: {event.unreadable}"
    if app_id is None:
        hint = "put it right in HubSpot; where another app made it, set appId to the app whose events are ours"
        return Unavailable(message, hint=hint)
    return Unavailable(message, hint="put it right in HubSpot; where that is not possible, it may have changed its API")


def _told(strange: Sequence[LiveEvent]) -> Iterator[Diagnostic]:
    for event in strange[:SHOWN_AT_MOST]:
        maker = "made by no app" if event.app_id is None else f"of app {event.app_id}"
        yield warning(
            "unreadable-event",
            f"object {event.identity.object_id}, {maker}, cannot be read, so it counts as foreign: {event.unreadable}",
            hint="it is left alone; put it right in HubSpot to be rid of this",
        )
    more = len(strange) - SHOWN_AT_MOST
    if more > 0:
        what = "1 more event" if more == 1 else f"{more} more events"
        yield warning("unreadable-event", f"{what} of others cannot be read either")
