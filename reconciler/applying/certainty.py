"""Whether an apply would certainly do nothing, so that nobody has to be asked about it."""

from reconciler.applying.accounting import nothing_to_run
from reconciler.applying.guard import ApprovedPlan


def does_nothing(approved: ApprovedPlan, *, asked_before: bool) -> bool:
    """Return whether an apply would send nothing, and succeed.

    `asked_before` says that files and settings ask for what was applied last. An apply may see more than this plan
    does if its token is another one, so without that each event has to be proven.
    """
    if approved.changes or approved.selection.left_unreviewed or nothing_to_run(approved).exit_code:
        return False
    planned = approved.planned
    return asked_before or (planned.plan.is_fulfilled and planned.is_proven)
