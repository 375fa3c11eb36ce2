"""Events that seem to be entered twice: they take place at the same time, at the same address."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from operator import itemgetter

from reconciler.advice.subject import Found, Subject, are_of_one_series, touched_first
from reconciler.event import Value

_Span = tuple[datetime, datetime, Subject]
"""When an event begins and ends; without an end it lasts no time."""


def overlap(subjects: Sequence[Subject]) -> Iterator[Found]:
    """Find events of one organizer, type and URL that take place at the same time.

    Occurrences of one series may, and what is cancelled does not take place. Each event is told at most once: beside
    the one before it that ends last.
    """
    urls = Counter(subject.fields.get("eventUrl") for subject in subjects)
    groups: defaultdict[tuple[Value, ...], list[_Span]] = defaultdict(list)
    for subject in subjects:
        fields = subject.fields
        if urls[fields.get("eventUrl")] > 1 and subject.start is not None and not fields.get("eventCancelled"):
            groups[tuple(map(fields.get, _SHARED))].append(_span(subject, subject.start))
    for (organizer, url, _), spans in groups.items():
        if organizer and url:
            yield from _overlapping(sorted(spans, key=itemgetter(0)))


_SHARED = ("eventOrganizer", "eventUrl", "eventType")


def _span(subject: Subject, start: datetime) -> _Span:
    return start.astimezone(UTC), subject.end or start.astimezone(UTC), subject


def _overlapping(spans: Sequence[_Span]) -> Iterator[Found]:
    running: list[_Span] = []
    for span in spans:
        earlier = next((each for each in running if _meet(each, span) and not _are_one(each, span)), None)
        if earlier is not None:
            yield _found(span[2], earlier[2])
        running = _ending_last(running, span)


def _meet(earlier: _Span, later: _Span) -> bool:
    return later[0] < earlier[1] or later[0] == earlier[0]


def _are_one(one: _Span, two: _Span) -> bool:
    return are_of_one_series(one[2], two[2])


def _ending_last(running: Sequence[_Span], span: _Span) -> list[_Span]:
    """Return the event that ends last and, where that is of a series, the last one that is not of it."""
    first, *others = sorted((*running, span), key=itemgetter(1), reverse=True)
    return [first, *(each for each in others if not _are_one(first, each))][:2]


def _found(later: Subject, earlier: Subject) -> Found:
    subject, other = touched_first(later, earlier)
    places = (subject.place("startDateTime"), other.place("startDateTime"))
    message = (
        f"the event takes place at the same time as {other.event.identity} ({places[1]}), "
        "with the same organizer, type and eventUrl"
    )
    hint = "if both are one event, delete one; else correct its time or its URL"
    return Found((subject, other), places, message, hint)
