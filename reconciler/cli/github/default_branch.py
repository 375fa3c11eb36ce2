"""The commit of the default branch that a step applies or checks for drift."""

from dataclasses import dataclass

from reconciler.cli.github.job import Job
from reconciler.errors import UsageError
from reconciler.github.trigger import Dispatched, Push, Scheduled, default_branch, trigger

_HINT = "run the workflow on the default branch only"


@dataclass(frozen=True, slots=True)
class Tip:
    """A commit at the end of the default branch."""

    branch: str
    commit: str
    before: str | None = None
    """The commit before the push; None if it is not known."""
    by_hand: bool = False
    """Whether a person started the run."""


def to_apply(job: Job) -> Tip:
    """Return the commit to apply; raise `UsageError` unless it is a push or a manual run on the default branch."""
    match trigger(job.actions.event, payload := job.actions.payload()):
        case Push(is_default_branch=True) as push:
            return Tip(push.branch, push.after, push.before)
        case Dispatched():
            return _by_hand(job, payload)
        case _:
            hint = "run it on push to the default branch, or by workflow_dispatch there"
            raise UsageError(f"event {job.actions.event} on {job.actions.ref} brings nothing to apply", hint=hint)


def to_watch(job: Job) -> Tip:
    """Return the commit to check for drift.

    Raises `UsageError` unless the run was scheduled, or started by hand on the default branch.
    """
    match trigger(job.actions.event, payload := job.actions.payload()):
        case Scheduled():  # GitHub runs schedules only on the default branch
            return Tip(job.actions.branch, job.actions.commit)
        case Dispatched():
            return _by_hand(job, payload)
        case _:
            hint = "run it on schedule or workflow_dispatch"
            raise UsageError(f"event {job.actions.event} is not supported by `github drift`", hint=hint)


def _by_hand(job: Job, payload: str) -> Tip:
    if job.actions.branch != default_branch(payload):
        raise UsageError(f"{job.actions.branch} is not the default branch", hint=_HINT)
    return Tip(job.actions.branch, job.actions.commit, by_hand=True)
