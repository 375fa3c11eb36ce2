"""The sandbox served over HTTP, on the loopback only."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

from reconciler.sandbox import SandboxError
from reconciler.sandbox.app import application
from reconciler.sandbox.behaviours import parse
from reconciler.sandbox.connections import Connection
from reconciler.sandbox.fault_rules import rules_of
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.front import Front
from reconciler.sandbox.limits import Limiter, Rate
from reconciler.sandbox.seed import Seed, first_contents, read_seed
from reconciler.sandbox.state import Clock, State
from reconciler.sandbox.store import Store, open_store

HOST = "127.0.0.1"
GRACE_SECONDS = 1.0
"""Seconds that a request in flight may take to end when the sandbox stops."""
IDLE_SECONDS = 60
"""Seconds that a connection stays open without a request."""


def _now() -> int:
    return time.time_ns() // 1_000_000


def clock_from(start: datetime | None) -> Clock:
    """Return a clock that runs from `start`; without one, it returns the system's time."""
    ahead = 0 if start is None else int(start.timestamp() * 1000) - _now()
    return lambda: _now() + ahead


@dataclass(frozen=True)
class Options:
    """The options of a sandbox."""

    db: Path | None = None
    """The database; without one, nothing is kept after the end."""
    seed: Path | None = None
    """The seed file of a new database."""
    portal: int = 1
    """The portal's id, if the database is new and the seed has none."""
    rate: str = "190/10"
    """The rate limit of each app, as REQUESTS/SECONDS."""
    latency_ms: int = 0
    """Delay of each answer in milliseconds."""
    behaviours: Sequence[str] = ()
    """Answers to open questions about HubSpot, as NAME=VALUE (`behaviours.Behaviours`)."""
    faults: Path | None = None
    """A file with the fault rules in force until others are set (`fault_rules`)."""
    clock: Clock = _now
    front: Front | None = None
    """The page at `/`, for people; without one there is nothing at `/`, as at HubSpot."""


@dataclass(frozen=True)
class Running:
    """A running sandbox, with its base URL."""

    base_url: str
    remark: str = ""
    """A warning about an option that has no effect; empty without one."""


@contextmanager
def running(options: Options, port: int = 0) -> Iterator[Running]:
    """Serve a sandbox from a thread of this process, on this port or a free one (0), until the block ends.

    Raises SandboxError if the options, the seed, the faults, the database or the port cannot be used.
    """
    limiter, behaviours = Limiter(Rate.parse(options.rate), time.monotonic), parse(options.behaviours)
    faults = Faults(rules_of(options.faults, options.clock()))
    seed = None if options.seed is None else read_seed(options.seed)
    with (
        closing(_listen(port)) as listener,
        closing(_open(options, seed)) as store,
        _serving(
            application(State(store, options.clock, behaviours, limiter, faults), options.latency_ms, options.front),
            listener,
        ),
    ):
        yield Running(f"http://{HOST}:{listener.getsockname()[1]}", _unused(seed, options.db, store))


def serve(options: Options, port: int, announce: Callable[[Running], None]) -> None:
    """Serve a sandbox until SIGINT or SIGTERM; `announce` is called as soon as it answers.

    Only for the main thread, where signals arrive. Raises SandboxError as `running` does.
    """
    # A SimpleQueue, unlike an Event, may be written to from a signal handler that interrupts its own reader.
    signals: SimpleQueue[int] = SimpleQueue()
    with _handling((signal.SIGINT, signal.SIGTERM), signals.put), running(options, port) as sandbox:
        announce(sandbox)
        signals.get()


@contextmanager
def _handling(numbers: tuple[signal.Signals, ...], handle: Callable[[int], None]) -> Iterator[None]:
    before = {number: signal.signal(number, lambda caught, _: handle(caught)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(port: int) -> socket.socket:
    if port not in range(65_536):
        raise SandboxError(f"{port} is no port: ports go from 0 to 65535")
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        raise SandboxError(
            f"cannot listen on {HOST}:{port}: {os.strerror(error.errno or 0)}; choose another with --port"
        ) from error
    # Connections inherit this option; without it, an answer's body waits 40 ms for the acknowledgement of its headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _open(options: Options, seed: Seed | None) -> Store:
    return open_store(options.db, lambda: first_contents(seed, options.portal, options.clock()))


def _unused(seed: Seed | None, db: Path | None, store: Store) -> str:
    """Return a warning if the database was not made from the seed, which is only for a new one; else empty."""
    if seed is None or store.seed() == seed.fingerprint:
        return ""
    return (
        f"{seed.file} is not used: {db} exists already and was not made from it; "
        f"delete {db} to start again from this seed, or name another file with --sandbox-db"
    )


@contextmanager
def _serving(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(_configuration(app))
    with _event_loop() as loop:
        asyncio.run_coroutine_threadsafe(_start(server, listener), loop).result()
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(_stop(server), loop).result()


@contextmanager
def _event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="sandbox", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _configuration(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=Connection,
        ws="none",
        lifespan="off",
        # The sandbox prints nothing; it reports errors in its answers.
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_keep_alive=IDLE_SECONDS,
    )


# uvicorn's own `run` takes over the signals, and stops with pauses of 0.2 s, which would delay every command.
async def _start(server: uvicorn.Server, listener: socket.socket) -> None:
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[listener])


async def _stop(server: uvicorn.Server) -> None:
    for listening in server.servers:
        listening.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    await _finish(server.server_state.tasks)


async def _finish(requests: set[asyncio.Task[None]]) -> None:
    """Wait a moment for requests in flight to end, then cut them off."""
    if requests:
        await asyncio.wait(requests, timeout=GRACE_SECONDS)
    for request in requests:
        request.cancel()
    await asyncio.gather(*requests, return_exceptions=True)
    await asyncio.sleep(0)  # closed connections finish in the loop's next round
