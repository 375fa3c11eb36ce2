"""`reconciler show`."""

from pathlib import Path

import click

from reconciler.cli.formats import Output, format_options
from reconciler.cli.inputs import saved_plan
from reconciler.cli.options import Common, command_options

_EXAMPLES = """
\b
Examples:
  # print a saved plan with all details
  reconciler show plan.json --verbose
  # write it as a page for a browser too
  reconciler show plan.json --html plan.html
"""


@click.command("show", epilog=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
@format_options
@command_options
def command(file: Path, output: Output, common: Common) -> int:
    """Show a plan that was saved with `plan --out FILE`, in any format.

    Only FILE is read, neither HubSpot nor the declarations, so the plan may be out of date. `apply --plan FILE` checks
    that.

    Exit codes: 0 shown, 1 FILE is not a saved plan, 64 FILE cannot be read.
    """
    output.publish(saved_plan(file), common)
    return 0
