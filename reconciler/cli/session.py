"""The way to a portal: HubSpot itself, or the sandbox inside this process."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from types import FrameType

from reconciler.cli.options import DEFAULT_TIMEOUT, Common
from reconciler.cli.output import say
from reconciler.cli.sandbox import embedded
from reconciler.cli.signals import handle
from reconciler.cli.terminal import ReadingProgress
from reconciler.connections import Connection, Secret, load_connection
from reconciler.declarations.settings import Settings
from reconciler.errors import Interrupted, UsageError
from reconciler.hubspot.http import HttpReader, HttpWriter
from reconciler.hubspot.reader import PortalInspector, PortalReader
from reconciler.hubspot.writer import PortalWriter
from reconciler.policy import Policy
from reconciler.transport.surroundings import Clock, Watch

SANDBOX_TOKEN = "sandbox-1001"  # noqa: S105  (the sandbox's own, which opens nothing else)
_NOTICE = b"Ending after the request in flight; once more to end at once.\n"
_SLICE = 0.1
"""Seconds between two looks at whether a signal came."""


class Stop:
    """Turns signals into a wish that the run looks at between requests.

    A second signal breaks the request in flight off. It does nothing at any other time: what an answer says of a write
    that was carried out must not get lost on its way into the receipt.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self._interruptible = False

    def check_stop(self) -> None:
        """Raise `Interrupted` if somebody wants the run to end."""
        if self.number is not None:
            raise Interrupted(self.number)

    def sleep(self, seconds: float) -> None:
        """Wait, but no longer than until somebody wants the run to end."""
        end = time.monotonic() + seconds
        while self.number is None and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _SLICE))

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the signals that end a program as wishes; once there was one, the rest of the run ignores them."""
        before = handle(self._wish)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler if self.number is None else signal.SIG_IGN)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let a second signal raise `Interrupted` meanwhile."""
        self._interruptible = True
        try:
            yield
        finally:
            self._interruptible = False

    def _wish(self, number: int, _: FrameType | None) -> None:
        if self.number is None:
            self.number = number
            # The signal may have come in the middle of another line, or because the terminal has gone.
            with suppress(OSError):
                os.write(sys.stderr.fileno(), _NOTICE)
        elif self._interruptible:
            self.check_stop()


@dataclass(frozen=True, slots=True)
class Session:
    """Everything an HTTP client is made of, and the policy that fits where it leads."""

    connection: Connection
    policy: Policy
    api_version: str
    timeout: float
    clock: Clock
    watch: Watch
    reading: ReadingProgress

    @contextmanager
    def reader(self) -> Iterator[PortalReader]:
        """Open the portal for reading: its HTTP client refuses any method that writes."""
        with HttpReader(self.connection, timeout=self.timeout, clock=self.clock, watch=self.watch) as http:
            yield PortalReader(http, self.api_version)

    @contextmanager
    def inspector(self) -> Iterator[PortalInspector]:
        """Open the portal for `doctor`, which reads too."""
        with HttpReader(self.connection, timeout=self.timeout, clock=self.clock, watch=self.watch) as http:
            yield PortalInspector(http, self.api_version)

    @contextmanager
    def writer(self) -> Iterator[PortalWriter]:
        """Open the portal for reading and writing."""
        with HttpWriter(self.connection, timeout=self.timeout, clock=self.clock, watch=self.watch) as http:
            yield PortalWriter(http, self.api_version)


def _without_sandbox(common: Common) -> None:
    if any(given is not None for given in (common.sandbox_db, common.sandbox_seed, common.sandbox_date)):
        options = "--sandbox-db, --sandbox-seed and --sandbox-date"
        raise UsageError(
            f"{options} mean nothing without --sandbox",
            hint="add --sandbox, or leave them out, RECONCILER_SANDBOX_DB, _SEED and _DATE too",
        )


@contextmanager
def open_session(common: Common, settings: Settings, stop: Stop) -> Iterator[Session]:
    """Open the way to the portal that the options and settings mean."""
    clock = Clock(sleep=stop.sleep)
    reading = ReadingProgress(quiet=common.quiet or common.verbose)  # who sees each request needs no count of them
    log = say if common.verbose else lambda _: None
    watch = Watch(stop.check_stop, stop.interruptible, log, reading.answered)
    timeout = common.timeout or DEFAULT_TIMEOUT
    if not common.sandbox:
        _without_sandbox(common)
        yield Session(load_connection(), settings.policy, settings.api_version, timeout, clock, watch, reading)
        return
    with embedded(common, settings.policy.portal) as base_url:
        connection = Connection(Secret(SANDBOX_TOKEN), base_url, proxy=None, ca_file=None)
        policy = replace(settings.policy, any_portal=True)
        yield Session(connection, policy, settings.api_version, timeout, clock, watch, reading)
