"""The writes of one event: create, replace, update, cancel, complete, delete."""

import httpx
import pytest

from tests.sandbox.asking import (
    ACCOUNT,
    EVENTS,
    FULL,
    IDS,
    LEAST,
    OTHER_APP,
    SUMMIT,
    Event,
    Start,
    custom,
    post,
    read,
    refused,
    stored,
    update,
    upsert,
)

DATES = {"startDateTime": "2127-05-01T09:00:00+02:00", "endDateTime": "2127-05-02T15:00:00.5Z"}
SHOWN_DATES = {"startDateTime": "2127-05-01T07:00:00Z", "endDateTime": "2127-05-02T15:00:00.500Z"}
ZOOM_APP = {"id": "111", "name": "Zoom"}
ZOOM: Event = {"objectId": "9", "eventName": "Of Zoom", "externalEventId": "z", "appInfo": ZOOM_APP}
DINNER: Event = {"objectId": "8", "eventName": "Of a person", "eventUrl": "https://acme.example"}

D0_KEYS = {
    *("objectId", "eventName", "eventOrganizer", "eventType", "eventDescription", "eventUrl"),
    *("startDateTime", "endDateTime", "eventCancelled", "eventCompleted", "customProperties"),
}


def create(hubspot: httpx.Client, event: object, **headers: str) -> httpx.Response:
    return hubspot.post(f"{EVENTS}/events", json=event, headers=headers)


def put(hubspot: httpx.Client, event: object, **headers: str) -> httpx.Response:
    return hubspot.put(SUMMIT, json=event, headers=headers)


def mark(hubspot: httpx.Client, how: str, **headers: str) -> httpx.Response:
    """Cancel or complete the summit."""
    return hubspot.post(f"{SUMMIT}/{how}", params=ACCOUNT, json=DATES, headers=headers)


# Create


def test_create_makes_an_event_of_the_calling_app(hubspot: httpx.Client) -> None:
    answer = create(hubspot, FULL)
    (event,) = stored(hubspot)
    assert answer.status_code == 200
    assert answer.json()["objectId"] == event["objectId"]
    assert {name: event[name] for name in IDS} == IDS
    assert (event["appInfo"]["id"], event["eventUrl"]) == ("1001", FULL["eventUrl"])
    assert custom(event) == {"event_region": "EMEA"}


def test_create_answers_without_identity_and_times(hubspot: httpx.Client) -> None:
    event = create(hubspot, FULL).json()
    assert set(event) == D0_KEYS
    assert [event["customProperties"][0][name] for name in ("name", "value", "source")] == [
        "event_region",
        "EMEA",
        "API",
    ]


def test_create_does_not_touch_what_is_there(hubspot: httpx.Client) -> None:
    before = upsert(hubspot, FULL)
    create(hubspot, {**LEAST, "eventName": "Second"})
    assert read(hubspot, before["objectId"]) == before


@pytest.mark.parametrize("name", LEAST)
def test_create_needs_both_ids_a_name_and_an_organizer(hubspot: httpx.Client, name: str) -> None:
    event = {key: value for key, value in LEAST.items() if key != name}
    assert refused(create(hubspot, event)) == f"{name} is required"
    assert stored(hubspot) == []


# Two events with one `hs_unique_id`

JOINED_ALIKE = {**LEAST, "externalAccountId": "acme-summit", "externalEventId": "2127"}
JOINED = {**LEAST, "externalAccountId": "acme", "externalEventId": "summit-2127"}


def test_create_of_what_is_there_is_refused_with_the_id_of_what_is_there(start: Start) -> None:
    hubspot = start({"portal": {"id": 12345678}})
    before = upsert(hubspot, LEAST)
    answer = create(hubspot, LEAST)
    body = answer.json()
    new_id = str(int(before["objectId"]) + 1)
    assert answer.status_code == 400
    assert len(body.pop("correlationId")) == 36
    assert body == {
        "status": "error",
        "message": "Cannot set PropertyValueCoordinates{portalId=12345678, "
        "objectTypeId=ObjectTypeId{legacyObjectType=MARKETING_EVENT}, propertyName=hs_unique_id, "
        f"value=1001-12345678-acme-summit}} on {new_id}. {before['objectId']} already has that value.",
        "errorType": "UNIQUE_VALUE_CONFLICT",
        "errorTokens": {
            "objectTypeId": ["0-54"],
            "propertyName": ["hs_unique_id"],
            "portalId": ["12345678"],
            "existingObjectId": [before["objectId"]],
            "conflictingValue": ["1001-12345678-acme-summit"],
            "objectId": [new_id],
        },
    }


@pytest.mark.parametrize("way", ["create", "put", "batch"])
def test_ids_that_join_to_those_of_another_event_are_refused(hubspot: httpx.Client, way: str) -> None:
    before = upsert(hubspot, JOINED)
    answer = {
        "create": lambda: create(hubspot, JOINED_ALIKE),
        "put": lambda: hubspot.put(f"{EVENTS}/events/2127", json=JOINED_ALIKE),
        "batch": lambda: post(hubspot, "/events/upsert", LEAST, JOINED_ALIKE),
    }[way]()
    assert (answer.status_code, answer.json()["errorType"]) == (400, "UNIQUE_VALUE_CONFLICT")
    assert answer.json()["errorTokens"]["existingObjectId"] == [before["objectId"]]
    assert [event["objectId"] for event in stored(hubspot)] == [before["objectId"]]


def test_events_of_two_apps_never_conflict(hubspot: httpx.Client) -> None:
    upsert(hubspot, JOINED)
    assert create(hubspot, JOINED_ALIKE, **OTHER_APP).status_code == 200


def test_ids_of_a_deleted_event_may_be_used_again(hubspot: httpx.Client) -> None:
    hubspot.delete(f"{EVENTS}/{upsert(hubspot, JOINED)['objectId']}").raise_for_status()
    assert create(hubspot, JOINED_ALIKE).status_code == 200


# Put


def test_put_makes_an_event(hubspot: httpx.Client) -> None:
    answer = put(hubspot, FULL)
    (event,) = stored(hubspot)
    assert answer.status_code == 200
    assert answer.json()["id"] == event["objectId"]
    assert (event["externalEventId"], event["eventUrl"]) == ("summit", FULL["eventUrl"])


def test_put_clears_what_it_omits(hubspot: httpx.Client) -> None:
    before = upsert(hubspot, FULL)
    put(hubspot, LEAST).raise_for_status()
    after = read(hubspot, before["objectId"])
    optional = set(FULL) - set(LEAST) - {"customProperties", "eventCancelled", "eventCompleted"}
    assert {after[name] for name in optional} == {None}
    assert [after["eventCancelled"], after["eventCompleted"]] == [False, False]


def test_put_keeps_what_it_omits_where_upserts_keep(start: Start) -> None:
    hubspot = start(behaviours=["upsert=keep"])
    upsert(hubspot, FULL)
    assert put(hubspot, LEAST).json()["eventUrl"] == FULL["eventUrl"]


def test_put_never_touches_the_event_of_another_app(hubspot: httpx.Client) -> None:
    ours = upsert(hubspot, LEAST)
    assert put(hubspot, {**LEAST, "eventName": "Theirs"}, **OTHER_APP).json()["objectId"] != ours["objectId"]
    assert read(hubspot, ours["objectId"]) == ours


def test_put_whose_path_names_another_event_is_refused(hubspot: httpx.Client) -> None:
    message = refused(put(hubspot, {**LEAST, "externalEventId": "other"}))
    assert message == "externalEventId differs between the path and the body"
    assert stored(hubspot) == []


@pytest.mark.parametrize("name", LEAST)
def test_put_needs_both_ids_a_name_and_an_organizer(hubspot: httpx.Client, name: str) -> None:
    event = {key: value for key, value in LEAST.items() if key != name}
    assert refused(put(hubspot, event)) == f"{name} is required"


# Change by objectId


@pytest.mark.parametrize("object_id", ["8", "9"])
def test_patch_by_object_id_reaches_the_events_of_everybody(start: Start, object_id: str) -> None:
    hubspot = start({"events": [DINNER, ZOOM]})
    before = read(hubspot, object_id)
    answer = hubspot.patch(f"{EVENTS}/{object_id}", json={"eventOrganizer": "Acme", "eventCancelled": True})
    after = read(hubspot, object_id)
    assert answer.status_code == 200
    assert answer.json()["appInfo"] == before["appInfo"]
    assert (after["eventOrganizer"], after["eventCancelled"]) == ("Acme", True)
    assert (after["eventName"], after["eventUrl"]) == (before["eventName"], before["eventUrl"])


def test_patch_by_object_id_cannot_complete_an_event(hubspot: httpx.Client) -> None:
    event = upsert(hubspot, LEAST)
    assert hubspot.patch(f"{EVENTS}/{event['objectId']}", json={"eventCompleted": True}).status_code == 200
    assert read(hubspot, event["objectId"])["eventCompleted"] is False


def test_patch_by_object_id_never_resets_flags(start: Start) -> None:
    hubspot = start(behaviours=["patch-flags=reset"])
    event = upsert(hubspot, FULL)
    assert hubspot.patch(f"{EVENTS}/{event['objectId']}", json={}).json()["eventCancelled"] is True


# Cancel, complete


def test_cancel_sets_the_flag_and_nothing_else(hubspot: httpx.Client) -> None:
    before = upsert(hubspot, {**FULL, "eventCancelled": False})
    answer = mark(hubspot, "cancel")
    after = read(hubspot, before["objectId"])
    assert (answer.status_code, set(answer.json()), answer.json()["eventCancelled"]) == (200, D0_KEYS, True)
    assert {name for name in after if after[name] != before[name]} <= {
        *("eventCancelled", "eventStatus", "eventStatusV2", "customProperties", "updatedAt"),
    }


def test_cancel_needs_no_body(hubspot: httpx.Client) -> None:
    upsert(hubspot, LEAST)
    assert hubspot.post(f"{SUMMIT}/cancel", params=ACCOUNT).status_code == 200


def test_complete_sets_the_flag_and_both_dates(hubspot: httpx.Client) -> None:
    before = upsert(hubspot, LEAST)
    answer = mark(hubspot, "complete")
    after = read(hubspot, before["objectId"])
    assert (answer.status_code, set(answer.json()), answer.json()["eventCompleted"]) == (200, D0_KEYS, True)
    assert {name: after[name] for name in DATES} == SHOWN_DATES
    assert (after["eventCancelled"], after["eventCompleted"], after["eventStatus"]) == (False, True, "COMPLETED")


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize("value", ["absent", None])
def test_complete_needs_both_dates(hubspot: httpx.Client, name: str, value: str | None) -> None:
    upsert(hubspot, LEAST)
    dates = {key: each for key, each in DATES.items() if key != name}
    body = dates if value == "absent" else {**dates, name: value}
    assert refused(hubspot.post(f"{SUMMIT}/complete", params=ACCOUNT, json=body)) == f"{name} is required"


def test_complete_refuses_what_is_no_date(hubspot: httpx.Client) -> None:
    upsert(hubspot, LEAST)
    body = {**DATES, "endDateTime": "tomorrow"}
    message = refused(hubspot.post(f"{SUMMIT}/complete", params=ACCOUNT, json=body))
    assert message == "endDateTime must be a date and time with an offset"


# Delete


@pytest.mark.parametrize("object_id", ["8", "9"])
def test_delete_by_object_id_reaches_the_events_of_everybody(start: Start, object_id: str) -> None:
    hubspot = start({"events": [DINNER, ZOOM]})
    answer = hubspot.delete(f"{EVENTS}/{object_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert object_id not in [event["objectId"] for event in stored(hubspot)]


def test_delete_by_external_ids_deletes_the_calling_apps_event(hubspot: httpx.Client) -> None:
    upsert(hubspot, LEAST)
    upsert(hubspot, LEAST, headers=OTHER_APP)
    answer = hubspot.delete(SUMMIT, params=ACCOUNT)
    assert (answer.status_code, answer.content) == (204, b"")
    assert [event["appInfo"]["id"] for event in stored(hubspot)] == ["2002"]


def test_batch_delete_accepts_and_passes_over_what_is_not_there_or_not_ours(hubspot: httpx.Client) -> None:
    upsert(hubspot, LEAST)
    upsert(hubspot, LEAST, headers=OTHER_APP)
    inputs = [{"appId": app_id, **IDS} for app_id in (1001, 2002, 1001)]
    answer = post(hubspot, "/events/delete", *inputs)
    assert (answer.status_code, answer.content) == (202, b"")
    assert [event["appInfo"]["id"] for event in stored(hubspot)] == ["2002"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"appId": "1001"},
        {"appId": 0},
        {"appId": 2**31},
        {"appId": None},
        {"externalAccountId": ""},
        {"externalEventId": 7},
    ],
)
def test_one_malformed_item_refuses_a_whole_batch_delete(hubspot: httpx.Client, wrong: Event) -> None:
    upsert(hubspot, LEAST)
    item = {"appId": 1001, **IDS}
    refused(post(hubspot, "/events/delete", item, {**item, **wrong}))
    assert len(stored(hubspot)) == 1


# Whose event


OF_ONE_EVENT = [("PATCH", ""), ("DELETE", ""), ("POST", "/cancel"), ("POST", "/complete")]


@pytest.mark.parametrize(("method", "path"), OF_ONE_EVENT)
def test_external_ids_find_only_the_calling_apps_own_event(hubspot: httpx.Client, method: str, path: str) -> None:
    before = upsert(hubspot, LEAST)
    answer = hubspot.request(method, SUMMIT + path, params=ACCOUNT, json=DATES, headers=OTHER_APP)
    assert refused(answer, 404, "OBJECT_NOT_FOUND") == "No marketing event found"
    assert read(hubspot, before["objectId"]) == before


@pytest.mark.parametrize(("method", "path"), OF_ONE_EVENT)
def test_external_ids_need_the_account_id(hubspot: httpx.Client, method: str, path: str) -> None:
    upsert(hubspot, LEAST)
    assert refused(hubspot.request(method, SUMMIT + path, json=DATES)) == "externalAccountId is required"


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("object_id", ["999", "abc", "0"])
def test_object_id_without_an_event_is_not_found(hubspot: httpx.Client, method: str, object_id: str) -> None:
    answer = hubspot.request(method, f"{EVENTS}/{object_id}", json={})
    assert refused(answer, 404, "OBJECT_NOT_FOUND") == "No marketing event found"


def test_update_by_object_id_keeps_external_ids(hubspot: httpx.Client) -> None:
    event = upsert(hubspot, LEAST)
    update(hubspot, event, externalEventId="other", externalAccountId="other")
    assert {name: stored(hubspot)[0][name] for name in IDS} == IDS


WRITES = [
    ("POST", "/events"),
    ("PUT", "/events/summit"),
    ("PATCH", "/events/summit"),
    ("DELETE", "/events/summit"),
    ("POST", "/events/summit/cancel"),
    ("POST", "/events/summit/complete"),
    ("POST", "/events/delete"),
    ("PATCH", "/7"),
    ("DELETE", "/7"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_token_that_only_reads_may_not_write(hubspot: httpx.Client, method: str, path: str) -> None:
    headers = {"Authorization": "Bearer sandbox-1001-read"}
    answer = hubspot.request(method, EVENTS + path, params=ACCOUNT, json={}, headers=headers)
    refused(answer, 403, "MISSING_SCOPES")
