"""Output to standard output, standard error and files.

Everything that is printed goes through here and is made inert: whatever a name, a file or an answer contains, neither a
terminal nor the runner of GitHub Actions takes it for a command.
"""

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.errors import DeclarationsInvalid, ReconcilerError, Refused
from reconciler.safe_text import inert, inert_line

if TYPE_CHECKING:
    from reconciler.render.listing import Lister

_STYLES = {"+": "green", "~": "yellow", "-": "red"}


WOULD_CHANGE = 2
"""The exit code of a command that writes files, and would write some if it were not to tell only."""

LEFT_UNDONE = 6
"""The exit code of a command that writes files, and has named something that it did not write."""


def print_result(text: str) -> None:
    """Write the result of a command to standard output."""
    _write(text, to_stderr=False)


def log_text(text: str) -> None:
    """Write text that is not the result of the command to standard error."""
    with suppress(OSError):  # a closed stream must not hide the outcome of a write
        _write(text, to_stderr=True)


def log_line(line: str) -> None:
    """Write one line to standard error."""
    with suppress(OSError):  # as above
        click.echo(inert_line(line), err=True)


def print_workflow_command(command: str) -> None:
    """Write a workflow command for GitHub's runner; it must be encoded already, as it is not made inert."""
    click.echo(command)


def detach_closed_streams() -> None:
    """Redirect each standard stream that can no longer be written to, to the null device.

    Python flushes both streams at exit, and exits with 120 if that fails: for standard output in every version, for
    standard error from 3.14 on.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), stream.fileno())


def print_error(error: ReconcilerError, listed: "Lister | None" = None) -> None:
    """Write an error to standard error, with its diagnostics and its hint; without a lister, in brief."""
    match error:
        case DeclarationsInvalid(diagnostics=findings) | Refused(reasons=findings):
            from reconciler.render.listing import abridged  # noqa: PLC0415  (slow to load; only a mistake needs it)

            for line in (listed or abridged)(findings):
                log_line(line)
        case _:
            pass
    log_line(f"Error: {error.message}" + ("" if error.hint is None else f" ({error.hint})"))


def save(path: Path, text: str) -> None:
    """Write a file completely or not at all; raise `ReconcilerError` if that fails."""
    try:
        if path.exists() and not path.is_file():
            _pour(path, text)
        else:
            _replace(_behind_links(path), text)
    except OSError as error:
        raise _unwritable(path, error) from error


def check_place(path: Path) -> None:
    """Raise `ReconcilerError` if a file could not be replaced; called before anything depends on it."""
    import tempfile  # noqa: PLC0415  (slow to load, and few runs write a file)

    real = _behind_links(path)
    try:
        with tempfile.NamedTemporaryFile(dir=real.parent, prefix=f".{real.name}."):
            pass
    except OSError as error:
        raise _unwritable(path, error) from error


def _behind_links(path: Path) -> Path:
    """Return the target of a link, so that the file is replaced and not the link."""
    return Path(os.path.realpath(path))


def _unwritable(path: Path, error: OSError) -> ReconcilerError:
    why = "nobody reads from it" if error.errno == errno.ENXIO else error.strerror
    return ReconcilerError(f"cannot write {path}: {why}")


def _pour(path: Path, text: str) -> None:
    """Write to a device or a pipe, which cannot be replaced; a pipe without a reader raises `OSError` at once."""
    handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    os.set_blocking(handle, True)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)


def _replace(path: Path, text: str) -> None:
    import tempfile  # noqa: PLC0415  (as above)

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _write(text: str, *, to_stderr: bool) -> None:
    stream = sys.stderr if to_stderr else sys.stdout
    if stream.isatty():
        _coloured(inert(text), to_stderr=to_stderr)
    else:
        click.echo(inert(text), nl=False, err=to_stderr)


def _coloured(text: str, *, to_stderr: bool) -> None:
    from rich.console import Console  # noqa: PLC0415  (only a person at a terminal waits for it to load)
    from rich.text import Text  # noqa: PLC0415  (only a person at a terminal waits for it to load)

    console = Console(stderr=to_stderr, soft_wrap=True, highlight=False)
    for line in text.splitlines():
        console.print(Text(line, style=_STYLES.get(line.lstrip()[:1], "") if line.startswith(" ") else ""))
