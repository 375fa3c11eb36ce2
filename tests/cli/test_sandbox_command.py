"""`reconciler sandbox`: a local HubSpot in a process of its own."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Seed, seed_event
from tests.command_line import CommandLine, started
from tests.render.page.reading import read


@contextmanager
def serving(*arguments: str | Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the sandbox; yield its process and its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "sandbox", "--port", "0", *map(str, arguments)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    first = process.stderr.readline()
    try:
        yield process, next(word for word in first.split() if word.startswith("http")).rstrip(";,.")
    finally:
        process.terminate()
        process.communicate()


def test_it_serves_what_the_seed_says(seed: Seed) -> None:
    with serving("--seed", seed(seed_event("501", "launch"))) as (_, base_url):
        held = httpx.get(f"{base_url}/_sandbox/events").json()["events"]
    assert [event["externalEventId"] for event in held] == ["launch"]


def test_a_browser_is_shown_what_it_holds(seed: Seed) -> None:
    start, url = "2027-05-12T08:00:00Z", "javascript:alert(1)"
    event = seed_event("501", "launch", startDateTime=start, eventUrl=url, registrants=7)
    with serving("--seed", seed(event)) as (_, base_url):
        answer = httpx.get(base_url)
        assert httpx.get(f"{base_url}/_sandbox/requests").json() == {"requests": []}
    top = read(answer.text)
    assert top.one("h1").text == "Local HubSpot, portal 77"
    assert top.one(id="d2027-05-12").one("li").text == "10:00 Launch"
    assert top.one(id="e0").text.endswith("7 registered link javascript:alert(1) acme/launch (object 501)")
    policy = top.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert answer.headers["Content-Security-Policy"] == f"{policy}; frame-ancestors 'none'"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_well(seed: Seed, number: int) -> None:
    with serving("--seed", seed()) as (process, _):
        process.send_signal(number)
        assert process.wait() == 0


def test_it_remembers_in_its_database(tmp_path: Path, seed: Seed, folder: Path) -> None:
    database = tmp_path / "portal.sqlite"
    with serving("--db", database, "--seed", seed()) as (_, base_url):
        environment = {"HUBSPOT_BASE_URL": base_url, "HUBSPOT_ACCESS_TOKEN": "sandbox-1001"}
        assert started("apply", folder, "--yes", environment=environment).code == 0
    with serving("--db", database) as (_, base_url):
        assert len(httpx.get(f"{base_url}/_sandbox/events").json()["events"]) == 1


def test_a_port_in_use_is_said(seed: Seed) -> None:
    with serving() as (_, base_url):
        screen = started("sandbox", "--port", base_url.rpartition(":")[2])
    assert screen.code == 64
    assert screen.err.endswith("; choose another with --port\n")
    assert "Traceback" not in screen.err


def test_it_behaves_as_asked() -> None:
    with serving("--behaviour", "upsert=keep", "--behaviour", "list-lag=1.5") as (_, base_url):
        behaviours = httpx.get(f"{base_url}/_sandbox/behaviours").json()
    assert (behaviours["upsert"], behaviours["list-lag"], behaviours["search"]) == ("keep", 1.5, "prefix")


def test_its_clock_begins_at_the_day_it_is_given(seed: Seed, folder: Path) -> None:
    with serving("--seed", seed(), "--sandbox-date", "2027-02-01") as (_, base_url):
        environment = {"HUBSPOT_BASE_URL": base_url, "HUBSPOT_ACCESS_TOKEN": "sandbox-1001"}
        assert started("apply", folder, "--yes", environment=environment).code == 0
        (event,) = httpx.get(f"{base_url}/_sandbox/events").json()["events"]
    assert event["createdAt"].startswith("2027-02-01T00:0")


def test_a_behaviour_that_is_none_is_said() -> None:
    screen = started("sandbox", "--port", "0", "--behaviour", "upsert=replaced")
    assert screen.code == 64
    assert "the behaviour 'upsert=replaced' is none: upsert is replace or keep, not 'replaced'" in screen.err
    assert "Traceback" not in screen.err


def test_the_rate_is_the_one_asked_for(seed: Seed) -> None:
    with serving("--rate", "2/60") as (_, base_url):
        headers = {"Authorization": "Bearer sandbox-1001"}
        statuses = [httpx.get(f"{base_url}/account-info/v3/details", headers=headers).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_the_faults_are_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text('[{"path": "/account-info/*", "nth": 1, "fault": {"status": 502}}]', encoding="utf-8")
    with serving("--faults", file) as (_, base_url):
        headers = {"Authorization": "Bearer sandbox-1001"}
        statuses = [httpx.get(f"{base_url}/account-info/v3/details", headers=headers).status_code for _ in range(2)]
    assert statuses == [502, 200]


def test_a_fault_that_is_none_is_said(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text('[{"nth": 1, "fault": {"status": 502}}, {"nth": 1, "fault": {"drop": true}}]', encoding="utf-8")
    screen = started("sandbox", "--port", "0", "--faults", file)
    assert screen.code == 64
    assert "faults[1].fault has an unknown key 'drop'" in screen.err
    assert "Traceback" not in screen.err


def test_a_seed_that_is_not_used_is_told_before_it_listens(tmp_path: Path, seed: Seed) -> None:
    database = tmp_path / "portal.sqlite"
    with serving("--db", database):
        pass
    command = [sys.executable, "-m", "reconciler", "sandbox", "--port", "0", "--db", str(database)]
    with subprocess.Popen([*command, "--seed", str(seed())], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told = [process.stderr.readline() for _ in range(2)]
        process.terminate()
    assert "seed.json is not used" in told[0]
    assert told[0].startswith("Warning: ")
    assert told[1].startswith("The sandbox listens at http")


def test_a_seed_that_is_not_used_is_told(reconciler: CommandLine, folder: Path, seed: Seed) -> None:
    database = ("--sandbox", "--sandbox-db", "portal.sqlite")
    assert reconciler("plan", *database).code == 0
    screen = reconciler("plan", *database, "--sandbox-seed", seed())
    assert "seed.json is not used: portal.sqlite exists already and was not made from it" in screen.err
    assert screen.code == 0
