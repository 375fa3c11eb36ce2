"""How an apply inside Actions ends: a job must not look well while changes were left."""

from collections.abc import Sequence

from reconciler.applying.guard import ApprovedPlan
from reconciler.applying.receipt import INVALID, Outcome, Receipt, Result
from reconciler.change import Origin
from reconciler.cli.github.job import REFUSED, SET_ASIDE, Ending, reason_of
from reconciler.errors import Refused

_FELL_SHORT = (Outcome.FAILED, Outcome.UNSURE)


def left_unreviewed(approved: ApprovedPlan) -> list[Result]:
    """Give what the files ask for, or may ask for, and no plan that counts shows; drift in HubSpot is none of it."""
    return [
        result
        for result in approved.selection.not_approved
        if result.outcome is Outcome.NOT_ATTEMPTED and result.change.origin is not Origin.HUBSPOT
    ]


def ending_of(receipt: Receipt, left: Sequence[Result]) -> Ending:
    """Tell how the step ends."""
    if receipt.exit_code:
        return Ending(receipt.exit_code, _reason(receipt))
    if left:
        return Ending(6 if receipt.written else 5, "not-reviewed")
    return Ending()


def _reason(receipt: Receipt) -> str:
    if receipt.cause is not None and receipt.exit_code == receipt.cause.exit_code:
        return reason_of(receipt.cause)
    if receipt.exit_code == INVALID:
        return SET_ASIDE
    if receipt.exit_code == Refused.exit_code:
        return REFUSED
    if receipt.cause is not None or receipt.verified != ():
        return "failed-in-part"
    if any(result.outcome in _FELL_SHORT for result in receipt.results):
        return "failed-in-part"
    if any(result.outcome is Outcome.REFUSED and result.guard is None for result in receipt.results):
        return "plan-moved"
    return SET_ASIDE if receipt.is_invalid else REFUSED
