"""What a page shows, before any of it is HTML."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  (dates.date writes one)
from datetime import datetime, time, timedelta
from enum import StrEnum

from reconciler.change import Source
from reconciler.render.dates import Clocks, clock, day_and_time, local, placed
from reconciler.render.difference import Difference


class Mark(StrEnum):
    """What is to be seen of an event at a glance, the most important first."""

    DELETED = "deleted"
    CANCELLED = "cancelled"
    ASIDE = "set aside"
    NEW = "new"
    MOVED = "moved"
    CHANGED = "changed"
    COMPLETED = "completed"
    ORPHAN = "orphan"
    UNCHANGED = "unchanged"
    STILL_CANCELLED = "cancelled already"
    """It was cancelled before the plan, which does not cancel it."""


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """The time of an event, on its own clocks."""

    begins: datetime
    ends: datetime | None

    @property
    def first(self) -> Date:
        """The day on which it begins."""
        return self.begins.date()

    @property
    def last(self) -> Date:
        """The day on which it ends; an end at midnight belongs to the day before."""
        if self.ends is None or self.ends <= self.begins:
            return self.first
        at_midnight = self.ends.timetz().replace(tzinfo=None) == time.min
        return max(self.first, self.ends.date() - timedelta(at_midnight))

    def text(self, clocks: Clocks) -> str:
        """Return the time in words."""
        begin = day_and_time(self.begins)
        if self.ends is None:
            return placed(begin, clocks)
        is_one_day = self.begins.date() == self.ends.date()
        return placed(f"{begin} to {clock(self.ends) if is_one_day else day_and_time(self.ends)}", clocks)


def span_of(begin: str | None, end: str | None, clocks: Clocks) -> TimeSpan | None:
    """Return the time between two instants; None without a begin that a calendar can show."""
    begins = None if begin is None else local(begin, clocks)
    if begins is None:
        return None
    return TimeSpan(begins, None if end is None else local(end, clocks))


@dataclass(frozen=True, slots=True)
class Row:
    """One field before and after."""

    label: str
    difference: Difference
    remark: str = ""


@dataclass(frozen=True, slots=True)
class PageEvent:
    """One event of a page; a text that is not known is empty."""

    name: str
    ids: str
    clocks: Clocks
    marks: tuple[Mark, ...] = ()
    is_cancelled: bool = False
    """Whether it does not take place, or will not after the plan."""
    span: TimeSpan | None = None
    old_span: TimeSpan | None = None
    """The time that it is moved from; None if it does not move."""
    kind: str = ""
    """HubSpot's type of it."""
    organizer: str = ""
    series: str = ""
    """The name of the series that it is an occurrence of."""
    url: str = ""
    people: str = ""
    """How many are registered, in words."""
    source: Source | None = None
    page: str = ""
    """The address of its page in HubSpot."""
    remarks: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    record: tuple[tuple[str, str], ...] = ()
    """Label and value of every other field that is shown."""


@dataclass(frozen=True, slots=True)
class Note:
    """Lines under a heading, beside the calendar."""

    heading: str
    lines: tuple[str, ...]
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """Everything that a page shows."""

    title: str
    lead: tuple[str, ...]
    """What the page is about, line by line."""
    fixed: tuple[str, ...]
    """Lines whose wording is fixed."""
    events: tuple[PageEvent, ...]
    before: tuple[Note, ...] = ()
    after: tuple[Note, ...] = ()
    is_plan: bool = False
    """Whether the events have marks, and colours tell these apart; else colours tell types apart."""

    @property
    def kinds(self) -> Sequence[str]:
        """Every type of an event, in the order of the alphabet."""
        return _sorted(event.kind for event in self.events)

    @property
    def organizers(self) -> Sequence[str]:
        """Every organizer, in the order of the alphabet."""
        return _sorted(event.organizer for event in self.events)

    def count(self, mark: Mark) -> int:
        """Return how many events have a mark."""
        return sum(mark in event.marks for event in self.events)


def _sorted(texts: Iterable[str]) -> Sequence[str]:
    return sorted({text for text in texts if text})


def in_order(events: Iterable[PageEvent]) -> tuple[PageEvent, ...]:
    """Return events by the time that people read; those without one come last."""
    return tuple(sorted(events, key=_place))


def _place(event: PageEvent) -> tuple[bool, datetime, str, str]:
    span = event.span or event.old_span
    at = datetime.max if span is None else span.begins.replace(tzinfo=None)  # noqa: DTZ901  (it only sorts)
    return span is None, at, event.name, event.ids
