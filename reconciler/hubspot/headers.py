"""What HubSpot says of its limits in the headers of its answers."""

from dataclasses import dataclass

from reconciler.transport.headers import Headers, positive, whole


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
    milliseconds = positive(headers, "x-hubspot-ratelimit-interval-milliseconds")
    return RateLimit(
        limit=positive(headers, "x-hubspot-ratelimit-max"),
        remaining=whole(headers, "x-hubspot-ratelimit-remaining"),
        interval=None if milliseconds is None else milliseconds / 1000,
        daily=positive(headers, "x-hubspot-ratelimit-daily"),
        daily_remaining=whole(headers, "x-hubspot-ratelimit-daily-remaining"),
    )
