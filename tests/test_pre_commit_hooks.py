"""The hooks for pre-commit name commands that there are; `pre-commit` itself needs a network to install them."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command_line import CommandLine, declare

HOOKS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parents[1] / ".pre-commit-hooks.yaml").read_text("utf-8"))
EVENT = "eventName: 'Launch'\nexternalEventId: launch\nexternalAccountId: acme\neventOrganizer: Acme\n"


def test_there_is_a_hook_that_checks_and_one_that_formats() -> None:
    assert [hook["id"] for hook in HOOKS] == ["reconciler-validate", "reconciler-fmt"]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_each_hook_runs_on_the_files_in_events(reconciler: CommandLine, hook: dict[str, Any], tmp_path: Path) -> None:
    declare(tmp_path / "events", launch=EVENT)
    program, *arguments = shlex.split(hook["entry"])
    assert (program, hook["language"], hook["pass_filenames"]) == ("reconciler", "python", False)
    assert reconciler(*arguments).code == 0
    declare(tmp_path / "events", launch=EVENT.replace("Organizer", "Organiser"))
    assert reconciler(*arguments).code == 3


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_each_hook_runs_where_a_declaration_is_changed(hook: dict[str, Any]) -> None:
    assert re.search(hook["files"], "events/2027/launch.yaml")
    assert re.search(hook["files"], "events/launch.yml")
    assert not re.search(hook["files"], "README.md")
