"""What goes to the terminal, into a log, into files.

All that is printed goes through here, and nothing of it can act: whatever a name, a file or an answer holds, neither a
terminal nor the runner of GitHub Actions takes it for a command.
"""

import errno
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import click

from reconciler.errors import DeclarationsInvalid, ReconcilerError, Refused
from reconciler.render.listing import Lister, abridged
from reconciler.safe_text import inert, inert_line

_STYLES = {"+": "green", "~": "yellow", "-": "red"}


def show(text: str) -> None:
    """Write what was asked for to standard output."""
    _write(text, to_stderr=False)


def tell(text: str) -> None:
    """Write what belongs to the run, not to its result, to standard error."""
    with suppress(OSError):  # nobody listening any more is no reason to lose the outcome of a write
        _write(text, to_stderr=True)


def say(line: str) -> None:
    """Write one line of others' or our own words to standard error."""
    with suppress(OSError):  # the same
        click.echo(inert_line(line), err=True)


def instruct(command: str) -> None:
    """Write a line that GitHub's runner is meant to act on; nothing of others may stand in it but encoded."""
    click.echo(command)


def detach_closed_streams() -> None:
    """Redirect a stream that can no longer be written to the null device.

    Python flushes both streams at exit, and where that fails it exits with 120: for standard output in every version,
    for standard error from 3.14 on.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), stream.fileno())


def complain(error: ReconcilerError, listed: Lister = abridged) -> None:
    """Write an error with everything that belongs to it: what, where, what to do."""
    match error:
        case DeclarationsInvalid(diagnostics=findings) | Refused(reasons=findings):
            for line in listed(findings):
                say(line)
        case _:
            pass
    say(f"Error: {error.message}" + ("" if error.hint is None else f" ({error.hint})"))


def save(path: Path, text: str) -> None:
    """Write a file whole or not at all; `ReconcilerError` where that is not possible."""
    try:
        if path.exists() and not path.is_file():
            _pour(path, text)
        else:
            _replace(_behind_links(path), text)
    except OSError as error:
        raise _unwritable(path, error) from error


def check_place(path: Path) -> None:
    """Raise `ReconcilerError` where a file could not be replaced, before it matters."""
    real = _behind_links(path)
    try:
        with tempfile.NamedTemporaryFile(dir=real.parent, prefix=f".{real.name}."):
            pass
    except OSError as error:
        raise _unwritable(path, error) from error


def _behind_links(path: Path) -> Path:
    """Give the file that is meant, so that it is replaced and not the link to it."""
    return Path(os.path.realpath(path))


def _unwritable(path: Path, error: OSError) -> ReconcilerError:
    why = "nobody reads from it" if error.errno == errno.ENXIO else error.strerror
    return ReconcilerError(f"cannot write {path}: {why}")


def _pour(path: Path, text: str) -> None:
    """Write to a device or a pipe, which cannot be replaced; a pipe that nobody reads is an error, not a wait."""
    handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    os.set_blocking(handle, True)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
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
