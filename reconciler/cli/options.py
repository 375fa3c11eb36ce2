"""The options that every command has."""

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler import __version__
from reconciler.cli.output import print_error
from reconciler.errors import DeclarationsInvalid, ReconcilerError, Refused

MOST_SECONDS = 7 * 24 * 3600.0
"""The largest value of `--timeout`, in seconds: an infinite one would be no limit."""

Function = Callable[..., Any]

DEFAULT_TIMEOUT = 1800.0
"""Seconds that a run may take: an apply of thousands of events needs many minutes at HubSpot's rate limit."""


@dataclass(frozen=True, slots=True)
class Common:
    """The values of the common options; None if an option was not given."""

    environment: str | None = None
    api_version: str | None = None
    timeout: float | None = None
    quiet: bool = False
    verbose: bool = False
    sandbox: bool = False
    sandbox_db: Path | None = None
    sandbox_seed: Path | None = None
    sandbox_date: datetime | None = None

    def overridden_by(self, nearer: "Common") -> "Common":
        """Return these options, overridden by those that were given after the command's name."""
        given = {name: value for name in self.__slots__ if (value := getattr(nearer, name)) not in (None, False)}
        return replace(self, **given)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the program: its clock, and the common options given before the command's name."""

    now: Callable[[], datetime]
    common: Common = Common()

    def with_common(self, nearer: Common) -> "Call":
        """Return this call with the options given after the command's name; `--sandbox-date` sets its clock."""
        common = self.common.overridden_by(nearer)
        date = common.sandbox_date if common.sandbox else None
        return replace(self, common=common, now=self.now if date is None else lambda: date)


def _number(ctx: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """Refuse `nan`, which passes every range check."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("it is not a number", ctx, parameter)
    return value


def parsed_day(ctx: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """Parse a date as its midnight in UTC."""
    if value is None:
        return None
    with suppress(ValueError):
        moment = datetime.fromisoformat(value)
        if moment.date().isoformat() == value:  # `fromisoformat` reads other forms of ISO 8601 too
            return moment.replace(tzinfo=UTC)
    raise click.BadParameter(f"{value!r} is not a date such as 2027-02-01", ctx, parameter)


def _environments(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Return the environments that the settings name, for a shell to complete."""
    from reconciler.declarations.settings import load_settings  # noqa: PLC0415  (slow to load; only a shell needs it)

    # While an option lacks its value, click leaves what stands before it among the arguments that are left over.
    path = next(iter(ctx.args), ctx.params.get("path") or "events")
    with suppress(ReconcilerError):
        settings = load_settings(Path(path), environment=None, api_version=None)
        return [name for name in settings.environments if name.startswith(incomplete)]
    return []


def _api_versions(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Return the versions of HubSpot's API, for a shell to complete."""
    from reconciler.declarations.keys.readers import API_VERSIONS  # noqa: PLC0415  (as above)

    return [version for version in API_VERSIONS if version.startswith(incomplete)]


_FILE = click.Path(path_type=Path, dir_okay=False)
_SECONDS = click.FloatRange(min=0, min_open=True, max=MOST_SECONDS)
_COMMON: Mapping[str, Mapping[str, Any]] = {
    "env": {
        "metavar": "NAME",
        "help": "Environment of the settings to use.",
        "shell_complete": _environments,
    },
    "api-version": {
        "metavar": "V",
        "help": "Version of HubSpot's API, such as 2026-03.",
        "shell_complete": _api_versions,
    },
    "timeout": {
        "type": _SECONDS,
        "callback": _number,
        "metavar": "SECONDS",
        "help": "Time limit for the whole run.",
    },
    "quiet": {"is_flag": True, "help": "Show no progress."},
    "verbose": {"is_flag": True, "help": "Log each request and show all details."},
    "sandbox": {"is_flag": True, "help": "Use a local HubSpot instead of the real one."},
    "sandbox-db": {"type": _FILE, "metavar": "FILE", "help": "Database of the local HubSpot."},
    "sandbox-seed": {"type": _FILE, "metavar": "FILE", "help": "First contents of a new database, as JSON."},
    "sandbox-date": {
        "callback": parsed_day,
        "metavar": "YYYY-MM-DD",
        "help": "With --sandbox: run as if today were this day.",
    },
}
_NAMES = {"env": "environment"}
"""The parameters that are not called as their options are."""


def _options(*, twins: bool) -> list[Callable[[Function], Function]]:
    """Return the common options; with `twins`, each is also read from its environment variable.

    Only the program has the twins, so that an option given anywhere on the command line wins over them.
    """
    options: list[Callable[[Function], Function]] = []
    for option, settings in _COMMON.items():
        name = option.replace("-", "_")
        twin = f"RECONCILER_{name.upper()}" if twins else None
        options.append(click.option(f"--{option}", _NAMES.get(option, name), envvar=twin, **settings))
    return options


def common_options(function: Function) -> Function:
    """Add the common options to the program itself, with their environment twins."""
    return _as_common(function, _options(twins=True))


def command_options(function: Function) -> Function:
    """Add the common options to a command; they win over those given to the program."""

    @wraps(function)
    def merged(*arguments: Any, common: Common, **options: Any) -> Any:
        context = click.get_current_context()
        context.obj = context.obj.with_common(common)
        try:
            return function(*arguments, common=context.obj.common, **options)
        except (DeclarationsInvalid, Refused) as error:
            if not context.obj.common.verbose:
                raise  # printed in brief by `run`, which prints all errors
            from reconciler.render.listing import in_full  # noqa: PLC0415  (slow to load; only a mistake needs it)

            print_error(error, in_full)
            return error.exit_code

    version = click.version_option(__version__, "--version", message="reconciler %(version)s")
    return version(_as_common(merged, _options(twins=False)))


def _as_common(function: Function, options: list[Callable[[Function], Function]]) -> Function:
    @wraps(function)
    def collected(*arguments: Any, **given: Any) -> Any:
        common = Common(**{name: given.pop(name) for name in Common.__slots__})
        return function(*arguments, common=common, **given)

    decorated: Function = collected
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


base_option = click.option(
    "--base", metavar="REF", help="Commit to compare with: tells edits of the files from edits in HubSpot."
)

warnings_option = click.option(
    "--warnings-as-errors", is_flag=True, help="Exit with 3 if there is advice that is not silenced."
)
