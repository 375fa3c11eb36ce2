"""What a client is given of the world around it."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass


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
