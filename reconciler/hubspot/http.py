"""One HTTP client for HubSpot: pacing, retries and plain errors, nothing of events."""

import json
import random
import re
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, ClassVar, Self

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from reconciler import __version__
from reconciler.errors import AccessDenied, Interrupted, ReconcilerError, Rejected, Unavailable, UsageError
from reconciler.settings import Connection

Json = Any

ATTEMPTS = 5
MOST_BYTES = 64 * 1024 * 1024
"""An answer larger than this is an error: a hundred events of the largest texts take a tenth of it."""

_OK = range(200, 300)
_REDIRECT = range(300, 400)
_CLIENT_ERROR = range(400, 500)
_PASSING = frozenset({500, 502, 503, 504, 521, 522, 523, 524})
"""Statuses that HubSpot says to send again after a pause (error handling); a write may have been carried out."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How time passes: seconds that never jump, and a way to wait for some."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Watch:
    """The run's way to the outside."""

    gate: Callable[[], None] = lambda: None
    """Called before each request; may raise to end the run there, with nothing in flight."""
    log: Callable[[str], None] = lambda _: None
    """Is told of each request in a line that holds no secret."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status with the decoded body; the body is None where there was none."""

    status: int
    body: Json


class _Passing(Unavailable):
    """A failure that may pass; `after` is the least to wait, in seconds."""

    def __init__(self, message: str, *, sent: bool, after: float = 0, hint: str | None = None) -> None:
        super().__init__(message, sent=sent, hint=hint)
        self.after = after


@dataclass
class _Pacer:
    """Keeps to HubSpot's burst limit, which counts requests in a window of some seconds (usage guidelines)."""

    clock: Clock
    most: int = 100
    window: float = 10.0
    sent: deque[float] = field(default_factory=deque)

    def pause(self) -> float:
        """Tell in how many seconds one more request fits into the window."""
        now = self.clock.now()
        while self.sent and self.sent[0] <= now - self.window:
            self.sent.popleft()
        if len(self.sent) < self.most:
            return 0.0
        return max(0.0, self.sent[-self.most] + self.window - now)

    def count(self) -> None:
        """Count a request that is sent now."""
        self.sent.append(self.clock.now())

    def learn(self, headers: httpx.Headers) -> None:
        """Take the limit over from HubSpot's headers."""
        self.most = _positive(headers.get("X-HubSpot-RateLimit-Max")) or self.most
        milliseconds = _positive(headers.get("X-HubSpot-RateLimit-Interval-Milliseconds"))
        self.window = milliseconds / 1000 if milliseconds else self.window
        # Others may share this app's limit: when HubSpot says that nothing is left, the window is full.
        if headers.get("X-HubSpot-RateLimit-Remaining") == "0":
            self.sent.extend([self.clock.now()] * (self.most - len(self.sent)))


class HttpReader:
    """Sends GET requests, and the one POST that asks for the token's details; refuses any other."""

    methods: ClassVar[frozenset[str]] = frozenset({"GET"})

    def __init__(
        self, connection: Connection, *, timeout: float, clock: Clock = Clock(), watch: Watch = Watch()
    ) -> None:
        """Prepare a client whose requests all end within `timeout` seconds from now."""
        self.requests = 0
        self._connection = connection
        self._clock = clock
        self._watch = watch
        self._timeout = timeout
        self._deadline = self._clock.now() + timeout
        self._pacer = _Pacer(self._clock)
        self._sent = False  # the latest request may have been carried out, whatever ended it
        self._client = _client(connection)

    def __enter__(self) -> Self:
        """Give the client; leaving closes its connections."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        self._client.close()

    def get(self, path: str, query: Mapping[str, str]) -> Json:
        """Send a GET; a missing thing is `Rejected`."""
        return _required(self._request("GET", path, query), path)

    def get_or_none(self, path: str, query: Mapping[str, str]) -> Json | None:
        """Send a GET; a missing thing is None, and nothing but a 404 says that it is missing."""
        answer = self._request("GET", path, query)
        if answer.status == httpx.codes.NOT_FOUND:
            return None
        if answer.body is None:
            raise Unavailable(f"HubSpot's answer says nothing about {path}")
        return answer.body

    def token_details(self, path: str) -> Json:
        """Ask what the token is: the token itself is the question."""
        question = {"tokenKey": self._connection.token.reveal()}
        return _required(self._retried("POST", path, {}, question), path)

    def _request(self, method: str, path: str, query: Mapping[str, str], body: Json = None) -> Answer:
        if method not in self.methods:
            raise AssertionError(f"this client must not send {method}")
        return self._retried(method, path, query, body)

    def _retried(self, method: str, path: str, query: Mapping[str, str], body: Json) -> Answer:
        self.requests += 1
        self._sent = False
        retrying = Retrying(
            retry=retry_if_exception_type(_Passing),
            wait=_pause,
            stop=self._out_of_time,
            sleep=self._clock.sleep,
            reraise=True,
        )
        try:
            return retrying(self._attempt, method, path, query, body)
        except Unavailable as failure:
            raise Unavailable(failure.message, hint=failure.hint, sent=self._sent) from failure

    def _attempt(self, method: str, path: str, query: Mapping[str, str], body: Json) -> Answer:
        try:
            return self._once(method, path, query, body)
        except Unavailable as failure:
            self._sent = self._sent or failure.sent
            raise

    def _out_of_time(self, state: RetryCallState) -> bool:
        if state.attempt_number >= ATTEMPTS:
            return True
        return self._clock.now() + state.upcoming_sleep > self._deadline

    def _once(self, method: str, path: str, query: Mapping[str, str], body: Json) -> Answer:
        self._watch.gate()
        self._pace()
        self._watch.gate()
        response, content = self._exchange(method, path, query, body)
        self._watch.log(f"{method} {path}: {response.status_code}")
        self._pacer.learn(response.headers)
        if response.status_code in _OK:
            body = _decoded(content, response.status_code)
            # What HubSpot says of a write may repeat what it was sent.
            return Answer(response.status_code, body if method == "GET" else self._scrubbed(body))
        if response.status_code == httpx.codes.NOT_FOUND and (not content or _envelope(content)):
            return Answer(response.status_code, None)
        raise _failure(response, self._scrubbed(_envelope(content)))

    def _scrubbed(self, body: Json) -> Json:
        """Take the token out of every text of a body, once the escapes that could hide it are gone."""
        match body:
            case str():
                return body.replace(self._connection.token.reveal(), "***")
            case list():
                return [self._scrubbed(item) for item in body]
            case dict():
                return {name: self._scrubbed(value) for name, value in body.items()}
            case _:
                return body

    def _pace(self) -> None:
        pause = self._pacer.pause()
        self._remaining(needed=pause)
        if pause:
            self._clock.sleep(pause)
        self._pacer.count()

    def _exchange(self, method: str, path: str, query: Mapping[str, str], body: Json) -> tuple[httpx.Response, bytes]:
        try:
            with self._client.stream(
                method, path, params=dict(query), json=body, timeout=self._step_timeout()
            ) as response:
                return response, self._content(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise _Passing(
                f"{self._host} cannot be reached: {_reason(error)}", sent=False, hint=_CONNECT_HINT
            ) from error
        except httpx.HTTPError as error:
            raise _Passing(f"the connection to {self._host} failed: {_reason(error)}", sent=True) from error
        except Interrupted:
            self._sent = True  # a second signal does not wait for the request in flight
            raise

    def _content(self, response: httpx.Response) -> bytes:
        """Read a body that may neither be too large nor come too slowly: httpx itself bounds neither."""
        content = bytearray()
        for chunk in response.iter_raw():
            content += chunk
            if len(content) > MOST_BYTES:
                raise Unavailable(f"{self._host} sent more than {MOST_BYTES // 1024 // 1024} MiB at once", sent=True)
            self._remaining(sent=True)
        return bytes(content)

    def _step_timeout(self) -> httpx.Timeout:
        remaining = self._remaining()
        return httpx.Timeout(min(30.0, remaining), connect=min(5.0, remaining))

    def _remaining(self, *, needed: float = 0, sent: bool = False) -> float:
        remaining = self._deadline - self._clock.now()
        if remaining <= needed:
            raise Unavailable(
                f"the time of {self._timeout:g} seconds for the whole run is over",
                hint="give it more with --timeout",
                sent=sent,
            )
        return remaining

    @property
    def _host(self) -> str:
        return httpx.URL(self._connection.base_url).netloc.decode("ascii")


class HttpWriter(HttpReader):
    """Sends writes as well."""

    methods: ClassVar[frozenset[str]] = frozenset({"GET", "POST", "PATCH"})

    def __init__(
        self, connection: Connection, *, timeout: float, clock: Clock = Clock(), watch: Watch = Watch()
    ) -> None:
        """Prepare a client whose requests all end within `timeout` seconds from now."""
        super().__init__(connection, timeout=timeout, clock=clock, watch=watch)
        self._may_resend: Callable[[], bool] = lambda: True

    @contextmanager
    def resending_only_if(self, still_due: Callable[[], bool]) -> Iterator[None]:
        """Ask before a write that may have been carried out is sent again: somebody may have edited in between."""
        before, self._may_resend = self._may_resend, still_due
        try:
            yield
        finally:
            self._may_resend = before

    def _attempt(self, method: str, path: str, query: Mapping[str, str], body: Json) -> Answer:
        if self._sent and method != "GET":
            self._look_again()
        return super()._attempt(method, path, query, body)

    def _look_again(self) -> None:
        try:
            still_due = self._may_resend()
        finally:
            self._sent = True  # asking sends requests of its own
        if not still_due:
            raise Unavailable("the answer to a write was lost", sent=True)

    def post(self, path: str, body: Json) -> Json:
        """Send a POST; give what HubSpot answers."""
        return self._write("POST", path, {}, body).body

    def post_for_status(self, path: str, body: Json) -> int:
        """Send a POST whose status alone tells how it went."""
        return self._write("POST", path, {}, body).status

    def patch(self, path: str, query: Mapping[str, str], body: Json) -> Json:
        """Send a PATCH; give what HubSpot answers."""
        return self._write("PATCH", path, query, body).body

    def _write(self, method: str, path: str, query: Mapping[str, str], body: Json) -> Answer:
        """Send a write; how its last attempt ended does not tell what became of an earlier one."""
        try:
            answer = self._request(method, path, query, body)
            _required(answer, path)
        except (AccessDenied, Interrupted, Rejected) as end:
            if self._sent:
                raise Unavailable(end.message, hint=end.hint, sent=True) from end
            raise
        return answer


_MOST_DIGITS = 9
_CONNECT_HINT = "check the network, the proxy and HUBSPOT_BASE_URL"
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BACK_OFF = wait_random_exponential(multiplier=0.5, max=20)


def _client(connection: Connection) -> httpx.Client:
    # The environment is read in one place, and only what it names there is used: a proxy for plain
    # HTTP would see the token.
    return httpx.Client(
        base_url=connection.base_url,
        headers={
            "Authorization": f"Bearer {connection.token.reveal()}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"reconciler/{__version__}",
        },
        proxy=connection.proxy if connection.base_url.startswith("https:") else None,
        verify=_trusted(connection.ca_file),
        follow_redirects=False,
        trust_env=False,
    )


def _trusted(ca_file: str | None) -> ssl.SSLContext:
    if ca_file is None:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise UsageError("SSL_CERT_FILE holds no certificates", hint="name a file of them in PEM form") from error


def _pause(state: RetryCallState) -> float:
    """Wait a random time that doubles, and at least as long as the failure asks for."""
    failure = state.outcome.exception() if state.outcome else None
    least = failure.after if isinstance(failure, _Passing) else 0
    return max(_BACK_OFF(state), least + random.random() if least else 0)  # noqa: S311  (spreads load, no secret)


def _required(answer: Answer, path: str) -> Json:
    if answer.status == httpx.codes.NOT_FOUND:
        raise Rejected(f"HubSpot knows no {path}", hint="check apiVersion in reconciler.yaml")
    return answer.body


def _decoded(content: bytes, status: int) -> Json:
    if not content and status != httpx.codes.OK:
        return None
    try:
        return _json(content)
    except (ValueError, RecursionError) as error:
        raise _Passing("HubSpot's answer is cut off or is not JSON", sent=True) from error


def _json(content: bytes) -> Json:
    value = json.loads(content.decode(), parse_constant=_no_constant)
    if _ESCAPED_SURROGATE.search(content) is None:
        return value
    # One without its other half is no character: it can neither be sent nor be printed.
    return json.loads(_SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False)))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _failure(response: httpx.Response, envelope: Mapping[str, Json]) -> ReconcilerError:
    """Say in plain words what a status that is no success means (error handling, usage guidelines)."""
    status = response.status_code
    said = _message(envelope)
    if status == httpx.codes.UNAUTHORIZED:
        return AccessDenied(f"HubSpot does not accept the token: {said}", hint="check HUBSPOT_ACCESS_TOKEN")
    if status == httpx.codes.FORBIDDEN:
        return AccessDenied(f"the token may not do this: {said}", hint=_scopes_hint(envelope))
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return _too_many(response, envelope)
    if status == httpx.codes.LOCKED:
        return _Passing("HubSpot has locked the event for a moment", sent=False, after=2)
    if status == 477:  # HubSpot's own status, which has no name
        when = _positive(response.headers.get("Retry-After"))
        return Unavailable(
            "HubSpot is moving this account to another data centre",
            hint=f"try again in {when or 'some'} seconds",
        )
    if status in _PASSING:
        return _Passing(f"HubSpot keeps failing with status {status}: {said}", sent=True, after=_retry_after(response))
    return _final(status, said)


def _final(status: int, said: str) -> ReconcilerError:
    if status in _REDIRECT:
        return Unavailable(f"HubSpot redirects elsewhere (status {status}), which is not followed", hint=_CONNECT_HINT)
    if status in _CLIENT_ERROR:
        return Rejected(f"HubSpot refuses the request (status {status}): {said}")
    return Unavailable(f"HubSpot fails with status {status}: {said}", sent=True)


def _too_many(response: httpx.Response, envelope: Mapping[str, Json]) -> ReconcilerError:
    if envelope.get("policyName") == "DAILY":
        return Unavailable(
            "the account's daily number of requests to HubSpot is used up",
            hint="try again after midnight there",
        )
    window = (_positive(response.headers.get("X-HubSpot-RateLimit-Interval-Milliseconds")) or 10_000) / 1000
    return _Passing(
        "HubSpot keeps saying that there are too many requests",
        sent=False,
        after=_retry_after(response) or window,
        hint="something else uses the same app's limit: try again later",
    )


def _envelope(content: bytes) -> Mapping[str, Json]:
    """Read an error body, every part of which HubSpot calls optional."""
    try:
        body = _json(content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _message(envelope: Mapping[str, Json]) -> str:
    message = envelope.get("message")
    return message[:300] if isinstance(message, str) and message else "no reason given"


def _scopes_hint(envelope: Mapping[str, Json]) -> str:
    errors = envelope.get("errors")
    contexts = [error.get("context") for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    scopes = [context.get("requiredGranularScopes") for context in contexts if isinstance(context, dict)]
    named = sorted({str(scope) for listed in scopes if isinstance(listed, list) for scope in listed})
    wanted = ", ".join(named) or "crm.objects.marketing_events.read and, to apply, .write"
    return f"give the token's app the scopes it lacks: {wanted}"


def _retry_after(response: httpx.Response) -> float:
    return float(_positive(response.headers.get("Retry-After")) or 0)


def _positive(text: str | None) -> int | None:
    """Read a header's whole number; one that is missing, malformed, zero or absurd is None."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        return None
    return int(text) or None


def _reason(error: httpx.HTTPError) -> str:
    """Say what the system says, else name the failure's class: httpx's own texts can hold headers, so the token."""
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, OSError) and below.strerror:
            return below.strerror
        below = below.__cause__ or below.__context__
    return "it broke off" if isinstance(error, httpx.RemoteProtocolError) else type(error).__name__
