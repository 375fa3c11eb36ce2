"""Completion in bash, zsh and fish: what the program answers, and what real shells make of it."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import LAUNCH
from tests.command_line import declare, started

DOCS = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
SETTINGS = "portal: 77\nexternalAccountId: acme\nenvironments: {staging: {portal: 78}, production: {portal: 79}}\n"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path) -> None:
    declare(tmp_path / "events", reconciler=SETTINGS, launch=LAUNCH)
    declare(tmp_path / "other", reconciler="environments: {elsewhere: {portal: 80}}\n")


def completed(line: str, folder: Path, shell: str = "bash") -> list[str]:
    """Return what the program proposes for the last word of a line, as its script for the shell asks."""
    words = line.split(" ")
    current = words[-1] if shell == "fish" else str(len(words) - 1)
    asked = {"_RECONCILER_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": current}
    screen = started(cwd=folder, environment=asked)
    assert (screen.code, screen.err) == (0, "")
    lines = screen.out.strip("\n").splitlines()
    if shell == "zsh":
        return [f"{kind},{value}" for kind, value in zip(lines[::3], lines[1::3], strict=True)]
    return [each.partition("\t")[0] for each in lines]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        ("reconciler va", ["plain,validate"]),
        ("reconciler p", ["plain,plan", "plain,pull"]),
        ("reconciler github d", ["plain,drift"]),
        ("reconciler --sandbox-d", ["plain,--sandbox-db", "plain,--sandbox-date"]),
        ("reconciler plan --fo", ["plain,--format"]),
        ("reconciler plan --format j", ["plain,json"]),
        ("reconciler plan --out p", ["file,p"]),
        ("reconciler calendar --ics c", ["file,c"]),
        ("reconciler plan ev", ["file,ev"]),
        ("reconciler plan --env s", ["plain,staging"]),
        ("reconciler --env p", ["plain,production"]),
        ("reconciler plan --api-version 2026-0", ["plain,2026-03", "plain,2026-09"]),
    ],
)
def test_a_word_is_completed(tmp_path: Path, shell: str, line: str, proposed: list[str]) -> None:
    assert completed(line, tmp_path, shell) == proposed


def test_environments_are_those_of_the_path(tmp_path: Path) -> None:
    assert completed("reconciler plan other --env ", tmp_path) == ["plain,elsewhere"]
    assert completed("reconciler plan nowhere --env ", tmp_path) == []


def test_wrong_settings_complete_nothing_and_say_nothing(tmp_path: Path) -> None:
    declare(tmp_path / "events", reconciler="environments: [\n")
    assert completed("reconciler plan --env ", tmp_path) == []


def test_a_name_that_a_shell_would_run_is_not_completed(tmp_path: Path) -> None:
    declare(tmp_path / "events", reconciler="environments: {'prod;touch${IFS}x': {portal: 80}}\n")
    assert completed("reconciler plan --env ", tmp_path) == []


def test_the_commands_are_told_with_what_they_do_and_none_is_loaded(tmp_path: Path) -> None:
    script = """
import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))
from reconciler.cli.run import run
run([])
"""
    asked = {"_RECONCILER_COMPLETE": "fish_complete", "COMP_WORDS": "reconciler ", "COMP_CWORD": ""}
    command = [sys.executable, "-c", script]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **asked})
    assert "plain,validate\tCheck the declarations, offline." in ended.stdout.splitlines()
    loaded = {name for name in ended.stderr.split() if name.startswith("reconciler.cli.")}
    assert loaded == {f"reconciler.cli.{name}" for name in ("group", "options", "output", "run", "signals")}


# Real shells


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home folder where `reconciler` is a program."""
    program = tmp_path / "bin" / "reconciler"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reconciler "$@"\n')
    program.chmod(0o755)
    (tmp_path / ".config" / "fish" / "completions").mkdir(parents=True)
    return tmp_path


def shell(name: str) -> str:
    """Return a shell's program; skip the test where it is not installed, or a bash as old as that of macOS."""
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if name == "bash" and tuple(map(int, re.findall(r"\d+", version)[:2])) < (4, 4):
        pytest.skip("this bash is older than 4.4")
    return program


def environment(home: Path) -> dict[str, str]:
    path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "HOME": str(home), "PATH": path, "TERM": "xterm", "XDG_CONFIG_HOME": str(home / ".config")}


def documented(name: str) -> str:
    """Return the command by which the guide writes the script for a shell."""
    (command,) = re.findall(rf"`(_RECONCILER_COMPLETE={name}_source [^`]+)`", DOCS)
    return str(command)


def typed(program: str, *options: str, lines: list[str], until: str, home: Path) -> str:
    """Type lines at a shell on a terminal; return what the terminal shows once it shows `until`, or after a minute."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [program, *options], stdin=theirs, stdout=theirs, stderr=theirs, cwd=home, env=environment(home)
    )
    os.close(theirs)
    os.write(ours, "\n".join(lines).encode())
    seen, end = "", time.monotonic() + 60
    while until not in seen and time.monotonic() < end:
        if select.select([ours], [], [], 0.1)[0]:
            seen += os.read(ours, 65536).decode(errors="replace")
    process.kill()
    process.wait()
    os.close(ours)
    return seen


@pytest.mark.parametrize(
    ("name", "options", "preparing"),
    [("bash", ("--noprofile", "--norc", "-i"), "true"), ("zsh", ("-f", "-i"), "autoload -U compinit; compinit -D -u")],
)
def test_a_key_completes_a_command_and_an_environment(
    home: Path, name: str, options: tuple[str, ...], preparing: str
) -> None:
    program = shell(name)
    script = documented(name)
    assert f"`. ~/.reconciler-complete.{name}`" in DOCS
    subprocess.run([program, "-c", script], env=environment(home), check=True)
    line = "reconciler valid\tevents --env stag\t--nonsense\n"
    lines = [preparing, f". ~/.reconciler-complete.{name}", line]
    seen = typed(program, *options, lines=lines, until="No such option '--nonsense'", home=home)
    assert "No such option '--nonsense'" in seen, seen
    assert "validate" in seen
    assert "staging" in seen


def test_fish_completes_a_command_and_an_environment(home: Path) -> None:
    program = shell("fish")
    subprocess.run([program, "-c", documented("fish")], env=environment(home), check=True)
    for line, proposed in (("reconciler valid", "validate"), ("reconciler plan --env stag", "staging")):
        ended = subprocess.run(
            [program, "-c", f"complete -C {line!r}"],
            env=environment(home),
            cwd=home,
            capture_output=True,
            text=True,
            check=True,
        )
        assert [each.partition("\t")[0] for each in ended.stdout.splitlines()] == [proposed]
