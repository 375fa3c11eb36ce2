"""The connection of a run to HubSpot, or to the sandbox inside this process."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from types import FrameType
from typing import TypeVar

from reconciler.cli.options import DEFAULT_TIMEOUT, Common
from reconciler.cli.output import log_line
from reconciler.cli.progress import RunProgress
from reconciler.cli.sandbox import embedded
from reconciler.cli.signals import handle
from reconciler.connections import Connection, Secret, load_connection
from reconciler.declarations.settings import Settings
from reconciler.errors import Interrupted, UsageError
from reconciler.event import Identity
from reconciler.hubspot.http import HttpReader, HttpWriter
from reconciler.hubspot.prober import PortalProber
from reconciler.hubspot.reader import PortalInspector, PortalReader
from reconciler.hubspot.writer import PortalWriter
from reconciler.policy import Policy
from reconciler.transport.surroundings import Clock, Watch

_Client = TypeVar("_Client", bound=HttpReader)

SANDBOX_TOKEN = "sandbox-1001"  # noqa: S105  (only the sandbox accepts it)
_NOTICE = b"Finishing the current request; press Ctrl-C again to stop now.\n"
REMOVAL_SECONDS = 60.0
"""The most that removing a probe's event takes, whatever signals come."""
_SLICE = 0.1
"""Seconds between two checks for a signal."""


class StopRequest:
    """A request to end the run, made by a signal and checked between HTTP requests.

    A second signal interrupts the wait for an answer. At any other time it does nothing: the outcome of a write must
    reach the receipt.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self._interruptible = False

    def check_stop(self) -> None:
        """Raise `Interrupted` if a signal has come."""
        if self.number is not None:
            raise Interrupted(self.number)

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds, or until a signal comes."""
        end = time.monotonic() + seconds
        while self.number is None and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _SLICE))

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Handle the signals that end a program; after the first one, the rest of the run ignores them."""
        before = handle(self._on_signal)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler if self.number is None else signal.SIG_IGN)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let a second signal raise `Interrupted` inside the block."""
        self._interruptible = True
        try:
            yield
        finally:
            self._interruptible = False

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self.number is None:
            self.number = number
            # Not `log_line`: the signal may interrupt another write, or the terminal may be closed.
            with suppress(OSError):
                os.write(sys.stderr.fileno(), _NOTICE)
        elif self._interruptible:
            self.check_stop()


@dataclass(frozen=True, slots=True)
class Session:
    """The parts of an HTTP client for the portal, with the policy that holds for it."""

    connection: Connection
    policy: Policy
    api_version: str
    timeout: float
    clock: Clock
    watch: Watch
    progress: RunProgress

    @contextmanager
    def reader(self) -> Iterator[PortalReader]:
        """Open the portal for reading: its HTTP client refuses any method that writes."""
        with self._client(HttpReader) as http:
            yield PortalReader(http, self.api_version)

    @contextmanager
    def inspector(self) -> Iterator[PortalInspector]:
        """Open the portal for `doctor`, which reads too."""
        with self._client(HttpReader) as http:
            yield PortalInspector(http, self.api_version)

    @contextmanager
    def writer(self) -> Iterator[PortalWriter]:
        """Open the portal for reading and writing."""
        with self._client(HttpWriter) as http:
            yield PortalWriter(http, self.api_version)

    @contextmanager
    def prober(self, identity: Identity) -> Iterator[PortalProber]:
        """Open the portal for a probe, which writes the event of these external ids alone."""
        with self._client(HttpWriter) as http:
            yield PortalProber(http, self.api_version, identity)

    @contextmanager
    def remover(self, identity: Identity) -> Iterator[PortalProber]:
        """Open the portal anew to remove a probe's event; neither a signal nor the run's time limit ends that."""
        watch = Watch(log=self.watch.log)
        with HttpWriter(self.connection, timeout=REMOVAL_SECONDS, watch=watch) as http:
            yield PortalProber(http, self.api_version, identity)

    def _client(self, kind: type[_Client]) -> _Client:
        return kind(self.connection, timeout=self.timeout, clock=self.clock, watch=self.watch)


def _without_sandbox(common: Common) -> None:
    if any(value is not None for value in (common.sandbox_db, common.sandbox_seed, common.sandbox_date)):
        options = "--sandbox-db, --sandbox-seed and --sandbox-date"
        raise UsageError(
            f"{options} have no effect without --sandbox",
            hint="add --sandbox, or remove them; RECONCILER_SANDBOX_DB, _SEED and _DATE count too",
        )


@contextmanager
def open_session(common: Common, settings: Settings, stop: StopRequest) -> Iterator[Session]:
    """Open a session with the portal that the options and settings name."""
    clock = Clock(sleep=stop.sleep)
    progress = RunProgress(quiet=common.quiet or common.verbose)  # `--verbose` shows each request already
    log = log_line if common.verbose else lambda _: None
    watch = Watch(stop.check_stop, stop.interruptible, log, progress.answered, progress.listed, progress.checked)
    timeout = common.timeout or DEFAULT_TIMEOUT
    if not common.sandbox:
        _without_sandbox(common)
        yield Session(load_connection(), settings.policy, settings.api_version, timeout, clock, watch, progress)
        return
    with embedded(common, settings.policy.portal) as base_url:
        connection = Connection(Secret(SANDBOX_TOKEN), base_url, proxy=None, ca_file=None)
        policy = replace(settings.policy, any_portal=True)
        yield Session(connection, policy, settings.api_version, timeout, clock, watch, progress)
