"""`reconciler show`."""

from pathlib import Path

import click

from reconciler.cli.formats import Files, format_options, formatted, write
from reconciler.cli.inputs import saved_plan
from reconciler.cli.options import Common, command_options
from reconciler.cli.output import print_result

_EXAMPLES = """
\b
Examples:
  # print a saved plan with all details
  reconciler show plan.json --verbose
  # write it as Markdown too
  reconciler show plan.json --markdown plan.md
"""


@click.command("show", epilog=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
@format_options
@command_options
def command(file: Path, form: str, files: Files, common: Common) -> int:
    """Show a plan that was saved with `plan --out FILE`, in any format.

    Only FILE is read, neither HubSpot nor the declarations, so the plan may be out of date. `apply --plan FILE` checks
    that.

    Exit codes: 0 shown, 1 FILE is not a saved plan, 64 FILE cannot be read.
    """
    plan = saved_plan(file)
    write(files, plan, common)
    print_result(formatted(form, plan, common))
    return 0
