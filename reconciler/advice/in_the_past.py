"""New events that are over."""

from collections.abc import Iterator, Sequence

from reconciler.advice.subject import Found, Subject, found_in


def in_the_past(subjects: Sequence[Subject]) -> Iterator[Found]:
    """Find new events among those that are over: every one is."""
    for subject in subjects:
        field = "startDateTime" if subject.end is None else "endDateTime"
        since = subject.here(subject.end or subject.start or subject.now)
        message = f"this new event has been over since {since:%Y-%m-%d}"
        yield found_in(subject, field, message, "check the year, or delete the declaration")
