"""HubSpot's rolling limit on the requests of each app (FACTS 3.2)."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.sandbox import SandboxError

DAILY = 625_000
"""The daily limit of a Professional account; the sandbox reports what is left of it, but never refuses by it."""

_RATE = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})")


@dataclass(frozen=True)
class Rate:
    """A number of requests in a number of seconds, for each app."""

    requests: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Parse a rate such as `190/10`; raise SandboxError for anything else."""
        numbers = _RATE.fullmatch(text)
        if numbers is None:
            raise SandboxError(f"the rate {text!r} is not REQUESTS/SECONDS, such as 190/10")
        return cls(int(numbers[1]), int(numbers[2]))


class Limiter:
    """A rolling count of the requests of each app; `clock` returns monotonic seconds."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._times: defaultdict[int | None, deque[float]] = defaultdict(deque)
        self.total = 0
        """The number of requests that were admitted."""

    def admit(self, app_id: int | None) -> bool:
        """Count one request and return True, or return False without counting it if the app's rate is used up."""
        times, now = self._times[app_id], self._clock()
        while times and times[0] <= now - self._rate.seconds:
            times.popleft()
        if len(times) >= self._rate.requests:
            return False
        times.append(now)
        self.total += 1
        return True

    def headers(self, app_id: int | None) -> Mapping[str, str]:
        """Return the rate limit headers of an app; every answer has them."""
        return {
            "X-HubSpot-RateLimit-Max": str(self._rate.requests),
            "X-HubSpot-RateLimit-Remaining": str(self._rate.requests - len(self._times[app_id])),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(self._rate.seconds * 1000),
            "X-HubSpot-RateLimit-Daily": str(DAILY),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, DAILY - self.total)),
        }
