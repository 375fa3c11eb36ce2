"""The subject of advice: a declared event with its times, in the form that every kind looks at."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from reconciler.declarations.values.zones import load_zone
from reconciler.diagnostics import Place
from reconciler.event import DeclaredEvent, Value, moment


class Subject(NamedTuple):
    """A declared event; a named tuple, because a run makes one for each event."""

    event: DeclaredEvent
    fields: Mapping[str, Value]
    """What is declared, for good or as initial."""
    start: datetime | None
    """In the event's zone, or in UTC where none is known."""
    end: datetime | None
    """In UTC: few kinds look at it."""
    zone: ZoneInfo | None
    """The time zone that holds for the event; None where the files name none."""
    now: datetime
    is_over: bool
    """Whether its end has passed, or its start where there is no end."""
    touched: bool = True
    """Whether its declaration differs from the base's; without a base, each one may."""

    def text(self, name: str) -> str:
        """Return a text that is declared; empty if it is absent or empty."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def place(self, name: str) -> Place:
        """Return where a field is declared; the place of the event if that is not known."""
        return self.event.places.get(name, self.event.place)

    def here(self, moment: datetime) -> datetime:
        """Return a moment as the clocks of the event's zone show it, or those of UTC where none is known."""
        return moment if self.zone is None else _in_zone(moment, self.zone)


class Found(NamedTuple):
    """One thing found, and what to do."""

    about: tuple[Subject, ...]
    places: tuple[Place, ...]
    """Where it is told, then every other place whose comment silences it too."""
    message: str
    hint: str


Check = Callable[[Sequence[Subject]], Iterator[Found]]
"""Finds one kind of advice."""


def found_in(subject: Subject, field: str, message: str, hint: str) -> Found:
    """Return what was found in one field of one event."""
    return Found((subject,), (subject.place(field),), message, hint)


def touched_first(one: Subject, two: Subject) -> tuple[Subject, Subject]:
    """Return two events so that the advice about both is told where one was touched."""
    return (one, two) if one.touched else (two, one)


def are_of_one_series(one: Subject, two: Subject) -> bool:
    """Return whether two events are occurrences of the same series."""
    return one.event.series is not None and one.event.series == two.event.series


def subject_of(event: DeclaredEvent, now: datetime, *, touched: bool = True) -> Subject:
    """Return an event as a subject of advice."""
    fields = {**event.initial, **event.fields} if event.initial else event.fields
    zone = None if event.timezone is None else load_zone(event.timezone)
    start, end = _moment(fields.get("startDateTime")), _moment(fields.get("endDateTime"))
    last = end or start
    is_over = last is not None and last <= now
    if start is not None and zone is not None:
        start = _in_zone(start, zone)
    return Subject(event, fields, start, end, zone, now, is_over, touched)


def _moment(value: Value) -> datetime | None:
    return moment(value) if isinstance(value, str) else None


def _in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # no calendar shows the day before the first
        return moment
