"""The sandbox with every possible answer to each open question about HubSpot."""

from typing import Any

import httpx
import pytest

from reconciler.sandbox import SandboxError
from reconciler.sandbox.server import Options, running
from tests.sandbox.asking import (
    ACCOUNT,
    EVENTS,
    FULL,
    LEAST,
    SUMMIT,
    Event,
    Start,
    Time,
    custom,
    listed,
    patch,
    post,
    read,
    refused,
    stored,
    update,
    upsert,
)

BEHAVIOURS = "/_sandbox/behaviours"
REGION = {"properties": [{"name": "event_region"}]}
DEFAULTS = {
    "upsert": "replace",
    "empty-text": "clears",
    "search": "prefix",
    "patch-flags": "keep",
    "text": "verbatim",
    "token-details": "answers",
    "list-lag": 0,
}


def behaving(start: Start, *behaviours: str, **options: Any) -> httpx.Client:
    """Start a sandbox with these behaviours, whose portal defines a property."""
    return start(REGION, behaviours=behaviours, **options)


# Upserts


def test_upsert_that_keeps_leaves_alone_what_it_omits(start: Start) -> None:
    hubspot = behaving(start, "upsert=keep")
    before = upsert(hubspot, FULL)
    assert upsert(hubspot, {**LEAST, "eventName": "Renamed"}) == {
        **before,
        "eventName": "Renamed",
        "updatedAt": stored(hubspot)[0]["updatedAt"],
    }


@pytest.mark.parametrize("behaviour", ["upsert=replace", "upsert=keep"])
def test_upsert_of_a_new_event_leaves_empty_what_it_omits(start: Start, behaviour: str) -> None:
    event = upsert(behaving(start, behaviour), LEAST)
    assert (event["eventUrl"], event["startDateTime"], event["eventCancelled"]) == (None, None, False)


# Empty texts


@pytest.mark.parametrize(("behaviour", "left"), [("clears", None), ("ignored", "Two days.")])
def test_empty_text_clears_a_field_or_is_ignored(start: Start, behaviour: str, left: str | None) -> None:
    hubspot = behaving(start, f"empty-text={behaviour}")
    event = update(hubspot, upsert(hubspot, FULL), eventDescription="")
    assert event["eventDescription"] == left


@pytest.mark.parametrize(("behaviour", "left"), [("clears", {}), ("ignored", {"event_region": "EMEA"})])
def test_empty_text_clears_a_custom_property_or_is_ignored(start: Start, behaviour: str, left: object) -> None:
    hubspot = behaving(start, f"empty-text={behaviour}")
    event = update(hubspot, upsert(hubspot, FULL), customProperties=[{"name": "event_region", "value": ""}])
    assert custom(event) == left


def test_empty_text_that_is_ignored_is_no_value_of_a_new_event(start: Start) -> None:
    empty = {"eventUrl": "", "customProperties": [{"name": "event_region", "value": ""}]}
    event = upsert(behaving(start, "empty-text=ignored"), {**LEAST, **empty})
    assert (event["eventUrl"], custom(event)) == (None, {})


def test_empty_text_that_is_ignored_keeps_the_old_value_in_an_upsert_too(start: Start) -> None:
    hubspot = behaving(start, "empty-text=ignored")
    upsert(hubspot, FULL)
    event = upsert(hubspot, {**LEAST, "eventUrl": ""})
    assert (event["eventUrl"], event["eventType"]) == (FULL["eventUrl"], None)


@pytest.mark.parametrize("behaviour", ["clears", "ignored"])
def test_name_cannot_be_emptied_whatever_empty_text_does(start: Start, behaviour: str) -> None:
    hubspot = behaving(start, f"empty-text={behaviour}")
    upsert(hubspot, FULL)
    assert refused(patch(hubspot, {"eventName": ""})) == "eventName is required"


# Search


@pytest.mark.parametrize(("behaviour", "found"), [("prefix", ["sum", "summit"]), ("exact", ["sum"])])
def test_search_finds_ids_that_begin_with_a_text_or_only_that_text(
    start: Start, behaviour: str, found: list[str]
) -> None:
    hubspot = behaving(start, f"search={behaviour}")
    upsert(hubspot, LEAST, {**LEAST, "externalEventId": "sum"}, {**LEAST, "externalEventId": "midsummer"})
    results = hubspot.get(f"{EVENTS}/events/search", params={"q": "sum"}).json()["results"]
    assert sorted(each["externalEventId"] for each in results) == found


# Flags that a PATCH omits


@pytest.mark.parametrize(("behaviour", "left"), [("keep", True), ("reset", False)])
def test_patch_keeps_or_resets_the_flags_that_it_omits(start: Start, behaviour: str, left: bool) -> None:  # noqa: FBT001  (pytest passes it by name)
    hubspot = behaving(start, f"patch-flags={behaviour}")
    upsert(hubspot, FULL)
    event = patch(hubspot, {"eventName": "Renamed"}).json()
    assert (event["eventCancelled"], event["eventCompleted"]) == (left, left)
    assert event["eventUrl"] == FULL["eventUrl"]


def test_patch_that_resets_flags_keeps_those_that_it_sends(start: Start) -> None:
    hubspot = behaving(start, "patch-flags=reset")
    upsert(hubspot, FULL)
    event = patch(hubspot, {"eventCancelled": True}).json()
    assert (event["eventCancelled"], event["eventCompleted"]) == (True, False)


def test_update_by_object_id_never_resets_flags(start: Start) -> None:
    hubspot = behaving(start, "patch-flags=reset")
    event = update(hubspot, upsert(hubspot, FULL), eventName="Renamed")
    assert (event["eventCancelled"], event["eventCompleted"]) == (True, True)


# White space around texts

SPACED: Event = {
    "eventName": " Summit\n",
    "eventDescription": "\tTwo\n days. ",
    "customProperties": [{"name": "event_region", "value": " EMEA "}],
}


@pytest.mark.parametrize(
    ("behaviour", "shown"),
    [("verbatim", (" Summit\n", "\tTwo\n days. ", " EMEA ")), ("trimmed", ("Summit", "Two\n days.", "EMEA"))],
)
@pytest.mark.parametrize("by", ["upsert", "patch", "batch"])
def test_texts_keep_or_lose_the_white_space_at_their_ends(
    start: Start, behaviour: str, shown: tuple[str, ...], by: str
) -> None:
    hubspot = behaving(start, f"text={behaviour}")
    event = upsert(hubspot, {**LEAST, **(SPACED if by == "upsert" else {})})
    if by == "patch":
        patch(hubspot, SPACED).raise_for_status()
    if by == "batch":
        update(hubspot, event, **SPACED)
    event = read(hubspot, event["objectId"])
    assert (event["eventName"], event["eventDescription"], custom(event)["event_region"]) == shown


def test_name_of_white_space_is_none_where_texts_are_trimmed(start: Start) -> None:
    hubspot = behaving(start, "text=trimmed")
    assert refused(post(hubspot, "/events/upsert", {**LEAST, "eventName": " "})) == "eventName is required"


def test_external_ids_keep_their_white_space_where_texts_are_trimmed(start: Start) -> None:
    event = upsert(behaving(start, "text=trimmed"), {**LEAST, "externalEventId": " summit "})
    assert event["externalEventId"] == " summit "


@pytest.mark.parametrize("wrong", [{"eventUrl": 7}, {"customProperties": "x"}, {"customProperties": ["x"]}])
def test_malformed_fields_are_refused_where_texts_are_trimmed_too(start: Start, wrong: Event) -> None:
    refused(post(behaving(start, "text=trimmed"), "/events/upsert", {**LEAST, **wrong}))


# The token's details


@pytest.mark.parametrize("token", ["sandbox-1001", "unknown"])
def test_path_of_the_token_details_may_be_missing(start: Start, token: str) -> None:
    hubspot = behaving(start, "token-details=missing")
    answer = hubspot.post("/oauth/v2/private-apps/get/access-token-info", json={"tokenKey": token})
    nothing = hubspot.post("/oauth/v2/private-apps/get/nothing", json={"tokenKey": token})
    assert refused(answer, 404, "RESOURCE_NOT_FOUND") == refused(nothing, 404, "RESOURCE_NOT_FOUND")


# A late list


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def late(start: Start, time: Time) -> httpx.Client:
    """A sandbox whose list is two seconds late."""
    return behaving(start, "list-lag=2", clock=time)


def names(hubspot: httpx.Client) -> list[str]:
    return [event["eventName"] for event in listed(hubspot)]


def test_new_event_is_listed_late(late: httpx.Client, time: Time) -> None:
    upsert(late, LEAST)
    time.pass_seconds(1.999)
    assert names(late) == []
    time.pass_seconds(0.001)
    assert names(late) == ["Summit"]


def test_list_shows_the_state_that_an_event_had(late: httpx.Client, time: Time) -> None:
    event = upsert(late, LEAST)
    time.pass_seconds(5)
    for name in ("Second", "Third"):
        update(late, event, eventName=name)
        time.pass_seconds(1)
    assert names(late) == ["Second"]
    update(late, event, eventName="Fourth")
    update(late, event, eventName="Fifth")
    assert names(late) == ["Second"]
    time.pass_seconds(1)
    assert names(late) == ["Third"]
    time.pass_seconds(1)
    assert names(late) == ["Fifth"]


def test_deleted_event_is_listed_for_a_while(late: httpx.Client, time: Time) -> None:
    event = upsert(late, LEAST)
    time.pass_seconds(5)
    assert post(late, "/batch/archive", {"objectId": event["objectId"]}).status_code == 204
    assert names(late) == ["Summit"]
    time.pass_seconds(2)
    assert names(late) == []


def test_event_that_came_and_went_is_never_listed(late: httpx.Client, time: Time) -> None:
    event = upsert(late, LEAST)
    post(late, "/batch/archive", {"objectId": event["objectId"]})
    assert names(late) == []


def test_late_list_is_paged_as_ever(start: Start, time: Time) -> None:
    seed = {"events": [{"eventName": name, "objectId": str(number)} for number, name in enumerate("abcd", 1)]}
    hubspot = start(seed, behaviours=["list-lag=2"], clock=time)
    post(hubspot, "/batch/archive", {"objectId": "2"})
    update(hubspot, {"objectId": "3"}, eventName="C")
    first = hubspot.get(EVENTS, params={"limit": 2}).json()
    last = listed(hubspot, limit=2, after=first["paging"]["next"]["after"])
    assert [event["eventName"] for event in first["results"] + last] == ["a", "b", "c", "d"]


def test_everything_but_the_list_is_in_time(late: httpx.Client) -> None:
    event = upsert(late, LEAST)
    assert read(late, event["objectId"])["eventName"] == "Summit"
    assert late.get(SUMMIT, params=ACCOUNT).status_code == 200
    assert len(late.get(f"{EVENTS}/events/search", params={"q": "s"}).json()["results"]) == 1
    assert len(stored(late)) == 1


def test_events_of_a_seed_are_listed_at_once(start: Start) -> None:
    hubspot = start({"events": [{"eventName": "Seeded"}]}, behaviours=["list-lag=60"])
    assert names(hubspot) == ["Seeded"]


def test_refused_batch_leaves_no_trace_in_a_late_list(late: httpx.Client) -> None:
    refused(post(late, "/events/upsert", LEAST, {}))
    assert names(late) == []


def test_list_may_become_late_when_something_has_changed(start: Start, time: Time) -> None:
    hubspot = behaving(start, clock=time)
    upsert(hubspot, LEAST)
    assert names(hubspot) == ["Summit"]
    hubspot.put(BEHAVIOURS, json={"list-lag": 2}).raise_for_status()
    assert names(hubspot) == []


def test_list_may_be_an_hour_late(start: Start, time: Time) -> None:
    hubspot = behaving(start, "list-lag=3600", clock=time)
    event = upsert(hubspot, LEAST)
    time.pass_seconds(3600)
    assert names(hubspot) == ["Summit"]
    update(hubspot, event, eventName="Renamed")
    time.pass_seconds(3599)
    assert names(hubspot) == ["Summit"]


# Choosing


def test_behaviours_are_the_chosen_ones_unless_others_are_asked_for(start: Start) -> None:
    assert start().get(BEHAVIOURS).json() == DEFAULTS


def test_later_answer_to_one_question_wins(start: Start) -> None:
    behaviours = start(behaviours=["list-lag=2", "text=trimmed", "list-lag=0.5"]).get(BEHAVIOURS).json()
    assert behaviours == {**DEFAULTS, "list-lag": 0.5, "text": "trimmed"}


def test_put_changes_what_it_names_and_answers_with_all(start: Start) -> None:
    hubspot = start(behaviours=["search=exact"])
    answer = hubspot.put(BEHAVIOURS, json={"upsert": "keep", "list-lag": 1})
    assert answer.status_code == 200
    assert answer.json() == {**DEFAULTS, "search": "exact", "upsert": "keep", "list-lag": 1}
    assert hubspot.get(BEHAVIOURS).json() == answer.json()


WRONG = [
    ("upser", "keep", "'upser' is not one of upsert, empty-text, search, patch-flags, text, token-details, list-lag"),
    ("empty_text", "clears", "'empty_text' is not one of upsert, empty-text"),
    ("upsert", "kept", "upsert is replace or keep, not 'kept'"),
    ("empty-text", "", "empty-text is clears or ignored, not ''"),
    ("list-lag", "soon", "list-lag is a number of seconds from 0 to 3600, not 'soon'"),
    ("list-lag", "", "list-lag is a number of seconds from 0 to 3600, not ''"),
    ("list-lag", "-1", "list-lag is a number of seconds from 0 to 3600, not -1.0"),
    ("list-lag", "3601", "list-lag is a number of seconds from 0 to 3600, not 3601.0"),
    ("list-lag", "nan", "list-lag is a number of seconds from 0 to 3600, not nan"),
]


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_wrong_behaviour_keeps_the_sandbox_from_starting(name: str, value: str, message: str) -> None:
    options = Options(behaviours=[f"{name}={value}"])
    with pytest.raises(SandboxError) as error, running(options):
        pass
    assert str(error.value).startswith(f"the behaviour '{name}={value}' is none: {message}")


def test_behaviour_without_a_value_keeps_the_sandbox_from_starting() -> None:
    with pytest.raises(SandboxError) as error, running(Options(behaviours=["upsert"])):
        pass
    assert str(error.value) == "the behaviour 'upsert' is not NAME=VALUE, such as upsert=keep"


@pytest.mark.parametrize(
    "body",
    [
        {"upser": "keep"},
        {"upsert": "kept"},
        {"upsert": None},
        {"upsert": ["keep"]},
        {"list-lag": "2"},
        {"list-lag": True},
        {"list-lag": -0.1},
        [],
    ],
)
def test_put_of_a_wrong_behaviour_is_refused_and_changes_nothing(start: Start, body: Any) -> None:
    hubspot = start()
    if isinstance(body, dict):
        body = {"search": "exact", **body}
    refused(hubspot.put(BEHAVIOURS, json=body))
    assert hubspot.get(BEHAVIOURS).json() == DEFAULTS


def test_refusal_of_a_put_names_the_behaviour(start: Start) -> None:
    answer = start().put(BEHAVIOURS, json={"upsert": "kept"})
    assert refused(answer) == "upsert is replace or keep, not 'kept'"
    assert answer.json()["errors"][0]["context"] == {"propertyName": ["upsert"]}


def test_sandboxes_of_one_database_behave_each_in_its_own_way(start: Start, tmp_path: Any) -> None:
    one, two = (start(db=tmp_path / "s.sqlite", behaviours=[f"search={each}"]) for each in ("prefix", "exact"))
    upsert(one, LEAST)
    found = [len(each.get(f"{EVENTS}/events/search", params={"q": "s"}).json()["results"]) for each in (one, two)]
    assert found == [1, 0]
