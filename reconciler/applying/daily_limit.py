"""The account's daily limit of requests against what an apply needs (usage guidelines)."""

from reconciler.applying.guard import ApprovedPlan
from reconciler.errors import Unavailable
from reconciler.planning.steps import Completion, CreateBatch, DeleteBatch, Step, steps


def needed(approved: ApprovedPlan) -> int:
    """Count the requests of an apply in which nothing fails: writes, the reads before them, the second reading.

    The second reading counts as much as planning did, and so does the second list of `--trust-list`.
    """
    if not approved.changes:
        return 0
    trusts_list = approved.planned.policy.trusts_list
    readings = 2 if trusts_list else 1
    written = sum(_requests(step, trusts_list=trusts_list) for step in steps(approved.changes))
    return readings * approved.planned.plan.reads + written


def shortage(approved: ApprovedPlan, left: int | None) -> Unavailable | None:
    """Return why an apply would run out of requests; None where it would not, or where `left` is not known.

    A used-up limit ends a run in the middle of its writes, or keeps it from verifying them.
    """
    wanted = needed(approved)
    if left is None or wanted <= left:
        return None
    return Unavailable(
        f"HubSpot grants this account {left} more requests today, and applying takes about {wanted}",
        hint="try again after midnight in the account's time zone, or apply a part of the declarations",
    )


def _requests(step: Step, *, trusts_list: bool) -> int:
    match step:
        case CreateBatch() if trusts_list:
            return 1
        case Completion() | DeleteBatch():
            return 1 + 2 * len(step.changes)  # no answer confirms it, so each is read before and after
        case _:
            return 1 + len(step.changes)
