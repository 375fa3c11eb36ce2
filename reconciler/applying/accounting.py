"""Receipts made from what an apply did."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from reconciler.applying.apply import Progress
from reconciler.applying.freshness import not_taken_over
from reconciler.applying.guard import ApprovedPlan
from reconciler.applying.ledger import Applied, Ledger
from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import Change, Create, Delete, FieldChange, Update
from reconciler.errors import ReconcilerError
from reconciler.planning.plan import Planned


def not_begun(approved: ApprovedPlan) -> Receipt:
    """Return the receipt of a run that has not sent anything yet."""
    return so_far(approved, Ledger(approved.changes).applied())


def nothing_to_run(approved: ApprovedPlan) -> Receipt:
    """Return the receipt of a run that had nothing to do."""
    return finished(approved, Ledger(()).applied(), ())


def so_far(approved: ApprovedPlan, applied: Applied) -> Receipt:
    """Return the receipt of a run that is still going, or that was cut short."""
    return finished(approved, applied, None)


def recording(approved: ApprovedPlan, keep: Callable[[Receipt], None]) -> Progress:
    """Return a progress callback that keeps the receipt each time, so that it is true at any kill."""
    return lambda applied: keep(so_far(approved, applied))


def nothing_ran(planned: Planned, cause: ReconcilerError) -> Receipt:
    """Return the receipt of a run that was refused or stopped before its first write."""
    results = tuple(Result(change, Outcome.NOT_ATTEMPTED, cause.message) for change in planned.plan.changes)
    return Receipt(planned.plan.portal, planned.plan.digest, results, cause=cause, set_aside=planned.plan.set_aside)


def finished(approved: ApprovedPlan, applied: Applied, left: tuple[Change, ...] | None) -> Receipt:
    """Return the receipt of a run; `left` is what the second reading still found different, None without a reading.

    An empty `left` proves nothing while other events are undecided: then nothing counts as verified.
    """
    plan = approved.planned.plan
    still = {change.identity.key: change for change in left or ()}
    ran = tuple(_truthful(result, still) for result in applied.results) if still else applied.results
    return Receipt(
        portal=plan.portal,
        digest=plan.digest,
        results=_in_plan_order(approved, ran),
        set_aside=plan.set_aside,
        verified=None if approved.planned.matched.undecided and not left else left,
        written=applied.written,
        cause=applied.cause,
    )


def _in_plan_order(approved: ApprovedPlan, ran: tuple[Result, ...]) -> tuple[Result, ...]:
    """Return one result for each change of the plan; what ran has the plan's order already."""
    others = (*approved.selection.not_approved, *approved.refused)
    if not others:
        return ran
    results = {result.change.identity: result for result in (*others, *ran)}
    return tuple(results[change.identity] for change in approved.planned.plan.changes)


def _truthful(result: Result, left: Mapping[tuple[str, ...], Change]) -> Result:
    """Return a success as failed where the second reading shows that HubSpot kept the old value."""
    still = left.get(result.change.identity.key)
    if result.outcome is not Outcome.DONE or still is None:
        return result
    kept = [field for field in result.change.fields if _still_to_do(field, still)]
    if not kept:
        return result
    why = f"HubSpot answered success, but {_kept(still, kept)}"
    return replace(result, outcome=Outcome.FAILED, why=why)


def _kept(still: Change, fields: Sequence[FieldChange]) -> str:
    """Return in words what HubSpot left as it was."""
    match still:
        case Create():
            return "does not hold the event"
        case Delete():
            return "still holds the event"
        case Update():
            return not_taken_over(fields)
        case _:
            assert_never(still)


def _still_to_do(field: FieldChange, still: Change) -> bool:
    left = still.field(field.name)
    return left is not None and (left.before, left.after) == (field.before, field.after)
