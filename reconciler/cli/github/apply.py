"""`reconciler github apply`."""

from contextlib import suppress
from dataclasses import dataclass, field, replace

import click

from reconciler.applying import approval
from reconciler.applying.accounting import not_begun, nothing_ran, recording
from reconciler.applying.guard import ApprovedPlan, marked
from reconciler.applying.lookup import read_each
from reconciler.applying.receipt import Receipt
from reconciler.cli.formats import for_people
from reconciler.cli.github import annotations
from reconciler.cli.github.hubspot import WRITING
from reconciler.cli.github.job import (
    SECONDS_FOR_COMMENTS,
    Ending,
    Job,
    carried_out,
    ending_of,
)
from reconciler.cli.github.merged_step import MergedStep, for_merged
from reconciler.cli.github.options import StepOptions, allow_unreviewed_option, step_options
from reconciler.cli.github.reporting import Reporting
from reconciler.cli.inputs import base_at
from reconciler.cli.output import print_error, print_result, save
from reconciler.cli.session import StopRequest, open_session
from reconciler.declarations.base import Base
from reconciler.declarations.load import load
from reconciler.errors import ReconcilerError, Refused
from reconciler.github.stored_plans import plan_artifact, plan_with_digest
from reconciler.pipeline import Select, approve_plan, make_plan_to_apply, run_plan
from reconciler.planning.plan import Plan, Planned
from reconciler.render import text
from reconciler.render.json import ReceiptText

RECEIPT_FILE = "reconciler-receipt.json"


@dataclass(frozen=True, slots=True)
class _ApplyRun:
    """An apply of what was merged."""

    step: MergedStep
    preview: Plan | None
    """The plan that was shown before the run was approved; None if the workflow has no such job."""
    texts: ReceiptText = field(default_factory=ReceiptText)

    @property
    def job(self) -> Job:
        return self.step.job

    @property
    def options(self) -> StepOptions:
        return self.step.options

    @property
    def select(self) -> Select:
        """How the changes are selected that people were shown, both before the merge and before the approval."""
        preview, select = self.preview, self.step.select
        return select if preview is None else lambda plan: approval.also_in(preview, select(plan), plan)

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
@allow_unreviewed_option
@click.option(
    "--preview", metavar="DIGEST", help="Apply only what the plan with this digest shows, which this run made before."
)
@step_options
def command(options: StepOptions, *, allow_unreviewed: bool, preview: str | None) -> int:
    """Apply what the plans of merged pull requests showed for the declarations at PATH (default: events).

    It runs on push to the default branch, or by workflow_dispatch there. A change that no merged plan shows is not
    made. The result is verified, reported on each merged pull request, and kept as reconciler-receipt.json in
    RUNNER_TEMP.

    Exit codes: 0 verified, 3 the declarations are wrong, 4 token refused, 5 refused and nothing was written, 6 not
    everything was done (the receipt says what), 7 HubSpot or GitHub cannot be reached.
    """

    def apply(step: MergedStep) -> Ending:
        return _planned_again(_ApplyRun(step, None if preview is None else _previewed(step, preview)))

    return carried_out(lambda job: for_merged(job, options, apply, allow_unreviewed=allow_unreviewed))


def _previewed(step: MergedStep, digest: str) -> Plan:
    """Return the plan that an earlier job of this run has shown; raise `Refused` if it is not there."""
    actions, prefix = step.job.actions, plan_artifact(step.options.common.environment)
    with step.job.github(SECONDS_FOR_COMMENTS) as github:
        found = plan_with_digest(github, actions.run_number, prefix, digest)
    if found is None:
        hint = "run all jobs of the workflow again, so that a new plan is shown"
        raise Refused(f"this run holds no plan with the digest that was shown before the approval, {digest}", hint=hint)
    return found


def _planned_again(run: _ApplyRun) -> Ending:
    settings = run.options.settings
    base = base_at(settings, run.step.merged.base)
    declared = load(settings)
    stop = StopRequest()
    with (
        WRITING.named(),
        open_session(run.options.common, settings, stop) as session,
        session.writer() as portal,
    ):
        run = replace(run, step=run.step.of_portal(portal.details().id))
        planned = make_plan_to_apply(declared, session.policy, portal, run.options.now(), base, run.select)
        reporting = _reporting(run, planned, base)
        run.job.output_plan(planned.plan)
        print_result(text.plan(for_people(reporting.plan, run.options.common)))
        approved = _approved(run, planned, reporting)
        run.keep(not_begun(approved))  # if no receipt can be saved, nothing is written to HubSpot
        with stop.listening():
            with stop.interruptible():
                reporting.begun(approved)
            receipt = run_plan(approved, portal, read_each(portal), recording(approved, run.keep), run.options.now)
            return _finished(run, approved, receipt, reporting, stop)


def _reporting(run: _ApplyRun, planned: Planned, base: Base) -> Reporting:
    return Reporting(run.step, marked(planned, run.options.limits), planned.seen, base.known)


def _approved(run: _ApplyRun, planned: Planned, reporting: Reporting) -> ApprovedPlan:
    try:
        return approve_plan(planned, run.select, run.options.limits)
    except Refused as refusal:
        _refuse(run, planned, reporting, refusal)
        raise


def _refuse(run: _ApplyRun, planned: Planned, reporting: Reporting, refusal: Refused) -> None:
    receipt = nothing_ran(planned, refusal)
    run.keep(receipt)
    run.job.end(ending_of(receipt, ()))
    reporting.refused(refusal)


def _finished(
    run: _ApplyRun, approved: ApprovedPlan, receipt: Receipt, reporting: Reporting, stop: StopRequest
) -> Ending:
    left = approved.selection.left_unreviewed
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
