"""Silence of the libraries below while a request of ours is under way.

Their loggers tell whole addresses and headers, so signed addresses and cookies: whatever logging a program turns on
around us, that must not be written down. What the program itself asks them for is logged as ever.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOUD = (
    "httpx",
    *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")),
)
"""Every logger of the libraries; a filter holds for the one that it is added to, not for those below it."""

_under_way: ContextVar[bool] = ContextVar("_under_way", default=False)


@contextmanager
def quiet() -> Iterator[None]:
    """Let the libraries log nothing of what this thread does in the block."""
    token = _under_way.set(True)
    try:
        yield
    finally:
        _under_way.reset(token)


def _of_others(_: logging.LogRecord) -> bool:
    return not _under_way.get()


# A level could be set anew by the program around us; a filter stays.
for _name in LOUD:
    logging.getLogger(_name).addFilter(_of_others)
