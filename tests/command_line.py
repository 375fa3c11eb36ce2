"""The command line as a test calls it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.run import run

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
"""When the command line is called, so that what is expected of it stays true: some of it depends on the day."""


@dataclass(frozen=True)
class Screen:
    """What one call of the command line left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def last_lines(self) -> list[str]:
        """The two lines at the end, whose wording is fixed."""
        return self.out.splitlines()[-2:]


@dataclass(frozen=True)
class CommandLine:
    """Calls the command line in this process; `started` does it in a process of its own."""

    captured: pytest.CaptureFixture[str]
    now: datetime = NOW

    def __call__(self, *arguments: str | int | Path) -> Screen:
        self.captured.readouterr()
        code = run([str(argument) for argument in arguments], now=lambda: self.now)
        out, err = self.captured.readouterr()
        check_untold(out + err, os.environ)
        return Screen(code, out, err)


def check_untold(printed: str, environ: Mapping[str, str]) -> None:
    """Hold for every call in every test that no token is printed, but to have the runner of Actions hide it."""
    lines = "\n".join(line for line in printed.splitlines() if not line.startswith("::add-mask::"))
    tokens = {environ.get(name, "").strip() for name in ("HUBSPOT_ACCESS_TOKEN", "GITHUB_TOKEN")} - {""}
    assert not [token for token in tokens if token in lines]


def started(*arguments: str | Path, environment: Mapping[str, str] | None = None, **options: Any) -> Screen:
    """Call the command line as a shell would."""
    command = [sys.executable, "-m", "reconciler", *map(str, arguments)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUBSPOT_", "RECONCILER_"))}
    ended = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**kept, **(environment or {})},
        stdin=subprocess.DEVNULL,
        **options,
    )
    check_untold(ended.stdout + ended.stderr, environment or {})
    return Screen(ended.returncode, ended.stdout, ended.stderr)


def declare(folder: Path, **files: str) -> None:
    """Write declarations: `a__b="…"` is the file `a/b.yaml`."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
