"""Whose event is whose: which live event a declaration means, which are orphans, which are foreign."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reconciler.diagnostics import Diagnostic
from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent
from reconciler.planning.claims import Claims
from reconciler.planning.evidence import Evidence, Match
from reconciler.planning.identity_warnings import identity_ambiguous, identity_undecided, identity_unknown, obstacles
from reconciler.planning.set_aside import Obstacle
from reconciler.policy import Policy
from reconciler.portal import Listing


@dataclass(frozen=True, slots=True)
class Orphan:
    """A live event of ours that no file declares."""

    live: LiveEvent
    proven: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A live event that has the event id of one to be created, but is of another app or under another account id."""

    identity: Identity
    """Of the event to be created."""
    app_id: int | None
    """The app that made the live one; None where HubSpot names none."""
    account_id: str | None = None
    """The account id that it is under, where our app made it and that is proven."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Every declared and every live event in its place; `None` counts were not looked for."""

    matches: tuple[Match, ...]
    orphans: tuple[Orphan, ...]
    orphaned: int | None
    foreign: int | None
    diagnostics: tuple[Diagnostic, ...]
    obstacles: tuple[Obstacle, ...] = ()
    """What keeps declared events from being planned; one that stands in no match may be any of several live ones."""
    undecided: frozenset[Identity] = frozenset()
    """Declared events of which this token cannot tell which live event they are, or whether they are as declared."""
    unclaimed: frozenset[str | None] = frozenset()
    """The object ids of live events that no declaration means, or may mean, in whatever environment."""
    not_ours: tuple[LiveEvent, ...] = ()
    """Live events that no file declares and that are known to be of others: of another app, account or of a person."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """What speaks against making events: live ones with their ids that no setting says they may stand beside."""
    unanswered: frozenset[str] = frozenset()
    """Account ids under which a read that should have found an event found none, and nothing speaks for the token."""

    @property
    def barred(self) -> frozenset[Identity]:
        """The declared events that something keeps from being planned."""
        return frozenset(obstacle.event.identity for obstacle in self.obstacles)


def match_events(declared: Declared, listing: Listing, policy: Policy, evidence: Evidence) -> Matched:
    """Put every declared and every live event in its place, by the evidence at hand."""
    claims = Claims(declared.events, declared.skipped, listing, policy, evidence)
    orphans = tuple(filter(None, (_own_orphan(claims, event) for event in claims.possible_orphans())))
    unclear = tuple(filter(claims.is_ambiguous, declared.events))
    # A token that is known to be our app's has been asked all that there is to ask.
    certain = evidence.is_ours
    unsure = tuple(_unknown(claims))
    return Matched(
        claims.matches,
        orphans,
        len(orphans) if claims.looks_for_orphans() else None,
        None if policy.narrowed else _foreign(claims, len(orphans)),
        (*(() if certain else identity_undecided(unclear)), *identity_unknown(unsure)),
        (*obstacles(claims.matches), *(identity_ambiguous(unclear) if certain else ())),
        frozenset(event.identity for event in (*(() if certain else unclear), *unsure)),
        frozenset(event.identity.object_id for event in claims.leftovers),
        tuple(event for event in claims.leftovers if _is_of_others(claims, event)),
        tuple(_elsewhere(claims)),
        _unanswered(claims),
    )


def _elsewhere(claims: Claims) -> Iterator[Elsewhere]:
    """Find what speaks against making events: with the wrong token, or account id, all would be made again."""
    for match in claims.matches:
        identity = match.declared.identity
        if match.live is None and identity.external is not None:
            for event in claims.unmade.get(str(identity.external_event_id), ()):
                is_ours = event.app_id is not None and event.app_id == claims.evidence.app_id
                account = claims.account_of(event) if is_ours else None
                # Of our own app's events the account id decides.
                beside = account if is_ours or event.app_id is None else str(event.app_id)
                if beside is None or beside not in claims.policy.besides:
                    yield Elsewhere(identity, event.app_id, account)


def _unknown(claims: Claims) -> Iterator[DeclaredEvent]:
    """Find the unproven events of accounts of which one event should have been proven."""
    for event in () if claims.evidence.foreign_token else claims.unproven:
        if event.identity.external_account_id not in claims.seen_accounts:
            yield event


def _own_orphan(claims: Claims, event: LiveEvent) -> Orphan | None:
    """Tell whether a leftover of our app is ours by its account too."""
    account = claims.account_of(event)
    if account is not None:
        return _orphan(event, account, proven=claims.is_proven(event)) if account in claims.accounts else None
    return None if claims.evidence.misses_refute or not claims.accounts else _orphan(event, None, proven=False)


def _is_of_others(claims: Claims, event: LiveEvent) -> bool:
    """Return whether a leftover is known not to be ours, be it that this run does not look for orphans."""
    if event.app_id is None:
        return True
    if claims.evidence.app_id is None:
        return False
    return event.app_id != claims.evidence.app_id or claims.account_of(event) not in (None, *claims.accounts)


def _unanswered(claims: Claims) -> frozenset[str]:
    """The account ids that nothing proves, and under which an event was not found whose id is live.

    A token that has been seen to speak for our app is right about what it does not find; of any other, this says
    that it may be another app's, and what it makes would be too.
    """
    if claims.evidence.misses_refute or claims.evidence.foreign_token:
        return frozenset()
    return frozenset(account for account, event_id in claims.evidence.misses if event_id in claims.by_event_id)


def _foreign(claims: Claims, orphans: int) -> int:
    """Count what is neither declared nor an orphan; orphans that were not looked for are not foreign either."""
    if claims.looks_for_orphans():
        return len(claims.leftovers) - orphans
    return sum(event.app_id is None or event.app_id != claims.evidence.app_id for event in claims.leftovers)


def _orphan(event: LiveEvent, account: str | None, *, proven: bool) -> Orphan:
    return Orphan(replace(event, identity=replace(event.identity, external_account_id=account)), proven)
