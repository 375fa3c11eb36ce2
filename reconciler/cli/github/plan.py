"""`reconciler github plan`."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import click

from reconciler.applying.guard import marked, newly_refused
from reconciler.cli.formats import for_people
from reconciler.cli.github.hubspot import planned_by
from reconciler.cli.github.job import REFUSED, SET_ASIDE, Ending, Job, carried_out
from reconciler.cli.github.options import Asked, asking_options
from reconciler.cli.options import base_option
from reconciler.cli.output import save, say, show
from reconciler.declarations.load import load
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.errors import DeclarationsInvalid, Interrupted, ReconcilerError, Refused, UsageError
from reconciler.github import annotations
from reconciler.github.actions import Actions
from reconciler.github.merged import plan_file
from reconciler.github.trigger import MergeGroup, PullRequestEvent, trigger
from reconciler.github.workflow_commands import Annotation, Level
from reconciler.render import text, words
from reconciler.render.json import plan_json
from reconciler.render.pull_request.comment import COMMENT_LIMIT, SUMMARY_LIMIT, comment
from reconciler.render.pull_request.problems import failure_comment, fork_comment, problems_comment
from reconciler.render.pull_request.review import Proposed, Review

_Page = Callable[[int], str]
"""Writes a page in at most so many bytes."""


@click.command("plan", short_help="Show a pull request what its merge would change.")
@base_option
@asking_options
def command(asked: Asked, *, base: str | None) -> int:
    """Show a pull request, or a merge group, what the declarations at PATH (default: events) would change."""
    return carried_out(lambda job: _plan(job, asked, base))


def _plan(job: Job, asked: Asked, base: str | None) -> Ending:
    """Find out what the plan is for, and who may be told."""
    match trigger(job.actions.event, job.actions.payload()):
        case PullRequestEvent(from_fork=True):
            return _offline(job, asked, "a pull request from a fork gets no secrets")
        case PullRequestEvent() if job.actions.is_of_dependabot and not _opens_hubspot(job, asked):
            return _offline(job, asked, "a run that Dependabot started gets no secrets of Actions")
        case PullRequestEvent() as pull:
            return _online(job, asked, base or _base(job.actions, pull), pull.number)
        case MergeGroup() as group:
            return _online(job, asked, base or group.base_sha, None)
        case _:
            hint = "run it on pull_request or merge_group; `reconciler plan` runs anywhere"
            raise UsageError(f"there is nothing to plan on the event {job.actions.event}", hint=hint)


def _opens_hubspot(job: Job, asked: Asked) -> bool:
    return job.actions.opens_hubspot or asked.common.sandbox


def _base(actions: Actions, pull: PullRequestEvent) -> str:
    """Name what a pull request would be merged into: of its trial merge, that is the first parent."""
    return f"{actions.commit}^1" if actions.is_merge else pull.base_sha


def _offline(job: Job, asked: Asked, why: str) -> Ending:
    """Check the declarations alone; neither HubSpot nor GitHub is asked for anything."""
    try:
        declared = load(asked.settings)
    except DeclarationsInvalid as invalid:
        _tell(job, asked, None, _wrong(job, asked, invalid))
        raise
    _tell(job, asked, None, lambda limit: fork_comment(declared, _name(asked), job.links, limit))
    job.annotations.append(Annotation(Level.NOTICE, "checked offline", f"The declarations are valid; no plan: {why}."))
    show(f"{text.diagnostics(declared.diagnostics)}Valid: {words.count(len(declared.events), 'event')}; {why}.\n")
    return Ending()


def _online(job: Job, asked: Asked, base: str, number: int | None) -> Ending:
    told = number if asked.comments else None
    try:
        planned, compared = planned_by(asked, base)
    except DeclarationsInvalid as invalid:
        _tell(job, asked, told, _wrong(job, asked, invalid))
        raise
    except Interrupted:
        raise
    except ReconcilerError as error:
        _tell(job, asked, told, partial(failure_comment, error, _name(asked), job.links))
        raise
    plan = marked(planned, asked.limits)
    new = newly_refused(planned, asked.limits)
    saved = job.actions.file(plan_file(number))
    save(saved, plan_json(plan))
    job.tell_plan(plan)
    job.outputs["plan_path"] = str(saved)
    known = frozenset(new)
    job.annotations += annotations.of_findings(
        (*new, *(one for one in plan.diagnostics if _as_error(one) not in known))
    )
    show(text.plan(for_people(plan, asked.common)))
    review = Review(plan, Proposed(), _name(asked), job.links, compared, planned.seen)
    _tell(job, asked, told, lambda limit: comment(review, limit))
    if new or plan.is_invalid:
        say(f"Error: {_REFUSED}")
        return Ending(Refused.exit_code, SET_ASIDE if plan.is_invalid else REFUSED)
    return Ending()


_REFUSED = "apply would refuse a part of what this changes, as said above"


def _as_error(found: Diagnostic) -> Diagnostic:
    return replace(found, severity=Severity.ERROR)


def _wrong(job: Job, asked: Asked, invalid: DeclarationsInvalid) -> _Page:
    return lambda limit: problems_comment(invalid.diagnostics, _name(asked), job.links, limit)


def _tell(job: Job, asked: Asked, number: int | None, page: _Page) -> None:
    job.summarize(page(SUMMARY_LIMIT))
    if number is not None:
        job.comment({number: page(COMMENT_LIMIT)}, _name(asked))


def _name(asked: Asked) -> str | None:
    return asked.common.environment
