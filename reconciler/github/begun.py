"""Whether a run that did not succeed may have written to HubSpot, by what became of its jobs."""

from reconciler.errors import Rejected
from reconciler.github.client import GitHub
from reconciler.github.records import Run, RunJob

PREVIEW = "preview"
"""The job of the applying workflow that only shows what it would do."""
_ENDED_OUTSIDE = ("cancelled", "failure")
"""Conclusions of a job that never began: while it was queued, it was cancelled, or its approval was refused."""


def may_have_written(github: GitHub, run: Run) -> bool:
    """Return whether a job of any attempt of the run has begun that may write; in doubt it has."""
    try:
        jobs = github.jobs(run.id)
    except Rejected:
        return True
    if not jobs:  # a run that waits for another one has none yet
        return run.conclusion != "cancelled"
    return any(job.name != PREVIEW and _may_have_begun(job) for job in jobs)


def _may_have_begun(job: RunJob) -> bool:
    if job.conclusion == "skipped":
        return False
    return job.conclusion not in _ENDED_OUTSIDE or job.steps != 0 or bool(job.runner)
