"""The whole story: read, compare, plan, guard, apply, read again."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.applying.accounting import finished, so_far
from reconciler.applying.apply import Progress, apply
from reconciler.applying.approval import Selection
from reconciler.applying.guard import ApprovedPlan, Limits, approve
from reconciler.applying.ledger import Applied
from reconciler.applying.lookup import Lookup
from reconciler.applying.receipt import Outcome, Receipt
from reconciler.applying.verify import confirmed, suspects
from reconciler.change import Change, Create
from reconciler.declarations.base import NO_BASE, Base
from reconciler.diagnostics import Diagnostic
from reconciler.errors import Interrupted, ReconcilerError
from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent
from reconciler.planning import look_alikes, no_longer, properties
from reconciler.planning.diff import compare
from reconciler.planning.evidence import Evidence, first_evidence
from reconciler.planning.origins import with_origins
from reconciler.planning.orphans import Will
from reconciler.planning.ownership import match_events
from reconciler.planning.plan import Plan, Planned, build
from reconciler.planning.proofs import questions, searchable_prefix
from reconciler.planning.set_aside import compared
from reconciler.planning.unreadable import unreadable_events
from reconciler.policy import Policy, check_portal
from reconciler.portal import Definition, Listing, Reader, Writer

Select = Callable[[Plan], Selection]
"""Tells which of a plan's changes were approved; may raise `Refused`."""


def make_plan(declared: Declared, policy: Policy, portal: Reader, now: datetime, base: Base = NO_BASE) -> Planned:
    """Read the portal and plan the difference; with a base, trace it to the files or to HubSpot.

    Raises `Refused` for another portal than the declared one.
    """
    policy = base.outlasting(policy)
    reading = _read(declared, policy, portal)
    then = Declared(base.events, 0, skipped=base.skipped)
    before = _compared(_planned(then, base.governing(policy), reading, now)) if base.known else None
    return with_origins(_compared(_planned(declared, policy, reading, now, before)), base)


def approve_plan(planned: Planned, select: Select, limits: Limits) -> ApprovedPlan:
    """Select what was approved and guard it; where HubSpot holds what the files declare, nobody has to approve.

    Raises `Refused` with every reason.
    """
    selection = Selection(()) if planned.plan.is_empty else select(planned.plan)
    return approve(planned, selection, limits)


def run_plan(
    approved: ApprovedPlan, portal: Writer, lookup: Lookup, progress: Progress, now: Callable[[], datetime]
) -> Receipt:
    """Apply the approved changes, then read again to prove that nothing is left of them.

    What was written before something ended the run is read again as well, unless somebody wants it to end; the first
    read that fails ends that.
    """
    applied = apply(approved, portal, lookup, progress, now)
    if isinstance(applied.cause, Interrupted) or (applied.cause is not None and not applied.written):
        return so_far(approved, applied)
    try:
        return finished(approved, applied, verify(approved.planned, _reached(applied), portal, now()))
    except Interrupted as wish:
        return so_far(approved, replace(applied, cause=wish))
    except ReconcilerError as cause:
        return so_far(approved, replace(applied, cause=applied.cause or cause))


def verify(planned: Planned, ran: Collection[tuple[str, ...]], portal: Reader, now: datetime) -> tuple[Change, ...]:
    """Read and compare again; give what is still different of the events that `ran`.

    The list may lag behind, so each difference that it shows is confirmed by a direct read. Raises whatever
    keeps it from reading, and a `ReconcilerError` where what was made shows that the token is another app's.
    """
    if not ran:
        return ()
    # What has become wrong with other events meanwhile is no reason to leave these unproven.
    again = _planned(planned.declared, planned.policy, _read(planned.declared, planned.policy, portal), now)
    return confirmed(suspects(planned, again, ran), again.plan.portal.app_id, portal)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a portal was seen to hold, with what proves whose it is."""

    listing: Listing
    definitions: Mapping[str, Definition]
    evidence: Evidence
    diagnostics: tuple[Diagnostic, ...]
    reads: int


def _read(declared: Declared, policy: Policy, portal: Reader) -> _Reading:
    """Read all that planning the declarations stands on."""
    listing = portal.read()
    check_portal(policy, listing.portal.id)
    listing = _with_adopted(listing, declared, portal)
    strange = unreadable_events(listing.events, declared.events, policy.app_id or listing.portal.app_id)
    definitions = portal.definitions() if properties.any_declared(declared) else {}
    evidence = _prove(properties.typed(declared, definitions), policy, listing, portal)
    listing = replace(listing, portal=replace(listing.portal, app_id=evidence.app_id))
    return _Reading(listing, definitions, evidence, strange, portal.reads)


def _planned(
    declared: Declared, policy: Policy, reading: _Reading, now: datetime, before: Planned | None = None
) -> Planned:
    """Plan the difference between declarations and a reading; `before` tells what was wrong already."""
    declared = properties.typed(declared, reading.definitions)
    matched = match_events(declared, reading.listing, policy, reading.evidence)
    known = set() if before is None else {obstacle.mark for obstacle in before.matched.obstacles}
    matched = replace(
        matched,
        diagnostics=matched.diagnostics + reading.diagnostics,
        obstacles=compared((*matched.obstacles, *properties.misfits(declared, reading.definitions)), known),
    )
    planned = build(matched, declared, policy, reading.listing.portal, reading.evidence, now)
    return replace(planned, plan=replace(planned.plan, reads=reading.reads), before=before)


def _compared(planned: Planned) -> Planned:
    """Tell what the files no longer declare, and which new events look like one that is there."""
    creates = [change for change in planned.plan.changes if isinstance(change, Create)]
    will = {orphan.identity.object_id: orphan.will for orphan in planned.plan.orphans}
    gone = no_longer.undeclared(planned)
    renames = look_alikes.renames([*creates, *_set_aside(planned)], _old(planned, gone, will))
    found = (
        *no_longer.undeclared_warnings(planned, gone),
        *(rename.finding(will.get(rename.old.identity.object_id)) for rename in renames if rename.makes_one),
        *look_alikes.already_there(creates, planned.matched.not_ours),
    )
    successors = look_alikes.successors(renames)
    return replace(
        planned, successors=successors, plan=replace(planned.plan, diagnostics=found + planned.plan.diagnostics)
    )


def _set_aside(planned: Planned) -> Iterator[Create]:
    """Return events that are set aside and not live as if they were made: each may be an old event's new self."""
    barred = planned.matched.barred
    missing = (match.declared for match in planned.matched.matches if match.live is None)
    changes = (compare(event, None) for event in missing if event.identity in barred)
    return (change for change in changes if isinstance(change, Create))


def _old(
    planned: Planned, gone: Iterable[tuple[DeclaredEvent, LiveEvent]], will: Mapping[str | None, Will]
) -> Collection[LiveEvent]:
    """Return the live events that new ones may have been.

    With a base, these are what it declared, and what would be taken away. An orphan that stays has been told when its
    declaration went: it is no news at every event that has the name of a series.
    """
    events = {live.identity.object_id: live for _, live in gone}
    for orphan in planned.matched.orphans:
        object_id = orphan.live.identity.object_id
        if planned.before is None or will[object_id] is not Will.NOTHING:
            events[object_id] = orphan.live
    return events.values()


def _with_adopted(listing: Listing, declared: Declared, portal: Reader) -> Listing:
    """Look up the adopted events that the list does not show: it may be late, or short."""
    adopted = {event.identity.object_id: None for event in declared.events}
    missing = (object_id for object_id in adopted if object_id is not None and object_id not in listing.by_object_id)
    found = (portal.find(Identity(object_id=object_id)) for object_id in missing)
    return replace(listing, events=(*listing.events, *filter(None, found)))


def _prove(declared: Declared, policy: Policy, listing: Listing, portal: Reader) -> Evidence:
    """Gather what the list cannot tell: one search for all, then a direct read for each doubt that is left."""
    evidence = first_evidence(policy, listing)
    prefix = searchable_prefix(declared.events, listing, evidence)
    if prefix and not evidence.foreign_token:
        evidence = evidence.with_hits(portal.search(prefix), listing)
    while pending := tuple(questions(declared, listing, policy, evidence)):
        app_was_known = evidence.app_id is not None
        for asked in pending:
            evidence = evidence.with_answer(asked, portal.find(Identity(*asked)), listing)
            # Whose events are ours has just become known, so far fewer questions are left.
            if not app_was_known and evidence.app_id is not None:
                break
    return evidence


def _reached(applied: Applied) -> set[tuple[str, ...]]:
    """Name the events whose state the run is answerable for."""
    passed = (Outcome.REFUSED, Outcome.NOT_ATTEMPTED)
    return {result.change.identity.key for result in applied.results if result.outcome not in passed}
