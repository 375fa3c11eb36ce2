"""Events that start at night."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from reconciler.advice.subject import Found, Subject, found_in

_FROM, _UNTIL = 23, 5
_WHOLE_DAY = timedelta(hours=23, minutes=59)
"""The shortest length of an event that takes whole days, as the clock shows it: from 00:00 to 23:59."""


def at_night(subjects: Sequence[Subject]) -> Iterator[Found]:
    """Find starts from 23:00 until before 05:00 in the event's zone, except of events that last a day or longer."""
    for subject in subjects:
        start = subject.start
        if start is None or _UNTIL <= start.hour < _FROM or subject.zone is None or _takes_a_day(subject, start):
            continue
        message = f"the event starts at night: at {start:%H:%M} in {subject.event.timezone}"
        yield found_in(subject, "startDateTime", message, "check the hour, and which time zone it is meant in")


def _takes_a_day(subject: Subject, start: datetime) -> bool:
    # Between two times of one zone, Python counts what the clock shows: a day that loses an hour is a day.
    return subject.end is not None and subject.here(subject.end) - start >= _WHOLE_DAY
