"""Connections on which every step ends with the time that is left: the only doorway to httpcore.

A worker thread that is abandoned at the deadline would be less code. It was tried: it can still connect and send after
the deadline, and closing its TLS connection from another thread can put plain text on the wire (docs/reliability.md,
"Why no worker thread").
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import httpcore
import httpx

from reconciler.transport.background import in_background

_T = TypeVar("_T")

LookUp = Callable[[str, int], list[str]]
"""Returns the addresses of a host name and port; raises `OSError` if the name cannot be resolved."""


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host name, as the system resolves it."""
    return [str(address[0]) for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


_PIECE = 16 * 1024
"""Bytes read or written at once: the most that one TLS record holds, so each write succeeds or fails as a whole."""


class BoundedNetwork(httpcore.NetworkBackend):
    """Opens connections on which each step has a time limit, and all steps together the time that is left.

    httpx limits only single steps: a server that sends one byte at a time, or a name with many dead addresses, could
    keep it busy for ever.
    """

    def __init__(self, left: Callable[[], float], look_up: LookUp = look_up) -> None:
        """Limit all steps by `left`, the seconds that are left; resolve host names with `look_up`."""
        self._left = left
        self._look_up = look_up
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers."""
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in self._addresses(host, port, timeout):
            step = self.within(timeout, httpcore.ConnectTimeout)
            try:
                return _BoundedStream(
                    self._network.connect_tcp(address, port, step, local_address, socket_options), self
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _addresses(self, host: str, port: int, timeout: float | None) -> Iterable[str]:
        """Resolve a name in a thread of its own, because a look-up that hangs cannot be cancelled."""
        future = in_background(lambda: self._look_up(host, port))
        try:
            return dict.fromkeys(future.result(self.within(timeout, httpcore.ConnectTimeout)))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("the name was not found in time") from error
        except OSError as error:
            raise httpcore.ConnectError("the name was not found") from error

    def within(self, timeout: float | None, over: type[httpcore.TimeoutException]) -> float:
        """Return how many seconds one step may take; raise `over` if none are left."""
        left = self._left()
        if left <= 0:
            raise over("the time is over")
        return left if timeout is None else min(timeout, left)


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, network: BoundedNetwork) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            step = self._network.within(timeout, httpcore.WriteTimeout)
            self._stream.write(buffer[start : start + _PIECE], step)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        if self.get_extra_info("ssl_object") is not None:
            return TlsInTls(self, ssl_context, server_hostname, timeout)
        step = self._network.within(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, step), self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class BoundedTransport(httpx.BaseTransport):
    """A transport for httpx, like its own but with a bounded network."""

    def __init__(self, proxy: str | None, trust: ssl.SSLContext, left: Callable[[], float]) -> None:
        """Connect through `proxy`, or directly if it is None; check certificates against `trust`."""
        self._pool = _pool(proxy, trust, BoundedNetwork(left))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the body of the response is read later."""
        assert isinstance(request.stream, httpx.SyncByteStream)  # noqa: S101  (a synchronous client sends no other)
        url = request.url
        with _raising_httpx_errors():
            response = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _raising_httpx_errors():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


def _pool(proxy: str | None, trust: ssl.SSLContext, network: BoundedNetwork) -> httpcore.ConnectionPool:
    if proxy is None:
        return httpcore.ConnectionPool(trust, keepalive_expiry=5.0, network_backend=network)
    address = httpx.Proxy(proxy)
    return httpcore.HTTPProxy(
        str(address.url),
        proxy_auth=address.raw_auth,
        ssl_context=trust,
        proxy_ssl_context=trust if address.url.scheme == "https" else None,
        keepalive_expiry=5.0,
        network_backend=network,
    )


_HTTPX_ERRORS: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.TimeoutException, httpx.ReadTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.NetworkError, httpx.ReadError),
    (httpcore.ProxyError, httpx.ProxyError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.ProtocolError, httpx.LocalProtocolError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
)
"""The first that matches counts. Errors of writing become errors of reading: callers treat both alike."""


@contextmanager
def _raising_httpx_errors() -> Iterator[None]:
    try:
        yield
    except tuple(kind for kind, _ in _HTTPX_ERRORS) as error:
        same = next(same for kind, same in _HTTPX_ERRORS if isinstance(error, kind))
        raise same(str(error)) from error


class TlsInTls(httpcore.NetworkStream):
    """TLS over another stream, so that each read and write keeps to that stream's limits.

    httpcore's own class starts the time limit again with each piece: a server that sends one byte at a time inside the
    tunnel could keep it busy for ever.
    """

    def __init__(
        self, outer: httpcore.NetworkStream, trust: ssl.SSLContext, host: str | None, timeout: float | None
    ) -> None:
        """Shake hands with `host` through `outer`, and check its certificate against `trust`."""
        self._outer = outer
        self._received, self._to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trust.wrap_bio(self._received, self._to_send, server_hostname=host)
        try:
            with _raising(httpcore.ConnectError):
                self._perform(self._tls.do_handshake, timeout)
        except httpcore.TimeoutException as error:
            raise httpcore.ConnectTimeout from error

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read up to `max_bytes`; return no bytes at the end of the stream."""
        with _raising(httpcore.ReadError):
            return self._perform(lambda: self._tls.read(max_bytes), timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of `buffer`."""
        with _raising(httpcore.WriteError):
            for start in range(0, len(buffer), _PIECE):
                self._perform(partial(self._tls.write, buffer[start : start + _PIECE]), timeout)

    def close(self) -> None:
        """Close the outer stream."""
        self._outer.close()

    def get_extra_info(self, info: str) -> Any:
        """Return information about the outer stream, and for `ssl_object` the TLS of this one."""
        return self._tls if info == "ssl_object" else self._outer.get_extra_info(info)

    def _perform(self, work: Callable[[], _T], timeout: float | None) -> _T:
        """Do a piece of TLS work; send what it writes and receive what it needs."""
        while True:
            try:
                result = work()
            except ssl.SSLWantReadError:
                self._flush(timeout)
                self._receive(timeout)
            else:
                self._flush(timeout)
                return result

    def _flush(self, timeout: float | None) -> None:
        if pending := self._to_send.read():
            self._outer.write(pending, timeout)

    def _receive(self, timeout: float | None) -> None:
        if received := self._outer.read(_PIECE, timeout):
            self._received.write(received)
        else:
            self._received.write_eof()


@contextmanager
def _raising(kind: type[httpcore.NetworkError]) -> Iterator[None]:
    try:
        yield
    except ssl.SSLError as error:
        raise kind(str(error)) from error
