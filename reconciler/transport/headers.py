"""Values in the headers of an answer, whose names are expected in lower case."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

Headers = Mapping[str, str]

LONGEST_WAIT = 7 * 24 * 3600
"""Seconds; a longer wait is not believed."""

_MOST_DIGITS = 9
_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")


def retry_after(headers: Headers) -> int | None:
    """Read the seconds after which a server wants to be asked again (RFC 9110, 10.2.3).

    A date is compared with the server's own clock, the answer's `Date`. None if the header is missing or makes no
    sense: a time in the past, two values, more than a week.
    """
    seconds = positive(headers, "retry-after")
    if seconds is None:
        then, now = date_in(headers, "retry-after"), date_in(headers, "date")
        seconds = None if then is None or now is None else then - now
    return seconds if seconds is not None and 0 < seconds <= LONGEST_WAIT else None


def date_in(headers: Headers, name: str) -> int | None:
    """Read a date as seconds since 1970; None if it is missing or malformed."""
    text = headers.get(name, "")
    if not _DATE.fullmatch(text):
        return None
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except ValueError:
        return None


def positive(headers: Headers, name: str) -> int | None:
    """Read a whole number above zero; None if there is none."""
    return whole(headers, name) or None


def whole(headers: Headers, name: str) -> int | None:
    """Read a whole number; None if it is missing, malformed or has more than nine digits."""
    text = headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
