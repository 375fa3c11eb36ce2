"""The options of the commands for GitHub Actions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler.applying.guard import Limits
from reconciler.cli.inputs import limit_options
from reconciler.cli.options import Call, Common, Function, command_options
from reconciler.cli.settings import settings_at
from reconciler.declarations.settings import Settings


@dataclass(frozen=True, slots=True)
class StepOptions:
    """The options of one step, with its clock."""

    path: Path
    common: Common
    now: Callable[[], datetime]
    limits: Limits
    comments: bool

    @property
    def settings(self) -> Settings:
        """The settings for the path; raises what `load_settings` raises."""
        return settings_at(self.path, self.common)


def path_options(function: Function) -> Function:
    """Add PATH and the common options to a command."""
    path = click.argument("path", default="events", type=click.Path(path_type=Path))
    decorated: Function = path(command_options(function))
    return decorated


def step_options(function: Function) -> Function:
    """Add the options of plan and apply to a command, which gets them as one `StepOptions`."""

    @wraps(function)
    def collected(
        call: Call,
        /,
        path: Path,
        *,
        common: Common,
        limits: Limits,
        comments: bool,
        **others: Any,
    ) -> Any:
        options = StepOptions(path, common, call.now, limits, comments)
        return function(options, **others)

    comments = click.option("--comment/--no-comment", "comments", default=True, help="Comment on pull requests [yes].")
    decorated: Function = limit_options(comments(path_options(click.pass_obj(collected))))
    return decorated


allow_unreviewed_option = click.option(
    "--allow-unreviewed", is_flag=True, help="Also apply changes that no merged plan shows."
)
"""What a person allows who starts the workflow by hand."""
