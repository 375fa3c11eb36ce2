"""The sandbox's reads: the list, one event, a search."""

from base64 import urlsafe_b64encode
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.asking import EVENTS, OTHER_APP, Start, listed, refused

NO_COUNTS = {"registrants": 0, "attendees": 0, "cancellations": 0, "noShows": 0}
SUMMIT: dict[str, Any] = {
    "objectId": "864004668137",
    "externalAccountId": "acme-events",
    "externalEventId": "summit-2127",
    "appInfo": {"id": "1001", "name": "Events GitOps"},
    "eventName": "Summit",
    "eventOrganizer": "Acme",
    "eventType": "CONFERENCE",
    "eventDescription": "Two days.",
    "eventUrl": "https://acme.example/summit",
    "startDateTime": "2127-04-14T07:00:00Z",
    "endDateTime": "2127-04-15T15:00:00Z",
    "eventCancelled": False,
    "eventCompleted": False,
    "registrants": 12,
    "attendees": 3,
    "cancellations": 2,
    "noShows": 1,
    "customProperties": [{"name": "event_region", "value": "EMEA"}],
    "createdAt": "2027-01-12T08:00:00.123Z",
    "updatedAt": "2027-01-12T08:00:00Z",
}
DINNER = {"objectId": "496825886022", "eventName": "Offline dinner"}
DEMO = {
    "objectId": "496825886099",
    "externalAccountId": "zoom",
    "externalEventId": "summit-zoom",
    "appInfo": {"id": "111", "name": "Zoom"},
    "eventName": "Zoom demo",
}
SEED = {"events": [SUMMIT, DEMO, DINNER]}


def numbered(amount: int) -> dict[str, Any]:
    return {"events": [{"eventName": f"Event {number}"} for number in range(amount)]}


def listed_ids(hubspot: httpx.Client, **query: int) -> list[str]:
    return [event["objectId"] for event in listed(hubspot, **query)]


def property_value(name: str, value: str, written_at: int) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "dataSensitivity": "none",
        "isEncrypted": False,
        "isLargeValue": False,
        "persistenceTimestamp": written_at,
        "requestId": "",
        "selectedByUser": False,
        "selectedByUserTimestamp": 0,
        "source": "API",
        "sourceId": "",
        "sourceLabel": "",
        "sourceMetadata": "",
        "sourceUpstreamDeployable": "",
        "sourceVid": [],
        "timestamp": written_at,
        "unit": "",
        "updatedByUserId": 0,
        "useTimestampAsPersistenceTimestamp": False,
    }


# The list


def test_list_holds_every_event_of_the_portal_by_object_id(start: Start) -> None:
    assert listed_ids(start(SEED)) == ["496825886022", "496825886099", "864004668137"]


def test_list_of_an_empty_portal_has_no_paging(start: Start) -> None:
    assert start().get(EVENTS).json() == {"results": []}


def test_object_ids_are_sorted_as_numbers(start: Start) -> None:
    hubspot = start({"events": [{"objectId": each, "eventName": "E"} for each in ("1000", "9", "20")]})
    assert listed_ids(hubspot) == ["9", "20", "1000"]


def test_page_holds_10_events_unless_a_limit_is_asked_for(start: Start) -> None:
    hubspot = start(numbered(101))
    assert len(listed_ids(hubspot)) == 10
    assert len(listed_ids(hubspot, limit=1)) == 1
    assert len(listed_ids(hubspot, limit=99)) == 99
    assert len(listed_ids(hubspot, limit=100)) == 100


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "", "1.0", "010", "٣"])
def test_limit_outside_1_to_100_is_refused(hubspot: httpx.Client, limit: str) -> None:
    assert refused(hubspot.get(EVENTS, params={"limit": limit})) == "limit must be a whole number from 1 to 100"


def test_paging_is_there_only_where_more_follows(start: Start) -> None:
    hubspot = start(numbered(4))
    first = hubspot.get(EVENTS, params={"limit": 2}).json()
    last = hubspot.get(EVENTS, params={"limit": 2, "after": first["paging"]["next"]["after"]}).json()
    assert len(last["results"]) == 2
    assert "paging" not in last


def test_link_leads_to_the_next_page(start: Start) -> None:
    hubspot = start(numbered(5))
    first = hubspot.get(EVENTS, params={"limit": 2}).json()
    link = first["paging"]["next"]["link"]
    assert link.startswith(f"http://127.0.0.1:{hubspot.base_url.port}{EVENTS}?limit=2&after=")
    following = hubspot.get(link).json()
    assert [event["eventName"] for event in following["results"]] == ["Event 2", "Event 3"]


def test_paging_returns_every_event_exactly_once_for_any_page_size(start: Start) -> None:
    hubspot = start(numbered(17))
    everything = listed_ids(hubspot, limit=100)

    @settings(max_examples=20, deadline=None)
    @given(limit=st.integers(1, 18))
    def law(limit: int) -> None:
        seen: list[str] = []
        query: dict[str, Any] | None = {"limit": limit}
        while query:
            page = hubspot.get(EVENTS, params=query).json()
            seen += [event["objectId"] for event in page["results"]]
            query = {"limit": limit, **page["paging"]["next"]} if "paging" in page else None
        assert seen == everything

    law()


def test_page_does_not_shift_when_an_event_before_it_goes(start: Start) -> None:
    hubspot = start(numbered(6))
    first = hubspot.get(EVENTS, params={"limit": 3}).json()
    gone = {"inputs": [{"objectId": first["results"][0]["objectId"]}]}
    assert hubspot.post(f"{EVENTS}/batch/archive", json=gone).status_code == 204
    following = hubspot.get(EVENTS, params={"limit": 3, "after": first["paging"]["next"]["after"]}).json()
    assert [event["eventName"] for event in following["results"]] == ["Event 3", "Event 4", "Event 5"]


@pytest.mark.parametrize("cursor", ["", "é", "M", "////", urlsafe_b64encode(b"x").decode(), "MDA=", "LTE="])
def test_cursor_that_the_list_did_not_give_is_refused(hubspot: httpx.Client, cursor: str) -> None:
    assert refused(hubspot.get(EVENTS, params={"after": cursor})) == "after is not a cursor of this list"


@pytest.mark.parametrize(
    "path",
    [
        "/marketing/v3/marketing-events",
        "/marketing/v3/marketing-events/",
        "/marketing/marketing-events/v3",
        "/marketing/marketing-events/2025-09",
        "/marketing/marketing-events/2026-03",
        "/marketing/marketing-events/2026-03/",
        "/marketing/marketing-events/2026-09",
    ],
)
def test_list_is_served_under_every_version(start: Start, path: str) -> None:
    assert len(start(SEED).get(path).json()["results"]) == 3


def test_item_of_the_list_has_every_field_but_the_account_id(start: Start) -> None:
    shown = {name: value for name, value in SUMMIT.items() if name != "externalAccountId"}
    status = {"name": "hs_event_status", "value": "UPCOMING"}
    assert start(SEED).get(EVENTS).json()["results"][2] == {
        **shown,
        "eventStatus": "UPCOMING",
        "eventStatusV2": "UPCOMING",
        "customProperties": [*SUMMIT["customProperties"], status],
    }


# One event


def test_read_by_object_id_returns_what_the_list_does(start: Start) -> None:
    hubspot = start(SEED)
    for event in hubspot.get(EVENTS).json()["results"]:
        assert hubspot.get(f"{EVENTS}/{event['objectId']}").json() == event


def test_event_made_by_a_person_has_null_for_all_it_lacks(start: Start) -> None:
    event = start(SEED).get(f"{EVENTS}/{DINNER['objectId']}").json()
    assert event.pop("createdAt") == event.pop("updatedAt")
    assert event == {
        **DINNER,
        **NO_COUNTS,
        "eventOrganizer": None,
        "eventType": None,
        "eventDescription": None,
        "eventUrl": None,
        "startDateTime": None,
        "endDateTime": None,
        "eventCancelled": False,
        "eventCompleted": False,
        "eventStatus": None,
        "eventStatusV2": None,
        "externalEventId": None,
        "appInfo": None,
        "customProperties": [],
    }


@pytest.mark.parametrize("object_id", ["999", "abc", "0", "0864004668137", "9" * 40, "%00", "864004668137%20"])
def test_object_id_without_an_event_is_not_found(start: Start, object_id: str) -> None:
    answer = start(SEED).get(f"{EVENTS}/{object_id}")
    body = answer.json()
    assert len(body.pop("correlationId")) == 36
    assert answer.status_code == 404
    assert body == {
        "status": "error",
        "message": "No marketing event found",
        "category": "OBJECT_NOT_FOUND",
    }


@pytest.mark.parametrize(
    ("base", "masked"),
    [
        ("/marketing/v3/marketing-events", {"maskedSubstrings": {"substrings": []}}),
        ("/marketing/marketing-events/2025-09", {}),
        ("/marketing/marketing-events/2026-03", {"maskedSubstrings": {"substrings": []}}),
        ("/marketing/marketing-events/2026-09", {}),
    ],
)
def test_read_by_external_ids_has_full_property_values(start: Start, base: str, masked: dict[str, object]) -> None:
    answer = start(SEED).get(f"{base}/events/summit-2127", params={"externalAccountId": "acme-events"})
    shown = {name: value for name, value in SUMMIT.items() if name not in ("externalAccountId", "appInfo")}
    written_at = 1799740800000
    assert answer.json() == {
        **shown,
        "id": "summit-2127",
        "customProperties": [
            {**property_value("event_region", "EMEA", written_at), **masked},
            {**property_value("hs_event_status", "UPCOMING", written_at), **masked},
        ],
    }


@pytest.mark.parametrize("query", [{}, {"externalAccountId": ""}])
def test_read_by_external_ids_needs_the_account_id(start: Start, query: dict[str, str]) -> None:
    answer = start(SEED).get(f"{EVENTS}/events/summit-2127", params=query)
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert answer.json()["message"] == "externalAccountId is required"


@pytest.mark.parametrize(
    ("event_id", "account_id", "token"),
    [
        ("summit-2127", "acme-events", "sandbox-2002"),
        ("summit-zoom", "zoom", "sandbox-1001"),
        ("summit-2127", "another", "sandbox-1001"),
        ("summit", "acme-events", "sandbox-1001"),
    ],
)
def test_external_ids_find_only_the_calling_apps_own_event(
    start: Start, event_id: str, account_id: str, token: str
) -> None:
    answer = start(SEED).get(
        f"{EVENTS}/events/{event_id}",
        params={"externalAccountId": account_id},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.json()["category"]) == (404, "OBJECT_NOT_FOUND")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, None),
        ({"startDateTime": "2127-01-01T00:00:00Z"}, "UPCOMING"),
        ({"startDateTime": "2020-01-01T00:00:00Z"}, "ONGOING"),
        ({"startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2127-01-01T00:00:00Z"}, "ONGOING"),
        ({"startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2020-01-02T00:00:00Z"}, "COMPLETED"),
        ({"endDateTime": "2020-01-02T00:00:00Z"}, "COMPLETED"),
        ({"endDateTime": "2127-01-01T00:00:00Z"}, None),
        ({"startDateTime": "2127-01-01T00:00:00Z", "eventCompleted": True}, "COMPLETED"),
        ({"eventCancelled": True, "eventCompleted": True}, "CANCELLED"),
        ({"eventCancelled": None, "eventCompleted": None}, None),
    ],
)
def test_status_is_computed(start: Start, fields: dict[str, object], status: str | None) -> None:
    hubspot = start({"events": [{"eventName": "E", **fields, "eventStatus": "ignored"}]})
    event = hubspot.get(EVENTS).json()["results"][0]
    assert (event["eventStatus"], event["eventStatusV2"]) == (status, status)
    assert event["customProperties"] == ([{"name": "hs_event_status", "value": status}] if status else [])


# Search


def test_search_finds_the_calling_apps_events_by_the_beginning_of_their_id(start: Start) -> None:
    more = [
        {"externalAccountId": "b", "externalEventId": "summit", "eventName": "E", "objectId": "900000000001"},
        {"externalAccountId": "b", "externalEventId": "a-summit", "eventName": "E"},
        {"externalAccountId": "b", "externalEventId": "Summit", "eventName": "E"},
        {"externalEventId": "summit-without-account", "eventName": "E"},
    ]
    hubspot = start({"events": [*SEED["events"], *more]})
    assert hubspot.get(f"{EVENTS}/events/search", params={"q": "summit"}).json() == {
        "results": [
            {
                "appId": 1001,
                "externalAccountId": "acme-events",
                "externalEventId": "summit-2127",
                "objectId": "864004668137",
            },
            {
                "appId": 1001,
                "externalAccountId": "b",
                "externalEventId": "summit",
                "objectId": "900000000001",
            },
        ]
    }


def test_search_of_another_app_finds_none_of_ours(start: Start) -> None:
    answer = start(SEED).get(f"{EVENTS}/events/search", params={"q": "summit"}, headers=OTHER_APP)
    assert answer.json() == {"results": []}


def test_search_has_no_pages(start: Start) -> None:
    event = {"externalAccountId": "a", "eventName": "E"}
    hubspot = start({"events": [{**event, "externalEventId": f"e{number}"} for number in range(150)]})
    assert len(hubspot.get(f"{EVENTS}/events/search", params={"q": "e"}).json()["results"]) == 150


@pytest.mark.parametrize("query", ["*", "%", "_", "summit%", "e*"])
def test_search_knows_no_wildcards(start: Start, query: str) -> None:
    assert start(SEED).get(f"{EVENTS}/events/search", params={"q": query}).json() == {"results": []}


@pytest.mark.parametrize("query", [{}, {"q": ""}])
def test_search_needs_a_query(hubspot: httpx.Client, query: dict[str, str]) -> None:
    answer = hubspot.get(f"{EVENTS}/events/search", params=query)
    assert (answer.status_code, answer.json()["message"]) == (400, "q is required")
