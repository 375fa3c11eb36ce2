"""The options for the formats and files of a plan."""

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
    """The path of a file to write, which cannot be a YAML file or a file of git."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; fail if the file could be a declaration, the settings or part of git's data."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        real = Path(os.path.realpath(path))  # a link to such a file counts too
        if real.suffix.lower() in {".yaml", ".yml"}:
            self.fail(
                f"{path} is named like a declaration, and these are not overwritten. Choose another name.", param, ctx
            )
        if ".git" in map(str.lower, real.parts):
            self.fail(f"{path} is inside .git. Choose another place.", param, ctx)
        return path


class KeptTarget(Target):
    """The path of a file that is replaced repeatedly during the run, so that a device or a pipe cannot be used."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; fail if something other than an ordinary file exists there."""
        path = super().convert(value, param, ctx)
        if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113  (Path's own may raise)
            self.fail(f"{path} is not an ordinary file, so it cannot be replaced during the run.", param, ctx)
        return path


FORMATS: Mapping[str, Callable[[Plan], str]] = {
    "text": text.plan,
    "json": plan_json,
    "markdown": markdown.plan,
}


@dataclass(frozen=True, slots=True)
class Files:
    """The files that a plan is written to, besides standard output."""

    out: Path | None
    markdown: Path | None


def format_options(function: Function) -> Function:
    """Add `--format`, `--out` and `--markdown` to a command, which gets them as `form` and `files`."""

    @wraps(function)
    def collected(*arguments: Any, out: Path | None, markdown: Path | None, **options: Any) -> Any:
        return function(*arguments, files=Files(out, markdown), **options)

    file = Target()
    for option in (
        click.option("--html", metavar="FILE", callback=not_yet, expose_value=False, hidden=True),
        click.option("--markdown", type=file, metavar="FILE", help="Write the plan to FILE too, as Markdown."),
        click.option("--out", type=file, metavar="FILE", help="Save the plan as JSON, for `show` and `apply --plan`."),
        click.option(
            "--format",
            "form",
            type=click.Choice([*FORMATS, "html"]),
            default="text",
            callback=_format,
            help="Format of the output; html is not yet supported.",
        ),
    ):
        collected = option(collected)
    return collected


def write(files: Files, plan: Plan, common: Common) -> None:
    """Write a plan to its files."""
    if files.out is not None:
        save(files.out, formatted("json", plan, common))
    if files.markdown is not None:
        save(files.markdown, formatted("markdown", plan, common))


def formatted(form: str, plan: Plan, common: Common) -> str:
    """Return a plan in one of the formats; except in JSON, details are included only with `--verbose`."""
    return FORMATS[form](plan if form == "json" else for_people(plan, common))


def for_people(plan: Plan, common: Common) -> Plan:
    """Return the plan as people see it: in brief, or with all details if `--verbose` is given."""
    return plan if common.verbose else concise(plan)


def _format(ctx: click.Context, _: click.Parameter, value: str) -> str:
    if value == "html":
        raise click.UsageError("--format html is not yet supported", ctx)
    return value
