"""What a client is given of the world around it: time, a deadline, a way to be stopped and watched."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from reconciler.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Clock:
    """How time passes: seconds that never jump, and a way to wait for some."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Watch:
    """The run's way to the outside."""

    gate: Callable[[], None] = lambda: None
    """Called before each request; may raise to end the run there, with nothing in flight."""
    breakable: Callable[[], AbstractContextManager[object]] = nullcontext
    """Stands around each wait for an answer: the only time at which a request may be broken off."""
    log: Callable[[str], None] = lambda _: None
    """Is told of each request in a line that holds no secret."""
    answered: Callable[[], None] = lambda: None
    """Called after each answer, whatever it says."""


class Deadline:
    """A number of seconds from now; `now` gives seconds that never jump, `what` says in an error what they are for."""

    def __init__(self, now: Callable[[], float], seconds: float, what: str) -> None:
        self._now = now
        self._seconds = seconds
        self._what = what
        self._end = now() + seconds

    def left(self) -> float:
        """Tell how many seconds are left; none and fewer mean that the time is over."""
        return self._end - self._now()

    def check(self, *, needed: float = 0, sent: bool = False) -> float:
        """Give the seconds that are left; `Unavailable` where they are no more than are needed."""
        left = self.left()
        if left <= needed:
            what = f"the time of {self._seconds:g} seconds {self._what} is over"
            raise Unavailable(what, hint="give it more with --timeout", sent=sent)
        return left
