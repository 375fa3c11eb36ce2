"""One request and its answer, read whole and within bounds: with the network below, the only doorway to httpx."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlsplit

import httpx

from reconciler import __version__
from reconciler.errors import Unavailable, UsageError
from reconciler.json_values import Json
from reconciler.transport.headers import Headers
from reconciler.transport.network import BoundedTransport
from reconciler.transport.quiet import quiet
from reconciler.transport.retrying import Passing
from reconciler.transport.surroundings import Deadline

MOST_BYTES = 64 * 1024 * 1024
"""An answer larger than this is an error: a hundred events of the largest texts take a tenth of it."""
LONGEST = 120.0
"""Seconds that one request may take in all; HubSpot's own edge gives up after 100 (error handling, 524)."""
_BUSY = ("408", "429")
"""What a proxy that is only busy answers."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where requests go and how they get there."""

    base_url: str
    proxy: str | None = field(repr=False)
    """Used for https alone: one for plain HTTP would see the token. It may carry a password."""
    ca_file: str | None
    hint: str
    """What to check where it cannot be reached."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it came; the names of headers are in lower case."""

    status: int
    headers: Headers
    content: bytes
    next: str | None
    """Where a list goes on, where a Link header says so."""


class Exchange:
    """Sends requests to one server, and follows no redirect; the environment changes nothing of what it does."""

    _UNREACHED: ClassVar = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

    def __init__(self, server: Server, headers: Mapping[str, str], deadline: Deadline) -> None:
        """Prepare a client whose requests all end with the deadline; it sends `headers` with each of them."""
        self._server = server
        self._deadline = deadline
        self._kept = 0.0  # seconds of the deadline that the request under way may not use
        self._client = httpx.Client(
            base_url=server.base_url,
            headers={"Accept-Encoding": "identity", "User-Agent": f"reconciler/{__version__}", **headers},
            transport=_transport(server, self._left),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def send(
        self,
        method: str,
        address: str,
        query: Mapping[str, str] | None = None,
        body: Json = None,
        *,
        most_bytes: int = MOST_BYTES,
    ) -> Response:
        """Send one request to a path of the server, or to a whole address.

        Raises `Passing` where another try may help, and `Unavailable` where the answer is larger than `most_bytes`
        or the time is over.
        """
        host = urlsplit(self._server.base_url if address.startswith("/") else address).netloc
        self._kept = max(0.0, self._deadline.check() - LONGEST)
        try:
            with (
                quiet(),
                self._client.stream(method, address, params=query or None, json=body, timeout=_STEP) as answer,
            ):
                return self._read(answer, host, most_bytes)
        except self._UNREACHED as error:
            self._deadline.check()
            raise self._unreached(error, host) from error
        except (httpx.InvalidURL, UnicodeError) as error:  # UnicodeError: a host that is no name at all
            raise Unavailable(f"{host} is no host that can be reached") from error
        except httpx.HTTPError as error:
            self._deadline.check(sent=True)
            raise Passing(f"the connection to {host} failed: {_reason(error)}", sent=True) from error

    def _unreached(self, error: httpx.HTTPError, host: str) -> Unavailable:
        what = f"{host} cannot be reached: {_reason(error)}"
        if _is_a_refusal(error):
            return Unavailable(what, hint=self._server.hint)
        return Passing(what, sent=False, hint=self._server.hint)

    def _read(self, answer: httpx.Response, host: str, most_bytes: int) -> Response:
        """Read a body, which may not be too large: httpx itself does not bound it."""
        content = bytearray()
        for chunk in answer.iter_raw():
            content += chunk
            if len(content) > most_bytes:
                raise Unavailable(f"{host} sent more than {most_bytes // 1024 // 1024} MiB at once", sent=True)
            self._deadline.check(sent=True)
        onward = answer.links.get("next", {}).get("url")
        headers = dict(answer.headers.items())  # without items() each name would be looked for among all of them
        return Response(answer.status_code, headers, bytes(content), onward)

    def _left(self) -> float:
        """Tell how many seconds the request under way may still take."""
        return self._deadline.left() - self._kept


_STEP = httpx.Timeout(30.0, connect=5.0)
"""Seconds for one step of a request, where so many are left."""


def _transport(server: Server, left: Callable[[], float]) -> BoundedTransport:
    if server.base_url.startswith("https:"):
        return BoundedTransport(server.proxy, trusted(server.ca_file), left)
    return BoundedTransport(None, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), left)  # trusts nobody


def trusted(ca_file: str | None) -> ssl.SSLContext:
    """Give what certificates are checked against: a file's authorities, else those that everybody trusts."""
    context = httpx.create_ssl_context(trust_env=False) if ca_file is None else _trusting(ca_file)
    # Not every build of Python leaves older versions out: some leave that to the system's settings of OpenSSL.
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    return context


def _trusting(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise UsageError("SSL_CERT_FILE holds no certificates", hint="name a file of them in PEM form") from error


def _is_a_refusal(error: httpx.HTTPError) -> bool:
    """Tell whether another try cannot help: a certificate that nobody trusts, a proxy that lets nobody through."""
    if isinstance(error, httpx.ProxyError):
        status = _status_of_proxy(error)
        return status.startswith("4") and status not in _BUSY
    return any(isinstance(below, ssl.SSLCertVerificationError) for below in _causes(error))


def _status_of_proxy(error: httpx.ProxyError) -> str:
    """Give what a proxy answered instead of letting us through, apart from its own words for it."""
    status = str(error)[:3]
    return status if status.isascii() and status.isdigit() else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    below: BaseException | None = error
    while below is not None:
        yield below
        below = below.__cause__ or below.__context__


def _reason(error: httpx.HTTPError) -> str:
    """Say what the system says, else name the failure's class: httpx's own texts can hold headers, so the token."""
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ProxyError) and (status := _status_of_proxy(error)):
        return f"the proxy answers with status {status}"
    said = (below.strerror for below in _causes(error) if isinstance(below, OSError) and below.strerror)
    usual = "it broke off" if isinstance(error, httpx.RemoteProtocolError) else type(error).__name__
    return next(said, usual)
