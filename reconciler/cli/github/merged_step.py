"""A step for what was merged since the last apply: it reads that from GitHub, and tells failures where people look."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from reconciler.applying import approval
from reconciler.cli.github.default_branch import Tip, to_apply
from reconciler.cli.github.job import Ending, Job, covered, reason_of, seconds_for_comments
from reconciler.cli.github.options import StepOptions
from reconciler.errors import ReconcilerError, Refused
from reconciler.github.applied import CommitRange, Covered, Line, between, since_last_applied
from reconciler.github.merged import MergedWork, merged_by_push, merged_in, merged_with
from reconciler.github.sticky import CommentText
from reconciler.github.stored_plans import plan_artifact
from reconciler.pipeline import Select
from reconciler.render.pull_request.problems import failed_page

TO_APPLY = "to_apply"
"""The output by which the workflow decides whether somebody is asked to approve the run."""
_SECONDS_FOR_READING = 900.0
"""Time limit for reading from GitHub what was merged."""


@dataclass(frozen=True, slots=True)
class MergedStep:
    """A step with its options, and what was merged since the last apply."""

    job: Job
    options: StepOptions
    merged: MergedWork
    allows_unreviewed: bool
    """Whether changes that no merged plan shows may be made too."""

    def of_portal(self, portal: int) -> "MergedStep":
        """Return the same step, in which no plan for another portal counts."""
        return replace(self, merged=self.merged.of_portal(portal))

    @property
    def select(self) -> Select:
        """How the changes are selected that people were shown."""
        if self.allows_unreviewed:
            return approval.everything
        if self.merged.gap:
            return _unknown(self.merged.gap)
        return lambda plan: approval.by_plans(plan, self.merged.plans)


def _unknown(gap: str) -> Select:
    def refuse(_: object) -> approval.Selection:
        hint = "look at the plan, then start the workflow by hand with allow_unreviewed"
        raise Refused(f"it is not known what was reviewed: {gap}", hint=hint)

    return refuse


def for_merged(
    job: Job, options: StepOptions, work: Callable[[MergedStep], Ending], *, allow_unreviewed: bool
) -> Ending:
    """Do a step's work for what was merged, unless a later run covers it.

    If the work ends before it has shown anything, say why on the merged pull requests. What was not reviewed is
    allowed by whoever starts the run by hand, or for a push of which not everything was reviewed.
    """
    tip = to_apply(job)
    try:
        merged = _merged(job, options, tip)
    except ReconcilerError as error:
        job.summarize_failure(error, options.common.environment)  # first, as GitHub may soon end this run
        _comment_failure(job, options, _pulls_at(job, tip, seconds_for_comments(error)), error)
        raise
    if isinstance(merged, Covered):
        job.outputs[TO_APPLY] = "false"
        return covered(job, merged.by, options.common.environment)
    allows = allow_unreviewed and (tip.by_hand or not merged.is_reviewed)
    try:
        return work(MergedStep(job, options, merged, allows))
    except ReconcilerError as error:
        if job.ending is None:  # else it has been told already
            job.summarize_failure(error, options.common.environment)
            _comment_failure(job, options, {pull.number: pull.head for pull in merged.pulls}, error)
        raise


def _merged(job: Job, options: StepOptions, tip: Tip) -> MergedWork | Covered:
    """Read from GitHub what was merged, with the plans that its pull requests showed, unless a later run covers it."""
    line = Line(job.actions.repository, tip.branch, job.actions.workflow)
    artifact = plan_artifact(options.common.environment)
    with job.github(options.common.timeout or _SECONDS_FOR_READING) as github:
        match since_last_applied(github, line, tip.commit):
            case Covered() as later:
                return later
            case CommitRange() as commit_range:
                return merged_in(github, line, commit_range, artifact)
            case None if tip.before is not None:
                return merged_by_push(github, line, between(github, tip.before, tip.commit), artifact)
            case None:
                return merged_with(github, line, [tip.commit], artifact)


def _pulls_at(job: Job, tip: Tip, seconds: float) -> dict[int, str]:
    """Return the merged pull requests that the newest commit belongs to, with their heads, if GitHub says so now."""
    with suppress(ReconcilerError), job.github(seconds) as github:
        return {pull.number: pull.head_sha for pull in github.pull_requests_of(tip.commit) if pull.merged}
    return {}


def _comment_failure(job: Job, options: StepOptions, pulls: Mapping[int, str], error: ReconcilerError) -> None:
    """Write on merged pull requests why the run ended before it wrote anything to HubSpot."""
    environment = options.common.environment
    if options.comments:
        reason = reason_of(error)
        entry = job.run_entry(options.now(), f"failed before anything was written: {reason}")
        bodies = {
            number: CommentText(failed_page(error, reason, environment, replace(job.links, head=head)), entry)
            for number, head in pulls.items()
        }
        job.comment(bodies, environment, seconds=seconds_for_comments(error))
