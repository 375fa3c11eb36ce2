"""`reconciler doctor --probe` as people see it."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from signal import SIGINT, SIGTERM
from typing import Any

import httpx
import pytest

from reconciler.sandbox import server
from tests.aside import aside, ended, send
from tests.cli.conftest import seed_event
from tests.command_line import CommandLine, declare
from tests.hubspot import connecting
from tests.hubspot.forwarding import Fate, Instead, Passing, Treatment, forwarding

ANSWERS = [
    "upsert: replace",
    "empty-text: clears",
    "search: prefix",
    "patch-flags: keep",
    "text: verbatim",
    "token-details: answers",
]
OTHERS = [seed_event("901", "launch"), seed_event("902", "fair", appInfo={"id": "2002"})]


def seed_of(folder: Path, account_type: str) -> Path:
    """Write a seed for an account of this type, with two events."""
    file = folder / f"{account_type}.json"
    file.write_text(json.dumps({"portal": {"id": 77, "account_type": account_type}, "events": OTHERS}))
    return file


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run portal 77 as a developer test account; return its base URL."""
    with server.running(server.Options(seed=seed_of(tmp_path, "DEVELOPER_TEST"), rate="10000/10")) as running:
        monkeypatch.setenv("HUBSPOT_BASE_URL", running.base_url)
        monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001")
        yield running.base_url


def control(base_url: str, what: str, body: object = None) -> Any:
    """Ask a sandbox for something, or set it."""
    url, method = f"{base_url}/_sandbox/{what}", "GET" if body is None else "PUT"
    answer = httpx.request(method, url, json=body, trust_env=False, verify=connecting.NO_TLS).raise_for_status()
    return answer.json() if answer.content else None


def object_ids(base_url: str) -> list[str]:
    """Return the object ids of all events in a sandbox."""
    return [event["objectId"] for event in control(base_url, "events")["events"]]


def writes(base_url: str) -> list[str]:
    """Return the path of each write in a sandbox's log; the request for the token's details is none."""
    log = control(base_url, "requests")["requests"]
    return [one["path"] for one in log if one["method"] != "GET" and not one["path"].startswith("/oauth/")]


def test_the_command_that_the_documents_show_probes_the_local_hubspot(reconciler: CommandLine, folder: Path) -> None:
    shown = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"^echo '(.*)' > probe-seed\.json$", shown, re.MULTILINE)
    (command,) = re.findall(r"^reconciler (doctor --probe .*)$", shown, re.MULTILINE)
    (folder.parent / "probe-seed.json").write_text(written)
    assert reconciler(*command.split()).code == 0


def test_a_account_is_probed_and_looks_as_before(reconciler: CommandLine, folder: Path, account: str) -> None:
    screen = reconciler("doctor", "--probe")
    assert screen.code == 0
    assert [line for line in screen.out.splitlines() if line in ANSWERS] == ANSWERS
    assert screen.out.startswith("reconciler doctor --probe\n\nreconciler ")
    assert ", API version 2026-03, account type DEVELOPER_TEST, 2026-11-01\n" in screen.out
    assert "\nIts event is deleted: a direct read finds it no more.\n" in screen.out
    (announced,) = screen.err.splitlines()
    assert announced.startswith("Probing portal 77 (DEVELOPER_TEST): one event is made, edited and deleted")
    assert object_ids(account) == ["901", "902"]


def test_two_probes_use_different_ids(reconciler: CommandLine, folder: Path, account: str) -> None:
    assert reconciler("doctor", "--probe").err != reconciler("doctor", "--probe").err


def test_the_report_tells_each_behaviour_as_it_was_set(reconciler: CommandLine, folder: Path, account: str) -> None:
    control(account, "behaviours", {"upsert": "keep", "empty-text": "ignored", "token-details": "missing"})
    out = reconciler("doctor", "--probe", "--api-version", "2026-09").out
    assert "\nupsert: keep\n" in out
    assert "\nempty-text: ignored\n" in out
    assert "\ntoken-details: missing\n" in out
    assert ", API version 2026-09, " in out


def test_any_other_account_is_refused_and_nothing_is_written(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    screen = reconciler("doctor", "--probe")
    assert (screen.code, screen.out) == (5, "")
    assert screen.err.startswith(
        "Error: --probe writes, so it needs a test account (DEVELOPER_TEST or SANDBOX), but portal 77 is 'STANDARD' ("
    )
    assert writes(portal) == []


def test_another_portal_than_the_declared_one_is_refused(reconciler: CommandLine, folder: Path, account: str) -> None:
    declare(folder, reconciler="portal: 78\n")
    screen = reconciler("doctor", "--probe")
    assert (screen.code, screen.out) == (5, "")
    assert "the token opens portal 77, but reconciler.yaml declares portal 78" in screen.err
    assert writes(account) == []


def test_a_token_that_may_only_read_probes_nothing(
    reconciler: CommandLine, folder: Path, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001-read")
    screen = reconciler("doctor", "--probe")
    assert (screen.code, screen.out) == (4, "")
    assert "Error: the token may not do this: " in screen.err
    assert object_ids(account) == ["901", "902"]


def test_without_a_token_nothing_is_probed(
    reconciler: CommandLine, folder: Path, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUBSPOT_ACCESS_TOKEN")
    assert reconciler("doctor", "--probe").code == 4


def test_the_sandbox_inside_is_probed_if_its_seed_says_account(
    reconciler: CommandLine, folder: Path, tmp_path: Path
) -> None:
    refused = reconciler("doctor", "--probe", "--sandbox", "--sandbox-db", tmp_path / "standard.sqlite")
    assert refused.code == 5
    assert '"account_type": "DEVELOPER_TEST"' in refused.err
    seed = seed_of(tmp_path, "SANDBOX")
    screen = reconciler("doctor", "--probe", "--sandbox", "--sandbox-seed", seed)
    assert screen.code == 0
    assert "account type SANDBOX" in screen.out


def test_what_may_be_left_is_told_last_with_how_to_delete_it(
    reconciler: CommandLine, folder: Path, account: str
) -> None:
    control(account, "faults", [{"path": "*/batch/*", "every": 1, "fault": {"status": 403}}])
    screen = reconciler("doctor", "--probe")
    assert screen.code == 6
    assert "\nIt ended early: the token may not do this: " in screen.out
    assert "\nIts event may still be there.\n" in screen.out
    *_, left, ids, _, command = screen.err.splitlines()
    assert left.startswith("Error: the probe's event may still be there: the token may not do this: ")
    (event,) = [event for event in control(account, "events")["events"] if event["objectId"] not in ("901", "902")]
    assert f"{event['externalAccountId']}/{event['externalEventId']}" in ids
    address = command.rpartition(' "')[2].removesuffix('"')
    headers = {"Authorization": "Bearer sandbox-1001"}
    httpx.delete(address, headers=headers, trust_env=False, verify=connecting.NO_TLS).raise_for_status()
    assert object_ids(account) == ["901", "902"]


@pytest.mark.parametrize(("number", "code"), [(SIGINT, 130), (SIGTERM, 143)])
def test_a_signal_ends_the_questions_but_not_before_the_event_is_removed(
    folder: Path, account: str, *, number: int, code: int
) -> None:
    running: list[Any] = []

    def signal(passing: Passing) -> Treatment:
        if passing.path.endswith("/batch/update"):
            send(running[0], number)
        return Fate.PASSED_ON

    with forwarding(account, signal) as way:
        running.append(aside("doctor", "--probe", folder=folder.parent, portal=way.base_url))
        assert ended(running[0]) == code
        assert sum(one.path.endswith("/batch/update") for one in way.sent) == 1
    assert object_ids(account) == ["901", "902"]
    out = (folder.parent / "out").read_text()
    err = (folder.parent / "err").read_text().splitlines()
    assert err[-2:] == [
        "Removing the probe's event before the end; this takes a minute at most.",
        "Error: interrupted",
    ]
    assert "\nIt ended early: interrupted\nIts event is deleted: a direct read finds it no more.\n" in out


def test_signals_do_not_shorten_the_removal(folder: Path, account: str) -> None:
    """HubSpot refuses the first deletions, and each of them is met by a signal."""
    running: list[Any] = []
    began: list[float] = []

    def refuse_for_a_while(passing: Passing) -> Treatment:
        if not passing.path.endswith(("/batch/update", "/batch/archive")):
            return Fate.PASSED_ON
        send(running[0], SIGTERM)
        began.append(time.monotonic())
        is_early = time.monotonic() - began[0] < 1
        return Instead(400) if passing.path.endswith("/batch/archive") and is_early else Fate.PASSED_ON

    with forwarding(account, refuse_for_a_while) as way:
        running.append(aside("doctor", "--probe", folder=folder.parent, portal=way.base_url))
        assert ended(running[0]) == 143
    assert object_ids(account) == ["901", "902"]
