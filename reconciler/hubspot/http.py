"""The HTTP client for HubSpot, with pacing, retries and plain errors."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import urlsplit

from reconciler.connections import Connection, is_loopback
from reconciler.errors import AccessDenied, Interrupted, ReconcilerError, Rejected, Unavailable
from reconciler.hubspot.answers import HUBSPOT_CONNECT_HINT, HUBSPOT_PROXY_HINT, HttpAnswer, read_answer, required
from reconciler.hubspot.in_flight import Arrival, Get, InFlight
from reconciler.hubspot.pacing import Pacer, rate_limit
from reconciler.json_values import Json
from reconciler.portal import RateLimit
from reconciler.transport.background import Start, in_background
from reconciler.transport.exchange import Exchange, Response, Server
from reconciler.transport.headers import Headers
from reconciler.transport.json_text import without
from reconciler.transport.retrying import ATTEMPTS, Passing, retried
from reconciler.transport.surroundings import Clock, Deadline, Watch

ATTEMPTS_FOR_DETAILS = 2
"""Few, because a run can do without the token details."""

Take = Callable[[], Json | None]
"""Returns the body of an answer, None for a 404; raises what kept it from coming."""


class HttpReader:
    """A client that can only read: it sends GET, and the one POST for the token details; any other is refused."""

    methods: ClassVar[frozenset[str]] = frozenset({"GET"})

    def __init__(
        self,
        connection: Connection,
        *,
        timeout: float,
        clock: Clock = Clock(),
        watch: Watch = Watch(),
        start: Start = in_background,
    ) -> None:
        """Prepare a client whose requests all end within `timeout` seconds from now.

        `start` starts a read that goes together with others.
        """
        self.rate_limit = RateLimit()
        """The rate limit that HubSpot reported last."""
        self.answered = False
        """Whether HubSpot, or a proxy on the way, has answered at least once."""
        self._requests = 0  # without those that went together
        self._connection = connection
        self._clock = clock
        self.watch = watch
        """What watches this client, and whoever reads with it."""
        self._deadline = Deadline(clock.now, timeout, "whole run")
        self._pacer = Pacer(clock.now)
        self._sent = False  # the latest request may have been carried out, even if it failed
        self._failed = False  # an attempt at the latest request has failed
        self._exchange = _exchange(connection, self._deadline)
        self._in_flight = InFlight(self._exchange, self._pacer, self._deadline, clock=clock, watch=watch, start=start)

    def __enter__(self) -> Self:
        """Return the client; leaving the block closes its connections."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections; reads that an interrupted run has left in flight end with the process."""
        if isinstance(value, Interrupted):
            self._in_flight.abandon(value)
        if self._in_flight.finish():
            self._exchange.close()

    @property
    def is_local(self) -> bool:
        """Whether a stand-in on this machine is read, such as the sandbox."""
        return is_loopback(urlsplit(self._connection.base_url).hostname or "")

    @property
    def requests(self) -> int:
        """The number of requests so far; one that was repeated counts once."""
        return self._requests + self._in_flight.sent

    def get(self, path: str, query: Mapping[str, str]) -> Json:
        """Send a GET and return the body; raise `Rejected` on a 404."""
        return required(self._request("GET", path, query), path)

    def get_or_none(self, path: str, query: Mapping[str, str]) -> Json | None:
        """Send a GET and return the body, or None on a 404; raise `Unavailable` if any other answer has no body."""
        return _body_or_none(self._request("GET", path, query), path)

    def get_each(self, gets: Sequence[Get], *, then: int = 0) -> Iterator[Take]:
        """Send GETs together; yield, in their order, how to take each answer as `get_or_none` returns it.

        Only first attempts go together. One that failed, or was not sent, is taken by sending it again, by itself.
        The rate limit puts no pause between these first attempts and `then` requests after them.
        """
        for get, arrival in zip(gets, self._in_flight.together(gets, then), strict=True):
            if arrival is None:
                yield partial(self.get_or_none, get.path, get.query)
            else:
                yield self._take_of(get, arrival)

    def _take_of(self, get: Get, arrival: Arrival) -> Take:
        if isinstance(arrival.outcome, ReconcilerError):
            return partial(self._after_failure, get, arrival.outcome, arrival.at)
        try:
            answer = self._read("GET", get.path, arrival.outcome)
        except (AccessDenied, Rejected, Unavailable) as failure:
            return partial(self._after_failure, get, failure, arrival.at)
        return partial(_body_or_none, answer, get.path)

    def _after_failure(self, get: Get, failure: ReconcilerError, at: float) -> Json | None:
        """Go on as after a first attempt that failed at the time `at`, and has been waited for since then."""
        if isinstance(failure, Passing):
            failure.after = max(0.0, failure.after - (self._clock.now() - at))
        failures = [failure]

        def attempt() -> HttpAnswer:
            with self._noting_failure():
                if failures:
                    raise failures.pop()
            return self._attempt("GET", get.path, get.query, None)

        return _body_or_none(self._retried(attempt), get.path)

    def token_details(self, path: str) -> Json:
        """Request the token details; the request's body is the token itself."""
        self._requests += 1
        attempt = partial(self._attempt, "POST", path, {}, {"tokenKey": self._secret})
        return required(self._retried(attempt, attempts=ATTEMPTS_FOR_DETAILS), path)

    def _request(self, method: str, path: str, query: Mapping[str, str], body: Json = None) -> HttpAnswer:
        if method not in self.methods:
            raise AssertionError(f"this client must not send {method}")
        self._requests += 1
        return self._retried(partial(self._attempt, method, path, query, body))

    def _retried(self, attempt: Callable[[], HttpAnswer], *, attempts: int = ATTEMPTS) -> HttpAnswer:
        self._sent = self._failed = False
        try:
            return retried(attempt, self._clock, self._deadline, attempts=attempts)
        except Unavailable as failure:
            raise Unavailable(failure.message, hint=failure.hint, sent=self._sent) from failure

    def _attempt(self, method: str, path: str, query: Mapping[str, str], body: Json) -> HttpAnswer:
        with self._noting_failure():
            self._in_flight.wait_for_turn()
            return self._read(method, path, self._send(method, path, query, body))

    @contextmanager
    def _noting_failure(self) -> Iterator[None]:
        try:
            yield
        except Unavailable as failure:
            self._sent = self._sent or failure.sent
            self._failed = True
            raise

    def _read(self, method: str, path: str, response: Response) -> HttpAnswer:
        self.watch.log(f"{method} {path}: {response.status}")
        self.watch.answered()
        self.answered = True
        self._learn(response.headers)
        answer = read_answer(response.status, response.headers, response.content, self._secret)
        # An answer may repeat what was sent, and the token details are asked for with the token.
        return answer if method == "GET" else HttpAnswer(answer.status, without(self._secret, answer.body))

    def _learn(self, headers: Headers) -> None:
        reported = rate_limit(headers)
        self._pacer.learn(reported)
        if reported != RateLimit():
            self.rate_limit = reported

    def _send(self, method: str, path: str, query: Mapping[str, str], body: Json) -> Response:
        try:
            with self.watch.interruptible():
                return self._exchange.send(method, path, query, body)
        except Interrupted:
            self._sent = True  # a second signal does not wait for the request in flight
            raise
        finally:
            self._pacer.count(self._clock.now())

    @property
    def _secret(self) -> str:
        return self._connection.token.reveal()


class HttpWriter(HttpReader):
    """A client that can also write."""

    methods: ClassVar[frozenset[str]] = frozenset({"GET", "POST", "PATCH"})

    _may_resend: Callable[[], bool] = staticmethod(lambda: True)

    @contextmanager
    def resending_only_if(self, still_due: Callable[[], bool]) -> Iterator[None]:
        """Call `still_due` before a write is sent again: the wait can take minutes, in which somebody may edit."""
        before, self._may_resend = self._may_resend, still_due
        try:
            yield
        finally:
            self._may_resend = before

    def _attempt(self, method: str, path: str, query: Mapping[str, str], body: Json) -> HttpAnswer:
        if self._failed and method != "GET":
            self._check_still_due()
        return super()._attempt(method, path, query, body)

    def _check_still_due(self) -> None:
        sent = self._sent
        try:
            still_due = self._may_resend()
        finally:
            self._sent, self._failed = sent, True  # `still_due` sends requests of its own
        if not still_due and sent:
            raise Unavailable("the answer to a write was lost", sent=True)
        if not still_due:
            raise Unavailable("the events changed while a delayed write was waiting", hint="plan again")

    def post(self, path: str, body: Json) -> Json:
        """Send a POST and return the body of its answer."""
        return self._write("POST", path, {}, body).body

    def patch(self, path: str, query: Mapping[str, str], body: Json) -> Json:
        """Send a PATCH and return the body of its answer."""
        return self._write("PATCH", path, query, body).body

    def _write(self, method: str, path: str, query: Mapping[str, str], body: Json) -> HttpAnswer:
        """Send a write; once an attempt may have been carried out, a refusal or a stop after it is `Unavailable`."""
        try:
            answer = self._request(method, path, query, body)
            required(answer, path)
        except (AccessDenied, Interrupted, Rejected) as error:
            if self._sent:
                raise Unavailable(error.message, hint=error.hint, sent=True) from error
            raise
        return answer


def _exchange(connection: Connection, deadline: Deadline) -> Exchange:
    server = Server(connection.base_url, connection.proxy, connection.ca_file, HUBSPOT_CONNECT_HINT)
    if server.proxied:
        server = replace(server, hint=HUBSPOT_PROXY_HINT)
    headers = {"Authorization": f"Bearer {connection.token.reveal()}", "Accept": "application/json"}
    return Exchange(server, headers, deadline)


def _body_or_none(answer: HttpAnswer, path: str) -> Json | None:
    """Return the body of an answer to a GET, None for a 404; an answer without one proves nothing."""
    if answer.status == 404:
        return None
    if answer.body is None:
        raise Unavailable(f"HubSpot's answer for {path} is empty")
    return answer.body
