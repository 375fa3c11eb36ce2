"""What any server may say in the headers of its answers; their names are expected in lower case."""

from collections.abc import Mapping

Headers = Mapping[str, str]

_MOST_DIGITS = 9


def retry_after(headers: Headers) -> int | None:
    """Read in how many seconds a server wants to be asked again."""
    return positive(headers, "retry-after")


def positive(headers: Headers, name: str) -> int | None:
    """Read a whole number above zero."""
    return whole(headers, name) or None


def whole(headers: Headers, name: str) -> int | None:
    """Read a whole number; one that is missing, malformed or absurd is None."""
    text = headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
