"""The time that a piece of work still takes, by its own pace so far."""

from reconciler.render.phrases import count

_MEASURED = 10.0
"""Seconds before a pace is known: HubSpot's rate limit lets a burst through and then counts by ten seconds."""
_MINUTE = 60
_HOUR = 3600


def time_left(elapsed: float, done: float, total: float | None) -> str:
    """Return in words how long the rest takes if it goes on as before; empty as long as that is not known.

    `elapsed` is in seconds since the work began; without a total nobody knows how much is left.
    """
    if total is None or done <= 0 or done >= total or elapsed < _MEASURED:
        return ""
    return f"about {_duration(elapsed / done * (total - done))} left"


def _duration(seconds: float) -> str:
    """Return a time rounded up, by as much as its length makes no difference to who waits."""
    if seconds < _MINUTE - 5:
        return f"{max(5, 5 * -(-seconds // 5)):.0f} s"
    minutes = int(-(-seconds // _MINUTE))
    if minutes < _HOUR / _MINUTE:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{count(hours, 'hour')} {rest} min" if rest else count(hours, "hour")
