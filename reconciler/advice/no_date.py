"""New events without a start."""

from collections.abc import Iterator, Sequence

from reconciler.advice.subject import Found, Subject


def no_date(subjects: Sequence[Subject]) -> Iterator[Found]:
    """Find new events that declare no start."""
    for subject in subjects:
        if subject.start is None:
            message = "this new event has no startDateTime"
            yield Found((subject,), (subject.event.place,), message, "add startDateTime, as in 2027-04-15 17:00")
