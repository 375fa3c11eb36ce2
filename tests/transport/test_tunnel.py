"""A tunnel through a proxy that is itself reached over TLS."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

from reconciler.errors import Unavailable
from reconciler.transport.exchange import Exchange, Server
from reconciler.transport.retrying import Passing
from reconciler.transport.surroundings import Deadline
from tests.hubspot.connecting import CERTIFICATE, EXPIRED
from tests.hubspot.scripted import OK, Play, answer, cut, raw, serving

TIME = 0.8
"""The time limit of a run in these tests, in seconds."""
LARGE = b'"' + b"x" * 200_000 + b'"'

Inside = Callable[[socket.socket], object]
"""A proxy's treatment of a tunnel after it has opened it."""


def speaking(certificate: object = CERTIFICATE) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(certificate))
    return context


@contextmanager
def proxy(inside: Inside) -> Iterator[str]:
    """Open one tunnel to a server; yield the proxy's address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def work() -> None:
            with suppress(OSError), speaking().wrap_socket(listener.accept()[0], server_side=True) as connection:
                while b"\r\n\r\n" not in connection.recv(65536):
                    pass
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                inside(connection)

        thread = Thread(target=work, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(5)


def leading_to(base_url: str) -> Inside:
    """Carry everything to a server and back."""

    def carry(connection: socket.socket) -> None:
        port = int(base_url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as target:
            back = Thread(target=pump, args=(target, connection), daemon=True)
            back.start()
            pump(connection, target)
            back.join(5)

    return carry


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while received := source.recv(4096):
            sink.sendall(received)
        sink.shutdown(socket.SHUT_WR)


def dripping(sent: bytes) -> Inside:
    def drip(connection: socket.socket) -> None:
        with suppress(OSError):
            for byte in sent:
                connection.sendall(bytes([byte]))
                time.sleep(0.05)

    return drip


@contextmanager
def exchange(base_url: str, through: str, *, seconds: float = 20) -> Iterator[Exchange]:
    deadline = Deadline(time.monotonic, seconds, "all")
    one = Exchange(Server(base_url, through, str(CERTIFICATE), hint="look"), {}, deadline)
    try:
        yield one
    finally:
        one.close()


@contextmanager
def tunnelled(play: Play, *, certificate: object = CERTIFICATE) -> Iterator[Exchange]:
    """Connect through a tunnel to a server with this treatment."""
    with (
        serving(play, tls=speaking(certificate)) as server,
        proxy(leading_to(server.base_url)) as through,
        exchange(server.base_url, through) as one,
    ):
        yield one


@pytest.mark.parametrize("sent", [OK, LARGE], ids=["small", "large"])
def test_what_is_sent_and_answered_arrives_whole(sent: bytes) -> None:
    with tunnelled(answer(body=sent)) as one:
        assert one.send("POST", "/", body="x" * 200_000).content == sent


def test_a_tunnel_that_ends_in_the_middle_of_an_answer_is_told() -> None:
    with tunnelled(cut(b"half")) as one, pytest.raises(Passing, match="the connection to") as caught:
        one.send("POST", "/", body={})
    assert caught.value.sent


def test_what_is_no_tls_inside_is_told_as_a_host_that_cannot_be_reached() -> None:
    with (
        proxy(raw(b"HTTP/1.1 400 No TLS\r\n\r\n")) as through,
        exchange("https://api.hubapi.example", through) as one,
        pytest.raises(Passing, match="cannot be reached") as caught,
    ):
        one.send("POST", "/", body={})
    assert not caught.value.sent


def test_a_certificate_inside_is_checked_too() -> None:
    with (
        tunnelled(answer(), certificate=EXPIRED) as one,
        pytest.raises(Unavailable, match=r"cannot be reached: .*certificate verify failed") as caught,
    ):
        one.send("POST", "/", body={})
    assert not isinstance(caught.value, Passing)


def test_a_handshake_that_drips_in_inside_ends_with_the_time() -> None:
    record = b"\x16\x03\x03\x01\x00" + b"\x02\x00\x00\xfc\x03\x03" + b"x" * 100
    started = time.monotonic()
    with (
        proxy(dripping(record)) as through,
        exchange("https://api.hubapi.example", through, seconds=TIME) as one,
        pytest.raises(Unavailable, match="timed out after") as caught,
    ):
        one.send("POST", "/", body={})
    assert not caught.value.sent
    assert time.monotonic() - started < TIME + 2


def test_an_answer_that_drips_in_inside_ends_with_the_time() -> None:
    def drip(connection: socket.socket) -> None:
        with suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 100:
                connection.sendall(bytes([byte]))
                time.sleep(0.05)

    started = time.monotonic()
    with (
        serving(drip, tls=speaking()) as server,
        proxy(leading_to(server.base_url)) as through,
        exchange(server.base_url, through, seconds=TIME) as one,
        pytest.raises(Unavailable, match="timed out after") as caught,
    ):
        one.send("POST", "/", body={})
    assert caught.value.sent
    assert time.monotonic() - started < TIME + 2
