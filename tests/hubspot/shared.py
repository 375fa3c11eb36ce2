"""HubSpot's published descriptions of its API, which lie beside the repository and not in it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]

_HUBSPOT = Path(__file__).resolve().parents[3] / "shared" / "hubspot"


def description(version: str) -> Json:
    """Return HubSpot's OpenAPI description of one API version."""
    return published(f"openapi/marketing-events-{version}.json")


def description_of_properties(version: str) -> Json:
    """Return HubSpot's OpenAPI description of the property definitions in one API version."""
    return published(f"openapi/properties-{version}.json")


def examples() -> Json:
    """Return requests and answers made from HubSpot's descriptions."""
    return published("examples.json")


def published(name: str) -> Json:
    """Read a file of HubSpot's published descriptions; if it is not there, skip the test, or fail it in CI."""
    path = _HUBSPOT / name
    if not path.exists():
        # CI must have it; on a user's machine it may be missing.
        absent = pytest.fail if os.environ.get("REQUIRE_DESCRIPTIONS") else pytest.skip
        absent(f"HubSpot's own descriptions, with which CI compares, are not at {_HUBSPOT}")  # one text, so one line
    read: Json = json.loads(path.read_text(encoding="utf-8"))
    return read
