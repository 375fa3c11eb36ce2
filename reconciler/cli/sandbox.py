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


_EXAMPLES = """
\b
Examples:
  # keep the events in a file
  reconciler sandbox --db hubspot.sqlite
  # in a clone of reconciler: begin with the events of a seed
  reconciler sandbox --seed docs/sandbox-seed.json
  # be slow and allow few requests
  reconciler sandbox --rate 5/10 --latency 200
"""


@click.command("sandbox", epilog=_EXAMPLES)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8787,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--db",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Keep its events in FILE; else they are lost at the end.",
)
@click.option(
    "--seed", type=click.Path(path_type=Path), metavar="FILE", help="First contents of a new database, as JSON."
)
@click.option("--rate", default="190/10", show_default=True, metavar="N/SECONDS", help="Rate limit of each app.")
@click.option(
    "--latency", type=click.IntRange(min=0), default=0, metavar="MS", help="Delay of each answer in milliseconds [0]."
)
@click.option(
    "--faults",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Rules for errors and cut connections (docs/sandbox.md).",
)
@click.option(
    "--behaviour",
    "behaviours",
    multiple=True,
    metavar="NAME=VALUE",
    help="Choose a behaviour where HubSpot's is unknown, such as upsert=keep; may be given several times.",
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
    """Run a local HubSpot for trials and tests, until Ctrl-C.

    It serves the Marketing Events API to this machine only, and never contacts HubSpot. It starts with an empty portal,
    unless --seed or --db is given. The option --sandbox of other commands does not need this: it starts a sandbox for
    the run.

    Exit codes: 0 stopped, 64 it cannot start (a port in use, a wrong seed).
    """
    server = sandbox_server()
    options = server.Options(
        db=db or common.sandbox_db,
        seed=seed or common.sandbox_seed,
        rate=rate,
        latency_ms=latency,
        behaviours=behaviours,
        faults=faults,
        clock=server.clock_from(common.sandbox_date),
        front=_front(server),
    )
    try:
        server.serve(options, port, _announce)
    except server.SandboxError as error:
        raise UsageError(f"the sandbox cannot run: {error}") from error
    return 0


def _front(server: ModuleType) -> Any:  # as below
    """Return the page at `/`, which the sandbox serves without knowing how it is made."""
    from reconciler.cli.pages import page_policy, sandbox_html  # noqa: PLC0415  (only `reconciler sandbox` shows it)

    return server.Front(lambda portal, events: sandbox_html(portal.id, portal.timezone, events), page_policy())


def _announce(running: Any) -> None:  # the sandbox's types exist only if it is installed
    base_url = running.base_url
    if running.remark:
        log_line(f"Warning: {running.remark}.")
    log_line(f"The sandbox listens at {base_url}; stop it with Ctrl-C.")
    log_line(f"In another terminal: export HUBSPOT_BASE_URL={base_url} HUBSPOT_ACCESS_TOKEN=sandbox-1001")
    log_line("In a browser, that address shows its events.")


def sandbox_server() -> ModuleType:
    """Import the sandbox's server; raise `UsageError`, which says how to install it, if it is missing."""
    try:
        from reconciler.sandbox import server  # noqa: PLC0415  (an extra that many installations lack)
    except ImportError as error:
        raise UsageError(
            "the sandbox is not installed",
            hint="install it too: `pipx install --force 'hubspot-reconciler[sandbox]'`, or `make setup` in a clone",
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
