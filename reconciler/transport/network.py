"""Connections on which nothing outlasts the time that is left: the only doorway to httpcore."""

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from threading import Thread
from typing import Any, TypeVar

import httpcore
import httpx

_T = TypeVar("_T")

LookUp = Callable[[str, int], list[str]]
"""Gives the addresses of a host name; an `OSError` says that it has none."""


def look_up(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a name."""
    return [str(address[0]) for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _settle(future: Future[list[str]], work: Callable[[], list[str]]) -> None:
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001  (whoever waits for the result is told)
        future.set_exception(error)


_PIECE = 16 * 1024
"""Bytes that are read or written at once: what one record of TLS holds, so each writing ends or fails as a whole."""


class BoundedNetwork(httpcore.NetworkBackend):
    """Opens connections; each step on one of them has its own bound, and all of them together the time that is left.

    httpx bounds each step alone: a server that sends one byte at a time, or a name with many dead addresses, can keep
    it for as long as it likes.
    """

    def __init__(self, left: Callable[[], float], look_up: LookUp = look_up) -> None:
        """Take how to tell how many seconds are left, and how to find the addresses of a name."""
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
        """Connect to the first address of a name that answers."""
        last: Exception = httpcore.ConnectError("the name has no address")
        for address in self._addresses(host, port, timeout):
            step = self.within(timeout, httpcore.ConnectTimeout)
            try:
                return _BoundedStream(
                    self._network.connect_tcp(address, port, step, local_address, socket_options), self
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    def _addresses(self, host: str, port: int, timeout: float | None) -> Iterable[str]:
        """Look a name up in a thread of its own: nothing but its own end ends a look-up that hangs."""
        future: Future[list[str]] = Future()
        Thread(target=_settle, args=(future, lambda: self._look_up(host, port)), daemon=True).start()
        try:
            return dict.fromkeys(future.result(self.within(timeout, httpcore.ConnectTimeout)))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("the name was not found in time") from error
        except OSError as error:
            raise httpcore.ConnectError("the name was not found") from error

    def within(self, timeout: float | None, over: type[httpcore.TimeoutException]) -> float:
        """Give the seconds that one step may take; raises `over` where none are left."""
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
    """What httpx sends requests through: its own, but for the bounded network below."""

    def __init__(self, proxy: str | None, trust: ssl.SSLContext, left: Callable[[], float]) -> None:
        """Connect through a proxy where one is named; certificates are checked against `trust`."""
        self._pool = _pool(proxy, trust, BoundedNetwork(left))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its answer's body is read later."""
        assert isinstance(request.stream, httpx.SyncByteStream)  # noqa: S101  (a client without async sends no other)
        url = request.url
        with _told_as_httpx_does():
            answer = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _told_as_httpx_does():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _pool(proxy: str | None, trust: ssl.SSLContext, network: BoundedNetwork) -> httpcore.ConnectionPool:
    if proxy is None:
        return httpcore.ConnectionPool(trust, keepalive_expiry=5.0, network_backend=network)
    named = httpx.Proxy(proxy)
    return httpcore.HTTPProxy(
        str(named.url),
        proxy_auth=named.raw_auth,
        ssl_context=trust,
        proxy_ssl_context=trust if named.url.scheme == "https" else None,
        keepalive_expiry=5.0,
        network_backend=network,
    )


_SAME: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
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
"""The first that fits counts; what reading and writing differ in, nobody here asks."""


@contextmanager
def _told_as_httpx_does() -> Iterator[None]:
    try:
        yield
    except tuple(theirs for theirs, _ in _SAME) as error:
        kind = next(ours for theirs, ours in _SAME if isinstance(error, theirs))
        raise kind(str(error)) from error


class TlsInTls(httpcore.NetworkStream):
    """Speaks TLS over another stream, so that each piece of it keeps to that stream's bounds.

    httpcore's own bounds each piece anew: a server that sends a byte at a time inside the tunnel could keep it for as
    long as it likes.
    """

    def __init__(
        self, outer: httpcore.NetworkStream, trust: ssl.SSLContext, host: str | None, timeout: float | None
    ) -> None:
        """Shake hands with `host` through `outer`; its certificate is checked against `trust`."""
        self._outer = outer
        self._received, self._due = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trust.wrap_bio(self._received, self._due, server_hostname=host)
        try:
            with _told_as(httpcore.ConnectError):
                self._carried(self._tls.do_handshake, timeout)
        except httpcore.TimeoutException as error:
            raise httpcore.ConnectTimeout from error

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what there is, up to so many bytes; nothing at the end."""
        with _told_as(httpcore.ReadError):
            return self._carried(lambda: self._tls.read(max_bytes), timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        with _told_as(httpcore.WriteError):
            for start in range(0, len(buffer), _PIECE):
                self._carried(partial(self._tls.write, buffer[start : start + _PIECE]), timeout)

    def close(self) -> None:
        """Close the stream below."""
        self._outer.close()

    def get_extra_info(self, info: str) -> Any:
        """Tell of the stream below, but for the TLS that is spoken here."""
        return self._tls if info == "ssl_object" else self._outer.get_extra_info(info)

    def _carried(self, work: Callable[[], _T], timeout: float | None) -> _T:
        """Do a piece of work, passing on what it sends and waiting for what it needs."""
        while True:
            try:
                done = work()
            except ssl.SSLWantReadError:
                self._pass_on(timeout)
                self._wait_for_more(timeout)
            else:
                self._pass_on(timeout)
                return done

    def _pass_on(self, timeout: float | None) -> None:
        if due := self._due.read():
            self._outer.write(due, timeout)

    def _wait_for_more(self, timeout: float | None) -> None:
        if more := self._outer.read(_PIECE, timeout):
            self._received.write(more)
        else:
            self._received.write_eof()


@contextmanager
def _told_as(kind: type[httpcore.NetworkError]) -> Iterator[None]:
    try:
        yield
    except ssl.SSLError as error:
        raise kind(str(error)) from error
