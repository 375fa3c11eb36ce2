"""The live events that no file declares, each with its maker and the account id that is proven of it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from enum import StrEnum

from reconciler.diagnostics import Diagnostic, warning
from reconciler.event import Declared, LiveEvent, day_of, is_named_by
from reconciler.planning.claims import Claims, can_be_asked_for
from reconciler.policy import Orphans, Policy
from reconciler.portal import Listing, Reader

SAMPLES = 3
"""Events of each app that are searched for, to find out which app the token belongs to: a search index can lag."""
_DATES = ("startDateTime", "endDateTime")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the live events that no file declares are wanted; None means *all*."""

    of_others: bool = False
    """Whether events that other apps or people made are wanted too."""
    since: date | None = None
    """Only what begins or ends on this day or later, and what has no date."""
    only: str | None = None
    """A glob of the event id, the object id or the name."""

    def fits(self, event: LiveEvent, zone: tzinfo) -> bool:
        """Return whether an event is wanted, whoever made it; `zone` says on which day it begins and ends."""
        return is_named_by(self.only, event.identity, event.name) and self._is_late_enough(event, zone)

    def _is_late_enough(self, event: LiveEvent, zone: tzinfo) -> bool:
        days = [day for day in (day_of(event.fields, name, zone) for name in _DATES) if day is not None]
        return self.since is None or not days or max(days) >= self.since


@dataclass(frozen=True, slots=True)
class Undeclared:
    """A live event that no file declares."""

    live: LiveEvent
    is_ours: bool
    """Whether our app made it."""
    account_id: str | None = None
    """The account id that is proven, if it is one of ours; with it the event can be declared by its external ids."""
    other_account_id: str | None = None
    """The account id that a search showed, if nothing names it as one of ours."""


class Standing(StrEnum):
    """What becomes of a live event."""

    WANTED = "to import"
    DECLARED = "declared already"
    PERHAPS_DECLARED = "perhaps declared, for another environment or ambiguously"
    OF_OTHERS = "left out, as --app any was not given"
    NOT_ASKED_FOR = "left out, as the options say"


@dataclass(frozen=True, slots=True)
class Sorted:
    """Every event of a list: those that are wanted, and by object id what becomes of each."""

    events: Mapping[str, LiveEvent]
    wanted: tuple[Undeclared, ...]
    standings: Mapping[str, Standing]

    def undeclared(self, app_id: int | None, besides: Collection[str | None]) -> int:
        """Count the events of an app that no file may declare, besides those with these object ids."""
        open_ = {Standing.WANTED, Standing.NOT_ASKED_FOR}
        left = (event for object_id, event in self.events.items() if self.standings[object_id] in open_)
        return sum(event.app_id == app_id and event.identity.object_id not in besides for event in left)


def relevant(listing: Listing, declared: Declared, choice: Choice, zone: tzinfo) -> Listing:
    """Return the listing without the events that are neither wanted nor may be declared: these need no proof."""
    identities = [*(event.identity for event in declared.events), *(skipped.identity for skipped in declared.skipped)]
    event_ids = {identity.external_event_id for identity in identities} - {None}
    objects = {identity.object_id for identity in identities} - {None}
    names = {skipped.name for skipped in declared.skipped} - {None}
    events = tuple(
        event
        for event in listing.events
        if choice.fits(event, zone)
        or event.identity.external_event_id in event_ids
        or event.identity.object_id in objects
        or event.name in names
    )
    return Listing(listing.portal, events)


def samples(listing: Listing) -> Iterator[str]:
    """Yield event ids to search for: a search finds events of the token's own app alone, so a hit shows which it is."""
    by_app: dict[int, list[str]] = defaultdict(list)
    for event in listing.events:
        event_id = event.identity.external_event_id
        if event.app_id is not None and event_id is not None and can_be_asked_for(event_id):
            by_app[event.app_id].append(event_id)
    for event_ids in sorted(by_app.values(), key=len, reverse=True):
        # The longest ids are the least likely to be the beginning of many others.
        yield from sorted(event_ids, key=len)[-SAMPLES:]


def app_by_searching(listing: Listing, portal: Reader) -> int | None:
    """Search for some events of each app; return the one that the token belongs to, None if nothing is found."""
    return next((hit.app_id for event_id in samples(listing) for hit in portal.search(event_id)), None)


def sort_out(listing: Listing, claims: Claims, choice: Choice, zone: tzinfo) -> Sorted:
    """Sort every event of a list; the claims are on those that are wanted or may be declared."""
    leftovers = {event.identity.object_id: event for event in claims.leftovers}
    declared = {match.live.identity.object_id for match in claims.matches if match.live is not None}
    looked_at = claims.live
    standings = dict[str, Standing]()
    for object_id, event in listing.by_object_id.items():
        if object_id in declared:
            standings[object_id] = Standing.DECLARED
        elif object_id in looked_at and object_id not in leftovers:
            standings[object_id] = Standing.PERHAPS_DECLARED
        elif not choice.fits(event, zone):
            standings[object_id] = Standing.NOT_ASKED_FOR
        elif not (choice.of_others or _is_ours(claims, event)):
            standings[object_id] = Standing.OF_OTHERS
        else:
            standings[object_id] = Standing.WANTED
    wanted = (event for object_id, event in leftovers.items() if standings[str(object_id)] is Standing.WANTED)
    in_order = sorted(wanted, key=lambda event: event.identity.sort_key)
    return Sorted(listing.by_object_id, tuple(_undeclared(claims, event) for event in in_order), standings)


def _is_ours(claims: Claims, event: LiveEvent) -> bool:
    return event.app_id is not None and event.app_id == claims.evidence.app_id


def _undeclared(claims: Claims, event: LiveEvent) -> Undeclared:
    is_ours = _is_ours(claims, event)
    account = claims.evidence.accounts.get(str(event.identity.object_id))
    known = event.known_as(replace(event.identity, external_account_id=account))
    if account in claims.accounts:
        return Undeclared(known, is_ours, account)
    return Undeclared(known, is_ours, other_account_id=account)


def import_warnings(claims: Claims, policy: Policy, left_out: int) -> Iterator[Diagnostic]:
    """Yield what casts doubt on an import; `left_out` counts the events of our app that no file will declare."""
    evidence = claims.evidence
    if evidence.app_id is None:
        message = "it is not known which app the token belongs to, so no event counts as ours"
        yield warning("app-unknown", message, hint="set appId in reconciler.yaml")
    elif evidence.foreign_token:
        message = (
            f"the token belongs to app {evidence.token_app_id}, so it cannot prove the account ids of events of "
            f"app {evidence.app_id}"
        )
        hint = f"import with a token of app {evidence.app_id}, or correct appId in reconciler.yaml"
        yield warning("token-of-another-app", message, hint=hint)
    elif not claims.accounts:
        message = "neither the settings nor a file names an externalAccountId, so no event is declared by its event id"
        yield warning("accounts-unknown", message, hint="set externalAccountId in reconciler.yaml")
    if left_out and policy.orphans in {Orphans.CANCEL, Orphans.DELETE}:
        message = f"the settings say orphans: {policy.orphans}, so these are too: {left_out:,} of ours stay undeclared"
        yield warning("left-out-orphans", message, hint="set orphans: report in reconciler.yaml until all are declared")
