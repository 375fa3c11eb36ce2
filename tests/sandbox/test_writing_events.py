"""The sandbox's batch writes: upserts, updates, deletions."""

import time
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.asking import (
    ACCOUNT,
    EVENTS,
    FULL,
    IDS,
    LEAST,
    OTHER_APP,
    SUMMIT,
    VERSIONS,
    Start,
    custom,
    patch,
    post,
    read,
    refused,
    stored,
    update,
    upsert,
)

# Upsert


def test_upsert_makes_an_event_of_the_calling_app(hubspot: httpx.Client) -> None:
    event = upsert(hubspot, FULL)
    assert {name: event[name] for name in LEAST if name != "externalAccountId"} == {
        "externalEventId": "summit",
        "eventName": "Summit",
        "eventOrganizer": "Acme",
    }
    assert event["appInfo"]["id"] == "1001"
    assert event["startDateTime"] == "2127-04-14T07:00:00Z"
    assert event["endDateTime"] == "2127-04-15T15:00:00Z"
    assert custom(event) == {"event_region": "EMEA"}
    assert [each["externalAccountId"] for each in stored(hubspot)] == ["acme"]


def test_what_an_upsert_omits_is_empty_in_a_new_event(hubspot: httpx.Client) -> None:
    event = upsert(hubspot, LEAST)
    empty = ("eventType", "eventDescription", "eventUrl", "startDateTime", "endDateTime", "eventStatus")
    assert {event[name] for name in empty} == {None}
    assert [event["eventCancelled"], event["eventCompleted"]] == [False, False]
    assert [event["registrants"], event["noShows"], event["customProperties"]] == [0, 0, []]


def test_new_events_get_rising_object_ids(hubspot: httpx.Client) -> None:
    for number in range(3):
        upsert(hubspot, {**LEAST, "externalEventId": f"e{number}"})
    ids = [int(event["objectId"]) for event in stored(hubspot)]
    assert ids == sorted(ids)
    assert [event["externalEventId"] for event in stored(hubspot)] == ["e0", "e1", "e2"]


def test_object_id_of_a_deleted_event_is_never_given_again(hubspot: httpx.Client) -> None:
    gone = upsert(hubspot, LEAST)
    assert post(hubspot, "/batch/archive", {"objectId": gone["objectId"]}).status_code == 204
    assert int(upsert(hubspot, LEAST)["objectId"]) > int(gone["objectId"])


def test_upsert_answers_without_external_ids(hubspot: httpx.Client) -> None:
    answer = post(hubspot, "/events/upsert", LEAST)
    body = answer.json()
    (result,) = body.pop("results")
    assert answer.status_code == 200
    assert body.pop("startedAt") == body.pop("completedAt") == result["createdAt"] == result.pop("updatedAt")
    assert body == {"status": "COMPLETE"}
    assert set(result) == {
        *("id", "objectId", "eventName", "eventOrganizer", "eventType", "eventDescription", "eventUrl"),
        *("startDateTime", "endDateTime", "eventCancelled", "eventCompleted", "createdAt"),
        "customProperties",
    }
    assert result["id"] == result["objectId"] == stored(hubspot)[0]["objectId"]


def test_results_do_not_stand_in_the_order_of_the_inputs(hubspot: httpx.Client) -> None:
    inputs = [{**LEAST, "externalEventId": each, "eventName": each} for each in "abc"]
    made = post(hubspot, "/events/upsert", *inputs).json()["results"]
    assert [event["eventName"] for event in made] == ["c", "b", "a"]
    changes = [{"objectId": event["objectId"]} for event in reversed(made)]
    changed = post(hubspot, "/batch/update", *changes).json()["results"]
    assert [event["eventName"] for event in changed] == ["c", "b", "a"]


def test_upsert_of_a_known_event_replaces_its_fields(hubspot: httpx.Client) -> None:
    before = upsert(hubspot, FULL)
    time.sleep(0.002)
    after = upsert(hubspot, {**LEAST, "eventName": "Renamed"})
    assert after["objectId"] == before["objectId"]
    assert after["eventName"] == "Renamed"
    assert {after[name] for name in ("eventType", "eventDescription", "eventUrl", "endDateTime")} == {None}
    assert [after["eventCancelled"], after["eventCompleted"]] == [False, False]
    assert after["createdAt"] == before["createdAt"]
    assert after["updatedAt"] != before["updatedAt"]


def test_upsert_merges_custom_properties(hubspot: httpx.Client) -> None:
    upsert(hubspot, FULL)
    season = {"name": "event_season", "value": "spring"}
    assert custom(upsert(hubspot, {**LEAST, "customProperties": [season]})) == {
        "event_region": "EMEA",
        "event_season": "spring",
    }


def test_upsert_never_touches_the_event_of_another_app(hubspot: httpx.Client) -> None:
    ours = upsert(hubspot, LEAST)
    theirs = upsert(hubspot, {**LEAST, "eventName": "Theirs"}, headers=OTHER_APP)
    assert theirs["objectId"] != ours["objectId"]
    assert theirs["appInfo"]["id"] == "2002"
    assert read(hubspot, ours["objectId"]) == ours


def test_same_event_id_under_another_account_is_another_event(hubspot: httpx.Client) -> None:
    first = upsert(hubspot, LEAST)
    second = upsert(hubspot, {**LEAST, "externalAccountId": "other"})
    assert first["objectId"] != second["objectId"]


def test_one_batch_may_name_an_event_twice(hubspot: httpx.Client) -> None:
    event = upsert(hubspot, LEAST, {**LEAST, "eventName": "Again"})
    assert [each["objectId"] for each in stored(hubspot)] == [event["objectId"]]
    assert event["eventName"] == "Again"


# Values as they are stored


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2127-04-14T09:00:00+02:00", "2127-04-14T07:00:00Z"),
        ("2127-04-14T09:00:00.000Z", "2127-04-14T09:00:00Z"),
        ("2127-04-14T09:00:07.032Z", "2127-04-14T09:00:07.032Z"),
        ("2127-04-14T09:00:07.1Z", "2127-04-14T09:00:07.100Z"),
        ("2127-04-14T09:00:07.123456789Z", "2127-04-14T09:00:07.123Z"),
        ("2127-04-14T09:00-05:30", "2127-04-14T14:30:00Z"),
        (4963374000000, "2127-04-14T11:00:00Z"),
        (4963374000001, "2127-04-14T11:00:00.001Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_dates_are_shown_in_utc_with_milliseconds_only_where_there_are_any(
    hubspot: httpx.Client, sent: object, shown: str
) -> None:
    assert upsert(hubspot, {**LEAST, "startDateTime": sent})["startDateTime"] == shown


def test_end_before_the_start_is_stored(hubspot: httpx.Client) -> None:
    dates = {"startDateTime": "2127-01-02T00:00:00Z", "endDateTime": "2127-01-01T00:00:00Z"}
    event = upsert(hubspot, {**LEAST, **dates})
    assert {name: event[name] for name in dates} == dates


def test_any_text_and_any_id_come_back_verbatim(hubspot: httpx.Client) -> None:
    text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)

    @settings(max_examples=40, deadline=None)
    @given(event_id=text, account_id=text, name=text)
    def law(event_id: str, account_id: str, name: str) -> None:
        ids = {"externalEventId": event_id, "externalAccountId": account_id}
        upsert(hubspot, {**LEAST, **ids, "eventName": name})
        if event_id in (".", "..", "search", "upsert"):
            return  # a client removes these from a path, or they make another path
        event = hubspot.get(
            f"{EVENTS}/events/{quote(event_id, safe='')}", params={"externalAccountId": account_id}
        ).json()
        assert (event["externalEventId"], event["eventName"]) == (event_id, name)
        found = hubspot.get(f"{EVENTS}/events/search", params={"q": event_id}).json()["results"]
        assert (event_id, account_id) in [(hit["externalEventId"], hit["externalAccountId"]) for hit in found]

    law()


def test_slash_in_an_id_is_part_of_the_id(hubspot: httpx.Client) -> None:
    upsert(hubspot, {**LEAST, "externalEventId": "a/b"})
    query = {"externalAccountId": "acme"}
    assert hubspot.get(f"{EVENTS}/events/a%2Fb", params=query).json()["externalEventId"] == "a/b"
    assert hubspot.get(f"{EVENTS}/events/a/b", params=query).status_code == 404


def test_property_that_the_portal_does_not_define_is_dropped_without_a_word(hubspot: httpx.Client) -> None:
    sent = [
        {"name": "event_region", "value": "EMEA"},
        {"name": "no_such_property", "value": "x"},
        {"name": "hs_event_name", "value": "Another name"},
    ]
    answer = post(hubspot, "/events/upsert", {**LEAST, "customProperties": sent})
    assert answer.status_code == 200
    assert "errors" not in answer.json()
    (event,) = stored(hubspot)
    assert event["customProperties"] == [{"name": "event_region", "value": "EMEA"}]


def test_property_value_may_have_all_the_keys_that_reads_show(hubspot: httpx.Client) -> None:
    upsert(hubspot, FULL)
    (region, _) = hubspot.get(SUMMIT, params=ACCOUNT).json()["customProperties"]
    assert len(region) > 2
    assert patch(hubspot, {"customProperties": [region]}).status_code == 200


@pytest.mark.parametrize("name", ["eventType", "eventDescription", "eventUrl"])
def test_empty_text_clears_an_optional_field(hubspot: httpx.Client, name: str) -> None:
    event = upsert(hubspot, FULL)
    assert update(hubspot, event, **{name: ""})[name] is None


def test_empty_text_clears_a_custom_property(hubspot: httpx.Client) -> None:
    upsert(hubspot, FULL)
    cleared = patch(hubspot, {"customProperties": [{"name": "event_region", "value": ""}]})
    assert cleared.json()["customProperties"] == []


def test_null_leaves_a_field_alone(hubspot: httpx.Client) -> None:
    before = upsert(hubspot, FULL)
    nothing = {name: None for name in FULL if name not in IDS}
    after = patch(hubspot, nothing).json()
    assert {name: after[name] for name in nothing if name != "customProperties"} == {
        name: before[name] for name in nothing if name != "customProperties"
    }


# Update by objectId


def test_batch_update_changes_only_what_it_sends(hubspot: httpx.Client) -> None:
    before = upsert(hubspot, FULL)
    change = {"objectId": before["objectId"], "eventName": "Renamed", "customProperties": []}
    time.sleep(0.002)
    body = post(hubspot, "/batch/update", change).json()
    after = read(hubspot, before["objectId"])
    assert after.pop("updatedAt") != before.pop("updatedAt")
    assert after == {**before, "eventName": "Renamed"}
    assert (body["status"], body["results"][0]["appInfo"]) == ("COMPLETE", before["appInfo"])
    assert body["results"][0]["customProperties"] == [{"name": "event_region", "value": "EMEA"}]


@pytest.mark.parametrize(
    "seeded",
    [
        {"eventName": "Of a person"},
        {"eventName": "Of Zoom", "externalEventId": "z", "appInfo": {"id": "111", "name": "Zoom"}},
    ],
)
def test_batch_update_reaches_the_events_of_everybody(start: Start, seeded: dict[str, object]) -> None:
    hubspot = start({"events": [seeded]})
    (event,) = stored(hubspot)
    change = {"objectId": event["objectId"], "eventCancelled": True}
    assert post(hubspot, "/batch/update", change).status_code == 200
    assert stored(hubspot)[0]["eventCancelled"] is True
    assert stored(hubspot)[0]["appInfo"] == event["appInfo"]


def test_batch_update_cannot_complete_an_event(hubspot: httpx.Client) -> None:
    event = upsert(hubspot, LEAST)
    change = {"objectId": event["objectId"], "eventCompleted": True}
    assert post(hubspot, "/batch/update", change).status_code == 200
    assert read(hubspot, event["objectId"])["eventCompleted"] is False


@pytest.mark.parametrize(("version", "status"), [("v3", 207), ("2025-09", 200), ("2026-03", 207), ("2026-09", 200)])
def test_update_of_an_unknown_object_id_fails_alone(hubspot: httpx.Client, version: str, status: int) -> None:
    event = upsert(hubspot, LEAST)
    changes = [{"objectId": each, "eventName": "Renamed"} for each in (event["objectId"], "999", "abc")]
    answer = hubspot.post(f"{VERSIONS[version]}/batch/update", json={"inputs": changes})
    body = answer.json()
    assert answer.status_code == status
    assert [each["objectId"] for each in body["results"]] == [event["objectId"]]
    assert body["numErrors"] == 2
    assert body["errors"][0] == {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": "No marketing event found",
        "context": {"objectId": ["999"]},
        "errors": [],
        "links": {},
    }
    assert body["errors"][1]["context"] == {"objectId": ["abc"]}
    assert read(hubspot, event["objectId"])["eventName"] == "Renamed"


# Update by external ids


def test_patch_changes_only_what_it_sends(hubspot: httpx.Client) -> None:
    before = upsert(hubspot, FULL)
    answer = patch(hubspot, {"eventUrl": "https://acme.example/new"})
    after = read(hubspot, before["objectId"])
    assert answer.status_code == 200
    assert answer.json()["id"] == before["objectId"]
    assert {**after, "updatedAt": ""} == {**before, "eventUrl": "https://acme.example/new", "updatedAt": ""}


def test_patch_can_complete_an_event(hubspot: httpx.Client) -> None:
    upsert(hubspot, LEAST)
    assert patch(hubspot, {"eventCompleted": True, "customProperties": []}).json()["eventCompleted"] is True


def test_patch_finds_only_the_calling_apps_own_event(hubspot: httpx.Client) -> None:
    before = upsert(hubspot, LEAST)
    refused(patch(hubspot, {"eventName": "Stolen"}, headers=OTHER_APP), 404, "OBJECT_NOT_FOUND")
    assert read(hubspot, before["objectId"]) == before


def test_patch_needs_the_account_id(hubspot: httpx.Client) -> None:
    upsert(hubspot, LEAST)
    assert refused(hubspot.patch(SUMMIT, json={"eventName": "X"})) == "externalAccountId is required"


# Delete


def test_batch_archive_deletes_the_events_of_everybody(start: Start) -> None:
    hubspot = start({"events": [{"eventName": "Of a person"}]})
    upsert(hubspot, LEAST)
    upsert(hubspot, LEAST, headers=OTHER_APP)
    answer = post(hubspot, "/batch/archive", *({"objectId": each["objectId"]} for each in stored(hubspot)))
    assert (answer.status_code, answer.content) == (204, b"")
    assert stored(hubspot) == []


def test_batch_archive_tells_of_ids_that_did_not_exist_and_deletes_the_others(hubspot: httpx.Client) -> None:
    event = upsert(hubspot, LEAST)
    inputs = [{"objectId": each} for each in ("999", event["objectId"], "abc")]
    answer = post(hubspot, "/batch/archive", *inputs)
    body = answer.json()
    assert answer.status_code == 207
    assert (body["status"], body["results"], body["numErrors"]) == ("COMPLETE", [], 2)
    assert [each["context"]["objectId"] for each in body["errors"]] == [["999"], ["abc"]]
    assert stored(hubspot) == []


# Errors of a whole request

WRONG_FIELDS = [
    ("eventName", ""),
    ("eventName", 7),
    ("eventOrganizer", ""),
    ("eventOrganizer", ["Acme"]),
    ("eventType", 7),
    ("eventDescription", {}),
    ("eventUrl", True),
    ("startDateTime", ""),
    ("startDateTime", "2127-04-14"),
    ("startDateTime", "2127-04-14T09:00:00"),
    ("startDateTime", "2127-04-14 09:00:00Z"),
    ("startDateTime", "2127-02-30T09:00:00Z"),
    ("startDateTime", "2127-04-14T24:00:00Z"),
    ("startDateTime", "2127-04-14T09:00:60Z"),
    ("startDateTime", "2127-04-14T09:00:00+99:00"),
    ("startDateTime", "0001-01-01T00:00:00+01:00"),
    ("startDateTime", "9999-12-31T23:59:59-01:00"),
    ("startDateTime", "tomorrow"),
    ("startDateTime", 10**15),
    ("startDateTime", -(10**400)),
    ("startDateTime", 1.5),
    ("startDateTime", True),
    ("endDateTime", ["2127-04-14T09:00:00Z"]),
    ("eventCancelled", "true"),
    ("eventCancelled", 1),
    ("customProperties", {}),
    ("customProperties", ["event_region"]),
    ("customProperties", [{"value": "EMEA"}]),
    ("customProperties", [{"name": "event_region"}]),
    ("customProperties", [{"name": "event_region", "value": 7}]),
]


@pytest.mark.parametrize(("name", "value"), [*WRONG_FIELDS, ("eventCompleted", "yes")])
def test_one_malformed_event_refuses_a_whole_upsert(hubspot: httpx.Client, name: str, value: object) -> None:
    answer = post(hubspot, "/events/upsert", LEAST, {**LEAST, "externalEventId": "bad", name: value})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["errors"][0]["context"]["propertyName"][0].startswith(name)
    assert stored(hubspot) == []


@pytest.mark.parametrize("name", LEAST)
@pytest.mark.parametrize("value", ["absent", None, "", 7])
def test_upsert_needs_both_ids_a_name_and_an_organizer(hubspot: httpx.Client, name: str, value: object) -> None:
    event = {key: each for key, each in LEAST.items() if key != name}
    refused(post(hubspot, "/events/upsert", event if value == "absent" else {**event, name: value}))
    assert stored(hubspot) == []


@pytest.mark.parametrize(("name", "value"), [*WRONG_FIELDS, ("objectId", 7), ("objectId", None), ("objectId", "")])
def test_one_malformed_change_refuses_a_whole_batch_update(hubspot: httpx.Client, name: str, value: object) -> None:
    event = upsert(hubspot, LEAST)
    change = {"objectId": event["objectId"], "eventUrl": "https://acme.example"}
    refused(post(hubspot, "/batch/update", change, {**change, name: value}))
    assert read(hubspot, event["objectId"]) == event


@pytest.mark.parametrize(("name", "value"), WRONG_FIELDS)
def test_malformed_field_refuses_a_patch(hubspot: httpx.Client, name: str, value: object) -> None:
    event = upsert(hubspot, LEAST)
    refused(patch(hubspot, {"eventUrl": "https://acme.example", name: value}))
    assert read(hubspot, event["objectId"]) == event


@pytest.mark.parametrize("item", [{}, {"objectId": 7}, {"objectId": None}, "999", None])
def test_one_malformed_id_refuses_a_whole_archive(hubspot: httpx.Client, item: object) -> None:
    event = upsert(hubspot, LEAST)
    refused(post(hubspot, "/batch/archive", {"objectId": event["objectId"]}, item))
    assert stored(hubspot) != []


@pytest.mark.parametrize("path", ["/events/upsert", "/events/delete", "/batch/update", "/batch/archive"])
def test_batch_holds_100_items_at_most(hubspot: httpx.Client, path: str) -> None:
    ids = {**LEAST, "appId": 1001}
    items = [{**ids, "externalEventId": f"e{number}", "objectId": str(number)} for number in range(101)]
    assert post(hubspot, path, *items[:100]).status_code in (200, 202, 207)
    assert refused(post(hubspot, path, *items)) == "inputs holds 101 items, at most 100 are allowed"


@pytest.mark.parametrize("path", ["/events/upsert", "/batch/update"])
def test_batch_without_items_does_nothing(hubspot: httpx.Client, path: str) -> None:
    answer = post(hubspot, path)
    assert (answer.status_code, answer.json()["results"]) == (200, [])
