"""The hours of a day, which let dates alone stand for a begin and an end."""

import re
from datetime import time
from typing import NamedTuple

from reconciler.declarations.misread import hours_meant_by
from reconciler.declarations.wrong import Wrong
from reconciler.safe_text import quoted

_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
HOURS = rf"{_CLOCK}-{_CLOCK}"
"""What hours look like."""

_HOURS = re.compile(HOURS, re.ASCII)


class Hours(NamedTuple):
    """When a day begins and ends, by local time."""

    begin: time
    end: time


def read_hours(text: str) -> Hours:
    """Read the hours of a day; `Wrong` where they are none, or end before they begin."""
    if not _HOURS.fullmatch(text):
        meant = hours_meant_by(text)
        hint = 'write them like "09:00-17:00"' if meant is None else f'did you mean "{meant}"?'
        raise Wrong("bad-hours", f"{quoted(text)} are not the hours of a day", hint)
    hours = Hours(*map(time.fromisoformat, text.split("-")))
    if hours.begin >= hours.end:
        hint = 'write the earlier one first, as in "09:00-17:00"; past midnight, write times instead of both dates'
        raise Wrong("bad-hours", "these hours do not end after they begin", hint)
    return hours
