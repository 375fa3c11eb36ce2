"""The whole story: read, compare, plan, guard, apply, read again."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from reconciler import properties
from reconciler.accounting import finished, so_far
from reconciler.apply import Progress, apply
from reconciler.approval import Selection
from reconciler.base import NO_BASE, Base
from reconciler.change import Change
from reconciler.confirmation import confirmed, suspects
from reconciler.diagnostics import Severity
from reconciler.errors import DeclarationsInvalid, Interrupted, ReconcilerError
from reconciler.event import Declared, Identity
from reconciler.evidence import Evidence, first_evidence
from reconciler.guard import ApprovedPlan, Limits, approve, check_portal, foreseeable
from reconciler.ledger import Applied
from reconciler.live import Listing, Reader, Writer
from reconciler.lookup import Lookup
from reconciler.origins import with_origins
from reconciler.ownership import questions, searchable_prefix, settle
from reconciler.plan import Draft, Plan, build
from reconciler.policy import Policy
from reconciler.receipt import Outcome, Receipt
from reconciler.unreadable import unreadable

Select = Callable[[Plan], Selection]
"""Tells which of a plan's changes were approved; may raise `Refused`."""


def make_plan(declared: Declared, policy: Policy, portal: Reader, now: datetime, base: Base = NO_BASE) -> Draft:
    """Read the portal and plan the difference; with a base, trace it to the files or to HubSpot.

    Raises `Refused` for another portal than the declared one, `DeclarationsInvalid` for what only
    the portal can tell is wrong.
    """
    draft = _draft(declared, base.outlasting(policy), portal, now)
    _raise_errors(draft.plan)
    return with_origins(draft, base)


def with_refusals(draft: Draft, limits: Limits) -> Plan:
    """Give the plan with every refusal that an apply within the same limits would make."""
    refusals = foreseeable(draft, draft.plan.changes, limits)
    warnings = tuple(replace(refusal, severity=Severity.WARNING) for refusal in refusals)
    return replace(draft.plan, diagnostics=draft.plan.diagnostics + warnings)


def approve_plan(draft: Draft, select: Select, limits: Limits) -> ApprovedPlan:
    """Select what was approved and guard it; a plan without changes needs nobody's approval.

    Raises `Refused` with every reason.
    """
    selection = select(draft.plan) if draft.plan.changes else Selection(())
    return approve(draft, selection, limits)


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
        return finished(approved, applied, verify(approved.draft, _reached(applied), portal, now()))
    except Interrupted as wish:
        return so_far(approved, replace(applied, cause=wish))
    except ReconcilerError as cause:
        return so_far(approved, replace(applied, cause=applied.cause or cause))


def verify(draft: Draft, ran: Collection[tuple[str, ...]], portal: Reader, now: datetime) -> tuple[Change, ...]:
    """Read and compare again; give what is still different of the events that `ran`.

    The list may lag behind, so each difference that it shows is confirmed by a direct read. Raises whatever
    keeps it from reading, and a `ReconcilerError` where what was made shows that the token is another app's.
    """
    if not ran:
        return ()
    # What has become wrong with other events meanwhile is no reason to leave these unproven.
    again = _draft(draft.declared, draft.policy, portal, now)
    return confirmed(suspects(draft, again, ran), again.plan.portal.app_id, portal)


def _draft(declared: Declared, policy: Policy, portal: Reader, now: datetime) -> Draft:
    """Plan the difference, and leave it to the caller what to make of errors in it."""
    listing = portal.read()
    check_portal(policy, listing.portal.id)
    listing = _with_adopted(listing, declared, portal)
    strange = unreadable(listing.events, declared.events, policy.app_id or listing.portal.app_id)
    definitions = portal.definitions() if properties.any_declared(declared) else {}
    declared = properties.typed(declared, definitions)
    evidence = _prove(declared, policy, listing, portal)
    settled = settle(declared.events, listing, policy, evidence)
    whose = replace(listing.portal, app_id=evidence.app_id)
    settled = replace(settled, diagnostics=settled.diagnostics + strange + properties.misfits(declared, definitions))
    draft = build(settled, declared, policy, whose, evidence, now)
    return replace(draft, plan=replace(draft.plan, reads=portal.reads))


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
    while pending := tuple(questions(declared.events, listing, policy, evidence)):
        app_was_known = evidence.app_id is not None
        for asked in pending:
            evidence = evidence.with_answer(asked, portal.find(Identity(*asked)), listing)
            # Whose events are ours has just become known, so far fewer questions are left.
            if not app_was_known and evidence.app_id is not None:
                break
    return evidence


def _raise_errors(plan: Plan) -> None:
    if any(found.severity is Severity.ERROR for found in plan.diagnostics):
        raise DeclarationsInvalid(plan.diagnostics)


def _reached(applied: Applied) -> set[tuple[str, ...]]:
    """Name the events whose state the run is answerable for."""
    passed = (Outcome.REFUSED, Outcome.NOT_ATTEMPTED)
    return {result.change.identity.key for result in applied.results if result.outcome not in passed}
