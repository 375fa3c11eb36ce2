"""Matching of declared events to the live events that they may stand for."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent
from reconciler.planning.evidence import Evidence, External
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


def _match(event: DeclaredEvent, live: LiveEvent, *, proven: bool) -> Match:
    """Match an event with the live one that has its external ids."""
    ids = event.identity
    identity = Identity(ids.external_account_id, ids.external_event_id, live.identity.object_id)
    return Match(event, live.known_as(identity), proven)


@dataclass(frozen=True)
class Claims:
    """Every declared event with the live ones that it may stand for, by the evidence so far."""

    declared: Declared
    listing: Listing
    policy: Policy
    evidence: Evidence
    earlier: Sequence[Match | None] = ()
    """The decisions by less evidence."""
    touched: frozenset[str | None] = frozenset()
    """The event ids, and the object ids, of the events that have to be decided again since then."""

    def given(self, evidence: Evidence) -> "Claims":
        """Return the same claims by more evidence; each match about which that says nothing is kept."""
        if evidence.outlook.on_matches != self.evidence.outlook.on_matches:
            return Claims(self.declared, self.listing, self.policy, evidence)
        return replace(self, evidence=evidence, earlier=self.decisions, touched=self._touched_by(evidence))

    def _touched_by(self, evidence: Evidence) -> frozenset[str | None]:
        """Return the event ids and object ids about which evidence says more than what is known here."""
        proven = {object_id for object_id, _ in evidence.accounts.items() - self.evidence.accounts.items()}
        fresh = {key: event for key, event in evidence.fresh.items() if self.evidence.fresh.get(key) is not event}
        touched = [held.get(object_id) for object_id in proven | fresh.keys() for held in (self.live, fresh)]
        event_ids = {event.identity.external_event_id for event in touched if event is not None}
        event_ids |= {event_id for _, event_id in evidence.misses - self.evidence.misses}
        return frozenset(event_ids | proven | fresh.keys())

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
    def decisions(self) -> tuple[Match | None, ...]:
        """The match of each declared event; None for one that is ambiguous."""
        if not self.earlier:
            return tuple(map(self._decide, self.declared.events))
        return tuple(
            self._decide(event) if self._is_touched(event.identity) else match
            for event, match in zip(self.declared.events, self.earlier, strict=True)
        )

    def _is_touched(self, identity: Identity) -> bool:
        own = identity.object_id if identity.external_event_id is None else identity.external_event_id
        return own in self.touched

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """The declared events with their live ones, without those that are ambiguous."""
        return tuple(match for match in self.decisions if match is not None)

    @cached_property
    def ambiguous(self) -> tuple[DeclaredEvent, ...]:
        """The declared events with several live candidates, or whose only one may be another declaration's."""
        decided = zip(self.declared.events, self.decisions, strict=True)
        return tuple(event for event, match in decided if match is None)

    def _decide(self, event: DeclaredEvent) -> Match | None:
        """Match an event by its object id, or by what is proven or refuted of its external ids, or by its event id."""
        identity = event.identity
        if identity.object_id is not None:
            return self._adopt(event, self.live.get(identity.object_id))
        if identity.external in self._refuted:
            return Match(event, None, proven=True)
        live = self._proven(identity)
        return self._by_event_id(event) if live is None else _match(event, live, proven=True)

    def _by_event_id(self, event: DeclaredEvent) -> Match | None:
        """Match an event with its only candidate; None if there are several, or another declaration has it too."""
        candidates = self._candidates(event.identity)
        if not candidates:
            return Match(event, None, proven=True)
        if len(candidates) > 1 or self._claimants[event.identity.external_event_id] > 1:
            return None
        return _match(event, candidates[0], proven=False)

    def _adopt(self, event: DeclaredEvent, live: LiveEvent | None) -> Match:
        """Match an adopted event; globs in the settings also protect it by the event id that its own app gave it."""
        if live is None:
            return Match(event, None, proven=True)
        protect = event.protect or self.policy.protects(live.identity.external_event_id)
        return Match(replace(event, protect=protect), live.known_as(event.identity), proven=True)

    def _candidates(self, identity: Identity) -> Sequence[LiveEvent]:
        """Return the live events that an identity can stand for: those under its account id or an unknown one."""
        known = self.held.get((identity.external_event_id, identity.external_account_id), [])
        unknown = self.held.get((identity.external_event_id, None), [])
        return known + unknown if known else unknown

    def _proven(self, identity: Identity) -> LiveEvent | None:
        """Return the live event that is proven to have these external ids."""
        known = self.held.get((identity.external_event_id, identity.external_account_id), ())
        return next(filter(self.is_proven, known), None)

    def is_proven(self, live: LiveEvent) -> bool:
        """Return whether a search hit or a direct read has proven the account id of a live event."""
        return str(live.identity.object_id) in self.evidence.accounts

    @cached_property
    def _refuted(self) -> frozenset[External | None]:
        """The external ids that no live event has."""
        return self.evidence.misses if self.evidence.misses_refute else frozenset()

    @cached_property
    def _claimants(self) -> Mapping[str | None, int]:
        """By event id that several declared events have, how many of these are neither proven nor refuted."""
        identities = [event.identity for event in self.declared.events]
        times = Counter(identity.external_event_id for identity in identities)
        return Counter(
            identity.external_event_id
            for identity in identities
            if times[identity.external_event_id] > 1
            and identity.external not in self._refuted
            and self._proven(identity) is None
        )

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
        keys |= self._skipped_anywhere
        candidates = chain.from_iterable(self.held.get(key, ()) for key in keys)
        claimed |= {candidate.identity.object_id for candidate in candidates}
        claimed |= self.skipped_objects
        return tuple(event for object_id, event in self.live.items() if object_id not in claimed)

    @property
    def _skipped_anywhere(self) -> set[tuple[str | None, str | None]]:
        """The keys in `held` of skipped events whose account id elsewhere may be any."""
        unknown = (skipped.identity for skipped in self.declared.skipped if skipped.identity.external is None)
        event_ids = {identity.external_event_id for identity in unknown} - {None}
        return {key for key in self.held if key[0] in event_ids} if event_ids else set()

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
        return self.listing.whole and not self.policy.narrowed and self.policy.orphans is not Orphans.IGNORE

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
        created = {match.declared.identity.external_event_id for match in self.matches if match.is_new}
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
