"""A run of the command line, the one place that catches its errors."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click

from reconciler.cli.group import reconciler
from reconciler.cli.options import Call
from reconciler.cli.output import detach_closed_streams, log_line, print_error
from reconciler.cli.signals import handle
from reconciler.errors import Interrupted, ReconcilerError, UsageError


def _utc() -> datetime:
    return datetime.now(UTC)


def run(arguments: Sequence[str], *, now: Callable[[], datetime] = _utc) -> int:
    """Run the command line and return its exit code; no error from outside the program shows a traceback.

    `now` returns the current time, which decides which events are over.
    """
    handle(_end)
    for name in ("stdout", "stderr"):
        # Python sets a closed stream to None; its output is discarded.
        stream = getattr(sys, name) or Path(os.devnull).open("w")  # noqa: SIM115  (it stays open until the end)
        # A terminal that cannot show a character must not end the run.
        stream.reconfigure(errors="backslashreplace")
        setattr(sys, name, stream)
    try:
        return _run(list(arguments), Call(now))
    except OSError as error:
        log_line(f"Error: cannot write the output: {error.strerror}")
        return 1
    finally:
        detach_closed_streams()


def _run(arguments: list[str], call: Call) -> int:
    try:
        code = reconciler.main(arguments, prog_name="reconciler", standalone_mode=False, obj=call)
    except click.UsageError as error:
        log_line(f"Error: {_usage_message(error)}")
        return UsageError.exit_code
    except ReconcilerError as error:
        print_error(error)
        return error.exit_code
    return code if isinstance(code, int) else 0


def _usage_message(error: click.UsageError) -> str:
    """Return the message of a usage error, without suggesting options that are not yet supported."""
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        hidden = {name for each in error.ctx.command.params if getattr(each, "hidden", False) for name in each.opts}
        known = [name for name in error.possibilities or () if name not in hidden]
        return click.NoSuchOption(error.option_name, possibilities=known, ctx=error.ctx).format_message()
    return error.format_message()


def _end(number: int, _: FrameType | None) -> None:
    handle(signal.SIG_IGN)  # a second signal must not stop the report of the first
    raise Interrupted(number)
