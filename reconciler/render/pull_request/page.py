"""Pages for GitHub, marked by a hidden first line and fitted under a size limit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from reconciler.render.markdown import size
from reconciler.render.phrases import count


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page whose last items can be left out."""

    title: str
    number: int
    """How many items there are."""
    items: Iterable[str]
    """The items; iterated once, and only as far as there is room."""
    noun: str
    """The word for an item where some are left out."""
    urgency: int
    """The section with the lowest number gets its room first."""
    head: str = ""
    """The text over the items; left out if no item is shown."""
    shorter: Iterable[str] = ()
    """The same items in fewer words, for when the others do not all fit; iterated like them."""

    def showing(self, items: Sequence[str]) -> str:
        """Return the section with its first items and the number of those that are missing."""
        lines = "".join(f"{item}\n" for item in items)
        shown = f"{self.head}{lines}\n" if items else ""
        missing = self.number - len(items)
        if not missing:
            return f"{self.title}{shown}"
        more = "more " if items else ""
        are = "is" if missing == 1 else "are"
        return f"{self.title}{shown}*{count(missing, f'{more}{self.noun}')} {are} left out here for lack of space.*\n\n"

    @property
    def least(self) -> int:
        """Its length in bytes without any item."""
        return size(self.showing(()))

    def filling(self, room: int) -> str:
        """Return the section with as many items as fit into `room` bytes."""
        room -= self.least + size(self.head) + size("more \n")
        kept = _fitting(self.items, room)
        return self.showing(kept if len(kept) == self.number else max(kept, _fitting(self.shorter, room), key=len))


def _fitting(items: Iterable[str], room: int) -> list[str]:
    """Return the first items, as many as fit into `room` bytes with a line break each."""
    kept: list[str] = []
    for item in items:
        room -= size(item) + 1
        if room < 0:
            break
        kept.append(item)
    return kept


PagePart = str | Section
"""A text that always stays, or a section."""


LEAST = 4_000
"""Bytes that any page may need for the texts that always stay."""


def fitted(*versions: Iterable[PagePart], limit: int) -> str:
    """Return the first version whose texts fit into `limit` bytes; raise `ValueError` if none does."""
    pages = (fit_into(list(version), limit) for version in versions)
    fitting = next((text for text in pages if text is not None), None)
    if fitting is None:
        raise ValueError(f"a page takes {LEAST} bytes or more, not {limit}")
    return fitting


def fit_into(parts: Sequence[PagePart], limit: int) -> str | None:
    """Return the parts in at most `limit` bytes, or None if the texts alone do not fit.

    The most urgent sections get their room first.
    """
    sections = [part for part in parts if isinstance(part, Section) and part.number]
    texts = sum(size(part) for part in parts if isinstance(part, str))
    room = limit - texts - sum(section.least for section in sections)
    if room < 0:
        return None
    shown: dict[int, str] = {}
    for section in sorted(sections, key=lambda section: section.urgency):
        room += section.least
        shown[id(section)] = section.filling(room)
        room -= size(shown[id(section)])
    return "".join(part if isinstance(part, str) else shown.get(id(part), "") for part in parts)


class About(StrEnum):
    """The kinds of page; for each environment a pull request has one comment, and a repository one issue."""

    COMMENT = "comment"
    DRIFT = "drift"


def mark(environment: str | None, about: About = About.COMMENT) -> str:
    """Return the hidden first line of a page of ours."""
    # A quoted name can end neither the line nor the HTML comment.
    name = quote(environment or "", safe="", errors="replace")
    return f"<!-- reconciler:{about}:1 environment={name} -->"


def is_marked(body: str, environment: str | None, about: About = About.COMMENT) -> bool:
    """Return whether a page is ours for the environment, by its very start, where no data can stand."""
    return body.startswith(mark(environment, about))
