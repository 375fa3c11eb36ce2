"""How events look wherever a page shows them: numbers, colours, badges."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from htpy import Element, Node, li, span, ul
from markupsafe import Markup

from reconciler.render.page.file_links import FileLinks
from reconciler.render.page.model import CalendarPage, Mark, PageEvent
from reconciler.render.page.texts import safe

_TONES = 8
"""How many colours there are for types; the style has a rule for each."""

_SIGNS: Mapping[Mark, str] = {
    Mark.NEW: "+",
    Mark.MOVED: "→",
    Mark.CHANGED: "~",
    Mark.COMPLETED: "✓",
    Mark.CANCELLED: "✕",
    Mark.DELETED: "−",  # noqa: RUF001  (a minus sign is as wide as a plus)
    Mark.ASIDE: "!",
    Mark.ORPHAN: "?",
    Mark.UNCHANGED: "=",
    Mark.STILL_CANCELLED: "✕",
}
"""The sign of each mark, in the order of the legend."""


@dataclass(frozen=True)
class Looks:
    """The looks of the events of one page."""

    page: CalendarPage
    links: FileLinks | None

    @cached_property
    def kinds(self) -> Mapping[str, int]:
        """The number of each type."""
        return {kind: number for number, kind in enumerate(self.page.kinds)}

    @cached_property
    def organizers(self) -> Mapping[str, int]:
        """The number of each organizer."""
        return {organizer: number for number, organizer in enumerate(self.page.organizers)}

    def tone(self, event: PageEvent) -> str:
        """Return the class that gives an event its colour: of its mark in a plan, else of its type."""
        if event.marks:
            return _css(event.marks[0])
        return self.tone_of_kind(event.kind)

    def tone_of_kind(self, kind: str) -> str:
        """Return the class that gives a type its colour."""
        return f"k{self.kinds[kind] % _TONES}" if kind else "plain"

    def classes(self, event: PageEvent, place: str) -> str:
        """Return the classes of an event at a place of the page."""
        return f"{place} {self.tone(event)}{' off' if _is_off(event) else ''}"


def rendered(element: Element) -> Markup:
    """Return a small element as text: htpy hands each of its pieces up through all that it stands in."""
    return Markup(str(element))  # noqa: S704  (htpy has escaped it)


def badges(event: PageEvent) -> Node:
    """Return what is to be seen at a glance, in words and signs; an event that stays as it is has none."""
    if not event.marks:  # no plan
        return _badge(Mark.CANCELLED) if event.is_cancelled else None
    return [_badge(mark) for mark in event.marks if mark is not Mark.UNCHANGED]


@cache
def _badge(mark: Mark) -> Markup:
    sign = span(aria_hidden="true")[_SIGNS[mark]]
    return rendered(span(class_=f"badge {_css(mark)}")[sign, f" {mark.capitalize()}"])


def legend(looks: Looks) -> Node:
    """Return how many events have each mark, or each type, with its colour."""
    page = looks.page
    if page.is_plan:
        counts = [(mark, page.count(mark)) for mark in _SIGNS]
        items = [li[f"{number:,} ", _badge(mark)] for mark, number in counts if number]
    else:
        items = [li(class_=looks.tone_of_kind(kind))[span(".dot"), safe(kind)] for kind in page.kinds]
    return ul(class_="legend", aria_label="Colours")[items] if items else None


def _css(mark: Mark) -> str:
    return {Mark.ASIDE: "aside", Mark.STILL_CANCELLED: "still"}.get(mark, mark.value)


def _is_off(event: PageEvent) -> bool:
    return event.is_cancelled or Mark.DELETED in event.marks
