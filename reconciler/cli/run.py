"""One run of the command line: the one place that catches errors."""

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
from reconciler.cli.output import complain, detach_closed_streams, say
from reconciler.cli.signals import handle
from reconciler.errors import Interrupted, ReconcilerError, UsageError


def _utc() -> datetime:
    return datetime.now(UTC)


def run(arguments: Sequence[str], *, now: Callable[[], datetime] = _utc) -> int:
    """Carry out the command line and give its exit code; nothing that can go wrong outside shows a traceback.

    `now` tells the time of day, which decides what is over.
    """
    handle(_end)
    for name in ("stdout", "stderr"):
        # A closed stream is None to Python; what would go there goes nowhere.
        stream = getattr(sys, name) or Path(os.devnull).open("w")  # noqa: SIM115  (it stays open until the end)
        # A terminal that cannot show a character must not end the run.
        stream.reconfigure(errors="backslashreplace")
        setattr(sys, name, stream)
    try:
        return _run(list(arguments), Call(now))
    except OSError as error:
        say(f"Error: cannot write the output: {error.strerror}")
        return 1
    finally:
        detach_closed_streams()


def _run(arguments: list[str], call: Call) -> int:
    try:
        code = reconciler.main(arguments, prog_name="reconciler", standalone_mode=False, obj=call)
    except click.UsageError as error:
        say(f"Error: {_said(error)}")
        return UsageError.exit_code
    except ReconcilerError as error:
        complain(error)
        return error.exit_code
    return code if isinstance(code, int) else 0


def _said(error: click.UsageError) -> str:
    """Say what is wrong with the command line; an option that is not there yet is no suggestion."""
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        hidden = {name for each in error.ctx.command.params if getattr(each, "hidden", False) for name in each.opts}
        known = [name for name in error.possibilities or () if name not in hidden]
        return click.NoSuchOption(error.option_name, possibilities=known, ctx=error.ctx).format_message()
    return error.format_message()


def _end(number: int, _: FrameType | None) -> None:
    handle(signal.SIG_IGN)  # the next one must not keep this one from being told
    raise Interrupted(number)
