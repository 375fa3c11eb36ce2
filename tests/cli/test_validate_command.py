"""`reconciler validate`: offline, every problem at once."""

from pathlib import Path

from tests.cli.conftest import LAUNCH, SETTINGS
from tests.command_line import CommandLine, declare


def test_good_declarations_are_counted(reconciler: CommandLine, folder: Path) -> None:
    screen = reconciler("validate")
    assert screen.out == "Valid: 1 event in 1 file.\n"
    assert screen.code == 0


def test_every_problem_is_told_at_once_in_file_order(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, a="externalEventId: a\neventNme: A\neventOrganizer: Acme\n", b="eventCancelled: no\n")
    screen = reconciler("validate")
    places = [line.partition(": ")[0] for line in screen.out.splitlines()[:-1]]
    assert screen.code == 3
    assert places == sorted(places)
    assert {place.split(":")[0] for place in places} == {"events/a.yaml", "events/b.yaml"}
    assert screen.err == ""


def test_the_diagnostics_are_json_too(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, a="externalEventId: a\neventNme: A\n")
    screen = reconciler("validate", "--format", "json")
    assert screen.code == 3
    found = next(found for found in screen.json["diagnostics"] if found["code"] == "unknown-key")
    assert list(found) == ["severity", "code", "message", "file", "line", "column", "hint"]
    assert (found["file"], found["line"], found["column"]) == ("events/a.yaml", 2, 1)


def test_good_declarations_have_no_diagnostics(reconciler: CommandLine, folder: Path) -> None:
    assert reconciler("validate", "--format", "json").json == {"format_version": "1.0", "diagnostics": []}


def test_it_needs_no_token(reconciler: CommandLine, folder: Path) -> None:
    assert reconciler("validate").code == 0


def test_what_is_not_supported_yet_is_said(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, series=LAUNCH.replace("launch", "series") + "repeat: {rule: FREQ=WEEKLY}\n")
    screen = reconciler("validate")
    assert screen.code == 3
    assert "not yet supported" in screen.out


def test_an_empty_folder_is_a_warning(reconciler: CommandLine, tmp_path: Path) -> None:
    declare(tmp_path / "events", reconciler=SETTINGS)
    screen = reconciler("validate")
    assert screen.code == 0
    assert "warning" in screen.out


def test_a_name_that_would_steer_the_terminal_is_shown_as_code(reconciler: CommandLine, folder: Path) -> None:
    (folder / "evil\x1b[31m\n::error::.yaml").write_text("nonsense: 1\n")
    screen = reconciler("validate")
    assert screen.code == 3
    assert "\x1b" not in screen.out
    assert not any(line.startswith("::error") for line in screen.out.splitlines())
