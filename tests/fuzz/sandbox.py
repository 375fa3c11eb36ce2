"""Any seed, rules and request are accepted by the sandbox, or refused as HubSpot refuses them."""

import json
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from starlette.responses import JSONResponse

from reconciler.hubspot import definitions, wire
from reconciler.json_values import Json
from reconciler.sandbox.app import EVENT_PATHS, TOKEN_DETAILS, Operation
from reconciler.sandbox.behaviours import Behaviours, changed
from reconciler.sandbox.contents import Contents
from reconciler.sandbox.fault_rules import read_rules
from reconciler.sandbox.operations import properties, reads
from reconciler.sandbox.operations.call import Call
from reconciler.sandbox.operations.otherwise import carry_out
from reconciler.sandbox.reading import read_json, read_object
from reconciler.sandbox.refusals import HubSpotError
from reconciler.sandbox.seed import _contents
from reconciler.sandbox.store import Store, open_store
from reconciler.sandbox.tokens import READ, WRITE, Caller
from reconciler.sandbox.versions import VERSIONS, Version
from reconciler.transport.json_text import parsed

NOW = 1_800_000_000_000
_PATHS = ("/events/{id}", "/marketing/marketing-events/2026-09/events/upsert", "/marketing/v3/marketing-events")
_DEMO_SEED = Path(__file__).parents[2] / "docs" / "sandbox-seed.json"
_SUMMIT = {"externalAccountId": "acme", "externalEventId": "summit", "eventName": "Summit", "eventOrganizer": "Acme"}
_WRITES = [each for methods in EVENT_PATHS.values() for method, each in methods.items() if method != "GET"]


def seed(content: bytes) -> None:
    """Begin a portal with a seed; the product reads whatever it then shows."""
    with suppress(HubSpotError):
        contents = _contents(read_object(read_json(content), "the seed"), 1, NOW)
        _show(contents)


def rules(content: bytes) -> None:
    """Read rules for faults, and let requests meet them."""
    with suppress(HubSpotError):
        for rule in read_rules(content, NOW):
            for path in _PATHS:
                rule.fits("POST", path)
                rule.fits("GET", path)


def behaviours(content: bytes) -> None:
    """Read answers to what nobody knows of HubSpot."""
    with suppress(HubSpotError):
        json.dumps(changed(Behaviours(), read_object(read_json(content), "body")).shown())


def body(content: bytes) -> None:
    """Send a body with every write, in one version of the API."""
    version = VERSIONS[len(content) % len(VERSIONS)]
    with closing(_portal({"events": [{"objectId": "7", **_SUMMIT}], "properties": PROPERTIES})) as store:
        for operation in (*_WRITES, *TOKEN_DETAILS.values()):
            _send(store, version, operation, content)
        _shown(store, version)


def _show(contents: Contents) -> None:
    with closing(open_store(None, lambda: contents)) as store:
        for version in VERSIONS:
            _shown(store, version)


def _portal(given: Json) -> Store:
    return open_store(None, lambda: _contents(given, 1, NOW))


def _send(store: Store, version: Version, operation: Operation, content: bytes) -> None:
    with suppress(HubSpotError):
        answer = carry_out(operation.run, store, _call(version, content, NOW))
        _rendered(answer.body)


def _shown(store: Store, version: Version) -> None:
    """Read all that is there as the product does."""
    call = _call(version, b"", NOW + 10_000)
    for event in wire.as_page(_rendered(reads.list_events(store, call).body)).events:
        assert event.identity.object_id
    wire.as_hits(_rendered(reads.search(store, call).body))
    definitions.as_definitions(_rendered(properties.list_properties(store, call).body))


def _rendered(answer: Json) -> Json:
    return None if answer is None else parsed(bytes(JSONResponse(answer).body))


def _call(version: Version, content: bytes, now: int) -> Call:
    return Call(
        caller=Caller(1001, (READ, WRITE)),
        version=version,
        address="http://127.0.0.1:1/",
        ids={"event_id": "summit", "object_id": "7", "object_type": "0-54", "name": "seats"},
        query={"externalAccountId": "acme", "q": "s", "limit": "100"},
        body=content,
        now=now,
        behaviours=Behaviours(),
        requests=1,
        fault=None,
    )


PROPERTIES: Json = [
    {"name": "seats", "type": "number"},
    {"name": "day", "type": "date"},
    {"name": "at", "type": "datetime"},
    {"name": "topics", "type": "enumeration", "fieldType": "checkbox", "options": [{"value": "data"}]},
]
BODIES: tuple[Json, ...] = (
    {"inputs": [{"objectId": "7", **_SUMMIT, "startDateTime": "2127-04-14T09:00:00+02:00"}]},
    {"inputs": [{"appId": 1001, **_SUMMIT}]},
    {**_SUMMIT, "eventCancelled": True, "customProperties": [{"name": "seats", "value": "40"}]},
    {"startDateTime": 1800000000000, "endDateTime": "2127-04-14T09:00:00Z", "eventUrl": ""},
    {"customProperties": [{"name": name, "value": "2027-01-01"} for name in ("day", "at", "topics")]},
    {"tokenKey": "sandbox-1001"},
)
RULES: Json = [
    {"method": "POST", "path": "*/upsert", "nth": 2, "fault": {"partial": {"every": 2}}},
    {"every": 3, "fault": {"status": 429, "headers": {"Retry-After": "1"}, "policyName": "DAILY", "delay": 5}},
    {"probability": 0.5, "seed": 7, "fault": {"shift": {"appear": {"eventName": "x", "objectId": "8"}}}},
    {"nth": 1, "fault": {"shift": {"vanish": "7"}}},
    {"nth": 1, "fault": {"status": 500, "done": True, "body": {"message": "x"}}},
]


def seed_files() -> Iterator[bytes]:
    """Yield seeds to begin with."""
    yield _DEMO_SEED.read_bytes()
    portal = {"id": 7, "timezone": "Europe/Berlin", "account_type": "SANDBOX"}
    event = {"eventName": "x", "appInfo": {"id": "5", "name": "y"}, "registrants": 3, "createdAt": 1}
    yield json.dumps({"portal": portal, "properties": PROPERTIES, "events": [event]}).encode()
    for zone in ("Europe", "../UTC", "/etc/localtime", "a\0b", ".", "__init__.py", "x" * 300):
        yield json.dumps({"portal": {**portal, "timezone": zone}}).encode()


def rule_files() -> Iterator[bytes]:
    """Yield rules to begin with."""
    yield json.dumps(RULES).encode()
    yield from (json.dumps([rule]).encode() for rule in RULES)


def behaviour_bodies() -> Iterator[bytes]:
    """Yield answers to begin with."""
    yield json.dumps(Behaviours().shown()).encode()


def write_bodies() -> Iterator[bytes]:
    """Yield bodies to begin with."""
    yield from (json.dumps(one).encode() for one in BODIES)
