"""Matching of declared events to the live events that they may stand for."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice, repeat
from typing import NamedTuple

from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent
from reconciler.planning.evidence import Evidence
from reconciler.planning.match import Match
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


class Decision(NamedTuple):
    """Which live event a declared one stands for, by the evidence so far."""

    found: LiveEvent | None
    """The live event as it was read."""
    match: Match | None
    """None if the event is ambiguous."""


_AMBIGUOUS = Decision(None, None)


@dataclass(frozen=True)
class Claims:
    """Every declared event with the live ones that it may stand for, by the evidence so far."""

    declared: Declared
    listing: Listing
    policy: Policy
    evidence: Evidence
    earlier: Sequence[Decision] = ()
    """The decision about each declared event by less evidence; what still holds is not compared again."""

    def given(self, evidence: Evidence) -> "Claims":
        """Return the same claims by more evidence."""
        return replace(self, evidence=evidence, earlier=self.decisions)

    @cached_property
    def live(self) -> Mapping[str, LiveEvent]:
        """Every live event by object id, each as it was read last."""
        return {**self.listing.by_object_id, **self.evidence.fresh}

    @cached_property
    def held(self) -> Mapping[tuple[str | None, str | None], list[LiveEvent]]:
        """The live events that may be ours, by event id and account id, which is None where it is unknown."""
        grouped: dict[tuple[str | None, str | None], list[LiveEvent]] = defaultdict(list)
        for event in self.live.values():
            event_id = event.identity.external_event_id
            if event_id is not None and self.may_be_ours(event):
                grouped[event_id, self.account_of(event)].append(event)
        return dict(grouped)

    @cached_property
    def live_event_ids(self) -> frozenset[str | None]:
        """The event ids of the live events that may be ours."""
        return frozenset(event_id for event_id, _ in self.held)

    def may_be_ours(self, event: LiveEvent) -> bool:
        """Return whether our app made an event; true for any event while our app is unknown."""
        return self.evidence.app_id is None or event.app_id == self.evidence.app_id

    def candidates(self, identity: Identity) -> Iterator[LiveEvent]:
        """Yield the live events that a declared identity can stand for, those of its own account id first."""
        for account in dict.fromkeys((identity.external_account_id, None)):
            yield from self.held.get((identity.external_event_id, account), ())

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
    def decisions(self) -> tuple[Decision, ...]:
        """The decision about each declared event."""
        return tuple(map(self._decide, self.declared.events, chain(self.earlier, repeat(_AMBIGUOUS))))

    def _decide(self, event: DeclaredEvent, earlier: Decision) -> Decision:
        if self._is_ambiguous(event.identity):
            return _AMBIGUOUS
        found, proven = self._found(event.identity)
        if earlier.match is not None and earlier.found is found and earlier.match.proven is proven:
            return earlier
        return Decision(found, self._match(event, found, proven=proven))

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """The declared events with their live ones, without those that are ambiguous."""
        return tuple(decision.match for decision in self.decisions if decision.match is not None)

    @cached_property
    def ambiguous(self) -> tuple[DeclaredEvent, ...]:
        """The declared events with several live candidates, or whose only one may be another declaration's."""
        decided = zip(self.declared.events, self.decisions, strict=True)
        return tuple(event for event, decision in decided if decision.match is None)

    def _is_ambiguous(self, identity: Identity) -> bool:
        if not self._is_undecided(identity):
            return False
        candidates = len(tuple(islice(self.candidates(identity), 2)))
        return candidates > 1 or (candidates == 1 and self._claimants[identity.external_event_id] > 1)

    def _is_undecided(self, identity: Identity) -> bool:
        """Return whether the event has external ids, and it is neither proven nor refuted that it is live."""
        return identity.external is not None and not self._refuted(identity) and self._proven(identity) is None

    @cached_property
    def _claimants(self) -> Mapping[str | None, int]:
        """By event id that several declared events have, how many of these are undecided."""
        times = Counter(event.identity.external_event_id for event in self.declared.events)
        several = (event.identity for event in self.declared.events if times[event.identity.external_event_id] > 1)
        return Counter(identity.external_event_id for identity in several if self._is_undecided(identity))

    def is_proven(self, live: LiveEvent) -> bool:
        """Return whether a search hit or a direct read has proven the account id of a live event."""
        return str(live.identity.object_id) in self.evidence.accounts

    def _refuted(self, identity: Identity) -> bool:
        return self.evidence.misses_refute and identity.external in self.evidence.misses

    def _proven(self, identity: Identity) -> LiveEvent | None:
        """Return the live event that is proven to have these external ids."""
        known = self.held.get((identity.external_event_id, identity.external_account_id), ())
        return next(filter(self.is_proven, known), None)

    def _found(self, identity: Identity) -> tuple[LiveEvent | None, bool]:
        """Return the live event that an unambiguous identity stands for, and whether that is proven."""
        if identity.object_id is not None:
            return self.live.get(identity.object_id), True
        if self._refuted(identity):
            return None, True
        live = self._proven(identity) or next(self.candidates(identity), None)
        return live, live is None or self.is_proven(live)

    def _match(self, event: DeclaredEvent, found: LiveEvent | None, *, proven: bool) -> Match:
        if found is None:
            return Match(event, None, proven=True)
        if event.identity.object_id is not None:
            return self._adopt(event, found)
        identity = replace(event.identity, object_id=found.identity.object_id)
        return Match(event, found.known_as(identity), proven)

    def _adopt(self, event: DeclaredEvent, live: LiveEvent) -> Match:
        """Match an adopted event; globs in the settings also protect it by the event id that its own app gave it."""
        protect = event.protect or self.policy.protects(live.identity.external_event_id)
        return Match(replace(event, protect=protect), live.known_as(event.identity), proven=True)

    @cached_property
    def adopted(self) -> frozenset[str | None]:
        """The declared object ids."""
        return frozenset(event.identity.object_id for event in self.declared.events)

    @cached_property
    def leftovers(self) -> tuple[LiveEvent, ...]:
        """The live events that no declared or skipped event may stand for."""
        claimed = {match.live.identity.object_id for match in self.matches if match.live is not None}
        unclear = [event.identity for event in self.ambiguous]
        unclear += [skipped.identity for skipped in self.declared.skipped]
        # Many unclear identities may have the same candidates.
        keys = {(ids.external_event_id, account) for ids in unclear for account in (ids.external_account_id, None)}
        candidates = chain.from_iterable(self.held.get(key, ()) for key in keys)
        claimed |= {candidate.identity.object_id for candidate in candidates}
        claimed |= self.skipped_objects
        return tuple(event for object_id, event in self.live.items() if object_id not in claimed)

    @cached_property
    def skipped_objects(self) -> set[str | None]:
        """The object ids that skipped events declare elsewhere, and those of live events with the same names."""
        names = {skipped.name for skipped in self.declared.skipped} - {None}
        namesakes = {event.identity.object_id for event in self.live.values() if event.name in names}
        return {skipped.identity.object_id for skipped in self.declared.skipped} | namesakes

    @cached_property
    def accounts(self) -> tuple[str, ...]:
        """The account ids whose events can be ours."""
        return known_accounts(self.declared.events, self.policy)

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
        return tuple(match.declared for match in self.matches if not match.proven and match.change is None)

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
