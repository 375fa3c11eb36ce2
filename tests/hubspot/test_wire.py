"""Events in HubSpot's JSON: laws over any JSON, and every shape that HubSpot's description shows."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.change import Create, FieldChange
from reconciler.event import Identity, LiveEvent, Value, instant
from reconciler.hubspot import account, bodies, wire
from reconciler.hubspot.http import HttpReader
from reconciler.hubspot.paths import Paths
from reconciler.json_values import Malformed
from reconciler.portal import Edit, Hit
from tests.hubspot import connecting
from tests.hubspot.scripted import answer, serving
from tests.hubspot.shared import examples

Json = Any
Decode = Callable[[Json], object]

DECODERS: Mapping[str, Decode] = {
    "page": wire.as_page,
    "event": wire.as_event,
    "hits": wire.as_hits,
    "account": account.as_account,
    "token_app": account.as_token_app,
    "batch_answer": wire.as_batch_answer,
    "written": wire.as_written,
}
decoders = pytest.mark.parametrize("decode", DECODERS.values(), ids=DECODERS)

EVENT: dict[str, Json] = {
    "objectId": "864004668137",
    "id": "summit",
    "externalEventId": "summit",
    "appInfo": {"id": "1001", "name": "reconciler"},
    "eventName": "Summit",
    "eventOrganizer": "Acme",
    "eventType": "CONFERENCE",
    "eventDescription": "Two days.",
    "eventUrl": "https://acme.example/summit",
    "startDateTime": "2027-04-14T07:00:00Z",
    "endDateTime": "2027-04-15T15:00:00.5Z",
    "eventCancelled": False,
    "eventCompleted": True,
    "eventStatus": "COMPLETED",
    "eventStatusV2": "COMPLETED",
    "registrants": 12,
    "attendees": 7,
    "customProperties": [{"name": "event_region", "value": "EMEA"}],
    "updatedAt": "2027-01-12T08:00:00.100Z",
}
DECODED = LiveEvent(
    Identity(None, "summit", "864004668137"),
    1001,
    {
        "eventName": "Summit",
        "eventType": "CONFERENCE",
        "eventOrganizer": "Acme",
        "startDateTime": "2027-04-14T07:00:00Z",
        "endDateTime": "2027-04-15T15:00:00.500Z",
        "eventUrl": "https://acme.example/summit",
        "eventDescription": "Two days.",
        "eventCancelled": False,
        "eventCompleted": True,
        "customProperties.event_region": "EMEA",
    },
    registrants=12,
    attendees=7,
    updated_at="2027-01-12T08:00:00.100Z",
)
HIT = {"appId": 1001, "externalAccountId": "acme", "externalEventId": "summit", "objectId": "7"}
ERROR = {"message": "No marketing event found", "context": {"objectId": ["9"]}, "id": "7"}
BODIES: dict[str, Json] = {
    "page": {"results": [EVENT], "paging": {"next": {"after": "Nw==", "link": "https://elsewhere.example"}}},
    "event": EVENT,
    "hits": {"results": [HIT]},
    "account": {
        "portalId": 7,
        "accountType": "STANDARD",
        "timeZone": "Europe/Berlin",
        "uiDomain": "app-eu1.hubspot.com",
    },
    "token_app": {"appId": 1001},
    "batch_answer": {"status": "COMPLETE", "results": [EVENT], "errors": [ERROR], "numErrors": 1},
    "written": EVENT,
}


# Laws

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
anything: st.SearchStrategy[Json] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
)


@st.composite
def almost(draw: st.DrawFn, body: Json) -> Json:
    """Draw a body of which one part is something else."""
    if isinstance(body, dict) and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(body)))
        return {**body, name: draw(almost(body[name]))}
    if isinstance(body, list) and body and draw(st.booleans()):
        return [draw(almost(body[0])), *body[1:]]
    return draw(anything)


def understands(decode: Decode, body: Json) -> bool:
    try:
        decode(body)
    except Malformed:
        return False
    return True


@decoders
@given(body=anything)
def test_any_json_is_understood_or_malformed(decode: Decode, body: Json) -> None:
    understands(decode, body)


@pytest.mark.parametrize("name", DECODERS)
@given(data=st.data())
def test_an_answer_with_one_odd_part_is_understood_or_malformed(name: str, data: st.DataObject) -> None:
    understands(DECODERS[name], data.draw(almost(BODIES[name])))


@given(st.sets(st.sampled_from(sorted(EVENT.keys() - {"objectId"}))))
def test_null_and_absent_mean_the_same(names: set[str]) -> None:
    nulls = {**EVENT, **dict.fromkeys(names)}
    absent = {name: value for name, value in EVENT.items() if name not in names}
    assert wire.as_event(nulls) == wire.as_event(absent)


OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(
    st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS),  # noqa: DTZ001  (Hypothesis wants bounds without a zone)
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_a_date_is_the_same_instant_however_it_is_written(moment: datetime, precision: str) -> None:
    cut = moment.replace(microsecond=0) if precision == "seconds" else moment
    found = wire.as_event({**EVENT, "startDateTime": cut.isoformat(timespec=precision)})
    assert found.fields["startDateTime"] == instant(cut.astimezone(UTC))


@pytest.mark.parametrize("length", [1, 30, 31, 1000])
def test_a_text_of_any_length_is_kept_as_it_is(length: int) -> None:
    text = "x" * length
    properties = [{"name": "note", "value": text}]
    found = wire.as_event({**EVENT, "eventName": text, "customProperties": properties})
    assert (found.name, found.fields["customProperties.note"]) == (text, text)


@pytest.mark.parametrize("text", ["2027-W15-3T07:00:00Z", "2027-04-14 07:00:00Z", "20270414T070000Z"])
def test_a_date_that_looks_unlike_all_others_is_written_like_them(text: str) -> None:
    assert wire.as_event({**EVENT, "startDateTime": text}) == DECODED


@given(st.text(min_size=1))
def test_an_id_is_one_segment_of_the_path_whatever_it_holds(text: str) -> None:
    paths = Paths("2026-03")
    for path, base in (
        (paths.by_event_id(text), f"{paths.events}/events/"),
        (paths.by_object_id(text), f"{paths.events}/"),
    ):
        segment = path.removeprefix(base)
        assert path.startswith(base)
        assert re.fullmatch(r"[A-Za-z0-9_.~%-]+", segment)
        assert unquote(segment) == text


def test_every_id_arrives_as_it_was_sent() -> None:
    with (
        serving(answer()) as server,
        HttpReader(connecting.to(server.base_url), timeout=60) as http,
    ):

        @given(st.text(min_size=1, max_size=5) | st.sampled_from([".", "..", "%2e", "a/../b", "?", "#"]))
        def arrives(text: str) -> None:
            path = Paths("2026-03").by_event_id(text)
            http.get(path, {"externalAccountId": text})
            target = server.received[-1].target
            assert target.split("?")[0] == path
            assert unquote(target.split("?")[1].replace("+", "%20")) == f"externalAccountId={text}"

        arrives()


# Shapes


def test_an_event_is_read_with_all_that_matters_of_it() -> None:
    assert wire.as_event(EVENT) == DECODED


def test_an_event_that_a_person_made_has_neither_ids_nor_app() -> None:
    found = wire.as_event({"objectId": "8", "eventName": "By hand", "externalEventId": None, "appInfo": None})
    assert found == LiveEvent(Identity(None, None, "8"), None, {"eventName": "By hand"})


def test_an_event_read_by_its_external_ids_may_lack_its_object_id() -> None:
    assert wire.as_event_by_external_ids({"externalEventId": "spring"}) == LiveEvent(Identity(None, "spring"), None, {})
    assert wire.as_event_by_external_ids(EVENT) == wire.as_event(EVENT)


@pytest.mark.parametrize(
    ("sent", "read"),
    [("", None), (None, None), ("EMEA", "EMEA"), (12, "12"), (1.5, "1.5"), (True, "true"), (False, "false")],
)
def test_a_custom_property_is_text_and_an_empty_one_is_unset(sent: Json, read: str | None) -> None:
    found = wire.as_event({"objectId": "8", "customProperties": [{"name": "region", "value": sent}]})
    assert found.fields.get("customProperties.region") == read


@pytest.mark.parametrize("name", ["eventUrl", "eventDescription", "eventType", "startDateTime", "externalEventId"])
def test_an_empty_text_is_unset(name: str) -> None:
    assert wire.as_event({**EVENT, name: ""}) == wire.as_event({**EVENT, name: None})


def test_a_flag_that_is_false_is_no_missing_flag() -> None:
    assert wire.as_event(EVENT).fields["eventCancelled"] is False
    assert "eventCancelled" not in wire.as_event({**EVENT, "eventCancelled": None}).fields


def test_ids_may_be_texts_or_numbers() -> None:
    assert wire.as_event({**EVENT, "objectId": 864004668137, "appInfo": {"id": 1001}}) == DECODED
    assert wire.as_hits({"results": [{**HIT, "appId": "1001", "objectId": 7}]}) == wire.as_hits({"results": [HIT]})
    assert account.as_token_app({"appId": "1001"}) == 1001


def test_an_app_whose_number_no_app_can_have_is_unknown() -> None:
    assert wire.as_event({**EVENT, "appInfo": {"id": "9" * 5000}}).app_id is None


def test_a_page_tells_its_events_and_where_the_next_one_begins() -> None:
    assert wire.as_page(BODIES["page"]) == wire.Page((DECODED,), "Nw==")


@pytest.mark.parametrize("paging", [None, {}, {"next": None}, {"prev": {"before": "x"}}])
def test_the_last_page_announces_no_other(paging: Json) -> None:
    assert wire.as_page({"results": [], "paging": paging}) == wire.Page((), None)


def test_a_search_tells_account_ids() -> None:
    assert wire.as_hits({"results": [HIT]}) == (Hit(1001, Identity("acme", "summit", "7")),)


def test_a_single_write_tells_which_event_it_wrote() -> None:
    assert wire.as_written(EVENT).object_id == "864004668137"
    assert wire.as_written({}) == wire.Written(None)


@pytest.mark.parametrize(
    ("name", "sent", "shown", "agrees"),
    [
        ("eventUrl", "https://a.example", "https://a.example", True),
        ("eventUrl", "https://a.example", "https://b.example", False),
        ("eventUrl", "https://a.example", None, False),
        ("eventUrl", None, None, True),
        ("eventUrl", None, "", True),
        ("eventUrl", None, "https://a.example", False),
        ("eventUrl", "7", 7, False),
        ("startDateTime", "2027-04-15T09:00:00Z", "2027-04-15T11:00:00+02:00", True),
        ("startDateTime", "2027-04-15T09:00:00Z", "2027-04-15T09:00:00", False),
        ("eventCancelled", True, True, True),
        ("eventCancelled", True, False, False),
        ("eventCancelled", False, None, True),
    ],
)
def test_a_field_in_the_answer_to_a_write_agrees_with_what_was_sent_or_not(
    name: str, sent: Value, shown: Json, *, agrees: bool
) -> None:
    assert wire.as_written({name: shown}).agrees_with([FieldChange(name, "before", sent)]) is agrees


@pytest.mark.parametrize(("shown", "agrees"), [("EMEA", True), ("APAC", False)])
def test_a_custom_property_in_the_answer_to_a_write_agrees_with_what_was_sent_or_not(
    shown: str, *, agrees: bool
) -> None:
    found = wire.as_written({"customProperties": [7, {}, {"name": "region", "value": shown}]})
    assert found.agrees_with([FieldChange("customProperties.region", None, "EMEA")]) is agrees


def test_what_the_answer_to_a_write_does_not_show_contradicts_nothing() -> None:
    found = wire.as_written({"objectId": "7", "customProperties": None})
    assert found.agrees_with([FieldChange("eventName", None, "Summit"), FieldChange("customProperties.a", None, "x")])


def test_account_details_may_say_no_more_than_the_portal() -> None:
    assert account.as_account(BODIES["account"]) == account.Account(
        7, "STANDARD", "Europe/Berlin", "app-eu1.hubspot.com"
    )
    assert account.as_account({"portalId": 7}) == account.Account(7, None, None, None)


def test_the_details_of_a_token_may_not_tell_the_app() -> None:
    assert account.as_token_app({"userId": 1}) is None


def test_a_batch_answer_tells_what_went_well_and_what_each_error_speaks_of() -> None:
    odd: Json = {"message": None, "context": {"text": "x", "objectId": ["9", 10, None, {}]}}
    found = wire.as_batch_answer({"results": [EVENT, {"objectId": None}, {}], "errors": [ERROR, odd]})
    assert found.object_ids == ("864004668137",)
    assert found.problems == (
        ("No marketing event found", frozenset({"9", "7"})),
        ("no reason given", frozenset({"9", "10"})),
    )


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ({"startDateTime": "soon"}, 'startDateTime is not a date: "soon"'),
        ({"startDateTime": "2027-04-14T07:00:00"}, 'startDateTime has no offset: "2027-04-14T07:00:00"'),
        ({"eventName": ["x"]}, 'eventName is not a text: ["x"]'),
        ({"eventCancelled": "n\u00f6"}, 'eventCancelled is not true or false: "n\u00f6"'),
        ({"customProperties": {"a": 1}}, "customProperties is not a list"),
        ({"customProperties": ["secret"]}, "customProperties is not an object"),
        ({"customProperties": [{"value": "x"}]}, "customProperties.name is not a text"),
        ({"registrants": "many"}, 'registrants is not a number: "many"'),
        ({"updatedAt": 7}, "updatedAt is not a text: 7"),
    ],
)
def test_an_event_of_the_list_of_which_only_the_ids_can_be_read_has_nothing_else(odd: Json, why: str) -> None:
    (found, other) = wire.as_page({"results": [EVENT | odd, EVENT]}).events
    updated_at = None if "updatedAt" in odd else DECODED.updated_at
    assert found == LiveEvent(DECODED.identity, 1001, {}, updated_at=updated_at, unreadable=why)
    assert other == DECODED


@pytest.mark.parametrize(
    ("ids", "why"),
    [
        ({"objectId": None}, "startDateTime is not a date"),
        ({"objectId": 1.5}, "objectId is not a text"),
        ({"externalEventId": 7}, "externalEventId is not a text"),
        ({"appInfo": 7}, "appInfo is not an object"),
        ({"appInfo": {"id": "zoom"}}, "appInfo.id is not a number"),
    ],
)
def test_an_event_of_the_list_whose_ids_cannot_be_read_spoils_the_page(ids: Json, why: str) -> None:
    with pytest.raises(Malformed) as caught:
        wire.as_page({"results": [EVENT | {"startDateTime": "soon"} | ids]})
    assert str(caught.value) == f"results[0].{why}"


def test_what_cannot_be_read_is_cut_where_it_is_shown() -> None:
    (found,) = wire.as_page({"results": [EVENT | {"eventName": ["x" * 1_000_000]}]}).events
    assert len(str(found.unreadable)) < 400


@pytest.mark.parametrize("errors", [None, []])
def test_a_batch_without_errors_has_no_problems(errors: Json) -> None:
    assert wire.as_batch_answer({"results": [], "errors": errors}) == wire.BatchAnswer((), ())


@pytest.mark.parametrize(
    ("decode", "body", "said"),
    [
        (wire.as_page, [], "the answer is not an object"),
        (wire.as_page, {}, "results is not a list"),
        (wire.as_page, {"results": [{}]}, "results[0].objectId is missing"),
        (wire.as_page, {"results": [EVENT, 7]}, "results[1] is not an object"),
        (wire.as_page, {"results": [], "paging": ""}, "paging is not an object"),
        (wire.as_page, {"results": [], "paging": []}, "paging is not an object"),
        (wire.as_page, {"results": [], "paging": {"next": False}}, "paging.next is not an object"),
        (wire.as_page, {"results": [], "paging": {"next": {}}}, "paging.next.after is not a text"),
        (wire.as_page, {"results": [], "paging": {"next": {"after": 7}}}, "paging.next.after is not a text"),
        (wire.as_event, None, "event is not an object"),
        (wire.as_event, {"objectId": None}, "event.objectId is missing"),
        (wire.as_event, {"objectId": ""}, "event.objectId is missing"),
        (wire.as_event, {"objectId": True}, "event.objectId is not a text"),
        (wire.as_event, {**EVENT, "externalEventId": 7}, "event.externalEventId is not a text"),
        (wire.as_event, {**EVENT, "appInfo": 7}, "event.appInfo is not an object"),
        (wire.as_event, {**EVENT, "appInfo": {"id": "zoom"}}, "event.appInfo.id is not a number"),
        (wire.as_event, {**EVENT, "appInfo": {"id": True}}, "event.appInfo.id is not a number"),
        (wire.as_event, {**EVENT, "eventName": 7}, "event.eventName is not a text"),
        (wire.as_event, {**EVENT, "eventCancelled": "false"}, "event.eventCancelled is not true or false"),
        (wire.as_event, {**EVENT, "eventCancelled": 0}, "event.eventCancelled is not true or false"),
        (wire.as_event, {**EVENT, "startDateTime": 1776150000000}, "event.startDateTime is not a text"),
        (wire.as_event, {**EVENT, "startDateTime": "tomorrow"}, "event.startDateTime is not a date"),
        (wire.as_event, {**EVENT, "startDateTime": "2027-04-14T07:00:00"}, "event.startDateTime has no offset"),
        (wire.as_event, {**EVENT, "startDateTime": "0001-01-01T00:00:00+01:00"}, "event.startDateTime is not a date"),
        (wire.as_event, {**EVENT, "registrants": "12"}, "event.registrants is not a number"),
        (wire.as_event, {**EVENT, "registrants": True}, "event.registrants is not a number"),
        (wire.as_event, {**EVENT, "attendees": 1.5}, "event.attendees is not a number"),
        (wire.as_event, {**EVENT, "updatedAt": 7}, "event.updatedAt is not a text"),
        (wire.as_event, {**EVENT, "customProperties": {"a": 1}}, "event.customProperties is not a list"),
        (wire.as_event, {**EVENT, "customProperties": ["a"]}, "event.customProperties is not an object"),
        (wire.as_event, {**EVENT, "customProperties": [{}]}, "event.customProperties.name is not a text"),
        (wire.as_hits, [], "the answer is not an object"),
        (wire.as_hits, {}, "results is not a list"),
        (wire.as_hits, {"results": [HIT, 7]}, "results[1] is not an object"),
        (wire.as_hits, {"results": [HIT, {}]}, "results[1].appId is missing"),
        (wire.as_hits, {"results": [{**HIT, "appId": None}]}, "results[0].appId is missing"),
        (wire.as_hits, {"results": [{**HIT, "appId": "zoom"}]}, "results[0].appId is not a number"),
        (wire.as_hits, {"results": [{**HIT, "externalAccountId": None}]}, "results[0].externalAccountId is not a text"),
        (wire.as_hits, {"results": [{**HIT, "externalEventId": 7}]}, "results[0].externalEventId is not a text"),
        (wire.as_hits, {"results": [{**HIT, "objectId": None}]}, "results[0].objectId is missing"),
        (wire.as_hits, {"results": [{**HIT, "objectId": []}]}, "results[0].objectId is not a text"),
        (account.as_account, [], "the answer is not an object"),
        (account.as_account, {}, "portalId is missing"),
        (account.as_account, {"portalId": "zoom"}, "portalId is not a number"),
        (account.as_account, {"portalId": 7, "accountType": 7}, "accountType is not a text"),
        (account.as_account, {"portalId": 7, "timeZone": 7}, "timeZone is not a text"),
        (account.as_token_app, [], "the answer is not an object"),
        (account.as_token_app, {"appId": [1]}, "appId is not a number"),
        (wire.as_batch_answer, [], "the answer is not an object"),
        (wire.as_batch_answer, {}, "results is not a list"),
        (wire.as_batch_answer, {"results": ["x"]}, "results is not an object"),
        (wire.as_batch_answer, {"results": [{"objectId": []}]}, "results.objectId is not a text"),
        (wire.as_batch_answer, {"results": [], "errors": {"a": 1}}, "errors is not a list"),
        (wire.as_batch_answer, {"results": [], "errors": ["x"]}, "errors is not an object"),
        (wire.as_batch_answer, {"results": [], "errors": [{"context": 7}]}, "errors.context is not an object"),
        (wire.as_batch_answer, {"results": [], "errors": [{"message": 7}]}, "errors.message is not a text"),
        (wire.as_event_by_external_ids, 7, "event is not an object"),
        (wire.as_written, [], "the answer is not an object"),
        (wire.as_written, {"objectId": []}, "objectId is not a text"),
    ],
)
def test_what_is_malformed_is_named_with_its_place(decode: Decode, body: Json, said: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode(body)
    assert str(caught.value) == said


def test_a_create_is_sent_as_a_full_record_under_its_external_ids() -> None:
    sent: dict[str, Value] = {"eventName": "Summit", "eventCancelled": False, "eventCompleted": True}
    fields: dict[str, Value] = {**sent, "customProperties.event_region": "EMEA"}
    changes = tuple(FieldChange(name, None, value) for name, value in fields.items())
    made = Create(Identity("acme", "summit"), "Summit", changes)
    record = {
        "externalAccountId": "acme",
        "externalEventId": "summit",
        **sent,
        "customProperties": [{"name": "event_region", "value": "EMEA"}],
    }
    assert bodies.full_record(made) == record
    assert bodies.create_body([made, made]) == {"inputs": [record, record]}


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_completion_states_both_flags_and_no_custom_property(*, cancelled: bool) -> None:
    sent = bodies.complete_body(cancelled=cancelled)
    assert sent == {"eventCompleted": True, "eventCancelled": cancelled, "customProperties": []}


def test_deletes_name_object_ids_and_nothing_else() -> None:
    gone = [Identity("acme", "summit", "7"), Identity(object_id="8")]
    assert bodies.archive_body(gone) == {"inputs": [{"objectId": "7"}, {"objectId": "8"}]}


def test_what_becomes_empty_is_sent_as_an_empty_text_and_an_unset_flag_as_false() -> None:
    emptied = [FieldChange(name, "x", None) for name in ("eventUrl", "customProperties.region")]
    flag = FieldChange("eventCancelled", before=True, after=None)
    assert bodies.update_body([Edit(Identity(object_id="7"), (*emptied, flag))]) == {
        "inputs": [
            {
                "objectId": "7",
                "eventUrl": "",
                "eventCancelled": False,
                "customProperties": [{"name": "region", "value": ""}],
            }
        ]
    }


# HubSpot's own examples


def _answers(*names: str) -> list[Json]:
    """Return the bodies of successes of these endpoints."""
    found = [
        reply["body"]
        for endpoint in examples()["endpoints"]
        if endpoint["name"] in names
        for reply in endpoint["responses"]
        if reply["status"] in {200, 207}
    ]
    assert found
    return found


def test_hubspots_examples_of_a_list_are_understood() -> None:
    whole, empty = map(wire.as_page, _answers("list-all"))
    assert [event.identity.external_event_id for event in whole.events] == ["spring-summit-2027", None, "9876543210"]
    assert whole.after is not None
    assert empty == wire.Page((), None)


def test_hubspots_examples_of_an_event_are_the_same_event_in_every_shape() -> None:
    found = [wire.as_event(body) for body in _answers("get-by-objectId", "get-by-external-ids")]
    assert len({event.identity for event in found}) == 1
    assert len({event.fields["startDateTime"] for event in found}) == 1
    assert all(event.fields["eventName"] == "Spring Summit 2027" for event in found)


def test_hubspots_examples_of_batches_are_understood() -> None:
    for body in _answers("batch-upsert", "batch-update", "batch-archive"):
        found = wire.as_batch_answer(body)
        assert len(found.object_ids) == len(body["results"])
        assert len(found.problems) == len(body.get("errors", []))


def test_hubspots_example_of_an_item_that_failed_names_the_item() -> None:
    failed = [body for body in _answers("batch-update") if body.get("errors")]
    assert failed
    assert all("999" in about for body in failed for _, about in wire.as_batch_answer(body).problems)


def test_hubspots_example_of_a_search_is_understood() -> None:
    (body,) = _answers("search")
    (hit,) = wire.as_hits(body)
    assert hit == Hit(5801892, Identity("acme-events", "spring-summit-2027", "864004668137"))


@pytest.mark.parametrize(
    ("app", "name"),
    [({"id": "111", "name": "Zoom"}, "Zoom"), ({"id": "111"}, None), ({"id": "111", "name": 7}, None), (None, None)],
)
def test_the_name_of_the_app_is_kept_for_people(app: Json, name: str | None) -> None:
    assert wire.as_event({**EVENT, "appInfo": app}).app_name == name
    (odd,) = wire.as_page({"results": [{**EVENT, "appInfo": app, "registrants": "many"}]}).events
    assert odd.app_name == name
    assert odd.known_as(Identity(object_id="1")).app_name == name
