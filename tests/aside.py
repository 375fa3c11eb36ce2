"""The command line in a process of its own that starts at once, with its libraries already loaded."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from reconciler.cli.run import run
from tests.command_line import NOW

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["pytest", "tests.aside", "reconciler.cli.apply", "reconciler.cli.plan", "deepdiff", "pydantic", "yaml"]
)


def aside(*arguments: str, folder: Path, portal: str) -> BaseProcess:
    """Start the command line in a folder; what it writes goes to the files `out` and `err` there."""
    environment = {"HUBSPOT_BASE_URL": portal, "HUBSPOT_ACCESS_TOKEN": "sandbox-1001"}
    process = _CONTEXT.Process(target=_run, args=(arguments, str(folder), environment))
    process.start()
    return process


def ended(process: BaseProcess) -> int:
    """Wait for its end and return its exit code, negative if a signal killed it."""
    process.join(60)
    code = process.exitcode
    process.kill()
    process.close()
    assert code is not None, "it did not end"
    return code


def send(process: BaseProcess, number: int) -> None:
    """Send it a signal."""
    assert process.pid is not None
    os.kill(process.pid, number)


def kill(process: BaseProcess) -> None:
    """Kill it; the process is gone when this returns."""
    with suppress(ProcessLookupError):
        while True:
            send(process, signal.SIGKILL)
            time.sleep(0.001)


def _run(arguments: tuple[str, ...], folder: str, environment: Mapping[str, str]) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.chdir(folder)
    os.environ.update(environment)
    for name, stream in (("out", sys.stdout), ("err", sys.stderr)):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), stream.fileno())
    sys.exit(run(arguments, now=lambda: NOW))
