"""The workflow that docs/github.md shows for publishing the calendar: safe, valid, and its commands run."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ical.calendar_stream import IcsCalendarStream

from tests.command_line import declare
from tests.github.runner import SHELL, TOP, read_yaml

TEXT = (
    (TOP / "docs" / "github.md").read_text(encoding="utf-8").partition("```yaml\n# Publishes")[2].partition("```\n")[0]
)
PINNED = re.compile(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
ANY_COMMIT = "0" * 40


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workflow as somebody copies it, with a commit filled in."""
    file = tmp_path_factory.mktemp("workflows") / "calendar.yml"
    file.write_text(f"# Publishes{TEXT.replace('COMMIT', ANY_COMMIT)}", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def jobs(file: Path) -> dict[str, Any]:
    jobs: dict[str, Any] = read_yaml(file)["jobs"]
    return jobs


def tool(name: str) -> str:
    """Return the path of a program beside the Python that runs the tests."""
    return str(Path(sys.executable).parent / name)


@pytest.mark.parametrize(
    "command",
    [
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows"),
        ("zizmor", "--quiet", "--offline", "--persona", "auditor"),
    ],
    ids=lambda command: command[0],
)
def test_it_is_valid_and_nothing_in_it_is_unsafe(file: Path, command: tuple[str, ...]) -> None:
    ended = subprocess.run([tool(command[0]), *command[1:], file], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_action_is_pinned_as_in_the_other_workflows() -> None:
    used = [line.partition("uses: ")[2] for line in TEXT.splitlines() if "uses:" in line]
    assert [one for one in used if not PINNED.fullmatch(one)] == []
    everywhere = "".join(path.read_text("utf-8") for path in (TOP / ".github").rglob("*.yml"))
    elsewhere = [one for one in used if one.startswith(("actions/checkout", "actions/setup-python"))]
    assert [one for one in elsewhere if f"uses: {one}\n" not in everywhere] == []


def test_each_job_may_do_no_more_than_it_has_to(file: Path, jobs: dict[str, Any]) -> None:
    workflow = read_yaml(file)
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "write": {"contents": "read"},
        "publish": {"pages": "write", "id-token": "write"},
    }
    assert "secrets" not in TEXT
    assert jobs["publish"]["environment"]["name"] == "github-pages"
    assert [list(step) for step in jobs["publish"]["steps"]] == [["name", "id", "uses"]]


def test_only_the_default_branch_is_published(jobs: dict[str, Any]) -> None:
    branch = "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)"  # a tag may have its name
    assert jobs["write"]["if"] == branch
    assert (jobs["publish"]["needs"], "if" in jobs["publish"]) == ("write", False)


def test_it_reads_the_whole_history_and_keeps_no_credentials(jobs: dict[str, Any]) -> None:
    declarations, ours = (step["with"] for step in jobs["write"]["steps"][:2])
    assert declarations == {"fetch-depth": "0", "persist-credentials": "false"}
    assert ours["persist-credentials"] == "false"
    assert (ours["repository"], ours["ref"]) == ("OWNER/REPOSITORY", ANY_COMMIT)


def test_it_installs_by_hash_what_the_action_installs(jobs: dict[str, Any]) -> None:
    (script,) = [step["run"] for step in jobs["write"]["steps"] if "pip install" in step.get("run", "")]
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(script.split())
    lock = script.split()[-1].removeprefix(".reconciler/")
    assert (TOP / lock).is_file()


def test_its_command_writes_the_calendar(jobs: dict[str, Any], tmp_path: Path) -> None:
    (step,) = [step for step in jobs["write"]["steps"] if "reconciler calendar" in step.get("run", "")]
    event = "externalEventId: a\neventName: A\neventOrganizer: B\nstartDateTime: 2027-04-15T17:00:00Z\n"
    declare(tmp_path / "events", reconciler="externalAccountId: acme\n", launch=event)
    # A folder of the same name in the workspace must not be taken for the program.
    (tmp_path / "reconciler").mkdir()
    (tmp_path / "reconciler" / "__init__.py").write_text("raise SystemExit(9)\n")
    (tmp_path / ".reconciler").symlink_to(TOP)
    python = tmp_path / "runner" / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    environment = {**os.environ, **step["env"], "RUNNER_TEMP": str(tmp_path / "runner")}
    subprocess.run([*SHELL, "-c", step["run"]], cwd=tmp_path, env=environment, check=True, capture_output=True)
    page = (tmp_path / "site" / "calendar.ics").read_bytes().decode()
    assert len(IcsCalendarStream.calendar_from_ics(page).events) == 1


def test_no_script_holds_an_expression(jobs: dict[str, Any]) -> None:
    scripts = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert len(scripts) == 2
    assert not [script for script in scripts if "${{" in script]
    assert yaml.safe_load(f"# {TEXT}")["name"] == "calendar"
