"""The command line in a process of its own that starts at once, because its libraries are loaded already."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

from reconciler.cli.run import run
from tests.command_line import NOW

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["pytest", "tests.aside", "reconciler.cli.apply", "reconciler.cli.plan", "deepdiff", "pydantic", "yaml"]
)


def aside(*arguments: str, folder: Path, portal: str, out: str = "out", err: str = "err") -> BaseProcess:
    """Start the command line in a folder; what it writes goes to files there, or wherever `out` and `err` lead."""
    environment = {"HUBSPOT_BASE_URL": portal, "HUBSPOT_ACCESS_TOKEN": "sandbox-1001"}
    process = _CONTEXT.Process(target=_run, args=(arguments, str(folder), environment, out, err))
    process.start()
    return process


def ended(process: BaseProcess) -> int:
    """Wait for its end; give its exit code, negative where a signal killed it."""
    process.join(60)
    code = process.exitcode
    process.kill()
    process.close()
    assert code is not None, "it did not end"
    return code


def kill(process: BaseProcess, number: int = signal.SIGKILL) -> None:
    """Send it a signal; a killed one is over when this returns."""
    assert process.pid is not None
    os.kill(process.pid, number)
    if number == signal.SIGKILL:
        process.join()


def _run(arguments: tuple[str, ...], folder: str, environment: Mapping[str, str], out: str, err: str) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.chdir(folder)
    os.environ.update(environment)
    for path, stream in ((out, sys.stdout), (err, sys.stderr)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOCTTY, 0o644), stream.fileno())
    sys.exit(run(arguments, now=lambda: NOW))
