"""Property definitions, and their effect on the values of custom properties."""

from typing import Any

import httpx
import pytest

from tests.sandbox.asking import EVENTS, LEAST, SUMMIT, Start, custom, patch, post, refused, stored, update, upsert

BASES = {
    "v3": "/crm/v3/properties",
    "2025-09": "/crm/properties/2025-09",
    "2026-03": "/crm/properties/2026-03",
    "2026-09": "/crm/properties/2026-09",
}
PROPERTIES = f"{BASES['2026-09']}/0-54"


def options(*values: str) -> list[dict[str, Any]]:
    return [{"value": value, "label": value.title()} for value in values]


DEFINITIONS: list[dict[str, Any]] = [
    {"name": "a_text"},
    {"name": "a_phone", "type": "phone_number", "fieldType": "phonenumber"},
    {"name": "a_bool", "type": "bool", "fieldType": "booleancheckbox"},
    {"name": "a_number", "type": "number", "fieldType": "number"},
    {"name": "a_date", "type": "date", "fieldType": "date"},
    {"name": "a_time", "type": "datetime", "fieldType": "date"},
    {"name": "a_choice", "type": "enumeration", "fieldType": "select", "options": options("low", "high", "a;b")},
    {"name": "choices", "type": "enumeration", "fieldType": "checkbox", "options": options("one", "two", "three")},
    {"name": "an_owner", "type": "enumeration", "fieldType": "select", "externalOptions": True},
    {"name": "a_sum", "type": "number", "modificationMetadata": {"readOnlyValue": True}},
    {"name": "old", "archived": True},
]


@pytest.fixture
def hubspot(start: Start) -> httpx.Client:
    """A sandbox whose portal defines a property of each type."""
    return start({"properties": DEFINITIONS})


def value(name: str, text: str) -> dict[str, Any]:
    return {"customProperties": [{"name": name, "value": text}]}


# Definitions


@pytest.mark.parametrize("base", BASES.values())
@pytest.mark.parametrize("object_type", ["0-54", "marketing_event"])
def test_definitions_are_read_under_every_version_and_both_names(
    hubspot: httpx.Client, base: str, object_type: str
) -> None:
    results = hubspot.get(f"{base}/{object_type}").raise_for_status().json()["results"]
    names = [each["name"] for each in results]
    assert {"a_text", "choices", "hs_event_name", "hs_event_type", "hs_unique_id"} <= set(names)
    assert len(names) == len(set(names))
    one = hubspot.get(f"{base}/{object_type}/choices").raise_for_status().json()
    assert one == results[names.index("choices")]


def test_definition_has_all_that_the_seed_leaves_out(hubspot: httpx.Client) -> None:
    assert hubspot.get(f"{PROPERTIES}/a_text").json() == {
        "name": "a_text",
        "label": "a_text",
        "type": "string",
        "fieldType": "text",
        "groupName": "marketingeventinformation",
        "description": "",
        "options": [],
        "displayOrder": -1,
        "hidden": False,
        "formField": False,
        "hasUniqueValue": False,
        "externalOptions": False,
        "hubspotDefined": False,
        "calculated": False,
        "archived": False,
        "dataSensitivity": "non_sensitive",
        "modificationMetadata": {"readOnlyValue": False, "readOnlyDefinition": False, "archivable": True},
    }


def test_options_of_a_definition_are_in_order(hubspot: httpx.Client) -> None:
    assert hubspot.get(f"{PROPERTIES}/choices").json()["options"][1] == {
        "label": "Two",
        "value": "two",
        "displayOrder": 1,
        "hidden": False,
    }


@pytest.mark.parametrize(
    ("name", "read_only"),
    [
        ("hs_event_name", False),
        ("hs_event_type", False),
        ("hs_start_datetime", False),
        ("hs_event_status", True),
        ("hs_unique_id", True),
        ("hs_object_id", True),
    ],
)
def test_hubspots_own_definitions_are_there(start: Start, name: str, read_only: bool) -> None:  # noqa: FBT001  (pytest passes it by name)
    definition = start().get(f"{PROPERTIES}/{name}").json()
    assert definition["hubspotDefined"] is True
    assert definition["calculated"] is read_only
    assert definition["modificationMetadata"] == {
        "readOnlyValue": read_only,
        "readOnlyDefinition": True,
        "archivable": False,
    }


def test_seed_may_redefine_one_of_hubspots_own(start: Start) -> None:
    hubspot = start({"properties": [{"name": "hs_event_type", "label": "Kind", "hubspotDefined": True}]})
    labels = [each["label"] for each in hubspot.get(PROPERTIES).json()["results"] if each["name"] == "hs_event_type"]
    assert labels == ["Kind"]


def test_archived_definitions_are_read_only_where_they_are_asked_for(hubspot: httpx.Client) -> None:
    archived = {"archived": "true"}
    assert "old" not in [each["name"] for each in hubspot.get(PROPERTIES).json()["results"]]
    assert [each["name"] for each in hubspot.get(PROPERTIES, params=archived).json()["results"]] == ["old"]
    refused(hubspot.get(f"{PROPERTIES}/old"), 404, "OBJECT_NOT_FOUND")
    assert hubspot.get(f"{PROPERTIES}/old", params=archived).json()["archived"] is True


@pytest.mark.parametrize("path", ["/contacts", "/0-1", "/marketing_events", "/0-54/no_such", "/contacts/a_text"])
def test_what_is_not_defined_is_not_found(hubspot: httpx.Client, path: str) -> None:
    refused(hubspot.get(BASES["2026-09"] + path), 404, "OBJECT_NOT_FOUND")


@pytest.mark.parametrize(("token", "status"), [("sandbox-2002-read", 200), ("unknown", 401)])
def test_token_that_reads_may_read_definitions(hubspot: httpx.Client, token: str, status: int) -> None:
    assert hubspot.get(PROPERTIES, headers={"Authorization": f"Bearer {token}"}).status_code == status


def test_display_hints_are_not_known_to_the_newest_version(start: Start) -> None:
    hubspot = start({"properties": [{"name": "a_text", "textDisplayHint": "email"}]})
    shown = {each: hubspot.get(f"{base}/0-54/a_text").json().get("textDisplayHint") for each, base in BASES.items()}
    assert shown == {"v3": "email", "2025-09": "email", "2026-03": "email", "2026-09": None}


# Values


@pytest.mark.parametrize(
    ("name", "sent", "kept"),
    [
        ("a_text", " any text; at all ", " any text; at all "),
        ("a_phone", "+49 30 1", "+49 30 1"),
        ("a_bool", "true", "true"),
        ("a_bool", "false", "false"),
        ("a_number", "007.50", "007.50"),
        ("a_number", "-1e3", "-1e3"),
        ("a_date", "2027-04-15", "2027-04-15"),
        ("a_date", "1807747200000", "2027-04-15"),
        ("a_date", "-86400000", "1969-12-31"),
        ("a_time", "2027-04-15T09:00:00+02:00", "2027-04-15T07:00:00Z"),
        ("a_time", "1807747200001", "2027-04-15T00:00:00.001Z"),
        ("a_choice", "high", "high"),
        ("a_choice", "a;b", "a;b"),
        ("choices", "three;one", "one;three"),
        ("choices", "two;two", "two"),
        ("an_owner", "159996166", "159996166"),
    ],
)
def test_value_is_kept_in_the_form_of_its_type(hubspot: httpx.Client, name: str, sent: str, kept: str) -> None:
    event = upsert(hubspot, {**LEAST, **value(name, sent)})
    assert custom(event) == {name: kept}


WRONG_VALUES = [
    ("a_bool", "TRUE", "INVALID_OPTION", "TRUE was not one of the allowed options: [true, false]"),
    ("a_bool", "1", "INVALID_OPTION", "1 was not one of the allowed options: [true, false]"),
    ("a_number", "1,5", "INVALID_NUMBER", "1,5 was not a valid number."),
    ("a_number", " 1", "INVALID_NUMBER", " 1 was not a valid number."),
    ("a_number", "NaN", "INVALID_NUMBER", "NaN was not a valid number."),
    ("a_number", "٣", "INVALID_NUMBER", "٣ was not a valid number."),
    ("a_date", "15.04.2027", "INVALID_DATE", "15.04.2027 was not a valid date."),
    ("a_date", "2027-02-30", "INVALID_DATE", "2027-02-30 was not a valid date."),
    ("a_date", "2027-04-15T00:00:00Z", "INVALID_DATE", "2027-04-15T00:00:00Z was not a valid date."),
    ("a_date", "1807747200001", "INVALID_DATE", "1807747200001 was not a valid date."),
    ("a_date", "864000000000000", "INVALID_DATE", "864000000000000 was not a valid date."),
    ("a_time", "2027-04-15", "INVALID_DATE", "2027-04-15 was not a valid date and time."),
    ("a_time", "2027-04-15T09:00:00", "INVALID_DATE", "2027-04-15T09:00:00 was not a valid date and time."),
    ("a_choice", "High", "INVALID_OPTION", "High was not one of the allowed options: [low, high, a;b]"),
    ("a_choice", "low;high", "INVALID_OPTION", "low;high was not one of the allowed options: [low, high, a;b]"),
    ("choices", "one;four", "INVALID_OPTION", "four was not one of the allowed options: [one, two, three]"),
    ("choices", "one;", "INVALID_OPTION", " was not one of the allowed options: [one, two, three]"),
    ("a_sum", "1", "READ_ONLY_VALUE", '"a_sum" is a read only property; its value cannot be set.'),
    ("a_sum", "", "READ_ONLY_VALUE", '"a_sum" is a read only property; its value cannot be set.'),
    ("hs_unique_id", "1", "READ_ONLY_VALUE", '"hs_unique_id" is a read only property; its value cannot be set.'),
    ("hs_event_status", "X", "READ_ONLY_VALUE", '"hs_event_status" is a read only property; its value cannot be set.'),
]


@pytest.mark.parametrize(("name", "sent", "code", "message"), WRONG_VALUES)
def test_value_that_its_definition_forbids_is_refused(
    hubspot: httpx.Client, name: str, sent: str, code: str, message: str
) -> None:
    answer = hubspot.post(f"{EVENTS}/events", json={**LEAST, **value(name, sent)})
    assert refused(answer) == f"Property values were not valid: {message}"
    assert answer.json()["errors"] == [{"message": message, "code": code, "context": {"propertyName": [name]}}]
    assert stored(hubspot) == []


WRONG = value("a_bool", "perhaps")


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/events/summit"), ("PATCH", "/events/summit?externalAccountId=acme"), ("PATCH", "/{object_id}")],
)
def test_every_write_checks_values(hubspot: httpx.Client, method: str, path: str) -> None:
    event = upsert(hubspot, LEAST)
    path = EVENTS + path.format(object_id=event["objectId"])
    refused(hubspot.request(method, path, json={**LEAST, "eventName": "Renamed", **WRONG}))
    assert stored(hubspot)[0]["eventName"] == "Summit"


def test_one_bad_value_refuses_a_whole_upsert(hubspot: httpx.Client) -> None:
    refused(post(hubspot, "/events/upsert", LEAST, {**LEAST, "externalEventId": "bad", **WRONG}))
    assert stored(hubspot) == []


@pytest.mark.parametrize("bad", ["known", "999"])
def test_one_bad_value_refuses_a_whole_batch_update(hubspot: httpx.Client, bad: str) -> None:
    event = upsert(hubspot, LEAST)
    change = {"objectId": event["objectId"], "eventName": "Renamed"}
    object_id = event["objectId"] if bad == "known" else bad
    refused(post(hubspot, "/batch/update", change, {"objectId": object_id, **WRONG}))
    assert stored(hubspot)[0]["eventName"] == "Summit"


@pytest.mark.parametrize("name", ["a_bool", "a_number", "a_date", "a_choice", "choices"])
def test_empty_text_clears_a_value_of_any_type(hubspot: httpx.Client, name: str) -> None:
    values = {"a_bool": "true", "a_number": "1", "a_date": "2027-04-15", "a_choice": "low", "choices": "one"}
    event = upsert(hubspot, {**LEAST, **value(name, values[name])})
    assert custom(event) != {}
    assert custom(update(hubspot, event, **value(name, ""))) == {}


@pytest.mark.parametrize("name", ["nowhere", "old", "hs_event_name", "hubspot_owner_id"])
def test_value_of_what_is_not_defined_or_archived_or_a_field_is_dropped(hubspot: httpx.Client, name: str) -> None:
    event = upsert(hubspot, {**LEAST, **value(name, "x")})
    assert (custom(event), event["eventName"]) == ({}, "Summit")


def test_white_space_of_a_value_is_dropped_before_it_is_checked(start: Start) -> None:
    hubspot = start({"properties": DEFINITIONS}, behaviours=["text=trimmed"])
    upsert(hubspot, LEAST)
    assert patch(hubspot, value("a_number", " 1 ")).json()["customProperties"][0]["value"] == "1"


def test_values_of_a_seed_are_held_as_they_are(start: Start) -> None:
    event = {**LEAST, **value("a_bool", "perhaps")}
    hubspot = start({"properties": DEFINITIONS, "events": [event]})
    shown = hubspot.get(SUMMIT, params={"externalAccountId": "acme"}).json()
    assert custom(shown) == {"a_bool": "perhaps"}
