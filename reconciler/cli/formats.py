"""The options for the formats and files of a plan."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler.cli.options import Common, Function
from reconciler.cli.output import print_result, save
from reconciler.cli.pages import check_link, link_option, plan_html
from reconciler.planning.plan import Plan, Untouched
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
"""The formats that need nothing but the plan."""


@dataclass(frozen=True, slots=True)
class Output:
    """How a plan is printed, and the files that it is written to besides."""

    form: str
    out: Path | None
    markdown: Path | None
    html: Path | None
    link: str | None
    """The address of a declaration's line, for pages."""

    def publish(self, plan: Plan, common: Common, untouched: Sequence[Untouched] = ()) -> None:
        """Write a plan to its files, and print it; a page also shows the events that it leaves as they are."""
        for form, file in (("json", self.out), ("markdown", self.markdown), ("html", self.html)):
            if file is not None:
                save(file, self._formatted(form, plan, common, untouched))
        print_result(self._formatted(self.form, plan, common, untouched))

    def _formatted(self, form: str, plan: Plan, common: Common, untouched: Sequence[Untouched]) -> str:
        """Return a plan in one of the formats; except in JSON, details are included only with `--verbose`."""
        shown = plan if form == "json" else for_people(plan, common)
        return plan_html(shown, untouched, self.link) if form == "html" else FORMATS[form](shown)


def format_options(function: Function) -> Function:
    """Add the options for formats and files of a plan to a command, which gets them as `output`."""

    @wraps(function)
    def collected(*arguments: Any, **options: Any) -> Any:
        output = Output(**{name: options.pop(name) for name in ("form", "out", "markdown", "html", "link")})
        check_link(output.link, to_a_page=output.html is not None or output.form == "html")
        return function(*arguments, output=output, **options)

    file = Target()
    for option in (
        link_option,
        click.option("--html", type=file, metavar="FILE", help="Write the plan to FILE too, as a page for browsers."),
        click.option("--markdown", type=file, metavar="FILE", help="Write the plan to FILE too, as Markdown."),
        click.option("--out", type=file, metavar="FILE", help="Save the plan as JSON, for `show` and `apply --plan`."),
        click.option(
            "--format", "form", type=click.Choice([*FORMATS, "html"]), default="text", help="Format of the output."
        ),
    ):
        collected = option(collected)
    return collected


def for_people(plan: Plan, common: Common) -> Plan:
    """Return the plan as people see it: in brief, or with all details if `--verbose` is given."""
    return plan if common.verbose else concise(plan)
