"""The formats of a plan, with the options that choose them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler.cli.options import Common, Function, not_yet
from reconciler.cli.output import save
from reconciler.cli.targets import Target
from reconciler.planning.plan import Plan
from reconciler.render import markdown, text
from reconciler.render.json import plan_json
from reconciler.render.words import concise

FORMATS: Mapping[str, Callable[[Plan], str]] = {
    "text": text.plan,
    "json": plan_json,
    "markdown": markdown.plan,
}


@dataclass(frozen=True, slots=True)
class Files:
    """Where else a plan is to be written."""

    out: Path | None
    markdown: Path | None


def format_options(function: Function) -> Function:
    """Give a command the formats and files of a plan."""

    @wraps(function)
    def collected(*arguments: Any, out: Path | None, markdown: Path | None, **options: Any) -> Any:
        return function(*arguments, files=Files(out, markdown), **options)

    file = Target()
    for option in (
        click.option("--html", metavar="FILE", callback=not_yet, expose_value=False, hidden=True),
        click.option("--markdown", type=file, metavar="FILE", help="Write it as Markdown too."),
        click.option("--out", type=file, metavar="FILE", help="Save it as JSON, for show and apply --plan."),
        click.option(
            "--format",
            "form",
            type=click.Choice([*FORMATS, "html"]),
            default="text",
            callback=_format,
            help="What to print; html is not yet supported.",
        ),
    ):
        collected = option(collected)
    return collected


def write(files: Files, plan: Plan, common: Common) -> None:
    """Write a plan to the files that were asked for."""
    if files.out is not None:
        save(files.out, written("json", plan, common))
    if files.markdown is not None:
        save(files.markdown, written("markdown", plan, common))


def written(form: str, plan: Plan, common: Common) -> str:
    """Write a plan in one of the formats; those for people have the details only where these were asked for."""
    return FORMATS[form](plan if form == "json" else for_people(plan, common))


def for_people(plan: Plan, common: Common) -> Plan:
    """Return what of a plan people are shown: with `--verbose` all of it."""
    return plan if common.verbose else concise(plan)


def _format(ctx: click.Context, _: click.Parameter, value: str) -> str:
    if value == "html":
        raise click.UsageError("--format html is not yet supported", ctx)
    return value
