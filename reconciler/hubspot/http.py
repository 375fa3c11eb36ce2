"""One HTTP client for HubSpot: pacing, retries and plain errors, nothing of events."""

import random
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import ClassVar, Self

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from reconciler import __version__
from reconciler.errors import AccessDenied, Interrupted, Rejected, Unavailable, UsageError
from reconciler.hubspot.answers import Answer, required, understood
from reconciler.hubspot.failures import CONNECT_HINT, Passing
from reconciler.hubspot.headers import Headers, RateLimit, rate_limit
from reconciler.hubspot.json_text import without
from reconciler.hubspot.pacing import Pacer
from reconciler.hubspot.shapes import Json
from reconciler.hubspot.surroundings import Clock, Watch
from reconciler.settings import Connection

ATTEMPTS = 5
ATTEMPTS_FOR_DETAILS = 2
"""A run can do without the token's details, so it does not wait long for them."""
MOST_BYTES = 64 * 1024 * 1024
"""An answer larger than this is an error: a hundred events of the largest texts take a tenth of it."""


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
        self._timeout = timeout
        self._deadline = self._clock.now() + timeout
        self._pacer = Pacer(clock.now)
        self._sent = False  # the latest request may have been carried out, whatever ended it
        self._failed = False  # an attempt at the latest request has failed
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
        return required(self._request("GET", path, query), path)

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
        question = {"tokenKey": self._secret}
        return required(self._retried("POST", path, {}, question, attempts=ATTEMPTS_FOR_DETAILS), path)

    def _request(self, method: str, path: str, query: Mapping[str, str], body: Json = None) -> Answer:
        if method not in self.methods:
            raise AssertionError(f"this client must not send {method}")
        return self._retried(method, path, query, body)

    def _retried(
        self, method: str, path: str, query: Mapping[str, str], body: Json, *, attempts: int = ATTEMPTS
    ) -> Answer:
        self.requests += 1
        self._sent = self._failed = False
        retrying = Retrying(
            retry=retry_if_exception_type(Passing),
            wait=_pause,
            stop=lambda state: state.attempt_number >= attempts or self._out_of_time(state),
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
            self._failed = True
            raise

    def _out_of_time(self, state: RetryCallState) -> bool:
        return self._clock.now() + state.upcoming_sleep > self._deadline

    def _once(self, method: str, path: str, query: Mapping[str, str], body: Json) -> Answer:
        self._watch.gate()
        self._pace()
        self._watch.gate()
        response, content = self._exchange(method, path, query, body)
        self._watch.log(f"{method} {path}: {response.status_code}")
        self.answered = True
        headers = dict(response.headers)
        self._learn(headers)
        answer = understood(response.status_code, headers, content, self._secret)
        # What HubSpot says of a write may repeat what it was sent.
        return answer if method == "GET" else Answer(answer.status, without(self._secret, answer.body))

    def _learn(self, headers: Headers) -> None:
        said = rate_limit(headers)
        self._pacer.learn(said)
        if said != RateLimit():
            self.rate_limit = said

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
            raise Passing(f"{self._host} cannot be reached: {_reason(error)}", sent=False, hint=CONNECT_HINT) from error
        except httpx.HTTPError as error:
            raise Passing(f"the connection to {self._host} failed: {_reason(error)}", sent=True) from error
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
    def _secret(self) -> str:
        return self._connection.token.reveal()

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
        """Ask before a write is sent again: somebody may have edited while it was waiting, which can take minutes."""
        before, self._may_resend = self._may_resend, still_due
        try:
            yield
        finally:
            self._may_resend = before

    def _attempt(self, method: str, path: str, query: Mapping[str, str], body: Json) -> Answer:
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
            required(answer, path)
        except (AccessDenied, Interrupted, Rejected) as end:
            if self._sent:
                raise Unavailable(end.message, hint=end.hint, sent=True) from end
            raise
        return answer


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
    least = failure.after if isinstance(failure, Passing) else 0
    return max(_BACK_OFF(state), least + random.random() if least else 0)  # noqa: S311  (spreads load, no secret)


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
