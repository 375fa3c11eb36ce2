"""Every answer of the sandbox has the form that HubSpot's own OpenAPI descriptions declare, in all four versions.

Two leniencies, where live answers are known to differ from the descriptions: an optional field may be null, and errors
have a `status` beside what is described. In return, an answer may hold nothing that is not described.
"""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

Start = Callable[..., httpx.Client]
Json = dict[str, Any]

BASES = {
    "v3": "/marketing/v3/marketing-events",
    "2025-09": "/marketing/marketing-events/2025-09",
    "2026-03": "/marketing/marketing-events/2026-03",
    "2026-09": "/marketing/marketing-events/2026-09",
}
SUMMIT = {
    "externalAccountId": "acme",
    "externalEventId": "summit",
    "eventName": "Summit",
    "eventOrganizer": "Acme",
    "startDateTime": "2127-04-14T07:00:00Z",
    "customProperties": [{"name": "event_region", "value": "EMEA"}],
}
SEED = {
    "properties": [{"name": "event_region"}],
    "events": [
        {**SUMMIT, "objectId": "7", "eventUrl": "https://acme.example", "endDateTime": "2127-04-15T07:00:00.5Z"},
        {"objectId": "8", "eventName": "Of a person"},
        {"objectId": "9", "eventName": "Of Zoom", "externalEventId": "z", "appInfo": {"id": "111", "name": "Zoom"}},
    ],
}

FORMATS = FormatChecker()


@FORMATS.checks("date-time")
def _is_date_time(value: object) -> bool:
    utc = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z"
    return not isinstance(value, str) or re.fullmatch(utc, value) is not None


@FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@pytest.fixture(params=BASES)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def description(version: str) -> Json:
    """HubSpot's description of a version, kept beside the repository; CI has to have it."""
    path = Path(__file__).parents[2].parent / "shared" / "hubspot" / "openapi" / f"marketing-events-{version}.json"
    if not path.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"HubSpot's description is not at {path}")
    described: Json = json.loads(path.read_text(encoding="utf-8"))
    for name, schema in described["components"]["schemas"].items():
        _adapt(name, schema)
    return described


def _adapt(name: str, schema: Json) -> None:
    """Let optional fields be null, and nothing be there that is not described."""
    required = schema.get("required", [])
    for field, described in schema.get("properties", {}).items():
        if field not in required:
            schema["properties"][field] = {"anyOf": [described, {"type": "null"}]}
    if "properties" in schema and name != "Error":
        schema["additionalProperties"] = False


def check(description: Json, path: str, answer: httpx.Response) -> None:
    """Hold an answer against what is declared for its path, its method and its status."""
    declared = description["paths"][path][answer.request.method.lower()]["responses"]
    if str(answer.status_code) in declared:
        schema = declared[str(answer.status_code)]["content"]["application/json"]["schema"]
    else:
        assert answer.status_code >= 400, f"{answer.status_code} is not declared for {path}"
        schema = {"$ref": "#/components/schemas/Error"}
    validator = Draft202012Validator({**schema, "components": description["components"]}, format_checker=FORMATS)
    validator.validate(answer.json())


def list_path(version: str) -> str:
    """The list stands at an odd path in the description of v3."""
    return "/marketing/marketing-events/v3" if version == "v3" else BASES[version]


def test_list_is_as_described(start: Start, version: str, description: Json) -> None:
    hubspot = start(SEED)
    for query in ({}, {"limit": 1}, {"limit": 0}, {"after": "?"}):
        check(description, list_path(version), hubspot.get(BASES[version], params=query))
    check(description, list_path(version), hubspot.get(list_path(version)))


@pytest.mark.parametrize("object_id", ["7", "8", "9", "10"])
def test_read_by_object_id_is_as_described(start: Start, version: str, description: Json, object_id: str) -> None:
    base = BASES[version]
    check(description, f"{base}/{{objectId}}", start(SEED).get(f"{base}/{object_id}"))


@pytest.mark.parametrize("query", [{"externalAccountId": "acme"}, {"externalAccountId": "other"}, {}])
def test_read_by_external_ids_is_as_described(
    start: Start, version: str, description: Json, query: dict[str, str]
) -> None:
    base = BASES[version]
    check(description, f"{base}/events/{{externalEventId}}", start(SEED).get(f"{base}/events/summit", params=query))


@pytest.mark.parametrize("query", [{"q": "s"}, {"q": "nothing"}, {}])
def test_search_is_as_described(start: Start, version: str, description: Json, query: dict[str, str]) -> None:
    path = f"{BASES[version]}/events/search"
    check(description, path, start(SEED).get(path, params=query))


@pytest.mark.parametrize("inputs", [[SUMMIT], [{**SUMMIT, "externalEventId": "new"}], [], [{}]])
def test_upsert_is_as_described(start: Start, version: str, description: Json, inputs: list[object]) -> None:
    path = f"{BASES[version]}/events/upsert"
    check(description, path, start(SEED).post(path, json={"inputs": inputs}))


@pytest.mark.parametrize("object_ids", [["7"], ["8", "9"], ["7", "10"], ["10"], [7]])
def test_batch_update_is_as_described(start: Start, version: str, description: Json, object_ids: list[object]) -> None:
    path = f"{BASES[version]}/batch/update"
    inputs = [{"objectId": each, "eventName": "Renamed", "customProperties": []} for each in object_ids]
    check(description, path, start(SEED).post(path, json={"inputs": inputs}))


@pytest.mark.parametrize("event_id", ["summit", "nothing"])
def test_patch_is_as_described(start: Start, version: str, description: Json, event_id: str) -> None:
    base = BASES[version]
    answer = start(SEED).patch(
        f"{base}/events/{event_id}", params={"externalAccountId": "acme"}, json={"eventName": "Renamed"}
    )
    check(description, f"{base}/events/{{externalEventId}}", answer)


def test_refused_archive_is_as_described(start: Start, version: str, description: Json) -> None:
    path = f"{BASES[version]}/batch/archive"
    check(description, path, start(SEED).post(path, json={"inputs": [{}]}))


@pytest.mark.parametrize("token", ["sandbox-1001-read", "unknown"])
def test_refused_token_is_answered_as_described(start: Start, version: str, description: Json, token: str) -> None:
    path = f"{BASES[version]}/events/upsert"
    answer = start(SEED).post(path, json={"inputs": []}, headers={"Authorization": f"Bearer {token}"})
    check(description, path, answer)
