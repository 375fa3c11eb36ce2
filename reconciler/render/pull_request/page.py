"""A page of ours: found again by its hidden first line, kept under a limit by leaving out whole items."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from reconciler.render.markdown import size
from reconciler.render.words import count


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page whose items can be left out from the end; `head` stands only over items that are shown."""

    title: str
    number: int
    """How many items there are."""
    items: Iterable[str]
    """The items; each is written only where there is room, and none twice."""
    noun: str
    """What an item is called where some are left out."""
    urgency: int
    """Which section gets its place first: the lowest."""
    head: str = ""

    def showing(self, items: Sequence[str]) -> str:
        """Write the section with its first items, and say how many are missing."""
        lines = "".join(f"{item}\n" for item in items)
        shown = f"{self.head}{lines}\n" if items else ""
        missing = self.number - len(items)
        if not missing:
            return f"{self.title}{shown}"
        more = "more " if items else ""
        are = "is" if missing == 1 else "are"
        return f"{self.title}{shown}*{count(missing, f'{more}{self.noun}')} {are} left out here for want of space.*\n\n"

    @property
    def least(self) -> int:
        """Give the bytes that it takes without any item."""
        return size(self.showing(()))

    def filling(self, room: int) -> str:
        """Write as many items as go into so many bytes."""
        room -= self.least + size(self.head) + size("more \n")
        kept: list[str] = []
        for item in self.items:
            room -= size(item) + 1
            if room < 0:
                break
            kept.append(item)
        return self.showing(kept)


PagePart = str | Section
"""A text that always stays, or a section."""


LEAST = 4_000
"""Bytes that any page of ours may need for what always stays."""


def fitted(*versions: Iterable[PagePart], limit: int) -> str:
    """Write the first version whose texts fit into `limit` bytes; `ValueError` where none does."""
    pages = (fit_into(list(version), limit) for version in versions)
    fitting = next((text for text in pages if text is not None), None)
    if fitting is None:
        raise ValueError(f"a page takes {LEAST} bytes or more, not {limit}")
    return fitting


def fit_into(parts: Sequence[PagePart], limit: int) -> str | None:
    """Write the parts in at most `limit` bytes, the most urgent sections first; None where not even the texts fit."""
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
    """What a text is: a pull request has one comment for an environment, a repository one issue."""

    COMMENT = "comment"
    DRIFT = "drift"


def mark(environment: str | None, about: About = About.COMMENT) -> str:
    """Give the first line of a text of ours."""
    # Nothing that is left of a name after this could end the line, or the hidden part of it.
    name = quote(environment or "", safe="", errors="replace")
    return f"<!-- reconciler:{about}:1 environment={name} -->"


def is_marked(body: str, environment: str | None, about: About = About.COMMENT) -> bool:
    """Tell whether a text is ours for the environment: only by its very start, where no data can stand."""
    return body.startswith(mark(environment, about))
