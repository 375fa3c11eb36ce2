"""New files of declarations, written together or only listed."""

from collections.abc import Sequence

import click

from reconciler.cli.output import log_line, print_result
from reconciler.declarations.events.file_names import SourceFile
from reconciler.declarations.files.disk import name_of
from reconciler.declarations.files.replacing import Replacement, replace_files
from reconciler.declarations.load import load_with
from reconciler.declarations.settings import Settings
from reconciler.declarations.writing.new_files import NewFile
from reconciler.errors import DeclarationsInvalid, ReconcilerError
from reconciler.render import phrases
from reconciler.render.file_diff import file_diff
from reconciler.render.imported import listing

check_option = click.option("--check", is_flag=True, help="Write nothing, and exit with 2 if there is something to.")


def announce_files(settings: Settings, files: Sequence[NewFile]) -> None:
    """Print which files would be written."""
    print_result(listing(files, _shown_root(settings)))
    log_line(f"{phrases.count(len(files), 'file')} to write.")


def write_files(settings: Settings, files: Sequence[NewFile]) -> None:
    """Write all files, or none, and print them as a unified diff.

    Raises `ReconcilerError` if the declarations would not be valid with them.
    """
    root = settings.root.resolve()
    shown = _shown_root(settings)
    _check(settings, [SourceFile(file.path, f"{shown}{file.path}", file.text.encode()) for file in files])
    replace_files([Replacement(root / file.path, f"{shown}{file.path}", None, file.text.encode()) for file in files])
    print_result("".join(file_diff(f"{shown}{file.path}", None, file.text.encode()) for file in files))
    log_line(f"{phrases.count(len(files), 'file')} written.")


def _shown_root(settings: Settings) -> str:
    name = name_of(settings.root)
    return "" if name == "." else f"{name.rstrip('/')}/"


def _check(settings: Settings, added: Sequence[SourceFile]) -> None:
    """Read the files as they will be, together with those that are there."""
    try:
        load_with(settings, added)
    except DeclarationsInvalid as invalid:
        problem = phrases.diagnostic(invalid.diagnostics[0])
        message = f"the declarations would not be valid with the new files, so nothing was written: {problem}"
        raise ReconcilerError(
            message, hint="import fewer events at a time: --since and --only choose some"
        ) from invalid
