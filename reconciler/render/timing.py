"""When an event takes place or moves, in few words."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.change import Change, Delete, FieldChange, Update
from reconciler.portal import Portal
from reconciler.render.dates import Clocks, clocks_of, day_and_time, local, placed, span, times_of_day
from reconciler.render.difference import difference, distance, times

START, END = "startDateTime", "endDateTime"
DATES = frozenset({START, END})

Times = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change with those of its fields that are to be shown."""

    change: Change
    fields: tuple[FieldChange, ...]

    def field(self, name: str) -> FieldChange | None:
        """Return the shown field called `name`; None if it is not shown."""
        return next((field for field in self.fields if field.name == name), None)


def shown_whole(change: Change) -> ShownChange:
    """Return a change with all its fields."""
    return ShownChange(change, change.fields)


@dataclass(frozen=True, slots=True)
class Timing:
    """When an event takes place, and how a change moves it."""

    text: str = ""
    """Made of our own words alone; empty if no time is known."""
    day: str = ""
    """The day that stands first in the text, as `YYYY-MM-DD`."""
    says: frozenset[str] = frozenset()
    """The fields whose values, before and after, are all in the text."""


def timing(shown: ShownChange, portal: Portal) -> Timing:
    """Return when an event takes place after a change, or did before its deletion, with the move that the change is."""
    clocks = clocks_of(shown.change.timezone, portal)
    return _moved(shown, clocks) or _unmoved(shown, clocks)


def moves(shown: ShownChange) -> bool:
    """Return whether what is shown moves the start of an event from one time to another."""
    field = shown.field(START)
    return field is not None and isinstance(field.before, str) and isinstance(field.after, str)


def began(change: Change) -> str:
    """Return the start of an event after a change, or before its deletion, in the order of time; empty without one."""
    return _held(change, START, change.outline.start) or ""


def _moved(shown: ShownChange, clocks: Clocks) -> Timing | None:
    if (field := shown.field(START)) is None or (start := _times(field, clocks)) is None:
        return None
    ends = shown.field(END)
    end = None if ends is None else _times(ends, clocks)
    first = start[0].date().isoformat()
    if end is None or not _together(start, end):
        move = difference(field, clocks)
        return Timing(f"{' → '.join(move.steps)}{move.note}", first, frozenset({START}))
    new = times_of_day(start[1], end[1]) if _on_one_day(start) else span(start[1], end[1])
    text = f"{span(start[0], end[0])} → {placed(new, clocks)} ({distance(*start)})"
    return Timing(text, first, frozenset({START, END}))


def _times(field: FieldChange, clocks: Clocks) -> Times | None:
    """Return both times of a move that the clocks can show; None for one between two times that they show alike."""
    move = times(field, clocks)
    return None if move is None or day_and_time(move[0]) == day_and_time(move[1]) else move


def _together(start: Times, end: Times) -> bool:
    """Return whether start and end move by the same distance, and the event takes place on one day before and after."""
    one_day = all(map(_on_one_day, zip(start, end, strict=True)))
    return one_day and distance(*start) == distance(*end)


def _on_one_day(times: Times) -> bool:
    return times[0].date() == times[1].date()


def _unmoved(shown: ShownChange, clocks: Clocks) -> Timing:
    change = shown.change
    start = _local(_held(change, START, change.outline.start), clocks)
    if start is None:
        return Timing()
    end = _local(_held(change, END, change.outline.end), clocks)
    day = start.date().isoformat()
    if isinstance(change, Update):
        return Timing(placed(span(start, None if shown.field(END) else end), clocks), day)
    return Timing(placed(span(start, end), clocks), day, frozenset({START} if end is None else {START, END}))


def _held(change: Change, name: str, known: str | None) -> str | None:
    """Return a time of an event after a change, or before its deletion; `known` is one that does not change."""
    field = change.field(name)
    held = known if field is None else field.before if isinstance(change, Delete) else field.after
    return held if isinstance(held, str) else None


def _local(text: str | None, clocks: Clocks) -> datetime | None:
    return None if text is None else local(text, clocks)
