"""The effect on an apply of a signal or of a closed terminal: the current request ends, and the receipt is kept."""

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGTERM, getsignal, signal
from threading import Thread
from typing import Any

import httpx
import pytest

from reconciler.cli.session import StopRequest
from reconciler.errors import Interrupted
from tests.aside import aside, ended, send
from tests.cli.conftest import LAUNCH
from tests.command_line import CommandLine, declare
from tests.hubspot.forwarding import Decide, Fate, Instead, Passing, Treatment, forwarding

APPLY = ("apply", "--yes", "--receipt", "receipt.json")
UPSERT, LOOKUP = "/events/upsert", "/events/launch"
SECONDS = 10.0
"""Longer than a run takes to end on a slow machine, and shorter than it would take to go on."""


class Run:
    """An apply in a process of its own, with something happening to its requests."""

    def __init__(self, folder: Path, portal: str) -> None:
        self.folder = folder.parent
        self.portal = portal
        self.process: Any = None

    def __call__(self, decide: Decide) -> int:
        with forwarding(self.portal, decide) as way:
            self.process = aside(*APPLY, folder=self.folder, portal=way.base_url)
            return ended(self.process)

    def send(self, number: int) -> None:
        send(self.process, number)

    @property
    def receipt(self) -> Any:
        return json.loads((self.folder / "receipt.json").read_text())

    @property
    def outcome(self) -> str:
        return str(self.receipt["results"][0]["outcome"])

    @property
    def names(self) -> list[str]:
        events = httpx.get(f"{self.portal}/_sandbox/events").json()["events"]
        return [event["externalEventId"] for event in events]


@pytest.fixture
def run(folder: Path, portal: str) -> Run:
    return Run(folder, portal)


@dataclass
class At:
    """Does something when a request with this end of its path comes, and treats it like this; passes all others on."""

    end: str
    act: Callable[[], None]
    treatment: Treatment = Fate.PASSED_ON

    def __call__(self, passing: Passing) -> Treatment:
        if not passing.path.endswith(self.end):
            return Fate.PASSED_ON
        self.act()
        return self.treatment


each_signal = pytest.mark.parametrize(("number", "code"), [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)])


@each_signal
def test_the_request_in_flight_is_finished_and_told(run: Run, number: int, code: int) -> None:
    assert run(At(UPSERT, lambda: run.send(number))) == code
    assert (run.outcome, run.names) == ("done", ["launch"])
    assert run.receipt["verified"] is None


@each_signal
def test_before_the_first_write_nothing_is_written(run: Run, number: int, code: int) -> None:
    reads = count(1)

    def at_the_fresh_read() -> None:
        if next(reads) == 2:  # the first read is the plan's
            run.send(number)

    assert run(At(LOOKUP, at_the_fresh_read)) == code
    assert (run.outcome, run.names) == ("not_attempted", [])


@each_signal
def test_while_planning_it_ends_at_once_and_leaves_nothing(run: Run, number: int, code: int) -> None:
    def stall() -> None:
        run.send(number)
        time.sleep(1)

    assert run(At("/details", stall)) == code
    assert not (run.folder / "receipt.json").exists()
    assert run.names == []


def test_a_second_signal_breaks_off_a_request_that_takes_long(run: Run) -> None:
    began = time.monotonic()

    def stall() -> None:
        for _ in range(2):
            run.send(SIGTERM)
            time.sleep(0.5)
        time.sleep(SECONDS)

    with ExitStack() as stack:
        way = stack.enter_context(forwarding(run.portal, At(UPSERT, stall, Fate.REQUEST_LOST)))
        run.process = aside(*APPLY, folder=run.folder, portal=way.base_url)
        assert ended(run.process) == 143
        assert time.monotonic() - began < SECONDS
    assert run.outcome == "unsure"


def test_many_signals_lose_no_outcome(run: Run) -> None:
    def bombard() -> None:
        with suppress(ProcessLookupError, ValueError):
            while True:
                run.send(SIGTERM)
                time.sleep(0.002)

    code = run(At(UPSERT, Thread(target=bombard, daemon=True).start))
    assert code == 143
    assert run.outcome in ({"done", "unsure"} if run.names else {"not_attempted", "unsure"})


def test_a_wait_for_another_try_is_broken_off(run: Run) -> None:
    tries: list[float] = []

    def refuse() -> None:
        tries.append(time.monotonic())
        if len(tries) == 3:
            run.send(SIGINT)

    assert run(At(UPSERT, refuse, Instead(503))) == 130
    assert len(tries) == 3
    assert (run.outcome, run.names) == ("unsure", [])


def test_a_terminal_that_goes_takes_no_outcome_along(run: Run) -> None:
    ours, theirs = pty.openpty()
    with forwarding(run.portal, At(UPSERT, lambda: os.close(ours))) as way:
        environment = {**os.environ, "HUBSPOT_BASE_URL": way.base_url, "TERM": "xterm"}
        command = [sys.executable, "-m", "reconciler", *APPLY]
        process = subprocess.Popen(command, cwd=run.folder, stdout=theirs, stderr=theirs, env=environment)
        os.close(theirs)
        code = process.wait()
    assert code == 1
    assert (run.outcome, run.receipt["verified"]) == ("done", {"differences": 0, "changes": []})


@pytest.fixture
def handlers() -> Iterator[None]:
    """Restore the signal handlers: a run that a signal has ended ignores signals from then on."""
    before = {number: signal(number, getsignal(number)) for number in (SIGINT, SIGTERM, SIGHUP)}
    yield
    for number, handler in before.items():
        signal(number, handler)


@pytest.fixture
def stop(handlers: None) -> Iterator[StopRequest]:
    stop = StopRequest()
    with stop.listening():
        yield stop


def test_a_second_signal_does_not_disturb_the_end_of_a_run(reconciler: CommandLine, handlers: None) -> None:
    reconciler("--version")
    with pytest.raises(Interrupted):
        os.kill(os.getpid(), SIGTERM)
    for number in (SIGINT, SIGTERM):
        os.kill(os.getpid(), number)


def test_once_a_run_was_told_to_end_its_rest_ignores_signals(handlers: None) -> None:
    stop = StopRequest()
    with stop.listening():
        os.kill(os.getpid(), SIGTERM)
    os.kill(os.getpid(), SIGTERM)
    assert stop.number == SIGTERM


def test_a_second_signal_is_nothing_while_no_answer_is_waited_for(stop: StopRequest) -> None:
    for _ in range(3):
        os.kill(os.getpid(), SIGTERM)
    with pytest.raises(Interrupted):
        stop.check_stop()


def test_a_second_signal_ends_the_wait_for_an_answer(stop: StopRequest) -> None:
    os.kill(os.getpid(), SIGTERM)
    with pytest.raises(Interrupted), stop.interruptible():
        os.kill(os.getpid(), SIGINT)
    assert stop.number == SIGTERM


def test_a_signal_ends_a_long_sleep(stop: StopRequest) -> None:
    began = time.monotonic()

    def later() -> None:
        time.sleep(0.2)
        os.kill(os.getpid(), SIGINT)

    Thread(target=later).start()
    stop.sleep(60)
    assert time.monotonic() - began < SECONDS


def test_a_receipt_that_can_no_longer_be_kept_ends_the_run_before_its_next_write(run: Run) -> None:
    declare(run.folder / "events", fair=LAUNCH.replace("launch", "fair"))
    assert ended(aside("apply", "--yes", folder=run.folder, portal=run.portal)) == 0
    declare(run.folder / "events", fair=LAUNCH.replace("launch", "fair") + "eventType: FAIR\n")
    declare(run.folder / "events", autumn=LAUNCH.replace("launch", "autumn"))
    kept = run.folder / "kept"
    kept.mkdir()

    def vanish() -> None:
        for file in kept.iterdir():
            file.unlink()
        kept.rmdir()

    with forwarding(run.portal, At(UPSERT, vanish)) as way:
        options = ("apply", "--yes", "--receipt", "kept/receipt.json")
        assert ended(aside(*options, folder=run.folder, portal=way.base_url)) == 6
        assert not any(passing.path.endswith("/batch/update") for passing in way.sent)
    assert "cannot write kept/receipt.json: No such file or directory" in (run.folder / "err").read_text()
    last = (run.folder / "out").read_text().splitlines()[-2:]
    assert last == ["Applied: 1 created, 0 updated, 0 deleted.", "Verified: 0 differences."]
