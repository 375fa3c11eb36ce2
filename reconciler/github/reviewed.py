"""The plan of a pull request that people have reviewed, or had before them when they approved it."""

from datetime import datetime
from functools import cache

from reconciler.github.client import GitHub
from reconciler.github.stored_plans import first_readable, plans_of_head
from reconciler.planning.plan import Plan


def plan_at_approval(github: GitHub, repository: str, number: int, head: str, prefix: str) -> Plan | None:
    """Return the newest plan of a pull request's last commit that was there when the commit was last approved.

    Only the approval of somebody who may push counts: anybody may write one in a public repository. Return None if
    nobody has approved this commit, or if there was no plan before.
    """
    last = _last_approval(github, number, head)
    if last is None:
        return None
    stored = plans_of_head(github, repository, head, prefix)
    seen = (plan for plan in stored if plan.created_at is not None and plan.created_at < last)
    return first_readable(github, seen, number)


def _last_approval(github: GitHub, number: int, head: str) -> datetime | None:
    approvals = [
        (review.submitted_at, review.author.login)
        for review in github.reviews(number)
        if (review.state, review.commit) == ("APPROVED", head) and review.submitted_at is not None
    ]
    may_push = cache(github.may_push)
    return next((time for time, login in sorted(approvals, reverse=True) if may_push(login)), None)


def plan_in_review(github: GitHub, repository: str, number: int, prefix: str) -> Plan | None:
    """Return the newest plan of a pull request's last commit; None if there is none, as for a fork's."""
    pull = github.pull_request(number)
    if pull is None:
        return None
    return first_readable(github, plans_of_head(github, repository, pull.head_sha, prefix), number)
