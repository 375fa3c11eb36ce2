"""One HTTP client for GitHub's REST API: retries, limits and plain errors, nothing of pull requests.

The API is the version of 2022-11-28. The token goes to the API alone: redirects are not followed, and what the API
keeps elsewhere is fetched without it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from reconciler import __version__
from reconciler.errors import ReconcilerError, Rejected, Unavailable
from reconciler.github.failures import CONNECT_HINT, failure
from reconciler.github.links import host_of, is_of_the_api, is_secure
from reconciler.hubspot.failures import Passing, envelope
from reconciler.hubspot.headers import Headers

# These three know nothing of HubSpot.
from reconciler.hubspot.http import ATTEMPTS, MOST_BYTES, _pause, _reason, _trusted
from reconciler.hubspot.json_text import NotJson, parsed, without
from reconciler.hubspot.shapes import Json
from reconciler.hubspot.surroundings import Clock, Watch
from reconciler.settings import GitHubConnection, is_loopback

API_VERSION = "2022-11-28"
MOST_PAGES = 100
"""Pages of one list; more are an error."""

_OK = range(200, 300)
_GONE = frozenset({404, 410})

_T = TypeVar("_T")
Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Got:
    """An answer: a missing thing has the status 404 and no body."""

    status: int
    body: Json
    next: str | None = None
    """Where the list goes on."""


class GitHubHttp:
    """Sends requests to one API; each names in `needs` the permission it takes, for the words of a refusal.

    All of them raise `AccessDenied` where the token or the permission does not do, `Rejected` where GitHub says no,
    and `Unavailable` where it cannot be reached in time.
    """

    def __init__(
        self, connection: GitHubConnection, *, timeout: float, clock: Clock = Clock(), watch: Watch = Watch()
    ) -> None:
        """Prepare a client whose requests all end within `timeout` seconds from now."""
        self._connection = connection
        self._clock = clock
        self._watch = watch
        self._timeout = timeout
        self._deadline = clock.now() + timeout
        self._api = _client(connection, _api_headers(connection))
        self._store = _client(connection, {})

    def close(self) -> None:
        """Close its connections."""
        self._api.close()
        self._store.close()

    def get(self, path: str, needs: str) -> Got:
        """Send a GET."""
        return self._retried(lambda: self._once("GET", path, None, None, needs))

    def pages(self, path: str, query: Query, needs: str) -> Iterator[Json]:
        """Give the pages of a list one after the other; a missing list is `Rejected`."""
        got = self._retried(lambda: self._once("GET", path, {"per_page": "100", **query}, None, needs))
        for _ in range(MOST_PAGES):
            if got.status == 404:
                raise Rejected(f"GitHub knows no {path}", status=404, hint=_LOST_HINT)
            yield got.body
            if (address := got.next) is None:
                return
            got = self.get(address, needs)
        raise Unavailable(f"GitHub's list {path} has more than {MOST_PAGES} pages")

    def patch(self, path: str, body: Json, needs: str) -> Got:
        """Send a PATCH, which may safely be sent again."""
        return self._retried(lambda: self._once("PATCH", path, None, body, needs))

    def post(self, path: str, body: Json, needs: str, sought: Callable[[], _T | None]) -> Got | _T:
        """Send a POST, which makes something new.

        Where an answer was lost, `sought` looks for what may have been made, before it is sent again.
        """
        lost = False

        def attempt() -> Got | _T:
            nonlocal lost
            if lost and (found := sought()) is not None:
                return found
            try:
                return self._once("POST", path, None, body, needs)
            except Unavailable as error:
                lost = lost or error.sent
                raise

        try:
            got = self._retried(attempt)
        except Unavailable as error:
            raise Unavailable(error.message, hint=error.hint, sent=lost) from error
        if isinstance(got, Got) and got.status == 404:
            raise Rejected(f"GitHub knows no {path}", status=404, hint=_LOST_HINT)
        return got

    def download(self, path: str, needs: str, most_bytes: int = MOST_BYTES) -> bytes | None:
        """Fetch what the API keeps elsewhere; None where it is gone."""
        return self._retried(lambda: self._downloaded(path, needs, most_bytes))

    def _downloaded(self, path: str, needs: str, most_bytes: int) -> bytes | None:
        response, content = self._exchange(self._api, "GET", path)
        if response.status_code in _GONE and envelope(content):
            return None
        if response.status_code != 302:
            raise self._failure(response, content, needs)
        # The address is as good as a password for a minute, so it is told nowhere.
        address = response.headers.get("location", "")
        if not (is_secure(address) or (host_of(address) and self._is_local(address))):
            raise Unavailable("GitHub sends elsewhere for an artifact, but not to a safe address", hint=CONNECT_HINT)
        response, content = self._exchange(self._store, "GET", address, most_bytes=most_bytes)
        status = response.status_code
        if status in _OK:
            return content
        kind = Passing if status >= 500 else Unavailable
        raise kind(f"{host_of(address)}, which keeps the artifact, fails with status {status}", sent=False)

    def _is_local(self, address: str) -> bool:
        """Tell whether an address is on this machine, as is the API itself; nobody else may send us there."""
        found, api = urlsplit(address), urlsplit(self._connection.api_url)
        here = is_loopback(found.hostname or "") and is_loopback(api.hostname or "")
        return here and found.scheme == "http"

    def _retried(self, attempt: Callable[[], _T]) -> _T:
        retrying = Retrying(
            retry=retry_if_exception_type(Passing),
            wait=_pause,
            stop=self._out_of_time,
            sleep=self._clock.sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except Passing as error:  # a request within another one is not retried by both
            raise Unavailable(error.message, hint=error.hint, sent=error.sent) from error

    def _out_of_time(self, state: RetryCallState) -> bool:
        return state.attempt_number >= ATTEMPTS or self._clock.now() + state.upcoming_sleep > self._deadline

    def _once(self, method: str, path: str, query: Query | None, body: Json, needs: str) -> Got:
        response, content = self._exchange(self._api, method, path, query, body)
        if response.status_code == 404 and envelope(content):
            return Got(404, None)
        if response.status_code not in _OK:
            raise self._failure(response, content, needs)
        try:
            return Got(response.status_code, parsed(content), self._next(response))
        except NotJson as error:
            raise Passing("GitHub's answer is cut off or is not JSON", sent=True) from error

    def _failure(self, response: httpx.Response, content: bytes, needs: str) -> ReconcilerError:
        said = without(self._secret, envelope(content))
        headers: Headers = dict(response.headers)
        return failure(response.status_code, headers, said, needs)

    def _next(self, response: httpx.Response) -> str | None:
        address = response.links.get("next", {}).get("url")
        if address is not None and not is_of_the_api(address, self._connection.api_url):
            raise Unavailable("GitHub's list goes on at another address, where the token must not go")
        return address

    def _exchange(
        self,
        client: httpx.Client,
        method: str,
        path: str,
        query: Query | None = None,
        body: Json = None,
        *,
        most_bytes: int = MOST_BYTES,
    ) -> tuple[httpx.Response, bytes]:
        self._watch.gate()
        host = host_of(self._connection.api_url if path.startswith("/") else path)
        try:
            with client.stream(method, path, params=query, json=body, timeout=self._step_timeout()) as response:
                content = self._content(response, host, most_bytes)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise Passing(f"{host} cannot be reached: {_reason(error)}", sent=False, hint=CONNECT_HINT) from error
        except (httpx.InvalidURL, UnicodeError) as error:  # UnicodeError: a host that is no name at all
            raise Unavailable(f"GitHub names an address on {host}, which is no host") from error
        except httpx.HTTPError as error:
            raise Passing(f"the connection to {host} failed: {_reason(error)}", sent=True) from error
        where = urlsplit(path).path if client is self._api else host  # the rest of an address may open a door
        self._watch.log(f"{method} {where}: {response.status_code}")
        return response, content

    def _content(self, response: httpx.Response, host: str, most_bytes: int) -> bytes:
        """Read a body that may neither be too large nor come too slowly: httpx itself bounds neither."""
        content = bytearray()
        for chunk in response.iter_raw():
            content += chunk
            if len(content) > most_bytes:
                raise Unavailable(f"{host} sent more than {most_bytes // 1024 // 1024} MiB at once", sent=True)
            self._remaining(sent=True)
        return bytes(content)

    def _step_timeout(self) -> httpx.Timeout:
        remaining = self._remaining()
        return httpx.Timeout(min(30.0, remaining), connect=min(5.0, remaining))

    def _remaining(self, *, sent: bool = False) -> float:
        remaining = self._deadline - self._clock.now()
        if remaining <= 0:
            what = f"the time of {self._timeout:g} seconds for GitHub is over"
            raise Unavailable(what, hint="give it more with --timeout", sent=sent)
        return remaining

    @property
    def _secret(self) -> str:
        return self._connection.token.reveal()


_LOST_HINT = "it may be gone, or the token may not see it"


def _client(connection: GitHubConnection, headers: Mapping[str, str]) -> httpx.Client:
    # The environment is read in one place, and only what it names there is used.
    return httpx.Client(
        base_url=connection.api_url,
        headers={"Accept-Encoding": "identity", "User-Agent": f"reconciler/{__version__}", **headers},
        proxy=connection.proxy if connection.api_url.startswith("https:") else None,
        verify=_trusted(connection.ca_file),
        follow_redirects=False,
        trust_env=False,
    )


def _api_headers(connection: GitHubConnection) -> Mapping[str, str]:
    return {
        "Authorization": f"Bearer {connection.token.reveal()}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": API_VERSION,
    }
