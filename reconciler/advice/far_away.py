"""New events that begin in years."""

from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, datetime
from functools import lru_cache

from reconciler.advice.subject import Found, Subject, found_in

_YEARS = 3


def far_away(subjects: Sequence[Subject]) -> Iterator[Found]:
    """Find new events that begin in more than three years."""
    for subject in subjects:
        if subject.start is not None and subject.start > _in_years(subject.now):
            message = f"this new event begins in more than {_YEARS} years, on {subject.start:%Y-%m-%d}"
            yield found_in(subject, "startDateTime", message, "check the year")


@lru_cache(maxsize=1)
def _in_years(now: datetime) -> datetime:
    """Return the same moment some years later; of 29 February, that of the day before."""
    day = 28 if (now.month, now.day) == (2, 29) else now.day
    return now.replace(year=min(now.year + _YEARS, MAXYEAR), day=day)
