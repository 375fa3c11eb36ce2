"""One step of a job, from masking secrets to writing outputs."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from reconciler.applying.receipt import Conclusion, Receipt, Result
from reconciler.change import Create, Delete, Update
from reconciler.cli.github import annotations
from reconciler.cli.output import log_line, print_error, print_workflow_command
from reconciler.connections import load_github_connection
from reconciler.errors import (
    FELL_SHORT,
    AccessDenied,
    DeclarationsInvalid,
    Interrupted,
    ReconcilerError,
    Refused,
    Unavailable,
    UsageError,
)
from reconciler.github import workflow_commands
from reconciler.github.actions import Actions, append_to, load_actions
from reconciler.github.client import GitHub
from reconciler.github.sticky import CommentText, OldText, keep_comment
from reconciler.github.workflow_commands import Annotation, Level
from reconciler.planning.plan import Plan
from reconciler.render.pull_request.comment import SUMMARY_LIMIT
from reconciler.render.pull_request.problems import COVERED, covered_page, failed_page
from reconciler.render.pull_request.review import Links
from reconciler.render.pull_request.runs import RunEntry
from reconciler.transport.surroundings import Clock, Watch

REFUSED, SET_ASIDE, PLAN_MOVED = "refused", "set-aside", "plan-moved"
"""Failure reasons without an exception: a guard, an event that is set aside, another plan than the reviewed one."""

SECONDS_FOR_COMMENTS = 120.0
_LAST_SECONDS = 5.0
"""Time limit for the comments of a cancelled run: GitHub kills it after ten seconds."""
_REASONS: Mapping[type[ReconcilerError], str] = {
    DeclarationsInvalid: "declarations-invalid",
    AccessDenied: "access-denied",
    Refused: REFUSED,
    Unavailable: "unavailable",
    UsageError: "usage",
    Interrupted: "interrupted",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a step ends; `reason` is the `failure_reason` output, empty on success."""

    exit_code: int = 0
    reason: str = ""


def seconds_for_comments(cause: ReconcilerError | None) -> float:
    """Return the time limit for the comments of a run that ended for this reason."""
    return _LAST_SECONDS if isinstance(cause, Interrupted) else SECONDS_FOR_COMMENTS


def reason_of(error: ReconcilerError) -> str:
    """Return the `failure_reason` of an error."""
    if isinstance(error, OldText):
        return reason_of(error.cause)
    return next((reason for kind, reason in _REASONS.items() if isinstance(error, kind)), "error")


@dataclass(slots=True)
class Job:
    """One step of a workflow run, with the annotations and outputs that it collects."""

    actions: Actions
    annotations: list[Annotation] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)

    summarized: bool = False
    """Whether people find a page in the summary that says how the step ended."""
    old_text: OldText | None = None
    """The last comment that should have been replaced and was not."""
    ending: Ending | None = None
    """The ending, once it is certain; it holds even if a later report to people fails."""

    @property
    def links(self) -> Links:
        """The URLs of the run and of the files of its commit."""
        actions = self.actions
        return Links(actions.repository_url, actions.sha, actions.run_url, runbook=actions.runbook_url)

    def end(self, ending: Ending) -> None:
        """Set how the step ends; it holds even if reporting to people fails afterwards."""
        self.ending = ending

    def summarize(self, page: str) -> None:
        """Add a page to the summary of the job."""
        append_to(self.actions.summary, f"{page}\n")
        self.summarized = True

    def summarize_failure(self, error: ReconcilerError, environment: str | None = None) -> None:
        """Add why the step ended to the summary, unless a page says so already."""
        if not self.summarized and self.ending is None:
            with suppress(ReconcilerError):  # the log says it too
                self.summarize(failed_page(error, reason_of(error), environment, self.links, SUMMARY_LIMIT))

    def run_entry(self, now: datetime, did: str) -> RunEntry | None:
        """Return what this attempt of the run did, for the list in a comment; None if the run has no number."""
        if not self.actions.run_id.isdecimal():
            return None
        attempt = self.actions.attempt
        return RunEntry(now, int(self.actions.run_id), int(attempt) if attempt.isdecimal() else 1, did)

    def output_plan(self, plan: Plan) -> None:
        """Set the outputs with a plan's counts and digest for later steps."""
        self.outputs |= {
            "changes": "false" if plan.is_empty else "true",
            "to_create": str(plan.count(Create)),
            "to_update": str(plan.count(Update)),
            "to_delete": str(plan.count(Delete)),
            "orphaned": "" if plan.orphaned is None else str(plan.orphaned),
            "digest": plan.digest,
        }

    def comment(
        self, bodies: Mapping[int, CommentText], environment: str | None, *, seconds: float = SECONDS_FOR_COMMENTS
    ) -> None:
        """Write the comment on each pull request; a failure is only a warning, as the run does not depend on it."""
        if not bodies:
            return
        try:
            with self.github(seconds) as github:
                for number, body in bodies.items():
                    self._stick(github, number, environment, body)
        except Interrupted:
            raise
        except ReconcilerError as error:
            self._without_comment(error)

    def _stick(self, github: GitHub, number: int, environment: str | None, body: CommentText) -> None:
        try:
            keep_comment(github, number, environment, body, self.actions.repository_url)
        except Interrupted:
            raise
        except OldText as error:
            self.old_text = error
            self._without_comment(error)
        except ReconcilerError as error:
            self._without_comment(error)

    def _without_comment(self, error: ReconcilerError) -> None:
        self.annotations.append(annotations.warned("no comment on the pull request", error))
        log_line(f"No comment on the pull request: {error.message}")

    def github(self, seconds: float, watch: Watch = Watch()) -> GitHub:
        """Return a client for GitHub with this time limit in seconds."""
        return GitHub(load_github_connection(), timeout=seconds, clock=Clock(), watch=watch)


def carried_out(work: Callable[[Job], Ending]) -> int:
    """Run a step: mask secrets, do its work, write annotations and outputs; the one place that catches its errors."""
    job = Job(load_actions())
    _write(line for secret in job.actions.secrets for line in workflow_commands.masks(secret.reveal()))
    try:
        ending = work(job)
    except ReconcilerError as error:
        print_error(error)
        job.annotations += annotations.of_error(error)
        if not isinstance(error, Interrupted):  # most often a newer run has taken this one's place
            job.summarize_failure(error)
        ending = job.ending or Ending(error.exit_code, reason_of(error))
    _write(workflow_commands.annotations(job.annotations))
    job.outputs |= {"exit_code": str(ending.exit_code), "failure_reason": ending.reason}
    entries = (workflow_commands.output(name, value, secrets.token_hex(16)) for name, value in job.outputs.items())
    append_to(job.actions.output, "".join(entries))
    return ending.exit_code


def covered(job: Job, later: str, environment: str | None) -> Ending:
    """End a step in whose place a run of a later commit has done everything."""
    page = covered_page(later, environment, job.links)
    job.summarize(page)
    job.annotations.append(Annotation(Level.NOTICE, "nothing to do", f"{COVERED}: {later[:10]}"))
    log_line(f"{COVERED}: {later[:10]}")
    return Ending()


def _write(lines: Iterable[str]) -> None:
    for line in lines:
        print_workflow_command(line)


def ending_of(receipt: Receipt, left: Sequence[Result]) -> Ending:
    """Return how the step ends."""
    if reason := _reason(receipt):
        return Ending(receipt.exit_code, reason)
    if left:
        return Ending(FELL_SHORT if receipt.written else Refused.exit_code, "not-reviewed")
    return Ending()


def _reason(receipt: Receipt) -> str:
    """Return the `failure_reason` of a receipt; empty if the run did everything."""
    conclusion = receipt.conclusion
    match conclusion:
        case Conclusion.FULFILLED:
            return ""
        case Conclusion.ENDED_EARLY:
            return "error" if receipt.cause is None else reason_of(receipt.cause)
        case Conclusion.SET_ASIDE | Conclusion.SET_ASIDE_IN_PART:
            return SET_ASIDE
        case Conclusion.REFUSED | Conclusion.REFUSED_IN_PART:
            return REFUSED
        case Conclusion.MOVED:
            return PLAN_MOVED
        case Conclusion.FELL_SHORT:
            return "failed-in-part"
        case _:
            assert_never(conclusion)
