"""Every question of `doctor`, put to HubSpot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from reconciler.errors import AccessDenied, ReconcilerError, Rejected, Unavailable
from reconciler.event import LiveEvent
from reconciler.portal import Definition, Inspector, Portal, RateLimit, Token, Usage

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Answers:
    """What HubSpot said to each question, or why it did not."""

    account: Portal | ReconcilerError
    token: Token | ReconcilerError
    events: tuple[LiveEvent, ...] | ReconcilerError
    definitions: Mapping[str, Definition] | ReconcilerError
    usage: Usage | ReconcilerError
    rate_limit: RateLimit


def ask(inspector: Inspector) -> Answers:
    """Put every question to HubSpot; where nothing answers the first one, nothing would answer the others."""
    account = _asked(inspector.account)
    if isinstance(account, Unavailable) and not inspector.answered:
        return unasked(account)
    return Answers(
        account,
        _asked(inspector.token),
        _asked(inspector.events),
        _asked(inspector.definitions),
        _asked(inspector.usage),
        inspector.rate_limit,
    )


def unasked(reason: ReconcilerError) -> Answers:
    """Give what is known where nothing could be asked."""
    return Answers(reason, reason, reason, reason, reason, RateLimit())


def _asked(question: Callable[[], _T]) -> _T | ReconcilerError:
    try:
        return question()
    except (AccessDenied, Rejected, Unavailable) as reason:
        return reason
