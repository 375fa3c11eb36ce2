"""A proxy to HubSpot that records requests, and loses some of them."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.serving import served


class Fate(Enum):
    """The fate of a request on its way."""

    PASSED_ON = "passed on"
    REQUEST_LOST = "lost before it arrived"
    ANSWER_LOST = "carried out, but its answer was lost"


@dataclass(frozen=True)
class Instead:
    """An answer that HubSpot never gave: it did not see the request."""

    status: int
    body: bytes = b""


@dataclass(frozen=True)
class Reworded:
    """Another answer in place of the one that HubSpot gave after carrying the request out."""

    status: int
    body: bytes = b""


@dataclass(frozen=True)
class Rewritten:
    """HubSpot's own answer with other JSON in it."""

    rewrite: Callable[[Any], Any]


@dataclass(frozen=True)
class Passing:
    """One request on its way; `target` is its path with its query."""

    method: str
    target: str
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Treatment = Fate | Instead | Reworded | Rewritten
Decide = Callable[[Passing], Treatment]


@dataclass
class Way:
    """A way to HubSpot, and every request that was sent along it."""

    base_url: str
    sent: list[Passing] = field(default_factory=list)


def all_pass(_: Passing) -> Fate:
    return Fate.PASSED_ON


def meeting(method: str, end: str, treatment: Treatment, *, times: int = 1_000) -> Decide:
    """Treat requests with this method and this end of their path in this way, this many times."""
    left = iter(range(times))

    def decide(passing: Passing) -> Treatment:
        hit = passing.method == method and passing.path.endswith(end) and next(left, None) is not None
        return treatment if hit else Fate.PASSED_ON

    return decide


def both(*decisions: Decide) -> Decide:
    """Combine two decisions: the first that does not pass a request on counts."""

    def decide(passing: Passing) -> Treatment:
        treatments = (one(passing) for one in decisions)
        return next((treatment for treatment in treatments if treatment is not Fate.PASSED_ON), Fate.PASSED_ON)

    return decide


@contextmanager
def forwarding(base_url: str, decide: Decide = all_pass) -> Iterator[Way]:
    """Open a way that leads to `base_url`, on which `decide` chooses the fate of each request."""
    server = _Forwarder(base_url, decide)
    with served(server):
        yield server.way


class _Forwarder(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, base_url: str, decide: Decide) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hubspot = urlsplit(base_url).netloc
        self.decide = decide
        self.way = Way(f"http://127.0.0.1:{self.server_port}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Forwarder

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        passing = Passing(self.command, self.path, body)
        self.server.way.sent.append(passing)
        answer = self._answer(passing)
        if answer is None:
            self.close_connection = True
        else:
            self.wfile.write(answer)

    do_POST = do_PATCH = do_GET  # noqa: N815  (the names that http.server looks for)

    def _answer(self, passing: Passing) -> bytes | None:
        """Return the bytes of the answer; None if nothing goes back."""
        match self.server.decide(passing):
            case Instead(status, body):
                return _written(status, [], body)
            case Reworded(status, body):
                self._forwarded(passing)
                return _written(status, [], body)
            case Rewritten(rewrite):
                return self._forwarded(passing, rewrite)
            case Fate.REQUEST_LOST:
                return None
            case Fate.ANSWER_LOST:
                self._forwarded(passing)
                return None
            case Fate.PASSED_ON:
                return self._forwarded(passing)

    def _forwarded(self, passing: Passing, rewrite: Callable[[Any], Any] = lambda body: body) -> bytes:
        with closing(HTTPConnection(self.server.hubspot)) as hubspot:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            hubspot.request(passing.method, passing.target, passing.body or None, headers)
            answer = hubspot.getresponse()
            kept = [(name, value) for name, value in answer.getheaders() if name.lower().startswith("x-hubspot")]
            content = answer.read()
            return _written(answer.status, kept, json.dumps(rewrite(json.loads(content))).encode() if content else b"")

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def _written(status: int, headers: list[tuple[str, str]], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} Forwarded", *(f"{name}: {value}" for name, value in headers)]
    if status != 204:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
