"""`reconciler validate`."""

from pathlib import Path

import click

from reconciler.advice.report import Scope, advised, count_advice
from reconciler.cli.options import Call, Common, command_options, warnings_option
from reconciler.cli.output import print_result
from reconciler.cli.settings import settings_at
from reconciler.declarations.load import load
from reconciler.diagnostics import Diagnostic, Severity, in_file_order
from reconciler.errors import DeclarationsInvalid
from reconciler.event import Declared
from reconciler.render import phrases
from reconciler.render.listing import abridged, in_full

_EXAMPLES = """
\b
Examples:
  # check the files in events/
  reconciler validate
  # check one folder
  reconciler validate events/2027
  # list the problems for a script
  reconciler validate --format json
"""


@click.command("validate", epilog=_EXAMPLES)
@click.argument("path", default="events", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Format of the output.")
@warnings_option
@command_options
@click.pass_obj
def command(call: Call, /, path: Path, *, form: str, warnings_as_errors: bool, common: Common) -> int:
    """Check the declarations at PATH (default: events) and the settings, offline.

    All problems are reported at once, each with its file, line and column. What only HubSpot knows, such as the custom
    properties of the portal, is checked by `plan`. Advice on what is valid but probably not meant changes the exit code
    only with --warnings-as-errors.

    Exit codes: 0 valid, 3 there are problems.
    """
    try:
        settings = settings_at(path, common)
        declared = load(settings)
    except DeclarationsInvalid as invalid:
        _print(form, invalid.diagnostics, f"{phrases.count(_errors(invalid.diagnostics), 'problem')}.", common)
        return invalid.exit_code
    found = in_file_order([*advised(declared.diagnostics, declared, call.now(), Scope(silence=settings.silence))])
    refused = phrases.counted_as_errors(count_advice(found)) if warnings_as_errors else ""
    _print(form, found, f"{refused}." if refused else _valid(declared), common)
    return DeclarationsInvalid.exit_code if refused else 0


def _print(form: str, diagnostics: tuple[Diagnostic, ...], verdict: str, common: Common) -> None:
    if form == "json":
        from reconciler.render.json import diagnostics_json  # noqa: PLC0415  (slow to load, and few runs need it)

        print_result(diagnostics_json(diagnostics))
    else:
        listing = in_full if common.verbose else abridged
        print_result("".join(f"{line}\n" for line in [*listing(diagnostics), verdict]))


def _errors(diagnostics: tuple[Diagnostic, ...]) -> int:
    return sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


def _valid(declared: Declared) -> str:
    return f"Valid: {phrases.count(len(declared.events), 'event')} in {phrases.count(declared.files, 'file')}."
