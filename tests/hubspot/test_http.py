"""The HTTP client against servers with every fault that HubSpot and the network are known for."""

import json
import logging
import socket
import ssl
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from reconciler.errors import AccessDenied, Interrupted, ReconcilerError, Rejected, Unavailable, UsageError
from reconciler.hubspot.http import HttpReader, HttpWriter
from reconciler.portal import RateLimit
from reconciler.transport.exchange import MOST_BYTES, trusted
from reconciler.transport.retrying import ATTEMPTS
from reconciler.transport.surroundings import Clock, Watch
from tests.hubspot import connecting
from tests.hubspot.clocks import Sleeper, ticking
from tests.hubspot.scripted import (
    Play,
    Server,
    answer,
    cut,
    endless,
    raw,
    reset,
    serving,
    unframed,
    unused_address,
)

CANARY = "pat-na1-canary-4711"
FINE = {"fine": True}
PATH = "/marketing/marketing-events/2026-03"
BURST = {
    "status": "error",
    "message": "You have reached your ten_secondly_rolling limit.",
    "errorType": "RATE_LIMIT",
    "policyName": "TEN_SECONDLY_ROLLING",
}
NO_EVENT = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "No marketing event found"}
DAILY = {**BURST, "message": "You have reached your daily limit.", "policyName": "DAILY"}

UNWATCHED = Watch()

Client = Callable[..., HttpWriter]


@pytest.fixture
def open_client() -> Iterator[Client]:
    """Open clients that never really wait, unless a test brings its own clock."""
    with ExitStack() as stack:

        def open_one(
            server: Server | str,
            *,
            timeout: float = 60,
            clock: Clock | None = None,
            watch: Watch = UNWATCHED,
            proxy: str | None = None,
        ) -> HttpWriter:
            base_url = server if isinstance(server, str) else server.base_url
            connection = connecting.to(base_url, token=CANARY, proxy=proxy)
            client = HttpWriter(connection, timeout=timeout, clock=clock or Sleeper().clock, watch=watch)
            return stack.enter_context(client)

        yield open_one


@pytest.fixture
def play() -> Iterator[Callable[..., Server]]:
    """Start servers that play a script; all of them end with the test."""
    with ExitStack() as stack:
        yield lambda *script: stack.enter_context(serving(*script))


Start = Callable[..., Server]


# What is sent


def test_a_request_carries_the_token_and_asks_for_plain_json(play: Start, open_client: Client) -> None:
    server = play(answer())
    open_client(server).get(PATH, {"limit": "100"})
    (request,) = server.received
    assert (request.method, request.target) == ("GET", f"{PATH}?limit=100")
    assert request.headers["authorization"] == f"Bearer {CANARY}"
    assert request.headers["accept"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["user-agent"].startswith("reconciler/")


@pytest.mark.parametrize(
    ("send", "method", "target"),
    [
        (lambda client: client.post(PATH, {"inputs": []}), "POST", PATH),
        (
            lambda client: client.patch(PATH, {"externalAccountId": "a&b"}, {"inputs": []}),
            "PATCH",
            f"{PATH}?externalAccountId=a%26b",
        ),
    ],
)
def test_a_write_carries_its_body_as_json(
    play: Start, open_client: Client, send: Callable[[HttpWriter], Any], method: str, target: str
) -> None:
    server = play(answer(body=FINE))
    assert send(open_client(server)) == FINE
    (request,) = server.received
    assert (request.method, request.target) == (method, target)
    assert json.loads(request.body) == {"inputs": []}


def test_the_question_for_the_token_is_the_one_post_of_a_reader(play: Start) -> None:
    server = play(answer(body=FINE))
    with HttpReader(connecting.to(server.base_url, token=CANARY), timeout=60) as reader:
        assert reader.token_details("/oauth") == FINE
    assert [(one.method, one.target, json.loads(one.body)) for one in server.received] == [
        ("POST", "/oauth", {"tokenKey": CANARY})
    ]


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_reader_refuses_to_write(play: Start, method: str) -> None:
    server = play(answer())
    with (
        HttpReader(connecting.to(server.base_url, token=CANARY), timeout=60) as reader,
        pytest.raises(AssertionError, match=f"must not send {method}"),
    ):
        reader._request(method, PATH, {})
    assert not server.received


def test_a_reader_has_no_method_that_writes() -> None:
    assert not {"post", "patch", "put", "delete"} & set(dir(HttpReader))


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_writer_sends_no_other_write_than_it_has_to(play: Start, open_client: Client, method: str) -> None:
    server = play(answer())
    with pytest.raises(AssertionError, match=f"must not send {method}"):
        open_client(server)._request(method, PATH, {})
    assert not server.received


def test_each_request_is_told_in_a_line(play: Start, open_client: Client) -> None:
    lines: list[str] = []
    client = open_client(play(answer(503), answer()), watch=Watch(log=lines.append))
    client.get(PATH, {"q": "secret plans"})
    assert lines == [f"GET {PATH}: 503", f"GET {PATH}: 200"]


def test_a_request_that_is_repeated_counts_once(play: Start, open_client: Client) -> None:
    client = open_client(play(answer(503), answer()))
    client.get(PATH, {})
    assert client.requests == 1


def test_leaving_a_client_closes_its_connections(play: Start) -> None:
    last_words = []

    def keep_open(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        last_words.append(connection.recv(1))

    with serving(keep_open) as server, HttpReader(connecting.to(server.base_url), timeout=60) as reader:
        reader.get(PATH, {})
    assert last_words == [b""]


# Where it goes


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 399])
def test_a_redirect_is_not_followed_and_the_token_stays_here(play: Start, open_client: Client, status: int) -> None:
    elsewhere = play(answer())
    server = play(answer(status, Location=f"{elsewhere.base_url}{PATH}"))
    with pytest.raises(Unavailable, match="answers with a redirect"):
        open_client(server).get(PATH, {})
    assert len(server.received) == 1
    assert not elsewhere.received


def test_plain_http_passes_by_the_proxy_which_would_see_the_token(play: Start, open_client: Client) -> None:
    proxy, server = play(answer()), play(answer(body=FINE))
    assert open_client(server, proxy=proxy.base_url).get(PATH, {}) == FINE
    assert not proxy.received


def test_a_proxy_of_the_environment_is_not_used(
    play: Start, open_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = play(answer()), play(answer(body=FINE))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.base_url)
    assert open_client(server).get(PATH, {}) == FINE
    assert not proxy.received


def test_https_goes_through_the_proxy_which_never_sees_the_token(play: Start, open_client: Client) -> None:
    proxy = play(answer(407))
    client = open_client("https://api.hubapi.example", proxy=proxy.base_url)
    with pytest.raises(Unavailable, match=r"api\.hubapi\.example cannot be reached: ") as caught:
        client.get(PATH, {})
    assert not caught.value.sent
    assert caught.value.hint == "check HTTPS_PROXY, the network and HUBSPOT_BASE_URL"
    assert {(one.method, one.target) for one in proxy.received} == {("CONNECT", "api.hubapi.example:443")}
    assert CANARY not in repr(proxy.received)


@pytest.fixture
def secure() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(connecting.CERTIFICATE)
    return context


def test_a_server_whose_certificate_nobody_trusts_is_sent_nothing(
    secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(connecting.CERTIFICATE))  # only the settings read the environment
    with serving(answer(), tls=secure) as server:
        connection = replace(connecting.to(server.base_url), ca_file=None)
        with (
            HttpReader(connection, timeout=60, clock=Sleeper().clock) as reader,
            pytest.raises(
                Unavailable, match=r"127\.0\.0\.1:\d+ cannot be reached: .*self.signed certificate"
            ) as caught,
        ):
            reader.get(PATH, {})
        assert not caught.value.sent
        assert not server.received


def test_a_certificate_of_ones_own_is_trusted_where_the_settings_name_it(
    secure: ssl.SSLContext, open_client: Client
) -> None:
    with serving(answer(body=FINE), tls=secure) as server:
        assert open_client(server).get(PATH, {}) == FINE


def test_without_a_file_of_certificates_the_usual_authorities_are_trusted() -> None:
    context = trusted(None)
    assert context.cert_store_stats()["x509_ca"] > 50
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_file_of_certificates_that_holds_none_is_wrong_usage(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("no certificate")
    with pytest.raises(UsageError, match="SSL_CERT_FILE holds no certificates"):
        HttpReader(replace(connecting.to("https://api.hubapi.example"), ca_file=str(empty)), timeout=60)


# Invalid answers


BROKEN = {
    "nothing at all": cut(),
    "a reset": reset,
    "half a body": cut(b'{"fine": '),
    "half a body without a length": unframed(b'{"fine": '),
    "no HTTP": raw(b"SSH-2.0-OpenSSH\r\n"),
    "an empty body": answer(body=b""),
    "HTML": answer(body=b"<html>Welcome to the hotel's network</html>"),
    "NaN": answer(body=b'{"fine": NaN}'),
    "Infinity": answer(body=b'{"fine": -Infinity}'),
    "a number too long": answer(body=b"9" * 5000),
    "broken UTF-8": answer(body=b'"\xff"'),
    "depth": answer(body=b"[" * 100_000),
    "a depth that JSON allows": answer(body=b"[" * 600 + b"]" * 600),
}


def test_a_connection_that_is_refused_sent_nothing(open_client: Client) -> None:
    sleeper = Sleeper()
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:\d+ cannot be reached: Connection refused") as caught:
        open_client(unused_address(), clock=sleeper.clock).post(PATH, {})
    assert not caught.value.sent
    assert caught.value.hint == "check the network, the proxy and HUBSPOT_BASE_URL"
    assert len(sleeper.slept) == ATTEMPTS - 1


def test_a_body_that_never_ends_ends_with_the_time(play: Start, open_client: Client) -> None:
    with pytest.raises(Unavailable, match=r"timed out after 60 s \(whole run\)") as caught:
        open_client(play(endless(b" ")), clock=ticking()).post(PATH, {})
    assert caught.value.sent


def test_a_server_that_says_nothing_is_not_waited_for_beyond_the_time(play: Start, open_client: Client) -> None:
    server = play(lambda connection: bool(connection.recv(1)))
    with pytest.raises(Unavailable, match=r"timed out after 0\.2 s \(whole run\)") as caught:
        open_client(server, timeout=0.2, clock=Clock(sleep=lambda _: None)).post(PATH, {})
    assert caught.value.sent


def test_a_body_that_is_too_large_is_not_read_to_its_end(play: Start, open_client: Client) -> None:
    server = play(endless(b" " * 2**20))
    with pytest.raises(Unavailable, match=f"more than {MOST_BYTES // 2**20} MiB") as caught:
        open_client(server).post(PATH, {})
    assert caught.value.sent
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb'"\ud83c\udf89"', "\N{PARTY POPPER}"),
        (rb'"half \ud83c"', "half \N{REPLACEMENT CHARACTER}"),
        (rb'{"\uDF89": ["\\ud83c", "\udf89\ud83c"]}', {"\ufffd": ["\\ud83c", "\ufffd\ufffd"]}),
    ],
)
def test_half_a_character_is_replaced_because_nothing_could_be_done_with_it(
    play: Start, open_client: Client, sent: bytes, read: object
) -> None:
    assert open_client(play(answer(body=sent))).get(PATH, {}) == read


def test_half_a_character_in_a_reason_is_replaced_too(play: Start, open_client: Client) -> None:
    with pytest.raises(Rejected, match="\N{REPLACEMENT CHARACTER}"):
        open_client(play(answer(400, rb'{"message": "half \ud83c"}'))).get(PATH, {})


# Statuses


def test_the_pauses_between_attempts_are_random_and_bounded(play: Start, open_client: Client) -> None:
    sleeper = Sleeper()
    with pytest.raises(Unavailable):
        open_client(play(answer(500)), clock=sleeper.clock).get(PATH, {})
    assert len(set(sleeper.slept)) == ATTEMPTS - 1
    assert all(0 <= pause <= 20 for pause in sleeper.slept)
    assert sleeper.slept[0] <= 0.5


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[" * 100_000,
        b'{"errors": ' * 600 + b"7" + b"}" * 600,
        b"[]",
        b"{}",
        b'{"message": null}',
        b'{"message": 7}',
        b'{"message": ""}',
    ],
)
def test_a_refusal_without_a_reason_says_so(play: Start, open_client: Client, body: bytes) -> None:
    with pytest.raises(Rejected, match=r"\(status 400\): no reason given$"):
        open_client(play(answer(400, body))).get(PATH, {})


def test_a_long_reason_is_cut_short(play: Start, open_client: Client) -> None:
    with pytest.raises(Rejected) as caught:
        open_client(play(answer(400, {"message": "x" * 10_000}))).get(PATH, {})
    assert len(caught.value.message) < 400


def test_a_missing_thing_is_none_where_it_may_be_missing(play: Start, open_client: Client) -> None:
    assert open_client(play(answer(404, {"category": "OBJECT_NOT_FOUND"}))).get_or_none(PATH, {}) is None


@pytest.mark.parametrize("empty", [answer(204, b""), answer(200, b"null")], ids=["204", "null"])
def test_an_answer_that_says_nothing_is_no_proof_that_a_thing_is_missing(
    play: Start, open_client: Client, empty: Play
) -> None:
    with pytest.raises(Unavailable, match="is empty"):
        open_client(play(empty)).get_or_none(PATH, {})


@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.get(PATH, {}),
        lambda client: client.post(PATH, {}),
        lambda client: client.patch(PATH, {}, {}),
        lambda client: client.token_details(PATH),
    ],
    ids=["get", "post", "patch", "token_details"],
)
def test_a_path_that_has_to_be_there_is_refused_where_it_is_not(
    play: Start, open_client: Client, send: Callable[[HttpWriter], Any]
) -> None:
    with pytest.raises(Rejected, match=f"HubSpot does not know {PATH}") as caught:
        send(open_client(play(answer(404, NO_EVENT))))
    assert caught.value.hint == "check apiVersion in reconciler.yaml"


def test_a_status_may_be_the_whole_answer(play: Start, open_client: Client) -> None:
    assert open_client(play(answer(204, b""))).post(PATH, {}) is None


# The token and its scopes


def test_a_token_that_is_refused_is_not_shown_again(play: Start, open_client: Client) -> None:
    server = play(answer(401, {"message": "Authentication credentials not found."}))
    with pytest.raises(AccessDenied, match=r"does not accept the token: Authentication credentials") as caught:
        open_client(server).get(PATH, {})
    assert caught.value.hint == "check HUBSPOT_ACCESS_TOKEN"
    assert len(server.received) == 1


ODD_ERRORS: list[Any] = ["x", ["x"], [{}], [{"context": 1}], [{"context": {"requiredGranularScopes": "x"}}]]


@pytest.mark.parametrize(
    ("body", "scopes"),
    [
        (
            {
                "message": "Required scopes missing.",
                "errors": [
                    {"context": {"requiredGranularScopes": ["b.write", "a.read"]}},
                    {"context": {"requiredGranularScopes": ["a.read"]}},
                ],
            },
            "a.read, b.write",
        ),
        (
            {"message": "No permission (requires one of [crm.objects.marketing_events.read])"},
            "crm.objects.marketing_events.read and, to apply, .write",
        ),
        *(({"errors": errors}, "crm.objects.marketing_events.read and, to apply, .write") for errors in ODD_ERRORS),
    ],
)
def test_a_token_without_a_scope_is_told_which_one_it_lacks(
    play: Start, open_client: Client, body: object, scopes: str
) -> None:
    server = play(answer(403, body))
    with pytest.raises(AccessDenied, match="the token may not do this: ") as caught:
        open_client(server).get(PATH, {})
    assert caught.value.hint == f"give the token's app the scopes it lacks: {scopes}"
    assert len(server.received) == 1


ECHO = {"message": f"Bearer {CANARY} is odd", "errors": [{"context": {"requiredGranularScopes": [CANARY]}}]}
TELLTALES = (
    *BROKEN.values(),
    *(answer(status, ECHO) for status in (200, 307, 400, 401, 403, 404, 423, 429, 477, 500, 504, 599)),
    answer(429, {**ECHO, "policyName": "DAILY"}),
    answer(204, b""),
)


@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.get(PATH, {}),
        lambda client: client.post(PATH, {}),
        lambda client: client.token_details(PATH),
    ],
    ids=["get", "post", "token_details"],
)
def test_no_failure_tells_the_token(
    play: Start, open_client: Client, send: Callable[[HttpWriter], Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    server = play(*TELLTALES)
    client = open_client(server, watch=Watch(log=told.append), timeout=1e9)
    while len(server.received) < len(TELLTALES):
        try:
            send(client)
        except ReconcilerError as error:
            told += [repr(error), str(error.hint), *traceback.format_exception(error)]
    assert CANARY not in "".join([*told, caplog.text, repr(client), repr(vars(client))])


ESCAPED = "".join(f"\\u{ord(character):04x}" for character in CANARY)


def test_a_refusal_cannot_hide_the_token_behind_escapes(play: Start, open_client: Client) -> None:
    server = play(answer(400, f'{{"message": "no {ESCAPED}"}}'.encode()))
    with pytest.raises(Rejected, match=r"no \*\*\*$"):
        open_client(server).get(PATH, {})


def test_the_answer_to_a_write_cannot_bring_the_token_back(play: Start, open_client: Client) -> None:
    said = f'{{"errors": [{{"message": "{ESCAPED}"}}], "numErrors": 1}}'.encode()
    assert open_client(play(answer(207, said))).post(PATH, {}) == {"errors": [{"message": "***"}], "numErrors": 1}


GONE = "check the network, the proxy and HUBSPOT_BASE_URL, and apiVersion in reconciler.yaml"
OF_SOMETHING_ELSE = {
    "nothing": b"",
    "HTML": b"<html>not found</html>",
    "a gateway": b'{"message": "no Route matched with those values"}',
    "a gateway that writes like HubSpot": b'{"status": "error", "message": "no such upstream"}',
    "a framework": b'{"status": 404, "error": "Not Found", "path": "/"}',
    "a list": b'["correlationId"]',
    "a mark that is no text": b'{"category": null, "correlationId": 7}',
}


@pytest.mark.parametrize("body", OF_SOMETHING_ELSE.values(), ids=OF_SOMETHING_ELSE)
def test_a_404_of_something_else_than_hubspot_says_nothing_of_the_thing(
    play: Start, open_client: Client, body: bytes
) -> None:
    with pytest.raises(Rejected, match="status 404") as caught:
        open_client(play(answer(404, body))).get_or_none(PATH, {})
    assert caught.value.hint == GONE


@pytest.mark.parametrize(("status", "hint"), [(405, GONE), (410, GONE), (415, GONE), (400, None), (409, None)])
def test_a_path_or_a_version_that_is_gone_names_the_setting(
    play: Start, open_client: Client, status: int, hint: str | None
) -> None:
    with pytest.raises(Rejected) as caught:
        open_client(play(answer(status, {"message": "no"}))).get(PATH, {})
    assert caught.value.hint == hint


@pytest.mark.parametrize("body", [{mark: "x"} for mark in ("category", "correlationId", "errorType")] + [NO_EVENT])
def test_any_mark_of_hubspots_makes_a_404_its_own(play: Start, open_client: Client, body: object) -> None:
    assert open_client(play(answer(404, body))).get_or_none(PATH, {}) is None


# Too many requests


# Pacing


def _limit(requests: int, **more: str) -> dict[str, Any]:
    return {
        "X_HubSpot_RateLimit_Max": str(requests),
        "X_HubSpot_RateLimit_Interval_Milliseconds": "10000",
        **more,
    }


def test_the_limit_is_learnt_from_what_hubspot_answers(play: Start, open_client: Client) -> None:
    sleeper = Sleeper()
    client = open_client(play(answer(**_limit(2))), clock=sleeper.clock)
    for _ in range(5):
        client.get(PATH, {})
    assert sleeper.slept == pytest.approx([10, 10], abs=0.1)


def test_without_a_word_from_hubspot_the_smallest_limit_holds(play: Start, open_client: Client) -> None:
    sleeper = Sleeper()
    client = open_client(play(answer()), clock=sleeper.clock)
    for _ in range(101):
        client.get(PATH, {})
    assert sleeper.slept == pytest.approx([10], abs=0.1)


def test_a_window_that_others_have_filled_is_waited_for(play: Start, open_client: Client) -> None:
    sleeper = Sleeper()
    client = open_client(
        play(answer(**_limit(100, X_HubSpot_RateLimit_Remaining="0")), answer(**_limit(100))), clock=sleeper.clock
    )
    client.get(PATH, {})
    client.get(PATH, {})
    assert sleeper.slept == pytest.approx([10], abs=0.1)


def test_the_limits_that_hubspot_told_last_can_be_asked_for(play: Start, open_client: Client) -> None:
    told = _limit(190, X_HubSpot_RateLimit_Remaining="12", X_HubSpot_RateLimit_Daily_Remaining="0")
    client = open_client(play(answer(**told), answer(), answer(404, NO_EVENT, **_limit(100))))
    assert client.rate_limit == RateLimit()
    for expected in (190, 190, 100):  # an answer without limits changes nothing
        client.get_or_none(PATH, {})
        assert client.rate_limit.limit == expected


def test_a_request_counts_from_its_answer_because_nobody_knows_when_it_arrived(
    play: Start, open_client: Client
) -> None:
    sleeper = Sleeper()

    def take_three_seconds(connection: socket.socket) -> None:
        sleeper.now += 3
        answer(**_limit(1))(connection)

    client = open_client(play(take_three_seconds), clock=sleeper.clock)
    client.get(PATH, {})
    client.get(PATH, {})
    assert sleeper.slept == pytest.approx([10], abs=0.1)


def test_pacing_does_not_wait_beyond_the_end_of_the_run(play: Start, open_client: Client) -> None:
    sleeper = Sleeper()
    server = play(answer(**_limit(1, X_HubSpot_RateLimit_Interval_Milliseconds="900000000")))
    client = open_client(server, clock=sleeper.clock, timeout=60)
    client.get(PATH, {})
    with pytest.raises(Unavailable, match=r"timed out after 60 s \(whole run\)") as caught:
        client.post(PATH, {})
    assert not caught.value.sent
    assert sum(sleeper.slept) <= 60
    assert len(server.received) == 1


# The end of the run


def test_attempts_end_with_the_time_of_the_run(play: Start, open_client: Client) -> None:
    sleeper = Sleeper()
    server = play(answer(503, Retry_After="10"))
    with pytest.raises(Unavailable, match="keeps failing with status 503"):
        open_client(server, clock=sleeper.clock, timeout=25).get(PATH, {})
    assert len(server.received) == 3
    assert sum(sleeper.slept) <= 25


def test_a_request_is_sent_as_long_as_there_is_time(play: Start, open_client: Client) -> None:
    sleeper = Sleeper()
    client = open_client(play(answer(body=FINE)), clock=sleeper.clock, timeout=60)
    sleeper.now = 59.5
    assert client.get(PATH, {}) == FINE


def test_nothing_is_sent_after_the_time_of_the_run(play: Start, open_client: Client) -> None:
    sleeper = Sleeper()
    server = play(answer())
    client = open_client(server, clock=sleeper.clock, timeout=60)
    sleeper.now = 60
    with pytest.raises(Unavailable, match=r"timed out after 60 s \(whole run\)") as caught:
        client.post(PATH, {})
    assert caught.value.hint == "allow more time with --timeout"
    assert not caught.value.sent
    assert not server.received


class Signal:
    """A stop signal after a number of checks for one."""

    def __init__(self, *, after: int) -> None:
        self.looks = 0
        self.after = after

    def check_stop(self) -> None:
        self.looks += 1
        if self.looks > self.after:
            raise Interrupted(2)


def test_a_run_that_is_to_end_sends_nothing_more(play: Start, open_client: Client) -> None:
    server = play(answer())
    with pytest.raises(Interrupted):
        open_client(server, watch=Watch(check_stop=Signal(after=0).check_stop)).get(PATH, {})
    assert not server.received


def test_a_run_that_is_to_end_while_it_waits_sends_nothing_more(play: Start, open_client: Client) -> None:
    server = play(answer(**_limit(1)))
    client = open_client(server, watch=Watch(check_stop=Signal(after=3).check_stop))
    client.get(PATH, {})
    with pytest.raises(Interrupted):
        client.get(PATH, {})
    assert len(server.received) == 1


def test_a_read_that_is_to_end_before_it_is_repeated_ends_as_interrupted(play: Start, open_client: Client) -> None:
    server = play(answer(503))
    with pytest.raises(Interrupted):
        open_client(server, watch=Watch(check_stop=Signal(after=2).check_stop)).get(PATH, {})
    assert len(server.received) == 1


def test_a_write_that_is_to_end_before_it_is_repeated_may_have_been_carried_out(
    play: Start, open_client: Client
) -> None:
    server = play(answer(503))
    with pytest.raises(Unavailable, match="interrupted") as caught:
        open_client(server, watch=Watch(check_stop=Signal(after=2).check_stop)).post(PATH, {})
    assert caught.value.sent
    assert len(server.received) == 1


def test_a_write_that_is_interrupted_before_it_was_sent_was_not(play: Start, open_client: Client) -> None:
    server = play(answer(423))
    with pytest.raises(Interrupted):
        open_client(server, watch=Watch(check_stop=Signal(after=2).check_stop)).post(PATH, {})


def test_a_write_that_is_ended_in_flight_may_have_been_carried_out(play: Start, open_client: Client) -> None:
    impatience = Event()

    def now() -> float:
        if impatience.is_set():
            raise Interrupted(2)  # a second signal ends the run at once
        return 0.0

    def be_slow(connection: socket.socket) -> None:
        impatience.set()
        answer()(connection)

    client = open_client(play(be_slow), clock=Clock(now=now, sleep=lambda _: None))
    with pytest.raises(Unavailable, match="interrupted") as caught:
        client.post(PATH, {})
    assert caught.value.sent


def test_a_write_whose_answer_was_lost_is_sent_again_only_where_it_is_still_due(
    play: Start, open_client: Client
) -> None:
    server = play(cut(), answer(body=FINE))
    client = open_client(server)
    with client.resending_only_if(lambda: False), pytest.raises(Unavailable) as caught:
        client.post(PATH, {})
    assert caught.value.sent
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [423, 429])
def test_a_write_that_hubspot_lets_wait_is_sent_again_only_where_it_is_still_due(
    play: Start, open_client: Client, status: int
) -> None:
    server = play(answer(status), answer(body=FINE))
    client = open_client(server)
    with (
        client.resending_only_if(lambda: False),
        pytest.raises(Unavailable, match="the events changed while a delayed write was waiting") as caught,
    ):
        client.post(PATH, {})
    assert not caught.value.sent
    assert len(server.received) == 1


def test_whether_a_write_is_still_due_is_asked_of_no_later_one(play: Start, open_client: Client) -> None:
    client = open_client(play(cut(), answer(body=FINE)))
    with client.resending_only_if(lambda: False):
        pass
    assert client.post(PATH, {}) == FINE


@pytest.mark.parametrize("end", [Unavailable("gone"), AccessDenied("no"), Rejected("no"), Interrupted(2)])
def test_a_lost_write_stays_unsure_when_the_check_before_resending_fails(
    play: Start, open_client: Client, end: ReconcilerError
) -> None:
    def fail() -> bool:
        raise end

    client = open_client(play(cut()))
    with client.resending_only_if(fail), pytest.raises(Unavailable) as caught:
        client.post(PATH, {})
    assert caught.value.sent


@pytest.mark.parametrize("refusal", [answer(400, {"message": "no"}), answer(403, {"message": "no"}), answer(404)])
def test_a_refusal_does_not_undo_an_earlier_attempt_whose_answer_was_lost(
    play: Start, open_client: Client, refusal: Play
) -> None:
    with pytest.raises(Unavailable) as caught:
        open_client(play(cut(), refusal)).post(PATH, {})
    assert caught.value.sent
