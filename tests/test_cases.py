"""Whole situations as data: declarations and a portal, with the plan they lead to in every format.

`make cases` rewrites what is expected; the difference is then for people to review.
"""

import shutil
from pathlib import Path

import pytest

from tests.command_line import CommandLine

CASES = Path(__file__).parent / "cases"
SITUATIONS = sorted(path.name for path in CASES.iterdir())
FORMATS = {"text": "plan.txt", "json": "plan.json", "markdown": "plan.md"}


@pytest.fixture
def rewrites(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite"))


def arguments(situation: str) -> list[str]:
    """Give what the situation's plan and apply are called with beyond the sandbox."""
    return (CASES / situation / "arguments").read_text().split()


@pytest.fixture(params=SITUATIONS)
def situation(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Lay a situation out as a user would have it."""
    name: str = request.param
    shutil.copytree(CASES / name, tmp_path, dirs_exist_ok=True)
    return name


SANDBOX = ("--sandbox", "--sandbox-db", "portal.sqlite", "--sandbox-seed", "seed.json")


@pytest.mark.parametrize("form", FORMATS)
def test_the_plan_is_the_expected_one(reconciler: CommandLine, situation: str, form: str, *, rewrites: bool) -> None:
    screen = reconciler("plan", *arguments(situation), *SANDBOX, "--format", form)
    expected = CASES / situation / "expected" / FORMATS[form]
    if rewrites:
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(screen.out)
    assert screen.out == expected.read_text()
    assert screen.code == 0


def test_nothing_is_left_after_an_apply(reconciler: CommandLine, situation: str) -> None:
    applied = reconciler("apply", *arguments(situation), *SANDBOX, "--yes")
    again = reconciler("plan", *arguments(situation), *SANDBOX, "--detailed-exitcode")
    assert applied.last_lines[1] == "Verified: 0 differences."
    assert applied.code == 0
    assert "No changes. HubSpot holds what the files declare." in again.out.splitlines()
    assert again.code == 0
