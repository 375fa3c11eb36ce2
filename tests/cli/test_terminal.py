"""The screen of a person at a real terminal."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import LAUNCH, Seed, seed_event
from tests.command_line import declare
from tests.hostile import acting

ESCAPE = "\x1b["
EVIL = "\n\x1b]0;owned\x07\x1b[31m\x9b2J\u202e\r\udcff"
OURS = re.compile("\x1b\\[(0|3[1-3])m")
"""The only sequences that a plan's text may hold: a colour begins or ends."""


DOING = re.compile("Reading HubSpot|Checking events|Applying|Verifying")
"""What the line begins with that says how far a run has come."""


BAR = "\u2501"
"""What the bar is drawn with, where there is room for it."""


def screen(*arguments: str | Path, answer: str = "", folder: Path, **environment: str) -> tuple[int, str]:
    """Run the command line with a terminal on every side; return its exit code and all that the terminal received."""
    command = (sys.executable, "-m", "reconciler", *arguments)
    return on_a_terminal(*command, answer=answer, folder=folder, **environment)


def on_a_terminal(*command: str | Path, answer: str = "", folder: Path, **environment: str) -> tuple[int, str]:
    """Run any program as `screen` runs the command line."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*map(str, command)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "200", **environment},
    )
    os.close(theirs)
    if answer:
        os.write(ours, answer.encode())
    return _wait(process, ours)


def _wait(process: subprocess.Popen[bytes], terminal: int) -> tuple[int, str]:
    seen = b""
    try:
        while chunk := os.read(terminal, 65536):
            seen += chunk
    except OSError:
        # The last program has closed the terminal.
        pass
    os.close(terminal)
    return process.wait(), seen.decode()


def without_colours(seen: str) -> str:
    """Remove the colours that the product itself adds, and the terminal's own line ends."""
    return OURS.sub("", seen).replace("\r\n", "\n")


def test_a_terminal_gets_colours_by_sign(tmp_path: Path, folder: Path, seed: Seed) -> None:
    code, seen = screen("plan", "--sandbox", "--sandbox-seed", seed(), folder=tmp_path)
    assert code == 0
    assert f"{ESCAPE}32m  + Launch" in seen


def test_no_color_is_honoured(tmp_path: Path, folder: Path, seed: Seed) -> None:
    arguments = ("plan", "--sandbox", "--sandbox-seed", seed())
    _, seen = screen(*arguments, "--quiet", folder=tmp_path, NO_COLOR="1")
    assert ESCAPE not in seen
    assert "  + Launch" in seen
    _, moving = screen(*arguments, folder=tmp_path, NO_COLOR="1")
    assert re.findall("\x1b\\[[0-9;]*m", moving) == []


def test_the_question_names_the_portal_and_yes_applies(tmp_path: Path, folder: Path, seed: Seed) -> None:
    code, seen = screen("apply", "--sandbox", "--sandbox-seed", seed(), folder=tmp_path, answer="yes\n")
    assert "portal 77" in seen
    assert "Verified: 0 differences." in seen
    assert code == 0


def test_an_apply_shows_how_far_it_has_come(tmp_path: Path, folder: Path, seed: Seed) -> None:
    _, seen = screen("apply", "--sandbox", "--sandbox-seed", seed(), "--yes", folder=tmp_path)
    _, quiet = screen("apply", "--sandbox", "--sandbox-seed", seed(), "--yes", "--quiet", folder=tmp_path)
    assert re.search(r"Applying .*[01]/1", seen)
    assert re.search(r"Verifying: \d+ (answer|page)", seen)
    assert not re.search("Applying|Verifying", quiet)


def test_events_that_are_read_one_by_one_are_counted(tmp_path: Path, folder: Path, seed: Seed) -> None:
    declare(folder, **{name: LAUNCH.replace("launch", name) for name in ("alpha", "beta", "gamma")})
    _, seen = screen("plan", "--sandbox", "--sandbox-seed", seed(), folder=tmp_path)
    assert re.search(r"Checking events .*[0-4]/4", seen)
    assert BAR in seen


def test_a_narrow_window_breaks_no_line_of_a_plan(tmp_path: Path, folder: Path, seed: Seed) -> None:
    declare(folder, launch=LAUNCH + "eventDescription: A text that is longer than a narrow window has columns.\n")
    pages = [
        screen("plan", "--quiet", "--sandbox", "--sandbox-seed", seed(), folder=tmp_path, COLUMNS=columns)[1]
        for columns in ("40", "200")
    ]
    assert pages[0] == pages[1]
    assert "A text that is longer than a narrow window has columns." in pages[0]


@pytest.mark.parametrize("command", ["plan", "apply", "pull", "import", "doctor", "init"])
def test_progress_fits_into_a_narrow_window(tmp_path: Path, folder: Path, seed: Seed, command: str) -> None:
    declare(folder, **{name: LAUNCH.replace("launch", name) for name in ("alpha", "beta", "gamma")})
    more = {"apply": ["--yes"], "pull": ["--all"], "init": ["--account-id", "acme"]}.get(command, [])
    path = tmp_path / "new" if command == "init" else folder
    code, seen = screen(command, path, "--sandbox", "--sandbox-seed", seed(), *more, folder=tmp_path, COLUMNS="40")
    assert code == (6 if command == "pull" else 0)
    moving = [line for line in re.split(r"\r|\n|\x1b\[[0-9;?]*[A-Za-z]", seen) if DOING.match(line)]
    assert moving
    assert max(map(len, moving)) <= 40
    assert not [line for line in moving if "\u2026" in line]  # nothing is left out of them
    assert BAR not in seen


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_nothing_moves_where_standard_error_is_no_terminal(
    tmp_path: Path, folder: Path, seed: Seed, command: str
) -> None:
    line = f'"$0" -m reconciler {command} --sandbox --sandbox-seed "$1" {"--yes" if command == "apply" else ""} 2>err'
    code, seen = on_a_terminal("sh", "-c", line, sys.executable, seed(), folder=tmp_path)
    assert code == 0
    assert not DOING.search(seen + (tmp_path / "err").read_text())


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_reading_shows_how_far_it_has_come(tmp_path: Path, folder: Path, seed: Seed, command: str) -> None:
    arguments = [command, "--sandbox", "--sandbox-seed", str(seed()), *(["--yes"] if command == "apply" else [])]
    seen, quiet, verbose = (screen(*arguments, *more, folder=tmp_path)[1] for more in ([], ["--quiet"], ["--verbose"]))
    assert re.search(r"Reading HubSpot: \d+ (answers?|pages?, 0 events)", seen)
    assert seen.rindex("Reading HubSpot") < seen.index("Plan: ")
    assert "Reading HubSpot" not in quiet
    assert "Reading HubSpot" not in verbose


@pytest.mark.parametrize(("command", "locale"), [("plan", "C.UTF-8"), ("plan", "C"), ("doctor", "C.UTF-8")])
def test_names_cannot_steer_the_terminal(tmp_path: Path, folder: Path, seed: Seed, command: str, locale: str) -> None:
    declare(folder, launch=LAUNCH + 'eventDescription: "##[error] ::x\\n\u3000::error::"\n')
    evil = dict.fromkeys(("eventName", "eventDescription"), "\x1b]0;owned\x07\x1b[2J\x9b2J\u202e\r\x08\x7f\U000e0041")
    events = (
        seed_event("501", "launch", **evil, eventOrganizer="[bold]Acme[/bold] :smile:"),
        seed_event("502", "orphan", **evil),
    )
    given = {"LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    code, seen = screen(command, "--verbose", "--sandbox", "--sandbox-seed", seed(*events), folder=tmp_path, **given)
    assert code == 0
    assert acting(without_colours(seen)) == []
    assert "[bold]Acme[/bold] :smile:" in seen or command == "doctor"


@pytest.mark.parametrize("arguments", [("validate",), ("plan", EVIL), ("plan", f"--{EVIL}")])
def test_errors_cannot_steer_the_terminal(tmp_path: Path, folder: Path, arguments: tuple[str, ...]) -> None:
    (folder / f"{EVIL}.yaml").write_text("")
    code, seen = screen(*arguments, folder=tmp_path)
    assert code in {3, 64}
    assert "owned" in seen
    assert acting(without_colours(seen)) == []


def test_an_error_is_shown_at_a_terminal_too(tmp_path: Path, folder: Path) -> None:
    declare(folder, launch="externalEventId: launch\neventNme: x\n")
    code, seen = screen("plan", "--sandbox", folder=tmp_path)
    assert code == 3
    assert "events/launch.yaml:2:1: " in seen


def test_the_end_of_input_is_no_approval(tmp_path: Path, folder: Path, seed: Seed) -> None:
    code, seen = screen("apply", "--sandbox", "--sandbox-seed", seed(), folder=tmp_path, answer="\x04")
    assert code == 5
    assert "Applied" not in seen
