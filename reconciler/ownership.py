"""Whose event is whose: which live event a declaration means, which are orphans, which are foreign."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from os.path import commonprefix

from reconciler.diagnostics import Diagnostic
from reconciler.diff import compare
from reconciler.doubts import moved, uncertain, unlikely, unsure, wrong
from reconciler.event import DeclaredEvent, Identity, LiveEvent
from reconciler.evidence import Evidence, External
from reconciler.live import Listing
from reconciler.match import Match
from reconciler.policy import Orphans, Policy

_NO_IDS = ("", ".", "..", "search", "upsert", "delete")
FEW_CREATES = 20
"""A plan looks so many new events up one by one; for more of them that would take too long."""
_LONGEST_ID = 1000
"""Characters of an id that still fit into an address; nobody's are as long."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A live event of ours that no file declares."""

    live: LiveEvent
    proven: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """Every declared and every live event in its place; `None` counts were not looked for."""

    matches: tuple[Match, ...]
    orphans: tuple[Orphan, ...]
    orphaned: int | None
    foreign: int | None
    diagnostics: tuple[Diagnostic, ...]


def settle(declared: Sequence[DeclaredEvent], listing: Listing, policy: Policy, evidence: Evidence) -> Settled:
    """Put every event in its place by the evidence at hand."""
    return _Settling(tuple(declared), listing, policy, evidence).settled()


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


def questions(
    declared: Sequence[DeclaredEvent], listing: Listing, policy: Policy, evidence: Evidence
) -> Iterator[External]:
    """Name the external ids that must be read directly before anything is planned on their events."""
    if evidence.foreign_token:
        return
    settling = _Settling(tuple(declared), listing, policy, evidence)
    asked = set(evidence.asked)
    doubts = (settling.doubtful_matches(), settling.doubtful_orphans(), settling.witness(), settling.unlisted())
    for external in chain.from_iterable(doubts):
        if external not in asked:
            asked.add(external)
            yield external


def known_accounts(declared: Iterable[DeclaredEvent], policy: Policy) -> tuple[str, ...]:
    """Give the account ids whose events can be ours: those that settings, declarations and the base name."""
    accounts = {event.identity.external_account_id for event in declared} | {policy.external_account_id}
    accounts |= policy.accounts
    return tuple(sorted(account for account in accounts if account is not None))


@dataclass(frozen=True)
class _Settling:
    declared: tuple[DeclaredEvent, ...]
    listing: Listing
    policy: Policy
    evidence: Evidence

    @cached_property
    def live(self) -> dict[str, LiveEvent]:
        """Every live event by object id, as freshly as it was read."""
        return {**self.listing.by_object_id, **self.evidence.fresh}

    @cached_property
    def by_event_id(self) -> Mapping[str | None, list[LiveEvent]]:
        grouped: dict[str | None, list[LiveEvent]] = defaultdict(list)
        for event in self.live.values():
            if event.identity.external_event_id is not None and self._may_be_ours(event):
                grouped[event.identity.external_event_id].append(event)
        return grouped

    def _may_be_ours(self, event: LiveEvent) -> bool:
        return self.evidence.app_id is None or event.app_id == self.evidence.app_id

    def candidates(self, identity: Identity) -> list[LiveEvent]:
        """Give the live events that a declared identity can mean."""
        accounts = self.evidence.accounts
        return [
            event
            for event in self.by_event_id.get(identity.external_event_id, ())
            if accounts.get(str(event.identity.object_id)) in (None, identity.external_account_id)
        ]

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        return tuple(self._match(event) for event in self.declared if not self._is_ambiguous(event))

    def _is_ambiguous(self, event: DeclaredEvent) -> bool:
        """Tell whether several live events may be the declared one, or it is not alone in claiming the only one."""
        if not self._is_open(event):
            return False
        candidates = len(self.candidates(event.identity))
        return candidates > 1 or (candidates == 1 and self.claims[event.identity.external_event_id] > 1)

    def _is_open(self, event: DeclaredEvent) -> bool:
        """Tell whether nothing proves or refutes yet that the event of these external ids is live."""
        if event.identity.external is None or self._refuted(event.identity):
            return False
        return not any(map(self._proven, self.candidates(event.identity)))

    @cached_property
    def claims(self) -> Mapping[str | None, int]:
        """How many declared events, each under its own account, may be the live ones of an event id."""
        return Counter(event.identity.external_event_id for event in self.declared if self._is_open(event))

    def _proven(self, live: LiveEvent) -> bool:
        return str(live.identity.object_id) in self.evidence.accounts

    def _refuted(self, identity: Identity) -> bool:
        return self.evidence.misses_refute and identity.external in self.evidence.misses

    def _may_be_made_twice(self, identity: Identity) -> bool:
        """Tell whether the event may be live after all: a miss of nobody knows which app's token says little."""
        return self.evidence.app_id is None and bool(self.candidates(identity))

    def _match(self, event: DeclaredEvent) -> Match:
        if event.identity.object_id is not None:
            return self._adopt(event, self.live.get(event.identity.object_id))
        if self._refuted(event.identity):
            return Match(event, None, proven=not self._may_be_made_twice(event.identity))
        candidates = self.candidates(event.identity)
        found = next(filter(self._proven, candidates), candidates[0] if candidates else None)
        if found is None:
            return Match(event, None, proven=True)
        identity = replace(event.identity, object_id=found.identity.object_id)
        return Match(event, replace(found, identity=identity), self._proven(found))

    def _adopt(self, event: DeclaredEvent, live: LiveEvent | None) -> Match:
        """An adopted event is protected under the id that its own app gave it, too."""
        if live is None:
            return Match(event, None, proven=True)
        protect = event.protect or self.policy.protects(live.identity.external_event_id)
        return Match(replace(event, protect=protect), replace(live, identity=event.identity), proven=True)

    def doubtful_matches(self) -> Iterator[External]:
        """Name the declared events whose unproven match would be changed, or could be one of several or another's."""
        for event in self.declared:
            external = event.identity.external
            if external is not None and (self._is_ambiguous(event) or self._is_doubtful(self._match(event))):
                yield external

    def _is_doubtful(self, match: Match) -> bool:
        return self._would_change(match) or self._is_adopted_too(match)

    def _would_change(self, match: Match) -> bool:
        """An app that is still unknown makes every match doubtful: one hit tells the app."""
        if match.proven or match.live is None:
            return False
        return self.evidence.app_id is None or compare(match.declared, match.live) is not None

    def _is_adopted_too(self, match: Match) -> bool:
        """Tell whether another declaration names the live event, of which only the event id speaks for this one."""
        return match.live is not None and not match.proven and match.live.identity.object_id in self.adopted

    @cached_property
    def adopted(self) -> frozenset[str | None]:
        """The object ids that are declared."""
        return frozenset(event.identity.object_id for event in self.declared)

    @cached_property
    def leftovers(self) -> tuple[LiveEvent, ...]:
        """Give the live events that no declaration means."""
        spoken_for = {match.live.identity.object_id for match in self.matches if match.live is not None}
        spoken_for |= {
            candidate.identity.object_id
            for event in self.declared
            if self._is_ambiguous(event)
            for candidate in self.candidates(event.identity)
        }
        return tuple(event for object_id, event in self.live.items() if object_id not in spoken_for)

    @cached_property
    def accounts(self) -> tuple[str, ...]:
        return known_accounts(self.declared, self.policy)

    def _looks_for_orphans(self) -> bool:
        return not self.policy.narrowed and self.policy.orphans is not Orphans.IGNORE

    def possible_orphans(self) -> Iterator[LiveEvent]:
        """Give the leftovers that our app made, if it is known which app that is."""
        if self.evidence.app_id is None or not self._looks_for_orphans():
            return
        for event in self.leftovers:
            if event.app_id == self.evidence.app_id and _can_be_asked_for(event.identity.external_event_id):
                yield event

    def doubtful_orphans(self) -> Iterator[External]:
        """Name the ids under which a possible orphan could be ours."""
        for event in self.possible_orphans():
            if not self._proven(event):
                for account in self.accounts:
                    yield account, str(event.identity.external_event_id)

    def witness(self) -> Iterator[External]:
        """Name a declared event whose direct read can show that the token speaks for our app.

        As long as nothing shows that, misses refute nothing, and an event under a strange account passes for ours.
        """
        if self.evidence.misses and not self.evidence.misses_refute:
            unproven = (match for match in self.matches if not match.proven)
            unchanged = (match.declared for match in unproven if compare(match.declared, match.live) is None)
            yield from islice(filter(None, (event.identity.external for event in unchanged)), 1)

    def unlisted(self) -> Iterator[External]:
        """Name the events to be made, where they are few: they may be live, and the list late to show them."""
        made = [match.declared.identity.external for match in self.matches if match.live is None]
        if len(made) <= FEW_CREATES and not self.policy.trusts_list:
            yield from (external for external in filter(None, made) if _can_be_asked_for(external[1]))

    def _orphan(self, event: LiveEvent) -> Orphan | None:
        """Tell whether a leftover of our app is ours by its account too."""
        account = self.evidence.accounts.get(str(event.identity.object_id))
        if account is not None:
            return _orphan(event, account, proven=True) if account in self.accounts else None
        if self.evidence.misses_refute or not self.accounts:
            return None
        # Nothing but a single known account can be the right one; which of several it is, nobody has said.
        likely = self.accounts[0] if len(self.accounts) == 1 else None
        return _orphan(event, likely, proven=False)

    def settled(self) -> Settled:
        orphans = tuple(filter(None, map(self._orphan, self.possible_orphans())))
        return Settled(
            self.matches,
            orphans,
            len(orphans) if self._looks_for_orphans() else None,
            None if self.policy.narrowed else self._foreign(len(orphans)),
            (
                *wrong(self.matches),
                *unsure(filter(self._is_ambiguous, self.declared)),
                *unlikely(self.matches, self._others()),
                *moved(self.matches, self._own_leftovers()),
                *uncertain(self.matches, self._makers()),
            ),
        )

    def _others(self) -> set[str | None]:
        """Give the event ids under which another app has made events."""
        strange = (event for event in self.live.values() if event.app_id is not None and not self._may_be_ours(event))
        return {event.identity.external_event_id for event in strange}

    def _own_leftovers(self) -> set[str | None]:
        """Give the event ids of what our app has made and no declaration means."""
        app_id = self.evidence.app_id
        return {event.identity.external_event_id for event in self.leftovers if app_id == event.app_id is not None}

    def _makers(self) -> list[int | None]:
        """Give the apps whose live events have the ids of an event that may be made twice."""
        made_twice = (match.declared.identity for match in self.matches if match.live is None and not match.proven)
        return [live.app_id for identity in made_twice for live in self.candidates(identity)]

    def _foreign(self, orphans: int) -> int:
        """Count what is neither declared nor an orphan; orphans that were not looked for are not foreign either."""
        if self._looks_for_orphans():
            return len(self.leftovers) - orphans
        return sum(event.app_id is None or event.app_id != self.evidence.app_id for event in self.leftovers)


def _can_be_asked_for(event_id: str | None) -> bool:
    """Tell whether a path to the event's external id means the event; HubSpot's own segments mean something else."""
    return event_id is not None and event_id not in _NO_IDS and len(event_id) <= _LONGEST_ID


def _orphan(event: LiveEvent, account: str | None, *, proven: bool) -> Orphan:
    return Orphan(replace(event, identity=replace(event.identity, external_account_id=account)), proven)
