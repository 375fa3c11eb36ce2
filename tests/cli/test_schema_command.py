"""`reconciler schema`: what an editor needs, on standard output."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.declarations.keys.editor_schema import declarations_schema, settings_schema
from reconciler.render.json_text import json_text
from reconciler.sandbox import server
from tests.cli.conftest import SETTINGS
from tests.command_line import CommandLine, Screen, declare
from tests.hubspot.scripted import unused_address

REGION = {
    "name": "region",
    "label": "Region",
    "type": "enumeration",
    "fieldType": "select",
    "groupName": "marketingeventinformation",
    "options": [{"label": "Europe", "value": "EMEA", "displayOrder": 0, "hidden": False}],
}


@pytest.fixture
def seed_file(tmp_path: Path) -> Path:
    """Write a portal that defines one property of its own."""
    file = tmp_path / "seed.json"
    portal = {"id": 77, "timezone": "Europe/Berlin", "account_type": "STANDARD"}
    file.write_text(json.dumps({"portal": portal, "properties": [REGION], "events": []}))
    return file


@pytest.fixture
def portal(seed_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with server.running(server.Options(seed=seed_file, rate="10000/10")) as running:
        monkeypatch.setenv("HUBSPOT_BASE_URL", running.base_url)
        monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001-read")
        yield


def properties(screen: Screen) -> dict[str, Any]:
    assert screen.code == 0
    found: dict[str, Any] = screen.json["$defs"]["CustomProperties"]["properties"]
    return found


def test_it_prints_the_schema_of_declarations_anywhere(reconciler: CommandLine) -> None:
    assert reconciler("schema") == Screen(0, json_text(declarations_schema()), "")


def test_it_prints_the_schema_of_the_settings(reconciler: CommandLine) -> None:
    assert reconciler("schema", "--settings") == Screen(0, json_text(settings_schema()), "")


def test_the_portals_own_properties_are_added(reconciler: CommandLine, folder: Path, portal: None) -> None:
    screen = reconciler("schema", "--portal", "--quiet")
    assert properties(screen).keys() == {"region"}
    assert properties(screen)["region"]["anyOf"][0]["enum"] == ["EMEA", None]
    assert screen.out.endswith("}\n")
    assert screen.err == ""


def test_the_portal_in_the_sandbox_is_asked_too(reconciler: CommandLine, tmp_path: Path, seed_file: Path) -> None:
    declare(tmp_path / "elsewhere", reconciler=SETTINGS)
    sandbox = ("--sandbox", "--sandbox-seed", seed_file)
    assert properties(reconciler("schema", "--portal", "elsewhere", *sandbox)).keys() == {"region"}


def test_a_token_for_another_portal_is_refused(reconciler: CommandLine, folder: Path, portal: None) -> None:
    declare(folder, reconciler="portal: 78\nenvironments: {here: {portal: 77}}\n")
    screen = reconciler("schema", "--portal")
    assert (screen.code, screen.out) == (5, "")
    assert "the token opens portal 77, but reconciler.yaml declares portal 78" in screen.err
    assert reconciler("schema", "--portal", "--env", "here").code == 0


def test_a_portal_cannot_be_asked_without_a_token(reconciler: CommandLine, folder: Path) -> None:
    screen = reconciler("schema", "--portal")
    assert (screen.code, screen.out) == (4, "")
    assert "HUBSPOT_ACCESS_TOKEN is not set" in screen.err


def test_a_portal_that_cannot_be_reached_ends_in_one_line(
    reconciler: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_BASE_URL", unused_address())
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001")
    screen = reconciler("schema", "--portal", "--timeout", "0.2")
    assert (screen.code, screen.out) == (7, "")
    assert screen.err.startswith("Error: ")


def test_wrong_settings_are_told_with_their_place(reconciler: CommandLine, folder: Path) -> None:
    declare(folder, reconciler="portl: 77\n")
    screen = reconciler("schema", "--portal")
    assert (screen.code, screen.out) == (3, "")
    assert "events/reconciler.yaml:1:1: unknown key 'portl'" in screen.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--settings", "--portal"], "--settings and --portal cannot be used together"),
        (["events"], "PATH has no effect without --portal"),
        (["events", "--settings"], "PATH has no effect without --portal"),
        (["--portal", "nowhere"], "there is no 'nowhere'"),
        (["--portal"], "there is no 'events'"),
    ],
)
def test_wrong_usage_is_told(reconciler: CommandLine, arguments: list[str], said: str) -> None:
    screen = reconciler("schema", *arguments)
    assert (screen.code, screen.out) == (64, "")
    assert said in screen.err
