"""The options that every command knows."""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler import __version__
from reconciler.cli.output import complain
from reconciler.errors import DeclarationsInvalid, Refused
from reconciler.render.listing import in_full

MOST_SECONDS = 7 * 24 * 3600.0
"""Seconds that a bound may be at most: an endless one is none."""

Function = Callable[..., Any]

DEFAULT_TIMEOUT = 1800.0
"""Seconds a whole run may take: an apply of thousands of events needs many minutes at HubSpot's pace."""


@dataclass(frozen=True, slots=True)
class Common:
    """What the common options say; None where an option was not given."""

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
        """Give these with what was given nearer to the command."""
        given = {name: value for name in self.__slots__ if (value := getattr(nearer, name)) not in (None, False)}
        return replace(self, **given)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the program: what it is given from outside, what was said to it before the command's name."""

    now: Callable[[], datetime]
    common: Common = Common()

    def with_common(self, nearer: Common) -> "Call":
        """Return this call with what was given nearer to the command; in the sandbox it can be another day."""
        common = self.common.overridden_by(nearer)
        date = common.sandbox_date if common.sandbox else None
        return replace(self, common=common, now=self.now if date is None else lambda: date)


def _number(ctx: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """Refuse `nan`, which no range excludes."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("it is not a number", ctx, parameter)
    return value


def _date(ctx: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """Return a date as the moment when it begins in UTC."""
    if value is None:
        return None
    with suppress(ValueError):
        moment = datetime.fromisoformat(value)
        if moment.date().isoformat() == value:  # other forms of ISO 8601 are read too
            return moment.replace(tzinfo=UTC)
    raise click.BadParameter(f"{value!r} is not a date such as 2027-02-01", ctx, parameter)


def _options(*, twins: bool) -> list[Callable[[Function], Function]]:
    """Give the options; their environment twins count only once, as the farthest from the command."""

    def twin(name: str) -> dict[str, Any]:
        return {"envvar": f"RECONCILER_{name}"} if twins else {}

    file = click.Path(path_type=Path, dir_okay=False)
    seconds = click.FloatRange(min=0, min_open=True, max=MOST_SECONDS)
    return [
        click.option("--env", "environment", metavar="NAME", help="Environment of the settings.", **twin("ENV")),
        click.option("--api-version", metavar="V", help="HubSpot's API version.", **twin("API_VERSION")),
        click.option(
            "--timeout", type=seconds, callback=_number, metavar="SECONDS", help="Bound on the run.", **twin("TIMEOUT")
        ),
        click.option("--quiet", is_flag=True, help="No progress.", **twin("QUIET")),
        click.option("--verbose", is_flag=True, help="Tell each request, and details.", **twin("VERBOSE")),
        click.option("--sandbox", is_flag=True, help="Use a local HubSpot.", **twin("SANDBOX")),
        click.option("--sandbox-db", type=file, metavar="FILE", help="Its database.", **twin("SANDBOX_DB")),
        click.option("--sandbox-seed", type=file, metavar="FILE", help="What a new one holds.", **twin("SANDBOX_SEED")),
        click.option(
            "--sandbox-date",
            callback=_date,
            metavar="YYYY-MM-DD",
            help="With --sandbox: run as if it were this day.",
            **twin("SANDBOX_DATE"),
        ),
    ]


def common_options(function: Function) -> Function:
    """Give the program itself the common options, with their environment twins."""
    return _as_common(function, _options(twins=True))


def command_options(function: Function) -> Function:
    """Give a command the common options; what they say goes before what was said to the program."""

    @wraps(function)
    def merged(*arguments: Any, common: Common, **options: Any) -> Any:
        context = click.get_current_context()
        context.obj = context.obj.with_common(common)
        try:
            return function(*arguments, common=context.obj.common, **options)
        except (DeclarationsInvalid, Refused) as error:
            if not context.obj.common.verbose:
                raise  # told by the one place that tells all errors, in brief
            complain(error, in_full)
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
    "--base", metavar="REF", help="Tell what changed since REF in the files from what did in HubSpot."
)


def not_yet(ctx: click.Context, parameter: click.Parameter, value: object) -> None:
    """Refuse an option that the contract names and that is not there yet."""
    if value is not None:
        raise click.UsageError(f"{parameter.opts[0]} is not yet supported", ctx)
