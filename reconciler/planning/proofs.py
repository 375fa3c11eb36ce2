"""The searches and direct reads that prove which events of a plan are ours."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from os.path import commonprefix

from reconciler.event import DeclaredEvent, Identity, LiveEvent
from reconciler.planning.claims import Claims, can_be_asked_for
from reconciler.planning.evidence import Evidence, External
from reconciler.planning.match import Match
from reconciler.portal import Listing

FEW_CREATES = 20
"""Most new events that a plan looks up one by one; more would take too long."""
FEW_WITNESSES = 20
"""Most direct reads for one account id that show whether the token finds anything there at all."""
_READS_FOR_A_SEARCH = 5
"""Direct reads that one search has to replace: nobody knows how many events a search finds."""
_LONGEST_BEGINNING = 50
"""Most characters of a search, which is a part of a URL."""


def searchable_prefix(declared: Sequence[DeclaredEvent], listing: Listing, evidence: Evidence) -> str:
    """Return the longest common prefix of all event ids that need a proof; empty if they share none."""
    ids = {event.identity.external_event_id for event in declared}
    wanted = [
        live.identity.external_event_id
        for live in listing.events
        if live.identity.external_event_id is not None
        and (live.app_id == evidence.app_id or live.identity.external_event_id in ids)
    ]
    return commonprefix(wanted)  # noqa: RUF071  (a search by the start of an id goes by characters)


def questions(claims: Claims) -> Iterator[External]:
    """Yield the external ids that must be read directly before their events can be planned."""
    if claims.evidence.foreign_token:
        return
    asked = claims.evidence.asked
    doubts = (_doubtful_matches(claims), _doubtful_orphans(claims), _unlisted(claims), _holders(claims))
    pending = dict.fromkeys(external for external in chain.from_iterable(doubts) if external not in asked)
    # Reads for another reason may be witnesses too, so these come last.
    yield from pending or dict.fromkeys(external for external in _witnesses(claims) if external not in asked)


def beginnings(event_ids: Collection[str]) -> list[str]:
    """Return beginnings of event ids such that searches by them find all; none where single reads are about as few."""
    groups: dict[str, list[str]] = defaultdict(list)
    for event_id in event_ids:
        groups[event_id[:1]].append(event_id)
    if len(groups) * _READS_FOR_A_SEARCH > len(event_ids):
        return []
    largest_first = sorted(groups.values(), key=len, reverse=True)
    return [commonprefix(group)[:_LONGEST_BEGINNING] for group in largest_first]  # noqa: RUF071  (as above)


def left_to_writing(claims: Claims) -> frozenset[Identity]:
    """Return the changed events that need no proof in the plan of an apply, only before their writes.

    One event that is proven under the account id shows that it is ours, as it does for unchanged events. An event whose
    own read left open which one it is, is not among them, nor one that is to be deleted.
    """
    accounts = _accounts_left_to_writing(claims) & _proven_accounts(claims)
    return frozenset(
        match.declared.identity
        for match in claims.matches
        if match.declared.identity.external_account_id in accounts
        and not match.proven
        and match.change is not None
        and not match.declared.absent
        and match.declared.identity.external not in claims.evidence.asked
    )


def _accounts_left_to_writing(claims: Claims) -> frozenset[str | None]:
    """Return the account ids of which one event is proven while planning, if any speaks for the others.

    Where anything speaks against an account id, or something is to be created under it, each event has to be proven:
    one that is not under it either would have to be created, which says that the account id or the token is wrong. So
    it has where an answer left open which event it is about.
    """
    if not claims.policy.reads_before_writing or claims.evidence.app_id is None or claims.policy.besides:
        return frozenset()
    creates = {match.declared.identity.external_account_id for match in claims.matches if match.is_new}
    open_questions = {account for account, _ in claims.evidence.asked} - _proven_accounts(claims)
    return frozenset(claims.accounts) - creates - _contradicted(claims) - open_questions


def _proven_accounts(claims: Claims) -> frozenset[str]:
    return frozenset(claims.evidence.accounts.values())


def _doubtful_matches(claims: Claims) -> Iterator[External]:
    """Yield the declared events that are ambiguous, or have an unproven match that must not be relied on."""
    later, proven = _accounts_left_to_writing(claims), set(_proven_accounts(claims))
    for event, match in zip(claims.declared.events, claims.decisions, strict=True):
        external = event.identity.external
        if external is None or (match is not None and not _is_doubtful(claims, match)):
            continue
        if match is None or external[0] not in later or not _only_changes(claims, match):
            yield external
        elif external[0] not in proven:
            proven.add(external[0])
            yield external


def _is_doubtful(claims: Claims, match: Match) -> bool:
    """Return whether an unproven match must not be relied on: as it would be changed, is adopted too, or has moved."""
    if match.proven or match.live is None:
        return False
    return _would_change(claims, match) or not _only_changes(claims, match)


def _only_changes(claims: Claims, match: Match) -> bool:
    """Return whether nothing but a change of its fields makes it matter that an unproven match is the right one."""
    is_adopted_too = match.live is not None and match.live.identity.object_id in claims.adopted
    return not (match.declared.absent or is_adopted_too or _has_moved(claims, match))


def _has_moved(claims: Claims, match: Match) -> bool:
    """Return whether an unproven event was declared in the base, but only under another account id."""
    identity = match.declared.identity
    before = claims.accounts_before.get(identity.external_event_id)
    return before not in (None, {identity.external_account_id})


def _would_change(claims: Claims, match: Match) -> bool:
    """Return whether an unproven match would be changed; any of them while our app is unknown, as one read shows it.

    So may any of them where nobody is to be asked about a plan that changes nothing.
    """
    return claims.evidence.app_id is None or match.change is not None or claims.policy.proves_every_match


def _doubtful_orphans(claims: Claims) -> Iterator[External]:
    """Yield the external ids under which a possible orphan could be ours."""
    for event in claims.possible_orphans():
        if not claims.is_proven(event):
            for account in claims.accounts:
                yield account, str(event.identity.external_event_id)


def _witnesses(claims: Claims) -> Iterator[External]:
    """Yield the events to read as witnesses that unchanged ones are under their declared account ids.

    One for each account id is enough. Where the evidence contradicts an account id, all its events are read; with a
    token that may be another app's only a few, which then prove nothing.
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
    """Return the declared account ids with an event that a read missed, or that has an undeclared double in our app."""
    leftover = {event.identity.external_event_id for event in claims.leftovers if claims.may_be_ours(event)}
    return frozenset(
        event.identity.external_account_id
        for event in claims.declared.events
        if event.identity.external is not None
        and (event.identity.external_event_id in leftover or _missed(claims, event.identity))
    )


def _missed(claims: Claims, identity: Identity) -> bool:
    return identity.external in claims.evidence.misses and identity.external_event_id in claims.live_event_ids


def _unlisted(claims: Claims) -> Iterator[External]:
    """Yield the events to be created, if they are few: one may be live already while the list lags."""
    created = [match.declared.identity.external for match in claims.matches if match.is_new]
    if len(created) <= FEW_CREATES and not claims.policy.trusts_list:
        yield from (external for external in filter(None, created) if can_be_asked_for(external[1]))


def _holders(claims: Claims) -> Iterator[External]:
    """Yield the external ids that live events with the event id of one to be created may have.

    Under account ids that `besides` allows, each has to be proven. Under ours a few are enough to name one.
    """
    held = [
        event_id for event_id, events in claims.unmade.items() if any(_lacks_account(claims, event) for event in events)
    ]
    for account in sorted(claims.policy.besides):
        yield from ((account, event_id) for event_id in held)
    for account in claims.accounts:
        yield from ((account, event_id) for event_id in held[:FEW_WITNESSES])


def _lacks_account(claims: Claims, event: LiveEvent) -> bool:
    return claims.may_be_ours(event) and claims.account_of(event) is None
