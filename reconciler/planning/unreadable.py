"""Live events that cannot be read: a run goes on without them only if they are known to be foreign."""

from collections.abc import Iterable, Iterator, Sequence

from reconciler.diagnostics import Diagnostic, Place, warning
from reconciler.errors import Unavailable
from reconciler.event import DeclaredEvent, LiveEvent

WARNED_AT_MOST = 3
"""Events that get a warning of their own; the others share one.

An app may write thousands of events that cannot be read. GitHub shows ten warnings of a run, and these are better used
for what can be corrected in the files.
"""


def unreadable_events(
    listed: Iterable[LiveEvent], declared: Iterable[DeclaredEvent], app_id: int | None
) -> tuple[Diagnostic, ...]:
    """Return warnings about the listed events that cannot be read, if all of them are known to be foreign.

    Raises `Unavailable` if one is adopted or may be of our app: it can neither be compared nor left out.
    """
    places = {event.identity.object_id: event.place for event in declared}
    unreadable = [event for event in listed if event.unreadable is not None]
    for event in unreadable:
        if (place := places.get(event.identity.object_id)) is not None:
            raise _adopted(event, place)
        if not _is_of_others(event, app_id):
            raise _perhaps_ours(event, app_id)
    return tuple(_warnings(unreadable))


def _is_of_others(event: LiveEvent, app_id: int | None) -> bool:
    """Return whether another app, or a person, is known to have made the event; any app gives an event id."""
    if event.app_id is None:
        return event.identity.external_event_id is None
    return app_id is not None and event.app_id != app_id


def _adopted(event: LiveEvent, place: Place) -> Unavailable:
    message = f"object {event.identity.object_id}, declared at {place}, cannot be read: {event.unreadable}"
    return Unavailable(message, hint="correct it in HubSpot, or remove the declaration")


def _perhaps_ours(event: LiveEvent, app_id: int | None) -> Unavailable:
    message = f"object {event.identity.object_id}, which may be ours, cannot be read: {event.unreadable}"
    if app_id is None:
        hint = "correct it in HubSpot; if another app made it, set appId to the app whose events are ours"
        return Unavailable(message, hint=hint)
    return Unavailable(message, hint="correct it in HubSpot; if that is not possible, HubSpot may have changed its API")


def _warnings(unreadable: Sequence[LiveEvent]) -> Iterator[Diagnostic]:
    for event in unreadable[:WARNED_AT_MOST]:
        maker = "made by no app" if event.app_id is None else f"of app {event.app_id}"
        yield warning(
            "unreadable-event",
            f"object {event.identity.object_id}, {maker}, cannot be read, so it counts as foreign: {event.unreadable}",
            hint="it is left alone; correct it in HubSpot to get rid of this warning",
        )
    more = len(unreadable) - WARNED_AT_MOST
    if more > 0:
        what = "1 more foreign event" if more == 1 else f"{more} more foreign events"
        yield warning("unreadable-event", f"{what} cannot be read either")
