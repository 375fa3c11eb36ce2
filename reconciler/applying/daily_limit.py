"""Whether the requests that HubSpot still grants today are enough for an apply."""

from reconciler.applying.guard import ApprovedPlan
from reconciler.change import is_orphan
from reconciler.errors import Unavailable
from reconciler.planning.steps import Completion, CreateBatch, DeleteBatch, Step, steps


def needed(approved: ApprovedPlan) -> int:
    """Count the requests of an apply in which nothing fails: writes, the reads before them, the second reading.

    The second reading is taken to cost what planning did, and so is the second list that creates may stand on. It looks
    for each orphan besides, by both of its identities.
    """
    if not approved.changes:
        return 0
    trusts_list = approved.planned.policy.trusts_list
    readings = 2 if trusts_list else 1
    written = sum(_requests(step, trusts_list=trusts_list) for step in steps(approved.changes))
    looked_for = 2 * sum(map(is_orphan, approved.changes))
    return readings * approved.planned.plan.reads + written + looked_for


def shortage(approved: ApprovedPlan, left: int | None) -> Unavailable | None:
    """Say why an apply would stop half-way, where HubSpot said what is left of the day (usage guidelines) and it would.

    What is used up ends a run in the middle of its writes, or keeps it from proving them.
    """
    wanted = needed(approved)
    if left is None or wanted <= left:
        return None
    return Unavailable(
        f"HubSpot grants this account {left} more requests today, and applying takes about {wanted}",
        hint="try again after midnight there, or apply a part of the declarations",
    )


def _requests(step: Step, *, trusts_list: bool) -> int:
    match step:
        case CreateBatch() if trusts_list:
            return 1
        case Completion() | DeleteBatch():
            return 1 + 2 * len(step.changes)  # no answer confirms it, so each is read before and after
        case _:
            return 1 + len(step.changes)
