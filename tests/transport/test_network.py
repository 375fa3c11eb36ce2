"""A slow server cannot take more than the time that a run has."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Event, Thread

import httpcore
import pytest

from reconciler.errors import Unavailable
from reconciler.hubspot.http import HttpWriter
from reconciler.transport.exchange import Exchange, Server
from reconciler.transport.network import BoundedNetwork, look_up
from reconciler.transport.retrying import ATTEMPTS, Passing
from reconciler.transport.surroundings import Deadline
from tests.hubspot import connecting
from tests.hubspot.clocks import Sleeper
from tests.hubspot.connecting import CERTIFICATE, EXPIRED
from tests.hubspot.scripted import OK, Play, answer, cut, raw, serving

TIME = 0.6
"""The time limit of a run in these tests, in seconds."""
LARGE = 50_000_000
"""Bytes of a body that no system takes at once."""


@contextmanager
def exchange(base_url: str, *, seconds: float = TIME, proxy: str | None = None) -> Iterator[Exchange]:
    one = Exchange(Server(base_url, proxy, str(CERTIFICATE), hint="look"), {}, Deadline(time.monotonic, seconds, "all"))
    try:
        yield one
    finally:
        one.close()


@contextmanager
def within_the_time(seconds: float = TIME) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds + 5  # generous for a busy machine: without a limit it would never end


def dripping(sent: bytes) -> Play:
    """Send one byte at a time, each well before the other side stops waiting for the next one."""

    def play(connection: socket.socket) -> None:
        with suppress(OSError):
            for byte in sent:
                connection.sendall(bytes([byte]))
                time.sleep(0.05)

    return play


HEADERS = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200
DRIPS = {
    "the status": b"HTTP/1.1 200 " + b"x" * 200,
    "the headers": HEADERS,
    "headers that come before": b"HTTP/1.1 100 Continue\r\n\r\n" * 20,
    "the body": b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + b" " * 200,
    "the size of a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"x" * 200,
}


@pytest.mark.parametrize("sent", DRIPS.values(), ids=DRIPS)
def test_an_answer_that_drips_in_ends_with_the_time(sent: bytes) -> None:
    with (
        serving(dripping(sent)) as server,
        exchange(server.base_url) as one,
        within_the_time(),
        pytest.raises(Unavailable, match=r"timed out after 0\.6 s \(all\)") as caught,
    ):
        one.send("POST", "/", body={})
    assert caught.value.sent


def test_an_answer_that_drips_in_over_tls_ends_with_the_time() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with (
        serving(dripping(HEADERS), tls=context) as server,
        exchange(server.base_url) as one,
        within_the_time(),
        pytest.raises(Unavailable, match="timed out after"),
    ):
        one.send("GET", "/")


def test_a_server_that_does_not_read_ends_with_the_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        # Making so large a body takes a part of the time.
        with (
            exchange(url, seconds=4) as one,
            within_the_time(4),
            pytest.raises(Unavailable, match="timed out after") as caught,
        ):
            one.send("POST", "/", body="x" * LARGE)
        assert len(_rest(listener.accept()[0])) < LARGE  # what the system had taken already, and no more
    assert caught.value.sent


def _rest(connection: socket.socket) -> bytes:
    """Read until the other side ends the connection."""
    with connection, connection.makefile("rb") as stream:
        return stream.read()


@contextmanager
def mumbling(said: bytes) -> Iterator[int]:
    """Accept one connection and send byte after byte without having been asked; return the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def mumble() -> None:
            with suppress(OSError), listener.accept()[0] as connection:
                dripping(said)(connection)

        thread = Thread(target=mumble)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_a_handshake_that_drips_in_ends_with_the_time() -> None:
    record = b"\x16\x03\x03\x01\x00" + b"\x02\x00\x00\xfc\x03\x03" + b"x" * 60
    with (
        mumbling(record) as port,
        exchange(f"https://127.0.0.1:{port}") as one,
        within_the_time(),
        pytest.raises(Unavailable, match="timed out after") as caught,
    ):
        one.send("POST", "/", body={})
    assert not caught.value.sent


def test_a_proxy_that_drips_its_consent_ends_with_the_time() -> None:
    with (
        serving(dripping(HEADERS)) as proxy,
        exchange("https://api.hubapi.example", proxy=proxy.base_url) as one,
        within_the_time(),
        pytest.raises(Unavailable, match="timed out after"),
    ):
        one.send("GET", "/")


# What comes after the end


@contextmanager
def relay(base_url: str, *delays: float, proxied: bool = False) -> Iterator[int]:
    """Carry one connection to a server, after a delay before each step; as a proxy, consent to a tunnel first."""

    def carry(client: socket.socket, target: socket.socket) -> None:
        waiting = iter(delays)
        if proxied:
            client.recv(65536)
            time.sleep(next(waiting))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        time.sleep(next(waiting))
        back = Thread(target=pump, args=(target, client))
        back.start()
        pump(client, target)
        back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def work() -> None:
            target = socket.create_connection(("127.0.0.1", int(base_url.rpartition(":")[2])))
            with suppress(OSError), target, listener.accept()[0] as client:
                carry(client, target)

        thread = Thread(target=work)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while received := source.recv(65536):
            sink.sendall(received)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


SOON, LATE = TIME / 2, TIME + 0.3


@pytest.mark.parametrize(
    ("delays", "proxied"),
    [((LATE,), False), ((LATE, 0), True), ((0, LATE), True), ((SOON, SOON + 0.3), True)],
    ids=["handshake", "consent", "handshake in the tunnel", "each step soon, all of them late"],
)
def test_a_server_that_comes_after_the_time_is_sent_no_write(delays: tuple[float, ...], *, proxied: bool) -> None:
    """The relay goes on until the other side ends the connection, so whoever keeps it open is noticed as well."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with serving(answer(), tls=context) as server:
        with relay(server.base_url, *delays, proxied=proxied) as port:
            here = f"127.0.0.1:{port}"
            way = exchange(server.base_url, proxy=f"http://{here}") if proxied else exchange(f"https://{here}")
            with way as one, pytest.raises(Unavailable, match="timed out after"):
                one.send("POST", "/", body={})
        assert server.received == []


def test_a_name_that_is_found_after_the_time_is_not_connected_to() -> None:
    found = Event()

    def look_up_late(_: str, __: int) -> list[str]:
        time.sleep(LATE)
        found.set()
        return ["127.0.0.1"]

    with socket.create_server(("127.0.0.1", 0)) as listener:
        end = time.monotonic() + TIME
        network = BoundedNetwork(lambda: end - time.monotonic(), look_up_late)
        with pytest.raises(httpcore.ConnectTimeout):
            network.connect_tcp("api.hubapi.example", listener.getsockname()[1])
        found.wait()
        listener.settimeout(0.5)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_an_address_on_no_host_at_all_is_an_error() -> None:
    with exchange("http://127.0.0.1:9") as one, pytest.raises(Unavailable, match="is not a valid host name"):
        one.send("GET", "https://a..b/")


BAD_DAYS: dict[str, Play] = {
    "headers that drip": dripping(HEADERS),
    "nothing": lambda connection: bool(connection.recv(1)),
    "failures": answer(503),
    "failures with a date to come back": answer(503, Retry_After="1"),
    "cut connections": cut(),
    "bursts": answer(429, Retry_After="1"),
}


@pytest.mark.parametrize("play", BAD_DAYS.values(), ids=BAD_DAYS)
def test_a_client_ends_within_its_time_all_tries_and_pauses_included(play: Play) -> None:
    with (
        serving(play) as server,
        HttpWriter(connecting.to(server.base_url), timeout=TIME) as client,
        within_the_time(),
        pytest.raises(Unavailable),
    ):
        client.post("/", {})


def test_one_request_does_not_take_all_the_time_of_a_long_run() -> None:
    sleeper = Sleeper()

    def now() -> float:
        sleeper.now += 10  # each look costs some seconds
        return sleeper.now

    with serving(dripping(HEADERS)) as server:
        one = Exchange(Server(server.base_url, None, None, "look"), {}, Deadline(now, 1800, "all"))
        with pytest.raises(Passing, match="no answer in time"):
            one.send("GET", "/")
        one.close()
    assert sleeper.now < 160


# Names


def test_a_name_whose_look_up_hangs_ends_with_the_time() -> None:
    hung = Event()

    def hang(_: str, __: int) -> list[str]:
        hung.wait()
        return []

    network = BoundedNetwork(lambda: 0.1, hang)
    with pytest.raises(httpcore.ConnectTimeout):
        network.connect_tcp("api.hubapi.example", 443)
    hung.set()


def test_a_name_that_nobody_knows_is_not_found() -> None:
    def unknown(_: str, __: int) -> list[str]:
        raise OSError(2, "Name or service not known")

    with pytest.raises(httpcore.ConnectError):
        BoundedNetwork(lambda: 9, unknown).connect_tcp("api.hubapi.example", 443)


def test_a_name_without_an_address_cannot_be_reached() -> None:
    with pytest.raises(httpcore.ConnectError):
        BoundedNetwork(lambda: 9, lambda *_: []).connect_tcp("api.hubapi.example", 443)


def test_an_address_that_does_not_answer_gives_way_to_the_next_one() -> None:
    with serving(answer()) as server:
        port = int(server.base_url.rpartition(":")[2])
        network = BoundedNetwork(lambda: 9, lambda *_: ["127.0.0.2", "127.0.0.1"])
        stream = network.connect_tcp("api.hubapi.example", port, timeout=5)
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
        stream.close()


def test_no_connection_is_begun_without_time() -> None:
    with pytest.raises(httpcore.ConnectTimeout):
        BoundedNetwork(lambda: 0).connect_tcp("127.0.0.1", 9)


def test_the_system_knows_this_machine() -> None:
    assert set(look_up("localhost", 80)) <= {"127.0.0.1", "::1"}


# Trust


def test_certificates_are_loaded_only_for_https() -> None:
    """A file that holds none would be an error."""
    with serving(answer(), cut()) as server:
        nowhere = Server(server.base_url, None, "/dev/null", "look")
        one = Exchange(nowhere, {}, Deadline(time.monotonic, 60, "all"))
        assert one.send("GET", "/").content == OK
        with pytest.raises(Unavailable, match=r"cannot be reached: .*certificate"):
            _secured(one)
        one.close()


def test_a_proxy_over_tls_is_checked_against_the_same_certificates() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with (
        serving(answer(407), tls=context) as proxy,
        exchange("https://api.hubapi.example", seconds=9, proxy=proxy.base_url) as one,
        pytest.raises(Unavailable, match="cannot be reached: the proxy answers with status 407"),
    ):
        one.send("GET", "/")
    assert [request.method for request in proxy.received] == ["CONNECT"]


def test_a_certificate_that_has_expired_is_told_and_not_tried_again() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(EXPIRED)
    with serving(answer(), tls=context) as server:
        connection = replace(connecting.to(server.base_url), ca_file=str(EXPIRED))
        sleeper = Sleeper()
        with (
            HttpWriter(connection, timeout=60, clock=sleeper.clock) as client,
            pytest.raises(Unavailable, match="certificate has expired") as caught,
        ):
            client.post("/", {})
        assert not caught.value.sent
        assert (server.received, sleeper.slept) == ([], [])


@pytest.mark.parametrize(
    ("status", "pauses"), [(403, 0), (407, 0), (429, ATTEMPTS - 1), (502, ATTEMPTS - 1), (504, ATTEMPTS - 1)]
)
def test_a_proxy_that_lets_nobody_through_is_not_asked_again_and_one_that_fails_is(status: int, pauses: int) -> None:
    sleeper = Sleeper()
    with serving(answer(status)) as proxy:
        connection = connecting.to("https://api.hubapi.example", proxy=proxy.base_url)
        with (
            HttpWriter(connection, timeout=60, clock=sleeper.clock) as client,
            pytest.raises(Unavailable, match=f"cannot be reached: the proxy answers with status {status}$") as caught,
        ):
            client.post("/", {})
    assert not caught.value.sent
    assert (len(proxy.received), len(sleeper.slept)) == (pauses + 1, pauses)


def test_a_proxy_that_speaks_no_http_is_told_by_what_failed() -> None:
    with (
        serving(raw(b"HTTP/1.1 abc \r\n\r\n")) as proxy,
        exchange("https://api.hubapi.example", proxy=proxy.base_url) as one,
        pytest.raises(Passing, match="failed: it broke off"),
    ):
        one.send("GET", "/")


def _secured(one: Exchange) -> None:
    """Connect to a server with a certificate: a client made for plain HTTP trusts nobody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with serving(answer(), tls=context) as secure:
        one.send("GET", f"{secure.base_url}/")
