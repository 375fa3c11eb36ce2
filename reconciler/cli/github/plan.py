"""`reconciler github plan`."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import click

from reconciler.applying.guard import marked, newly_refused
from reconciler.cli.formats import for_people
from reconciler.cli.github.hubspot import planned_by
from reconciler.cli.github.job import REFUSED, SET_ASIDE, Ending, Job, carried_out
from reconciler.cli.github.options import StepOptions, step_options
from reconciler.cli.options import base_option
from reconciler.cli.output import log_line, print_result, save
from reconciler.declarations.load import load
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.errors import DeclarationsInvalid, Interrupted, ReconcilerError, Refused, UsageError
from reconciler.github import annotations
from reconciler.github.actions import Actions
from reconciler.github.merged import plan_file
from reconciler.github.sticky import CommentText
from reconciler.github.trigger import MergeGroup, PullRequestEvent, trigger
from reconciler.github.workflow_commands import Annotation, Level
from reconciler.render import phrases, text
from reconciler.render.json import plan_json
from reconciler.render.pull_request.comment import COMMENT_LIMIT, SUMMARY_LIMIT, comment
from reconciler.render.pull_request.problems import failure_comment, fork_comment, problems_comment
from reconciler.render.pull_request.review import Proposed, Review

_Page = Callable[[int], str]
"""Renders a page in at most so many bytes."""


_EXAMPLES = """
\b
Examples:
  # plan, and comment on the pull request
  reconciler github plan
  # write only the job's summary
  reconciler github plan --no-comment
  # show what is refused if two orphans may be deleted or cancelled
  reconciler github plan --max-deletes 2
"""


@click.command("plan", short_help="Show on a pull request what its merge would change.", epilog=_EXAMPLES)
@base_option
@step_options
def command(options: StepOptions, *, base: str | None) -> int:
    """Show on a pull request what merging its declarations at PATH (default: events) would change.

    It runs on pull_request and merge_group. Nothing is written to HubSpot. The check fails if `github apply` would
    refuse a change that this pull request makes. Where GitHub gives no secrets (forks, Dependabot), only the
    declarations are checked.

    Exit codes: 0 planned, 3 the declarations are wrong, 4 token refused, 5 wrong portal, a change would be refused or
    an event cannot be planned, 7 HubSpot cannot be reached.
    """
    return carried_out(lambda job: _plan(job, options, base))


def _plan(job: Job, options: StepOptions, base: str | None) -> Ending:
    """Choose the base and the pull request of the plan by what triggered the run."""
    match trigger(job.actions.event, job.actions.payload()):
        case PullRequestEvent(from_fork=True):
            return _offline(job, options, "a pull request from a fork gets no secrets")
        case PullRequestEvent() if job.actions.is_of_dependabot and not _opens_hubspot(job, options):
            return _offline(job, options, "a run that Dependabot started gets no secrets of Actions")
        case PullRequestEvent() as pull:
            return _online(job, options, base or _base(job.actions, pull), pull.number)
        case MergeGroup() as group:
            return _online(job, options, base or group.base_sha, None)
        case _:
            hint = "run it on pull_request or merge_group; `reconciler plan` runs anywhere"
            raise UsageError(f"event {job.actions.event} is not supported by `github plan`", hint=hint)


def _opens_hubspot(job: Job, options: StepOptions) -> bool:
    return job.actions.opens_hubspot or options.common.sandbox


def _base(actions: Actions, pull: PullRequestEvent) -> str:
    """Return the commit that a pull request would be merged into: the first parent of its trial merge."""
    return f"{actions.commit}^1" if actions.is_merge else pull.base_sha


def _offline(job: Job, options: StepOptions, why: str) -> Ending:
    """Check only the declarations, without any request to HubSpot or GitHub."""
    try:
        declared = load(options.settings)
    except DeclarationsInvalid as invalid:
        _publish(job, options, None, _problems_page(job, options, invalid))
        raise
    _publish(job, options, None, lambda limit: fork_comment(declared, _name(options), job.links, limit))
    job.annotations.append(Annotation(Level.NOTICE, "checked offline", f"The declarations are valid; no plan: {why}."))
    print_result(
        f"{text.diagnostics(declared.diagnostics)}Valid: {phrases.count(len(declared.events), 'event')}; {why}.\n"
    )
    return Ending()


def _online(job: Job, options: StepOptions, base: str, number: int | None) -> Ending:
    commented = number if options.comments else None
    try:
        planned, compared = planned_by(options, options.settings, base)
    except DeclarationsInvalid as invalid:
        _publish(job, options, commented, _problems_page(job, options, invalid))
        raise
    except Interrupted:
        raise
    except ReconcilerError as error:
        _publish(job, options, commented, partial(failure_comment, error, _name(options), job.links))
        raise
    plan = marked(planned, options.limits)
    new = newly_refused(planned, options.limits)
    saved = job.actions.file(plan_file(number))
    save(saved, plan_json(plan))
    job.output_plan(plan)
    job.outputs["plan_path"] = str(saved)
    known = frozenset(new)
    job.annotations += annotations.of_findings(
        (*new, *(diagnostic for diagnostic in plan.diagnostics if _as_error(diagnostic) not in known))
    )
    print_result(text.plan(for_people(plan, options.common)))
    review = Review(plan, Proposed(), _name(options), job.links, compared, planned.seen)
    _publish(job, options, commented, lambda limit: comment(review, limit))
    if new or plan.is_invalid:
        log_line(f"Error: {_REFUSED}")
        return Ending(Refused.exit_code, SET_ASIDE if plan.is_invalid else REFUSED)
    return Ending()


_REFUSED = "apply would not do all of this, as listed above"


def _as_error(diagnostic: Diagnostic) -> Diagnostic:
    return replace(diagnostic, severity=Severity.ERROR)


def _problems_page(job: Job, options: StepOptions, invalid: DeclarationsInvalid) -> _Page:
    return lambda limit: problems_comment(invalid.diagnostics, _name(options), job.links, limit)


def _publish(job: Job, options: StepOptions, number: int | None, page: _Page) -> None:
    job.summarize(page(SUMMARY_LIMIT))
    if number is not None:
        job.comment({number: CommentText(page(COMMENT_LIMIT))}, _name(options))


def _name(options: StepOptions) -> str | None:
    return options.common.environment
