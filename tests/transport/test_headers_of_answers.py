"""The reading of an answer's headers."""

import time

import httpx

from reconciler.transport.exchange import MOST_BYTES, Exchange, Server
from reconciler.transport.surroundings import Deadline


class Counting(httpx.Headers):
    """Headers that count the look-ups, each of which takes time in proportion to their number."""

    looked_for = 0

    def __getitem__(self, key: str) -> str:
        self.looked_for += 1
        return super().__getitem__(key)


def test_no_header_is_looked_for_among_all_the_others() -> None:
    """Ten thousand headers fit into an answer."""
    exchange = Exchange(Server("http://127.0.0.1:1", None, None, ""), {}, Deadline(time.monotonic, 60, "for this"))
    answer = httpx.Response(200, stream=httpx.ByteStream(b""))
    answer.headers = headers = Counting([(f"x-{number}", "y") for number in range(1000)])
    read = exchange._read(answer, "127.0.0.1", MOST_BYTES)
    assert (len(read.headers), read.headers["x-999"]) == (1000, "y")
    assert headers.looked_for < 10
