"""A server that tries to exhaust us: whichever part of an answer never ends, time and memory stay within bounds."""

import resource
import socket
import sys
from contextlib import suppress

import pytest

from reconciler.errors import Unavailable
from reconciler.hubspot.http import HttpReader
from reconciler.transport.surroundings import Clock
from tests.hubspot import connecting
from tests.hubspot.scripted import Play, serving

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
MOST_MIB = 96
"""A body may have 64 MiB; everything else is far smaller."""


def beginning(start: bytes, piece: bytes) -> Play:
    """Send a beginning, and then the same piece again and again."""

    def play(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(start)
            while True:
                connection.sendall(piece)

    return play


ENDLESS = {
    "answers before the answer": beginning(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    "headers": beginning(b"HTTP/1.1 200 OK\r\n", b"X-Name: value\r\n"),
    "one header": beginning(b"HTTP/1.1 200 OK\r\nX-Name: ", b"a" * 65536),
    "what a chunk says of itself": beginning(CHUNKED + b"1;", b"a" * 65536),
    "tiny chunks": beginning(CHUNKED, b"1\r\n \r\n" * 1000),
    "what follows the last chunk": beginning(CHUNKED + b"0\r\n", b"X-Name: value\r\n"),
}


def peak() -> float:
    """Return the most memory that this process has used, in MiB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 1024 / (1024 if sys.platform == "darwin" else 1)


@pytest.mark.parametrize("play", ENDLESS.values(), ids=ENDLESS)
def test_whatever_never_ends_ends_with_the_time_and_takes_little_memory(play: Play) -> None:
    before = peak()
    with (
        serving(play) as server,
        HttpReader(connecting.to(server.base_url), timeout=0.5, clock=Clock(sleep=lambda _: None)) as reader,
        pytest.raises(Unavailable),
    ):
        reader.get("/marketing/marketing-events/2026-03", {})
    assert peak() - before < MOST_MIB
