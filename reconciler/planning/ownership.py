"""Ownership of live events: declared, orphaned or foreign."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reconciler.diagnostics import Diagnostic
from reconciler.event import DeclaredEvent, Identity, LiveEvent
from reconciler.planning.claims import Claims
from reconciler.planning.identity_warnings import identity_ambiguous, identity_undecided, identity_unknown, obstacles
from reconciler.planning.match import Match
from reconciler.planning.proofs import left_to_writing
from reconciler.planning.set_aside import Obstacle


@dataclass(frozen=True, slots=True)
class Orphan:
    """A live event of ours that no file declares."""

    live: LiveEvent
    proven: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A live event that has the event id of one to be created, but is of another app or under another account id."""

    identity: Identity
    """The event to be created."""
    app_id: int | None
    """The app that made the live event; None if HubSpot names none."""
    account_id: str | None = None
    """The account id of the live event, if our app made it and the account id is known."""


@dataclass(frozen=True, slots=True)
class Matched:
    """All declared events with their live ones, and what the other live events are; a count is None if not taken."""

    matches: tuple[Match, ...]
    orphans: tuple[Orphan, ...]
    orphaned: int | None
    foreign: int | None
    diagnostics: tuple[Diagnostic, ...]
    obstacles: tuple[Obstacle, ...] = ()
    """Why declared events cannot be planned; an ambiguous event has an obstacle and no match."""
    undecided: frozenset[Identity] = frozenset()
    """Declared events that this token cannot identify, or for which it cannot show that they are as declared."""
    unclaimed: frozenset[str | None] = frozenset()
    """The object ids of live events that no declaration may stand for, in any environment."""
    not_ours: tuple[LiveEvent, ...] = ()
    """Undeclared live events that are known not to be ours: another app, a person or another account made them."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """Evidence against creating events: live events with their ids, which the setting `besides` does not allow."""
    unanswered: frozenset[str] = frozenset()
    """Account ids under which a read missed a live event id, with a token that is not known to be our app's."""
    left_to_writing: frozenset[Identity] = frozenset()
    """Changed events that are proven only by the read before each write."""

    @property
    def barred(self) -> frozenset[Identity]:
        """The declared events that have an obstacle."""
        return frozenset(obstacle.event.identity for obstacle in self.obstacles)


def match_events(claims: Claims) -> Matched:
    """Match declared events with live ones, and sort the other live events, by the evidence so far."""
    orphans = tuple(filter(None, (_own_orphan(claims, event) for event in claims.possible_orphans())))
    # With our app's token everything has been read that could settle an ambiguity.
    certain = claims.evidence.is_ours
    undecided = () if certain else claims.ambiguous
    unsure = tuple(_unknown(claims))
    return Matched(
        claims.matches,
        orphans,
        len(orphans) if claims.looks_for_orphans() else None,
        None if claims.policy.narrowed or not claims.listing.whole else _foreign(claims, len(orphans)),
        (*identity_undecided(undecided), *identity_unknown(unsure)),
        (
            *obstacles(claims.matches, claims.declared.skipped),
            *(identity_ambiguous(claims.ambiguous) if certain else ()),
        ),
        frozenset(event.identity for event in (*undecided, *unsure)),
        frozenset(event.identity.object_id for event in claims.leftovers),
        tuple(event for event in claims.leftovers if _is_of_others(claims, event)),
        tuple(_elsewhere(claims)),
        _unanswered(claims),
        left_to_writing(claims) if certain else frozenset(),
    )


def _elsewhere(claims: Claims) -> Iterator[Elsewhere]:
    """Find evidence against creating events: with the wrong token, or account id, all would be created again."""
    for match in claims.matches:
        identity = match.declared.identity
        if match.is_new and identity.external is not None:
            for event in claims.unmade.get(str(identity.external_event_id), ()):
                is_ours = event.app_id is not None and event.app_id == claims.evidence.app_id
                account = claims.account_of(event) if is_ours else None
                # `besides` names events of our own app by account id, and those of others by app.
                beside = account if is_ours or event.app_id is None else str(event.app_id)
                if beside is None or beside not in claims.policy.besides:
                    yield Elsewhere(identity, event.app_id, account)


def _unknown(claims: Claims) -> Iterator[DeclaredEvent]:
    """Find the unproven events under account ids for which no event was proven, although one should have been."""
    for event in () if claims.evidence.foreign_token else claims.unproven:
        if event.identity.external_account_id not in claims.seen_accounts:
            yield event


def _own_orphan(claims: Claims, event: LiveEvent) -> Orphan | None:
    """Return a leftover of our app as an orphan if its account id is ours too, or may be."""
    account = claims.account_of(event)
    if account is not None:
        return _orphan(event, account, proven=claims.is_proven(event)) if account in claims.accounts else None
    return None if claims.evidence.misses_refute or not claims.accounts else _orphan(event, None, proven=False)


def _is_of_others(claims: Claims, event: LiveEvent) -> bool:
    """Return whether a leftover is known not to be ours, also in a run that does not look for orphans."""
    if event.app_id is None:
        return True
    if claims.evidence.app_id is None:
        return False
    return event.app_id != claims.evidence.app_id or claims.account_of(event) not in (None, *claims.accounts)


def _unanswered(claims: Claims) -> frozenset[str]:
    """Return the account ids under which an event was not found although its event id is live.

    A token that is known to be our app's is right about what it does not find. Any other token may be another app's,
    and what it creates would be that app's too.
    """
    if claims.evidence.misses_refute or claims.evidence.foreign_token:
        return frozenset()
    return frozenset(account for account, event_id in claims.evidence.misses if event_id in claims.live_event_ids)


def _foreign(claims: Claims, orphans: int) -> int:
    """Count the leftovers that are no orphans; in a run that does not look for orphans, those of other makers."""
    if claims.looks_for_orphans():
        return len(claims.leftovers) - orphans
    return sum(event.app_id is None or event.app_id != claims.evidence.app_id for event in claims.leftovers)


def _orphan(event: LiveEvent, account: str | None, *, proven: bool) -> Orphan:
    return Orphan(event.known_as(replace(event.identity, external_account_id=account)), proven)
