"""The moment at which everything has to end."""

from collections.abc import Callable

from reconciler.errors import Unavailable


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
