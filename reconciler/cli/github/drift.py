"""`reconciler github drift`."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import click

from reconciler.applying.guard import Limits
from reconciler.applying.receipt import INVALID
from reconciler.cli.formats import for_people
from reconciler.cli.github.annotations import warned
from reconciler.cli.github.default_branch import Tip, to_watch
from reconciler.cli.github.hubspot import planned_against
from reconciler.cli.github.job import SECONDS_FOR_COMMENTS, SET_ASIDE, Ending, Job, carried_out, covered, reason_of
from reconciler.cli.github.options import StepOptions, path_options
from reconciler.cli.github.proposal import branch_for, propose
from reconciler.cli.inputs import base_at
from reconciler.cli.options import Call, Common
from reconciler.cli.output import log_line, print_result
from reconciler.declarations.settings import Settings
from reconciler.errors import DeclarationsInvalid, Interrupted, ReconcilerError
from reconciler.github import sticky
from reconciler.github.applied import APPLY, CommitRange, Covered, Line, since_last_applied
from reconciler.github.pushed import is_of_somebody_else
from reconciler.planning.origins import of_what_is_merged
from reconciler.planning.plan import Plan, Planned
from reconciler.render import text
from reconciler.render.pull_request import drift
from reconciler.render.pull_request.comment import SUMMARY_LIMIT, comment
from reconciler.render.pull_request.problems import problems_comment
from reconciler.render.pull_request.proposal import Proposal
from reconciler.render.pull_request.review import Links, Review, Watched

_EXAMPLES = """
\b
Examples:
  # keep one issue about edits made in HubSpot
  reconciler github drift
  # keep one for an environment of the settings
  reconciler github drift --env staging
"""
_SECONDS = 300.0
_CLOSING = "The drift is gone: HubSpot holds again what was applied last."


@click.command("drift", short_help="Keep an issue about edits made in HubSpot.", epilog=_EXAMPLES)
@click.option("--propose", "proposes", is_flag=True, help="Write HubSpot's values as a patch for the job that pushes.")
@path_options
@click.pass_obj
def command(call: Call, /, path: Path, *, proposes: bool, common: Common) -> int:
    """Keep one issue about edits that were made in HubSpot to the declarations at PATH (default: events).

    It runs on schedule, or by workflow_dispatch on the default branch, and compares HubSpot with the last commit that
    was applied. The issue is closed when no edit is left. Neither HubSpot nor the files are changed.

    Exit codes: 0 compared (drift is no failure), 3 the declarations are wrong or an event cannot be planned, 4 token
    refused, 5 wrong portal or a later commit was already applied, 7 HubSpot or GitHub cannot be reached.
    """
    watch = _DriftWatch(StepOptions(path, common, call.now, Limits(), comments=False), proposes)
    return carried_out(lambda job: _told(job, watch))


@dataclass(frozen=True, slots=True)
class _DriftWatch:
    """What a run is asked for."""

    options: StepOptions
    proposes: bool

    @property
    def environment(self) -> str | None:
        return self.options.common.environment

    @property
    def branch(self) -> str | None:
        """The branch with HubSpot's values, if one is to be kept; `UsageError` if it can have no name."""
        return branch_for(self.environment) if self.proposes else None


def _told(job: Job, watch: _DriftWatch) -> Ending:
    """Look for drift; if that fails, say so in the issue, which people would take for the present state."""
    try:
        return _drift(job, watch)
    except Interrupted:
        raise
    except ReconcilerError as error:
        failure = error
        with suppress(ReconcilerError), job.github(SECONDS_FOR_COMMENTS) as github:
            sticky.amend_issue(
                github, watch.environment, lambda body: drift.not_looked(body, failure, reason_of(failure), job.links)
            )
        raise


def _counting_all(settings: Settings) -> Settings:
    """Return settings with which every orphan is counted: a plan may leave them out where the portal is large."""
    return replace(settings, policy=replace(settings.policy, reads_whole_list=True))


def _drift(job: Job, watch: _DriftWatch) -> Ending:
    tip, branch = to_watch(job), watch.branch
    last = _last_applied(job, tip)
    if isinstance(last, Covered):  # the next run looks at the newest commit
        return covered(job, last.by, watch.environment)
    settings = _counting_all(watch.options.settings)
    try:
        past = base_at(settings, last)
        planned = planned_against(watch.options, settings, past)
    except DeclarationsInvalid as invalid:
        job.summarize(problems_comment(invalid.diagnostics, watch.environment, job.links, SUMMARY_LIMIT))
        raise
    planned = of_what_is_merged(planned)
    plan = planned.plan
    job.output_plan(plan)
    print_result(text.plan(for_people(plan, watch.options.common)))
    job.summarize(
        comment(Review(plan, Watched(), watch.environment, job.links, past.known, planned.seen), SUMMARY_LIMIT)
    )
    if past.known:  # without the last apply, drift is unknown, so an open issue stays
        proposal = None if branch is None else _proposed(job, settings, planned, branch)
        _keep_issue(job, plan, watch.environment, proposal)
    return Ending(INVALID, SET_ASIDE) if plan.is_invalid else Ending()


def _proposed(job: Job, settings: Settings, planned: Planned, branch: str) -> Proposal | None:
    """Return the proposal; a failure is only a warning, because the issue tells what is to be known."""
    try:
        proposal = propose(job, settings, planned, branch)
        with job.github(_SECONDS) as github:
            return replace(proposal, is_taken=is_of_somebody_else(github, branch))
    except Interrupted:
        raise
    except ReconcilerError as error:
        job.annotations.append(warned("HubSpot's values are not proposed", error))
        log_line(f"HubSpot's values are not proposed: {error.message}")
        return None


def _last_applied(job: Job, tip: Tip) -> str | Covered | None:
    with job.github(_SECONDS) as github:
        found = since_last_applied(github, Line(job.actions.repository, tip.branch, APPLY), tip.commit)
    return found.base if isinstance(found, CommitRange) else found


def _keep_issue(job: Job, plan: Plan, environment: str | None, proposal: Proposal | None) -> None:
    # Without the run's URL and other values that change daily, the issue is written only when its drift changes.
    links = Links(job.actions.repository_url, job.actions.sha)
    with job.github(_SECONDS) as github:
        if _is_drifted(plan):
            body = drift.issue_body(plan, environment, links, proposal=proposal)
            sticky.keep_issue(github, environment, drift.issue_title(plan, environment), body)
        elif not plan.set_aside:  # of an event that is set aside nobody knows whether it has drifted
            sticky.close_issue(github, environment, _CLOSING)


def _is_drifted(plan: Plan) -> bool:
    return any(field.origin.is_drift for change in plan.changes for field in change.fields)
