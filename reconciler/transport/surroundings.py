"""A client's surroundings: its clock, its deadline, the hooks that stop or watch it."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from reconciler.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Clock:
    """Monotonic seconds, with a way to wait."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Watch:
    """Hooks by which a run stops or watches a client."""

    check_stop: Callable[[], None] = lambda: None
    """Called before each request; may raise to end the run there, with nothing in flight."""
    interruptible: Callable[[], AbstractContextManager[object]] = nullcontext
    """Surrounds each wait for an answer: the only time at which a request may be interrupted."""
    log: Callable[[str], None] = lambda _: None
    """Called with one line for each request; the line contains no secret."""
    answered: Callable[[], None] = lambda: None
    """Called after each answer, whatever its status."""
    listed: Callable[[int, int], None] = lambda _, __: None
    """Called after each page of a list with the number of pages and entries that have been read."""
    checked: Callable[[int, int], None] = lambda _, __: None
    """Called while entries are read one by one with how many of how many have been read, the first time with none."""


class Deadline:
    """A limit in seconds from now; `now` returns monotonic seconds, `what` names in an error what is limited."""

    def __init__(self, now: Callable[[], float], seconds: float, what: str) -> None:
        self._now = now
        self._seconds = seconds
        self._what = what
        self._end = now() + seconds

    def left(self) -> float:
        """Return the seconds that are left; zero or less means that the time is over."""
        return self._end - self._now()

    def check(self, *, needed: float = 0, sent: bool = False) -> float:
        """Return the seconds that are left; raise `Unavailable` if they are no more than are needed."""
        left = self.left()
        if left <= needed:
            what = f"timed out after {self._seconds:g} s ({self._what})"
            raise Unavailable(what, hint="allow more time with --timeout", sent=sent)
        return left
