"""`reconciler github apply`."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import click

from reconciler.applying import approval
from reconciler.applying.accounting import not_begun, nothing_ran, recording
from reconciler.applying.guard import ApprovedPlan, marked
from reconciler.applying.lookup import read_each
from reconciler.applying.receipt import INVALID, Receipt
from reconciler.cli.formats import for_people
from reconciler.cli.github.default_branch import Tip, to_apply
from reconciler.cli.github.hubspot import WRITING
from reconciler.cli.github.job import (
    SET_ASIDE,
    Ending,
    Job,
    carried_out,
    covered,
    ending_of,
    left_unreviewed,
    reason_of,
    seconds_for_comments,
)
from reconciler.cli.github.options import StepOptions, step_options
from reconciler.cli.github.reporting import Reporting
from reconciler.cli.inputs import base_at
from reconciler.cli.output import print_error, print_result, save
from reconciler.cli.session import StopRequest, open_session
from reconciler.declarations.base import Base
from reconciler.declarations.load import load
from reconciler.declarations.settings import Settings
from reconciler.errors import ReconcilerError, Refused
from reconciler.github import annotations
from reconciler.github.applied import CommitRange, Covered, Line, between, since_last_applied
from reconciler.github.merged import MergedWork, merged_by_push, merged_in, merged_with
from reconciler.github.sticky import CommentText
from reconciler.github.stored_plans import plan_artifact
from reconciler.pipeline import Select, approve_plan, make_plan_to_apply, run_plan
from reconciler.planning.plan import Planned
from reconciler.render import text
from reconciler.render.json import ReceiptText
from reconciler.render.pull_request.problems import failed_page

RECEIPT_FILE = "reconciler-receipt.json"

_SECONDS_FOR_READING = 900.0
"""Time limit for reading from GitHub what was merged."""


@dataclass(frozen=True, slots=True)
class _ApplyRun:
    """An apply in GitHub Actions: its job, its options, what was merged."""

    job: Job
    options: StepOptions
    merged: MergedWork
    settings: Settings
    allows_unreviewed: bool
    texts: ReceiptText = field(default_factory=ReceiptText)

    def keep(self, receipt: Receipt) -> None:
        """Save the receipt as a file for later steps; raise `ReconcilerError` if that fails."""
        save(self.job.actions.file(RECEIPT_FILE), self.texts.json(receipt))


_EXAMPLES = """
\b
Examples:
  # apply what was reviewed
  reconciler github apply
  # also delete or cancel up to two orphans
  reconciler github apply --max-deletes 2
  # apply the whole plan, reviewed or not
  reconciler github apply --allow-unreviewed
"""


@click.command("apply", short_help="Apply what the plans of merged pull requests showed.", epilog=_EXAMPLES)
@click.option("--allow-unreviewed", is_flag=True, help="Also apply changes that no merged plan shows.")
@step_options
def command(options: StepOptions, *, allow_unreviewed: bool) -> int:
    """Apply what the plans of merged pull requests showed for the declarations at PATH (default: events).

    It runs on push to the default branch, or by workflow_dispatch there. A change that no merged plan shows is not
    made. The result is verified, reported on each merged pull request, and kept as reconciler-receipt.json in
    RUNNER_TEMP.

    Exit codes: 0 verified, 3 the declarations are wrong, 4 token refused, 5 refused and nothing was written, 6 not
    everything was done (the receipt says what), 7 HubSpot or GitHub cannot be reached.
    """
    return carried_out(lambda job: _apply(job, options, allow_unreviewed=allow_unreviewed))


def _apply(job: Job, options: StepOptions, *, allow_unreviewed: bool) -> Ending:
    tip = to_apply(job)
    try:
        merged = _merged(job, options, tip)
    except ReconcilerError as error:
        job.summarize_failure(error, options.common.environment)  # first, as GitHub may soon end this run
        _comment_failure(job, options, _pulls_at(job, tip, seconds_for_comments(error)), error)
        raise
    if isinstance(merged, Covered):
        return covered(job, merged.by, options.common.environment)
    allows = allow_unreviewed and (tip.by_hand or not merged.is_reviewed)
    try:
        run = _ApplyRun(job, options, merged, options.settings, allows)
        return _planned_again(run, base_at(run.settings, merged.base))
    except ReconcilerError as error:
        if job.ending is None:  # else it has been told already
            job.summarize_failure(error, options.common.environment)
            _comment_failure(job, options, {pull.number: pull.head for pull in merged.pulls}, error)
        raise


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


def _planned_again(run: _ApplyRun, base: Base) -> Ending:
    declared = load(run.settings)
    stop = StopRequest()
    with (
        WRITING.named(),
        open_session(run.options.common, run.settings, stop) as session,
        session.writer() as portal,
    ):
        merged = run.merged.of_portal(portal.details().id)
        select = _selection(run, merged)
        planned = make_plan_to_apply(declared, session.policy, portal, run.options.now(), base, select)
        reporting = _reporting(run, merged, planned, base)
        run.job.output_plan(planned.plan)
        print_result(text.plan(for_people(reporting.plan, run.options.common)))
        approved = _approved(run, planned, reporting, select)
        run.keep(not_begun(approved))  # if no receipt can be saved, nothing is written to HubSpot
        with stop.listening():
            with stop.interruptible():
                reporting.begun(approved)
            receipt = run_plan(approved, portal, read_each(portal), recording(approved, run.keep), run.options.now)
            return _finished(run, approved, receipt, reporting, stop)


def _reporting(run: _ApplyRun, merged: MergedWork, planned: Planned, base: Base) -> Reporting:
    plan = marked(planned, run.options.limits)
    return Reporting(run.job, merged, plan, planned.seen, base.known, run.options)


def _approved(run: _ApplyRun, planned: Planned, reporting: Reporting, select: Select) -> ApprovedPlan:
    try:
        return approve_plan(planned, select, run.options.limits)
    except Refused as refusal:
        _refuse(run, planned, reporting, refusal)
        raise


def _selection(run: _ApplyRun, merged: MergedWork) -> Select:
    if run.allows_unreviewed:
        return approval.everything
    if merged.gap:
        return _unknown(merged.gap)
    return lambda plan: approval.by_plans(plan, merged.plans)


def _unknown(gap: str) -> Select:
    def refuse(_: object) -> approval.Selection:
        hint = "look at the plan, then start the workflow by hand with allow_unreviewed"
        raise Refused(f"it is not known what was reviewed: {gap}", hint=hint)

    return refuse


def _refuse(run: _ApplyRun, planned: Planned, reporting: Reporting, refusal: Refused) -> None:
    receipt = nothing_ran(planned, refusal)
    run.keep(receipt)
    run.job.end(Ending(receipt.exit_code, SET_ASIDE if receipt.exit_code == INVALID else reason_of(refusal)))
    reporting.refused(refusal)


def _finished(
    run: _ApplyRun, approved: ApprovedPlan, receipt: Receipt, reporting: Reporting, stop: StopRequest
) -> Ending:
    left = left_unreviewed(approved)
    ending = ending_of(receipt, left)
    run.job.end(ending)
    with suppress(ReconcilerError):  # it was saved before, and the log shows it too
        run.keep(receipt)
    print_result("\n" + text.receipt(receipt))
    if receipt.cause is not None:
        print_error(WRITING.named_in(receipt.cause))
    run.job.annotations += annotations.of_receipt(receipt)
    with stop.interruptible():
        reporting.ended(approved, receipt, left)
    return ending
