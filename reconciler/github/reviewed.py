"""The plan of a pull request that people have reviewed, or had before them when they approved it."""

from reconciler.github.client import GitHub
from reconciler.github.stored_plans import first_readable, plans_of_head
from reconciler.planning.plan import Plan


def plan_at_approval(github: GitHub, repository: str, number: int, head: str, prefix: str) -> Plan | None:
    """Return the newest plan of a pull request's last commit that was there when the commit was last approved.

    Return None if nobody has approved this commit, or if there was no plan before.
    """
    times = [
        review.submitted_at
        for review in github.reviews(number)
        if (review.state, review.commit) == ("APPROVED", head) and review.submitted_at is not None
    ]
    if not times:
        return None
    stored = plans_of_head(github, repository, head, prefix)
    seen = (plan for plan in stored if plan.created_at is not None and plan.created_at < max(times))
    return first_readable(github, seen, number)


def plan_in_review(github: GitHub, repository: str, number: int, prefix: str) -> Plan | None:
    """Return the newest plan of a pull request's last commit; None if there is none, as for a fork's."""
    pull = github.pull_request(number)
    if pull is None:
        return None
    return first_readable(github, plans_of_head(github, repository, pull.head_sha, prefix), number)
