"""`reconciler validate`: offline, every problem at once."""

from pathlib import Path

import pytest

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
    assert reconciler("validate", "--format", "json").json == {"format_version": "1.2", "diagnostics": []}


def test_it_needs_no_token(reconciler: CommandLine, folder: Path) -> None:
    assert reconciler("validate").code == 0


def test_every_occurrence_of_a_series_counts_as_an_event(reconciler: CommandLine, folder: Path) -> None:
    repeated = "startDateTime: 2027-04-15 17:00\ntimezone: UTC\nrepeat: {rule: FREQ=WEEKLY;COUNT=8}\n"
    declare(folder, series=LAUNCH.replace("launch", "series") + repeated)
    assert reconciler("validate").out == "Valid: 9 events in 2 files.\n"


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


MANY = "".join(f"externalEventId: e{number}\ncolour: red\n---\n" for number in range(150))


@pytest.mark.parametrize("command", [["validate"], ["plan", "--sandbox"], ["apply", "--yes", "--sandbox"]])
def test_a_hundred_problems_are_told_and_the_others_counted(
    reconciler: CommandLine, folder: Path, command: list[str]
) -> None:
    declare(folder, many=MANY)
    screen = reconciler(*command)
    lines = (screen.out + screen.err).splitlines()
    assert screen.code == 3
    assert sum("events/many.yaml:" in line for line in lines) == 100
    assert lines[-2].startswith("… and 350 more: ")
    assert lines[-2].endswith("; --verbose lists all")
    assert "450 problems" in lines[-1]


@pytest.mark.parametrize("command", [["validate"], ["plan", "--sandbox"], ["apply", "--yes", "--sandbox"]])
def test_verbose_tells_every_problem(reconciler: CommandLine, folder: Path, command: list[str]) -> None:
    declare(folder, many=MANY)
    screen = reconciler(*command, "--verbose")
    lines = (screen.out + screen.err).splitlines()
    assert screen.code == 3
    assert sum("events/many.yaml:" in line for line in lines) == 450
    assert "450 problems" in lines[-1]


def test_json_holds_every_problem(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, many=MANY)
    assert len(reconciler("validate", "--format", "json").json["diagnostics"]) == 450


CUT = "externalEventId: a\neventName: Webinar #3\neventOrganizer: Acme\n"


def test_a_text_that_a_comment_cuts_is_a_warning_that_stops_nothing(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, cut=CUT)
    screen = reconciler("validate")
    assert screen.code == 0
    assert "events/cut.yaml:2:12: warning: eventName ends before '#3', which YAML takes for a comment" in screen.out


def test_advice_can_be_silenced(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, cut=CUT, reconciler=f"{SETTINGS}silence: [cut-by-comment, overlap]\n")
    assert reconciler("validate").out == "Valid: 2 events in 2 files.\n"


def test_advice_can_be_silenced_for_one_environment(reconciler: CommandLine, folder: Path) -> None:
    environments = "environments: {staging: {silence: [cut-by-comment]}}\n"
    declare(folder, cut=CUT, reconciler=f"{SETTINGS}{environments}")
    assert "warning" in reconciler("validate").out
    assert "warning" not in reconciler("validate", "--env", "staging").out


def test_an_id_that_a_comment_cuts_cannot_be_silenced(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, cut=CUT.replace(": a", ": a #1"), reconciler=f"{SETTINGS}silence: [cut-by-comment]\n")
    screen = reconciler("validate")
    assert screen.code == 3
    assert screen.out.startswith("events/cut.yaml:1:18: externalEventId ends before '#1'")


def test_advice_that_nobody_knows_cannot_be_silenced(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, reconciler=f"{SETTINGS}silence: [over-lap]\n")
    screen = reconciler("validate")
    assert screen.code == 3
    assert "did you mean overlap?" in screen.out


def test_a_problem_that_is_no_advice_cannot_be_silenced(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, reconciler=f"{SETTINGS}silence: [look-alike]\n")
    assert reconciler("validate").code == 3


def test_a_text_of_the_settings_that_a_comment_cuts_is_told(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, reconciler="externalAccountId: acme #1\n")
    screen = reconciler("validate")
    assert screen.code == 0
    assert "events/reconciler.yaml:1:20: warning: externalAccountId ends before '#1'" in screen.out
    declare(folder, reconciler="externalAccountId: acme #1\nsilence: [cut-by-comment]\n")
    assert "warning" not in reconciler("validate").out


def test_a_comment_beside_a_number_of_the_settings_is_one(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, reconciler="portal: 77 #ours\nexternalAccountId: acme\n")
    assert "warning" not in reconciler("validate").out
