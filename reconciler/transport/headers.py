"""What any server may say in the headers of its answers; their names are expected in lower case."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

Headers = Mapping[str, str]

LONGEST_WAIT = 7 * 24 * 3600
"""Seconds; nobody means a longer wait than this."""

_MOST_DIGITS = 9
_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")


def retry_after(headers: Headers) -> int | None:
    """Read in how many seconds a server wants to be asked again (RFC 9110, 10.2.3).

    A date is taken as one by the server's own clock, which the answer's `Date` tells. None where nothing is said,
    or nothing that makes sense: no future, two values, more than a week.
    """
    seconds = positive(headers, "retry-after")
    if seconds is None:
        then, now = date_in(headers, "retry-after"), date_in(headers, "date")
        seconds = None if then is None or now is None else then - now
    return seconds if seconds is not None and 0 < seconds <= LONGEST_WAIT else None


def date_in(headers: Headers, name: str) -> int | None:
    """Read a date as seconds since 1970."""
    text = headers.get(name, "")
    if not _DATE.fullmatch(text):
        return None
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except ValueError:
        return None


def positive(headers: Headers, name: str) -> int | None:
    """Read a whole number above zero."""
    return whole(headers, name) or None


def whole(headers: Headers, name: str) -> int | None:
    """Read a whole number; one that is missing, malformed or absurd is None."""
    text = headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
