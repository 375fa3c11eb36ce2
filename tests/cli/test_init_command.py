"""`reconciler init` as people see it."""

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.sandbox import server
from tests.cli.conftest import Seed, seed_event
from tests.cli.test_terminal import screen as at_a_terminal
from tests.cli.test_terminal import without_colours
from tests.command_line import CommandLine, declare
from tests.hubspot.forwarding import Instead, forwarding, meeting

SETTINGS = """\
# yaml-language-server: $schema=../schema/settings.json
# Settings. The folder of this file is the root: every .yaml file in it and below it declares events.
portal: 77                           # HubSpot's account number (standard): a token for any other portal is refused
appId: 1001                          # the app whose events are yours: that of the token that writes
externalAccountId: marketing-events  # stands for you in HubSpot, with each event's own id: never change it
timezone: Europe/Berlin              # for times without an offset, unless an event names its own time zone
orphans: report                      # an event of yours that no file declares is reported, and left alone
"""

CHOSEN = ("--account-id", "marketing-events")
"""What a script must give where no event shows the account id."""


@contextmanager
def portal_of(seed: Path, monkeypatch: pytest.MonkeyPatch, **options: Any) -> Iterator[str]:
    with server.running(server.Options(seed=seed, rate="10000/10", **options)) as running:
        monkeypatch.setenv("HUBSPOT_BASE_URL", running.base_url)
        monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001")
        yield running.base_url


def settings() -> str:
    return Path("events/reconciler.yaml").read_text()


def test_it_writes_settings_for_the_portal_of_the_token(reconciler: CommandLine, portal: str) -> None:
    screen = reconciler("init", *CHOSEN)
    assert (screen.code, screen.err) == (0, "")
    assert screen.out.splitlines() == [
        "wrote events/reconciler.yaml",
        "wrote schema/settings.json",
        "wrote schema/declarations.json",
        "wrote .gitignore",
        "",
        "The account id of your events is marketing-events. Once events are made, it can never change:",
        "if it is not the right one, correct it in events/reconciler.yaml now.",
        "",
        "Next:",
        "- Read events/reconciler.yaml, which explains each line. At its end is an example of an event.",
        "- See what would change:",
        "  reconciler plan",
        "- An editor completes and checks the files by schema/. With the custom properties of your portal too:",
        "  reconciler schema --portal > schema/declarations.json",
        "- On GitHub, pull requests show the plan; docs/github.md of reconciler says which COMMIT to take:",
        "  reconciler init --github OWNER/REPOSITORY@COMMIT",
    ]
    assert settings().startswith(f"{SETTINGS}\n# An event is a file of its own.")
    assert "/.reconciler/" in Path(".gitignore").read_text().splitlines()


def test_the_schemas_are_those_that_the_command_prints(reconciler: CommandLine, portal: str) -> None:
    reconciler("init", *CHOSEN, "deep/events")
    assert (
        Path("deep/events/reconciler.yaml")
        .read_text()
        .startswith("# yaml-language-server: $schema=../../schema/settings.json\n")
    )
    assert Path("schema/settings.json").read_text() == reconciler("schema", "--settings").out
    assert Path("schema/declarations.json").read_text() == reconciler("schema").out


def test_schemas_that_are_there_are_left(reconciler: CommandLine, portal: str) -> None:
    Path("schema").mkdir()
    Path("schema/declarations.json").write_text("{}")
    assert reconciler("init", *CHOSEN).code == 0
    assert Path("schema/declarations.json").read_text() == "{}"


def test_every_command_goes_on_from_there(reconciler: CommandLine, portal: str) -> None:
    reconciler("init", *CHOSEN)
    assert reconciler("validate").code == 0
    assert reconciler("doctor").code == 0
    assert reconciler("plan").code == 0
    assert reconciler("import").code == 0


def test_the_example_becomes_an_event(reconciler: CommandLine, portal: str) -> None:
    reconciler("init", *CHOSEN)
    example = settings().partition("change what they say:\n#\n")[2].splitlines()
    declare(Path("events"), **{"2027__spring-launch": "".join(f"{line.removeprefix('# ')}\n" for line in example)})
    assert "1 to create" in reconciler("plan").out


def test_events_that_are_there_name_the_account_and_the_next_command(
    reconciler: CommandLine, seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [
        seed_event("1", "a", externalAccountId="other"),
        seed_event("2", "b"),
        seed_event("3", "c"),
        seed_event("4", "d", appInfo={"id": "2002"}, externalAccountId="zoom"),
    ]
    with portal_of(seed(*events), monkeypatch):
        screen = reconciler("init")
    assert "externalAccountId: acme " in settings()
    assert "The account id of your events is acme." in screen.out
    assert screen.out.partition("- HubSpot holds")[2].splitlines()[:4] == [
        " 3 events of your app and 1 of others.",
        "  List those of your app, then write a file for each; add --app any for those of others too:",
        "  reconciler import --check",
        "  reconciler import",
    ]


@pytest.mark.parametrize("folder", ["my events", ".", "it's"])
def test_the_next_commands_can_be_pasted_into_a_shell(reconciler: CommandLine, seed: Seed, folder: str) -> None:
    database = Path("my portal.sqlite")
    held = seed(seed_event("1", "a"))
    options = ("--sandbox", "--sandbox-db", database, "--sandbox-seed", held, "--sandbox-date", "2027-01-01")
    screen = reconciler("init", folder, *options)
    commands = [shlex.split(line) for line in screen.out.splitlines() if line.startswith("  reconc")]
    local = [str(option) for option in options]
    assert commands == [
        ["reconciler", "import", *local, "--check", folder],
        ["reconciler", "import", *local, folder],
        ["reconciler", "plan", *local, folder],
        ["reconciler", "schema", *local, "--portal", folder, ">", "schema/declarations.json"],
    ]
    assert [reconciler(*command[1:]).code for command in commands[:3]] == [2, 0, 0]
    assert "GitHub" not in screen.out


def test_where_nobody_can_be_asked_the_proposed_account_id_is_printed(reconciler: CommandLine, portal: str) -> None:
    screen = reconciler("init")
    assert screen.code == 0
    assert "The account id of your events is marketing-events. Once events are made, it can never change:" in screen.out


@pytest.mark.parametrize("link", [".gitignore", ".pre-commit-config.yaml", "schema", "events"])
def test_no_link_is_followed_to_write_somewhere_else(
    reconciler: CommandLine, portal: str, tmp_path: Path, link: str
) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    Path(link).symlink_to(outside if "." not in link else outside / "file")
    assert reconciler("init", *CHOSEN, "--pre-commit").code in {0, 5}
    assert list(outside.iterdir()) == []


def test_an_app_that_hubspot_does_not_name_is_found_by_searching(
    reconciler: CommandLine, seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [seed_event(str(number), str(number)) for number in range(1, 9)]
    with portal_of(seed(*events), monkeypatch, behaviours=("token-details=missing",)):
        reconciler("init")
    assert "\nappId: 1001 " in settings()


def test_an_app_that_nothing_shows_is_left_to_be_filled_in(
    reconciler: CommandLine, seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with portal_of(seed(), monkeypatch, behaviours=("token-details=missing",)):
        reconciler("init", *CHOSEN)
    assert "\n# appId: 1234567 " in settings()
    assert reconciler("validate").code == 0


def test_a_token_that_only_reads_is_not_taken_for_the_app_of_the_events(
    reconciler: CommandLine, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001-read")
    reconciler("init", *CHOSEN)
    assert "\n# appId: 1001 " in settings()


def test_the_account_id_and_the_version_can_be_chosen(reconciler: CommandLine, portal: str) -> None:
    assert reconciler("init", "--account-id", "acme: events", "--api-version", "v3").code == 0
    assert 'externalAccountId: "acme: events" ' in settings()
    assert 'apiVersion: "v3" ' in settings()
    assert reconciler("plan").code == 0


@pytest.mark.parametrize(
    ("account_id", "why"),
    [
        (" ", "cannot be empty (write a text)"),
        ("a\u200bb", "the invisible character U+200B (delete it)"),
        ("a\nb", "the invisible character U+000A (delete it)"),
        ("a\x07b", "'a\\x07b' holds a character that no account id may have (delete it)"),
        ("a\udcffb", "'a\\udcffb' holds a character that no account id may have (delete it)"),
    ],
)
def test_an_account_id_that_cannot_be_one_is_wrong_usage(
    reconciler: CommandLine, portal: str, account_id: str, why: str
) -> None:
    screen = reconciler("init", "--account-id", account_id)
    assert screen.code == 64
    assert screen.err.endswith(f"{why}\n")
    assert not Path("events").exists()


def test_hooks_are_written_on_request(reconciler: CommandLine, portal: str) -> None:
    assert "wrote .pre-commit-config.yaml" in reconciler("init", *CHOSEN, "folder", "--pre-commit").out
    (repository,) = yaml.safe_load(Path(".pre-commit-config.yaml").read_text())["repos"]
    assert [(hook["id"], hook["args"]) for hook in repository["hooks"]] == [
        ("reconciler-validate", ["folder"]),
        ("reconciler-fmt", ["folder"]),
    ]


@pytest.mark.parametrize("name", ["events/reconciler.yaml", "reconciler.yaml", ".pre-commit-config.yaml"])
def test_a_file_that_is_there_is_never_changed(reconciler: CommandLine, portal: str, name: str) -> None:
    Path("events").mkdir()
    Path(".git").mkdir()
    Path(name).write_text("portal: 7\n")
    screen = reconciler("init", "--pre-commit")
    assert screen.code == 5
    assert screen.err.splitlines() == [
        f"{name}:1:1: this file is there already (change it by hand, or move it away) [file-exists]",
        "Error: nothing was written",
    ]
    assert Path(name).read_text() == "portal: 7\n"
    assert not Path(".gitignore").exists()


@pytest.mark.parametrize(("content", "told"), [("/dist/\n", True), ("/dist/\n.reconciler/\n", False)])
def test_a_gitignore_that_is_there_is_left_and_the_line_is_told(
    reconciler: CommandLine,
    portal: str,
    content: str,
    told: bool,  # noqa: FBT001  (pytest hands it over by name)
) -> None:
    Path(".gitignore").write_text(content)
    screen = reconciler("init", *CHOSEN)
    assert screen.code == 0
    assert ("add this line to .gitignore: /.reconciler/" in screen.out.splitlines()) is told
    assert Path(".gitignore").read_text() == content


def test_it_works_with_a_local_hubspot(reconciler: CommandLine) -> None:
    assert reconciler("init", *CHOSEN, "--sandbox").code == 0
    assert settings().splitlines()[2].startswith("portal: 1 ")


def test_a_file_is_no_folder(reconciler: CommandLine, portal: str) -> None:
    Path("events").write_text("")
    assert reconciler("init").code == 64


def test_without_a_token_it_says_so(reconciler: CommandLine) -> None:
    screen = reconciler("init")
    assert screen.code == 4
    assert "HUBSPOT_ACCESS_TOKEN is not set" in screen.err
    assert not Path("events").exists()


def test_a_hubspot_that_refuses_the_list_is_told(
    reconciler: CommandLine, portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with forwarding(portal, meeting("GET", "/2026-03", Instead(403))) as way:
        monkeypatch.setenv("HUBSPOT_BASE_URL", way.base_url)
        assert reconciler("init").code == 4
    assert not Path("events").exists()


@pytest.mark.parametrize(("answer", "chosen"), [("\n", "acme"), ("mine\n", "mine")])
def test_a_person_at_a_terminal_is_asked_for_the_account_id(
    tmp_path: Path, seed: Seed, answer: str, chosen: str
) -> None:
    held = seed(seed_event("1", "a"))
    arguments = ("init", "--sandbox", "--sandbox-seed", held)
    code, seen = at_a_terminal(*arguments, answer=answer, folder=tmp_path)
    assert code == 0
    assert "Account id, which stands for you in HubSpot and never changes [acme]: " in without_colours(seen)
    assert f"\nexternalAccountId: {chosen} " in (tmp_path / "events/reconciler.yaml").read_text()


@pytest.mark.parametrize(("second", "chosen"), [("\n", "acme-field-events"), ("Acme: events\n", '"Acme: events"')])
def test_an_account_id_that_is_not_plain_is_asked_for_again(tmp_path: Path, second: str, chosen: str) -> None:
    code, seen = at_a_terminal("init", "--sandbox", answer=f"Acme Field events!\n{second}", folder=tmp_path)
    assert code == 0
    assert "Again: account id [acme-field-events]: " in without_colours(seen)
    assert f"\nexternalAccountId: {chosen} " in (tmp_path / "events/reconciler.yaml").read_text()


def test_an_account_id_that_events_have_is_taken_as_it_is(tmp_path: Path, seed: Seed) -> None:
    held = seed(seed_event("1", "a", externalAccountId="Acme events"))
    arguments = ("init", "--sandbox", "--sandbox-seed", held)
    code, seen = at_a_terminal(*arguments, answer="\n", folder=tmp_path)
    assert (code, "Again" in seen) == (0, False)
    assert "\nexternalAccountId: Acme events " in (tmp_path / "events/reconciler.yaml").read_text()


def test_an_input_that_ends_chooses_no_account_id(tmp_path: Path) -> None:
    code, seen = at_a_terminal("init", "--sandbox", answer="\x04", folder=tmp_path)
    assert code == 64
    assert "nobody chose an account id" in seen
    assert not (tmp_path / "events").exists()


def test_the_seed_of_the_docs_is_a_portal_to_begin_with(reconciler: CommandLine) -> None:
    seed = Path(__file__).parents[2] / "docs/sandbox-seed.json"
    reconciler("init", "--sandbox", "--sandbox-seed", seed)
    assert f"portal: {json.loads(seed.read_text())['portal']['id']} " in settings()
