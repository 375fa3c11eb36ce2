"""Failures that may pass, and what the body of any failure says."""

from collections.abc import Mapping

from reconciler.errors import Unavailable
from reconciler.json_values import Json
from reconciler.transport.json_text import NotJson, parsed


class Passing(Unavailable):
    """A failure that may pass; `after` is the least to wait, in seconds."""

    def __init__(self, message: str, *, sent: bool, after: float = 0, hint: str | None = None) -> None:
        super().__init__(message, sent=sent, hint=hint)
        self.after = after


def in_words(seconds: float) -> str:
    """Say how long a wait is, rounded up to what people count in."""
    for unit, name in ((3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{-(-seconds // unit):.0f} {name}"
    return f"{seconds:.0f} second{'' if seconds == 1 else 's'}"


def envelope(content: bytes) -> Mapping[str, Json]:
    """Read an error body; one that is no JSON object says nothing."""
    try:
        body = parsed(content)
    except NotJson:
        return {}
    return body if isinstance(body, dict) else {}
