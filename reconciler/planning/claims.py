"""Matching of declared events to the live events that they may stand for."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from reconciler.event import DeclaredEvent, Identity, LiveEvent, Skipped
from reconciler.planning.diff import compare
from reconciler.planning.evidence import Evidence, Match
from reconciler.policy import Orphans, Policy
from reconciler.portal import Listing

_RESERVED_SEGMENTS = ("", ".", "..", "search", "upsert", "delete")
"""Path segments that a URL or HubSpot reads as something else than an event id."""
_LONGEST_ID = 1000
"""Maximum number of characters in an id that still fits into a URL; real ids are shorter."""


def known_accounts(declared: Iterable[DeclaredEvent], policy: Policy) -> tuple[str, ...]:
    """Return the account ids whose events can be ours: those in the settings, the declarations and the base."""
    accounts = {event.identity.external_account_id for event in declared} | {policy.external_account_id}
    accounts |= policy.accounts
    return tuple(sorted(account for account in accounts if account is not None))


def can_be_asked_for(event_id: str | None) -> bool:
    """Return whether a URL path with this event id addresses the event, and no other call of HubSpot's."""
    return event_id is not None and event_id not in _RESERVED_SEGMENTS and len(event_id) <= _LONGEST_ID


@dataclass(frozen=True)
class Claims:
    """Every declared event with the live ones that it may stand for, by the evidence so far."""

    declared: tuple[DeclaredEvent, ...]
    skipped: tuple[Skipped, ...]
    listing: Listing
    policy: Policy
    evidence: Evidence

    @cached_property
    def live(self) -> dict[str, LiveEvent]:
        """Every live event by object id, each as it was read last."""
        return {**self.listing.by_object_id, **self.evidence.fresh}

    @cached_property
    def by_event_id(self) -> Mapping[str | None, list[LiveEvent]]:
        """The live events that may be ours, by event id."""
        grouped: dict[str | None, list[LiveEvent]] = defaultdict(list)
        for event in self.live.values():
            if event.identity.external_event_id is not None and self.may_be_ours(event):
                grouped[event.identity.external_event_id].append(event)
        return grouped

    def may_be_ours(self, event: LiveEvent) -> bool:
        """Return whether our app made an event; true for any event while our app is unknown."""
        return self.evidence.app_id is None or event.app_id == self.evidence.app_id

    def candidates(self, identity: Identity) -> list[LiveEvent]:
        """Return the live events that a declared identity can stand for."""
        return [
            event
            for event in self.by_event_id.get(identity.external_event_id, ())
            if self.account_of(event) in (None, identity.external_account_id)
        ]

    def account_of(self, event: LiveEvent) -> str | None:
        """Return the account id of an event; None if it is unknown.

        A token of another app can prove no account id. The one that the base declared counts then, because the event
        was created under it.
        """
        proven = self.evidence.accounts.get(str(event.identity.object_id))
        return self.former.get(event.identity.external_event_id) if proven is None else proven

    @cached_property
    def former(self) -> Mapping[str | None, str | None]:
        """By event id, the only account id that the base declared it under; empty unless the token is another app's."""
        before = self.accounts_before if self.evidence.foreign_token else {}
        return {event_id: next(iter(accounts)) for event_id, accounts in before.items() if len(accounts) == 1}

    @cached_property
    def accounts_before(self) -> Mapping[str | None, set[str | None]]:
        """By event id, the account ids under which the base declared it."""
        accounts: dict[str | None, set[str | None]] = defaultdict(set)
        for identity in self.policy.declared_before:
            if identity.external is not None:
                accounts[identity.external_event_id].add(identity.external_account_id)
        return accounts

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """The declared events with their live ones, without those that are ambiguous."""
        return tuple(self.match(event) for event in self.declared if not self.is_ambiguous(event))

    def is_ambiguous(self, event: DeclaredEvent) -> bool:
        """Return whether an event has several live candidates, or shares its only one with another declaration."""
        if not self._is_undecided(event):
            return False
        candidates = len(self.candidates(event.identity))
        return candidates > 1 or (candidates == 1 and self.claimants[event.identity.external_event_id] > 1)

    def _is_undecided(self, event: DeclaredEvent) -> bool:
        """Return whether the event has external ids, and it is neither proven nor refuted that it is live."""
        if event.identity.external is None or self._refuted(event.identity):
            return False
        return not any(map(self.is_proven, self.candidates(event.identity)))

    @cached_property
    def claimants(self) -> Mapping[str | None, int]:
        """By event id, how many undecided declared events have it, each under its own account id."""
        return Counter(event.identity.external_event_id for event in self.declared if self._is_undecided(event))

    def is_proven(self, live: LiveEvent) -> bool:
        """Return whether a search hit or a direct read has proven the account id of a live event."""
        return str(live.identity.object_id) in self.evidence.accounts

    def _refuted(self, identity: Identity) -> bool:
        return self.evidence.misses_refute and identity.external in self.evidence.misses

    def match(self, event: DeclaredEvent) -> Match:
        """Return a declared event with the live one that it stands for."""
        if event.identity.object_id is not None:
            return self._adopt(event, self.live.get(event.identity.object_id))
        if self._refuted(event.identity):
            return Match(event, None, proven=True)
        candidates = self.candidates(event.identity)
        live = next(filter(self.is_proven, candidates), candidates[0] if candidates else None)
        if live is None:
            return Match(event, None, proven=True)
        identity = replace(event.identity, object_id=live.identity.object_id)
        return Match(event, replace(live, identity=identity), self.is_proven(live))

    def _adopt(self, event: DeclaredEvent, live: LiveEvent | None) -> Match:
        """Match an adopted event; globs in the settings also protect it by the event id that its own app gave it."""
        if live is None:
            return Match(event, None, proven=True)
        protect = event.protect or self.policy.protects(live.identity.external_event_id)
        return Match(replace(event, protect=protect), replace(live, identity=event.identity), proven=True)

    @cached_property
    def adopted(self) -> frozenset[str | None]:
        """The declared object ids."""
        return frozenset(event.identity.object_id for event in self.declared)

    @cached_property
    def leftovers(self) -> tuple[LiveEvent, ...]:
        """The live events that no declared or skipped event may stand for."""
        claimed = {match.live.identity.object_id for match in self.matches if match.live is not None}
        unclear = [event.identity for event in self.declared if self.is_ambiguous(event)]
        for identity in (*unclear, *(skipped.identity for skipped in self.skipped)):
            claimed |= {candidate.identity.object_id for candidate in self.candidates(identity)}
        claimed |= self.skipped_objects
        return tuple(event for object_id, event in self.live.items() if object_id not in claimed)

    @cached_property
    def skipped_objects(self) -> set[str | None]:
        """The object ids that skipped events declare elsewhere, and those of live events with the same names."""
        names = {skipped.name for skipped in self.skipped} - {None}
        namesakes = {event.identity.object_id for event in self.live.values() if event.name in names}
        return {skipped.identity.object_id for skipped in self.skipped} | namesakes

    @cached_property
    def accounts(self) -> tuple[str, ...]:
        """The account ids whose events can be ours."""
        return known_accounts(self.declared, self.policy)

    def looks_for_orphans(self) -> bool:
        """Return whether this run looks for orphans at all."""
        return not self.policy.narrowed and self.policy.orphans is not Orphans.IGNORE

    def possible_orphans(self) -> Iterator[LiveEvent]:
        """Yield the leftovers that our app made; none while our app is unknown."""
        if self.evidence.app_id is None or not self.looks_for_orphans():
            return
        for event in self.leftovers:
            if event.app_id == self.evidence.app_id and can_be_asked_for(event.identity.external_event_id):
                yield event

    @cached_property
    def unproven(self) -> tuple[DeclaredEvent, ...]:
        """The unchanged events that are matched by their event ids alone."""
        matches = (match for match in self.matches if not match.proven)
        return tuple(match.declared for match in matches if compare(match.declared, match.live) is None)

    @cached_property
    def seen_accounts(self) -> frozenset[str]:
        """The account ids under which an event of our app was found."""
        return self.evidence.answered.union(self.evidence.accounts.values())

    @cached_property
    def unmade(self) -> Mapping[str, list[LiveEvent]]:
        """By event id of each event to be created, the live events that have it and are not declared by external ids.

        Live events that are adopted, here or in another environment, are among them: adopting an event does not allow
        a second one with its id.
        """
        created = {match.declared.identity.external_event_id for match in self.matches if match.live is None}
        held: dict[str, list[LiveEvent]] = defaultdict(list)
        for object_id, event in self.live.items():
            event_id = event.identity.external_event_id
            if event_id is not None and event_id in created and object_id not in self.declared_externally:
                held[event_id].append(event)
        return held

    @cached_property
    def declared_externally(self) -> frozenset[str | None]:
        """The object ids of live events that are declared by their external ids."""
        matches = (match for match in self.matches if match.declared.identity.external is not None)
        return frozenset(match.live.identity.object_id for match in matches if match.live is not None)
