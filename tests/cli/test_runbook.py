"""docs/runbook.md rehearsed on the command line: each exit code happens, somebody does the one thing, all is well."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals

import httpx
import pytest

from tests.cli.conftest import LAUNCH, SETTINGS
from tests.command_line import CommandLine, Screen, declare
from tests.hubspot.forwarding import Fate, Passing, Treatment, forwarding
from tests.runbook import entries

Rehearsal = Callable[[CommandLine, Path, str, pytest.MonkeyPatch], Iterator[Screen]]
"""Yields the run that fails, then the run after which all is well."""


def error(reconciler: CommandLine, folder: Path, _: str, __: pytest.MonkeyPatch) -> Iterator[Screen]:
    receipts = folder.parent / "receipts"
    apply = ("apply", "--yes", "--receipt", receipts / "one.json")
    yield reconciler(*apply)
    receipts.mkdir()
    yield reconciler(*apply)


def changes(reconciler: CommandLine, _: Path, __: str, ___: pytest.MonkeyPatch) -> Iterator[Screen]:
    yield reconciler("plan", "--detailed-exitcode")
    reconciler("apply", "--yes")
    yield reconciler("plan", "--detailed-exitcode")


def wrong(reconciler: CommandLine, folder: Path, _: str, __: pytest.MonkeyPatch) -> Iterator[Screen]:
    declare(folder, wrong="colour: red\n")
    yield reconciler("validate")
    declare(folder, wrong=LAUNCH.replace("launch", "wrong"))
    yield reconciler("validate")


def denied(reconciler: CommandLine, _: Path, __: str, environment: pytest.MonkeyPatch) -> Iterator[Screen]:
    environment.setenv("HUBSPOT_ACCESS_TOKEN", "revoked")
    yield reconciler("apply", "--yes")
    environment.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001")
    assert reconciler("doctor").code == 0
    yield reconciler("apply", "--yes")


def refused(reconciler: CommandLine, folder: Path, _: str, __: pytest.MonkeyPatch) -> Iterator[Screen]:
    declare(folder, reconciler=SETTINGS.replace("77", "78"))
    yield reconciler("apply", "--yes")
    declare(folder, reconciler=SETTINGS)
    yield reconciler("apply", "--yes")


def fell_short(reconciler: CommandLine, _: Path, portal: str, __: pytest.MonkeyPatch) -> Iterator[Screen]:
    writes = {"path": "*/marketing-events/*", "every": 1, "fault": {"status": 400}}
    rules = f"{portal}/_sandbox/faults"
    httpx.put(rules, json=[{"method": "POST", **writes}, {"method": "PUT", **writes}]).raise_for_status()
    yield reconciler("apply", "--yes")
    httpx.delete(rules).raise_for_status()
    yield reconciler("apply", "--yes")


def unreachable(reconciler: CommandLine, _: Path, portal: str, environment: pytest.MonkeyPatch) -> Iterator[Screen]:
    rules = f"{portal}/_sandbox/faults"
    httpx.put(rules, json=[{"every": 1, "fault": {"drop-before": True}}]).raise_for_status()
    yield reconciler("apply", "--yes", "--timeout", "1")
    httpx.delete(rules).raise_for_status()
    yield reconciler("apply", "--yes")


def misused(reconciler: CommandLine, _: Path, __: str, ___: pytest.MonkeyPatch) -> Iterator[Screen]:
    yield reconciler("apply", "evnets", "--yes")
    yield reconciler("apply", "events", "--yes")


REHEARSALS: dict[int, Rehearsal] = {
    1: error,
    2: changes,
    3: wrong,
    4: denied,
    5: refused,
    6: fell_short,
    7: unreachable,
    64: misused,
}


@pytest.mark.parametrize("code", REHEARSALS)
def test_whoever_does_what_the_runbook_says_is_well_again(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    failing, well = REHEARSALS[code](reconciler, folder, portal, monkeypatch)
    assert failing.code == code, failing.err
    assert well.code == 0, well.err


@pytest.mark.parametrize(("number", "code"), [(SIGINT, 130), (SIGTERM, 143)])
@pytest.mark.usefixtures("folder")
def test_after_an_interruption_the_same_command_goes_on(
    reconciler: CommandLine, portal: str, monkeypatch: pytest.MonkeyPatch, number: Signals, code: int
) -> None:
    def interrupt(passing: Passing) -> Treatment:
        if passing.path.endswith("/events/upsert"):
            os.kill(os.getpid(), number)
        return Fate.PASSED_ON

    with forwarding(portal, interrupt) as way:
        monkeypatch.setenv("HUBSPOT_BASE_URL", way.base_url)
        assert reconciler("apply", "--yes").code == code
    monkeypatch.setenv("HUBSPOT_BASE_URL", portal)
    assert reconciler("apply", "--yes").code == 0


def test_every_exit_code_has_its_entry() -> None:
    expected = {*(f"Exit code {code}" for code in REHEARSALS), "Exit codes 129, 130 and 143"}
    assert entries("On the command line").keys() == expected
