"""Pacing of requests within HubSpot's rate limits, which count over a sliding window (usage guidelines)."""

from bisect import insort
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import merge

from reconciler.portal import RateLimit
from reconciler.transport.headers import Headers, positive, whole

MOST_IN_A_WINDOW = 10_000
"""Maximum requests per window, many times what HubSpot sells; each counted request takes memory here."""
EDGE = 0.05
"""Seconds added to the window that HubSpot names, because its rounding is not documented."""


@dataclass
class Pacer:
    """A sliding window that keeps requests within HubSpot's burst limit; `now` returns monotonic seconds.

    Until HubSpot reports its limit, the smallest that it sells applies. HubSpot counts a request on arrival, at some
    time between its sending and its answer. Here it is counted when the answer is there, so never too early.
    """

    now: Callable[[], float]
    most: int = 100
    window: float = 10.0
    ours: deque[float] = field(default_factory=deque)
    others: deque[float] = field(default_factory=deque)
    """When HubSpot had counted requests that we did not send: other programs may share the app's limit."""

    def pause(self, in_flight: int = 0, more: int = 1) -> float:
        """Return the seconds to wait until so many more requests fit into the window, beside those in flight.

        If the window is smaller than all of them together, it has to be empty.
        """
        now = self.now()
        self._forget(now)
        counted = [*merge(self.ours, self.others)]
        room = max(1, self.most - in_flight - more + 1)
        return max(0.0, counted[-room] + self.window + EDGE - now) if len(counted) >= room else 0.0

    def count(self, at: float) -> None:
        """Count a request whose answer arrived at this time, or will never arrive."""
        insort(self.ours, at)

    def learn(self, reported: RateLimit) -> None:
        """Adopt the limit that HubSpot reports, with the requests that remain of it."""
        self.most = min(reported.limit or self.most, MOST_IN_A_WINDOW)
        self.window = reported.interval or self.window
        if reported.remaining is not None:
            now = self.now()
            self._forget(now)
            self._assume_others(max(0, self.most - reported.remaining - len(self.ours)), now)

    def _assume_others(self, number: int, now: float) -> None:
        while len(self.others) > number:
            self.others.popleft()
        self.others.extend([now] * (number - len(self.others)))

    def _forget(self, now: float) -> None:
        for counted in (self.ours, self.others):
            while counted and counted[0] <= now - self.window - EDGE:
                counted.popleft()


def rate_limit(headers: Headers) -> RateLimit:
    """Read the rate limits from an answer's headers."""
    milliseconds = positive(headers, "x-hubspot-ratelimit-interval-milliseconds")
    return RateLimit(
        limit=positive(headers, "x-hubspot-ratelimit-max"),
        remaining=whole(headers, "x-hubspot-ratelimit-remaining"),
        interval=None if milliseconds is None else milliseconds / 1000,
        daily=positive(headers, "x-hubspot-ratelimit-daily"),
        daily_remaining=whole(headers, "x-hubspot-ratelimit-daily-remaining"),
    )
