"""The command line as tests call it."""

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
"""The time of every call of the command line: some of its output depends on the day."""


@dataclass(frozen=True)
class Screen:
    """The output of one call of the command line."""

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
    """Calls the command line in this process; `started` does so in a process of its own."""

    captured: pytest.CaptureFixture[str]
    now: datetime = NOW

    def __call__(self, *arguments: str | int | Path) -> Screen:
        self.captured.readouterr()
        code = run([str(argument) for argument in arguments], now=lambda: self.now)
        out, err = self.captured.readouterr()
        check_untold(out + err, os.environ)
        return Screen(code, out, err)


def check_untold(printed: str, environ: Mapping[str, str]) -> None:
    """Check, for every call in every test, that a token is printed only to make the runner of Actions mask it."""
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
