"""Requests of tests to a sandbox, in the paths of the newest version."""

from collections.abc import Callable
from typing import Any

import httpx

Start = Callable[..., httpx.Client]
Event = dict[str, Any]

VERSIONS = {
    "v3": "/marketing/v3/marketing-events",
    "2025-09": "/marketing/marketing-events/2025-09",
    "2026-03": "/marketing/marketing-events/2026-03",
    "2026-09": "/marketing/marketing-events/2026-09",
}
EVENTS = VERSIONS["2026-09"]
OTHER_APP = {"Authorization": "Bearer sandbox-2002"}
IDS = {"externalAccountId": "acme", "externalEventId": "summit"}
ACCOUNT = {"externalAccountId": "acme"}
SUMMIT = f"{EVENTS}/events/summit"
"""The path of the event with IDS; ACCOUNT is its query."""
LEAST = {**IDS, "eventName": "Summit", "eventOrganizer": "Acme"}
FULL: Event = {
    **LEAST,
    "eventType": "CONFERENCE",
    "eventDescription": "Two days.",
    "eventUrl": "https://acme.example/summit",
    "startDateTime": "2127-04-14T09:00:00+02:00",
    "endDateTime": "2127-04-15T17:00:00+02:00",
    "eventCancelled": True,
    "eventCompleted": True,
    "customProperties": [{"name": "event_region", "value": "EMEA"}],
}


class Time:
    """A clock that moves only when a test moves it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += round(seconds * 1000)


def post(hubspot: httpx.Client, path: str, *inputs: object, **options: Any) -> httpx.Response:
    """Send a batch."""
    return hubspot.post(f"{EVENTS}{path}", json={"inputs": inputs}, **options)


def upsert(hubspot: httpx.Client, *inputs: object, **options: Any) -> Event:
    """Upsert events and return the only one, or the newest, in the shape of the list."""
    results = post(hubspot, "/events/upsert", *inputs, **options).raise_for_status().json()["results"]
    return read(hubspot, results[0]["objectId"])


def update(hubspot: httpx.Client, event: Event, **fields: object) -> Event:
    """Change an event by its objectId and return it in the shape of the list."""
    post(hubspot, "/batch/update", {"objectId": event["objectId"], **fields}).raise_for_status()
    return read(hubspot, event["objectId"])


def read(hubspot: httpx.Client, object_id: str) -> Event:
    """Read an event by its objectId."""
    event: Event = hubspot.get(f"{EVENTS}/{object_id}").raise_for_status().json()
    return event


def listed(hubspot: httpx.Client, **query: Any) -> list[Event]:
    """Return one page of the list."""
    events: list[Event] = hubspot.get(EVENTS, params=query).raise_for_status().json()["results"]
    return events


def patch(hubspot: httpx.Client, changes: object, **options: Any) -> httpx.Response:
    """Change the event that IDS name."""
    return hubspot.patch(SUMMIT, params=ACCOUNT, json=changes, **options)


def stored(hubspot: httpx.Client) -> list[Event]:
    """Return all that the sandbox holds, with account ids."""
    events: list[Event] = hubspot.get("/_sandbox/events").json()["events"]
    return events


def custom(event: Event) -> dict[str, str]:
    """Return an event's custom properties without the one that HubSpot computes."""
    values = {each["name"]: each["value"] for each in event["customProperties"]}
    values.pop("hs_event_status", None)
    return values


def refused(answer: httpx.Response, status: int = 400, category: str = "VALIDATION_ERROR") -> str:
    """Return the message of an error answer of which nothing else is expected."""
    assert (answer.status_code, answer.json()["category"]) == (status, category)
    message: str = answer.json()["message"]
    return message
