"""New events that last for weeks."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from reconciler.advice.subject import Found, Subject, found_in

_LONGEST = timedelta(days=14)


def very_long(subjects: Sequence[Subject]) -> Iterator[Found]:
    """Find new events that last more than 14 days, as the calendar of their zone shows it."""
    for subject in subjects:
        if subject.start is None or subject.end is None:
            continue
        if subject.here(subject.end) - subject.start > _LONGEST:
            message = f"this new event lasts more than {_LONGEST.days} days"
            yield found_in(subject, "endDateTime", message, "check the month and the year of both dates")
