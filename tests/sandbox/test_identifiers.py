"""The answers of `identifiers` about events with one external event id."""

import httpx
import pytest

from tests.sandbox.asking import EVENTS, LEAST, OTHER_APP, Event, Start, Time, refused, update, upsert

FIND = f"{EVENTS}/summit/identifiers"
ZOOM = {"id": "111", "name": "Zoom"}
SEED = {
    "events": [
        {**LEAST, "objectId": "7", "appInfo": {"id": "1001", "name": "Ours"}},
        {
            "objectId": "8",
            "eventName": "Of Zoom",
            "externalEventId": "summit",
            "appInfo": {"id": "111", "name": "Zoom"},
        },
        {"objectId": "9", "eventName": "Of nobody", "externalEventId": "summit", "appInfo": None},
        {"objectId": "10", "eventName": "Another", "externalEventId": "summit-2"},
    ]
}


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def hubspot(start: Start, time: Time) -> httpx.Client:
    return start(SEED, clock=time)


def names(hubspot: httpx.Client) -> list[str]:
    found = hubspot.get(FIND).raise_for_status().json()
    assert found["total"] == len(found["results"])
    return [each["marketingEventName"] for each in found["results"]]


def test_events_of_everybody_are_found(hubspot: httpx.Client) -> None:
    ours: Event = {"externalAccountId": "acme", "externalEventId": "summit", "appInfo": {"id": "1001", "name": "Ours"}}
    theirs: Event = {"externalAccountId": None, "externalEventId": "summit", "appInfo": ZOOM}
    assert hubspot.get(FIND).json() == {
        "total": 3,
        "results": [
            {"objectId": "7", "marketingEventName": "Summit", **ours},
            {"objectId": "8", "marketingEventName": "Of Zoom", **theirs},
            {"objectId": "9", "marketingEventName": "Of nobody", **theirs, "appInfo": None},
        ],
    }


def test_another_app_finds_the_same(hubspot: httpx.Client) -> None:
    assert hubspot.get(FIND, headers=OTHER_APP).json() == hubspot.get(FIND).json()


def test_unknown_id_is_found_0_times(hubspot: httpx.Client) -> None:
    answer = hubspot.get(f"{EVENTS}/nothing/identifiers")
    assert (answer.status_code, answer.json()) == (200, {"total": 0, "results": []})


def test_changes_are_found_two_minutes_late(hubspot: httpx.Client, time: Time) -> None:
    before = names(hubspot)
    new = upsert(hubspot, {**LEAST, "eventName": "New"}, headers=OTHER_APP)
    update(hubspot, {"objectId": "8"}, eventName="Renamed")
    hubspot.delete(f"{EVENTS}/9").raise_for_status()
    time.pass_seconds(119.999)
    assert names(hubspot) == before
    time.pass_seconds(0.001)
    assert names(hubspot) == ["Summit", "Renamed", new["eventName"]]


def test_token_has_to_be_known(hubspot: httpx.Client) -> None:
    answer = hubspot.get(FIND, headers={"Authorization": "Bearer unknown"})
    refused(answer, 401, "INVALID_AUTHENTICATION")
