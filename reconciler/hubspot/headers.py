"""What HubSpot says in the headers of its answers; their names are expected in lower case."""

from collections.abc import Mapping
from dataclasses import dataclass

Headers = Mapping[str, str]

_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many requests HubSpot allows (usage guidelines); None where it does not say."""

    limit: int | None = None
    """Requests in one interval."""
    remaining: int | None = None
    interval: float | None = None
    """Seconds."""
    daily: int | None = None
    """Requests in one day; OAuth apps have no such limit."""
    daily_remaining: int | None = None


def rate_limit(headers: Headers) -> RateLimit:
    """Read the limits that came with an answer."""
    milliseconds = _positive(headers, "x-hubspot-ratelimit-interval-milliseconds")
    return RateLimit(
        limit=_positive(headers, "x-hubspot-ratelimit-max"),
        remaining=_whole(headers, "x-hubspot-ratelimit-remaining"),
        interval=None if milliseconds is None else milliseconds / 1000,
        daily=_positive(headers, "x-hubspot-ratelimit-daily"),
        daily_remaining=_whole(headers, "x-hubspot-ratelimit-daily-remaining"),
    )


def retry_after(headers: Headers) -> int | None:
    """Read in how many seconds HubSpot wants to be asked again; it never names a date."""
    return _positive(headers, "retry-after")


def _positive(headers: Headers, name: str) -> int | None:
    return _whole(headers, name) or None


def _whole(headers: Headers, name: str) -> int | None:
    """Read a whole number; one that is missing, malformed or absurd is None."""
    text = headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
