"""The HTTP client for GitHub's REST API (version 2022-11-28), with retries and plain errors.

The token is sent to the API only: redirects are not followed, and artifacts are downloaded from their store without it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from reconciler.connections import GitHubConnection, is_loopback
from reconciler.errors import ReconcilerError, Rejected, Unavailable
from reconciler.github.failures import GITHUB_CONNECT_HINT, TooManyRequests, error_of_query, error_of_status
from reconciler.json_values import Json, as_mapping
from reconciler.transport.exchange import MOST_BYTES, Exchange, Response, Server
from reconciler.transport.json_text import NotJson, envelope, parsed, without
from reconciler.transport.retrying import Passing, retried
from reconciler.transport.surroundings import Clock, Deadline, Watch

API_VERSION = "2022-11-28"
MOST_PAGES = 100
"""Maximum number of pages in a list; more are an error."""

_OK = range(200, 300)
_GONE = frozenset({404, 410})

_T = TypeVar("_T")
Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GitHubAnswer:
    """A status with the decoded body; a 404 has none."""

    status: int
    body: Json
    next: str | None = None
    """The address of a list's next page."""


class GitHubHttp:
    """A client for one API; `needs` is the permission that a request takes, for the text of an error.

    Every method raises `AccessDenied` if the token or its permissions are not enough, `Rejected` if GitHub refuses the
    request, and `Unavailable` if GitHub cannot be reached in time.
    """

    def __init__(
        self, connection: GitHubConnection, *, timeout: float, clock: Clock = Clock(), watch: Watch = Watch()
    ) -> None:
        """Prepare a client whose requests all end within `timeout` seconds from now."""
        self._connection = connection
        self._clock = clock
        self._watch = watch
        self._deadline = Deadline(clock.now, timeout, "requests to GitHub")
        server = Server(connection.api_url, connection.proxy, connection.ca_file, GITHUB_CONNECT_HINT)
        self._api = Exchange(server, _headers(connection), self._deadline)
        self._store = Exchange(server, {}, self._deadline)
        self._limited: tuple[float, TooManyRequests] | None = None  # until when GitHub answers nothing, and its words

    def close(self) -> None:
        """Close the connections."""
        self._api.close()
        self._store.close()

    def get(self, path: str, needs: str) -> GitHubAnswer:
        """Send a GET."""
        return self._retried(lambda: self._once("GET", path, None, None, needs))

    def pages(self, path: str, query: Query, needs: str) -> Iterator[Json]:
        """Yield the pages of a list; raise `Rejected` if there is no such list."""
        answer = self._retried(lambda: self._once("GET", path, {"per_page": "100", **query}, None, needs))
        for _ in range(MOST_PAGES):
            if answer.status == 404:
                raise Rejected(f"GitHub does not know {path}", status=404, hint=_LOST_HINT)
            yield answer.body
            if (address := answer.next) is None:
                return
            answer = self.get(address, needs)
        raise Unavailable(f"GitHub's list {path} has more than {MOST_PAGES} pages")

    def patch(self, path: str, body: Json, needs: str) -> GitHubAnswer:
        """Send a PATCH, which is safe to repeat."""
        return self._retried(lambda: self._once("PATCH", path, None, body, needs))

    def post(self, path: str, body: Json, needs: str, find_created: Callable[[], _T | None]) -> GitHubAnswer | _T:
        """Send a POST, which creates something.

        If an answer was lost, `find_created` looks for what the lost request may have created, before the POST is
        sent again.
        """
        lost = False

        def attempt() -> GitHubAnswer | _T:
            nonlocal lost
            if lost and (created := find_created()) is not None:
                return created
            try:
                return self._once("POST", path, None, body, needs)
            except Unavailable as error:
                lost = lost or error.sent
                raise

        try:
            answer = self._retried(attempt)
        except Unavailable as error:
            raise Unavailable(error.message, hint=error.hint, sent=lost) from error
        if isinstance(answer, GitHubAnswer) and answer.status == 404:
            raise Rejected(f"GitHub does not know {path}", status=404, hint=_LOST_HINT)
        return answer

    def query(self, query: str, variables: Mapping[str, Json], needs: str) -> Json:
        """Send a query of the GraphQL API, which only reads and is safe to repeat; return its data.

        Raise `Malformed` if the answer is no answer to a query.
        """
        return self._retried(lambda: self._query_once({"query": query, "variables": dict(variables)}, needs))

    def _query_once(self, body: Json, needs: str) -> Json:
        response = self._send("POST", "/graphql", None, body)
        if response.status not in _OK:
            raise self._failure(response, needs)
        answer = as_mapping(_content(response), "the answer")
        if answer.get("errors"):
            raise self._noted(error_of_query(response.headers, without(self._secret, answer), needs))
        return answer.get("data")

    def download(self, path: str, needs: str, most_bytes: int = MOST_BYTES) -> bytes | None:
        """Download a file from the store that the API redirects to; None if the file is gone."""
        return self._retried(lambda: self._download_once(path, needs, most_bytes))

    def _download_once(self, path: str, needs: str, most_bytes: int) -> bytes | None:
        response = self._send("GET", path)
        if response.status in _GONE and envelope(response.content):
            return None
        if response.status != 302:
            raise self._failure(response, needs)
        # For a minute the address is as good as a password, so it is never shown.
        address = response.headers.get("location", "")
        if not (is_secure(address) or (host_of(address) and self._is_local(address))):
            raise Unavailable("GitHub redirects to an unsafe address for an artifact", hint=GITHUB_CONNECT_HINT)
        return self._fetch(address, most_bytes)

    def _fetch(self, address: str, most_bytes: int) -> bytes:
        self._watch.check_stop()
        response = self._store.send("GET", address, most_bytes=most_bytes)
        self._watch.log(f"GET {host_of(address)}: {response.status}")
        if response.status in _OK:
            return response.content
        kind = Passing if response.status >= 500 else Unavailable
        what = f"{host_of(address)}, which stores the artifact, fails with status {response.status}"
        raise kind(what, sent=False)

    def _is_local(self, address: str) -> bool:
        """Return whether both an address and the API are on this machine; no other API may send us there."""
        parts, api = urlsplit(address), urlsplit(self._connection.api_url)
        both_local = is_loopback(parts.hostname or "") and is_loopback(api.hostname or "")
        return both_local and parts.scheme == "http"

    def _retried(self, attempt: Callable[[], _T]) -> _T:
        try:
            return retried(attempt, self._clock, self._deadline)
        except Passing as error:  # a request inside the retry of another must not be retried by both
            raise Unavailable(error.message, hint=error.hint, sent=error.sent) from error

    def _once(self, method: str, path: str, query: Query | None, body: Json, needs: str) -> GitHubAnswer:
        response = self._send(method, path, query, body)
        if response.status == 404 and envelope(response.content):
            return GitHubAnswer(404, None)
        if response.status not in _OK:
            raise self._failure(response, needs)
        return GitHubAnswer(response.status, _content(response), self._next(response))

    def _send(self, method: str, path: str, query: Query | None = None, body: Json = None) -> Response:
        self._watch.check_stop()
        self._check_limit()
        response = self._api.send(method, path, query, body)
        self._watch.log(f"{method} {urlsplit(path).path}: {response.status}")
        return response

    def _failure(self, response: Response, needs: str) -> ReconcilerError:
        error_body = without(self._secret, envelope(response.content))
        return self._noted(error_of_status(response.status, response.headers, error_body, needs))

    def _noted(self, error: ReconcilerError) -> ReconcilerError:
        """Return an error; where it is GitHub's limit, nothing more is sent before that ends."""
        if isinstance(error, TooManyRequests):
            self._limited = (self._clock.now() + error.after, error)
        return error

    def _check_limit(self) -> None:
        if self._limited is not None:
            until, error = self._limited
            if (left := until - self._clock.now()) > 0:
                raise TooManyRequests(error.message, sent=False, after=left, hint=error.hint)

    def _next(self, response: Response) -> str | None:
        if response.next is not None and not is_of_the_api(response.next, self._connection.api_url):
            raise Unavailable("the next page of GitHub's list is at another address, where the token must not be sent")
        return response.next

    @property
    def _secret(self) -> str:
        return self._connection.token.reveal()


def _content(response: Response) -> Json:
    try:
        return parsed(response.content)
    except NotJson as error:
        raise Passing("GitHub's answer is cut off or is not JSON", sent=True) from error


_LOST_HINT = "it may be gone, or the token may not see it"


def _headers(connection: GitHubConnection) -> Mapping[str, str]:
    return {
        "Authorization": f"Bearer {connection.token.reveal()}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": API_VERSION,
    }


def is_of_the_api(address: str, api_url: str) -> bool:
    """Return whether an address belongs to the same API, so that the token may be sent there."""
    parts, api = _parts(address), urlsplit(api_url)
    if parts is None or ".." in parts.path.split("/"):
        return False
    same = (parts.scheme, parts.hostname, parts.port) == (api.scheme, api.hostname, api.port)
    return same and parts.path.startswith(f"{api.path}/")


def is_secure(address: str) -> bool:
    """Return whether an address uses https."""
    parts = _parts(address)
    return parts is not None and parts.scheme == "https"


def host_of(address: str) -> str:
    """Return an address's host and port, which may be shown; the rest may grant access."""
    parts = _parts(address)
    return "" if parts is None else parts.netloc


def _parts(address: str) -> SplitResult | None:
    """Split an address; None if two parsers might disagree about where it leads."""
    if not (address.isascii() and address.isprintable()) or " " in address or "\\" in address:
        return None
    try:
        parts = urlsplit(address)
        is_complete = parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if is_complete and "@" not in parts.netloc else None
