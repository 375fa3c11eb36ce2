"""`reconciler calendar`: the file that it writes, what it says, and what makes a number rise."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from tests.cli.conftest import LAUNCH
from tests.command_line import NOW, CommandLine, declare
from tests.repository import Repository

STARTS = "startDateTime: 2027-04-15 17:00\ntimezone: Europe/Berlin\n"
CONTENT = "so SEQUENCE is made of the content and does not rise with each change"


@pytest.fixture
def repository(tmp_path: Path, folder: Path) -> Repository:
    """Return a repository with one event that has a start."""
    declare(folder, launch=LAUNCH + STARTS)
    made = Repository.at(tmp_path)
    made.commit()
    return made


def events(file: Path) -> dict[str, Event]:
    """Return the events of a calendar by their account and event ids."""
    found = IcsCalendarStream.calendar_from_ics(file.read_bytes().decode()).events
    return {str(event.uid).partition("@")[0]: event for event in found}


def written(reconciler: CommandLine, *arguments: str | Path, folder: Path) -> dict[str, Event]:
    screen = reconciler("calendar", folder, "--ics", folder.parent / "calendar.ics", *arguments)
    assert (screen.code, screen.out) == (0, "")
    return events(folder.parent / "calendar.ics")


def number(reconciler: CommandLine, folder: Path) -> int:
    sequence = written(reconciler, folder=folder)["acme/launch"].sequence
    assert sequence is not None
    return sequence


def test_the_calendar_holds_each_declared_event(reconciler: CommandLine, repository: Repository, folder: Path) -> None:
    more = "externalEventId: {}\neventName: X\neventOrganizer: Acme\neventCancelled: true\n"
    declare(folder, a__cancelled=more.format("cancelled") + STARTS, adopted="objectId: 77\n" + STARTS)
    declare(folder, undated=more.format("undated"), gone="externalEventId: gone\nabsent: true\n")
    found = written(reconciler, folder=folder)
    assert {name: str(event.status) for name, event in found.items()} == {
        "acme/launch": "None",
        "acme/cancelled": "EventStatus.CANCELLED",
        "object-77": "None",
    }
    assert {event.dtstart for event in found.values()} == {datetime(2027, 4, 15, 15, tzinfo=UTC)}


def test_what_was_written_and_left_out_is_counted(
    reconciler: CommandLine, repository: Repository, folder: Path
) -> None:
    declare(folder, adopted="objectId: 77\n", undated=LAUNCH.replace("launch", "undated"))
    declare(folder, gone="externalEventId: gone\nabsent: true\n")
    screen = reconciler("calendar", "--ics", "calendar.ics")
    assert (screen.code, screen.out) == (0, "")
    assert screen.err == "1 event written to calendar.ics.\n2 events without a start left out.\n"


def test_the_number_rises_with_each_change_of_the_file(
    reconciler: CommandLine, repository: Repository, folder: Path
) -> None:
    numbers = [number(reconciler, folder)]
    for name in ("Second", "Third"):
        declare(folder, launch=LAUNCH.replace("Launch", name) + STARTS)
        numbers.append(number(reconciler, folder))
        repository.commit()
        assert numbers[-1] == number(reconciler, folder)
    declare(folder, other=LAUNCH.replace("launch", "other") + STARTS)
    repository.commit()
    assert numbers == [1001, 1002, 1003]
    assert number(reconciler, folder) == 1003


def test_a_cancelled_event_keeps_its_uid_and_gets_a_higher_number(
    reconciler: CommandLine, repository: Repository, folder: Path
) -> None:
    (before,) = written(reconciler, folder=folder).values()
    declare(folder, launch=LAUNCH + STARTS + "eventCancelled: true\n")
    repository.commit()
    (after,) = written(reconciler, folder=folder).values()
    assert before.uid == after.uid
    assert (before.sequence, after.sequence) == (1001, 1002)


def test_a_calendar_of_committed_files_is_the_same_at_any_time(
    reconciler: CommandLine, repository: Repository, folder: Path
) -> None:
    for day in ("2027-02-01", "2027-02-02"):
        arguments = ("--sandbox", "--sandbox-date", day)
        assert reconciler("calendar", folder, "--ics", f"{day}.ics", *arguments).code == 0
    assert Path("2027-02-01.ics").read_bytes() == Path("2027-02-02.ics").read_bytes()


def test_a_part_of_the_files_has_the_same_numbers(
    reconciler: CommandLine, repository: Repository, folder: Path
) -> None:
    declare(folder, a__one=LAUNCH.replace("launch", "one") + STARTS)
    repository.commit()
    whole = written(reconciler, folder=folder)
    for part in ("a", "a/one.yaml"):
        assert reconciler("calendar", folder / part, "--ics", "part.ics").code == 0
        assert events(Path("part.ics")) == {"acme/one": whole["acme/one"]}


def test_a_shallow_clone_says_so_and_takes_numbers_from_the_content(
    reconciler: CommandLine, repository: Repository, folder: Path, tmp_path: Path
) -> None:
    before = number(reconciler, folder)
    clone = repository.clone(tmp_path / "clone", "--depth=1").folder
    screen = reconciler("calendar", clone / "events", "--ics", "calendar.ics")
    hint = "(run `git fetch --unshallow`, or set `fetch-depth: 0` for actions/checkout)"
    assert screen.err == f"this clone is shallow, {CONTENT} {hint}\n1 event written to calendar.ics.\n"
    (event,) = events(Path("calendar.ics")).values()
    assert event.sequence is not None
    assert event.sequence < before
    assert event.dtstamp == NOW


def test_outside_of_git_the_number_comes_from_the_content(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, launch=LAUNCH + STARTS)
    screen = reconciler("calendar", folder, "--ics", "calendar.ics")
    assert screen.err == f"the files are not in a git work tree, {CONTENT}\n1 event written to calendar.ics.\n"
    assert number(reconciler, folder) == number(reconciler, folder)


def test_a_path_with_invisible_characters_is_found_in_git(
    reconciler: CommandLine, repository: Repository, folder: Path
) -> None:
    (folder / "ä\u00a0b").mkdir()
    (folder / "launch.yaml").rename(folder / "ä\u00a0b" / "launch.yaml")
    repository.commit()
    assert number(reconciler, folder) == 1002


def test_wrong_declarations_leave_the_calendar_as_it_was(reconciler: CommandLine, folder: Path) -> None:
    Path("calendar.ics").write_text("as it was")
    declare(folder, launch="externalEventId: a\neventNme: x\n")
    assert reconciler("calendar", "--ics", "calendar.ics").code == 3
    assert Path("calendar.ics").read_text() == "as it was"


def test_what_is_for_another_environment_is_counted(
    reconciler: CommandLine, repository: Repository, folder: Path
) -> None:
    declare(folder, reconciler="portal: 77\nexternalAccountId: acme\nenvironments: {staging: {portal: 78}}\n")
    declare(folder, launch=LAUNCH + STARTS + "environments: [staging]\n", one=LAUNCH.replace("launch", "one") + STARTS)
    screen = reconciler("calendar", "--ics", "calendar.ics")
    assert screen.err == "1 event written to calendar.ics.\n1 event for another environment left out.\n"


def test_the_environment_says_which_events_are_declared(
    reconciler: CommandLine, repository: Repository, folder: Path
) -> None:
    declare(folder, reconciler="portal: 77\nexternalAccountId: acme\nenvironments: {staging: {portal: 78}}\n")
    declare(folder, launch=LAUNCH + STARTS + "environments: [staging]\n")
    assert written(reconciler, folder=folder) == {}
    assert set(written(reconciler, "--env", "staging", folder=folder)) == {"acme/launch"}


def test_a_calendar_goes_into_a_pipe_too(reconciler: CommandLine, repository: Repository, folder: Path) -> None:
    assert reconciler("calendar", "--ics", os.devnull).code == 0


def test_without_a_file_to_write_it_says_which_option_is_missing(reconciler: CommandLine, folder: Path) -> None:
    screen = reconciler("calendar")
    assert (screen.code, screen.err) == (64, "Error: calendar needs a file to write (--ics FILE or --html FILE)\n")


def test_a_calendar_that_was_written_can_be_imported(
    reconciler: CommandLine, repository: Repository, folder: Path
) -> None:
    assert reconciler("calendar", "--ics", "calendar.ics").code == 0
    (folder / "launch.yaml").unlink()
    screen = reconciler("import", "--from", "calendar.ics", "--organizer", "Acme")
    assert screen.code == 0
    assert "+startDateTime: 2027-04-15 15:00+00:00\n" in screen.out
