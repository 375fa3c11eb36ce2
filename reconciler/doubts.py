"""What is wrong, or not certain, about which live event a declaration means."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from reconciler.diagnostics import Diagnostic, error, warning
from reconciler.event import DeclaredEvent
from reconciler.match import Match


def wrong(matches: Sequence[Match]) -> Iterator[Diagnostic]:
    """Tell of adopted events that are gone, and of events that are declared twice."""
    yield from _missing(matches)
    yield from _doubles(matches)


def unsure(events: Iterable[DeclaredEvent]) -> Iterator[Diagnostic]:
    """Warn of events that may be several live ones."""
    for event in events:
        yield warning(
            "identity-ambiguous",
            f"this token cannot tell which live event is {event.identity}, so it is left alone",
            event.place,
            "plan with a token of the app that made the events",
        )


def unlikely(matches: Iterable[Match], others: Collection[str | None]) -> Iterator[Diagnostic]:
    """Warn where others have used the ids: with the token of the wrong app every event would be made a second time."""
    if count := _count_used((match for match in matches if match.live is None), others):
        yield warning(
            "same-id-elsewhere",
            "another app has made events with the ids of "
            f"{count} event{'' if count == 1 else 's'} that would be created",
            hint="if they are meant, the token or appId is the wrong one",
        )


def moved(matches: Iterable[Match], own: Collection[str | None]) -> Iterator[Diagnostic]:
    """Warn where our app has used the ids under another account id: with the wrong one, events are made again."""
    if count := _count_used((match for match in matches if match.live is None and match.proven), own):
        yield warning(
            "same-id-elsewhere",
            f"our app has events with the ids of {count} event{'' if count == 1 else 's'} that would be created, "
            "under another account id",
            hint="if they are meant, externalAccountId is the wrong one",
        )


def uncertain(matches: Iterable[Match], makers: Iterable[int | None]) -> Iterator[Diagnostic]:
    """Warn where events with the ids are live, and it is not known whether the token is that of the app they are of."""
    count = sum(match.live is None and not match.proven for match in matches)
    if count:
        known = sorted({maker for maker in makers if maker is not None})
        named = f" (made by app {', '.join(map(str, known))})" if known else ""
        yield warning(
            "same-id-elsewhere",
            f"events with the ids of {count} event{'' if count == 1 else 's'} that would be created "
            f"are live already{named}, and this token does not find them by their external ids",
            hint="if they are meant, the token is another app's, or externalAccountId is the wrong one",
        )


def _count_used(created: Iterable[Match], ids: Collection[str | None]) -> int:
    """Count the events to be made whose event id is among these."""
    identities = (match.declared.identity for match in created)
    return sum(identity.external_event_id in ids for identity in identities if identity.external is not None)


def _missing(matches: Iterable[Match]) -> Iterator[Diagnostic]:
    for match in matches:
        if match.live is None and match.declared.identity.object_id is not None:
            yield error(
                "object-not-live",
                f"HubSpot holds no event with objectId {match.declared.identity.object_id}",
                match.declared.place,
                "check the id in HubSpot, or remove the declaration if the event was deleted there",
            )


def _doubles(matches: Iterable[Match]) -> Iterator[Diagnostic]:
    first: dict[str, Match] = {}
    for match in matches:
        if match.live is not None:
            other = first.setdefault(str(match.live.identity.object_id), match)
            if other is not match:
                yield error(
                    "declared-twice",
                    f"this is the same live event as {other.declared.identity}, declared at {other.declared.place}",
                    match.declared.place,
                    "keep one of the two declarations",
                )
