"""`reconciler show`."""

from pathlib import Path

import click

from reconciler.cli.formats import Files, format_options, formatted, write
from reconciler.cli.inputs import saved_plan
from reconciler.cli.options import Common, command_options
from reconciler.cli.output import print_result


@click.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@format_options
@command_options
def command(file: Path, form: str, files: Files, common: Common) -> int:
    """Show a plan that was saved with `plan --out FILE`."""
    plan = saved_plan(file)
    write(files, plan, common)
    print_result(formatted(form, plan, common))
    return 0
