"""`reconciler plan` as people and scripts call it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import LAUNCH, SETTINGS, Seed, seed_event
from tests.command_line import CommandLine, declare

NO_CHANGES = "No changes. HubSpot holds what the files declare."


def test_a_plan_ends_with_its_summary_and_digest(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("plan")
    summary, digest = screen.last_lines
    assert summary == "Plan: 1 to create, 0 to update, 0 to delete; 0 unchanged, 0 orphaned."
    assert digest.startswith("Digest: sha256:")
    assert screen.code == 0


def test_a_plan_writes_nothing(reconciler: CommandLine, folder: Path, portal: str) -> None:
    reconciler("plan")
    assert reconciler("plan", "--detailed-exitcode").code == 2


def test_the_detailed_exit_code_is_zero_without_changes(reconciler: CommandLine, folder: Path, portal: str) -> None:
    reconciler("apply", "--yes")
    screen = reconciler("plan", "--detailed-exitcode")
    assert NO_CHANGES in screen.out.splitlines()
    assert screen.code == 0


def test_the_plan_is_written_to_files_beside_the_screen(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("plan", "--out", "plan.json", "--markdown", "plan.md", "--format", "json")
    assert Path("plan.json").read_text() == screen.out
    assert Path("plan.md").read_text().splitlines()[-1] == f"Digest: {screen.json['digest']}"


def test_a_saved_plan_is_shown_in_every_format(reconciler: CommandLine, folder: Path, portal: str) -> None:
    planned = {form: reconciler("plan", "--format", form).out for form in ("text", "json", "markdown")}
    reconciler("plan", "--out", "plan.json")
    shown = {form: reconciler("show", "plan.json", "--format", form).out for form in planned}
    assert shown == planned


def test_wrong_declarations_end_a_plan_on_standard_error(reconciler: CommandLine, folder: Path, portal: str) -> None:
    declare(folder, launch="externalEventId: launch\neventNam: Launch\n")
    screen = reconciler("plan")
    assert screen.code == 3
    assert screen.out == ""
    assert "events/launch.yaml:2:1: " in screen.err
    assert "eventName" in screen.err


def test_an_undefined_custom_property_sets_aside_every_event_that_inherits_it(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    declare(folder, _defaults="customProperties:\n  event_regoin: EMEA\n", second=LAUNCH.replace("launch", "second"))
    told = (
        "events/_defaults.yaml:2:3: customProperties.event_regoin: the portal defines no such property "
        "(define it in HubSpot first: HubSpot drops what it does not know) [custom-property-unknown]"
    )
    for command in (["plan"], ["apply", "--yes"]):
        screen = reconciler(*command)
        assert screen.code == 3
        assert screen.out.splitlines().count(f"  {told}") == 1
        assert "  ! Launch · acme/second · events/second.yaml:1" in screen.out.splitlines()


def test_wrong_declarations_are_json_where_json_was_asked_for(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    declare(folder, launch="externalEventId: launch\neventNam: Launch\n")
    screen = reconciler("plan", "--format", "json")
    assert screen.code == 3
    assert screen.json["format_version"] == "1.2"
    assert {found["file"] for found in screen.json["diagnostics"]} == {"events/launch.yaml"}


def test_an_event_that_cannot_be_planned_stops_no_other(reconciler: CommandLine, folder: Path, portal: str) -> None:
    declare(folder, zoom="objectId: 404\neventName: Not there\n", reconciler=f"{SETTINGS}silence: [no-date]\n")
    screen = reconciler("plan", "--detailed-exitcode", "--out", "plan.json")
    assert screen.code == 3
    assert "  ! Not there · object 404 · events/zoom.yaml:1" in screen.out.splitlines()
    assert "  events/zoom.yaml:1:1: HubSpot holds no event with objectId 404" in screen.out
    saved = json.loads(Path("plan.json").read_text())
    assert (saved["summary"]["create"], saved["summary"]["set_aside"]) == (1, 1)
    assert [(one["severity"], one["code"]) for one in saved["diagnostics"]] == [("error", "object-not-live")]
    assert reconciler("show", "plan.json").out == screen.out


def test_nothing_is_called_unchanged_where_an_event_is_set_aside(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    reconciler("apply", "--yes")
    declare(folder, zoom="objectId: 404\neventName: Not there\n")
    screen = reconciler("plan")
    assert screen.code == 3
    assert "No changes." not in screen.out


def test_a_token_of_another_portal_is_refused(reconciler: CommandLine, folder: Path, portal: str) -> None:
    declare(folder, reconciler="portal: 78\nexternalAccountId: acme\n")
    screen = reconciler("plan")
    assert screen.code == 5
    assert "portal 77" in screen.err
    assert "portal 78" in screen.err


@pytest.mark.parametrize("token", ["wrong", "sandbox-x"])
def test_a_token_that_hubspot_refuses_is_exit_code_4(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", token)
    screen = reconciler("plan")
    assert screen.code == 4
    assert token not in screen.err + screen.out
    assert len(screen.err.splitlines()) <= 2


def test_no_token_at_all_is_exit_code_4(reconciler: CommandLine, folder: Path) -> None:
    screen = reconciler("plan")
    assert screen.code == 4
    assert "HUBSPOT_ACCESS_TOKEN" in screen.err


def test_an_unreachable_hubspot_is_exit_code_7(
    reconciler: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001")
    monkeypatch.setenv("HUBSPOT_BASE_URL", "http://127.0.0.1:9")
    screen = reconciler("plan", "--timeout", "60")
    assert screen.code == 7
    assert "127.0.0.1" in screen.err
    assert "Traceback" not in screen.err


def test_a_plan_shows_what_an_apply_would_refuse(reconciler: CommandLine, folder: Path, seed: Seed) -> None:
    orphan = seed_event("501", "partner-day", startDateTime="2098-01-01T10:00:00Z", registrants=12)
    declare(folder, reconciler=SETTINGS + "orphans: delete\n")
    options = ("--sandbox", "--sandbox-db", "db.sqlite", "--sandbox-seed", seed(orphan), "--format", "json")
    refused = reconciler("plan", *options).json["diagnostics"]
    allowed = reconciler("plan", *options, "--max-deletes", 1, "--max-registrants", 12).json["diagnostics"]
    assert {found["code"] for found in refused} >= {"guard-deletes", "guard-registrants"}
    assert not {found["code"] for found in allowed if found["code"].startswith("guard-")}


def test_a_shown_plan_is_on_the_clocks_of_its_events_too(reconciler: CommandLine, folder: Path, seed: Seed) -> None:
    declare(folder, launch=LAUNCH + "timezone: Europe/London\nstartDateTime: 2027-04-08 14:00\n")
    held = seed_event("501", "launch", startDateTime="2027-04-08T12:00:00Z")
    planned = reconciler("plan", "--sandbox", "--sandbox-seed", seed(held), "--out", "plan.json")
    assert "starts        Thu 8 Apr 2027 13:00 → 14:00 London (+1 h)\n" in planned.out
    assert reconciler("show", "plan.json").out == planned.out


def test_details_are_for_those_who_ask_and_for_scripts(reconciler: CommandLine, folder: Path, seed: Seed) -> None:
    declare(folder, other=LAUNCH.replace("externalEventId: launch", "externalEventId: other"))
    held = (seed_event("501", "launch"), seed_event("502", "other"))
    options = ("--sandbox", "--sandbox-seed", seed(*held), "--out", "plan.json")
    planned = reconciler("plan", *options, "--markdown", "plan.md")
    codes = [found["code"] for found in json.loads(Path("plan.json").read_text())["diagnostics"]]
    assert codes == ["identity-unproven"]
    unasked = (planned.out, Path("plan.md").read_text(), reconciler("show", "plan.json").out)
    asked = (
        reconciler("plan", *options, "--markdown", "plan.md", "--verbose").out,
        Path("plan.md").read_text(),
        reconciler("show", "plan.json", "--verbose").out,
        reconciler("apply", *options[:3], "--yes", "--verbose").out,
    )
    assert ["Notes" in text for text in (*unasked, reconciler("apply", *options[:3], "--yes").out)] == [False] * 4
    assert ["recognised by event id alone" in text for text in asked] == [True] * 4


def test_verbose_tells_each_request_and_never_the_token(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("plan", "--verbose")
    assert "GET /marketing/marketing-events/2026-03: 200" in screen.err.splitlines()
    assert "sandbox-1001" not in screen.err + screen.out


def test_the_api_version_of_the_command_line_wins(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("plan", "--api-version", "v3", "--verbose")
    assert "GET /marketing/v3/marketing-events: 200" in screen.err.splitlines()


def test_the_portals_description_never_enters_the_digest(reconciler: CommandLine, folder: Path, portal: str) -> None:
    digests = {
        reconciler("plan", "--api-version", version, "--format", "json").json["digest"]
        for version in ("v3", "2025-09", "2026-03", "2026-09")
    }
    assert len(digests) == 1


def test_an_environment_chooses_its_own_portal(reconciler: CommandLine, folder: Path, portal: str) -> None:
    declare(folder, reconciler="portal: 1\nexternalAccountId: acme\nenvironments: {staging: {portal: 77}}\n")
    assert reconciler("plan").code == 5
    assert reconciler("plan", "--env", "staging").code == 0
    assert reconciler("--env", "staging", "plan").code == 0


def test_an_option_of_the_command_wins_over_the_environment(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_API_VERSION", "2025-09")
    assert reconciler("plan", "--format", "json").json["portal"]["api_version"] == "2025-09"
    screen = reconciler("plan", "--format", "json", "--api-version", "v3")
    assert screen.json["portal"]["api_version"] == "v3"


def test_a_folder_below_the_root_narrows_the_run(reconciler: CommandLine, folder: Path, seed: Seed) -> None:
    declare(folder, webinars__new=LAUNCH.replace("launch", "new"), _defaults="eventType: WEBINAR\n")
    orphan = seed_event("501", "partner-day", startDateTime="2098-01-01T10:00:00Z")
    screen = reconciler(
        "plan", "events/webinars", "--sandbox", "--sandbox-db", "d", "--sandbox-seed", seed(orphan), "--format", "json"
    )
    assert screen.json["summary"] == {
        "create": 1,
        "update": 0,
        "delete": 0,
        "unchanged": 0,
        "orphaned": None,
        "foreign": None,
        "set_aside": 0,
    }
    fields = {field["name"] for field in screen.json["changes"][0]["fields"]}
    assert "eventType" in fields


def test_the_sandbox_remembers_between_runs(reconciler: CommandLine, folder: Path) -> None:
    reconciler("apply", "--sandbox", "--yes")
    assert NO_CHANGES in reconciler("plan", "--sandbox").out.splitlines()
    assert Path(".reconciler/sandbox.sqlite").exists()
    assert reconciler("plan", "--sandbox", "--format", "json").json["portal"]["id"] == 77


DATE = ("--sandbox-date", "2099-06-01")
ON_SANDBOX = ("plan", "--sandbox", "--format", "json", "--sandbox-seed")


@pytest.mark.parametrize(("before", "after"), [(DATE, ()), ((), DATE), (("--sandbox-date", "2027-06-01"), DATE)])
def test_the_sandbox_date_decides_what_is_over(
    reconciler: CommandLine, folder: Path, seed: Seed, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    orphan = seed_event("501", "partner-day", startDateTime="2098-01-01T10:00:00Z")
    (told,) = reconciler(*before, *ON_SANDBOX, seed(orphan), *after).json["orphans"]
    assert told["why"] == "it is over, and its attendance is history worth keeping"


def test_the_environment_gives_the_sandbox_date_too(
    reconciler: CommandLine, folder: Path, seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_SANDBOX_DATE", "2099-06-01")
    (told,) = reconciler(*ON_SANDBOX, seed(seed_event("501", "day", startDateTime="2098-01-01T10:00:00Z"))).json[
        "orphans"
    ]
    assert told["why"].startswith("it is over")


def test_without_settings_the_sandbox_is_portal_1(reconciler: CommandLine) -> None:
    declare(Path("events"), launch=LAUNCH + "externalAccountId: acme\n")
    assert reconciler("plan", "--sandbox", "--format", "json").json["portal"]["id"] == 1


def test_a_plan_needs_nothing_but_reading(
    reconciler: CommandLine, folder: Path, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001-read")
    assert reconciler("plan").code == 0


def test_a_plan_of_one_file_narrows_the_run_to_it(reconciler: CommandLine, folder: Path, portal: str) -> None:
    declare(folder, other=LAUNCH.replace("launch", "other"))
    assert reconciler("plan", "events/other.yaml", "--format", "json").json["summary"]["create"] == 1


def test_a_json_plan_is_ascii_whatever_the_names_are(reconciler: CommandLine, folder: Path, portal: str) -> None:
    declare(folder, launch=LAUNCH.replace("Launch", "Frühjahr 🎉"))
    screen = reconciler("plan", "--format", "json")
    assert screen.out.isascii()
    assert json.loads(screen.out)["changes"][0]["name"] == "Frühjahr 🎉"


def test_a_sandbox_that_only_the_environment_asks_for_is_announced(
    reconciler: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_SANDBOX", "1")
    screen = reconciler("plan")
    assert screen.code == 0
    assert "RECONCILER_SANDBOX" in screen.err


def test_an_api_version_near_its_end_is_warned_of_on_the_day_that_it_is(
    reconciler: CommandLine, folder: Path, portal: str
) -> None:
    screen = reconciler("plan", "--api-version", "2025-09")
    said = "warning: HubSpot supports API version 2025-09 until March 2027"
    assert f'{said} (set apiVersion: "2026-09" in reconciler.yaml) [api-version-ending]' in screen.out
    assert "api-version" not in reconciler("plan", "--api-version", "2026-03").out
