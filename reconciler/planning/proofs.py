"""The reads that prove, beyond the list, whose the events of a plan are."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from os.path import commonprefix

from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent
from reconciler.planning.claims import Claims, can_be_asked_for
from reconciler.planning.diff import compare
from reconciler.planning.evidence import Evidence, External, Match
from reconciler.policy import Policy
from reconciler.portal import Listing

FEW_CREATES = 20
"""A plan looks so many new events up one by one; for more of them that would take too long."""
FEW_WITNESSES = 20
"""Direct reads that are enough to see that they find nothing."""


def searchable_prefix(declared: Sequence[DeclaredEvent], listing: Listing, evidence: Evidence) -> str:
    """Give the longest common start of all event ids that want a proof; empty where there is none."""
    ids = {event.identity.external_event_id for event in declared}
    wanted = [
        live.identity.external_event_id
        for live in listing.events
        if live.identity.external_event_id is not None
        and (live.app_id == evidence.app_id or live.identity.external_event_id in ids)
    ]
    return commonprefix(wanted)  # noqa: RUF071  (a search by the start of an id goes by characters)


def questions(declared: Declared, listing: Listing, policy: Policy, evidence: Evidence) -> Iterator[External]:
    """Return the external ids that must be read directly before anything is planned on their events."""
    if evidence.foreign_token:
        return
    claims = Claims(declared.events, declared.skipped, listing, policy, evidence)
    asked = evidence.asked
    doubts = (_doubtful_matches(claims), _doubtful_orphans(claims), _unlisted(claims), _holders(claims))
    pending = dict.fromkeys(external for external in chain.from_iterable(doubts) if external not in asked)
    # What is asked for another reason may be witness enough.
    yield from pending or dict.fromkeys(external for external in _witnesses(claims) if external not in asked)


def _doubtful_matches(claims: Claims) -> Iterator[External]:
    """Name the declared events whose unproven match would be changed, or could be one of several or another's."""
    for event in claims.declared:
        external = event.identity.external
        if external is not None and (claims.is_ambiguous(event) or _is_doubtful(claims, claims.match(event))):
            yield external


def _is_doubtful(claims: Claims, match: Match) -> bool:
    return _would_change(claims, match) or _is_adopted_too(claims, match) or _has_moved(claims, match)


def _has_moved(claims: Claims, match: Match) -> bool:
    """Return whether the base declared an unproven event under another account id alone."""
    identity = match.declared.identity
    before = claims.accounts_before.get(identity.external_event_id)
    return match.live is not None and not match.proven and before not in (None, {identity.external_account_id})


def _would_change(claims: Claims, match: Match) -> bool:
    """An app that is still unknown makes every match doubtful: one hit tells the app."""
    if match.proven or match.live is None:
        return False
    return claims.evidence.app_id is None or compare(match.declared, match.live) is not None


def _is_adopted_too(claims: Claims, match: Match) -> bool:
    """Tell whether another declaration names the live event, of which only the event id speaks for this one."""
    return match.live is not None and not match.proven and match.live.identity.object_id in claims.adopted


def _doubtful_orphans(claims: Claims) -> Iterator[External]:
    """Name the ids under which a possible orphan could be ours."""
    for event in claims.possible_orphans():
        if not claims.is_proven(event):
            for account in claims.accounts:
                yield account, str(event.identity.external_event_id)


def _witnesses(claims: Claims) -> Iterator[External]:
    """Return the events whose direct reads show that unchanged ones are where they are declared.

    Of each account id one is enough; where something contradicts it, all of them are asked for. A token that may
    be another app's is asked for a few, and then proves nothing.
    """
    by_account: dict[str | None, list[External]] = defaultdict(list)
    for external in filter(None, (event.identity.external for event in claims.unproven)):
        by_account[external[0]].append(external)
    contradicted = _contradicted(claims)
    for account, waiting in by_account.items():
        if account in contradicted:
            yield from waiting if claims.evidence.misses_refute else waiting[:FEW_WITNESSES]
        elif account not in claims.seen_accounts:
            yield waiting[0]


def _contradicted(claims: Claims) -> frozenset[str | None]:
    """The account ids under which an event was not found, or has a double, whose id is live under our app."""
    left = {event.identity.external_event_id for event in claims.leftovers if claims.may_be_ours(event)}
    return frozenset(
        event.identity.external_account_id
        for event in claims.declared
        if event.identity.external is not None
        and (event.identity.external_event_id in left or _missed(claims, event.identity))
    )


def _missed(claims: Claims, identity: Identity) -> bool:
    return identity.external in claims.evidence.misses and identity.external_event_id in claims.by_event_id


def _unlisted(claims: Claims) -> Iterator[External]:
    """Name the events to be made, where they are few: they may be live, and the list late to show them."""
    made = [match.declared.identity.external for match in claims.matches if match.live is None]
    if len(made) <= FEW_CREATES and not claims.policy.trusts_list:
        yield from (external for external in filter(None, made) if can_be_asked_for(external[1]))


def _holders(claims: Claims) -> Iterator[External]:
    """Return under which external ids to look for live events that have the event id of one to be made.

    Those that the settings allow have to be proven one by one; else a few are enough to name one.
    """
    held = [
        event_id for event_id, events in claims.unmade.items() if any(_is_nowhere(claims, event) for event in events)
    ]
    for account in sorted(claims.policy.besides):
        yield from ((account, event_id) for event_id in held)
    for account in claims.accounts:
        yield from ((account, event_id) for event_id in held[:FEW_WITNESSES])


def _is_nowhere(claims: Claims, event: LiveEvent) -> bool:
    return claims.may_be_ours(event) and claims.account_of(event) is None
