"""`reconciler github apply`."""

from contextlib import suppress
from dataclasses import dataclass

import click

from reconciler.applying import approval
from reconciler.applying.accounting import not_begun, nothing_ran, recording
from reconciler.applying.guard import ApprovedPlan, marked
from reconciler.applying.lookup import read_each
from reconciler.applying.receipt import INVALID, Receipt
from reconciler.cli.formats import for_people
from reconciler.cli.github.default_branch import Tip, to_apply
from reconciler.cli.github.hubspot import WRITING
from reconciler.cli.github.job import SET_ASIDE, Ending, Job, carried_out, ending_of, left_unreviewed, reason_of
from reconciler.cli.github.options import Asked, asking_options
from reconciler.cli.github.reporting import Reporting
from reconciler.cli.inputs import base_at
from reconciler.cli.output import complain, save, show
from reconciler.cli.session import Stop, open_session
from reconciler.declarations.base import Base
from reconciler.declarations.load import load
from reconciler.declarations.settings import Settings
from reconciler.errors import DeclarationsInvalid, ReconcilerError, Refused
from reconciler.github import annotations
from reconciler.github.applied import Line, between, since_last_applied
from reconciler.github.merged import MergedWork, merged_by_push, merged_in, merged_with, plan_artifact
from reconciler.pipeline import Select, approve_plan, make_plan, run_plan
from reconciler.planning.plan import Planned
from reconciler.render import text
from reconciler.render.json import receipt_json
from reconciler.render.pull_request.comment import SUMMARY_LIMIT
from reconciler.render.pull_request.problems import problems_comment

RECEIPT_FILE = "reconciler-receipt.json"

_SECONDS_FOR_READING = 900.0
"""How long it may take to find out what was merged."""


@dataclass(frozen=True, slots=True)
class _Given:
    """What an apply inside Actions goes by."""

    job: Job
    asked: Asked
    merged: MergedWork
    settings: Settings
    allows_unreviewed: bool

    def keep(self, receipt: Receipt) -> None:
        """Keep the receipt where later steps find it; `ReconcilerError` where that is not possible."""
        save(self.job.actions.file(RECEIPT_FILE), receipt_json(receipt))


@click.command("apply", short_help="Do what the plans of the merged pull requests showed.")
@click.option("--allow-unreviewed", is_flag=True, help="Also make changes that no merged plan shows.")
@asking_options
def command(asked: Asked, *, allow_unreviewed: bool) -> int:
    """Do what the plans of the merged pull requests showed for the declarations at PATH (default: events)."""
    return carried_out(lambda job: _apply(job, asked, allow_unreviewed=allow_unreviewed))


def _apply(job: Job, asked: Asked, *, allow_unreviewed: bool) -> Ending:
    tip = to_apply(job)
    settings = asked.settings
    merged = _merged(job, asked, tip)
    allows = allow_unreviewed and (tip.by_hand or not merged.is_reviewed)
    given = _Given(job, asked, merged, settings, allows)
    base = base_at(settings, merged.base)
    try:
        return _planned_again(given, base)
    except DeclarationsInvalid as invalid:
        job.summarize(problems_comment(invalid.diagnostics, asked.common.environment, job.links, SUMMARY_LIMIT))
        raise


def _merged(job: Job, asked: Asked, tip: Tip) -> MergedWork:
    """Ask GitHub what was merged, and for the plans that were shown for it."""
    line = Line(job.actions.repository, tip.branch, job.actions.workflow)
    artifact = plan_artifact(asked.common.environment)
    with job.github(asked.common.timeout or _SECONDS_FOR_READING) as github:
        if (commit_range := since_last_applied(github, line, tip.commit)) is not None:
            return merged_in(github, line, commit_range, artifact)
        if tip.before is not None:
            return merged_by_push(github, line, between(github, tip.before, tip.commit), artifact)
        return merged_with(github, line, [tip.commit], artifact)


def _planned_again(given: _Given, base: Base) -> Ending:
    declared = load(given.settings)
    stop = Stop()
    with (
        WRITING.named(),
        open_session(given.asked.common, given.settings, stop) as session,
        session.writer() as portal,
    ):
        planned = make_plan(declared, session.policy, portal, given.asked.now(), base)
        telling = _telling(given, planned, base)
        given.job.tell_plan(planned.plan)
        show(text.plan(for_people(telling.plan, given.asked.common)))
        approved = _approved(given, planned, telling)
        given.keep(not_begun(approved))  # where a receipt cannot be kept, nothing is written to HubSpot either
        with stop.listening():
            with stop.interruptible():
                telling.begun(approved)
            receipt = run_plan(approved, portal, read_each(portal), recording(approved, given.keep), given.asked.now)
            return _finished(given, approved, receipt, telling, stop)


def _telling(given: _Given, planned: Planned, base: Base) -> Reporting:
    merged = given.merged.of_portal(planned.plan.portal.id)
    plan = marked(planned, given.asked.limits)
    name = given.asked.common.environment
    return Reporting(given.job, merged, plan, planned.seen, name, base.known, given.asked.comments)


def _approved(given: _Given, planned: Planned, telling: Reporting) -> ApprovedPlan:
    try:
        return approve_plan(planned, _selection(given, telling.merged), given.asked.limits)
    except Refused as refusal:
        _refuse(given, planned, telling, refusal)
        raise


def _selection(given: _Given, merged: MergedWork) -> Select:
    if given.allows_unreviewed:
        return approval.everything
    if merged.gap:
        return _unknown(merged.gap)
    return lambda plan: approval.by_plans(plan, merged.plans)


def _unknown(gap: str) -> Select:
    def refuse(_: object) -> approval.Selection:
        hint = "look at the plan, then start the workflow by hand with allow_unreviewed"
        raise Refused(f"it is not known what was reviewed: {gap}", hint=hint)

    return refuse


def _refuse(given: _Given, planned: Planned, telling: Reporting, refusal: Refused) -> None:
    receipt = nothing_ran(planned, refusal)
    given.keep(receipt)
    given.job.end(Ending(receipt.exit_code, SET_ASIDE if receipt.exit_code == INVALID else reason_of(refusal)))
    telling.refused(refusal)


def _finished(given: _Given, approved: ApprovedPlan, receipt: Receipt, telling: Reporting, stop: Stop) -> Ending:
    left = left_unreviewed(approved)
    ending = ending_of(receipt, left)
    given.job.end(ending)
    with suppress(ReconcilerError):  # it was kept before the first write, and the log tells it too
        given.keep(receipt)
    show("\n" + text.receipt(receipt))
    if receipt.cause is not None:
        complain(WRITING.named_in(receipt.cause))
    given.job.annotations += annotations.of_receipt(receipt)
    with stop.interruptible():
        telling.ended(approved, receipt, left)
    return ending
