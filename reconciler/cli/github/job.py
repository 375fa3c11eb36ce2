"""One step of a job: from masking secrets to writing outputs, with how it ends."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.applying.guard import ApprovedPlan
from reconciler.applying.receipt import INVALID, Outcome, Receipt, Result
from reconciler.change import Create, Delete, Origin, Update
from reconciler.cli.output import complain, instruct, say
from reconciler.connections import load_github_connection
from reconciler.errors import (
    AccessDenied,
    DeclarationsInvalid,
    Interrupted,
    ReconcilerError,
    Refused,
    Unavailable,
    UsageError,
)
from reconciler.github import annotations, workflow_commands
from reconciler.github.actions import Actions, append_to, load_actions
from reconciler.github.client import GitHub
from reconciler.github.sticky import keep_comment
from reconciler.github.workflow_commands import Annotation
from reconciler.planning.plan import Plan
from reconciler.render.pull_request.review import Links
from reconciler.transport.surroundings import Clock, Watch

REFUSED, SET_ASIDE = "refused", "set-aside"
"""Reasons that need no error: a guard refused what was to run, or an event could not be planned."""

_SECONDS_FOR_COMMENTS = 120.0
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
    """How a step ends; `reason` is one word for machines, empty where all went well."""

    exit_code: int = 0
    reason: str = ""


def reason_of(error: ReconcilerError) -> str:
    """Give the one word for what went wrong."""
    return next((word for kind, word in _REASONS.items() if isinstance(error, kind)), "error")


@dataclass(slots=True)
class Job:
    """What a step knows of its run, and what it will leave behind."""

    actions: Actions
    annotations: list[Annotation] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)

    ending: Ending | None = None
    """How it ended, where something after that was cut short."""

    @property
    def links(self) -> Links:
        """Where the run and the files of its commit are to be seen."""
        return Links(self.actions.repository_url, self.actions.sha, self.actions.run_url)

    def end(self, ending: Ending) -> None:
        """Take note of how the step ends, whatever comes after: what is told to people may be cut short."""
        self.ending = ending

    def summarize(self, page: str) -> None:
        """Show a page as the summary of the run."""
        append_to(self.actions.summary, f"{page}\n")

    def tell_plan(self, plan: Plan) -> None:
        """Give later steps what a plan would do, in figures."""
        self.outputs |= {
            "changes": "false" if plan.is_empty else "true",
            "to_create": str(plan.count(Create)),
            "to_update": str(plan.count(Update)),
            "to_delete": str(plan.count(Delete)),
            "orphaned": str(plan.orphaned or 0),
            "digest": plan.digest,
        }

    def comment(
        self, bodies: Mapping[int, str], environment: str | None, *, seconds: float = _SECONDS_FOR_COMMENTS
    ) -> None:
        """Tell pull requests, each its text; where that fails it is a warning, for the run does not depend on it."""
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

    def _stick(self, github: GitHub, number: int, environment: str | None, body: str) -> None:
        try:
            keep_comment(github, number, environment, body)
        except Interrupted:
            raise
        except ReconcilerError as error:
            self._without_comment(error)

    def _without_comment(self, error: ReconcilerError) -> None:
        self.annotations.append(annotations.warned("no comment on the pull request", error))
        say(f"No comment on the pull request: {error.message}")

    def github(self, seconds: float, watch: Watch = Watch()) -> GitHub:
        """Open the way to GitHub for so many seconds."""
        return GitHub(load_github_connection(), timeout=seconds, clock=Clock(), watch=watch)


def carried_out(work: Callable[[Job], Ending]) -> int:
    """Do a step's work between masks and outputs; the one place that catches its errors."""
    job = Job(load_actions())
    _write(line for secret in job.actions.secrets for line in workflow_commands.masks(secret.reveal()))
    try:
        ending = work(job)
    except ReconcilerError as error:
        complain(error)
        job.annotations += annotations.of_error(error)
        ending = job.ending or Ending(error.exit_code, reason_of(error))
    _write(workflow_commands.annotations(job.annotations))
    job.outputs |= {"exit_code": str(ending.exit_code), "failure_reason": ending.reason}
    entries = (workflow_commands.output(name, value, secrets.token_hex(16)) for name, value in job.outputs.items())
    append_to(job.actions.output, "".join(entries))
    return ending.exit_code


def _write(lines: Iterable[str]) -> None:
    for line in lines:
        instruct(line)


def left_unreviewed(approved: ApprovedPlan) -> list[Result]:
    """Give what the files ask for, or may ask for, and no plan that counts shows; drift in HubSpot is none of it."""
    return [
        result
        for result in approved.selection.not_approved
        if result.outcome is Outcome.NOT_ATTEMPTED and result.change.origin is not Origin.HUBSPOT
    ]


def ending_of(receipt: Receipt, left: Sequence[Result]) -> Ending:
    """Tell how the step ends."""
    if receipt.exit_code:
        return Ending(receipt.exit_code, _reason(receipt))
    if left:
        return Ending(6 if receipt.written else 5, "not-reviewed")
    return Ending()


def _reason(receipt: Receipt) -> str:
    if receipt.cause is not None and receipt.exit_code == receipt.cause.exit_code:
        return reason_of(receipt.cause)
    if receipt.exit_code == INVALID:
        return SET_ASIDE
    if receipt.exit_code == Refused.exit_code:
        return REFUSED
    if receipt.cause is not None or receipt.verified != ():
        return "failed-in-part"
    short = {result.outcome for result in receipt.results if result.fell_short}
    if short:
        return "plan-moved" if short == {Outcome.REFUSED} else "failed-in-part"
    return SET_ASIDE if receipt.is_invalid else REFUSED
