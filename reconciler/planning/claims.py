"""Which live events a declared event may mean, and which are left over."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from reconciler.event import DeclaredEvent, Identity, LiveEvent, Skipped
from reconciler.planning.diff import compare
from reconciler.planning.evidence import Evidence, Match
from reconciler.policy import Orphans, Policy
from reconciler.portal import Listing

_NO_IDS = ("", ".", "..", "search", "upsert", "delete")
_LONGEST_ID = 1000
"""Characters of an id that still fit into an address; nobody's are as long."""


def known_accounts(declared: Iterable[DeclaredEvent], policy: Policy) -> tuple[str, ...]:
    """Give the account ids whose events can be ours: those that settings, declarations and the base name."""
    accounts = {event.identity.external_account_id for event in declared} | {policy.external_account_id}
    accounts |= policy.accounts
    return tuple(sorted(account for account in accounts if account is not None))


def can_be_asked_for(event_id: str | None) -> bool:
    """Tell whether a path to the event's external id means the event; HubSpot's own segments mean something else."""
    return event_id is not None and event_id not in _NO_IDS and len(event_id) <= _LONGEST_ID


@dataclass(frozen=True)
class Claims:
    """Every declared event with the live ones that it may mean, by the evidence at hand."""

    declared: tuple[DeclaredEvent, ...]
    skipped: tuple[Skipped, ...]
    listing: Listing
    policy: Policy
    evidence: Evidence

    @cached_property
    def live(self) -> dict[str, LiveEvent]:
        """Every live event by object id, as freshly as it was read."""
        return {**self.listing.by_object_id, **self.evidence.fresh}

    @cached_property
    def by_event_id(self) -> Mapping[str | None, list[LiveEvent]]:
        """By event id, the live events that may be ours."""
        grouped: dict[str | None, list[LiveEvent]] = defaultdict(list)
        for event in self.live.values():
            if event.identity.external_event_id is not None and self.may_be_ours(event):
                grouped[event.identity.external_event_id].append(event)
        return grouped

    def may_be_ours(self, event: LiveEvent) -> bool:
        """Return whether our app made an event, or may have: which app that is may be unknown."""
        return self.evidence.app_id is None or event.app_id == self.evidence.app_id

    def candidates(self, identity: Identity) -> list[LiveEvent]:
        """Give the live events that a declared identity can mean."""
        return [
            event
            for event in self.by_event_id.get(identity.external_event_id, ())
            if self.account_of(event) in (None, identity.external_account_id)
        ]

    def account_of(self, event: LiveEvent) -> str | None:
        """Return the account id that an event is under by all that is known; None where nothing is.

        To a token of another app, which can prove none, the base tells it: what was declared then was made so.
        """
        proven = self.evidence.accounts.get(str(event.identity.object_id))
        return self.former.get(event.identity.external_event_id) if proven is None else proven

    @cached_property
    def former(self) -> Mapping[str | None, str | None]:
        """The account id of each event id that the base declared under one alone, where nothing better is to be had."""
        before = self.accounts_before if self.evidence.foreign_token else {}
        return {event_id: next(iter(found)) for event_id, found in before.items() if len(found) == 1}

    @cached_property
    def accounts_before(self) -> Mapping[str | None, set[str | None]]:
        """The account ids under which the base declared each event id."""
        accounts: dict[str | None, set[str | None]] = defaultdict(set)
        for identity in self.policy.declared_before:
            if identity.external is not None:
                accounts[identity.external_event_id].add(identity.external_account_id)
        return accounts

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """The declared events with their live ones, but for those that are ambiguous."""
        return tuple(self.match(event) for event in self.declared if not self.is_ambiguous(event))

    def is_ambiguous(self, event: DeclaredEvent) -> bool:
        """Tell whether several live events may be the declared one, or it is not alone in claiming the only one."""
        if not self._is_open(event):
            return False
        candidates = len(self.candidates(event.identity))
        return candidates > 1 or (candidates == 1 and self.claimants[event.identity.external_event_id] > 1)

    def _is_open(self, event: DeclaredEvent) -> bool:
        """Tell whether nothing proves or refutes yet that the event of these external ids is live."""
        if event.identity.external is None or self._refuted(event.identity):
            return False
        return not any(map(self.is_proven, self.candidates(event.identity)))

    @cached_property
    def claimants(self) -> Mapping[str | None, int]:
        """How many declared events, each under its own account, may be the live ones of an event id."""
        return Counter(event.identity.external_event_id for event in self.declared if self._is_open(event))

    def is_proven(self, live: LiveEvent) -> bool:
        """Return whether the account id of a live event is known."""
        return str(live.identity.object_id) in self.evidence.accounts

    def _refuted(self, identity: Identity) -> bool:
        return self.evidence.misses_refute and identity.external in self.evidence.misses

    def match(self, event: DeclaredEvent) -> Match:
        """Return a declared event with the live one that it means."""
        if event.identity.object_id is not None:
            return self._adopt(event, self.live.get(event.identity.object_id))
        if self._refuted(event.identity):
            return Match(event, None, proven=True)
        candidates = self.candidates(event.identity)
        found = next(filter(self.is_proven, candidates), candidates[0] if candidates else None)
        if found is None:
            return Match(event, None, proven=True)
        identity = replace(event.identity, object_id=found.identity.object_id)
        return Match(event, replace(found, identity=identity), self.is_proven(found))

    def _adopt(self, event: DeclaredEvent, live: LiveEvent | None) -> Match:
        """An adopted event is protected under the id that its own app gave it, too."""
        if live is None:
            return Match(event, None, proven=True)
        protect = event.protect or self.policy.protects(live.identity.external_event_id)
        return Match(replace(event, protect=protect), replace(live, identity=event.identity), proven=True)

    @cached_property
    def adopted(self) -> frozenset[str | None]:
        """The object ids that are declared."""
        return frozenset(event.identity.object_id for event in self.declared)

    @cached_property
    def leftovers(self) -> tuple[LiveEvent, ...]:
        """Give the live events that no declaration means."""
        spoken_for = {match.live.identity.object_id for match in self.matches if match.live is not None}
        unclear = [event.identity for event in self.declared if self.is_ambiguous(event)]
        for identity in (*unclear, *(skipped.identity for skipped in self.skipped)):
            spoken_for |= {candidate.identity.object_id for candidate in self.candidates(identity)}
        spoken_for |= self.skipped_objects
        return tuple(event for object_id, event in self.live.items() if object_id not in spoken_for)

    @cached_property
    def skipped_objects(self) -> set[str | None]:
        """The object ids of what skipped events may mean: what they name elsewhere, and what has their name here."""
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
        """Give the leftovers that our app made, if it is known which app that is."""
        if self.evidence.app_id is None or not self.looks_for_orphans():
            return
        for event in self.leftovers:
            if event.app_id == self.evidence.app_id and can_be_asked_for(event.identity.external_event_id):
                yield event

    @cached_property
    def unproven(self) -> tuple[DeclaredEvent, ...]:
        """The unchanged events that nothing but their ids speaks for."""
        matches = (match for match in self.matches if not match.proven)
        return tuple(match.declared for match in matches if compare(match.declared, match.live) is None)

    @cached_property
    def seen_accounts(self) -> frozenset[str]:
        """The account ids under which an event of our app has been seen."""
        return self.evidence.answered.union(self.evidence.accounts.values())

    @cached_property
    def unmade(self) -> Mapping[str, list[LiveEvent]]:
        """By the event id of each event to be made, the live events that have it and are not declared under another.

        That a declaration adopts one, or may mean it elsewhere, does not say that it may have a double.
        """
        made = {match.declared.identity.external_event_id for match in self.matches if match.live is None}
        held: dict[str, list[LiveEvent]] = defaultdict(list)
        for object_id, event in self.live.items():
            event_id = event.identity.external_event_id
            if event_id is not None and event_id in made and object_id not in self.declared_externally:
                held[event_id].append(event)
        return held

    @cached_property
    def declared_externally(self) -> frozenset[str | None]:
        """The object ids of live events that are declared by their external ids."""
        found = (match for match in self.matches if match.declared.identity.external is not None)
        return frozenset(match.live.identity.object_id for match in found if match.live is not None)
