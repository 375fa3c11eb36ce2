"""The contents of a new sandbox."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox import SandboxError
from reconciler.sandbox.server import Options, running
from tests.sandbox.asking import EVENTS, Start, stored

NAMED = {"eventName": "E"}


def only(hubspot: httpx.Client) -> dict[str, Any]:
    (event,) = stored(hubspot)
    return event


# The portal


def test_without_a_seed_the_portal_is_empty_and_has_the_id_that_was_asked_for(start: Start) -> None:
    hubspot = start(portal=7654321)
    details = hubspot.get("/account-info/v3/details").json()
    assert (details["portalId"], details["timeZone"], details["accountType"]) == (7654321, "UTC", "STANDARD")
    assert stored(hubspot) == []


def test_portal_is_number_1_where_nobody_says(start: Start) -> None:
    assert start().get("/account-info/v3/details").json()["portalId"] == 1


def test_portal_of_the_seed_wins(start: Start) -> None:
    hubspot = start({"portal": {"id": 2}}, portal=7654321)
    assert hubspot.get("/account-info/v3/details").json()["portalId"] == 2


def test_portal_id_that_hubspot_could_not_have_is_refused(start: Start) -> None:
    with pytest.raises(SandboxError, match=r"portal\.id must be a whole number"):
        start(portal=2**31)


# What is filled in


def test_event_needs_only_a_name(start: Start) -> None:
    event = only(start({"events": [NAMED]}))
    assert event["createdAt"] == event["updatedAt"]
    assert len(event["objectId"]) == 12
    assert event["appInfo"] is None
    assert [event["registrants"], event["eventCancelled"], event["customProperties"]] == [0, False, []]


def test_event_with_an_external_id_is_of_the_app_that_the_sandbox_is_used_as(start: Start) -> None:
    ids = {"externalEventId": "summit", "externalAccountId": "acme"}
    assert only(start({"events": [{**NAMED, **ids}]}))["appInfo"]["id"] == "1001"


def test_app_may_be_null_beside_an_external_id(start: Start) -> None:
    event = {**NAMED, "externalEventId": "summit", "appInfo": None}
    assert only(start({"events": [event]}))["appInfo"] is None


def test_app_needs_only_an_id(start: Start) -> None:
    assert only(start({"events": [{**NAMED, "appInfo": {"id": 111}}]}))["appInfo"]["id"] == "111"


def test_update_time_is_the_creation_time_unless_it_is_given(start: Start) -> None:
    event = only(start({"events": [{**NAMED, "createdAt": "2027-01-01T00:00:00Z"}]}))
    assert event["updatedAt"] == "2027-01-01T00:00:00Z"


def test_made_up_object_ids_never_clash_with_given_ones(start: Start) -> None:
    given_ids = [None, "400000000001", None, "400000000002"]
    hubspot = start({"events": [{**NAMED, "objectId": each} for each in given_ids]})
    assert len({event["objectId"] for event in stored(hubspot)}) == 4


@pytest.mark.parametrize("highest", [864004668137, 999999999999999])
def test_new_events_get_ids_above_the_seeds(start: Start, highest: int) -> None:
    hubspot = start({"events": [{**NAMED, "objectId": str(highest)}]})
    event = {**NAMED, "eventOrganizer": "Acme", "externalEventId": "e", "externalAccountId": "a"}
    hubspot.post(f"{EVENTS}/events/upsert", json={"inputs": [event]}).raise_for_status()
    assert [each["objectId"] for each in stored(hubspot)] == [str(highest), str(highest + 1)]
    assert hubspot.get(f"{EVENTS}/{highest + 1}").status_code == 200


@pytest.mark.parametrize("name", ["registrants", "attendees", "cancellations", "noShows"])
@pytest.mark.parametrize("value", [None, 0, 12])
def test_counter_is_kept_null_too(start: Start, name: str, value: int | None) -> None:
    assert only(start({"events": [{**NAMED, name: value}]}))[name] == value


def test_empty_text_is_unset(start: Start) -> None:
    event = only(start({"events": [{**NAMED, "eventUrl": "", "eventOrganizer": ""}]}))
    assert (event["eventUrl"], event["eventOrganizer"]) == (None, None)


def test_custom_values_are_kept_even_where_the_portal_defines_no_such_property(start: Start) -> None:
    values = [{"name": "pipeline", "value": "7"}, {"name": "event_region", "value": "EMEA"}]
    status = {"name": "hs_event_status", "value": "CANCELLED"}
    event = only(start({"events": [{**NAMED, "customProperties": [*values, status]}]}))
    assert event["customProperties"] == values


def test_property_needs_only_a_name_to_be_defined(start: Start) -> None:
    definition = {
        "name": "event_season",
        "type": "enumeration",
        "fieldType": "select",
        "label": "Season",
        "groupName": "events",
        "options": [{"label": "Spring", "value": "spring"}],
    }
    hubspot = start({"properties": [definition, {"name": "event_region"}], "events": [NAMED]})
    sent = [{"name": "event_season", "value": "spring"}, {"name": "event_region", "value": "EMEA"}]
    change = {"objectId": only(hubspot)["objectId"], "customProperties": sent}
    hubspot.post(f"{EVENTS}/batch/update", json={"inputs": [change]}).raise_for_status()
    assert only(hubspot)["customProperties"] == sent


def test_two_events_may_lack_the_same_account_id(start: Start) -> None:
    event = {**NAMED, "externalEventId": "summit"}
    assert len(stored(start({"events": [event, event]}))) == 2


@pytest.mark.parametrize("path", ["/7", "/events/summit?externalAccountId=acme"])
def test_what_any_read_returns_is_a_seed(start: Start, path: str) -> None:
    values = [{"name": "event_region", "value": "EMEA"}]
    ids = {"objectId": "7", "externalEventId": "summit", "externalAccountId": "acme"}
    first = start({"events": [{**NAMED, **ids, "eventCancelled": True, "customProperties": values}]})
    shown = first.get(EVENTS + path).json()
    second = start({"events": [{**shown, "externalAccountId": "acme"}]})
    assert stored(second) == stored(first)


def test_what_a_sandbox_holds_seeds_another_that_holds_the_same(start: Start) -> None:
    text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
    instants = st.none() | st.integers(-(10**13), 10**14)
    events = st.fixed_dictionaries(
        {"eventName": text},
        optional={
            "appInfo": st.none() | st.fixed_dictionaries({"id": st.integers(1, 9), "name": text}),
            "externalEventId": st.none() | text,
            "externalAccountId": st.none() | text,
            "eventOrganizer": st.none() | text,
            "eventDescription": st.none() | text,
            "startDateTime": instants,
            "endDateTime": instants,
            "eventCancelled": st.none() | st.booleans(),
            "eventCompleted": st.none() | st.booleans(),
            "registrants": st.none() | st.integers(0, 2**31 - 1),
            "createdAt": instants,
            "customProperties": st.lists(st.fixed_dictionaries({"name": text, "value": text}), max_size=3),
        },
    )

    def identity(event: dict[str, Any]) -> str:
        return json.dumps([event.get("externalEventId"), event.get("externalAccountId")])

    @settings(max_examples=25, deadline=None)
    @given(st.lists(events, max_size=5, unique_by=identity))
    def law(seeded: list[dict[str, Any]]) -> None:
        first = stored(start({"events": seeded}))
        assert len(first) == len(seeded)
        assert stored(start({"events": first})) == first

    law()


# What is refused

WRONG_SEEDS = [
    ("{", "Invalid input JSON: it is not JSON (line 1, column 2)"),
    ("", "Invalid input JSON: it is not JSON (line 1, column 1)"),
    ("\ufeff{}", "Invalid input JSON: it is not JSON (line 1, column 1)"),
    ("[" * 100_000, "Invalid input JSON: it is nested more than 100 deep"),
    (
        '{"properties": [{"name": "x", "more": ' + "[" * 98 + "]" * 98 + "}]}",
        "Invalid input JSON: it is nested more than",
    ),
    ('{"portal": {"id": NaN}}', "Invalid input JSON: NaN is not JSON"),
    ('{"events": [{"eventName": "\\ud800"}]}', "Invalid input JSON: 'utf-8' codec can't encode"),
    ("[]", "the seed must be an object"),
    ({"event": []}, "the seed has an unknown key 'event'"),
    ({"portal": None}, "portal must be an object"),
    ({"portal": {"Id": 1}}, "portal has an unknown key 'Id'"),
    ({"portal": {"id": "1"}}, "portal.id must be a whole number from 1 to 2147483647"),
    ({"portal": {"id": True}}, "portal.id must be a whole number from 1 to 2147483647"),
    ({"portal": {"timezone": "CET/Berlin"}}, "portal.timezone 'CET/Berlin' is no known time zone"),
    ({"portal": {"timezone": "../UTC"}}, "portal.timezone '../UTC' is no known time zone"),
    ({"portal": {"timezone": "Europe"}}, "portal.timezone 'Europe' is no known time zone"),
    ({"portal": {"timezone": None}}, "portal.timezone is required"),
    ({"portal": {"account_type": "FREE"}}, "portal.account_type must be one of STANDARD, "),
    ({"properties": {}}, "properties must be a list"),
    ({"properties": [7]}, "properties[0] must be an object"),
    ({"properties": [{}]}, "properties[0].name is required"),
    ({"properties": [{"name": "p", "label": 7}]}, "properties[0].label must be a string"),
    ({"properties": [{"name": "p", "options": {}}]}, "properties[0].options must be a list"),
    ({"properties": [{"name": "p", "options": [7]}]}, "properties[0].options[0] must be an object"),
    ({"properties": [{"name": "p", "options": [{}]}]}, "properties[0].options[0].value must be a string"),
    ({"properties": [{"name": "p", "type": "text"}]}, "properties[0].type must be one of bool, date, datetime, "),
    ({"properties": [{"name": "p", "archived": "no"}]}, "properties[0].archived must be true or false"),
    ({"properties": [{"name": "p", "modificationMetadata": 7}]}, "properties[0].modificationMetadata must be an obj"),
    (
        {"properties": [{"name": "p", "modificationMetadata": {"readOnlyValue": 1}}]},
        "properties[0].modificationMetadata.readOnlyValue must be true or false",
    ),
    ({"properties": [{"name": "p"}, {"name": "p"}]}, "properties[1] has the same name as properties[0]"),
    ({"events": {}}, "events must be a list"),
    ({"events": [NAMED, 7]}, "events[1] must be an object"),
    ({"events": [{}]}, "events[0].eventName is required"),
    ({"events": [{**NAMED, "eventCanceled": True}]}, "events[0] has an unknown key 'eventCanceled'"),
    ({"events": [{**NAMED, "objectId": "x"}]}, "events[0].objectId must be a number of at most 15 digits"),
    ({"events": [{**NAMED, "objectId": "1" * 16}]}, "events[0].objectId must be a number of at most 15"),
    ({"events": [{**NAMED, "externalEventId": 7}]}, "events[0].externalEventId must be a string"),
    ({"events": [{**NAMED, "externalAccountId": ""}]}, "events[0].externalAccountId is required"),
    ({"events": [{**NAMED, "appInfo": 7}]}, "events[0].appInfo must be an object"),
    ({"events": [{**NAMED, "appInfo": {"id": "x"}}]}, "events[0].appInfo.id must be a whole number from 1"),
    ({"events": [{**NAMED, "appInfo": {"id": 2**31}}]}, "events[0].appInfo.id must be a whole number from 1"),
    ({"events": [{**NAMED, "appInfo": {"id": 1, "name": 7}}]}, "events[0].appInfo.name must be a string"),
    ({"events": [{**NAMED, "eventUrl": 7}]}, "events[0].eventUrl must be a string"),
    ({"events": [{**NAMED, "eventCancelled": "no"}]}, "events[0].eventCancelled must be true or false"),
    ({"events": [{**NAMED, "startDateTime": "2027"}]}, "events[0].startDateTime must be a date and time"),
    ({"events": [{**NAMED, "createdAt": "2027"}]}, "events[0].createdAt must be a date and time"),
    ({"events": [{**NAMED, "noShows": -1}]}, "events[0].noShows must be a whole number from 0 to 2147483647"),
    ({"events": [{**NAMED, "customProperties": {}}]}, "events[0].customProperties must be a list"),
    (
        {"events": [{**NAMED, "objectId": "7"}, NAMED, {**NAMED, "objectId": "7"}]},
        "events[2] has the same objectId as events[0]",
    ),
    (
        {"events": [{**NAMED, "externalAccountId": "a", "externalEventId": "e"}] * 2},
        "events[1] has the same app, externalAccountId and externalEventId as events[0]",
    ),
]


@pytest.mark.parametrize(("seed", "message"), WRONG_SEEDS)
def test_wrong_seed_is_refused_with_its_place_in_one_line(tmp_path: Path, seed: object, message: str) -> None:
    path = tmp_path / "seed.json"
    path.write_text(seed if isinstance(seed, str) else json.dumps(seed), encoding="utf-8")
    with pytest.raises(SandboxError) as refused, running(Options(seed=path)):
        pass
    assert str(refused.value).startswith(f"{path}: {message}")
    assert "\n" not in str(refused.value)


def test_seed_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_bytes(b'{"portal": "\xff"}')
    with pytest.raises(SandboxError, match="Invalid input JSON"), running(Options(seed=path)):
        pass


def test_seed_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nothing.json"
    with pytest.raises(SandboxError) as refused, running(Options(seed=path)):
        pass
    assert str(refused.value) == f"{path} cannot be read: No such file or directory"
