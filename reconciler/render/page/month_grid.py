"""The months of a page, each as a table of its days."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  (dates.date writes one)
from datetime import datetime, timedelta
from enum import Enum
from typing import assert_never

from htpy import Element, Node, a, caption, del_, li, nav, ol, section, span, table, tbody, td, th, thead, time, tr, ul
from markupsafe import Markup

from reconciler.render.dates import DAY_NAMES, MONTH_NAMES, clock, day, placed
from reconciler.render.page.looks import Looks, badges, rendered
from reconciler.render.page.model import PageEvent, TimeSpan
from reconciler.render.page.texts import safe_name

_WEEK = 7
_LONGEST = 31
"""Days of an event beyond which only its first and last one show it."""


class _Part(Enum):
    """Which part of an event a day shows."""

    BEGIN = "begin"
    GOES_ON = "goes on"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class _Showing:
    number: int
    event: PageEvent
    span: TimeSpan
    part: _Part
    day: int
    """The day of the event, from 1."""

    @property
    def days(self) -> int:
        """The days of the event."""
        return (self.span.last - self.span.first).days + 1

    @property
    def order(self) -> tuple[bool, datetime]:
        """The place within a day: what goes on comes first."""
        return self.part is not _Part.GOES_ON, self.span.begins.replace(tzinfo=None)


_Days = dict[int, list[_Showing]]
_Months = dict[tuple[int, int], _Days]


def month_grid(looks: Looks) -> Node:
    """Return every month in which something is, as a table with a row for each week."""
    months = _months(looks.page.events)
    ordered = sorted(months)
    jumps = [(f"m{year:04}-{month:02}", f"{MONTH_NAMES[month - 1][:3]} {year}") for year, month in ordered]
    return [month_links("Months", jumps), [_month(looks, *key, months[key]) for key in ordered]]


def month_links(name: str, links: Sequence[tuple[str, str]]) -> Node:
    """Return links to the parts of a view; one part needs none."""
    if len(links) < 2:
        return None
    return nav(class_="jumps", aria_label=name)[ul[(li[a(href=f"#{target}")[text]] for target, text in links)]]


def _months(events: Sequence[PageEvent]) -> _Months:
    months: _Months = defaultdict(lambda: defaultdict(list))
    for number, event in enumerate(events):
        for showing in _showings(number, event):
            at = showing.span.first + timedelta(showing.day - 1)
            months[at.year, at.month][at.day].append(showing)
    return months


def _showings(number: int, event: PageEvent) -> Iterator[_Showing]:
    old, new = event.old_span, event.span
    if old is not None and (new is None or old.first != new.first):
        yield _Showing(number, event, old, _Part.OLD, 1)
    if new is None:
        return
    first = _Showing(number, event, new, _Part.BEGIN, 1)
    yield first
    for day_of_it in range(2 if first.days <= _LONGEST else first.days, first.days + 1):
        yield _Showing(number, event, new, _Part.GOES_ON, day_of_it)


def _month(looks: Looks, year: int, month: int, days: _Days) -> Element:
    first, length = monthrange(year, month)
    cells = [None] * first + [*range(1, length + 1)]
    cells += [None] * (-len(cells) % _WEEK)
    weeks = (cells[start : start + _WEEK] for start in range(0, len(cells), _WEEK))
    return section(class_="group month", id=f"m{year:04}-{month:02}")[
        table(role="table")[
            caption[f"{MONTH_NAMES[month - 1]} {year}"],
            thead(role="rowgroup")[tr(role="row")[(_weekday(name) for name in DAY_NAMES)]],
            tbody(role="rowgroup")[
                (tr(role="row")[(_cell(looks, year, month, at, days) for at in week)] for week in weeks)
            ],
        ]
    ]


def _weekday(name: str) -> Element:
    return th(role="columnheader", scope="col")[name]


def _cell(looks: Looks, year: int, month: int, at: int | None, days: _Days) -> Element:
    if at is None:
        return td(role="cell", class_="pad")
    date = Date(year, month, at)
    showings = sorted(days.get(at, ()), key=lambda showing: showing.order)
    return td(role="cell", id=f"d{date.isoformat()}", class_=None if showings else "empty")[
        time(datetime=date.isoformat())[span(".wd")[f"{DAY_NAMES[date.weekday()]} "], at],
        ol[(_item(looks, showing) for showing in showings)] if showings else None,
    ]


def _item(looks: Looks, showing: _Showing) -> Markup:
    event, number = showing.event, showing.number
    classes = looks.classes(event, "e")
    inner: Node
    match showing.part:
        case _Part.OLD:
            classes = "e ghost"
            to = "" if event.span is None else f" to {day(event.span.begins)}"
            inner = [span(".time")[f"moved{to}"], " ", del_(".name")[safe_name(event.name)]]
        case _Part.GOES_ON:
            inner = [span(".time")[f"day {showing.day} of {showing.days}"], " ", span(".name")[safe_name(event.name)]]
        case _Part.BEGIN:
            inner = [_time(event, showing.span), " ", span(".name")[safe_name(event.name)], " ", badges(event)]
        case _:
            assert_never(showing.part)
    return rendered(li(class_=classes, data_e=str(number))[a(href=f"#e{number}")[inner]])


def _time(event: PageEvent, new: TimeSpan) -> Element:
    old = event.old_span
    moves = old is not None and old.first == new.first and old.begins != new.begins
    before: Node = [del_[clock(old.begins)], " → "] if old is not None and moves else None
    return span(".time")[before, placed(clock(new.begins), event.clocks)]
