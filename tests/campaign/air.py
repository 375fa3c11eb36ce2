"""Reads in flight together, which reach HubSpot in an order drawn by lot."""

from collections.abc import Callable
from concurrent.futures import Future
from random import Random
from typing import TypeVar

_T = TypeVar("_T")


class Air:
    """Starts reads, as threads would, but sends one of them only when an answer is waited for."""

    def __init__(self, order: int) -> None:
        """Take the number that decides the order, on any machine."""
        self._random = Random(order)  # noqa: S311  (no secret)
        self._waiting: list[Callable[[], None]] = []

    def start(self, work: Callable[[], _T], /) -> "Future[_T]":
        flight = _Flight[_T](self._send_one)
        self._waiting.append(lambda: flight.set_result(work()))
        return flight

    def _send_one(self) -> None:
        self._waiting.pop(self._random.randrange(len(self._waiting)))()


class _Flight(Future[_T]):
    def __init__(self, send_one: Callable[[], None]) -> None:
        super().__init__()
        self._send_one = send_one

    def result(self, timeout: float | None = None) -> _T:
        while not self.done():
            self._send_one()
        return super().result(timeout)
