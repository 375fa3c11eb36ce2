"""The inputs of a plan or apply: a base commit, saved plans, limits."""

from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler.applying.guard import Limits
from reconciler.cli.options import Function
from reconciler.connections import git_environment
from reconciler.declarations.as_of import load_base
from reconciler.declarations.base import NO_BASE, Base
from reconciler.declarations.settings import Settings
from reconciler.errors import SavedPlanInvalid, UsageError
from reconciler.planning.plan import Plan
from reconciler.render.saved import read_plan

LARGEST_PLAN = 256 * 1024 * 1024
"""The largest saved plan that is read, in bytes."""


def base_at(settings: Settings, ref: str | None) -> Base:
    """Read the declarations of the `--base` commit, if one is given; raise `UsageError` if it does not exist."""
    return NO_BASE if ref is None else load_base(settings, ref, git_environment())


def saved_plan(file: Path) -> Plan:
    """Read a saved plan; raise `UsageError` if the file cannot be read, `SavedPlanInvalid` if it is not a plan."""
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


def limit_options(function: Function) -> Function:
    """Add `--max-deletes` and `--max-registrants` to a command, which gets them as `limits`."""

    @wraps(function)
    def collected(*arguments: Any, max_deletes: int | None, max_registrants: int | None, **options: Any) -> Any:
        return function(*arguments, limits=Limits(max_deletes, max_registrants), **options)

    number = click.IntRange(min=0)
    people = click.option(
        "--max-registrants",
        type=number,
        metavar="N",
        help="Maximum number of registrants on those, and on absent events [0].",
    )
    orphans = click.option(
        "--max-deletes", type=number, metavar="N", help="Maximum number of orphans that apply may delete or cancel [0]."
    )
    decorated: Function = orphans(people(collected))
    return decorated
