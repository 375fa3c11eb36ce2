"""The door through which `doctor` looks at a portal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from reconciler.event import LiveEvent
from reconciler.hubspot.headers import RateLimit
from reconciler.live import Definition, Portal


@dataclass(frozen=True, slots=True)
class Token:
    """What HubSpot says of the token; None where it does not."""

    app_id: int | None
    scopes: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Usage:
    """How many requests all private apps of the account may send in a day, and have sent, as counted a while ago."""

    limit: int
    used: int


class Inspector(Protocol):
    """A portal to look at; each question is one of its own, so that one that fails spoils no other.

    Every question can raise `AccessDenied`, `Rejected` or `Unavailable`.
    """

    @property
    def answered(self) -> bool:
        """Whether anything has answered at all so far."""

    @property
    def rate_limit(self) -> RateLimit:
        """What HubSpot said last of its limits."""

    def account(self) -> Portal:
        """Whose portal it is; the app is left open."""

    def token(self) -> Token:
        """Whose token it is."""

    def events(self) -> tuple[LiveEvent, ...]:
        """All events."""

    def definitions(self) -> Mapping[str, Definition]:
        """What the portal says of event properties, by name."""

    def usage(self) -> Usage:
        """How much of the day's requests is used up."""
