"""Retries after failures that may pass."""

import random
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from reconciler.errors import Unavailable
from reconciler.transport.surroundings import Clock, Deadline


class Passing(Unavailable):
    """A failure that may pass; `after` is the minimum wait in seconds."""

    def __init__(self, message: str, *, sent: bool, after: float = 0, hint: str | None = None) -> None:
        super().__init__(message, sent=sent, hint=hint)
        self.after = after


def in_words(seconds: float) -> str:
    """Return a wait in words: hours or minutes, rounded up, or seconds."""
    for unit, name in ((3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{-(-seconds // unit):.0f} {name}"
    return f"{seconds:.0f} second{'' if seconds == 1 else 's'}"


ATTEMPTS = 5

_BACK_OFF = wait_random_exponential(multiplier=0.5, max=20)

_T = TypeVar("_T")


def retried(attempt: Callable[[], _T], clock: Clock, deadline: Deadline, *, attempts: int = ATTEMPTS) -> _T:
    """Call `attempt` until it succeeds or cannot succeed any more; raise the last failure unchanged.

    No pause begins that would outlast the deadline.
    """
    retrying = Retrying(
        retry=retry_if_exception_type(Passing),
        wait=_pause,
        stop=lambda state: state.attempt_number >= attempts or state.upcoming_sleep > deadline.left(),
        sleep=clock.sleep,
        reraise=True,
    )
    return retrying(attempt)


def _pause(state: RetryCallState) -> float:
    """Return a random wait whose bound doubles, at least as long as the failure asks for."""
    failure = state.outcome.exception() if state.outcome else None
    least = failure.after if isinstance(failure, Passing) else 0
    return max(_BACK_OFF(state), least + random.random() if least else 0)  # noqa: S311  (spreads load, no secret)
