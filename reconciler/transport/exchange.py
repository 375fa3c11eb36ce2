"""One HTTP request with its answer, bounded in time and size.

Only this module and `network` import httpx.
"""

import ssl
import threading
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
"""Maximum size of an answer; a hundred events with the longest texts take a tenth of it."""
LONGEST = 120.0
"""Maximum seconds for one request; HubSpot's own edge gives up after 100 (error handling, 524)."""
_BUSY = ("408", "429")
"""Statuses of a proxy that is only busy."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server with the way to reach it."""

    base_url: str
    proxy: str | None = field(repr=False)
    """Used for https only, because over plain HTTP it would see the token. It may contain a password."""
    ca_file: str | None
    hint: str
    """What to check if the server cannot be reached."""

    @property
    def proxied(self) -> bool:
        """Whether requests go through the proxy."""
        return self.proxy is not None and self.base_url.startswith("https:")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer before decoding; header names are in lower case."""

    status: int
    headers: Headers
    content: bytes
    next: str | None
    """The address of a list's next page, from the Link header."""


class _Share(threading.local):
    """What one thread's request may use of the deadline."""

    kept = 0.0
    """The seconds at its end that the request may not use."""


class Exchange:
    """A client for one server, which follows no redirects and ignores the environment.

    Several threads may send at the same time, each one request.
    """

    _UNREACHED: ClassVar = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

    def __init__(self, server: Server, headers: Mapping[str, str], deadline: Deadline) -> None:
        """Prepare a client whose requests all end by the deadline; each sends `headers`."""
        self._server = server
        self._deadline = deadline
        self._share = _Share()
        self._client = httpx.Client(
            base_url=server.base_url,
            headers={"Accept-Encoding": "identity", "User-Agent": f"reconciler/{__version__}", **headers},
            transport=_transport(server, self._left),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections."""
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

        Raise `Passing` if another try may help, else `Unavailable`, for example if the answer is larger than
        `most_bytes` or the deadline has passed.
        """
        host = urlsplit(self._server.base_url if address.startswith("/") else address).netloc
        self._share.kept = max(0.0, self._deadline.check() - LONGEST)
        try:
            with (
                quiet(),
                self._client.stream(method, address, params=query or None, json=body, timeout=_STEP) as answer,
            ):
                return self._read(answer, host, most_bytes)
        except self._UNREACHED as error:
            self._deadline.check()
            raise self._unreached(error, host) from error
        except (httpx.InvalidURL, UnicodeError) as error:  # UnicodeError: the host cannot be encoded as a name
            raise Unavailable(f"{host} is not a valid host name") from error
        except httpx.HTTPError as error:
            self._deadline.check(sent=True)
            raise Passing(f"the connection to {host} failed: {_reason(error)}", sent=True) from error

    def _unreached(self, error: httpx.HTTPError, host: str) -> Unavailable:
        what = f"{host} cannot be reached: {_reason(error)}"
        if _is_a_refusal(error):
            return Unavailable(what, hint=self._server.hint)
        return Passing(what, sent=False, hint=self._server.hint)

    def _read(self, answer: httpx.Response, host: str, most_bytes: int) -> Response:
        """Read a body of at most `most_bytes`, which httpx itself does not bound."""
        content = bytearray()
        for chunk in answer.iter_raw():
            content += chunk
            if len(content) > most_bytes:
                raise Unavailable(f"{host} sent more than {most_bytes // 1024 // 1024} MiB at once", sent=True)
            self._deadline.check(sent=True)
        next_page = answer.links.get("next", {}).get("url")
        headers = dict(answer.headers.items())  # without items() each name would be searched for among all of them
        return Response(answer.status_code, headers, bytes(content), next_page)

    def _left(self) -> float:
        """Return the seconds that the current request may still take."""
        return self._deadline.left() - self._share.kept


_STEP = httpx.Timeout(30.0, connect=5.0)
"""Maximum seconds for one step of a request."""


def _transport(server: Server, left: Callable[[], float]) -> BoundedTransport:
    if server.base_url.startswith("https:"):
        return BoundedTransport(server.proxy, trusted(server.ca_file), left)
    return BoundedTransport(None, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), left)  # no https, so no certificates


def trusted(ca_file: str | None) -> ssl.SSLContext:
    """Return a TLS context that trusts the authorities in a file, else the usual public ones.

    Raise `UsageError` if the file holds no certificates.
    """
    context = httpx.create_ssl_context(trust_env=False) if ca_file is None else _trusting(ca_file)
    # Not every build of Python excludes older versions: some follow the system's OpenSSL settings.
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    return context


def _trusting(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise UsageError(
            "SSL_CERT_FILE holds no certificates", hint="set it to a file of certificates in PEM form"
        ) from error


def _is_a_refusal(error: httpx.HTTPError) -> bool:
    """Return whether another try cannot help: an untrusted certificate, or a proxy that refuses us."""
    if isinstance(error, httpx.ProxyError):
        status = _status_of_proxy(error)
        return status.startswith("4") and status not in _BUSY
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def _status_of_proxy(error: httpx.ProxyError) -> str:
    """Return the status of a proxy's refusal, without the proxy's own text; empty if there is none."""
    status = str(error)[:3]
    return status if status.isascii() and status.isdigit() else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _reason(error: httpx.HTTPError) -> str:
    """Return the system's error text, else the error's class: httpx's own texts can contain headers and the token."""
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ProxyError) and (status := _status_of_proxy(error)):
        return f"the proxy answers with status {status}"
    texts = (cause.strerror for cause in _causes(error) if isinstance(cause, OSError) and cause.strerror)
    default = "it broke off" if isinstance(error, httpx.RemoteProtocolError) else type(error).__name__
    return next(texts, default)
