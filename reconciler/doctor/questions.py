"""The questions that `doctor` asks HubSpot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from reconciler.errors import AccessDenied, ReconcilerError, Rejected, Unavailable
from reconciler.event import LiveEvent
from reconciler.portal import Definition, Inspector, Portal, RateLimit, Token, Usage

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Answers:
    """HubSpot's answer to each question, or the error in its place."""

    account: Portal | ReconcilerError
    token: Token | ReconcilerError
    events: tuple[LiveEvent, ...] | ReconcilerError
    definitions: Mapping[str, Definition] | ReconcilerError
    usage: Usage | ReconcilerError
    rate_limit: RateLimit


def ask(inspector: Inspector) -> Answers:
    """Ask HubSpot every question; if nothing answers the first one, the others are not asked."""
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
    """Return the answers of a run in which nothing could be asked."""
    return Answers(reason, reason, reason, reason, reason, RateLimit())


def _asked(question: Callable[[], _T]) -> _T | ReconcilerError:
    try:
        return question()
    except (AccessDenied, Rejected, Unavailable) as reason:
        return reason
