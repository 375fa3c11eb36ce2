"""The formats of a plan and the files for it, with the options that choose them."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler.cli.options import Common, Function, not_yet
from reconciler.cli.output import save
from reconciler.planning.plan import Plan
from reconciler.render import markdown, text
from reconciler.render.json import plan_json
from reconciler.render.words import concise


class Target(click.Path):
    """A file to write; never a declaration, the settings or git's own."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the path; a usage error where writing there would destroy what the run is made of."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        real = Path(os.path.realpath(path))  # a link must not lead there either
        if real.suffix.lower() in {".yaml", ".yml"}:
            self.fail(f"{path} has the name of a declaration, and would be written over. Choose another.", param, ctx)
        if ".git" in map(str.lower, real.parts):
            self.fail(f"{path} lies in git's own folder. Choose another place.", param, ctx)
        return path


class KeptTarget(Target):
    """A file to write again and again; each time it is replaced whole, which no device or pipe can be."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the path; a usage error where something else than an ordinary file stands there."""
        path = super().convert(value, param, ctx)
        if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113  (Path's own may raise)
            self.fail(f"{path} is not an ordinary file, and is to be replaced as the run goes.", param, ctx)
        return path


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
        save(files.out, formatted("json", plan, common))
    if files.markdown is not None:
        save(files.markdown, formatted("markdown", plan, common))


def formatted(form: str, plan: Plan, common: Common) -> str:
    """Write a plan in one of the formats; those for people have the details only where these were asked for."""
    return FORMATS[form](plan if form == "json" else for_people(plan, common))


def for_people(plan: Plan, common: Common) -> Plan:
    """Return what of a plan people are shown: with `--verbose` all of it."""
    return plan if common.verbose else concise(plan)


def _format(ctx: click.Context, _: click.Parameter, value: str) -> str:
    if value == "html":
        raise click.UsageError("--format html is not yet supported", ctx)
    return value
