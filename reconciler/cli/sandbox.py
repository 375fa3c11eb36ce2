"""`reconciler sandbox`, with the sandbox embedded in other commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from reconciler.cli.options import Common, command_options
from reconciler.cli.output import log_line
from reconciler.errors import UsageError

DEFAULT_DB = Path(".reconciler/sandbox.sqlite")


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="0 takes a free one.")
@click.option("--db", type=click.Path(path_type=Path), metavar="FILE", help="Keep its events in FILE.")
@click.option("--seed", type=click.Path(path_type=Path), metavar="FILE", help="What a new database holds.")
@click.option("--rate", default="190/10", show_default=True, metavar="N/SECONDS", help="Requests it allows.")
@click.option("--latency", type=click.IntRange(min=0), default=0, metavar="MS", help="Wait before each answer.")
@click.option("--faults", type=click.Path(path_type=Path), metavar="FILE", help="What goes wrong (docs/sandbox.md).")
@click.option(
    "--behaviour",
    "behaviours",
    multiple=True,
    metavar="NAME=VALUE",
    help="Answer a question about HubSpot otherwise, such as upsert=keep; may be given several times.",
)
@command_options
def command(
    port: int,
    common: Common,
    *,
    db: Path | None,
    seed: Path | None,
    rate: str,
    latency: int,
    faults: Path | None,
    behaviours: tuple[str, ...],
) -> int:
    """Run a local HubSpot on the loopback until it is interrupted, to try things with and to test against."""
    server = sandbox_server()
    options = server.Options(
        db=db or common.sandbox_db,
        seed=seed or common.sandbox_seed,
        rate=rate,
        latency_ms=latency,
        behaviours=behaviours,
        faults=faults,
        clock=server.clock_from(common.sandbox_date),
    )
    try:
        server.serve(options, port, _announce)
    except server.SandboxError as error:
        raise UsageError(f"the sandbox cannot run: {error}") from error
    return 0


def _announce(running: Any) -> None:  # the sandbox's types exist only if it is installed
    base_url = running.base_url
    if running.remark:
        log_line(f"Warning: {running.remark}.")
    log_line(f"The sandbox listens at {base_url}; it ends with Ctrl-C.")
    log_line(f"In another terminal: export HUBSPOT_BASE_URL={base_url} HUBSPOT_ACCESS_TOKEN=sandbox-1001")


def sandbox_server() -> ModuleType:
    """Import the sandbox's server; raise `UsageError`, which says how to install it, if it is missing."""
    try:
        from reconciler.sandbox import server  # noqa: PLC0415  (an extra that many installations lack)
    except ImportError as error:
        raise UsageError(
            "the sandbox is not installed",
            hint="run `make setup` in a clone of reconciler, and use .venv/bin/reconciler there",
        ) from error
    return server


@contextmanager
def embedded(common: Common, portal: int | None) -> Iterator[str]:
    """Run the sandbox inside this process, and yield its base URL."""
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
                log_line(f"Warning: {running.remark}.")
            yield running.base_url
    except server.SandboxError as error:
        raise UsageError(f"the sandbox cannot run: {error}") from error


def _default_db() -> Path:
    try:
        DEFAULT_DB.parent.mkdir(exist_ok=True)
        # Keep the folder out of git.
        (DEFAULT_DB.parent / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"the sandbox cannot keep its events in {DEFAULT_DB.parent}/: {error.strerror}",
            hint="give --sandbox-db FILE",
        ) from error
    return DEFAULT_DB
