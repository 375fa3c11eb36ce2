"""The whole run: read, compare, plan, guard, apply, verify."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from reconciler.advice.report import Scope, advised
from reconciler.applying.accounting import finished, so_far
from reconciler.applying.apply import Progress, apply
from reconciler.applying.approval import Selection
from reconciler.applying.guard import ApprovedPlan, Limits, approve
from reconciler.applying.ledger import Applied
from reconciler.applying.lookup import Lookup
from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.applying.verify import confirmed, suspects
from reconciler.change import Change, Create, Delete, is_orphan
from reconciler.declarations.base import NO_BASE, Base
from reconciler.errors import Interrupted, ReconcilerError, Refused
from reconciler.event import Declared, DeclaredEvent, Identity, LiveEvent
from reconciler.planning import look_alikes, no_longer, properties, replaced_series
from reconciler.planning.claims import Claims
from reconciler.planning.origins import with_origins
from reconciler.planning.orphans import Will
from reconciler.planning.ownership import Matched, match_events
from reconciler.planning.plan import Plan, Planned, build
from reconciler.planning.reading import Holdings, read_for_plan
from reconciler.planning.set_aside import compared
from reconciler.policy import Policy
from reconciler.portal import Reader, Writer

Select = Callable[[Plan], Selection]
"""Returns which of a plan's changes were approved; may raise `Refused`."""


def make_plan(declared: Declared, policy: Policy, portal: Reader, now: datetime, base: Base = NO_BASE) -> Planned:
    """Read the portal and plan the difference; with a base, add the origin of each difference.

    Raises `Refused` if the portal is not the declared one.
    """
    policy = base.extend_policy(policy)
    reading = read_for_plan(declared, policy, portal)
    before = _with_warnings(_plan(_claims_of(base, policy, reading), reading, now)) if base.known else None
    return with_origins(_with_warnings(_plan(reading.claims, reading, now, before)), base)


def make_plan_to_apply(
    declared: Declared, policy: Policy, portal: Reader, now: datetime, base: Base, select: Select
) -> Planned:
    """Make a plan as `make_plan` does, but prove most changed events only by the read before their writes.

    Where not everything was approved, nothing is left open: the plan then says what a reviewed one would say.
    """
    planned = make_plan(declared, replace(policy, reads_before_writing=True), portal, now, base)
    if planned.matched.left_to_writing and not _is_approved(planned.plan, select):
        return make_plan(declared, policy, portal, now, base)
    return planned


def make_plan_to_preview(declared: Declared, policy: Policy, portal: Reader, now: datetime, base: Base) -> Planned:
    """Make a plan as `make_plan` does; if it is empty, prove also the events that it does not change, as far as it can.

    Then an apply with another token cannot find more to do, and nobody has to be asked.
    """
    planned = make_plan(declared, policy, portal, now, base)
    if planned.plan.is_fulfilled and not (planned.foreign_token or planned.is_proven):
        return make_plan(declared, replace(policy, proves_every_match=True), portal, now, base)
    return planned


def _is_approved(plan: Plan, select: Select) -> bool:
    try:
        return select(plan).approved == plan.changes
    except Refused:
        return False


def with_advice(planned: Planned, now: datetime, base: Base, silence: frozenset[str]) -> Planned:
    """Add advice on the declarations, for a plan that people review; with a base, only on what differs from it.

    `silence` holds the codes that the settings do not want.
    """
    new = {change.identity for change in planned.plan.changes if isinstance(change, Create)}
    scope = Scope(base.is_touched, new, silence)
    diagnostics = advised(planned.plan.diagnostics, planned.declared, now, scope)
    return replace(planned, plan=replace(planned.plan, diagnostics=diagnostics))


def approve_plan(planned: Planned, select: Select, limits: Limits) -> ApprovedPlan:
    """Select the approved changes and check the guards; an empty plan needs no approval.

    Raises `Refused` with every reason.
    """
    selection = Selection(()) if planned.plan.is_empty else select(planned.plan)
    return approve(planned, selection, limits)


def run_plan(
    approved: ApprovedPlan, portal: Writer, lookup: Lookup, progress: Progress, now: Callable[[], datetime]
) -> Receipt:
    """Apply the approved changes, then read again to verify them.

    If an error ends the apply after a write, verify what was written; after a signal, stop at once. An error while
    verifying ends the run, and the receipt is then without a verification.
    """
    applied = apply(approved, portal, lookup, progress, now)
    if isinstance(applied.cause, Interrupted) or (applied.cause is not None and not applied.written):
        return so_far(approved, applied)
    try:
        return finished(approved, applied, verify(approved.planned, _attempted(applied), portal, now()))
    except Interrupted as interrupted:
        return so_far(approved, replace(applied, cause=interrupted))
    except ReconcilerError as error:
        return so_far(approved, replace(applied, cause=applied.cause or error))


def verify(planned: Planned, ran: Collection[Result], portal: Reader, now: datetime) -> tuple[Change, ...]:
    """Read and compare again; return what is still left to do of the changes in `ran`.

    The list may lag behind, so each difference that it shows is confirmed by a direct read. Raises any error in
    reading, and a `ReconcilerError` if a created event shows that the token is another app's.
    """
    if not ran:
        return ()
    # A problem that other events have got meanwhile must not prevent the verification of these.
    reading = read_for_plan(planned.declared, planned.policy, portal)
    again = _plan(reading.claims, reading, now)
    return confirmed(suspects(planned, again, reading.claims.listing, ran), again.plan.portal.app_id, portal)


def _claims_of(base: Base, policy: Policy, reading: Holdings) -> Claims:
    """Return what the base claims of a reading."""
    then = properties.typed(Declared(base.events, 0, skipped=base.skipped), reading.definitions)
    return Claims(then, reading.claims.listing, base.past_policy(policy), reading.claims.evidence)


def _plan(claims: Claims, reading: Holdings, now: datetime, before: Planned | None = None) -> Planned:
    """Plan the difference between declarations and a reading; what was wrong in `before` becomes a warning."""
    matched = match_events(claims)
    known = set() if before is None else {obstacle.mark for obstacle in before.matched.obstacles}
    matched = replace(
        matched,
        diagnostics=matched.diagnostics + reading.diagnostics,
        obstacles=compared(
            (*matched.obstacles, *properties.misfits(claims.declared, reading.definitions, _new(matched))), known
        ),
    )
    planned = build(matched, claims.declared, claims.policy, reading.portal, claims.evidence, now)
    return replace(planned, plan=replace(planned.plan, reads=reading.reads), before=before)


def _new(matched: Matched) -> Collection[Identity]:
    """Return the declared events that are to be created."""
    return {match.declared.identity for match in matched.matches if match.is_new}


def _with_warnings(planned: Planned) -> Planned:
    """Add the diagnostics about what is no longer declared, and about new events that look like a live one."""
    creates = [change for change in planned.plan.changes if isinstance(change, Create)]
    will = {orphan.identity.object_id: orphan.will for orphan in planned.plan.orphans}
    will |= {change.identity.object_id: Will.DELETE for change in planned.plan.changes if isinstance(change, Delete)}
    gone = no_longer.undeclared(planned)
    news = [*creates, *_set_aside_creates(planned)]
    old = _replaceable(planned, gone, will)
    renames = look_alikes.renames(news, old)
    keys = replaced_series.former_keys(gone, (orphan.live for orphan in planned.matched.orphans))
    replaced = replaced_series.replacements(news, renames, old, keys)
    diagnostics = (
        *no_longer.undeclared_warnings(planned, gone),
        *replaced_series.renaming_warnings(renames, replaced, will),
        *look_alikes.already_there(creates, planned.matched.not_ours),
    )
    successors = look_alikes.successors(renames)
    return replace(
        planned, successors=successors, plan=replace(planned.plan, diagnostics=diagnostics + planned.plan.diagnostics)
    )


def _set_aside_creates(planned: Planned) -> Iterator[Create]:
    """Return the creates of events that are set aside and not live, because each may replace an old event."""
    barred = planned.matched.barred
    matches = (match for match in planned.matched.matches if match.declared.identity in barred)
    return (match.change for match in matches if isinstance(match.change, Create))


def _replaceable(
    planned: Planned, gone: Iterable[tuple[DeclaredEvent, LiveEvent]], will: Mapping[str | None, Will]
) -> Collection[LiveEvent]:
    """Return the live events that new ones may replace.

    With a base, these are the events that it declared, and those that an apply would cancel or delete although no
    file declares them, or because a file declares them absent. An orphan that stays was reported when its declaration
    was removed, and need not be reported at each new event of its series.
    """
    events = {live.identity.object_id: live for _, live in gone}
    events |= {
        change.identity.object_id: planned.seen[change.identity]
        for change in planned.plan.changes
        if isinstance(change, Delete) and not is_orphan(change)
    }
    for orphan in planned.matched.orphans:
        object_id = orphan.live.identity.object_id
        if planned.before is None or will[object_id] is not Will.NOTHING:
            events[object_id] = orphan.live
    return events.values()


def _attempted(applied: Applied) -> list[Result]:
    """Return the changes that were attempted."""
    untouched = (Outcome.REFUSED, Outcome.NOT_ATTEMPTED)
    return [result for result in applied.results if result.outcome not in untouched]
