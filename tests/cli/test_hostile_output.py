"""Hostile text in names, files, options and answers is harmless in everything that our processes print or write."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.sandbox import server
from tests.aside import aside, ended
from tests.cli.conftest import SETTINGS, Seed, seed_event
from tests.command_line import Screen, started
from tests.github.runner_parser import commands, possible_commands
from tests.hostile import acting
from tests.repository import Repository

EVIL = (
    "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2028 ##[add-mask]e\n::error::boo\r\u3000::stop-commands::x"
    "\r\n\U000e0041\u200d::add-mask::y\ufeff\udc85"
)
"""A text that acts in every way there is."""
SENT = EVIL.replace("\udc85", "")
"""What of it can be sent."""
FAIR = "##[add-mask]e :: launch\n::error::boo\n\u3000::stop-commands::x"
"""What of it a declaration may hold."""
FILE = "::add-mask::e ##[error].yaml"

Body = Mapping[str, Any]


def event(event_id: str, **fields: object) -> str:
    """Declare an event; YAML reads JSON."""
    return json.dumps({"externalEventId": event_id, "eventName": "Launch", "eventOrganizer": "Acme", **fields})


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Return a folder whose files are valid, and full of hostile text."""
    events = tmp_path / "events"
    events.mkdir()
    (events / "reconciler.yaml").write_text(SETTINGS)
    (events / FILE).write_text(event("##[add-mask]e", eventDescription=FAIR, eventName=FAIR.partition("\n")[0]))
    (events / "launch.yaml").write_text(event("launch", eventDescription=FAIR))
    return tmp_path


@pytest.fixture
def portal(seed: Seed) -> Iterator[str]:
    """Run a portal in which somebody has written hostile texts; return its base URL."""
    events = [
        seed_event("501", "launch", eventName=SENT, eventDescription=SENT),
        seed_event("502", "::error::boo", eventName=SENT, startDateTime="2030-01-01T00:00:00Z"),
    ]
    with server.running(server.Options(seed=seed(*events), rate="10000/10")) as running:
        yield running.base_url


def called(*arguments: str, folder: Path, portal: str = "http://127.0.0.1:9") -> Screen:
    """Run the command line in a process of its own."""
    code = ended(aside(*arguments, folder=folder, portal=portal))
    out, err = ((folder / name).read_bytes().decode() for name in ("out", "err"))
    return Screen(code, out, err)


def check(screen: Screen, code: int, folder: Path) -> None:
    """Check that all that was printed or written shows the hostile texts, and that none of them acts."""
    written = [folder / name for name in ("plan.json", "plan.md", "plan.html", "receipt.json")]
    pages = [screen.out, screen.err, *(file.read_bytes().decode() for file in written if file.exists())]
    assert (screen.code, [possible_commands(page) for page in pages]) == (code, [[]] * len(pages)), pages
    assert [acting(page) for page in pages] == [[]] * len(pages)
    assert "Traceback" not in screen.err
    assert "add-mask" in "".join(pages) or "add&#45;mask" in "".join(pages)


# Hostile declarations and events

FORMS = ("text", "json", "markdown")
"""The formats of receipts; plans have one more."""


@pytest.mark.parametrize("form", [*FORMS, "html"])
def test_a_plan_shows_hostile_texts(world: Path, portal: str, form: str) -> None:
    files = ("--out", "plan.json", "--markdown", "plan.md", "--html", "plan.html")
    screen = called("plan", "--format", form, *files, "--verbose", folder=world, portal=portal)
    check(screen, 0, world)
    check(called("show", "plan.json", "--format", form, folder=world), 0, world)
    plan = json.loads((world / "plan.json").read_text())
    update = next(change for change in plan["changes"] if change["action"] == "update")
    assert {field["name"]: field["before"] for field in update["fields"]} == {
        "eventName": SENT,
        "eventDescription": SENT,
    }
    if form == "json":
        assert screen.json == plan


def test_a_calendar_shows_hostile_texts(world: Path) -> None:
    check(called("calendar", "--html", "plan.html", folder=world), 0, world)


@pytest.mark.parametrize("form", FORMS)
def test_an_apply_shows_hostile_texts(world: Path, portal: str, form: str) -> None:
    screen = called("apply", "--yes", "--format", form, "--receipt", "receipt.json", folder=world, portal=portal)
    check(screen, 0, world)
    if form == "json":
        assert screen.json["results"][0]["identity"]["external_event_id"] == "##[add-mask]e"


@pytest.mark.parametrize(
    "arguments",
    [
        *(("validate",), ("validate", "--format", "json"), ("plan",), ("plan", "--format", "json"), ("apply", "--yes")),
        *(("fmt",), ("fmt", "--check"), ("fmt", "--diff"), ("pull", "--all")),
        ("calendar", "--ics", "calendar.ics"),
    ],
)
def test_wrong_files_are_told_of(world: Path, portal: str, arguments: tuple[str, ...]) -> None:
    events = world / "events"
    (events / "two\n::add-mask::e.yaml").write_text("")
    (events / FILE).write_text(f'"##[add-mask]e": {json.dumps(SENT)}\n::add-mask::e: 1\n')
    (events / "three.yaml").write_text(event("three", startDateTime="::add-mask::e ##[error]", eventUrl="##[error]"))
    check(called(*arguments, folder=world, portal=portal), 3, world)


@pytest.mark.parametrize(("options", "code"), [(("--check",), 2), ((), 6)])
def test_a_pull_shows_hostile_texts(world: Path, seed: Seed, options: tuple[str, ...], code: int) -> None:
    text = "externalEventId: launch\neventName: Launch # ::add-mask::e\neventOrganizer: Acme\neventDescription: x\n"
    (world / "events" / "launch.yaml").write_text(text)
    Repository.at(world).commit()
    events = [seed_event("501", "launch", eventName=SENT, eventDescription=FAIR)]
    with server.running(server.Options(seed=seed(*events), rate="10000/10")) as running:
        check(called("pull", "--all", *options, folder=world, portal=running.base_url), code, world)


@pytest.mark.parametrize(("options", "code"), [(("--diff",), 2), (("--check",), 2), ((), 0)])
def test_a_form_is_told_of(world: Path, options: tuple[str, ...], code: int) -> None:
    (world / "events" / FILE).write_text("eventName: '##[add-mask]e'\n# ::add-mask::e\nobjectId: 7 # ##[error]\n")
    check(called("fmt", *options, folder=world), code, world)


def test_a_calendar_is_written_where_its_name_is_hostile(world: Path) -> None:
    check(called("calendar", "--ics", f"{FAIR}.ics".replace("/", ""), folder=world), 0, world)


@pytest.mark.parametrize("text", [f'"{FILE}": 1', 'timezone: "##[add-mask]e"', "::add-mask::e: 1"])
def test_wrong_settings_are_told_of(world: Path, text: str) -> None:
    (world / "events" / "reconciler.yaml").write_text(f"{text}\n")
    check(called("plan", folder=world), 3, world)


def test_a_file_that_is_no_plan_is_told_of(world: Path, portal: str) -> None:
    (world / EVIL).write_text(json.dumps({"format_version": "##[add-mask]e"}))
    check(called("show", EVIL, folder=world), 1, world)
    check(called("apply", "--plan", EVIL, folder=world, portal=portal), 5, world)


def test_a_hostile_history_is_told_of(world: Path, portal: str) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@b", *arguments], cwd=world, check=True)

    right = (world / "events" / FILE).read_text()
    (world / "events" / FILE).write_text("##[add-mask]e: ::error::boo\n")
    git("init", "--quiet")
    git("add", "events")
    git("commit", "--quiet", "--message=x")
    git("tag", "##add-mask")
    (world / "events" / FILE).write_text(right)
    check(called("plan", "--base", "##add-mask", folder=world, portal=portal), 0, world)
    check(called("plan", "--base", EVIL, folder=world, portal=portal), 64, world)


@pytest.mark.parametrize("option", ["--check", "--verbose"])
def test_an_import_shows_hostile_texts(world: Path, seed: Seed, option: str) -> None:
    events = [
        seed_event("501", "::add-mask::e", eventName=FAIR, eventDescription=FAIR, appInfo={"id": "1001", "name": SENT}),
        seed_event("502", "##[add-mask]f", eventName=SENT),
        seed_event("503", "f", eventName=FAIR, externalAccountId=FAIR),
    ]
    with server.running(server.Options(seed=seed(*events), rate="10000/10")) as running:
        screen = called("import", option, folder=world, portal=running.base_url)
    check(screen, 2 if option == "--check" else 6, world)


def test_an_init_shows_hostile_texts(world: Path, portal: str) -> None:
    for code in (0, 5):
        check(called("init", "##[add-mask]e", "--account-id", "acme", folder=world, portal=portal), code, world)


# Hostile arguments


@pytest.mark.parametrize(
    "arguments",
    [
        (EVIL,),
        ("plan", f"--{EVIL}"),
        ("plan", EVIL),
        ("plan", "--format", EVIL),
        ("plan", "--env", EVIL),
        ("plan", "--api-version", EVIL),
        ("plan", "--timeout", EVIL),
        ("plan", "--max-deletes", EVIL),
        ("plan", "--out", f"{EVIL}.yaml"),
        ("plan", "--sandbox", "--sandbox-seed", EVIL),
        ("validate", "events", EVIL),
        ("show", EVIL),
        ("calendar", EVIL, "--html", "plan.html"),
        ("calendar", "--html", f"{EVIL}.yaml"),
        ("calendar", "--html", "plan.html", "--link", EVIL),
        ("doctor", EVIL),
        ("schema", "--portal", EVIL),
        ("import", EVIL),
        ("import", "--since", EVIL),
        ("import", "--from", EVIL),
        ("import", "--from", f"{EVIL}.ics"),
        ("import", "--from", "a.csv", "--hours", EVIL),
        ("init", "new", "--account-id", EVIL),
        ("github", EVIL),
        ("github", "plan", f"--{EVIL}"),
        ("sandbox", "--rate", EVIL),
        ("sandbox", "--behaviour", EVIL),
        ("sandbox", "--seed", EVIL),
        ("sandbox", "--faults", EVIL),
    ],
)
def test_hostile_arguments_are_told_of(world: Path, arguments: tuple[str, ...]) -> None:
    check(called(*arguments, folder=world), 64, world)


@pytest.mark.parametrize("name", ["RECONCILER_TIMEOUT", "RECONCILER_ENV", "SSL_CERT_FILE"])
def test_hostile_environments_are_told_of(world: Path, name: str) -> None:
    environment = {"HUBSPOT_ACCESS_TOKEN": "sandbox-1001", name: EVIL}
    check(started("plan", environment=environment, cwd=world), 64, world)


def test_a_hostile_occasion_is_told_of_in_one_annotation(world: Path) -> None:
    (world / "event.json").write_text('{"repository": {"default_branch": "main"}}')
    told = {"EVENT_PATH": "event.json", "EVENT_NAME": "workflow_dispatch", "REF": f"refs/heads/{EVIL}"}
    environment = {f"GITHUB_{name}": value for name, value in told.items()}
    screen = started("github", "apply", environment=environment, cwd=world)
    (annotation,) = commands(screen.out)
    assert (annotation.name, "add-mask" in annotation.data) == ("error", True)
    check(Screen(screen.code, "", screen.err), 64, world)
    assert acting(screen.out) == []


# Hostile answers of HubSpot

REFUSAL = {
    "status": "error",
    "message": SENT,
    "correlationId": SENT,
    "category": SENT,
    "subCategory": SENT,
    "policyName": SENT,
    "errors": [{"message": SENT, "code": SENT, "in": SENT, "context": {"requiredGranularScopes": [SENT]}}],
}


def spoil(portal: str, *faults: Body) -> None:
    """Set faults for every such request to the portal."""
    rules = [{"every": 1, **fault} for fault in faults]
    httpx.put(f"{portal}/_sandbox/faults", json=rules).raise_for_status()


HEADERS = {"x-hubspot-correlation-id": "##[add-mask]e", "retry-after": "##[add-mask]e", "location": "::add-mask::e"}


@pytest.mark.parametrize(
    ("command", "status", "code"),
    [
        *(("plan", 400, 1), ("plan", 401, 4), ("plan", 403, 4), ("plan", 418, 1), ("plan", 501, 7)),
        *(("doctor", 400, 1), ("doctor", 403, 4)),
    ],
)
def test_refusals_are_told_of(world: Path, portal: str, command: str, status: int, code: int) -> None:
    spoil(portal, {"fault": {"status": status, "body": REFUSAL, "headers": HEADERS}})
    check(called(command, "--verbose", folder=world, portal=portal), code, world)


@pytest.mark.parametrize(("status", "code"), [(400, 6), (403, 4)])
@pytest.mark.parametrize("form", FORMS)
def test_refused_writes_are_told_of(world: Path, portal: str, form: str, status: int, code: int) -> None:
    fault = {"path": "*/marketing-events/*", "fault": {"status": status, "body": REFUSAL, "headers": HEADERS}}
    spoil(portal, *({"method": method, **fault} for method in ("POST", "PUT", "PATCH")))
    arguments = ("apply", "--yes", "--format", form, "--receipt", "receipt.json")
    check(called(*arguments, folder=world, portal=portal), code, world)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("*/details", {"portalId": 77, "timeZone": SENT, "accountType": SENT}),
        ("*/access-token-info", {"appId": 1001, "hubId": 77, "scopes": [SENT], "userId": SENT}),
        ("*/properties/*", {"results": [{"name": SENT, "label": SENT, "type": SENT}]}),
    ],
)
@pytest.mark.parametrize("command", ["plan", "doctor"])
def test_hostile_answers_are_told_of(world: Path, portal: str, command: str, path: str, body: Body) -> None:
    spoil(portal, {"path": path, "fault": {"status": 200, "body": body}})
    screen = called(command, "--verbose", folder=world, portal=portal)
    assert screen.code in {0, 1, 3, 4}
    for page in (screen.out, screen.err):
        assert possible_commands(page) == []
        assert acting(page) == []


def test_an_account_of_a_hostile_type_is_not_probed(world: Path, portal: str) -> None:
    spoil(portal, {"path": "*/details", "fault": {"status": 200, "body": {"portalId": 77, "accountType": SENT}}})
    check(called("doctor", "--probe", "--verbose", folder=world, portal=portal), 5, world)


def test_hostile_properties_are_told_in_a_schema(world: Path, portal: str) -> None:
    held = {"name": SENT, "label": SENT, "description": SENT, "type": "enumeration", "fieldType": "checkbox"}
    body = {"results": [{**held, "options": [{"label": SENT, "value": SENT}]}]}
    spoil(portal, {"path": "*/properties/*", "fault": {"status": 200, "body": body}})
    screen = called("schema", "--portal", folder=world, portal=portal)
    check(screen, 0, world)
    told = screen.json["$defs"]["CustomProperties"]["properties"][SENT]
    assert told["anyOf"][0]["enum"] == [SENT, None]
    assert acting(told["title"] + told["description"] + told["anyOf"][0]["enumDescriptions"][0]) == []


# Encodings of output


@pytest.mark.parametrize(
    ("encoding", "shown"),
    # click writes UTF-8 to a stream that claims to be ASCII, since the claim is usually wrong.
    [
        ("ascii", "Größe → 日本"),
        ("latin-1", "Größe \\u2192 \\u65e5\\u672c"),
        ("cp1252", "Größe \\u2192 \\u65e5\\u672c"),
    ],
)
def test_a_stream_that_cannot_show_a_character_shows_its_code(
    world: Path, portal: str, encoding: str, shown: str
) -> None:
    (world / "events" / "launch.yaml").write_text(event("launch", eventName="Größe → 日本"))
    environment = {"PYTHONIOENCODING": f"{encoding}:strict", "PYTHONUTF8": "0"}
    environment |= {"HUBSPOT_BASE_URL": portal, "HUBSPOT_ACCESS_TOKEN": "sandbox-1001"}
    screen = started("plan", environment=environment, cwd=world, encoding="utf-8" if encoding == "ascii" else encoding)
    check(screen, 0, world)
    assert shown in screen.out
