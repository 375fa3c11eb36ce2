"""`reconciler import --from` as people see it."""

import csv
from pathlib import Path

import pytest

from reconciler.cli import sources
from tests.command_line import CommandLine, Screen, declare

SETTINGS = "portal: 77\nexternalAccountId: acme\ntimezone: Europe/Berlin\n"
SAMPLES = Path(__file__).parents[1] / "declarations" / "sources" / "samples"
LAUNCH = "externalEventId,eventName,eventOrganizer,startDateTime\nlaunch,Launch,Acme,2027-04-15 17:00\n"
ANOTHER = "delete one of the two, or give it another id"


@pytest.fixture(autouse=True)
def events(tmp_path: Path, reconciler: CommandLine) -> Path:
    """Declare settings and nothing else, in the folder where every command runs."""
    declare(tmp_path / "events", reconciler=SETTINGS)
    return tmp_path / "events"


def table(content: str, name: str = "a.csv") -> str:
    Path(name).write_text(content, "utf-8")
    return name


def written() -> list[str]:
    """Return every file of declarations below `events`."""
    return sorted(path.relative_to("events").as_posix() for path in Path("events").rglob("*/*.yaml"))


def lines(screen: Screen) -> list[str]:
    return screen.err.splitlines()


def test_the_rows_of_a_table_become_files(reconciler: CommandLine) -> None:
    screen = reconciler("import", "--from", table(LAUNCH))
    text = "externalEventId: launch\neventName: Launch\neventOrganizer: Acme\nstartDateTime: 2027-04-15 17:00\n"
    assert Path("events/2027/launch.yaml").read_text() == text
    assert [line[1:] for line in screen.out.splitlines()[3:]] == text.splitlines()
    assert lines(screen) == ["a.csv: 1 event (1 to import)", "1 file written."]
    assert screen.code == 0
    assert reconciler("validate").out == "Valid: 1 event in 1 file.\n"


def test_a_second_import_writes_nothing(reconciler: CommandLine) -> None:
    reconciler("import", "--from", table(LAUNCH))
    screen = reconciler("import", "--from", table(LAUNCH))
    assert (screen.code, screen.out) == (0, "")
    assert lines(screen) == ["a.csv: 1 event (1 declared already)", "There is nothing to import."]


def test_a_row_added_above_its_like_is_never_taken_for_it(reconciler: CommandLine) -> None:
    rows = [f"Workshop,Acme,2027-04-20 {hour}:00" for hour in ("08", "10", "14")]
    header = "eventName,eventOrganizer,startDateTime"
    assert reconciler("import", "--from", table("\n".join((header, rows[1])))).code == 0
    before = written()
    screen = reconciler("import", "--from", table("\n".join((header, *rows))))
    assert (screen.code, screen.out, written()) == (3, "", before)
    problem = "its id would be 'workshop-2027-04-20', which the event at line 2 has"
    hint = "write an externalEventId of its own in each of these rows"
    assert lines(screen) == [
        f"a.csv:3:1: {problem} ({hint}) [duplicate-event]",
        f"a.csv:4:1: {problem} ({hint}) [duplicate-event]",
        "Error: 2 problems, so nothing was written",
    ]


@pytest.mark.parametrize("sample", ["google", "outlook", "apple", "luma"])
def test_each_calendar_is_written_and_read_back(reconciler: CommandLine, sample: str) -> None:
    options = ("--hours", "09:00-17:00", "--organizer", "Acme", "--type", "MEETUP")
    screen = reconciler("import", "--from", SAMPLES / f"{sample}.ics", *options)
    assert screen.code == 0
    assert len(written()) == {"google": 7, "outlook": 5, "apple": 5, "luma": 1}[sample]
    assert reconciler("validate").code == 0
    assert all("eventType: MEETUP\n" in Path("events", path).read_text() for path in written())


def test_dates_that_were_cancelled_are_counted(reconciler: CommandLine) -> None:
    screen = reconciler("import", "--check", "--from", SAMPLES / "google.ics", "--hours", "09:00-17:00")
    assert lines(screen)[0].endswith("google.ics: 7 events (7 to import)")
    assert lines(screen)[1:] == ["  1 cancelled date of recurring events left out", "7 files to write."]


def test_a_calendar_whose_dates_are_all_cancelled_has_nothing_to_import(reconciler: CommandLine) -> None:
    rule = "DTSTART:20270304T180000\nRRULE:FREQ=DAILY;COUNT=2\nSTATUS:CANCELLED"
    Path("a.ics").write_text(f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n{rule}\nEND:VEVENT\nEND:VCALENDAR\n")
    screen = reconciler("import", "--from", "a.ics")
    cancelled = "  2 cancelled dates of recurring events left out"
    assert lines(screen) == ["a.ics: 0 events", cancelled, "There is nothing to import."]
    assert screen.code == 0


def test_a_check_lists_and_writes_nothing(reconciler: CommandLine) -> None:
    screen = reconciler("import", "--check", "--from", table(LAUNCH))
    assert screen.out == "events/2027/launch.yaml: Launch · acme/launch\n"
    assert (screen.code, lines(screen)[-1], written()) == (2, "1 file to write.", [])


def test_since_and_only_choose_events(reconciler: CommandLine) -> None:
    rows = ["old,Old,Acme,2027-04-14 17:00", "other,Other,Acme,2027-05-01 17:00", "undated,Launch party,Acme,"]
    file = table(LAUNCH + "\n".join(rows))
    screen = reconciler("import", "--from", file, "--since", "2027-04-15", "--only", "*aunch*")
    assert lines(screen)[0] == "a.csv: 4 events (2 to import, 2 left out, as the options say)"
    assert written() == ["2027/launch.yaml", "undated/undated.yaml"]


def test_every_problem_is_told_at_its_line_and_nothing_is_written(reconciler: CommandLine) -> None:
    screen = reconciler("import", "--from", table(LAUNCH + 'x,"X\n\nX",,15.04.2027\nlaunch,Launch,Acme,\n'))
    assert (screen.code, screen.out, written()) == (3, "", [])
    organizer = "give --organizer NAME, or set eventOrganizer in _defaults.yaml"
    assert lines(screen) == [
        "a.csv:3:1: startDateTime: '15.04.2027' is not a time (did you mean 2027-04-15?) [bad-time]",
        f"a.csv:3:1: eventOrganizer is missing: HubSpot creates no event without it ({organizer}) [missing-key]",
        f"a.csv:6:1: acme/launch is declared twice, first at a.csv:2:1 ({ANOTHER}) [duplicate-event]",
        "Error: 3 problems, so nothing was written",
    ]


def test_one_problem_is_counted_as_one(reconciler: CommandLine) -> None:
    assert lines(reconciler("import", "--from", table("eventName\n")))[-1] == "Error: 1 problem, so nothing was written"


def test_a_source_is_read_without_a_network_or_a_token(
    reconciler: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_BASE_URL", "http://127.0.0.1:9")
    assert reconciler("import", "--from", table(LAUNCH)).code == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--from", "none.csv"], "cannot read 'none.csv': No such file or directory"),
        (["--from", "events"], "'events' is neither a calendar nor a table (name a file that ends in .ics or .csv)"),
        (["--from", "folder.csv"], "cannot read 'folder.csv': Is a directory"),
        (["--from", "a.csv", "--app", "any"], "--app and --properties are about events in HubSpot"),
        (["--from", "a.csv", "--properties"], "--app and --properties are about events in HubSpot"),
        (["--hours", "09:00-17:00"], "--hours, --organizer and --type go with --from alone"),
        (["--organizer", "Acme"], "--hours, --organizer and --type go with --from alone"),
        (["--from", "a.csv", "--hours", "9-17"], "'9-17' are not the hours of a day (did you mean \"09:00-17:00\"?)"),
        (["--from", "a.csv", "--organizer", " "], "it is empty: give a text, or leave the option out"),
        (["--from", "a.csv", "--type", "a\x07"], "it holds a character that no file may have"),
    ],
)
def test_wrong_usage_is_told(reconciler: CommandLine, arguments: list[str], problem: str) -> None:
    table(LAUNCH)
    Path("folder.csv").mkdir()
    screen = reconciler("import", *arguments)
    assert screen.code == 64
    assert problem in screen.err
    assert written() == []


def test_a_file_that_is_too_large_is_not_read(reconciler: CommandLine) -> None:
    with Path("a.CSV").open("wb") as file:
        file.truncate(sources.LARGEST_SOURCE + 1)
    screen = reconciler("import", "--from", "a.CSV")
    assert screen.code == 64
    assert "'a.CSV' is larger than 67,108,864 bytes (split it into several)" in screen.err


def test_hostile_text_of_a_source_is_only_text(reconciler: CommandLine) -> None:
    screen = reconciler("import", "--from", table("eventName,::error::\nA,x\n\x1b[2J,\n"))
    assert screen.code == 3
    assert "\x1b" not in screen.err
    assert "\n::error" not in screen.err


def test_without_settings_nothing_is_imported(reconciler: CommandLine) -> None:
    Path("events/reconciler.yaml").unlink()
    screen = reconciler("import", "--from", table(LAUNCH))
    assert (screen.code, "reconciler init" in screen.err) == (3, True)


def test_a_table_for_a_folder_below_the_root_is_written_there(reconciler: CommandLine) -> None:
    Path("events/field").mkdir()
    reconciler("import", "events/field", "--from", table(LAUNCH))
    assert written() == ["field/2027/launch.yaml"]


def test_formulas_stay_text(reconciler: CommandLine) -> None:
    with Path("a.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([["eventName", "eventOrganizer"], ['=HYPERLINK("https://x")', "+1"]])
    reconciler("import", "--from", "a.csv")
    lines = Path("events/undated/hyperlink-https-x.yaml").read_text().splitlines()
    assert lines[1:] == ['eventName: =HYPERLINK("https://x")', "eventOrganizer: +1"]
