"""What HubSpot says of its limits in the headers of its answers."""

from reconciler.portal import RateLimit
from reconciler.transport.headers import Headers, positive, whole


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
