"""The pace of requests, which HubSpot counts in a window of some seconds (usage guidelines)."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.hubspot.headers import RateLimit

MOST = 10_000
"""Requests in one window that are believed at most, many times what HubSpot sells: each takes memory here."""


@dataclass
class Pacer:
    """Tells when one more request keeps to HubSpot's burst limit; `now` gives seconds that never jump."""

    now: Callable[[], float]
    most: int = 100
    window: float = 10.0
    sent: deque[float] = field(default_factory=deque)

    def pause(self) -> float:
        """Tell in how many seconds one more request fits into the window."""
        now = self.now()
        while self.sent and self.sent[0] <= now - self.window:
            self.sent.popleft()
        if len(self.sent) < self.most:
            return 0.0
        return max(0.0, self.sent[-self.most] + self.window - now)

    def count(self) -> None:
        """Count a request that is sent now."""
        self.sent.append(self.now())

    def learn(self, said: RateLimit) -> None:
        """Take over what HubSpot says of its limit."""
        self.most = min(said.limit or self.most, MOST)
        self.window = said.interval or self.window
        # Others may share this app's limit: when HubSpot says that nothing is left, the window is full.
        if said.remaining == 0:
            self.sent.extend([self.now()] * (self.most - len(self.sent)))
