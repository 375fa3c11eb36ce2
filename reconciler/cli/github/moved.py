"""Whether a check's plan is still the one that people reviewed."""

from collections.abc import Sequence
from typing import assert_never

from reconciler.applying.approval import by_plans
from reconciler.change import Change, Origin
from reconciler.cli.github.job import SECONDS_FOR_COMMENTS, Job
from reconciler.cli.output import log_line
from reconciler.errors import Interrupted, ReconcilerError
from reconciler.github.client import GitHub
from reconciler.github.reviewed import plan_at_approval, plan_in_review
from reconciler.github.stored_plans import plan_artifact
from reconciler.github.trigger import MergeGroup, PullRequestEvent
from reconciler.github.workflow_commands import Annotation, Level
from reconciler.planning.plan import Plan
from reconciler.render import words
from reconciler.render.phrases import count
from reconciler.safe_text import visible

_ANOTHER = "The review was of another plan, because HubSpot or the target branch has changed since"
_APPROVED = f"{_ANOTHER}. Read this plan and approve it, then run this check again."
_NAMED = 5


def moved_since_review(job: Job, proposed: PullRequestEvent | MergeGroup, plan: Plan, environment: str | None) -> str:
    """Return in a sentence that people reviewed another plan; empty if they did not, or if GitHub does not say."""
    try:
        with job.github(SECONDS_FOR_COMMENTS) as github:
            return _moved(github, job.actions.repository, proposed, plan, plan_artifact(environment))
    except Interrupted:
        raise
    except ReconcilerError as error:
        why = f"It is not known whether this is the plan that was reviewed: {error.message}"
    job.annotations.append(Annotation(Level.NOTICE, "the reviewed plan is not known", why))
    log_line(why)
    return ""


def _moved(github: GitHub, repository: str, proposed: PullRequestEvent | MergeGroup, plan: Plan, prefix: str) -> str:
    match proposed:
        case PullRequestEvent(number=number, head_sha=head):
            seen = plan_at_approval(github, repository, number, head, prefix)
            return "" if seen is None or seen.digest == plan.digest else _APPROVED
        case MergeGroup(number=int() as number):
            seen = plan_in_review(github, repository, number, prefix)
            moved = [] if seen is None else _not_in(plan, seen)
            return _queued(number, moved) if moved else ""
        case MergeGroup():
            return ""
        case _:
            assert_never(proposed)


def _not_in(plan: Plan, seen: Plan) -> list[Change]:
    """Return the changes of the queued pull request that its own plan does not show as they are now."""
    others = (result.change for result in by_plans(plan, [seen]).not_approved)
    return [change for change in others if any(_is_own(change, field.origin) for field in change.fields)]


def _is_own(change: Change, origin: Origin) -> bool:
    """Return whether a difference comes from the queued pull request, at least in part.

    What no file declares, and the base did not either, was left behind by somebody else.
    """
    is_left = change.source is None and origin is Origin.UNKNOWN
    return not is_left and origin not in {Origin.HUBSPOT, Origin.PENDING}


def _queued(number: int, moved: Sequence[Change]) -> str:
    what = f"{count(len(moved), 'change')} {'is' if len(moved) == 1 else 'are'}"
    names = ", ".join(words.title(change) for change in moved[:_NAMED])
    more = f" and {len(moved) - _NAMED} more" if len(moved) > _NAMED else ""
    return visible(
        f"{_ANOTHER}. {what} not as the plan of pull request {number} shows: {names}{more}. "
        "Run the check of the pull request again, review its plan, then queue it again."
    )
