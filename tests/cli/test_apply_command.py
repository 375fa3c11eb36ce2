"""`reconciler apply` as people and pipelines call it."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import LAUNCH, SETTINGS, Seed, seed_event
from tests.command_line import CommandLine, declare, started


def events(portal: str) -> list[dict[str, Any]]:
    """Return everything that a sandbox holds."""
    held: list[dict[str, Any]] = httpx.get(f"{portal}/_sandbox/events").json()["events"]
    return held


def test_an_apply_ends_with_what_was_done_and_the_proof(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("apply", "--yes")
    assert screen.last_lines == ["Applied: 1 created, 0 updated, 0 deleted.", "Verified: 0 differences."]
    assert screen.code == 0
    assert [event["eventName"] for event in events(portal)] == ["Launch"]


def test_an_apply_without_changes_says_so_and_succeeds(reconciler: CommandLine, folder: Path, portal: str) -> None:
    reconciler("apply", "--yes")
    screen = reconciler("apply", "--expect", "sha256:whatever")
    assert screen.last_lines == ["Applied: 0 created, 0 updated, 0 deleted.", "Verified: 0 differences."]
    assert "No changes. HubSpot holds what the files declare." in screen.out.splitlines()
    assert screen.code == 0


def test_nobody_at_a_terminal_is_no_approval(folder: Path, portal: str) -> None:
    screen = started(
        "apply",
        folder,
        environment={"HUBSPOT_BASE_URL": portal, "HUBSPOT_ACCESS_TOKEN": "sandbox-1001"},
    )
    assert screen.code == 5
    assert "--yes" in screen.err
    assert events(portal) == []


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("no", 5), ("y", 5), ("", 5)])
def test_somebody_at_a_terminal_is_asked(folder: Path, portal: str, answer: str, code: int) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "apply", str(folder)],
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HUBSPOT_BASE_URL": portal, "HUBSPOT_ACCESS_TOKEN": "sandbox-1001"},
    )
    os.write(ours, f"{answer}\n".encode())
    assert process.wait() == code
    assert len(events(portal)) == (1 if code == 0 else 0)


def test_the_digest_that_was_reviewed_is_applied(reconciler: CommandLine, folder: Path, portal: str) -> None:
    digest = reconciler("plan", "--format", "json").json["digest"]
    assert reconciler("apply", "--expect", digest).code == 0


def test_another_digest_is_refused_and_the_plan_shown(reconciler: CommandLine, folder: Path, portal: str) -> None:
    digest = reconciler("plan", "--format", "json").json["digest"]
    declare(folder, launch=LAUNCH.replace("Launch", "Lunch"))
    screen = reconciler("apply", "--expect", digest)
    assert screen.code == 5
    assert "Lunch" in screen.out
    assert digest in screen.err
    assert events(portal) == []


def test_the_plan_that_was_reviewed_is_applied(reconciler: CommandLine, folder: Path, portal: str) -> None:
    reconciler("plan", "--out", "plan.json")
    assert reconciler("apply", "--plan", "plan.json").code == 0
    assert reconciler("apply", "--plan", "plan.json").code == 0


def test_what_is_new_since_the_review_is_not_attempted(reconciler: CommandLine, folder: Path, portal: str) -> None:
    reconciler("plan", "--out", "plan.json")
    declare(folder, other=LAUNCH.replace("launch", "other"))
    screen = reconciler("apply", "--plan", "plan.json", "--format", "json")
    outcomes = {result["identity"]["external_event_id"]: result["outcome"] for result in screen.json["results"]}
    assert outcomes == {"launch": "done", "other": "not_attempted"}
    assert screen.json["summary"]["not_attempted"] == 1
    assert screen.code == 0


def test_what_moved_since_the_review_is_refused(reconciler: CommandLine, folder: Path, portal: str) -> None:
    declare(folder, other=LAUNCH.replace("launch", "other"))
    reconciler("plan", "--out", "plan.json")
    declare(folder, launch=LAUNCH.replace("Launch", "Lunch"))
    screen = reconciler("apply", "--plan", "plan.json", "--format", "json")
    outcomes = {result["identity"]["external_event_id"]: result["outcome"] for result in screen.json["results"]}
    assert outcomes == {"launch": "refused", "other": "done"}
    assert screen.code == 6


def test_several_reviewed_plans_count_together(reconciler: CommandLine, folder: Path, portal: str) -> None:
    reconciler("plan", "--out", "one.json")
    declare(folder, other=LAUNCH.replace("launch", "other"))
    reconciler("plan", "--out", "two.json")
    assert reconciler("apply", "--plan", "one.json", "--plan", "two.json").code == 0
    assert len(events(portal)) == 2


def test_a_plan_file_that_was_tampered_with_is_refused(reconciler: CommandLine, folder: Path, portal: str) -> None:
    reconciler("plan", "--out", "plan.json")
    Path("plan.json").write_text(Path("plan.json").read_text().replace('"Launch"', '"Lunch"'))
    screen = reconciler("apply", "--plan", "plan.json")
    assert screen.code == 5
    assert events(portal) == []


def test_a_plan_and_a_digest_cannot_stand_together(reconciler: CommandLine, folder: Path) -> None:
    Path("plan.json").write_text("{}")
    assert reconciler("apply", "--plan", "plan.json", "--expect", "sha256:x").code == 64


def test_the_receipt_is_saved_and_printed_alike(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("apply", "--yes", "--receipt", "receipt.json", "--format", "json")
    assert Path("receipt.json").read_text() == screen.out
    assert screen.json["summary"] == {
        "created": 1,
        "updated": 0,
        "deleted": 0,
        "failed": 0,
        "refused": 0,
        "unsure": 0,
        "not_attempted": 0,
    }
    assert screen.json["verified"] == {"differences": 0, "changes": []}


def test_a_refused_apply_leaves_a_receipt_too(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("apply", "--expect", "sha256:other", "--receipt", "receipt.json")
    receipt = json.loads(Path("receipt.json").read_text())
    assert screen.code == 5
    assert [result["outcome"] for result in receipt["results"]] == ["not_attempted"]
    assert receipt["verified"] is None


def test_a_token_that_may_not_write_is_exit_code_4(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001-read")
    screen = reconciler("apply", "--yes")
    assert screen.code == 4
    assert "crm.objects.marketing_events.write" in screen.err
    assert screen.last_lines == ["Applied: 0 created, 0 updated, 0 deleted.", "Verified: not possible."]


def test_a_portal_must_be_declared_before_anything_is_written(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    declare(folder, reconciler="externalAccountId: acme\n")
    screen = reconciler("apply", "--yes")
    assert screen.code == 5
    assert "guard-portal" in screen.err
    assert reconciler("plan").code == 0


def test_declaring_nothing_is_refused_unless_deleting_was_asked_for(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    (folder / "launch.yaml").unlink()
    assert reconciler("apply", "--yes").code == 5
    assert reconciler("apply", "--yes", "--max-deletes", "0").code == 0


def test_deleting_needs_its_numbers(reconciler: CommandLine, folder: Path, seed: Seed) -> None:
    orphan = seed_event(
        "501", "partner-day", eventName="Partner day", startDateTime="2098-01-01T10:00:00Z", registrants=12
    )
    declare(folder, reconciler=SETTINGS + "orphans: delete\n")
    options = ("--yes", "--sandbox", "--sandbox-db", "db.sqlite", "--sandbox-seed", seed(orphan))
    screen = reconciler("apply", *options, "--max-deletes", 1)
    assert screen.last_lines == ["Applied: 1 created, 0 updated, 0 deleted.", "Verified: 0 differences."]
    assert screen.code == 6
    screen = reconciler("apply", *options, "--max-registrants", 12, "--receipt", "receipt.json")
    assert (screen.code, screen.err) == (5, "Error: a guard refuses every change, as said above\n")
    (result,) = json.loads(Path("receipt.json").read_text())["results"]
    why = "1 undeclared event would be deleted or cancelled, 0 allowed"
    assert (result["outcome"], result["why"]) == ("refused", why)
    screen = reconciler("apply", *options, "--max-deletes", 1, "--max-registrants", 12)
    assert screen.last_lines == ["Applied: 0 created, 0 updated, 1 deleted.", "Verified: 0 differences."]


def test_the_hints_of_a_guard_are_shown_with_a_plan_that_was_reviewed(
    reconciler: CommandLine, folder: Path, seed: Seed
) -> None:
    orphan = seed_event("501", "partner-day", eventName="Partner day", startDateTime="2098-01-01T10:00:00Z")
    declare(folder, reconciler=SETTINGS + "orphans: delete\n")
    options = ("--sandbox", "--sandbox-db", "db.sqlite", "--sandbox-seed", seed(orphan))
    reconciler("plan", *options, "--out", "plan.json")
    screen = reconciler("apply", *options, "--plan", "plan.json")
    assert screen.code == 6
    assert "allow it with --max-deletes 1" in screen.out
    digest = reconciler("plan", *options, "--format", "json").json["digest"]
    screen = reconciler("apply", *options, "--expect", digest)
    assert screen.code == 5
    assert "allow it with --max-deletes 1" in screen.out
    assert "Error: the plan was not applied" in screen.err


GONE = "objectId: 404\neventUrl: https://acme.example\n"


def test_an_event_that_is_set_aside_stops_no_other(reconciler: CommandLine, folder: Path, portal: str) -> None:
    declare(folder, zoom=GONE)
    screen = reconciler("apply", "--yes", "--receipt", "receipt.json")
    assert screen.code == 6
    assert screen.last_lines == ["Applied: 1 created, 0 updated, 0 deleted.", "Verified: 0 differences."]
    assert "    set aside: HubSpot holds no event with objectId 404" in screen.out.splitlines()
    receipt = json.loads(Path("receipt.json").read_text())
    assert receipt["results"][-1] == {
        "action": None,
        "identity": {"external_account_id": None, "external_event_id": None, "object_id": "404"},
        "name": None,
        "outcome": "refused",
        "why": "HubSpot holds no event with objectId 404",
        "source": {"file": "events/zoom.yaml", "line": 1},
    }
    again = reconciler("apply", "--yes")
    assert again.code == 3
    assert again.err == "Error: 1 event is set aside, and there was nothing else to write\n"


def test_an_event_that_is_set_aside_goes_before_a_digest_that_no_longer_holds(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    declare(folder, zoom=GONE)
    screen = reconciler("apply", "--expect", "sha256:00", "--format", "json")
    assert screen.code == 3
    assert [result["outcome"] for result in screen.json["results"]] == ["not_attempted", "refused"]
    assert events(portal) == []


def test_a_first_load_can_trust_the_list(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("apply", "--yes", "--trust-list", "--verbose")
    assert screen.code == 0
    assert "GET /marketing/marketing-events/2026-03/events/launch: 404" not in screen.err.splitlines()


def test_where_no_receipt_can_be_kept_nothing_is_written(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("apply", "--yes", "--receipt", "no/such/folder/receipt.json")
    assert screen.code == 1
    assert "no/such/folder/receipt.json" in screen.err
    assert events(portal) == []


def test_a_closed_input_is_no_approval(folder: Path, portal: str) -> None:
    environment = {**os.environ, "HUBSPOT_BASE_URL": portal, "HUBSPOT_ACCESS_TOKEN": "sandbox-1001"}
    command: list[str | Path] = ["sh", "-c", 'exec "$0" -m reconciler apply "$1" <&-', sys.executable, folder]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert ended.returncode == 5
    assert "Traceback" not in ended.stderr


def test_nobody_listening_to_the_log_loses_no_outcome(folder: Path, portal: str) -> None:
    environment = {**os.environ, "HUBSPOT_BASE_URL": portal, "HUBSPOT_ACCESS_TOKEN": "sandbox-1001"}
    receipt = folder.parent / "receipt.json"
    deaf = 'exec "$0" -m reconciler apply "$1" --yes --verbose --receipt "$2" 2>/dev/full'
    command: list[str | Path] = ["sh", "-c", deaf, sys.executable, folder, receipt]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert ended.returncode == 0
    assert json.loads(receipt.read_text())["results"][0]["outcome"] == "done"


def test_a_refusal_is_a_receipt_in_json_too(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("apply", "--expect", "sha256:other", "--format", "json")
    assert screen.code == 5
    assert screen.json["summary"]["not_attempted"] == 1


@contextmanager
def slow_portal(seed: Path) -> Iterator[str]:
    """Run a sandbox that answers slowly, so that a signal comes in the middle of a run; return its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "sandbox", "--port", "0", "--seed", str(seed), "--latency", "400"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        yield next(word for word in process.stderr.readline().split() if word.startswith("http")).rstrip(";")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def interrupted(*arguments: str, at: str, times: int = 1, by: int, folder: Path, portal: str) -> int:
    """Run the command line in a process of its own, send it a signal after some lines; return its exit code."""
    run = subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments, "--verbose"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder.parent,
        env={**os.environ, "HUBSPOT_BASE_URL": portal, "HUBSPOT_ACCESS_TOKEN": "sandbox-1001"},
    )
    assert run.stderr is not None
    lines = (line for line in run.stderr if at in line)
    for _ in range(times):
        next(lines)
    run.send_signal(by)
    run.communicate()
    return run.returncode


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_an_apply_with_a_receipt(folder: Path, seed: Seed, number: int, code: int) -> None:
    with slow_portal(seed()) as portal:
        apply = ("apply", "--yes", "--receipt", "receipt.json")
        # The plan looks a new event up too.
        ended = interrupted(*apply, at="events/launch: 404", times=2, by=number, folder=folder, portal=portal)
        held = events(portal)
    receipt = json.loads((folder.parent / "receipt.json").read_text())
    assert ended == code
    assert receipt["results"][0]["outcome"] == ("done" if held else "not_attempted")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_plan(folder: Path, seed: Seed, number: int, code: int) -> None:
    with slow_portal(seed()) as portal:
        assert interrupted("plan", at="details: 200", by=number, folder=folder, portal=portal) == code
