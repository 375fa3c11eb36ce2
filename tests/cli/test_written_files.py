"""The places of plans and receipts: never over an input of the run, and never lost in silence."""

import json
import os
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.command_line import CommandLine
from tests.hubspot.forwarding import Fate, Passing, forwarding

OPTIONS = [("plan", "--out"), ("plan", "--markdown"), ("apply", "--receipt")]

each_option = pytest.mark.parametrize(("command", "option"), OPTIONS)


def asked(portal: str) -> list[Any]:
    """Return every request that came."""
    requests: list[Any] = httpx.get(f"{portal}/_sandbox/requests").json()["requests"]
    return requests


@each_option
@pytest.mark.parametrize(
    "target", ["events/launch.yaml", "events/reconciler.yaml", "events/new.yml", "link", ".git/config", ".git/new"]
)
def test_no_option_writes_over_what_a_run_is_made_of(
    reconciler: CommandLine, folder: Path, portal: str, command: str, option: str, target: str
) -> None:
    Path("link").symlink_to("events/launch.yaml")
    Path(".git").mkdir()
    Path(".git/config").write_text("[core]\n")
    before = {file: file.read_text() for file in Path().rglob("*") if file.is_file()}
    screen = reconciler(command, option, target)
    assert screen.code == 64
    assert target in screen.err
    assert {file: file.read_text() for file in Path().rglob("*") if file.is_file()} == before
    assert asked(portal) == []


@pytest.mark.parametrize("target", ["pipe", "/dev/full", "/dev/null", "events"])
def test_a_receipt_needs_an_ordinary_file(reconciler: CommandLine, folder: Path, portal: str, target: str) -> None:
    os.mkfifo("pipe")
    assert reconciler("apply", "--yes", "--receipt", target).code == 64
    assert asked(portal) == []


def test_where_no_receipt_can_be_kept_nothing_is_even_read(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("apply", "--yes", "--receipt", "no/such/folder/receipt.json")
    assert (screen.code, "no/such/folder/receipt.json" in screen.err) == (1, True)
    assert asked(portal) == []


def test_a_receipt_goes_to_the_file_behind_a_link(reconciler: CommandLine, folder: Path, portal: str) -> None:
    Path("elsewhere").mkdir()
    Path("receipt.json").symlink_to("elsewhere/real.json")
    assert reconciler("apply", "--yes", "--receipt", "receipt.json").code == 0
    assert Path("receipt.json").is_symlink()
    assert '"created": 1' in Path("elsewhere/real.json").read_text()
    assert [file.name for file in Path("elsewhere").iterdir()] == ["real.json"]


def test_a_run_that_has_no_plan_leaves_the_receipt_of_an_earlier_run(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reconciler("apply", "--yes", "--receipt", "receipt.json").code == 0
    before = Path("receipt.json").read_bytes()
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-na1-unknown")
    assert reconciler("apply", "--yes", "--receipt", "receipt.json").code == 4
    assert Path("receipt.json").read_bytes() == before


@pytest.mark.parametrize("option", ["--out", "--markdown"])
def test_a_pipe_that_nobody_reads_is_an_error_and_no_wait(
    reconciler: CommandLine, folder: Path, portal: str, option: str
) -> None:
    os.mkfifo("pipe")
    screen = reconciler("plan", option, "pipe")
    assert screen.code == 1
    assert "cannot write pipe: nobody reads from it" in screen.err


def test_a_pipe_that_somebody_reads_gets_the_plan(reconciler: CommandLine, folder: Path, portal: str) -> None:
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert reconciler("plan", "--out", "pipe").code == 0
    assert os.read(reader, 65536).startswith(b"{")
    os.close(reader)


def test_a_full_disk_is_an_error(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("plan", "--out", "/dev/full")
    assert (screen.code, "cannot write /dev/full: No space left on device" in screen.err) == (1, True)


def test_a_sandbox_that_can_keep_nothing_is_wrong_usage(reconciler: CommandLine, folder: Path) -> None:
    Path(".reconciler").write_text("")
    screen = reconciler("apply", "--yes", "--sandbox")
    assert (screen.code, "give --sandbox-db FILE" in screen.err) == (64, True)


def apply_into(out: int | str, folder: Path, portal: str, digest: str) -> tuple[int, str]:
    """Apply a reviewed plan with redirected standard output; return the exit code and standard error."""
    stream = os.open(out, os.O_WRONLY) if isinstance(out, str) else out
    process = subprocess.run(
        [sys.executable, "-m", "reconciler", "apply", str(folder), "--expect", digest, "--receipt", "receipt.json"],
        stdout=stream,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(stream)
    return process.returncode, process.stderr


def test_a_reader_that_leaves_changes_no_exit_code_and_hides_nothing(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    digest = reconciler("plan", "--format", "json").json["digest"]
    reading, writing = os.pipe()
    os.close(reading)
    code, told = apply_into(writing, folder, portal, digest)
    assert code == 0
    assert told.splitlines()[-2:] == ["Applied: 1 created, 0 updated, 0 deleted.", "Verified: 0 differences."]
    assert json.loads(Path("receipt.json").read_text())["verified"] == {"differences": 0, "changes": []}


def test_an_output_that_takes_nothing_is_an_error_that_hides_nothing(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    digest = reconciler("plan", "--format", "json").json["digest"]
    code, told = apply_into("/dev/full", folder, portal, digest)
    assert code == 1
    assert "cannot write the output: No space left on device" in told
    assert told.splitlines()[-2:] == ["Applied: 1 created, 0 updated, 0 deleted.", "Verified: 0 differences."]


def test_a_receipt_that_cannot_be_kept_at_the_end_hides_nothing(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("kept").mkdir()
    readings = count(1)

    def decide(passing: Passing) -> Fate:
        if passing.path.endswith("/marketing-events/2026-03") and next(readings) == 2:
            Path("kept/receipt.json").unlink()
            Path("kept").rmdir()
        return Fate.PASSED_ON

    with forwarding(portal, decide) as way:
        monkeypatch.setenv("HUBSPOT_BASE_URL", way.base_url)
        screen = reconciler("apply", "--yes", "--receipt", "kept/receipt.json")
    assert (screen.code, "cannot write kept/receipt.json: No such file or directory" in screen.err) == (1, True)
    assert screen.last_lines == ["Applied: 1 created, 0 updated, 0 deleted.", "Verified: 0 differences."]


def test_a_plan_that_nobody_sees_is_not_applied(reconciler: CommandLine, folder: Path, portal: str) -> None:
    command = [sys.executable, "-m", "reconciler", "apply", str(folder), "--yes"]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=full, check=False)
    assert ended.returncode == 1
    assert not any(request["path"].endswith("/upsert") for request in asked(portal))
