"""`reconciler fmt`."""

from functools import partial
from pathlib import Path

import click

from reconciler.cli.options import Common, command_options
from reconciler.cli.output import WOULD_CHANGE, log_line, print_result
from reconciler.cli.settings import settings_at
from reconciler.declarations.files.replacing import replace_files
from reconciler.declarations.load import list_files, replacement, terms_of
from reconciler.declarations.writing.formatted_files import format_files
from reconciler.diagnostics import in_file_order
from reconciler.errors import DeclarationsInvalid
from reconciler.render import phrases
from reconciler.render.file_diff import file_diff

_EXAMPLES = """
\b
Examples:
  # bring the files in events/ into the canonical form
  reconciler fmt
  # show what would change in one folder
  reconciler fmt events/2027 --diff
  # only check, as in CI
  reconciler fmt --check
"""


@click.command("fmt", epilog=_EXAMPLES)
@click.argument("path", default="events", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing: name the files that would change.")
@click.option("--diff", is_flag=True, help="Write nothing: print what would change as a unified diff.")
@command_options
def command(path: Path, *, check: bool, diff: bool, common: Common) -> int:
    """Bring the declarations at PATH (default: events) into the canonical form, offline.

    The keys of each event get one order, lines an indentation of two blanks; quotes stay only where they are needed;
    texts of several lines become blocks that begin with |. Comments move with the key that they stand above or beside.
    What is declared stays the same. A file with problems is left as it is; reconciler.yaml always is.

    Exit codes: 0 done, 1 a file cannot be written, 3 a file has problems, 5 a file has changed meanwhile; with --check
    or --diff also 2 if files would change.
    """
    settings = settings_at(path, common)
    files, problems = format_files(list_files(settings), terms_of(settings))
    at_path = [file for file in map(partial(replacement, settings), files) if file.path.is_relative_to(path.resolve())]
    changed = [file for file in at_path if file.before != file.after]
    summary = f"{len(changed)} of {phrases.count(len(at_path), 'file')}"
    if diff:
        print_result("".join(file_diff(file.shown, file.before, file.after) for file in changed))
        log_line(f"{summary} would change.")
    elif check:
        print_result("".join(f"{file.shown} would change\n" for file in changed) + f"{summary} would change.\n")
    else:
        replace_files(changed)
        print_result("".join(f"{file.shown} formatted\n" for file in changed) + f"{summary} changed.\n")
    if problems:
        log_line("Files with a problem are left as they are:")
        raise DeclarationsInvalid(in_file_order(problems))
    return WOULD_CHANGE if changed and (check or diff) else 0
