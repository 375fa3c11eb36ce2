"""No test connects to another machine: this process refuses it."""

import sys
from pathlib import PurePath

from reconciler.connections import is_loopback

STRAYS: list[str] = []
"""Attempts to leave this machine, also those whose error a test or the product caught."""


class Stray(Exception):
    """A test, or the code under test, tried to connect to another machine."""


def stay_here() -> None:
    """Refuse from now on every connection to another machine; this cannot be undone.

    An audit hook sees what the system is asked to do, so no library in this process can bypass it.
    """
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto") and not _is_here(arguments[1]):
        STRAYS.append(repr(arguments[1]))
        raise Stray(f"{event} to {arguments[1]!r}")


def _is_here(address: object) -> bool:
    match address:
        case str() | bytes() | PurePath():  # a socket in the file system
            return True
        case (str(host), *_):
            return is_loopback(host)
        case _:
            return False
