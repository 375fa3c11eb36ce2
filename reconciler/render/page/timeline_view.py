"""The timeline of a page: each quarter of a year as rows with bars."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  (dates.date writes one)
from datetime import datetime

from htpy import Element, Node, a, div, h3, li, ol, section, span, svg
from markupsafe import Markup

from reconciler.render.dates import MONTH_NAMES, day
from reconciler.render.page.looks import Looks, badges, rendered
from reconciler.render.page.model import PageEvent, TimeSpan
from reconciler.render.page.month_grid import month_links
from reconciler.render.page.texts import safe_name

_MOST = 8
"""Quarters of one event beyond which only its first and last one show it."""
_SHORTEST = 0.6
"""Days that a bar is wide at least, so that it can be seen."""

_rect = Element("rect")


@dataclass(frozen=True, slots=True, order=True)
class _Quarter:
    year: int
    number: int
    """From 0 to 3."""

    @property
    def months(self) -> range:
        return range(3 * self.number + 1, 3 * self.number + 4)

    @property
    def lengths(self) -> list[int]:
        """The days of its three months."""
        return [monthrange(self.year, month)[1] for month in self.months]

    @property
    def begins(self) -> Date:
        return Date(self.year, self.months[0], 1)

    def at(self, shown: datetime) -> float:
        """Return how many days after its begin a time is; one outside is at its nearer end."""
        days = (shown.date() - self.begins).days + (shown.hour + shown.minute / 60) / 24
        return min(max(days, 0), sum(self.lengths))

    def shows(self, shown: TimeSpan) -> bool:
        """Return whether a part of the time falls into it."""
        return shown.last >= self.begins and (shown.first - self.begins).days < sum(self.lengths)

    @property
    def name(self) -> str:
        names = [MONTH_NAMES[month - 1] for month in self.months]
        return f"{names[0]} to {names[-1]} {self.year}"

    @property
    def key(self) -> str:
        return f"q{self.year:04}-{self.number + 1}"


def timeline_view(looks: Looks) -> Node:
    """Return every quarter in which something is, with a bar for each event, and for its old time where it moves."""
    quarters = _quarters(looks.page.events)
    ordered = sorted(quarters)
    links = [(quarter.key, f"Q{quarter.number + 1} {quarter.year}") for quarter in ordered]
    return [month_links("Quarters", links), [_quarter(looks, quarter, quarters[quarter]) for quarter in ordered]]


def _quarters(events: Sequence[PageEvent]) -> dict[_Quarter, dict[int, PageEvent]]:
    quarters: dict[_Quarter, dict[int, PageEvent]] = defaultdict(dict)
    for number, event in enumerate(events):
        for shown in (event.span, event.old_span):
            for quarter in () if shown is None else _quarters_of(shown):
                quarters[quarter][number] = event
    return quarters


def _quarters_of(shown: TimeSpan) -> Iterator[_Quarter]:
    first, last = (4 * at.year + (at.month - 1) // 3 for at in (shown.first, shown.last))
    numbers = range(first, last + 1) if last - first < _MOST else (first, last)
    yield from (_Quarter(*divmod(number, 4)) for number in numbers)


def _quarter(looks: Looks, quarter: _Quarter, events: dict[int, PageEvent]) -> Element:
    lengths = "-".join(map(str, quarter.lengths))
    return section(class_=f"group quarter l{lengths}", id=quarter.key)[
        h3[quarter.name],
        div(class_="axis", aria_hidden="true")[
            div(".months")[(span[MONTH_NAMES[month - 1][:3]] for month in quarter.months)]
        ],
        ol(".rows")[(_row(looks, quarter, number, event) for number, event in events.items())],
    ]


def _row(looks: Looks, quarter: _Quarter, number: int, event: PageEvent) -> Markup:
    item = li(class_=looks.classes(event, "row"), data_e=str(number))[
        a(href=f"#e{number}")[
            span(".when")[_when(event)], " ", span[span(".name")[safe_name(event.name)], " ", badges(event)]
        ],
        _picture(quarter, event),
    ]
    return rendered(item)


def _when(event: PageEvent) -> str:
    days = [_days(shown) for shown in (event.old_span, event.span) if shown is not None]
    return " → ".join(dict.fromkeys(days))


def _days(shown: TimeSpan) -> str:
    if shown.first == shown.last:
        return day(shown.begins)
    first, last = (f"{at.day} {MONTH_NAMES[at.month - 1][:3]}" for at in (shown.first, shown.last))
    is_one_month = (shown.first.year, shown.first.month) == (shown.last.year, shown.last.month)
    return f"{shown.first.day if is_one_month else first} to {last}"


def _picture(quarter: _Quarter, event: PageEvent) -> Element:
    """Return the bars of a row; what they show is said beside them."""
    width = sum(quarter.lengths)
    size = {"viewBox": f"0 0 {width} 10", "preserveAspectRatio": "none"}
    return svg(size, class_="picture", aria_hidden="true", focusable="false")[
        _bar(quarter, event.old_span, "was") if event.old_span != event.span else None, _bar(quarter, event.span, "on")
    ]


def _bar(quarter: _Quarter, shown: TimeSpan | None, look: str) -> Node:
    if shown is None or not quarter.shows(shown):
        return None
    begin, end = quarter.at(shown.begins), quarter.at(shown.ends or shown.begins)
    return _rect(class_=look, x=f"{begin:.2f}", y="2", width=f"{max(end - begin, _SHORTEST):.2f}", height="6")
