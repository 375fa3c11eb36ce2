"""The outcome of each status, broken answer or header of HubSpot, for a read and for a write.

A row holds the answer, how long the client waits until it asks again (None: it does not), and how it ends if the
answer stays the same. Every client here has sixty seconds, which pass only while it waits.
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from reconciler.errors import AccessDenied, ReconcilerError, Rejected, Unavailable
from reconciler.hubspot.http import HttpWriter
from reconciler.transport.retrying import ATTEMPTS
from tests.hubspot import connecting
from tests.hubspot.clocks import Sleeper
from tests.hubspot.scripted import OK, Play, Server, answer, cut, raw, reset, serving, unframed

SECONDS = 60
FINE = {"fine": True}
OWN = (0.0, 0.5)
"""The client's own back-off before its second try, in seconds."""
NOW, SOON, LATE, PAST = (f"Sun, 22 Nov 2026 {time} GMT" for time in ("10:00:00", "10:00:07", "12:00:00", "09:59:00"))


@dataclass(frozen=True)
class Row:
    """One answer and its outcome."""

    name: str
    """With the number of the fault in the project's list of faults."""
    play: Play
    waits: tuple[float, float] | None
    """Seconds until it is asked again, at least and at most."""
    says: str = ""
    """A part of the error's message or hint."""
    kind: type[ReconcilerError] = Unavailable
    sent: bool = False
    """Whether a write may have been carried out."""
    tries: int = ATTEMPTS
    """The number of requests in all, if it is asked again."""


def about(seconds: float) -> tuple[float, float]:
    """Return the shortest and the longest wait: up to a second more, so that not all clients return at once."""
    return (seconds, seconds + 1)


def twice(status: int, name: str, one: str, other: str) -> Play:
    """Answer with two headers of one name."""
    lines = (f"HTTP/1.1 {status} X", f"{name}: {one}", f"{name}: {other}", "Content-Length: 0", "Connection: close")
    return raw("\r\n".join([*lines, "", ""]).encode())


def burst(policy: str = "TEN_SECONDLY_ROLLING", **headers: str) -> Play:
    return answer(429, {"message": "limit", "errorType": "RATE_LIMIT", "policyName": policy}, **headers)


PASSING = tuple(
    Row(f"F5-F7 status {status}", answer(status, {"message": "oops"}), OWN, f"status {status}: oops", sent=True)
    for status in (408, 425, 500, 502, 503, 504, 521, 522, 523, 524)
)
UNEXPLAINED = tuple(
    Row(f"F8 status {status}", answer(status, {"message": "oops"}), None, f"status {status}: oops", sent=True)
    for status in (501, 505, 520, 525, 526, 599)
)
REFUSED = tuple(
    Row(f"F44-F46 status {status}", answer(status, {"message": "no"}), None, f"status {status}): no", Rejected)
    for status in (400, 405, 409, 410, 413, 414, 415, 422)
)
TOKEN = (
    Row("F42 status 401", answer(401, {"message": "bad"}), None, "check HUBSPOT_ACCESS_TOKEN", AccessDenied),
    Row("F43 status 403", answer(403, {"message": "no"}), None, "scopes", AccessDenied),
)
ELSEWHERE = tuple(
    Row(
        f"F51 status {status}",
        answer(status, Location="https://elsewhere.example/"),
        None,
        "answers with a redirect",
        sent=True,
    )
    for status in (301, 302, 307, 308)
)

LIMITS = (
    Row("F1 burst", burst(), about(10), "too many requests"),
    Row("F1 burst, window named", burst(X_HubSpot_RateLimit_Interval_Milliseconds="4000"), about(4), "too many"),
    Row("F1 burst of searches", burst("SECONDLY"), about(1), "too many requests"),
    Row("F1 burst that nobody explains", answer(429, b""), about(10), "try again later"),
    Row("F2 burst, told when", burst(Retry_After="3"), about(3), "limit: try again in 3 seconds"),
    Row("F2 burst, told a date", burst(Retry_After=SOON, Date=NOW), about(7), "try again in 7 seconds"),
    Row("F2 burst, told too long", burst(Retry_After="3600"), None, "try again in 60 minutes"),
    Row("F2 burst, told a late date", burst(Retry_After=LATE, Date=NOW), None, "try again in 2 hours"),
    *(
        Row(f"F2 burst, told {nonsense!r}", burst(Retry_After=nonsense, Date=date), about(10), "try again later")
        for nonsense, date in [
            ("0", NOW),
            ("-5", NOW),
            ("abc", NOW),
            ("1e9", NOW),
            ("2.5", NOW),
            ("", NOW),
            ("999999999", NOW),
            ("9" * 5000, NOW),
            (PAST, NOW),
            (NOW, NOW),
            (SOON, "yesterday"),
            ("Sun, 99 Nov 2026 10:00:07 GMT", NOW),
            ("Sunday, 22-Nov-26 10:00:07 GMT", NOW),
        ]
    ),
    Row("F2 burst, told a date without now", burst(Retry_After=SOON), about(10), "try again later"),
    Row("F2 burst, told twice", twice(429, "Retry-After", "3", "3"), about(10), "try again later"),
    Row("F3 the day", burst("DAILY", Retry_After="3"), None, "try again after midnight in the account's time zone"),
    Row("F9 locked", answer(423), about(2), "locked the event"),
    Row("F9 locked, told longer", answer(423, Retry_After="5"), about(5), "try again in 5 seconds"),
    Row("F9 locked, told shorter", answer(423, Retry_After="1"), about(2), "try again in 1 second"),
    Row("F9 locked, told too long", answer(423, Retry_After="300"), None, "try again in 5 minutes"),
    Row("F10 moving, told when", answer(477, b"", Retry_After="20"), about(20), "try again in 20 seconds", tries=3),
    Row("F10 moving, told too long", answer(477, b"", Retry_After="86400"), None, "try again in 24 hours"),
    Row("F10 moving, told nothing", answer(477, b""), None, "try again in some hours"),
    Row("F10 moving, told nonsense", answer(477, b"", Retry_After="soon"), None, "try again in some hours"),
    Row("F5 status 503, told when", answer(503, Retry_After="7"), about(7), "try again in 7 seconds", sent=True),
    Row("F5 status 503, told too long", answer(503, Retry_After="90"), None, "try again in 90 seconds", sent=True),
    Row("F5 status 503, told twice", twice(503, "Retry-After", "7", "8"), OWN, "status 503", sent=True),
)

MANY = [f"X_{number}" for number in range(2_000)]
NOT_JSON = "cut off or is not JSON"
BROKEN = (
    Row("F11 nothing at all", cut(), OWN, "the connection to", sent=True),
    Row("F11 a reset", reset, OWN, "the connection to", sent=True),
    Row("F12 half a body", cut(b'{"fine": '), OWN, "the connection to", sent=True),
    Row("F13 half a body without a length", unframed(b'{"fine": '), OWN, NOT_JSON, sent=True),
    Row("F18 HTML", answer(body=b"<html>"), OWN, NOT_JSON, sent=True),
    Row("F18 an empty 200", answer(body=b""), OWN, NOT_JSON, sent=True),
    Row("F18 a byte order mark", answer(body=b"\xef\xbb\xbf{}"), OWN, NOT_JSON, sent=True),
    Row("F18 no HTTP", raw(b"SSH-2.0-OpenSSH\r\n"), OWN, "the connection to", sent=True),
    Row("F19 NaN", answer(body=b'{"fine": NaN}'), OWN, NOT_JSON, sent=True),
    Row("F19 depth", answer(body=b'{"a":' * 100_000), OWN, NOT_JSON, sent=True),
    Row("F19 depth that is closed", answer(body=b"[" * 100_000 + b"]" * 100_000), OWN, NOT_JSON, sent=True),
    Row("F19 a number too long", answer(body=b"9" * 5000), OWN, NOT_JSON, sent=True),
    Row("F19 broken UTF-8", answer(body=b'"\xff"'), OWN, NOT_JSON, sent=True),
    Row(
        "F20 packed, which nobody asked for",
        answer(body=gzip.compress(json.dumps(FINE).encode() + b" " * 2**24), Content_Encoding="gzip"),
        OWN,
        NOT_JSON,
        sent=True,
    ),
    Row("F21 a header too long", answer(X_Long="x" * 200_000), OWN, "the connection to", sent=True),
    Row("F21 too many headers", answer(200, OK, **dict.fromkeys(MANY, "x" * 99)), OWN, "the connection to", sent=True),
    Row("F21 two lengths", twice(200, "Content-Length", "1", "2"), OWN, "the connection to", sent=True),
)

ROWS = (*PASSING, *UNEXPLAINED, *REFUSED, *TOKEN, *ELSEWHERE, *LIMITS, *BROKEN)

READ, WRITE = (lambda client: client.get("/x", {})), (lambda client: client.post("/x", {}))
Send = Callable[[HttpWriter], Any]


def asked(server: Server, sleeper: Sleeper, send: Send) -> Any:
    connection = connecting.to(server.base_url)
    with HttpWriter(connection, timeout=SECONDS, clock=sleeper.clock) as client:
        return send(client)


by_name = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
for_both = pytest.mark.parametrize("send", [READ, WRITE], ids=["read", "write"])


@by_name
@for_both
def test_what_may_pass_is_asked_again_once_it_has_been_waited_for(row: Row, send: Send) -> None:
    sleeper = Sleeper()
    with serving(row.play, answer(body=FINE)) as server:
        if row.waits is None:
            with pytest.raises(row.kind):
                asked(server, sleeper, send)
            assert (len(server.received), sleeper.slept) == (1, [])
        else:
            assert asked(server, sleeper, send) == FINE
            assert len(server.received) == 2
            least, most = row.waits
            assert least <= sum(sleeper.slept) <= most


@by_name
@for_both
def test_what_does_not_pass_ends_with_its_reason(row: Row, send: Send) -> None:
    sleeper = Sleeper()
    with serving(row.play) as server, pytest.raises(row.kind) as caught:
        asked(server, sleeper, send)
    assert row.says in f"{caught.value.message} | {caught.value.hint}"
    assert getattr(caught.value, "sent", False) is row.sent
    assert len(server.received) == (1 if row.waits is None else row.tries)
    assert sleeper.now <= SECONDS


FINE_NONETHELESS = {
    "F19 a key twice, of which the last counts": answer(body=b'{"fine": false, "fine": true}'),
    "F18 a wrong type of content": answer(body=FINE, Content_Type="text/html"),
    "a limit that makes no sense": answer(body=FINE, X_HubSpot_RateLimit_Max="-1", X_HubSpot_RateLimit_Remaining="x"),
    "a list that goes on elsewhere": answer(body=FINE, Link='<http://elsewhere.example/>; rel="next"'),
}


@pytest.mark.parametrize("play", FINE_NONETHELESS.values(), ids=FINE_NONETHELESS)
@for_both
def test_what_is_odd_but_clear_is_taken(play: Play, send: Send) -> None:
    sleeper = Sleeper()
    with serving(play) as server:
        assert asked(server, sleeper, send) == FINE
    assert (len(server.received), sleeper.slept) == (1, [])
