"""What a page shows, before any of it is HTML."""

import pytest

from reconciler.render.dates import clocks_in
from reconciler.render.page.model import CalendarPage, Mark, in_order, span_of
from tests.render.page.events import BERLIN, event

LONDON = clocks_in("Europe/London", "Europe/Berlin")


@pytest.mark.parametrize(
    ("begin", "end", "last"),
    [
        ("2027-05-12T08:00:00Z", None, "2027-05-12"),
        ("2027-05-12T08:00:00Z", "2027-05-12T10:00:00Z", "2027-05-12"),
        ("2027-05-12T08:00:00Z", "2027-05-14T10:00:00Z", "2027-05-14"),
        ("2027-05-12T08:00:00Z", "2027-05-12T22:00:00Z", "2027-05-12"),  # midnight in Berlin
        ("2027-05-12T08:00:00Z", "2027-05-12T22:00:01Z", "2027-05-13"),
        ("2027-05-12T08:00:00Z", "2027-05-11T10:00:00Z", "2027-05-12"),  # wrong, but somebody else's
        ("2027-05-11T22:00:00Z", "2027-05-11T22:00:00Z", "2027-05-12"),
    ],
)
def test_an_event_ends_on_its_last_day(begin: str, end: str | None, last: str) -> None:
    span = span_of(begin, end, BERLIN)
    assert span is not None
    assert (span.first.isoformat(), span.last.isoformat()) == ("2027-05-12", last)


@pytest.mark.parametrize(
    ("end", "text"),
    [
        (None, "Wed 12 May 2027 09:00 London"),
        ("2027-05-12T09:30:00Z", "Wed 12 May 2027 09:00 to 10:30 London"),
        ("2027-05-13T09:30:00Z", "Wed 12 May 2027 09:00 to Thu 13 May 2027 10:30 London"),
    ],
)
def test_a_time_is_told_on_the_clocks_of_the_event(end: str | None, text: str) -> None:
    span = span_of("2027-05-12T08:00:00Z", end, LONDON)
    assert span is not None
    assert span.text(LONDON) == text


@pytest.mark.parametrize("begin", [None, "soon", "0001-01-01T00:00:00+14:00"])
def test_without_a_begin_there_is_no_time(begin: str | None) -> None:
    assert span_of(begin, "2027-05-12T08:00:00Z", BERLIN) is None


def test_events_are_in_order_of_time_and_those_without_come_last() -> None:
    old = span_of("2027-05-11T08:00:00Z", None, BERLIN)
    events = (
        event("none"),
        event("late", "2027-05-12T08:00:00Z"),
        event("b", "2027-05-10T08:00:00Z"),
        event("a", "2027-05-10T08:00:00Z"),
        event("from", old_span=old),
    )
    assert [each.name for each in in_order(events)] == ["a", "b", "from", "late", "none"]


def test_a_page_knows_its_types_organizers_and_marks() -> None:
    events = (
        event("a", kind="WEBINAR", organizer="Acme", marks=(Mark.CANCELLED, Mark.MOVED)),
        event("b", kind="FAIR", organizer="Acme", marks=(Mark.MOVED,)),
        event("c"),
    )
    page = CalendarPage("", (), (), events)
    assert (page.kinds, page.organizers) == (["FAIR", "WEBINAR"], ["Acme"])
    assert [page.count(mark) for mark in (Mark.MOVED, Mark.CANCELLED, Mark.NEW)] == [2, 1, 0]
