"""`reconciler import` as people see it."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.sandbox import server
from tests.cli.conftest import SETTINGS, seed_event
from tests.command_line import CommandLine, Screen, declare

START = {"startDateTime": "2027-04-15T15:00:00Z"}
ZOOM = {"appInfo": {"id": "2002", "name": "Zoom"}, "externalAccountId": "zoom", "eventName": "Partner call"}
BY_HAND = {"appInfo": None, "externalEventId": None, "externalAccountId": None, "eventName": "Dinner"}
TEXT = "externalEventId: launch\neventName: Launch\neventOrganizer: Acme\nstartDateTime: 2027-04-15 17:00\n"

Hold = Callable[..., str]


@pytest.fixture
def hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hold]:
    """Run a portal 77 that holds events, and set the environment to it; return its base URL."""
    declare(tmp_path / "events", reconciler=f"{SETTINGS}timezone: Europe/Berlin\n")
    with ExitStack() as stack:

        def begin(*events: dict[str, Any], properties: tuple[dict[str, Any], ...] = (), **options: Any) -> str:
            seed = tmp_path / "seed.json"
            portal = {"id": 77, "timezone": "Europe/Berlin"}
            seed.write_text(json.dumps({"portal": portal, "properties": properties, "events": events}))
            running = stack.enter_context(server.running(server.Options(seed=seed, rate="100000/10", **options)))
            monkeypatch.setenv("HUBSPOT_BASE_URL", running.base_url)
            monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001")
            return running.base_url

        yield begin


def written() -> dict[str, str]:
    """Return every file of declarations by its path below `events`."""
    return {
        path.relative_to("events").as_posix(): path.read_text()
        for path in sorted(Path("events").rglob("*"))
        if path.is_file() and path.name != "reconciler.yaml"
    }


def lines(screen: Screen) -> list[str]:
    return screen.err.splitlines()


def test_events_of_our_app_become_files_and_the_plan_has_no_changes(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch", **START), seed_event("2", "call", **ZOOM), seed_event("3", "x", **BY_HAND))
    screen = reconciler("import")
    added = "".join(f"+{line}\n" for line in TEXT.splitlines())
    assert screen.out == f"--- /dev/null\n+++ b/events/2027/launch.yaml\n@@ -0,0 +1,4 @@\n{added}"
    assert lines(screen) == [
        "HubSpot portal 77 (standard), times in Europe/Berlin",
        "  our app 1001 (reconciler): 1 (1 to import)",
        "  app 2002 (Zoom): 1 (1 left out, as --app any was not given)",
        "  people: 1 (1 left out, as --app any was not given)",
        "1 file written.",
    ]
    assert screen.code == 0
    assert written() == {"2027/launch.yaml": TEXT}
    assert "No changes. HubSpot holds what the files declare." in reconciler("plan").out


def test_a_second_import_writes_nothing(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch", **START))
    reconciler("import")
    screen = reconciler("import")
    assert (screen.code, screen.out) == (0, "")
    assert lines(screen)[-2:] == ["  our app 1001 (reconciler): 1 (1 declared already)", "There is nothing to import."]


def test_events_of_others_are_imported_on_request(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("2", "call", **ZOOM), seed_event("3", "x", **BY_HAND))
    assert reconciler("import", "--app", "any").code == 0
    call = "# Made by app 2002 (Zoom).\nobjectId: 2\neventName: Partner call\neventOrganizer: Acme\n"
    dinner = "# Made by a person, in HubSpot.\nobjectId: 3\neventName: Dinner\neventOrganizer: Acme\n"
    assert written() == {"undated/call.yaml": call, "undated/dinner-3.yaml": dinner}
    assert "2 unchanged" in reconciler("plan").out


def test_a_check_lists_and_writes_nothing(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch", **START), seed_event("2", "later"))
    screen = reconciler("import", "--check")
    assert screen.out.splitlines() == [
        "events/2027/launch.yaml: Launch · acme/launch (object 1)",
        "events/undated/later.yaml: Launch · acme/later (object 2)",
    ]
    assert (screen.code, lines(screen)[-1]) == (2, "2 files to write.")
    assert written() == {}


def test_a_check_with_nothing_to_import_succeeds(reconciler: CommandLine, hold: Hold) -> None:
    hold()
    assert reconciler("import", "--check").code == 0


def test_what_cannot_be_declared_is_named_and_the_rest_is_written(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch"), seed_event("2", "odd", eventName="a\x07"))
    screen = reconciler("import")
    assert screen.code == 6
    assert lines(screen)[-3:] == [
        "1 event cannot be declared:",
        "  a\\u{7} · acme/odd (object 2): eventName holds the character U+0007, which no declaration may have",
        "1 file written.",
    ]
    assert list(written()) == ["undated/launch.yaml"]
    assert reconciler("import", "--check").code == 6


def test_an_event_under_an_account_that_nothing_names_is_adopted(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch", externalAccountId="old"))
    screen = reconciler("import")
    why = "neither the settings nor a file names its account id old"
    assert f"  Launch · old/launch (object 1): {why}" in lines(screen)
    assert screen.code == 0
    assert written()["undated/launch.yaml"].startswith(f"# Made by our app, but declared by its objectId: {why}.\n")
    assert "1 unchanged" in reconciler("plan").out


def test_days_and_globs_choose(reconciler: CommandLine, hold: Hold) -> None:
    hold(
        seed_event("1", "old", startDateTime="2026-12-31T22:30:00Z"),
        seed_event("2", "new", startDateTime="2026-12-31T23:30:00Z"),
        seed_event("3", "news"),
    )
    screen = reconciler("import", "--since", "2027-01-01", "--only", "new*")
    assert "  our app 1001 (reconciler): 3 (2 to import, 1 left out, as the options say)" in lines(screen)
    assert list(written()) == ["2027/new.yaml", "undated/news.yaml"]


PROPERTIES = ({"name": "region"}, {"name": "budget", "type": "number", "fieldType": "number"})
HELD = {"customProperties": [{"name": "region", "value": "EMEA"}, {"name": "budget", "value": "7"}]}


@pytest.mark.parametrize(
    ("option", "custom"),
    [
        ([], ""),
        (["--properties", "region"], "customProperties:\n  region: EMEA\n"),
        (["--properties"], "customProperties:\n  budget: 7\n  region: EMEA\n"),
        (["--properties=region, budget"], "customProperties:\n  budget: 7\n  region: EMEA\n"),
    ],
)
def test_custom_properties_are_imported_on_request(
    reconciler: CommandLine, hold: Hold, option: list[str], custom: str
) -> None:
    hold(seed_event("1", "launch", **HELD), properties=PROPERTIES)
    assert reconciler("import", *option).code == 0
    assert written()["undated/launch.yaml"].partition("eventOrganizer: Acme\n")[2] == custom
    assert "1 unchanged" in reconciler("plan").out


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("regoin", "the portal defines no custom property 'regoin' (did you mean region?)"),
        ("hs_object_id", "only HubSpot itself sets the property 'hs_object_id' (leave it out)"),
        (",", "no custom property '' (write the internal names, with commas and without blanks)"),
    ],
)
def test_a_custom_property_that_cannot_be_declared_is_wrong_usage(
    reconciler: CommandLine, hold: Hold, names: str, said: str
) -> None:
    fixed = {"name": "hs_object_id", "modificationMetadata": {"readOnlyValue": True}}
    hold(seed_event("1", "launch"), properties=(*PROPERTIES, fixed))
    screen = reconciler("import", "--properties", names)
    assert screen.code == 64
    assert said in screen.err
    assert written() == {}


def test_a_part_of_the_folder_takes_new_files_but_all_of_it_is_read(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch"), seed_event("2", "later", **START))
    declare(Path("events"), own__launch=TEXT.partition("start")[0], new___defaults="eventType: WEBINAR\n")
    assert reconciler("import", "events/new").code == 0
    assert written()["new/2027/later.yaml"].endswith('eventType: ""\nstartDateTime: 2027-04-15 17:00\n')
    assert "2 unchanged" in reconciler("plan").out


def test_a_name_that_is_taken_is_never_used(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("7", "launch", **START))
    declare(Path("events"), **{"2027__Launch": "externalEventId: own\neventName: Own\neventOrganizer: Acme\n"})
    assert reconciler("import").code == 0
    assert list(written()) == ["2027/Launch.yaml", "2027/launch-7.yaml"]


def test_files_at_the_top_need_no_folder(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch"))
    Path("events/reconciler.yaml").rename("reconciler.yaml")
    screen = reconciler("import", ".")
    assert "+++ b/undated/launch.yaml" in screen.out.splitlines()
    assert Path("undated/launch.yaml").exists()


def test_a_file_names_its_schema_where_the_settings_do(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch"))
    line = "# yaml-language-server: $schema={}\n"
    declare(Path("events"), reconciler=line.format("../schema/settings.json") + SETTINGS)
    reconciler("import")
    assert written()["undated/launch.yaml"].startswith(line.format("../../schema/declarations.json"))


def test_times_are_local_in_the_zone_of_the_settings(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch", **START))
    declare(Path("events"), reconciler=f"{SETTINGS}timezone: America/New_York\n")
    reconciler("import")
    assert written()["2027/launch.yaml"].endswith("startDateTime: 2027-04-15 11:00\n")


def test_without_a_zone_in_the_settings_each_file_names_the_portals(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch", **START))
    declare(Path("events"), reconciler=SETTINGS)
    reconciler("import")
    assert written()["2027/launch.yaml"].endswith("startDateTime: 2027-04-15 17:00\ntimezone: Europe/Berlin\n")


@pytest.mark.parametrize("path", [[], ["."]])
def test_without_settings_it_names_the_command_that_writes_them(
    reconciler: CommandLine, portal: str, path: list[str]
) -> None:
    screen = reconciler("import", *path)
    where = path[0] if path else "events"
    problem = f"{where}:1:1: there is no reconciler.yaml (write it with reconciler init) [no-settings]"
    assert lines(screen) == [problem, "Error: 1 problem in the declarations"]
    assert screen.code == 3


def test_a_file_is_no_place_for_files(reconciler: CommandLine, folder: Path, portal: str) -> None:
    screen = reconciler("import", "events/launch.yaml")
    assert screen.code == 64
    assert "'events/launch.yaml' is not a folder" in screen.err


def test_a_hidden_folder_is_no_place_for_files(reconciler: CommandLine, folder: Path, portal: str) -> None:
    Path("events/.old/2027").mkdir(parents=True)
    assert reconciler("import", "events/.old/2027").code == 64


def test_wrong_declarations_end_it_before_anything_is_read(reconciler: CommandLine, hold: Hold) -> None:
    base_url = hold(seed_event("1", "launch"))
    declare(Path("events"), wrong="externalEventId: a\n")
    assert reconciler("import").code == 3
    assert httpx.get(f"{base_url}/_sandbox/requests").json()["requests"] == []


def test_another_portal_than_the_declared_one_is_refused(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch"))
    declare(Path("events"), reconciler="portal: 78\nexternalAccountId: acme\n")
    assert reconciler("import").code == 5


def test_only_reads_reach_hubspot(reconciler: CommandLine, hold: Hold) -> None:
    base_url = hold(seed_event("1", "launch"))
    reconciler("import")
    log = httpx.get(f"{base_url}/_sandbox/requests").json()["requests"]
    assert {one["path"] for one in log if one["method"] != "GET"} == {"/oauth/v2/private-apps/get/access-token-info"}


def test_a_folder_that_cannot_be_read_is_an_error_without_traceback(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch"))
    Path("events/2027").write_text("in the way")
    Path("events/undated").write_text("in the way")
    screen = reconciler("import")
    assert screen.code == 1
    assert "cannot write events/undated/launch.yaml" in screen.err


def test_many_events_are_proven_by_few_requests(reconciler: CommandLine, hold: Hold) -> None:
    base_url = hold(*(seed_event(str(number), f"launch-{number}") for number in range(1, 301)))
    screen = reconciler("import")
    assert (screen.code, len(written())) == (0, 300)
    assert len(httpx.get(f"{base_url}/_sandbox/requests").json()["requests"]) < 10


def test_only_what_is_wanted_is_proven(reconciler: CommandLine, hold: Hold) -> None:
    events = [seed_event(str(number), f"launch-{number}") for number in range(1, 41)]
    base_url = hold(*events, behaviours=("search=exact",))
    assert reconciler("import", "--only", "launch-7").code == 0
    assert list(written()) == ["undated/launch-7.yaml"]
    assert len(httpx.get(f"{base_url}/_sandbox/requests").json()["requests"]) < 10


def test_each_event_is_proven_though_orphans_are_ignored(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch"), seed_event("2", "later"), behaviours=("search=exact",))
    declare(Path("events"), reconciler=f"{SETTINGS}orphans: ignore\n")
    assert reconciler("import").code == 0
    assert all(text.startswith("externalEventId: ") for text in written().values())


def test_a_token_whose_app_nobody_names_is_found_out_by_searching(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("1", "launch"), seed_event("2", "call", **ZOOM), behaviours=("token-details=missing",))
    assert reconciler("import").code == 0
    assert list(written()) == ["undated/launch.yaml"]


def test_without_a_known_app_nothing_is_ours(reconciler: CommandLine, hold: Hold) -> None:
    hold(seed_event("2", "call", **ZOOM), behaviours=("token-details=missing",))
    screen = reconciler("import")
    assert (screen.code, written()) == (0, {})
    assert "warning: it is not known which app the token belongs to" in screen.err
