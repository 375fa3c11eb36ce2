"""TLS inside a connection that is TLS already, as a proxy that is itself reached over TLS carries it."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import httpcore

_PIECE = 16 * 1024
"""Bytes that are read at once: what one record of TLS holds."""

_T = TypeVar("_T")


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
