"""No input makes the sandbox fail: every answer is below 500, and the next request is served."""

import json
import socket

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sandbox.asking import EVENTS, LEAST, Start, refused

TOKEN_DETAILS = "/oauth/v2/private-apps/get/access-token-info"
WRITES = [
    ("POST", f"{EVENTS}/events/upsert"),
    ("POST", f"{EVENTS}/batch/update"),
    ("POST", f"{EVENTS}/batch/archive"),
    ("PATCH", f"{EVENTS}/events/summit?externalAccountId=acme"),
    ("PATCH", f"{EVENTS}/7"),
    ("PUT", f"{EVENTS}/events/summit"),
    ("POST", f"{EVENTS}/events"),
    ("POST", f"{EVENTS}/events/delete"),
    ("POST", f"{EVENTS}/events/summit/complete?externalAccountId=acme"),
    ("POST", TOKEN_DETAILS),
    ("PUT", "/_sandbox/behaviours"),
]
SUMMIT = {"objectId": "7", **LEAST}
KEYS = [
    *SUMMIT,
    "appId",
    "list-lag",
    "inputs",
    "startDateTime",
    "eventUrl",
    "eventCancelled",
    "customProperties",
    "name",
    "value",
]


def json_values() -> st.SearchStrategy[object]:
    """Any JSON, lone surrogates and huge numbers included, with a liking for HubSpot's own keys."""
    texts = st.text() | st.sampled_from(["7", "acme", "summit", "\ud800", "\0", "2127-04-14T09:00:00Z"])
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.just(10**30) | texts
    keys = st.sampled_from(KEYS) | texts
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=20)


def batches() -> st.SearchStrategy[object]:
    """Batches whose items are right but for some values."""
    items = st.fixed_dictionaries({}, optional={key: st.just(SUMMIT.get(key, [])) | json_values() for key in KEYS})
    return st.fixed_dictionaries({"inputs": st.lists(items, max_size=3)})


def is_object(body: bytes) -> bool:
    """Return whether some bytes happen to be a valid body of a request."""
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_no_json_makes_the_sandbox_fail(start: Start, method: str, path: str) -> None:
    hubspot = start({"events": [SUMMIT], "properties": [{"name": "summit"}]})

    @settings(max_examples=40, deadline=None)
    @given(json_values() | batches())
    def law(body: object) -> None:
        assert hubspot.request(method, path, content=json.dumps(body)).status_code < 500
        assert hubspot.get(EVENTS).raise_for_status().json()["results"] is not None

    law()


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_no_bytes_make_the_sandbox_fail(start: Start, method: str, path: str) -> None:
    hubspot = start()

    @settings(max_examples=30, deadline=None)
    @given(st.binary())
    @example(b"{}")
    def law(body: bytes) -> None:
        status = hubspot.request(method, path, content=body).status_code
        assert status == 400 or (is_object(body) and status < 500)

    law()


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"inputs"',
        b"{",
        b'{"inputs": [}',
        b'{"inputs": [NaN]}',
        b'{"inputs": [Infinity]}',
        b'{"inputs": ["\xff"]}',
        b'{"inputs": ["\\ud800"]}',
        b'{"inputs": [' + b"9" * 5000 + b"]}",
        b'{"inputs": [], "more": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"inputs": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"x": ' * 100_000 + b"1" + b"}" * 100_000,
        '{"inputs": []}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"\0",
    ],
    ids=lambda body: body[:20].decode("latin-1"),
)
def test_body_that_is_no_json_object_is_refused(start: Start, method: str, path: str, body: bytes) -> None:
    refused(start().request(method, path, content=body))


@pytest.mark.parametrize("inputs", [None, {}, "x", 7, [None], [7], ["x"], [[]], [{}]])
@pytest.mark.parametrize("path", ["/events/upsert", "/batch/update", "/batch/archive"])
def test_inputs_that_are_no_list_of_items_are_refused(hubspot: httpx.Client, path: str, inputs: object) -> None:
    refused(hubspot.post(EVENTS + path, json={"inputs": inputs}))


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 4000, "-0", "1e5"])
def test_number_of_any_size_where_none_is_asked_for_is_ignored(hubspot: httpx.Client, number: str) -> None:
    body = json.dumps({"inputs": [{**SUMMIT, "unknown": "here"}]}).replace('"here"', number)
    assert hubspot.post(f"{EVENTS}/events/upsert", content=body).status_code == 200


@pytest.mark.parametrize(
    "event_id",
    ["%00", "%FF", "%ED%A0%80", "%zz", "%", "a%2Fb", "%2F", "%2E%2E", "%25", "+", "x" * 5000, "%F0%9F%8E%89"],
)
def test_no_id_in_a_path_makes_the_sandbox_fail(hubspot: httpx.Client, event_id: str) -> None:
    port = hubspot.base_url.port or 0
    for path in (f"{EVENTS}/{event_id}", f"{EVENTS}/events/{event_id}?externalAccountId={event_id}"):
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sandbox-1001\r\nConnection: close\r\n\r\n"
        with socket.create_connection(("127.0.0.1", port)) as raw, raw.makefile("rb") as answer:
            raw.sendall(head.encode())
            assert answer.readline() == b"HTTP/1.1 404 Not Found\r\n"


def test_no_query_makes_the_sandbox_fail(hubspot: httpx.Client) -> None:
    names = st.sampled_from(["limit", "after", "q", "externalAccountId"]) | st.text()
    characters = st.characters(exclude_categories=["Cs"])

    @settings(max_examples=40, deadline=None)
    @given(path=st.sampled_from(["", "/events/search", "/events/e"]), query=st.dictionaries(names, st.text(characters)))
    def law(path: str, query: dict[str, str]) -> None:
        assert hubspot.get(EVENTS + path, params=query).status_code in (200, 400, 404)

    law()


@pytest.mark.parametrize("query", ["%FF", "limit=%FF", "after=%00", "limit=1&limit=2", "=&=&&", "after=%ED%A0%80"])
def test_no_raw_query_makes_the_sandbox_fail(hubspot: httpx.Client, query: str) -> None:
    assert hubspot.get(f"{EVENTS}?{query}").status_code in (200, 400)


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET http://127.0.0.1/marketing/marketing-events/2026-03 HTTP/1.1",
        b"GET * HTTP/1.1",
        b"GET \xff HTTP/1.1",
        b"GET / HTTP/9.9",
        b"\0\0\0\0",
    ],
)
def test_no_request_line_makes_the_sandbox_fail(hubspot: httpx.Client, request_line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hubspot.base_url.port or 0)) as raw, raw.makefile("rb") as answer:
        raw.sendall(request_line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert answer.readline().split()[1] in (b"400", b"404")
    assert hubspot.get(EVENTS).status_code == 200


def test_client_that_leaves_in_the_middle_of_a_request_disturbs_nobody(
    hubspot: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_connection(("127.0.0.1", hubspot.base_url.port or 0)) as raw:
        head = f"POST {EVENTS}/events/upsert HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sandbox-1001\r\n"
        raw.sendall(f"{head}Content-Length: 1000\r\n\r\n{{".encode())
    assert hubspot.get(EVENTS).status_code == 200
    assert capfd.readouterr() == ("", "")
