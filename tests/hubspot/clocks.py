"""Simulated clocks."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from reconciler.transport.surroundings import Clock


@dataclass
class Sleeper:
    """A simulated clock: time passes only during a sleep."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.now, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def ticking() -> Clock:
    """Return a clock that advances one second at every look."""
    looks = count()
    return Clock(now=lambda: float(next(looks)), sleep=lambda _: None)


_T = TypeVar("_T")


def at_once(work: Callable[[], _T], /) -> "Future[_T]":
    """Do at once what a thread would do: reads that go together then arrive in a known order."""
    future: Future[_T] = Future()
    future.set_result(work())
    return future
