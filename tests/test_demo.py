"""`make demo`, the README's first command, prints what the README shows, on any day."""

import re
import shlex
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.command_line import CommandLine

TOP = Path(__file__).parents[1]


def commands() -> list[list[str]]:
    """Return the arguments of each `reconciler` that `make demo` shows and runs."""
    make = ["make", "--dry-run", "--no-print-directory", "demo"]
    printed = subprocess.run(make, cwd=TOP, capture_output=True, text=True, check=True).stdout
    return [shlex.split(found) for found in re.findall(r"echo '\$ reconciler (.*?)' &&", printed)]


def lines_of_the_readme() -> set[str]:
    """Return what the README shows of the output, without the commands and the marks of what it leaves out."""
    _, _, rest = (TOP / "README.md").read_text(encoding="utf-8").partition("```text\n")
    lines = rest.partition("```")[0].splitlines()
    return {line for line in lines if line not in ("", "…") and not line.startswith("$ ")}


def test_the_demo_prints_in_2040_what_the_readme_shows(reconciler: CommandLine, tmp_path: Path) -> None:
    shutil.copytree(TOP / "events", tmp_path / "events")
    (tmp_path / "docs").mkdir()
    shutil.copy(TOP / "docs" / "sandbox-seed.json", tmp_path / "docs")
    (tmp_path / ".reconciler").mkdir()
    then = replace(reconciler, now=datetime(2040, 12, 31, tzinfo=UTC))
    screens = [then(*arguments) for arguments in commands()]
    assert [(screen.code, screen.err) for screen in screens] == [(0, "")] * 3
    assert lines_of_the_readme() <= set("".join(screen.out for screen in screens).splitlines())


def test_the_demo_ends_by_naming_the_page_that_it_has_written() -> None:
    make = ["make", "--dry-run", "--no-print-directory", "demo"]
    last = subprocess.run(make, cwd=TOP, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    (plan, *_) = commands()
    assert plan[plan.index("--html") + 1] in last.split("'")[1]


def test_the_readme_shows_what_the_demo_does() -> None:
    assert any(line.startswith("Digest: ") for line in lines_of_the_readme())
