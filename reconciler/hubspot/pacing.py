"""The pace of requests, which HubSpot counts over the seconds before each, and its limits (usage guidelines)."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import merge

from reconciler.portal import RateLimit
from reconciler.transport.headers import Headers, positive, whole

MOST_IN_A_WINDOW = 10_000
"""Requests in one window that are believed at most, many times what HubSpot sells: each takes memory here."""
EDGE = 0.05
"""Seconds by which a window is taken to be longer than HubSpot says: nobody knows how it rounds."""


@dataclass
class Pacer:
    """Tells when one more request keeps to HubSpot's burst limit; `now` gives seconds that never jump.

    Until HubSpot names its limit, the smallest that it sells holds. HubSpot counts a request when it arrives, which is
    some time between its sending and its answer: it is counted here when its answer is there, so never too early.
    """

    now: Callable[[], float]
    most: int = 100
    window: float = 10.0
    ours: deque[float] = field(default_factory=deque)
    others: deque[float] = field(default_factory=deque)
    """When HubSpot was found to have counted requests that are not ours: others may share this app's limit."""

    def pause(self) -> float:
        """Tell in how many seconds one more request fits into the window."""
        now = self.now()
        self._forget(now)
        counted = [*merge(self.ours, self.others)]
        return max(0.0, counted[-self.most] + self.window + EDGE - now) if len(counted) >= self.most else 0.0

    def count(self) -> None:
        """Count a request whose answer is there, or will never be."""
        self.ours.append(self.now())

    def learn(self, said: RateLimit) -> None:
        """Take over what HubSpot says of its limit, and of what is left of it."""
        self.most = min(said.limit or self.most, MOST_IN_A_WINDOW)
        self.window = said.interval or self.window
        if said.remaining is not None:
            now = self.now()
            self._forget(now)
            self._believe_in_others(max(0, self.most - said.remaining - len(self.ours)), now)

    def _believe_in_others(self, number: int, now: float) -> None:
        while len(self.others) > number:
            self.others.popleft()
        self.others.extend([now] * (number - len(self.others)))

    def _forget(self, now: float) -> None:
        for counted in (self.ours, self.others):
            while counted and counted[0] <= now - self.window - EDGE:
                counted.popleft()


def rate_limit(headers: Headers) -> RateLimit:
    """Read the limits that came with an answer."""
    milliseconds = positive(headers, "x-hubspot-ratelimit-interval-milliseconds")
    return RateLimit(
        limit=positive(headers, "x-hubspot-ratelimit-max"),
        remaining=whole(headers, "x-hubspot-ratelimit-remaining"),
        interval=None if milliseconds is None else milliseconds / 1000,
        daily=positive(headers, "x-hubspot-ratelimit-daily"),
        daily_remaining=whole(headers, "x-hubspot-ratelimit-daily-remaining"),
    )
