"""What a plan is held against: a saved plan, a commit."""

from pathlib import Path

from reconciler.connections import git_environment
from reconciler.declarations.as_of import load_base
from reconciler.declarations.base import NO_BASE, Base
from reconciler.declarations.settings import Settings
from reconciler.errors import SavedPlanInvalid, UsageError
from reconciler.planning.plan import Plan
from reconciler.render.saved import read_plan

LARGEST_PLAN = 256 * 1024 * 1024


def base_at(settings: Settings, ref: str | None) -> Base:
    """Read the declarations as of a commit, where one was given; `UsageError` where it is not there."""
    return NO_BASE if ref is None else load_base(settings, ref, git_environment())


def saved_plan(file: Path) -> Plan:
    """Read a saved plan; `UsageError` where there is no such file, `SavedPlanInvalid` where it is no plan."""
    try:
        return read_plan(_content(file).decode())
    except UnicodeDecodeError as error:
        raise SavedPlanInvalid(f"{file}: this is not a saved plan: it is not UTF-8") from error
    except SavedPlanInvalid as error:
        raise SavedPlanInvalid(f"{file}: {error.message}", hint=error.hint) from error


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_PLAN + 1)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    if len(content) > LARGEST_PLAN:
        raise SavedPlanInvalid("it is too large for a saved plan")
    return content
