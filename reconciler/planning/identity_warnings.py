"""Diagnostics about declared events whose live event is missing, uncertain or declared twice."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from reconciler.diagnostics import Diagnostic, error, warning
from reconciler.event import DeclaredEvent, Skipped
from reconciler.planning.match import Match
from reconciler.planning.set_aside import Obstacle

AMBIGUOUS = "identity-ambiguous"
UNKNOWN = "identity-unknown"
UNDECIDED = frozenset({AMBIGUOUS, UNKNOWN})
"""Codes of diagnostics that leave open whether HubSpot holds what the files declare."""


def obstacles(matches: Sequence[Match], skipped: Collection[Skipped] = ()) -> Iterator[Obstacle]:
    """Find adopted events that are not live, live events that are declared twice, and completions to be taken back.

    An event of another environment, which is `skipped` here, counts against one that is declared absent.
    """
    yield from _not_live(matches)
    yield from _declared_twice(matches)
    yield from _completed(matches)
    yield from _absent_elsewhere([match for match in matches if match.declared.absent], skipped)


def identity_ambiguous(events: Iterable[DeclaredEvent]) -> Iterator[Obstacle]:
    """Yield an error for each event that may be one of several live ones, or shares its only candidate."""
    for event in events:
        message = f"the live event of {event.identity} is ambiguous"
        hint = "delete the wrong events with its id in HubSpot, or declare the right one by its objectId"
        yield Obstacle(event, error(AMBIGUOUS, message, event.place, hint))


def identity_undecided(events: Iterable[DeclaredEvent]) -> Iterator[Diagnostic]:
    """Yield a warning for each ambiguous event, which a token of the app that made the events may identify."""
    for event in events:
        yield warning(
            AMBIGUOUS,
            f"this token cannot determine the live event of {event.identity}, so the event is left alone",
            event.place,
            "plan with a token of the app that made the events",
        )


def identity_unknown(events: Collection[DeclaredEvent]) -> Iterator[Diagnostic]:
    """Yield one warning about events matched by event id alone, if a direct read should have found one of them."""
    if events:
        whose = "1 declared event is" if len(events) == 1 else f"{len(events)} declared events are"
        yield warning(
            UNKNOWN,
            f"it is not known whether {whose} as declared: events with the same ids are live, "
            "but this token finds none of them by its external ids",
            hint="check externalAccountId and appId, and whether the token belongs to the app that made the events",
        )


def _not_live(matches: Iterable[Match]) -> Iterator[Obstacle]:
    for match in matches:
        event = match.declared
        if match.live is None and event.identity.object_id is not None:
            message = f"HubSpot holds no event with objectId {event.identity.object_id}"
            hint = "check the id in HubSpot, or remove the declaration if the event was deleted there"
            yield Obstacle(event, error("object-not-live", message, event.place, hint))


def _declared_twice(matches: Iterable[Match]) -> Iterator[Obstacle]:
    """Report every declaration of the same live event: if all were applied, the last one would win each time."""
    pairs = [(match.live.identity.object_id, match.declared) for match in matches if match.live is not None]
    times = Counter(object_id for object_id, _ in pairs)
    claims: dict[str | None, list[DeclaredEvent]] = defaultdict(list)
    for object_id, event in pairs:
        if times[object_id] > 1:
            claims[object_id].append(event)
    for claiming in claims.values():
        for event, other in zip(claiming, (*claiming[1:], claiming[0]), strict=True):
            message = f"{event.identity} and {other.identity} are the same live event"
            hint = f"keep one of the two declarations; the other is at {other.place}"
            yield Obstacle(event, error("declared-twice", message, event.place, hint))


def _absent_elsewhere(absent: Iterable[Match], skipped: Collection[Skipped]) -> Iterator[Obstacle]:
    """Report each event to be deleted that a declaration for another environment may mean."""
    objects = {other.identity.object_id for other in skipped} - {None}
    externals = {
        (other.identity.external_account_id, other.identity.external_event_id) for other in skipped if other.may_be_here
    }
    for match in absent:
        event, ours = match.declared, match.declared.identity
        keys = {(account, ours.external_event_id) for account in (None, ours.external_account_id)}
        if match.live is not None and (match.live.identity.object_id in objects or keys & externals):
            message = f"{ours} is declared absent here, and declared for another environment"
            hint = "keep one of the two declarations"
            yield Obstacle(event, error("absent-elsewhere", message, event.place, hint))


def _completed(matches: Iterable[Match]) -> Iterator[Obstacle]:
    """Report each completed event that is declared otherwise; HubSpot has no call that takes a completion back."""
    for match in matches:
        event = match.declared
        held = None if match.live is None else match.live.fields.get("eventCompleted")
        if held is True and event.fields.get("eventCompleted") is False:
            message = f"{event.identity} is completed in HubSpot, and HubSpot cannot take that back"
            place = event.places.get("eventCompleted", event.place)
            hint = "declare eventCompleted: true, or leave the key out"
            yield Obstacle(event, error("completed-is-final", message, place, hint))
