"""A portal in which one event is probed: it reads and writes that event alone."""

import inspect
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.errors import ReadsDisagree, Rejected
from reconciler.event import CUSTOM, Identity
from reconciler.hubspot.http import HttpWriter
from reconciler.hubspot.prober import PortalProber
from reconciler.portal import Prober, Token
from reconciler.sandbox.server import Options, running
from tests.hubspot import connecting
from tests.hubspot.clocks import Sleeper
from tests.hubspot.forwarding import Decide, Fate, Passing, Rewritten, Treatment, forwarding

TOKEN = "sandbox-1001"
IDENTITY = Identity("reconciler-probe", "probe-1")
FIELDS = {"eventName": "Probe", "eventOrganizer": "doctor"}


def other(**fields: Any) -> dict[str, Any]:
    return {"eventName": "Another", "externalEventId": "probe-1", "externalAccountId": "reconciler-probe", **fields}


OTHERS = [
    other(objectId="901", externalAccountId="acme"),
    other(objectId="902", appInfo={"id": "2002"}),
    other(objectId="903", externalEventId="probe-10"),
]
"""Events whose ids are nearly those of the probe."""


class Portal:
    """A running sandbox that holds events of others."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    @contextmanager
    def prober(self, *, version: str = "2026-03", base_url: str | None = None) -> Iterator[PortalProber]:
        connection = connecting.to(base_url or self.base_url, token=TOKEN)
        with HttpWriter(connection, timeout=60, clock=Sleeper().clock) as http:
            yield PortalProber(http, version, IDENTITY)

    @contextmanager
    def met_on_the_way(self, decide: Decide) -> Iterator[PortalProber]:
        with forwarding(self.base_url, decide) as way, self.prober(base_url=way.base_url) as prober:
            yield prober

    def ask(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"{self.base_url}{path}"
        answer = httpx.request(method, url, json=body, headers=headers, trust_env=False, verify=connecting.NO_TLS)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def held(self) -> dict[str, Any]:
        return {event["objectId"]: event for event in self.ask("GET", "/_sandbox/events")["events"]}


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"portal": {"id": 7, "account_type": "SANDBOX"}, "events": OTHERS}))
    with running(Options(seed=seed, rate="1000000/1")) as sandbox:
        yield Portal(sandbox.base_url)


def test_no_method_of_a_prober_names_an_event() -> None:
    methods = [method for name, method in vars(Prober).items() if not name.startswith("_") and callable(method)]
    named = {name for method in methods for name in inspect.signature(method).parameters}
    assert named == {"self", "fields", "empty", "pages", "text"}


@pytest.mark.parametrize("version", ["v3", "2025-09", "2026-03", "2026-09"])
def test_it_makes_edits_and_deletes_its_event_and_no_other(portal: Portal, version: str) -> None:
    before = portal.held()
    with portal.prober(version=version) as prober:
        assert (prober.find(), prober.search("probe-1")) == (None, None)
        assert prober.upsert({**FIELDS, "eventUrl": "https://a.example", "eventType": "FAIR"})
        made = prober.find()
        assert made is not None
        assert (made.identity.external, made.app_id, made.name) == (IDENTITY.external, 1001, "Probe")
        prober.edit({"eventUrl": None})
        prober.patch({"eventCancelled": True})
        prober.edit_with_null({"eventName": "Renamed"}, "eventType")
        edited = prober.find()
        assert edited is not None
        assert "eventUrl" not in edited.fields
        assert edited.fields.items() >= {"eventName": "Renamed", "eventType": "FAIR", "eventCancelled": True}.items()
        hit = prober.search("probe")
        assert (prober.is_listed(1), hit and hit.identity) == (True, edited.identity)
        prober.archive()
        assert (prober.find(), prober.is_listed(1)) == (None, False)
    assert portal.held() == before


def test_it_knows_the_account_and_the_token(portal: Portal) -> None:
    with portal.prober() as prober:
        assert (prober.account().id, prober.account().account_type) == (7, "SANDBOX")
        assert isinstance(prober.token(), Token)
        assert prober.requests == 3


def test_its_event_can_be_deleted_at_its_address(portal: Portal) -> None:
    before = portal.held()
    with portal.prober() as prober:
        prober.upsert(FIELDS)
        portal.ask("DELETE", prober.address)
    assert portal.held() == before


def test_without_a_read_nothing_is_written_by_an_object_id(portal: Portal) -> None:
    with portal.prober() as prober:
        for write in (prober.archive, lambda: prober.edit(FIELDS), lambda: prober.edit_with_null(FIELDS, "eventUrl")):
            with pytest.raises(AssertionError, match="no read has shown"):
                write()
        assert prober.requests == 0


def by_external_ids(rewritten: dict[str, Any]) -> Decide:
    """Let the read by external ids show other values."""

    def decide(passing: Passing) -> Treatment:
        if passing.method == "GET" and passing.path.endswith("/events/probe-1"):
            return Rewritten(lambda body: {**body, **rewritten})
        return Fate.PASSED_ON

    return decide


@pytest.mark.parametrize("object_id", [None, "903", "999"])
def test_an_object_id_that_is_not_the_events_is_never_used(portal: Portal, object_id: str | None) -> None:
    """Of these, one is missing, one is another event's, one is no event's."""
    with portal.met_on_the_way(by_external_ids({"objectId": object_id})) as prober:
        prober.upsert(FIELDS)
        with pytest.raises(ReadsDisagree, match="but not by its object id"):
            prober.find()
        with pytest.raises(AssertionError):
            prober.archive()


def test_without_a_former_object_id_no_batch_of_two_is_sent(portal: Portal) -> None:
    with portal.prober() as prober:
        prober.upsert(FIELDS)
        prober.find()
        before = prober.requests
        assert (prober.edit_beside_former(FIELDS), prober.requests) == (None, before)


def test_a_list_that_is_too_long_is_not_read_to_its_end(portal: Portal) -> None:
    with portal.prober() as prober:
        prober.upsert(FIELDS)
        prober.find()
        assert prober.is_listed(0) is None
        assert prober.is_listed(1) is True


def test_an_event_that_is_made_again_is_known_by_both_object_ids(portal: Portal) -> None:
    with portal.prober() as prober:
        prober.upsert(FIELDS)
        first = prober.find()
        prober.archive()
        prober.upsert(FIELDS)
        assert prober.is_listed(1) is False
        second = prober.find()
        assert prober.is_listed(1) is True
        assert prober.edit_beside_former({"eventName": "Renamed"}) is True
        edited = prober.find()
    assert first is not None
    assert second is not None
    assert edited is not None
    assert edited.name == "Renamed"
    assert first.identity.object_id != second.identity.object_id


WRITES = {
    "upsert": lambda prober: prober.upsert(FIELDS),
    "update": lambda prober: prober.edit(FIELDS),
    "null": lambda prober: prober.edit_with_null(FIELDS, "eventUrl"),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_write_of_which_hubspot_names_a_failure_is_refused(portal: Portal, write: str) -> None:
    with portal.prober() as prober:
        prober.upsert(FIELDS)
        prober.find()
        rule = {"method": "POST", "path": "*/batch/*", "nth": 1, "fault": {"partial": {"items": [1]}}}
        portal.ask("PUT", "/_sandbox/faults", [rule, {**rule, "path": "*/upsert"}])
        with pytest.raises(Rejected, match="HubSpot refuses the event: "):
            WRITES[write](prober)


def test_an_answer_without_results_is_no_confirmation(portal: Portal) -> None:
    portal.ask("PUT", "/_sandbox/faults", [{"path": "*/upsert", "nth": 1, "fault": {"empty-results": True}}])
    with portal.prober() as prober:
        assert not prober.upsert(FIELDS)
        assert prober.find() is None


def test_a_property_that_the_portal_does_not_define_is_sent(portal: Portal) -> None:
    with portal.prober() as prober:
        prober.upsert(FIELDS)
        prober.find()
        prober.edit({f"{CUSTOM}unknown": "1"})
        assert prober.find() is not None
