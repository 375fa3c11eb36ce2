"""One HTTP client for GitHub's REST API: retries, limits and plain errors, nothing of pull requests.

The API is the version of 2022-11-28. The token goes to the API alone: redirects are not followed, and what the API
keeps elsewhere is fetched without it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from reconciler.connections import GitHubConnection, is_loopback
from reconciler.errors import ReconcilerError, Rejected, Unavailable
from reconciler.github.failures import GITHUB_CONNECT_HINT, error_of_status
from reconciler.json_values import Json
from reconciler.transport.exchange import MOST_BYTES, Exchange, Response, Server
from reconciler.transport.json_text import NotJson, envelope, parsed, without
from reconciler.transport.retrying import Passing, retried
from reconciler.transport.surroundings import Clock, Deadline, Watch

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
        self._deadline = Deadline(clock.now, timeout, "for GitHub")
        server = Server(connection.api_url, connection.proxy, connection.ca_file, GITHUB_CONNECT_HINT)
        self._api = Exchange(server, _headers(connection), self._deadline)
        self._store = Exchange(server, {}, self._deadline)

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
        response = self._asked("GET", path)
        if response.status in _GONE and envelope(response.content):
            return None
        if response.status != 302:
            raise self._failure(response, needs)
        # The address is as good as a password for a minute, so it is told nowhere.
        address = response.headers.get("location", "")
        if not (is_secure(address) or (host_of(address) and self._is_local(address))):
            raise Unavailable(
                "GitHub sends elsewhere for an artifact, but not to a safe address", hint=GITHUB_CONNECT_HINT
            )
        return self._fetched(address, most_bytes)

    def _fetched(self, address: str, most_bytes: int) -> bytes:
        self._watch.gate()
        response = self._store.send("GET", address, most_bytes=most_bytes)
        self._watch.log(f"GET {host_of(address)}: {response.status}")
        if response.status in _OK:
            return response.content
        kind = Passing if response.status >= 500 else Unavailable
        what = f"{host_of(address)}, which keeps the artifact, fails with status {response.status}"
        raise kind(what, sent=False)

    def _is_local(self, address: str) -> bool:
        """Tell whether an address is on this machine, as is the API itself; nobody else may send us there."""
        found, api = urlsplit(address), urlsplit(self._connection.api_url)
        here = is_loopback(found.hostname or "") and is_loopback(api.hostname or "")
        return here and found.scheme == "http"

    def _retried(self, attempt: Callable[[], _T]) -> _T:
        try:
            return retried(attempt, self._clock, self._deadline)
        except Passing as error:  # a request within another one is not retried by both
            raise Unavailable(error.message, hint=error.hint, sent=error.sent) from error

    def _once(self, method: str, path: str, query: Query | None, body: Json, needs: str) -> Got:
        response = self._asked(method, path, query, body)
        if response.status == 404 and envelope(response.content):
            return Got(404, None)
        if response.status not in _OK:
            raise self._failure(response, needs)
        try:
            return Got(response.status, parsed(response.content), self._next(response))
        except NotJson as error:
            raise Passing("GitHub's answer is cut off or is not JSON", sent=True) from error

    def _asked(self, method: str, path: str, query: Query | None = None, body: Json = None) -> Response:
        self._watch.gate()
        response = self._api.send(method, path, query, body)
        self._watch.log(f"{method} {urlsplit(path).path}: {response.status}")
        return response

    def _failure(self, response: Response, needs: str) -> ReconcilerError:
        said = without(self._secret, envelope(response.content))
        return error_of_status(response.status, response.headers, said, needs)

    def _next(self, response: Response) -> str | None:
        if response.next is not None and not is_of_the_api(response.next, self._connection.api_url):
            raise Unavailable("GitHub's list goes on at another address, where the token must not go")
        return response.next

    @property
    def _secret(self) -> str:
        return self._connection.token.reveal()


_LOST_HINT = "it may be gone, or the token may not see it"


def _headers(connection: GitHubConnection) -> Mapping[str, str]:
    return {
        "Authorization": f"Bearer {connection.token.reveal()}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": API_VERSION,
    }


def is_of_the_api(address: str, api_url: str) -> bool:
    """Tell whether an address is one of the same API, so that the token may be sent there."""
    parts, api = _parts(address), urlsplit(api_url)
    if parts is None or ".." in parts.path.split("/"):
        return False
    same = (parts.scheme, parts.hostname, parts.port) == (api.scheme, api.hostname, api.port)
    return same and parts.path.startswith(f"{api.path}/")


def is_secure(address: str) -> bool:
    """Tell whether what comes from an address is encrypted on its way."""
    parts = _parts(address)
    return parts is not None and parts.scheme == "https"


def host_of(address: str) -> str:
    """Give an address's host and port, which may be shown; what follows them may open a door."""
    parts = _parts(address)
    return "" if parts is None else parts.netloc


def _parts(address: str) -> SplitResult | None:
    """Take an address apart; None where two readers might not agree on where it leads."""
    if not (address.isascii() and address.isprintable()) or " " in address or "\\" in address:
        return None
    try:
        parts = urlsplit(address)
        is_complete = parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if is_complete and "@" not in parts.netloc else None
