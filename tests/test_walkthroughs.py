"""The pages that lead a newcomer step by step: each command runs, each file is right, each line shown is printed."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.sandbox import server
from tests.command_line import CommandLine

DOCS = Path(__file__).parents[1] / "docs"
SEED = DOCS / "sandbox-seed.json"
FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
GIT = ("git", "-c", "user.name=A", "-c", "user.email=a@acme.example")
STOP = "## Try it without a portal"
"""What comes after the steps of a page is not played."""


@dataclass
class Walk:
    """Somebody who follows a page to the letter; what a person types at a terminal is given as an option."""

    reconciler: CommandLine
    typed: Mapping[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def follow(self, page: Path) -> None:
        for kind, block in fences(page):
            if kind == "console":
                self.seen = [line for command in block if command.startswith("$ ") for line in self.type(command[2:])]
            elif kind == "text":
                missing = [line for line in block if squeezed(line) not in map(squeezed, self.seen)]
                assert missing == [], (page.name, self.seen)
            elif kind == "yaml" and block[0].startswith("# events/"):
                file = Path(block[0].removeprefix("# "))
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text("".join(f"{line}\n" for line in block))
            elif "." in kind:
                Path(kind).write_text("".join(f"{line}\n" for line in block))

    def type(self, command: str) -> Iterator[str]:
        """Run a command, and yield what it prints."""
        words = shlex.split(command)
        if words[0] == "git":
            subprocess.run([*GIT, *words[1:]], check=True)
        elif words[0] == "reconciler":
            screen = self.reconciler(*words[1:], *shlex.split(self.typed.get(command, "")))
            assert screen.code in ({3} if "wrong" in command else {0, 2}), (command, screen)
            yield from f"{screen.err}\n{screen.out}".splitlines()
        else:
            assert words[0] == "read", command


def fences(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the kind and the lines of each block of a page, without the indentation that they share.

    The kind of a calendar or a table is the name that the page gives it.
    """
    text = page.read_text(encoding="utf-8").partition(STOP)[0]
    for found in FENCE.finditer(text):
        kind, lines = found[1], found[2].splitlines()
        indent = min(len(line) - len(line.lstrip()) for line in lines if line)
        names = re.findall(rf"`([\w-]+\.{kind})`", text[: found.start()])
        yield names[-1] if kind in {"csv", "ics"} else kind, [line[indent:] for line in lines]


def squeezed(line: str) -> str:
    return " ".join(line.split())


@pytest.fixture
def walk(reconciler: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Walk:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001")
    return Walk(reconciler, {"reconciler apply": "--yes"})


def test_a_newcomer_comes_from_a_token_to_the_first_merged_event(
    walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = tmp_path.parent / f"{tmp_path.name}-seed.json"
    seed.write_text('{"portal": {"id": 1234567, "timezone": "Europe/Berlin"}}')
    with server.running(server.Options(seed=seed)) as running:
        monkeypatch.setenv("HUBSPOT_BASE_URL", running.base_url)
        walk.follow(DOCS / "start.md")
        assert "1 unchanged" in walk.reconciler("plan").out
    log = subprocess.run([*GIT, "log", "--format=%s", "main"], capture_output=True, text=True, check=True).stdout
    assert log.splitlines() == ["Announce the spring launch", "Begin with the settings"]


def test_a_portal_with_events_moves_in(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    with server.running(server.Options(seed=SEED)) as running:
        monkeypatch.setenv("HUBSPOT_BASE_URL", running.base_url)
        walk.reconciler("init")
        walk.follow(DOCS / "moving-in.md")


def test_an_event_lives_through_its_everyday_changes(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    by_zoom = {"objectId": "9001", "externalEventId": "zoom-812", "appInfo": {"id": "178192", "name": "Zoom"}}
    named = {"externalAccountId": "zoom", "eventName": "Product tour", "eventOrganizer": "Acme"}
    portal = {"id": 1234567, "timezone": "Europe/Berlin"}
    Path("seed.json").write_text(json.dumps({"portal": portal, "events": [{**by_zoom, **named}]}))
    with server.running(server.Options(seed=Path("seed.json"))) as running:
        monkeypatch.setenv("HUBSPOT_BASE_URL", running.base_url)
        walk.reconciler("init", "--account-id", "acme-events")
        walk.follow(DOCS / "everyday.md")
        assert "Plan: 0 to create, 0 to update, 0 to delete; 3 unchanged" in walk.reconciler("plan").out


def test_a_series_lives_through_its_changes(walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (DOCS / "writing-events.md").read_text(encoding="utf-8")
    section = tmp_path / "series.md"
    section.write_text(page.partition("\n## A series\n")[2].partition("\n## ")[0], encoding="utf-8")
    Path("seed.json").write_text('{"portal": {"id": 1234567, "timezone": "Europe/Berlin"}}')
    with server.running(server.Options(seed=Path("seed.json"))) as running:
        monkeypatch.setenv("HUBSPOT_BASE_URL", running.base_url)
        walk.reconciler("init", "--account-id", "acme-events")
        walk.follow(section)


def test_a_line_that_nothing_prints_would_be_found(walk: Walk, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ reconciler --version\n```\n\n```text\nreconciler 99\n```\n")
    with pytest.raises(AssertionError):
        walk.follow(page)
