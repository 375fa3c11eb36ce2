"""Work in a thread of its own: the only module that starts one."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Protocol, TypeVar

_T = TypeVar("_T")


class Start(Protocol):
    """Starts work whose result is waited for later."""

    def __call__(self, work: Callable[[], _T], /) -> "Future[_T]":
        """Start the work; the future returns its result, or raises what it raised."""


def in_background(work: Callable[[], _T], /) -> "Future[_T]":
    """Start work in a thread that does not keep the process from ending, because some work cannot be cancelled."""
    future: Future[_T] = Future()
    Thread(target=_settle, args=(future, work), daemon=True).start()
    return future


def _settle(future: "Future[_T]", work: Callable[[], _T]) -> None:
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001  (raised again where the result is read)
        future.set_exception(error)
