"""Whose event is whose: which live event a declaration means, which are orphans, which are foreign."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from os.path import commonprefix

from reconciler.diagnostics import Diagnostic
from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent, Skipped
from reconciler.planning.diff import compare
from reconciler.planning.evidence import Evidence, External, Match
from reconciler.planning.identity_warnings import identity_ambiguous, identity_undecided, identity_unknown, obstacles
from reconciler.planning.set_aside import Obstacle
from reconciler.policy import Orphans, Policy
from reconciler.portal import Listing

_NO_IDS = ("", ".", "..", "search", "upsert", "delete")
FEW_CREATES = 20
"""A plan looks so many new events up one by one; for more of them that would take too long."""
FEW_WITNESSES = 20
"""Direct reads that are enough to see that they find nothing."""
_LONGEST_ID = 1000
"""Characters of an id that still fit into an address; nobody's are as long."""


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
    """Put every event in its place by the evidence at hand."""
    return _Matcher(declared.events, declared.skipped, listing, policy, evidence).matched()


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
    """Name the external ids that must be read directly before anything is planned on their events."""
    if evidence.foreign_token:
        return
    settling = _Matcher(declared.events, declared.skipped, listing, policy, evidence)
    asked = evidence.asked
    doubts = (settling.doubtful_matches(), settling.doubtful_orphans(), settling.unlisted(), settling.holders())
    pending = dict.fromkeys(external for external in chain.from_iterable(doubts) if external not in asked)
    # What is asked for another reason may be witness enough.
    yield from pending or dict.fromkeys(external for external in settling.witnesses() if external not in asked)


def known_accounts(declared: Iterable[DeclaredEvent], policy: Policy) -> tuple[str, ...]:
    """Give the account ids whose events can be ours: those that settings, declarations and the base name."""
    accounts = {event.identity.external_account_id for event in declared} | {policy.external_account_id}
    accounts |= policy.accounts
    return tuple(sorted(account for account in accounts if account is not None))


@dataclass(frozen=True)
class _Matcher:
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
        grouped: dict[str | None, list[LiveEvent]] = defaultdict(list)
        for event in self.live.values():
            if event.identity.external_event_id is not None and self._may_be_ours(event):
                grouped[event.identity.external_event_id].append(event)
        return grouped

    def _may_be_ours(self, event: LiveEvent) -> bool:
        return self.evidence.app_id is None or event.app_id == self.evidence.app_id

    def candidates(self, identity: Identity) -> list[LiveEvent]:
        """Give the live events that a declared identity can mean."""
        return [
            event
            for event in self.by_event_id.get(identity.external_event_id, ())
            if self._account_of(event) in (None, identity.external_account_id)
        ]

    def _account_of(self, event: LiveEvent) -> str | None:
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

    def _match(self, event: DeclaredEvent) -> Match:
        if event.identity.object_id is not None:
            return self._adopt(event, self.live.get(event.identity.object_id))
        if self._refuted(event.identity):
            return Match(event, None, proven=True)
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
        return self._would_change(match) or self._is_adopted_too(match) or self._has_moved(match)

    def _has_moved(self, match: Match) -> bool:
        """Return whether the base declared an unproven event under another account id alone."""
        identity = match.declared.identity
        before = self.accounts_before.get(identity.external_event_id)
        return match.live is not None and not match.proven and before not in (None, {identity.external_account_id})

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
        unclear = [event.identity for event in self.declared if self._is_ambiguous(event)]
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

    def witnesses(self) -> Iterator[External]:
        """Return the events whose direct reads show that unchanged ones are where they are declared.

        Of each account id one is enough; where something contradicts it, all of them are asked for. A token that may
        be another app's is asked for a few, and then proves nothing.
        """
        by_account: dict[str | None, list[External]] = defaultdict(list)
        for external in filter(None, (event.identity.external for event in self.unproven)):
            by_account[external[0]].append(external)
        for account, waiting in by_account.items():
            if account in self.contradicted:
                yield from waiting if self.evidence.misses_refute else waiting[:FEW_WITNESSES]
            elif account not in self.seen_accounts:
                yield waiting[0]

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
    def contradicted(self) -> frozenset[str | None]:
        """The account ids under which an event was not found, or has a double, whose id is live under our app."""
        left = {event.identity.external_event_id for event in self.leftovers if self._may_be_ours(event)}
        return frozenset(
            event.identity.external_account_id
            for event in self.declared
            if event.identity.external is not None
            and (event.identity.external_event_id in left or self._missed(event.identity))
        )

    def _missed(self, identity: Identity) -> bool:
        return identity.external in self.evidence.misses and identity.external_event_id in self.by_event_id

    def unlisted(self) -> Iterator[External]:
        """Name the events to be made, where they are few: they may be live, and the list late to show them."""
        made = [match.declared.identity.external for match in self.matches if match.live is None]
        if len(made) <= FEW_CREATES and not self.policy.trusts_list:
            yield from (external for external in filter(None, made) if _can_be_asked_for(external[1]))

    def holders(self) -> Iterator[External]:
        """Return under which external ids to look for live events that have the event id of one to be made.

        Those that the settings allow have to be proven one by one; else a few are enough to name one.
        """
        held = [event_id for event_id, events in self.unmade.items() if any(map(self._is_nowhere, events))]
        for account in sorted(self.policy.besides):
            yield from ((account, event_id) for event_id in held)
        for account in self.accounts:
            yield from ((account, event_id) for event_id in held[:FEW_WITNESSES])

    def _is_nowhere(self, event: LiveEvent) -> bool:
        return self._may_be_ours(event) and self._account_of(event) is None

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

    def _elsewhere(self) -> Iterator[Elsewhere]:
        """Find what speaks against making events: with the wrong token, or account id, all would be made again."""
        for match in self.matches:
            identity = match.declared.identity
            if match.live is None and identity.external is not None:
                for event in self.unmade.get(str(identity.external_event_id), ()):
                    is_ours = event.app_id is not None and event.app_id == self.evidence.app_id
                    account = self._account_of(event) if is_ours else None
                    # Of our own app's events the account id decides.
                    beside = account if is_ours or event.app_id is None else str(event.app_id)
                    if beside is None or beside not in self.policy.besides:
                        yield Elsewhere(identity, event.app_id, account)

    def _unknown(self) -> Iterator[DeclaredEvent]:
        """Find the unproven events of accounts of which one event should have been proven."""
        for event in () if self.evidence.foreign_token else self.unproven:
            if event.identity.external_account_id not in self.seen_accounts:
                yield event

    def _orphan(self, event: LiveEvent) -> Orphan | None:
        """Tell whether a leftover of our app is ours by its account too."""
        account = self._account_of(event)
        if account is not None:
            return _orphan(event, account, proven=self._proven(event)) if account in self.accounts else None
        return None if self.evidence.misses_refute or not self.accounts else _orphan(event, None, proven=False)

    def matched(self) -> Matched:
        orphans = tuple(filter(None, map(self._orphan, self.possible_orphans())))
        unclear = tuple(filter(self._is_ambiguous, self.declared))
        # A token that is known to be our app's has been asked all that there is to ask.
        certain = self.evidence.is_ours
        unsure = tuple(self._unknown())
        return Matched(
            self.matches,
            orphans,
            len(orphans) if self._looks_for_orphans() else None,
            None if self.policy.narrowed else self._foreign(len(orphans)),
            (
                *(() if certain else identity_undecided(unclear)),
                *identity_unknown(unsure),
            ),
            (*obstacles(self.matches), *(identity_ambiguous(unclear) if certain else ())),
            frozenset(event.identity for event in (*(() if certain else unclear), *unsure)),
            frozenset(event.identity.object_id for event in self.leftovers),
            tuple(filter(self._is_of_others, self.leftovers)),
            tuple(self._elsewhere()),
            self.unanswered,
        )

    def _is_of_others(self, event: LiveEvent) -> bool:
        """Return whether a leftover is known not to be ours, be it that this run does not look for orphans."""
        if event.app_id is None:
            return True
        if self.evidence.app_id is None:
            return False
        return event.app_id != self.evidence.app_id or self._account_of(event) not in (None, *self.accounts)

    @cached_property
    def unanswered(self) -> frozenset[str]:
        """The account ids that nothing proves, and under which an event was not found whose id is live.

        A token that has been seen to speak for our app is right about what it does not find; of any other, this says
        that it may be another app's, and what it makes would be too.
        """
        if self.evidence.misses_refute or self.evidence.foreign_token:
            return frozenset()
        return frozenset(account for account, event_id in self.evidence.misses if event_id in self.by_event_id)

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
