"""The bound around the tests: this process connects to this machine alone."""

import sys
from pathlib import PurePath

from reconciler.connections import is_loopback

STRAYS: list[str] = []
"""Where somebody wanted to go nonetheless: what catches the error must not hide the attempt."""


class Stray(Exception):
    """A test, or what it tests, wanted to leave this machine."""


def stay_here() -> None:
    """Refuse from now on every connection to elsewhere; nothing takes this back.

    What the system does is looked at, not what a library offers: nobody can pass it by within this process.
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
