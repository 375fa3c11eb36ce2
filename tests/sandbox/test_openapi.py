"""Every answer of the sandbox has the form that HubSpot's own OpenAPI descriptions declare, in all four versions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from reconciler.sandbox.app import EVENT_PATHS, PROPERTY_PATHS
from tests.sandbox.asking import ACCOUNT, IDS, LEAST, VERSIONS, Start
from tests.sandbox.described import described

SUMMIT: dict[str, Any] = {
    **LEAST,
    "startDateTime": "2127-04-14T07:00:00Z",
    "customProperties": [{"name": "event_region", "value": "EMEA"}],
}
NEW = {**SUMMIT, "externalEventId": "new"}
DATES = {"startDateTime": "2127-04-14T07:00:00Z", "endDateTime": "2127-04-15T07:00:00Z"}
BAD_VALUE = {"customProperties": [{"name": "event_region", "value": "APAC"}]}
READ_ONLY = {"customProperties": [{"name": "hs_unique_id", "value": "1"}]}
SEED = {
    "properties": [
        {
            "name": "event_region",
            "type": "enumeration",
            "fieldType": "select",
            "options": [{"value": "EMEA", "description": "Europe and around"}, {"value": "AMER"}],
            "textDisplayHint": "email",
        }
    ],
    "events": [
        {**SUMMIT, "objectId": "7", "eventUrl": "https://acme.example", "endDateTime": "2127-04-15T07:00:00.5Z"},
        {**LEAST, "objectId": "6", "externalEventId": "a-b", "externalAccountId": "c"},
        {"objectId": "8", "eventName": "Of a person"},
        {"objectId": "9", "eventName": "Of Zoom", "externalEventId": "z", "appInfo": {"id": "111", "name": "Zoom"}},
    ],
}
READS_ONLY, UNKNOWN = "sandbox-1001-read", "unknown"


@dataclass(frozen=True)
class Asked:
    """A request that is answered with a status; `route` is the path below the version's base, as `app` names it."""

    status: int
    method: str
    route: str
    ids: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    token: str = "sandbox-1001"

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.status}"


def batch(*items: object) -> dict[str, Any]:
    return {"inputs": list(items)}


def reading() -> Iterator[Asked]:
    yield Asked(200, "GET", "")
    yield Asked(200, "GET", "", query={"limit": "1"})
    yield Asked(400, "GET", "", query={"limit": "0"})
    yield Asked(400, "GET", "", query={"after": "?"})
    for object_id, status in {"7": 200, "8": 200, "9": 200, "10": 404}.items():
        yield Asked(status, "GET", "/{object_id}", {"object_id": object_id})
    yield Asked(200, "GET", "/events/{event_id}", {"event_id": "summit"}, ACCOUNT)
    yield Asked(404, "GET", "/events/{event_id}", {"event_id": "summit"}, {"externalAccountId": "other"})
    yield Asked(400, "GET", "/events/{event_id}", {"event_id": "summit"})
    yield Asked(200, "GET", "/events/search", query={"q": "s"})
    yield Asked(200, "GET", "/events/search", query={"q": "nothing"})
    yield Asked(400, "GET", "/events/search")
    for event_id in ("summit", "z", "nothing"):
        yield Asked(200, "GET", "/{event_id}/identifiers", {"event_id": event_id})


def making() -> Iterator[Asked]:
    joined_alike = {**NEW, "externalEventId": "b", "externalAccountId": "c-a"}
    events: list[tuple[dict[str, Any], int]] = [
        (NEW, 200),
        ({**LEAST, "externalEventId": "new"}, 200),
        (SUMMIT, 400),
        (joined_alike, 400),
        ({"externalEventId": "new"}, 400),
        ({**NEW, **BAD_VALUE}, 400),
        ({**NEW, **READ_ONLY}, 400),
        ({**NEW, "startDateTime": "soon"}, 400),
    ]
    for event, status in events:
        yield Asked(status, "POST", "/events", body=event)
        upserted = 200 if event is SUMMIT else status
        yield Asked(upserted, "POST", "/events/upsert", body=batch(LEAST, event))
        named = {"event_id": event["externalEventId"]}
        yield Asked(upserted, "PUT", "/events/{event_id}", named, body=event)
    yield Asked(400, "PUT", "/events/{event_id}", {"event_id": "other"}, body=NEW)
    yield Asked(200, "POST", "/events/upsert", body=batch())
    yield Asked(400, "POST", "/events/upsert", body=batch(*[NEW] * 101))


def changing() -> Iterator[Asked]:
    changes: list[tuple[dict[str, Any], int]] = [
        ({"eventName": "Renamed"}, 200),
        ({}, 200),
        ({"eventName": ""}, 400),
        (BAD_VALUE, 400),
    ]
    for change, status in changes:
        yield Asked(status, "PATCH", "/events/{event_id}", {"event_id": "summit"}, ACCOUNT, change)
        yield Asked(status, "PATCH", "/{object_id}", {"object_id": "9"}, body=change)
        yield Asked(status, "POST", "/batch/update", body=batch({"objectId": "8", **change}))
    yield Asked(404, "PATCH", "/events/{event_id}", {"event_id": "nothing"}, ACCOUNT, {})
    yield Asked(404, "PATCH", "/{object_id}", {"object_id": "10"}, body={})
    yield Asked(400, "POST", "/batch/update", body=batch({"objectId": 7}))
    for how in ("cancel", "complete"):
        route = f"/events/{{event_id}}/{how}"
        yield Asked(200, "POST", route, {"event_id": "summit"}, ACCOUNT, DATES)
        yield Asked(404, "POST", route, {"event_id": "nothing"}, ACCOUNT, DATES)
        yield Asked(400, "POST", route, {"event_id": "summit"}, body=DATES)
    yield Asked(400, "POST", "/events/{event_id}/complete", {"event_id": "summit"}, ACCOUNT, {})


def deleting() -> Iterator[Asked]:
    for object_id, status in {"7": 204, "10": 404}.items():
        yield Asked(status, "DELETE", "/{object_id}", {"object_id": object_id})
    for event_id, status in {"summit": 204, "nothing": 404}.items():
        yield Asked(status, "DELETE", "/events/{event_id}", {"event_id": event_id}, ACCOUNT)
    yield Asked(204, "POST", "/batch/archive", body=batch({"objectId": "7"}, {"objectId": "9"}))
    yield Asked(207, "POST", "/batch/archive", body=batch({"objectId": "7"}, {"objectId": "10"}))
    yield Asked(400, "POST", "/batch/archive", body=batch({}))
    yield Asked(202, "POST", "/events/delete", body=batch({"appId": 1001, **IDS}))
    yield Asked(400, "POST", "/events/delete", body=batch(IDS))


def refusing_tokens() -> Iterator[Asked]:
    for route, methods in EVENT_PATHS.items():
        for method in methods if route != "/" else ():
            ids = {"object_id": "7", "event_id": "summit"}
            yield Asked(401, method, route, ids, token=UNKNOWN)
            if method != "GET":
                yield Asked(403, method, route, ids, token=READS_ONLY)


def of_properties() -> Iterator[Asked]:
    for object_type, status in {"0-54": 200, "marketing_event": 200, "contacts": 404}.items():
        yield Asked(status, "GET", "/{object_type}", {"object_type": object_type})
    for name, status in {"event_region": 200, "hs_event_status": 200, "nothing": 404}.items():
        yield Asked(status, "GET", "/{object_type}/{name}", {"object_type": "0-54", "name": name})
    yield Asked(401, "GET", "/{object_type}", {"object_type": "0-54"}, token=UNKNOWN)


OF_EVENTS = [*reading(), *making(), *changing(), *deleting(), *refusing_tokens()]
OF_PROPERTIES = [*of_properties()]


def answer_as_described(start: Start, api: str, version: str, base: str, asked: Asked) -> None:
    description = described(api, version)
    answer = start(SEED).request(
        asked.method,
        base + asked.route.format(**asked.ids),
        params=asked.query,
        json=asked.body,
        headers={"Authorization": f"Bearer {asked.token}"},
    )
    assert answer.status_code == asked.status
    description.check(answer)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("asked", OF_EVENTS, ids=str)
def test_answer_about_events_is_as_described(start: Start, version: str, asked: Asked) -> None:
    answer_as_described(start, "marketing-events", version, VERSIONS[version], asked)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("asked", OF_PROPERTIES, ids=str)
def test_answer_about_properties_is_as_described(start: Start, version: str, asked: Asked) -> None:
    base = "/crm/v3/properties" if version == "v3" else f"/crm/properties/{version}"
    answer_as_described(start, "properties", version, base, asked)


@pytest.mark.parametrize(("version", "status"), [("v3", 207), ("2025-09", 200), ("2026-03", 207), ("2026-09", 200)])
def test_partly_failed_update_is_answered_as_described(start: Start, version: str, status: int) -> None:
    body = batch({"objectId": "7"}, {"objectId": "10"})
    asked = Asked(status, "POST", "/batch/update", body=body)
    answer_as_described(start, "marketing-events", version, VERSIONS[version], asked)


def test_list_of_v3_is_as_described_at_its_odd_path_too(start: Start) -> None:
    answer_as_described(start, "marketing-events", "v3", "/marketing/marketing-events/v3", Asked(200, "GET", ""))


@pytest.mark.parametrize("version", VERSIONS)
def test_answer_over_the_rate_is_as_described(start: Start, version: str) -> None:
    description = described("marketing-events", version)
    hubspot = start(rate="1/100")
    hubspot.get(VERSIONS[version])
    answer = hubspot.get(VERSIONS[version])
    assert answer.status_code == 429
    description.check(answer)


def test_every_operation_is_held_against_its_description_in_success_and_refusal() -> None:
    served = {
        (method, route)
        for paths in (EVENT_PATHS, PROPERTY_PATHS)
        for route, methods in paths.items()
        for method in methods
        if route != "/"
    }
    asked = [*OF_EVENTS, *OF_PROPERTIES]
    assert {(each.method, each.route) for each in asked if each.status < 300} == served
    assert {(each.method, each.route) for each in asked if each.status in (400, 404)} | {
        ("GET", "/{event_id}/identifiers")  # it finds nothing 0 times
    } == served
