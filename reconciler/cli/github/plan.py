"""`reconciler github plan`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import assert_never

import click

from reconciler.advice.report import Scope, advised
from reconciler.applying.guard import marked, newly_refused
from reconciler.cli.formats import for_people
from reconciler.cli.github import annotations
from reconciler.cli.github.hubspot import planned_against
from reconciler.cli.github.job import PLAN_MOVED, REFUSED, SECONDS_FOR_COMMENTS, SET_ASIDE, Ending, Job, carried_out
from reconciler.cli.github.merged_step import for_merged
from reconciler.cli.github.moved import moved_since_review
from reconciler.cli.github.options import StepOptions, allow_unreviewed_option, step_options
from reconciler.cli.github.preview import preview
from reconciler.cli.github.waiting import with_last_apply
from reconciler.cli.inputs import base_at
from reconciler.cli.options import base_option
from reconciler.cli.output import log_line, print_result, save
from reconciler.declarations.load import load
from reconciler.declarations.settings import Settings
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.errors import DeclarationsInvalid, Interrupted, ReconcilerError, Refused, UsageError
from reconciler.event import Declared
from reconciler.github.actions import Actions
from reconciler.github.sticky import CommentText
from reconciler.github.stored_plans import plan_file
from reconciler.github.trigger import Dispatched, MergeGroup, PullRequestEvent, Push, default_branch, trigger
from reconciler.github.workflow_commands import Annotation, Level
from reconciler.pipeline import with_advice
from reconciler.planning.plan import Planned
from reconciler.render import phrases, text
from reconciler.render.json import plan_json
from reconciler.render.pull_request.comment import COMMENT_LIMIT, SUMMARY_LIMIT, comment
from reconciler.render.pull_request.problems import failure_comment, fork_comment, problems_comment
from reconciler.render.pull_request.review import Links, Proposed, Review
from reconciler.render.pull_request.target import applies_nothing
from reconciler.render.pull_request.unreviewed import moved_note

_Page = Callable[[Links, int], str]
"""Renders a page with links, in at most so many bytes."""


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
@allow_unreviewed_option
@step_options
def command(options: StepOptions, *, base: str | None, allow_unreviewed: bool) -> int:
    """Show what merging a pull request would change, by its declarations at PATH (default: events).

    It runs on pull_request and merge_group. The check fails if `github apply` would refuse a change that this pull
    request makes. Where GitHub gives no secrets (forks, Dependabot), only the declarations are checked.

    On push to the default branch, or by workflow_dispatch there, it shows what `github apply` would do with what was
    merged, before anybody is asked to approve it. The output `to_apply` is false if there is nothing to do.

    Nothing is written to HubSpot.

    Exit codes: 0 planned, 3 the declarations are wrong, 4 token refused, 5 wrong portal, a change would be refused or
    an event cannot be planned, 7 HubSpot cannot be reached.
    """
    return carried_out(lambda job: _plan(job, options, base, allow_unreviewed=allow_unreviewed))


def _plan(job: Job, options: StepOptions, base: str | None, *, allow_unreviewed: bool) -> Ending:
    """Choose what to plan by what triggered the run."""
    match trigger(job.actions.event, job.actions.payload()):
        case Push() | Dispatched():
            if base is not None:
                raise UsageError("--base is for pull requests: after a merge, the base is what was applied last")
            return for_merged(job, options, preview, allow_unreviewed=allow_unreviewed)
        case PullRequestEvent() | MergeGroup() as proposed:
            if allow_unreviewed:
                raise UsageError(
                    "--allow-unreviewed is for what was merged: on a pull request the plan is for the review"
                )
            return _proposed(job, options, proposed, base)
        case _:
            hint = "run it on pull_request, merge_group or push; `reconciler plan` runs anywhere"
            raise UsageError(f"event {job.actions.event} is not supported by `github plan`", hint=hint)


def _proposed(job: Job, options: StepOptions, proposed: PullRequestEvent | MergeGroup, base: str | None) -> Ending:
    """Plan a pull request, or what a merge queue tries."""
    match proposed:
        case PullRequestEvent(from_fork=True) as pull:
            why = "a pull request from a fork gets no secrets"
            return _offline(_Check(job, options, pull), base or _base(job.actions, pull), why)
        case PullRequestEvent() as pull if job.actions.is_of_dependabot and not _opens_hubspot(job, options):
            why = "a run that Dependabot started gets no secrets of Actions"
            return _offline(_Check(job, options, pull), base or _base(job.actions, pull), why)
        case PullRequestEvent() as pull:
            return _online(_Check(job, options, pull, options.comments), base or _base(job.actions, pull))
        case MergeGroup() as group:
            return _online(_Check(job, options, group), base or group.base_sha)
        case _:
            assert_never(proposed)


def _opens_hubspot(job: Job, options: StepOptions) -> bool:
    return job.actions.opens_hubspot or options.common.sandbox


def _base(actions: Actions, pull: PullRequestEvent) -> str:
    """Return the commit that a pull request would be merged into: the first parent of its trial merge."""
    return f"{actions.commit}^1" if actions.is_merge else pull.base_sha


@dataclass(frozen=True, slots=True)
class _Check:
    """A check of a pull request, or of a merge queue's trial."""

    job: Job
    options: StepOptions
    proposed: PullRequestEvent | MergeGroup
    comments: bool = False

    @property
    def pull(self) -> PullRequestEvent | None:
        return self.proposed if isinstance(self.proposed, PullRequestEvent) else None

    @property
    def environment(self) -> str | None:
        return self.options.common.environment

    @property
    def links(self) -> Links:
        return self.job.links if self.pull is None else replace(self.job.links, head=self.pull.head_sha)

    @property
    def remark(self) -> str:
        """A note on a pull request into another branch than the one that is applied; else empty."""
        applied = default_branch(self.job.actions.payload())
        target = applied if self.pull is None else self.pull.base_ref
        return "" if target == applied else applies_nothing(target, applied)

    def publish(self, page: _Page) -> None:
        """Write a page into the summary, and into the comment if there is one."""
        self.job.summarize(page(self.links, SUMMARY_LIMIT))
        if self.pull is not None and self.comments:
            links = replace(self.links, is_outdated=_has_newer_commit(self.job, self.pull))
            self.job.comment({self.pull.number: CommentText(page(links, COMMENT_LIMIT))}, self.environment)

    def publish_problems(self, invalid: DeclarationsInvalid) -> None:
        """Write what is wrong with the declarations."""
        self.publish(lambda links, limit: problems_comment(invalid.diagnostics, self.environment, links, limit))


def _has_newer_commit(job: Job, pull: PullRequestEvent) -> bool:
    """Return whether something was pushed since the run was triggered, as far as GitHub says."""
    try:
        with job.github(SECONDS_FOR_COMMENTS) as github:
            newest = github.pull_request(pull.number)
    except Interrupted:
        raise
    except ReconcilerError:  # writing the comment will meet it too
        return False
    return newest is not None and newest.head_sha != pull.head_sha


def _offline(check: _Check, base: str, why: str) -> Ending:
    """Check only the declarations, without any request to HubSpot or GitHub."""
    try:
        settings = check.options.settings
        declared = _with_advice(load(settings), settings, base, check.options.now())
    except DeclarationsInvalid as invalid:
        check.publish_problems(invalid)
        raise
    check.publish(lambda links, limit: fork_comment(declared, check.environment, links, limit))
    check.job.annotations += annotations.of_findings(declared.diagnostics)
    notice = Annotation(Level.NOTICE, "checked offline", f"The declarations are valid; no plan: {why}.")
    check.job.annotations.append(notice)
    print_result(
        f"{text.diagnostics(declared.diagnostics)}Valid: {phrases.count(len(declared.events), 'event')}; {why}.\n"
    )
    return Ending()


def _with_advice(declared: Declared, settings: Settings, ref: str, now: datetime) -> Declared:
    """Add advice on what the pull request touches; none where its base is not there to compare with."""
    try:
        base = base_at(settings, ref)
    except UsageError:
        return declared
    scope = Scope(base.is_touched, silence=settings.silence)
    return replace(declared, diagnostics=advised(declared.diagnostics, declared, now, scope))


def _online(check: _Check, base: str) -> Ending:
    try:
        settings = check.options.settings
        past = with_last_apply(check.job, settings, base_at(settings, base))
        planned = planned_against(check.options, settings, past)
    except DeclarationsInvalid as invalid:
        check.publish_problems(invalid)
        raise
    except Interrupted:
        raise
    except ReconcilerError as error:
        failure = error
        check.publish(lambda links, limit: failure_comment(failure, check.environment, links, limit))
        raise
    planned = with_advice(planned, check.options.now(), past, settings.silence)
    return _planned(check, planned, compared=past.known)


def _planned(check: _Check, planned: Planned, *, compared: bool) -> Ending:
    """Save and show a plan; fail if an apply would not do what this pull request brings."""
    job, options = check.job, check.options
    plan = marked(planned, options.limits)
    new = newly_refused(planned, options.limits)
    saved = job.actions.file(plan_file(None if check.pull is None else check.pull.number))
    save(saved, plan_json(plan))
    job.output_plan(plan)
    job.outputs["plan_path"] = str(saved)
    known = frozenset(new)
    job.annotations += annotations.of_findings(
        (*new, *(diagnostic for diagnostic in plan.diagnostics if _as_error(diagnostic) not in known))
    )
    print_result(text.plan(for_people(plan, options.common)))
    moved = moved_since_review(job, check.proposed, plan, check.environment)
    remark = "\n".join(filter(None, (moved_note(moved) if moved else "", check.remark)))
    proposed = partial(Review, plan, Proposed(), check.environment, compared=compared, seen=planned.seen, remark=remark)
    check.publish(lambda links, limit: comment(proposed(links=links), limit))
    if job.old_text is not None:
        raise job.old_text
    if new or plan.is_invalid:
        log_line(f"Error: {_REFUSED}")
        return Ending(Refused.exit_code, SET_ASIDE if plan.is_invalid else REFUSED)
    if moved:
        log_line(f"Error: {moved}")
        job.annotations.append(Annotation(Level.ERROR, "another plan was reviewed", moved))
        return Ending(Refused.exit_code, PLAN_MOVED)
    return Ending()


_REFUSED = "apply would not do all of this, as listed above"


def _as_error(diagnostic: Diagnostic) -> Diagnostic:
    return replace(diagnostic, severity=Severity.ERROR)
