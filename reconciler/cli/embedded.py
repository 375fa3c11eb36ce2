"""The sandbox, where it is installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from reconciler.cli.options import Common
from reconciler.cli.output import say
from reconciler.errors import UsageError

DEFAULT_DB = Path(".reconciler/sandbox.sqlite")


def sandbox_server() -> ModuleType:
    """Give the sandbox's server; `UsageError` says how to install it where it is missing."""
    try:
        # An extra that most runs do not need and many installations do not have.
        from reconciler.sandbox import server  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "the sandbox is not installed",
            hint="run `make setup` in a clone of reconciler, and use .venv/bin/reconciler there",
        ) from error
    return server


@contextmanager
def embedded(common: Common, portal: int | None) -> Iterator[str]:
    """Run the sandbox inside this process; give its base URL."""
    server = sandbox_server()
    options = server.Options(
        db=common.sandbox_db or _default_db(),
        seed=common.sandbox_seed,
        portal=portal or 1,
        clock=server.clock_from(common.sandbox_date),
    )
    try:
        with server.running(options) as running:
            if running.remark:
                say(f"Warning: {running.remark}.")
            yield running.base_url
    except server.SandboxError as error:
        raise UsageError(f"the sandbox cannot run: {error}") from error


def _default_db() -> Path:
    try:
        DEFAULT_DB.parent.mkdir(exist_ok=True)
        # Nobody wants to commit it.
        (DEFAULT_DB.parent / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"the sandbox cannot keep its events in {DEFAULT_DB.parent}/: {error.strerror}",
            hint="give --sandbox-db FILE",
        ) from error
    return DEFAULT_DB
