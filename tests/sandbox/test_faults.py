"""Faults as a client meets them: the answer, the stored events, the log."""

import json
import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.sandbox.behaviours import Behaviours
from reconciler.sandbox.server import Options, running
from tests.sandbox.asking import ACCOUNT, EVENTS, LEAST, OTHER_APP, SUMMIT, VERSIONS, Start, Time, post, stored, upsert
from tests.sandbox.described import described

FAULTS = "/_sandbox/faults"
ALWAYS = {"every": 1}
NOBODY = {"Authorization": "Bearer nobody"}
SEEDED = {"events": [{"eventName": name, "objectId": str(number)} for number, name in enumerate("abcdef", 1)]}


def suffer(hubspot: httpx.Client, fault: object, **rule: object) -> None:
    """Set a fault for requests: for each one, unless the rule limits it."""
    hubspot.put(FAULTS, json=[{**(rule or ALWAYS), "fault": fault}]).raise_for_status()


def met(hubspot: httpx.Client) -> list[tuple[str, int | None, str | None]]:
    """Return what the log says: methods, statuses, faults."""
    entries = hubspot.get("/_sandbox/requests").json()["requests"]
    return [(entry["method"], entry["status"], entry["fault"]) for entry in entries]


def names(hubspot: httpx.Client) -> list[str]:
    return [event["eventName"] for event in stored(hubspot)]


def event(number: int) -> dict[str, Any]:
    return {**LEAST, "externalEventId": f"e{number}", "eventName": f"E{number}"}


# Answers with another status


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 423, 429, 477, 500, 502, 503, 504, 521, 523, 524])
@pytest.mark.parametrize("version", VERSIONS)
def test_status_is_answered_as_described_and_nothing_is_done(start: Start, version: str, status: int) -> None:
    description = described("marketing-events", version)
    hubspot = start()
    suffer(hubspot, {"status": status})
    for answer in (
        hubspot.get(VERSIONS[version]),
        hubspot.post(f"{VERSIONS[version]}/events/upsert", json={"inputs": [LEAST]}),
    ):
        assert answer.status_code == status
        description.check(answer)
    assert stored(hubspot) == []
    assert met(hubspot) == [("GET", status, "status"), ("POST", status, "status")]


@pytest.mark.parametrize(
    ("policy", "header"),
    [
        ("TEN_SECONDLY_ROLLING", "X-HubSpot-RateLimit-Remaining"),
        ("DAILY", "X-HubSpot-RateLimit-Daily-Remaining"),
        ("SECONDLY", "X-HubSpot-RateLimit-Secondly-Remaining"),
    ],
)
def test_limit_is_named_in_the_body_and_used_up_in_the_headers(start: Start, policy: str, header: str) -> None:
    hubspot = start()
    suffer(hubspot, {"status": 429, "policyName": policy})
    answer = hubspot.get(EVENTS)
    assert (answer.json()["errorType"], answer.json()["policyName"]) == ("RATE_LIMIT", policy)
    assert answer.headers[header] == "0"
    assert answer.headers["X-HubSpot-RateLimit-Max"] == "1000000"
    assert "Retry-After" not in answer.headers


def test_limit_is_the_rolling_one_unless_another_is_named(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"status": 429})
    assert hubspot.get(EVENTS).json()["policyName"] == "TEN_SECONDLY_ROLLING"


@pytest.mark.parametrize(("method", "scope"), [("GET", "read"), ("POST", "write")])
def test_forbidden_request_is_told_which_scope_it_lacks(start: Start, method: str, scope: str) -> None:
    hubspot = start()
    suffer(hubspot, {"status": 403})
    body = hubspot.request(method, EVENTS).json()
    assert body["category"] == "MISSING_SCOPES"
    assert body["errors"][0]["context"] == {"requiredGranularScopes": [f"crm.objects.marketing_events.{scope}"]}


@pytest.mark.parametrize(("headers", "expected"), [({}, "3600"), ({"retry-after": "5"}, "5")])
def test_account_that_moves_says_when_to_come_back(start: Start, headers: object, expected: str) -> None:
    hubspot = start()
    suffer(hubspot, {"status": 477, "headers": headers})
    assert hubspot.get(EVENTS).headers.get_list("Retry-After") == [expected]


def test_headers_of_a_fault_go_before_all_others(start: Start) -> None:
    hubspot = start()
    headers = {
        "X-HubSpot-RateLimit-Daily-Remaining": "3",
        "Retry-After": ["1", "2"],
        "content-type": "text/html",
        "X-Empty": "",
    }
    suffer(hubspot, {"status": 429, "headers": headers})
    answer = hubspot.get(EVENTS)
    assert answer.headers.get_list("X-HubSpot-RateLimit-Daily-Remaining") == ["3"]
    assert answer.headers.get_list("Retry-After") == ["1", "2"]
    assert answer.headers.get_list("Content-Type") == ["text/html"]
    assert answer.headers["X-Empty"] == ""


@pytest.mark.parametrize(
    ("body", "content", "content_type"),
    [
        ("<html>", b"<html>", "text/plain; charset=utf-8"),
        ("", b"", "text/plain; charset=utf-8"),
        ("\ufeff{}", b"\xef\xbb\xbf{}", "text/plain; charset=utf-8"),
        ('{"a": NaN}', b'{"a": NaN}', "text/plain; charset=utf-8"),
        ({"results": None}, b'{"results": null}', "application/json"),
        ([1, 2.5], b"[1, 2.5]", "application/json"),
        (None, b"null", "application/json"),
    ],
)
@pytest.mark.parametrize("status", [200, 502])
def test_body_of_a_fault_is_sent_as_it_is(
    start: Start, status: int, body: object, content: bytes, content_type: str
) -> None:
    hubspot = start()
    suffer(hubspot, {"status": status, "body": body})
    answer = hubspot.get(EVENTS)
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (status, content, content_type)


@pytest.mark.parametrize("status", [200, 204, 205, 299, 304, 307])
def test_success_or_redirect_of_a_fault_is_empty(start: Start, status: int) -> None:
    hubspot = start()
    suffer(hubspot, {"status": status, "headers": {"Location": "https://elsewhere.example/"}})
    answer = hubspot.get(EVENTS)
    assert (answer.status_code, answer.content) == (status, b"")
    assert answer.headers["Location"] == "https://elsewhere.example/"


def test_status_may_come_after_the_request_was_carried_out(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"status": 502, "done": True})
    assert post(hubspot, "/events/upsert", LEAST).status_code == 502
    assert names(hubspot) == ["Summit"]
    assert met(hubspot) == [("POST", 502, "status+done")]


def test_status_goes_before_the_tokens_check(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"status": 503})
    assert hubspot.get(EVENTS, headers=NOBODY).status_code == 503


# Cut connections


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
def test_cut_connection_is_no_answer(start: Start, fault: str) -> None:
    hubspot = start(SEEDED)
    suffer(hubspot, {fault: True})
    for _ in range(3):
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            hubspot.get(EVENTS)
    assert met(hubspot) == [("GET", None, fault)] * 3


@pytest.mark.parametrize(("fault", "left"), [("drop-before", []), ("drop-after", ["Summit"])])
def test_write_whose_connection_is_cut_was_done_or_not(start: Start, fault: str, left: list[str]) -> None:
    hubspot = start()
    suffer(hubspot, {fault: True})
    with pytest.raises(httpx.RemoteProtocolError):
        post(hubspot, "/events/upsert", LEAST)
    assert names(hubspot) == left


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
def test_connection_is_cut_in_the_same_way_whatever_was_sent(start: Start, fault: str) -> None:
    hubspot = start()
    suffer(hubspot, {fault: True})
    for _ in range(5):
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            hubspot.post(f"{EVENTS}/events/upsert", content=b" " * 2_000_000, headers=NOBODY)
    assert met(hubspot) == [("POST", None, fault)] * 5


def test_refused_request_whose_connection_is_cut_does_nothing(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"drop-after": True})
    with pytest.raises(httpx.RemoteProtocolError):
        post(hubspot, "/events/upsert", LEAST, headers=NOBODY)
    assert stored(hubspot) == []


def test_connection_that_is_cut_leaves_others_alone(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"drop-before": True}, path="*/events/search", every=1)

    def works(number: int) -> bool:
        if number % 2:
            return hubspot.get(EVENTS).status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            hubspot.get(f"{EVENTS}/events/search", params={"q": "s"})
        return True

    with ThreadPoolExecutor(8) as clients:
        assert all(clients.map(works, range(40)))


def test_sandbox_with_cut_connections_stops_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with running(Options()) as sandbox, httpx.Client(base_url=sandbox.base_url, headers=OTHER_APP) as hubspot:
        for fault in ("drop-before", "drop-after", "truncate"):
            suffer(hubspot, {fault: True})
            with pytest.raises(httpx.RemoteProtocolError):
                hubspot.get(EVENTS)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
def test_server_does_not_try_to_answer_where_the_connection_is_cut(
    start: Start, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    hubspot = start()
    caplog.set_level(logging.ERROR, "uvicorn.error")  # silent otherwise
    suffer(hubspot, {fault: True})
    with pytest.raises(httpx.RemoteProtocolError):
        hubspot.get(EVENTS)
    assert hubspot.get("/_sandbox/events").status_code == 200
    assert caplog.messages == []


# Truncated answers


def test_truncated_answer_announces_more_than_it_holds(start: Start) -> None:
    hubspot = start(SEEDED)
    whole = hubspot.get(EVENTS).content
    suffer(hubspot, {"truncate": True})
    received: list[bytes] = []
    with hubspot.stream("GET", EVENTS) as answer:
        assert (answer.status_code, int(answer.headers["Content-Length"])) == (200, len(whole))
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
            received.extend(answer.iter_raw())
    assert b"".join(received) == whole[: len(whole) // 2]
    assert met(hubspot)[1:] == [("GET", 200, "truncate")]


def test_write_with_a_truncated_answer_was_done(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"truncate": True})
    with pytest.raises(httpx.RemoteProtocolError):
        post(hubspot, "/events/upsert", LEAST)
    assert names(hubspot) == ["Summit"]


def test_answer_without_a_body_is_cut_whole(start: Start) -> None:
    hubspot = start(SEEDED)
    suffer(hubspot, {"truncate": True})
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        hubspot.delete(f"{EVENTS}/1")
    assert names(hubspot) == list("bcdef")
    assert met(hubspot) == [("DELETE", None, "truncate")]


def test_refusal_is_truncated_too(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"truncate": True})
    with pytest.raises(httpx.RemoteProtocolError):
        hubspot.get(f"{EVENTS}/9")
    assert met(hubspot) == [("GET", 404, "truncate")]


# Delays


@pytest.mark.parametrize(
    ("fault", "status", "name"),
    [({}, 200, "delay"), ({"status": 504}, 504, "delay+status"), ({"partial": {"items": [1]}}, 200, "delay+partial")],
)
def test_delay_passes_before_anything_else(start: Start, fault: dict[str, Any], status: int, name: str) -> None:
    hubspot = start()
    suffer(hubspot, {"delay": 60, **fault})
    before = time.monotonic()
    assert post(hubspot, "/events/upsert", LEAST).status_code == status
    assert time.monotonic() - before >= 0.06
    assert met(hubspot) == [("POST", status, name)]


def test_delayed_write_is_done_when_its_client_has_gone(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"delay": 150})
    with pytest.raises(httpx.ReadTimeout):
        post(hubspot, "/events/upsert", LEAST, timeout=0.02)
    assert stored(hubspot) == []
    deadline = time.monotonic() + 10
    while not stored(hubspot):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert names(hubspot) == ["Summit"]


def test_delay_does_not_keep_the_sandbox_from_stopping() -> None:
    before = time.monotonic()
    with running(Options()) as sandbox, httpx.Client(base_url=sandbox.base_url) as hubspot:
        suffer(hubspot, {"delay": 3_600_000})
        with pytest.raises(httpx.ReadTimeout):
            hubspot.get(EVENTS, timeout=0.05)
    assert time.monotonic() - before < 30


# No results


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", ["/events/upsert", "/batch/update"])
def test_batch_without_results_says_complete_and_stores_nothing(start: Start, version: str, path: str) -> None:
    description = described("marketing-events", version)
    hubspot = start(SEEDED)
    suffer(hubspot, {"empty-results": True})
    body = {"inputs": [{**LEAST, "objectId": "1", "eventName": "Changed"}]}
    answer = hubspot.post(VERSIONS[version] + path, json=body)
    description.check(answer)
    assert (answer.status_code, answer.json()["status"], answer.json()["results"]) == (200, "COMPLETE", [])
    assert names(hubspot) == list("abcdef")
    assert met(hubspot) == [("POST", 200, "empty-results")]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", ["?limit=2", "/events/search?q=s"])
def test_list_and_search_without_results_show_nothing(start: Start, version: str, path: str) -> None:
    description = described("marketing-events", version)
    hubspot = start({"events": [LEAST, *SEEDED["events"]]})
    suffer(hubspot, {"empty-results": True})
    answer = hubspot.get(VERSIONS[version] + path)
    description.check(answer)
    assert answer.json() == {"results": []}


def test_empty_results_befall_only_what_has_results(start: Start) -> None:
    hubspot = start(SEEDED)
    suffer(hubspot, {"empty-results": True}, nth=1)
    assert hubspot.get(f"{EVENTS}/1").json()["eventName"] == "a"
    assert hubspot.get("/crm/properties/2026-09/0-54").json()["results"] != []
    assert post(hubspot, "/batch/archive", {"objectId": "1"}).status_code == 204
    assert hubspot.get(EVENTS).json() == {"results": []}


def test_token_without_rights_gets_no_empty_results(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"empty-results": True})
    assert post(hubspot, "/events/upsert", LEAST, headers=NOBODY).status_code == 401


# Items that fail


UPSERTS = [event(number) for number in range(1, 6)]


@pytest.mark.parametrize(
    ("items", "failed"),
    [({"every": 2}, [2, 4]), ({"every": 1}, [1, 2, 3, 4, 5]), ({"items": [5, 1]}, [1, 5]), ({"items": [9]}, [])],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_some_items_of_an_upsert_fail(start: Start, version: str, items: object, failed: list[int]) -> None:
    description = described("marketing-events", version)
    hubspot = start()
    suffer(hubspot, {"partial": items})
    answer = hubspot.post(f"{VERSIONS[version]}/events/upsert", json={"inputs": UPSERTS})
    description.check(answer)
    body = answer.json()
    assert (answer.status_code, body["status"], body.get("numErrors", 0)) == (200, "COMPLETE", len(failed))
    assert [each["context"] for each in body.get("errors", [])] == [
        {"externalAccountId": ["acme"], "externalEventId": [f"e{number}"]} for number in failed
    ]
    assert names(hubspot) == [f"E{number}" for number in range(1, 6) if number not in failed]
    assert met(hubspot) == [("POST", 200, "partial")]


@pytest.mark.parametrize(("version", "status"), [("v3", 207), ("2025-09", 200), ("2026-03", 207), ("2026-09", 200)])
def test_some_items_of_an_update_fail(start: Start, version: str, status: int) -> None:
    description = described("marketing-events", version)
    hubspot = start(SEEDED)
    suffer(hubspot, {"partial": {"every": 2}})
    changes = [{"objectId": each, "eventName": each.upper()} for each in ("1", "2", "99", "3")]
    answer = hubspot.post(f"{VERSIONS[version]}/batch/update", json={"inputs": changes})
    description.check(answer)
    assert (answer.status_code, answer.json()["numErrors"]) == (status, 3)
    contexts = {each["category"]: each["context"] for each in answer.json()["errors"]}
    assert contexts == {"OBJECT_NOT_FOUND": {"objectId": ["99"]}, "INTERNAL_ERROR": {"objectId": ["3"]}}
    assert names(hubspot) == ["1", "b", "c", "d", "e", "f"]


@pytest.mark.parametrize("version", VERSIONS)
def test_some_items_of_an_archive_fail(start: Start, version: str) -> None:
    description = described("marketing-events", version)
    hubspot = start(SEEDED)
    suffer(hubspot, {"partial": {"items": [2]}})
    answer = hubspot.post(
        f"{VERSIONS[version]}/batch/archive", json={"inputs": [{"objectId": each} for each in ("1", "2", "3")]}
    )
    description.check(answer)
    assert (answer.status_code, answer.json()["errors"][0]["context"]) == (207, {"objectId": ["2"]})
    assert names(hubspot) == list("bdef")


def test_deletion_by_external_ids_fails_silently_as_it_only_accepts(start: Start) -> None:
    hubspot = start({"events": UPSERTS})
    suffer(hubspot, {"partial": {"every": 2}})
    inputs = [
        {"appId": 1001, **{name: each[name] for name in ("externalAccountId", "externalEventId")}} for each in UPSERTS
    ]
    answer = post(hubspot, "/events/delete", *inputs)
    assert (answer.status_code, answer.content) == (202, b"")
    assert names(hubspot) == ["E2", "E4"]


def test_bad_item_refuses_the_batch_whatever_else_fails(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"partial": {"items": [1]}})
    assert post(hubspot, "/events/upsert", event(1), {}).status_code == 400
    assert post(hubspot, "/events/upsert", {"externalEventId": 7}, event(2)).json()["errors"][0]["context"] == {}
    assert names(hubspot) == ["E2"]


def test_partial_befalls_only_batches(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"partial": {"every": 1}}, nth=1)
    assert hubspot.put(SUMMIT, json=LEAST).status_code == 200
    assert hubspot.get(EVENTS).status_code == 200
    assert post(hubspot, "/events/upsert", LEAST).json()["numErrors"] == 1


# Events that come and go between two pages


def pages(hubspot: httpx.Client, limit: int = 2, base: str = EVENTS) -> list[list[str]]:
    """Return the names on each page of the list."""
    found, query = [], {"limit": str(limit)}
    while True:
        body = hubspot.get(base, params=query).raise_for_status().json()
        found.append([each["eventName"] for each in body["results"]])
        if "paging" not in body:
            return found
        following = httpx.URL(body["paging"]["next"]["link"]).params
        assert following == httpx.QueryParams({"limit": limit, "after": body["paging"]["next"]["after"]})
        query["after"] = body["paging"]["next"]["after"]


SPARSE = {
    "events": [{"eventName": name, "objectId": str(number)} for number, name in zip((2, 4, 6, 8), "abcd", strict=True)]
}


@pytest.mark.parametrize(
    ("shift", "shown", "left"),
    [
        ({"vanish": "2"}, [["a", "b"], ["d"]], "bcd"),
        ({"vanish": "4"}, [["a", "b"], ["d"]], "acd"),
        ({"vanish": "6"}, [["a", "b"], ["d"]], "abd"),
        ({"vanish": "8"}, [["a", "b"], ["c"]], "abc"),
        ({"vanish": "7"}, [["a", "b"], ["c", "d"]], "abcd"),
        ({"appear": {"eventName": "N", "objectId": "1"}}, [["a", "b"], ["b", "c"], ["d"]], "Nabcd"),
        ({"appear": {"eventName": "N", "objectId": "3"}}, [["a", "b"], ["b", "c"], ["d"]], "aNbcd"),
        ({"appear": {"eventName": "N", "objectId": "5"}}, [["a", "b"], ["N", "c"], ["d"]], "abNcd"),
        ({"appear": {"eventName": "N"}}, [["a", "b"], ["c", "d"], ["N"]], "abcdN"),
        ({"appear": {"eventName": "N", "objectId": "6"}}, [["a", "b"], ["c", "d"]], "abcd"),
    ],
)
@pytest.mark.parametrize("base", ["", "/"])
def test_event_comes_or_goes_after_the_first_page(
    start: Start, base: str, shift: object, shown: list[list[str]], left: str
) -> None:
    hubspot = start(SPARSE)
    suffer(hubspot, {"shift": shift}, nth=1)
    assert pages(hubspot, base=EVENTS + base) == shown
    assert "".join(names(hubspot)) == left
    assert [fault for _, _, fault in met(hubspot)][:2] == ["shift", None]


def test_first_event_of_the_next_page_that_goes_leaves_an_empty_page(start: Start) -> None:
    hubspot = start(SPARSE)
    suffer(hubspot, {"shift": {"vanish": "8"}}, nth=1)
    assert pages(hubspot, limit=3) == [["a", "b", "c"], []]


def test_event_may_come_after_the_last_page(start: Start) -> None:
    hubspot = start(SPARSE)
    suffer(hubspot, {"shift": {"appear": {"eventName": "N"}}}, nth=1)
    assert pages(hubspot, limit=4) == [list("abcd")]
    assert names(hubspot) == list("abcdN")


def test_event_that_appears_is_whole_and_new(start: Start) -> None:
    clock = Time()
    hubspot = start(clock=clock)
    appearing = {**LEAST, "appInfo": {"id": "111", "name": "Zoom"}, "registrants": 3, "createdAt": 5}
    suffer(hubspot, {"shift": {"appear": appearing}})
    clock.pass_seconds(7)
    pages(hubspot)
    clock.pass_seconds(1)
    pages(hubspot)
    (there,) = stored(hubspot)
    assert (there["appInfo"], there["externalAccountId"]) == ({"id": "111", "name": "Zoom"}, "acme")
    assert (there["registrants"], there["createdAt"], there["updatedAt"]) == (3, *["2027-01-15T08:00:07Z"] * 2)


def test_event_without_ids_appears_each_time(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"shift": {"appear": {"eventName": "N"}}})
    pages(hubspot)
    pages(hubspot)
    assert names(hubspot) == ["N", "N"]


def test_event_that_is_there_under_its_ids_does_not_appear_again(start: Start) -> None:
    hubspot = start({"events": [LEAST]})
    suffer(hubspot, {"shift": {"appear": {**LEAST, "objectId": "3", "eventName": "Twin"}}})
    pages(hubspot)
    assert names(hubspot) == ["Summit"]


@pytest.mark.parametrize("version", VERSIONS)
def test_shifted_page_is_as_described(start: Start, version: str) -> None:
    description = described("marketing-events", version)
    hubspot = start(SPARSE)
    suffer(hubspot, {"shift": {"vanish": "2"}})
    description.check(hubspot.get(VERSIONS[version], params={"limit": 1}))


def test_late_list_shifts_when_it_sees_the_change(start: Start) -> None:
    clock = Time()
    hubspot = start(SPARSE, behaviours=["list-lag=2"], clock=clock)
    suffer(hubspot, {"shift": {"vanish": "2"}}, nth=1)
    assert pages(hubspot) == [["a", "b"], ["c", "d"]]
    clock.pass_seconds(2)
    assert pages(hubspot) == [["b", "c"], ["d"]]


def test_shift_befalls_only_the_list(start: Start) -> None:
    hubspot = start(SPARSE)
    suffer(hubspot, {"shift": {"vanish": "2"}}, nth=1)
    assert hubspot.get(f"{EVENTS}/2").status_code == 200
    assert hubspot.get(f"{EVENTS}/events/search", params={"q": "s"}).status_code == 200
    assert hubspot.post(EVENTS).status_code == 405
    assert names(hubspot) == list("abcd")
    assert hubspot.get("/marketing/marketing-events/v3").status_code == 200
    assert names(hubspot) == list("bcd")


def test_refused_page_shifts_nothing(start: Start) -> None:
    hubspot = start(SPARSE)
    suffer(hubspot, {"shift": {"vanish": "2"}})
    assert hubspot.get(EVENTS, headers=NOBODY).status_code == 401
    assert hubspot.get(EVENTS, params={"limit": "0"}).status_code == 400
    assert names(hubspot) == list("abcd")


# Which requests are hit


def statuses(hubspot: httpx.Client, requests: Iterable[tuple[str, str]]) -> list[int]:
    return [hubspot.request(method, path).status_code for method, path in requests]


@pytest.mark.parametrize(
    ("when", "hit"), [({"nth": 3}, [3]), ({"every": 3}, [3, 6, 9]), ({"probability": 1, "seed": 1}, [*range(1, 10)])]
)
def test_requests_are_counted_from_when_the_rule_was_set(start: Start, when: dict[str, object], hit: list[int]) -> None:
    hubspot = start()
    for _ in range(2):
        statuses(hubspot, [("GET", EVENTS)] * 2)
        suffer(hubspot, {"status": 500}, **when)
        found = statuses(hubspot, [("GET", EVENTS)] * 9)
        assert [number for number, status in enumerate(found, 1) if status == 500] == hit


def dice(start: Start, seed: int) -> list[int]:
    hubspot = start()
    suffer(hubspot, {"status": 500}, probability=0.5, seed=seed)
    return statuses(hubspot, [("GET", EVENTS)] * 40)


def test_probability_gives_the_same_run_for_the_same_seed(start: Start) -> None:
    first = dice(start, 7)
    assert first == dice(start, 7)
    assert first != dice(start, 8)
    assert 5 < first.count(500) < 35


def test_rules_count_and_throw_dice_for_themselves(start: Start) -> None:
    hubspot = start()
    alone = {"probability": 0.5, "seed": 7, "fault": {"status": 500}}
    hubspot.put(FAULTS, json=[{"every": 2, "fault": {"status": 503}}, alone]).raise_for_status()
    together = statuses(hubspot, [("GET", EVENTS)] * 40)
    assert together[1::2] == [503] * 20
    assert together[::2] == dice(start, 7)[::2]


def test_first_rule_that_hits_wins(start: Start) -> None:
    hubspot = start()
    rules = [{"nth": 2, "fault": {"status": 502}}, {**ALWAYS, "fault": {"status": 503}}]
    hubspot.put(FAULTS, json=rules).raise_for_status()
    assert statuses(hubspot, [("GET", EVENTS)] * 3) == [503, 502, 503]


@pytest.mark.parametrize(
    ("rule", "hit"),
    [
        ({}, {"GET", "POST", "DELETE"}),
        ({"method": "*"}, {"GET", "POST", "DELETE"}),
        ({"method": "GET"}, {"GET"}),
        ({"path": "*/events/upsert"}, {"POST"}),
        ({"path": "/marketing/*/2026-09*"}, {"GET", "POST", "DELETE"}),
        ({"path": EVENTS}, {"GET"}),
        ({"path": f"{EVENTS}/[0-9]"}, {"DELETE"}),
        ({"method": "GET", "path": "*/events/upsert"}, set()),
        ({"path": "/MARKETING/*"}, set()),
    ],
)
def test_rule_hits_its_method_and_its_path(start: Start, rule: dict[str, object], hit: set[str]) -> None:
    hubspot = start()
    suffer(hubspot, {"status": 500}, **rule, **ALWAYS)
    requests = [("GET", EVENTS), ("POST", f"{EVENTS}/events/upsert"), ("DELETE", f"{EVENTS}/9")]
    found = zip(requests, statuses(hubspot, requests), strict=True)
    assert {method for (method, _), status in found if status == 500} == hit


def test_path_is_compared_as_it_is_sent(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"status": 500}, path="*/a%2Fb", every=1)
    assert hubspot.get(f"{EVENTS}/events/a%2Fb", params=ACCOUNT).status_code == 500
    assert hubspot.get(f"{EVENTS}/events/a/b", params=ACCOUNT).status_code == 404


def test_request_over_the_rate_meets_no_fault_and_does_not_count(start: Start) -> None:
    hubspot = start(rate="1/3600")
    suffer(hubspot, {"status": 500}, nth=1)
    assert hubspot.get(EVENTS).status_code == 500
    suffer(hubspot, {"status": 500}, nth=1)
    assert hubspot.get(EVENTS).status_code == 429
    assert hubspot.get(EVENTS, headers=OTHER_APP).status_code == 500
    assert [fault for _, _, fault in met(hubspot)] == ["status", None, "status"]


def test_controls_meet_no_faults(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"drop-before": True})
    assert hubspot.get("/_sandbox/events").status_code == 200
    assert hubspot.delete(FAULTS).status_code == 204
    assert hubspot.get(EVENTS).status_code == 200


def test_rules_are_set_anew_and_taken_away(start: Start) -> None:
    hubspot = start()
    suffer(hubspot, {"status": 500})
    suffer(hubspot, {"status": 503}, path="*/events/*", every=1)
    assert statuses(hubspot, [("GET", EVENTS), ("GET", f"{EVENTS}/events/search")]) == [200, 503]
    assert hubspot.put(FAULTS, json=[]).status_code == 204
    assert hubspot.get(f"{EVENTS}/events/search").status_code == 400


@pytest.mark.parametrize(
    "behaviour",
    [f"{name}={answer}" for name, answer in Behaviours().shown().items() if name != "list-lag"]
    + ["upsert=keep", "empty-text=ignored", "text=trimmed", "list-lag=60"],
)
def test_faults_come_with_every_behaviour(start: Start, behaviour: str) -> None:
    hubspot = start(behaviours=[behaviour])
    suffer(hubspot, {"partial": {"items": [2]}})
    assert post(hubspot, "/events/upsert", {**LEAST, "eventUrl": ""}, event(2)).json()["numErrors"] == 1
    suffer(hubspot, {"drop-after": True})
    with pytest.raises(httpx.RemoteProtocolError):
        hubspot.patch(SUMMIT, params=ACCOUNT, json={"eventName": "Renamed"})
    assert names(hubspot) == ["Renamed"]


def test_file_of_faults_holds_from_the_start(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text(json.dumps([{"nth": 1, "fault": {"drop-after": True}}]), encoding="utf-8")
    hubspot = start(faults=file)
    with pytest.raises(httpx.RemoteProtocolError):
        upsert(hubspot, LEAST)
    assert upsert(hubspot, LEAST)["eventName"] == "Summit"
