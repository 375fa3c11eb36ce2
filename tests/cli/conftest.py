"""A small world for the command line: declarations in a folder, a portal in a sandbox."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import server
from tests.command_line import declare

SETTINGS = "portal: 77\nexternalAccountId: acme\n"
LAUNCH = "externalEventId: launch\neventName: Launch\neventOrganizer: Acme\n"


def seed_event(object_id: str, event_id: str, **fields: Any) -> dict[str, Any]:
    """Return an event of app 1001 in the form of a seed."""
    return {
        "objectId": object_id,
        "externalEventId": event_id,
        "externalAccountId": "acme",
        "appInfo": {"id": "1001", "name": "reconciler"},
        "eventName": "Launch",
        "eventOrganizer": "Acme",
        **fields,
    }


Seed = Callable[..., Path]


@pytest.fixture
def seed(tmp_path: Path) -> Seed:
    """Write a seed that holds the given events; return its file."""

    def write(*events: dict[str, Any]) -> Path:
        portal = {"id": 77, "timezone": "Europe/Berlin", "account_type": "STANDARD"}
        file = tmp_path / "seed.json"
        file.write_text(json.dumps({"portal": portal, "properties": [], "events": list(events)}))
        return file

    return write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with settings and one event that HubSpot does not hold."""
    events = tmp_path / "events"
    declare(events, reconciler=SETTINGS, launch=LAUNCH)
    return events


@pytest.fixture
def portal(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run an empty portal 77 and set the environment to it; return its base URL."""
    with server.running(server.Options(seed=seed(), rate="10000/10")) as running:
        monkeypatch.setenv("HUBSPOT_BASE_URL", running.base_url)
        monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001")
        yield running.base_url
