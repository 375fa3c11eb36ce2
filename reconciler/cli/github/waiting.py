"""What was applied last, beside the base of a pull request: what lies between them is merged and waits."""

from dataclasses import replace

from reconciler.cli.github.job import Job
from reconciler.cli.inputs import base_at
from reconciler.cli.output import log_line
from reconciler.declarations.base import Base
from reconciler.declarations.settings import Settings
from reconciler.errors import Interrupted, ReconcilerError, UsageError
from reconciler.github.applied import APPLY, Line, applied_last
from reconciler.github.client import GitHub
from reconciler.github.records import Ancestry
from reconciler.github.trigger import default_branch
from reconciler.github.workflow_commands import Annotation, Level

_SECONDS = 60.0
"""Time limit for finding the commit that was applied last: a plan can do without it."""
_UNKNOWN = "What is merged and waits to be applied cannot be told from what was changed in HubSpot"
_NEVER = (
    f"no run of {APPLY} on the default branch is known to have ended well; "
    "if one has, give this job the permission actions: read"
)


def with_last_apply(job: Job, settings: Settings, base: Base) -> Base:
    """Return the base with the declarations of the last apply; without them, and with a notice, if they are unknown."""
    if not base.known or base.commit is None:
        return base
    try:
        return replace(base, applied=_last_apply(job, settings, base.commit))
    except Interrupted:
        raise
    except ReconcilerError as error:
        hint = "" if error.hint is None else f" ({error.hint})"
        why = f"{_UNKNOWN}: {error.message}{hint}"
    job.annotations.append(Annotation(Level.NOTICE, "the last apply is not known", why))
    log_line(why)
    return base


def _last_apply(job: Job, settings: Settings, base: str) -> Base | None:
    """Return what was applied last, or None if the base is no newer; raise `ReconcilerError` if it is not known."""
    branch = default_branch(job.actions.payload())
    with job.github(_SECONDS) as github:
        commit = applied_last(github, Line(job.actions.repository, branch, APPLY))
        if commit is None:
            raise UsageError(_NEVER)
        if commit == base or not _comes_after(github, commit, base):
            return None
    applied = base_at(settings, commit)
    if not applied.known:
        raise UsageError("; ".join(found.message for found in applied.diagnostics))
    return applied


def _comes_after(github: GitHub, applied: str, base: str) -> bool:
    """Return whether the base, not the apply, comes last; raise `UsageError` if neither does."""
    ancestry = github.ancestry(applied, base)
    if ancestry not in {Ancestry.AHEAD, Ancestry.BEHIND}:
        raise UsageError(f"commit {applied[:10]}, which was applied last, is not part of the base {base[:10]}")
    return ancestry is Ancestry.AHEAD
