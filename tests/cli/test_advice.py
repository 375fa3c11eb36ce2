"""Advice in `validate` and `plan`: printed, silenced, counted with `--warnings-as-errors`."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import LAUNCH, SETTINGS, Seed, seed_event
from tests.command_line import CommandLine, declare
from tests.repository import Repository

EVENTS = Path(__file__).parents[2] / "events"
DATED = f"{LAUNCH}startDateTime: 2027-04-15T17:00:00Z\n"
PLAIN = f"{DATED}eventUrl: http://acme.example\n"
SILENT = f"{DATED}eventUrl: http://acme.example  # reconciler: silence not-https # it redirects\n"
TOLD = "events/launch.yaml:5:1: warning: eventUrl begins with http: instead of https:"
COUNTED = "1 warning counts as an error, because of --warnings-as-errors"


@pytest.mark.parametrize("year", range(2026, 2032))
def test_the_samples_get_no_advice_on_any_day(reconciler: CommandLine, year: int) -> None:
    for now in (datetime(year, 1, 1, tzinfo=UTC), datetime(year, 11, 6, tzinfo=UTC)):
        screen = replace(reconciler, now=now)("validate", EVENTS, "--warnings-as-errors")
        assert (screen.code, screen.out) == (0, "Valid: 23 events in 11 files.\n")


def test_a_plan_of_the_samples_gets_no_advice_while_they_are_to_come(reconciler: CommandLine) -> None:
    now = datetime(2026, 10, 1, tzinfo=UTC)
    screen = replace(reconciler, now=now)("plan", EVENTS, "--sandbox", "--warnings-as-errors")
    assert screen.code == 3  # the sandbox is empty, so an adopted event is not there
    assert screen.err == ""


def test_validate_prints_advice_and_passes(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, launch=PLAIN)
    screen = reconciler("validate")
    assert screen.code == 0
    line, verdict = screen.out.splitlines()
    assert line.startswith(TOLD)
    assert line.endswith(" [not-https]")
    assert verdict == "Valid: 1 event in 1 file."


def test_validate_tells_nothing_for_which_hubspot_has_to_be_read(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, launch=f"{LAUNCH}endDateTime: 2099-04-15T17:00:00Z\n")
    assert reconciler("validate").out == "Valid: 1 event in 1 file.\n"


def test_warnings_as_errors_make_validate_fail(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, launch=PLAIN)
    screen = reconciler("validate", "--warnings-as-errors")
    assert (screen.code, screen.out.splitlines()[-1], screen.err) == (3, f"{COUNTED}.", "")
    screen = reconciler("validate", "--warnings-as-errors", "--format", "json")
    assert screen.code == 3
    assert [(one["severity"], one["code"], one["line"]) for one in screen.json["diagnostics"]] == [
        ("warning", "not-https", 5)
    ]
    declare(folder, launch=DATED)
    assert reconciler("validate", "--warnings-as-errors").code == 0


def test_a_text_that_a_comment_cuts_counts_as_an_error_too(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, launch=DATED.replace("Launch", "Launch #1"))
    assert reconciler("validate", "--warnings-as-errors").code == 3


@pytest.mark.parametrize("comment", ["overlapp", "cut-by-comment", ""])
def test_other_warnings_never_count_as_errors(reconciler: CommandLine, folder: Path, comment: str) -> None:
    declare(folder, launch=DATED.replace("Launch", f"Launch # reconciler: silence {comment}"))
    (folder / "webinar.yaml.txt").write_text(LAUNCH)
    screen = reconciler("validate", "--warnings-as-errors")
    assert screen.out.count("warning: ") == 2
    assert screen.code == 0


@pytest.mark.parametrize("settings", [SETTINGS, f"{SETTINGS}silence: [not-https]\n"])
def test_what_is_silenced_is_neither_printed_nor_counted(reconciler: CommandLine, folder: Path, settings: str) -> None:
    declare(folder, launch=SILENT if settings == SETTINGS else PLAIN, reconciler=settings)
    for command in (["validate"], ["plan", "--sandbox"]):
        screen = reconciler(*command, "--warnings-as-errors")
        assert (screen.code, "warning" in screen.out) == (0, False)


def test_a_plan_with_advice_is_shown_and_saved_also_where_it_counts_as_an_error(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    declare(folder, launch=f"{LAUNCH}eventUrl: http://acme.example\n")
    screen = reconciler("plan", "--detailed-exitcode", "--out", "plan.json", "--markdown", "plan.md")
    assert (screen.code, screen.err) == (2, "")
    assert TOLD.replace(":5:", ":4:") in screen.out
    assert "events/launch.yaml:1:1: warning: this new event has no startDateTime" in screen.out
    strict = reconciler("plan", "--detailed-exitcode", "--warnings-as-errors", "--out", "strict.json")
    assert (strict.code, strict.out) == (3, screen.out)
    assert strict.err == "Error: 2 warnings count as errors, because of --warnings-as-errors\n"
    saved = json.loads(Path("plan.json").read_text())
    assert saved == json.loads(Path("strict.json").read_text())
    assert [(one["severity"], one["code"]) for one in saved["diagnostics"]] == [
        ("warning", "no-date"),
        ("warning", "not-https"),
    ]
    assert all(one["hint"] and one["file"] == "events/launch.yaml" for one in saved["diagnostics"])
    assert "instead of https" in Path("plan.md").read_text()
    assert reconciler("show", "plan.json").out == screen.out


def test_an_event_that_is_set_aside_fails_a_plan_with_and_without_advice(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    declare(folder, launch=PLAIN, zoom="objectId: 404\n")
    assert reconciler("plan").code == 3
    strict = reconciler("plan", "--warnings-as-errors")
    assert (strict.code, strict.err) == (3, f"Error: {COUNTED}\n")


def test_an_apply_gives_no_advice(reconciler: CommandLine, folder: Path, portal: str) -> None:
    declare(folder, launch=PLAIN)
    screen = reconciler("apply", "--yes")
    assert screen.code == 0
    assert "warning" not in screen.out + screen.err
    assert TOLD in reconciler("plan").out


def test_an_event_that_hubspot_holds_is_not_new(reconciler: CommandLine, folder: Path, portal: str) -> None:
    assert "no-date" in reconciler("plan").out
    reconciler("apply", "--yes")
    assert "warning" not in reconciler("plan").out


def test_with_a_base_a_plan_advises_only_on_what_differs(reconciler: CommandLine, folder: Path, portal: str) -> None:
    repository = Repository.at(folder.parent)
    declare(folder, launch=PLAIN, fair=PLAIN.replace("aunch", "air").replace("Launch", "Lair #1"))
    repository.commit()
    assert reconciler("plan").out.count("[not-https]") == 2
    assert "warning" not in reconciler("plan", "--base", "main", "--warnings-as-errors").out
    declare(folder, launch=f"{PLAIN}eventType: WEBINAR\n")
    screen = reconciler("plan", "--base", "main", "--warnings-as-errors")
    assert screen.code == 3
    assert [line for line in screen.out.splitlines() if "warning: " in line and not line.startswith(f"  {TOLD}")] == []


def test_fmt_keeps_comments_where_they_silence(reconciler: CommandLine, folder: Path) -> None:
    written = (
        'eventDescription: "<b>A\n\n  and B</b>"   # reconciler: silence html-in-text\neventType:\n'
        '  “A” # reconciler: silence quotes-in-text\neventName: "“A”" # reconciler: silence quotes-in-text\n'
    )
    declare(folder, launch=DATED.replace("eventName: Launch\n", written))
    assert "warning" not in reconciler("validate").out
    assert reconciler("fmt").code == 0
    assert "eventDescription: |   # reconciler: silence html-in-text\n" in (folder / "launch.yaml").read_text()
    assert reconciler("validate").out == "Valid: 1 event in 1 file.\n"


def test_pull_keeps_comments_where_they_silence(reconciler: CommandLine, folder: Path, seed: Seed) -> None:
    declare(folder, launch=SILENT)
    Repository.at(folder.parent).commit()
    file = seed(seed_event("1", "launch", startDateTime="2027-04-15T17:00:00Z", eventUrl="http://acme.example/2"))
    assert reconciler("pull", "--all", "--sandbox", "--sandbox-seed", file).code == 0
    assert SILENT.replace("example ", "example/2 ") == (folder / "launch.yaml").read_text()
    assert reconciler("validate").out == "Valid: 1 event in 1 file.\n"
