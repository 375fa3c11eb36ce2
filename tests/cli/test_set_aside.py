"""Set-aside events on the command line: in every format, with reviewed plans, with a base."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import LAUNCH
from tests.command_line import CommandLine, declare
from tests.repository import Repository

GONE = "objectId: 404\neventUrl: https://acme.example\n"


@pytest.fixture
def mixed(folder: Path, portal: str) -> Path:
    """Declare a new event, and one that somebody has deleted in HubSpot."""
    declare(folder, zoom=GONE)
    return folder


def test_a_plan_tells_it_in_every_format(reconciler: CommandLine, mixed: Path) -> None:
    text, markdown = reconciler("plan"), reconciler("plan", "--format", "markdown")
    assert (text.code, markdown.code, text.err) == (3, 3, "")
    *_, headline, event, finding, _, summary, digest = text.out.splitlines()
    assert headline == "Set aside: these events cannot be planned, and all others are"
    assert event == "  ! object 404 · events/zoom.yaml:1"
    assert finding.startswith("  events/zoom.yaml:1:1: HubSpot holds no event with objectId 404 (")
    assert [summary, digest] == text.last_lines
    assert "#### Set aside: these events cannot be planned, and all others are" in markdown.out
    document = reconciler("plan", "--format", "json").json
    assert document["set_aside"] == [
        {
            "identity": {"external_account_id": None, "external_event_id": None, "object_id": "404"},
            "name": None,
            "code": "object-not-live",
            "source": {"file": "events/zoom.yaml", "line": 1},
        }
    ]
    assert document["summary"]["set_aside"] == 1


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_an_apply_tells_it_in_every_format(reconciler: CommandLine, mixed: Path, form: str) -> None:
    screen = reconciler("apply", "--yes", "--format", form)
    assert screen.code == 6
    assert "HubSpot holds no event with objectId 404" in screen.out


def test_a_saved_plan_lets_all_others_be_applied(reconciler: CommandLine, mixed: Path) -> None:
    assert reconciler("plan", "--out", "plan.json").code == 3
    screen = reconciler("apply", "--plan", "plan.json")
    assert (screen.code, screen.last_lines[0]) == (6, "Applied: 1 created, 0 updated, 0 deleted.")


def test_a_digest_lets_all_others_be_applied(reconciler: CommandLine, mixed: Path) -> None:
    digest = reconciler("plan", "--format", "json").json["digest"]
    screen = reconciler("apply", "--expect", digest)
    assert (screen.code, screen.last_lines[0]) == (6, "Applied: 1 created, 0 updated, 0 deleted.")


def test_what_the_base_had_too_changes_no_exit_code(reconciler: CommandLine, mixed: Path, tmp_path: Path) -> None:
    Repository.at(tmp_path).commit()
    declare(mixed, second=LAUNCH.replace("launch", "second"))
    base = ("--base", "HEAD")
    screen = reconciler("plan", *base)
    assert screen.code == 0
    assert "events/zoom.yaml:1:1: warning: HubSpot holds no event with objectId 404" in screen.out
    assert reconciler("plan", *base, "--detailed-exitcode").code == 2
    applied = reconciler("apply", "--yes", *base, "--receipt", "receipt.json")
    assert (applied.code, applied.last_lines[0]) == (0, "Applied: 2 created, 0 updated, 0 deleted.")
    assert json.loads(Path("receipt.json").read_text())["summary"]["refused"] == 1
    again = reconciler("plan", *base, "--detailed-exitcode")
    assert again.code == 0
    assert "No changes." not in again.out
