"""The start and the stop of a sandbox."""

import os
import signal
import socket
import threading

import httpx
import pytest

from reconciler.sandbox import SandboxError
from reconciler.sandbox.server import Options, Running, running, serve
from tests.sandbox.asking import EVENTS

TOKEN = {"Authorization": "Bearer sandbox-1001"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def test_sandbox_answers_on_the_loopback_as_long_as_the_block_lasts() -> None:
    with running(Options()) as sandbox:
        assert sandbox.base_url.startswith("http://127.0.0.1:")
        assert httpx.get(sandbox.base_url + EVENTS, headers=TOKEN).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(sandbox.base_url + EVENTS, headers=TOKEN)


def test_sandbox_takes_the_port_it_is_given() -> None:
    port = free_port()
    with running(Options(), port) as sandbox:
        assert sandbox.base_url == f"http://127.0.0.1:{port}"


def test_port_may_be_used_again_at_once() -> None:
    port = free_port()
    for _ in range(3):
        with running(Options(), port) as sandbox:
            assert httpx.get(sandbox.base_url + EVENTS, headers=TOKEN).status_code == 200


def test_port_in_use_is_refused() -> None:
    with (
        running(Options()) as sandbox,
        pytest.raises(
            SandboxError,
            match=r"^cannot listen on 127\.0\.0\.1:[0-9]+: Address already in use; choose another",
        ),
        running(Options(), int(sandbox.base_url.rpartition(":")[2])),
    ):
        pass


@pytest.mark.parametrize("port", [-1, 65536])
def test_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(SandboxError, match=f"{port} is no port"), running(Options(), port):
        pass


def test_sandboxes_in_one_process_know_nothing_of_each_other() -> None:
    event = {"externalAccountId": "a", "externalEventId": "e", "eventName": "E", "eventOrganizer": "O"}
    with running(Options()) as one, running(Options()) as two:
        httpx.post(f"{one.base_url}{EVENTS}/events/upsert", headers=TOKEN, json={"inputs": [event]})
        assert len(httpx.get(f"{one.base_url}/_sandbox/events").json()["events"]) == 1
        assert httpx.get(f"{two.base_url}/_sandbox/events").json()["events"] == []


def test_sandbox_leaves_no_thread_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    before = threading.enumerate()
    with running(Options()) as sandbox, httpx.Client(base_url=sandbox.base_url) as hubspot:
        hubspot.get(EVENTS)
        with socket.create_connection(("127.0.0.1", hubspot.base_url.port or 0)) as raw:
            raw.sendall(b"not HTTP\r\n\r\n")
            assert raw.recv(100).startswith(b"HTTP/1.1 400")
    assert threading.enumerate() == before
    assert capfd.readouterr() == ("", "")


def test_sandbox_stops_when_the_block_fails() -> None:
    def fail() -> None:
        with running(Options()) as sandbox:
            raise RuntimeError(sandbox.base_url)

    with pytest.raises(RuntimeError) as failed:
        fail()
    with pytest.raises(httpx.ConnectError):
        httpx.get(str(failed.value))


def answer_to_a_request_in_flight(latency_ms: int) -> bytes:
    """Send a request to a slow sandbox, stop it before it answers, and return its answer."""
    with running(Options(latency_ms=latency_ms)) as sandbox:
        asking = socket.create_connection(("127.0.0.1", httpx.URL(sandbox.base_url).port or 0))
        asking.sendall(f"GET {EVENTS} HTTP/1.1\r\nHost: sandbox\r\n\r\n".encode())
        # The sandbox takes requests in order: when it answers this one, it has begun with the previous one.
        assert httpx.get(f"{sandbox.base_url}/_sandbox/events").status_code == 200
    with asking, asking.makefile("rb") as answer:
        return answer.read()


def test_request_in_flight_is_answered_before_the_sandbox_stops() -> None:
    assert answer_to_a_request_in_flight(latency_ms=200).startswith(b"HTTP/1.1 401")


def test_request_that_takes_too_long_does_not_keep_the_sandbox_from_stopping() -> None:
    assert b" 200 " not in answer_to_a_request_in_flight(latency_ms=60_000)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_with_a_signal_and_gives_the_signals_back(number: signal.Signals) -> None:
    seen: list[Running] = []

    def announce(sandbox: Running) -> None:
        assert httpx.get(sandbox.base_url + EVENTS, headers=TOKEN).status_code == 200
        seen.append(sandbox)
        os.kill(os.getpid(), number)

    before = (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))
    serve(Options(), 0, announce)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(seen[0].base_url)


def test_serve_ends_with_a_signal_that_comes_while_it_waits() -> None:
    timers: list[threading.Timer] = []

    def announce(_: Running) -> None:
        timers.append(threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)))
        timers[0].start()

    serve(Options(), 0, announce)
    timers[0].join()


def test_serve_refuses_a_port_in_use() -> None:
    announced: list[Running] = []
    with running(Options()) as sandbox, pytest.raises(SandboxError, match="cannot listen on"):
        serve(Options(), int(sandbox.base_url.rpartition(":")[2]), announced.append)
    assert announced == []
