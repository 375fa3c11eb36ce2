"""One HTTP client for HubSpot: pacing, retries and plain errors, nothing of events."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import ClassVar, Self

from reconciler.connections import Connection
from reconciler.errors import AccessDenied, Interrupted, Rejected, Unavailable
from reconciler.hubspot.answers import HUBSPOT_CONNECT_HINT, HttpAnswer, read_answer, required
from reconciler.hubspot.pacing import Pacer, rate_limit
from reconciler.json_values import Json
from reconciler.portal import RateLimit
from reconciler.transport.exchange import Exchange, Response, Server
from reconciler.transport.headers import Headers
from reconciler.transport.json_text import without
from reconciler.transport.retrying import ATTEMPTS, retried
from reconciler.transport.surroundings import Clock, Deadline, Watch

ATTEMPTS_FOR_DETAILS = 2
"""A run can do without the token's details, so it does not wait long for them."""


class HttpReader:
    """Sends GET requests, and the one POST that asks for the token's details; refuses any other."""

    methods: ClassVar[frozenset[str]] = frozenset({"GET"})

    def __init__(
        self, connection: Connection, *, timeout: float, clock: Clock = Clock(), watch: Watch = Watch()
    ) -> None:
        """Prepare a client whose requests all end within `timeout` seconds from now."""
        self.requests = 0
        self.rate_limit = RateLimit()
        """What HubSpot said of its limits the latest time that it said anything of them."""
        self.answered = False
        """HubSpot, or something on the way, has answered at least once."""
        self._connection = connection
        self._clock = clock
        self._watch = watch
        self._deadline = Deadline(clock.now, timeout, "for the whole run")
        self._pacer = Pacer(clock.now)
        self._sent = False  # the latest request may have been carried out, whatever ended it
        self._failed = False  # an attempt at the latest request has failed
        self._exchange = _exchange(connection, self._deadline)

    def __enter__(self) -> Self:
        """Give the client; leaving closes its connections."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        self._exchange.close()

    def get(self, path: str, query: Mapping[str, str]) -> Json:
        """Send a GET; a missing thing is `Rejected`."""
        return required(self._request("GET", path, query), path)

    def get_or_none(self, path: str, query: Mapping[str, str]) -> Json | None:
        """Send a GET; a missing thing is None, and nothing but a 404 says that it is missing."""
        answer = self._request("GET", path, query)
        if answer.status == 404:
            return None
        if answer.body is None:
            raise Unavailable(f"HubSpot's answer says nothing about {path}")
        return answer.body

    def token_details(self, path: str) -> Json:
        """Ask what the token is: the token itself is the question."""
        question = {"tokenKey": self._secret}
        return required(self._retried("POST", path, {}, question, attempts=ATTEMPTS_FOR_DETAILS), path)

    def _request(self, method: str, path: str, query: Mapping[str, str], body: Json = None) -> HttpAnswer:
        if method not in self.methods:
            raise AssertionError(f"this client must not send {method}")
        return self._retried(method, path, query, body)

    def _retried(
        self, method: str, path: str, query: Mapping[str, str], body: Json, *, attempts: int = ATTEMPTS
    ) -> HttpAnswer:
        self.requests += 1
        self._sent = self._failed = False
        try:
            return retried(
                lambda: self._attempt(method, path, query, body), self._clock, self._deadline, attempts=attempts
            )
        except Unavailable as failure:
            raise Unavailable(failure.message, hint=failure.hint, sent=self._sent) from failure

    def _attempt(self, method: str, path: str, query: Mapping[str, str], body: Json) -> HttpAnswer:
        try:
            return self._once(method, path, query, body)
        except Unavailable as failure:
            self._sent = self._sent or failure.sent
            self._failed = True
            raise

    def _once(self, method: str, path: str, query: Mapping[str, str], body: Json) -> HttpAnswer:
        self._watch.gate()
        self._pace()
        self._watch.gate()
        response = self._sent_once(method, path, query, body)
        self._watch.log(f"{method} {path}: {response.status}")
        self._watch.answered()
        self.answered = True
        self._learn(response.headers)
        answer = read_answer(response.status, response.headers, response.content, self._secret)
        # What HubSpot says of a write may repeat what it was sent.
        return answer if method == "GET" else HttpAnswer(answer.status, without(self._secret, answer.body))

    def _learn(self, headers: Headers) -> None:
        said = rate_limit(headers)
        self._pacer.learn(said)
        if said != RateLimit():
            self.rate_limit = said

    def _pace(self) -> None:
        pause = self._pacer.pause()
        self._deadline.check(needed=pause)
        if pause:
            self._clock.sleep(pause)

    def _sent_once(self, method: str, path: str, query: Mapping[str, str], body: Json) -> Response:
        try:
            with self._watch.breakable():
                return self._exchange.send(method, path, query, body)
        except Interrupted:
            self._sent = True  # a second signal does not wait for the request in flight
            raise
        finally:
            self._pacer.count()

    @property
    def _secret(self) -> str:
        return self._connection.token.reveal()


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
        """Ask before a write is sent again: somebody may have edited while it was waiting, which can take minutes."""
        before, self._may_resend = self._may_resend, still_due
        try:
            yield
        finally:
            self._may_resend = before

    def _attempt(self, method: str, path: str, query: Mapping[str, str], body: Json) -> HttpAnswer:
        if self._failed and method != "GET":
            self._look_again()
        return super()._attempt(method, path, query, body)

    def _look_again(self) -> None:
        sent = self._sent
        try:
            still_due = self._may_resend()
        finally:
            self._sent, self._failed = sent, True  # asking sends requests of its own
        if not still_due and sent:
            raise Unavailable("the answer to a write was lost", sent=True)
        if not still_due:
            raise Unavailable("HubSpot let a write wait, and its events were changed meanwhile", hint="plan again")

    def post(self, path: str, body: Json) -> Json:
        """Send a POST; give what HubSpot answers."""
        return self._write("POST", path, {}, body).body

    def patch(self, path: str, query: Mapping[str, str], body: Json) -> Json:
        """Send a PATCH; give what HubSpot answers."""
        return self._write("PATCH", path, query, body).body

    def _write(self, method: str, path: str, query: Mapping[str, str], body: Json) -> HttpAnswer:
        """Send a write; how its last attempt ended does not tell what became of an earlier one."""
        try:
            answer = self._request(method, path, query, body)
            required(answer, path)
        except (AccessDenied, Interrupted, Rejected) as end:
            if self._sent:
                raise Unavailable(end.message, hint=end.hint, sent=True) from end
            raise
        return answer


def _exchange(connection: Connection, deadline: Deadline) -> Exchange:
    server = Server(connection.base_url, connection.proxy, connection.ca_file, HUBSPOT_CONNECT_HINT)
    headers = {"Authorization": f"Bearer {connection.token.reveal()}", "Accept": "application/json"}
    return Exchange(server, headers, deadline)
