"""Suppression of the HTTP libraries' logging during our own requests.

Their loggers write whole addresses and headers, and so signed addresses and cookies. These must never be logged,
whatever logging the surrounding program turns on. The program's own requests are logged as usual.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOUD = (
    "httpx",
    *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")),
)
"""Every logger of the libraries; a filter applies to its own logger only, not to those below it."""

_under_way: ContextVar[bool] = ContextVar("_under_way", default=False)


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress the libraries' logging of what this thread does in the block."""
    token = _under_way.set(True)
    try:
        yield
    finally:
        _under_way.reset(token)


def _of_others(_: logging.LogRecord) -> bool:
    return not _under_way.get()


# The surrounding program could reset a level; a filter stays.
for _name in LOUD:
    logging.getLogger(_name).addFilter(_of_others)
