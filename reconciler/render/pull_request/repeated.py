"""Groups of changes as lists of events."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reconciler.change import Change, FieldChange
from reconciler.render.effects import Effect
from reconciler.render.groups import ChangeGroup, Occurrences
from reconciler.render.markdown import brief
from reconciler.render.occurrences import RepeatedEvent, Site
from reconciler.render.pull_request.review import Links
from reconciler.render.pull_request.table import LONGEST_NAME, LONGEST_VALUE, Table

LinesOf = Callable[[Change, Sequence[FieldChange]], list[str]]
"""Returns lines of Markdown that say what a change does to some of its fields."""

_ARROW = " → "
_SIGNS = {Effect.NEW: "🆕", Effect.DELETED: "🗑️"}


@dataclass(frozen=True, slots=True)
class Repeated:
    """The events of groups, each as an item; the first of several also says what they have in common.

    What touches people who may be registered stands before new events, and what was not done before what was.
    """

    groups: Sequence[ChangeGroup]
    table: Table
    lines: LinesOf

    def __len__(self) -> int:
        return sum(1 for group in self.groups for _ in group.changes)

    @property
    def creates_only(self) -> bool:
        """Whether every event is new."""
        return all(part.effect is Effect.NEW for group in self.groups for part in group.parts)

    @property
    def moves(self) -> bool:
        """Whether the time of an event is shown with another one that it moves to."""
        return any(_ARROW in member.when for group in self.groups for part in group.parts for member in part.members)

    def items(self) -> Iterator[str]:
        """Yield each event."""
        return self._items(self._places)

    def shorter_items(self) -> Iterator[str]:
        """Yield each event without its ids and its place, unless no time tells it apart."""
        return self._items(lambda member: [] if member.when else self._places(member))

    def _items(self, places: Callable[[RepeatedEvent], list[str]]) -> Iterator[str]:
        above = ""
        for group in sorted(self.groups, key=lambda group: (not self._is_short(group.parts), _number_of_new(group))):
            above += self._group(group)
            for heading, part in sorted(group.headings(), key=lambda each: self._rank(each[1])):
                above += self._common(heading, part)
                for member in sorted(part.members, key=lambda member: not self.table.is_short(member.change)):
                    yield f"{above}{self._item(member, places(member))}"
                    above = ""
                above = "\n"

    def _is_short(self, parts: Sequence[Occurrences]) -> bool:
        """Return whether something of it was not done: a comment is cut at its end, and this must stay."""
        return any(self.table.is_short(member.change) for part in parts for member in part.members)

    def _rank(self, part: Occurrences) -> tuple[bool, bool]:
        return not self._is_short([part]), part.effect is Effect.NEW

    def _group(self, group: ChangeGroup) -> str:
        shared = [text for text in (brief(group.ids, LONGEST_NAME), _site(group.site, self.table.links)) if text]
        name = brief(group.name, LONGEST_NAME)
        return f"{'<br>'.join([f'**{name}: {group.counts}**', *filter(None, [' · '.join(shared)])])}\n\n"

    def _common(self, heading: str, part: Occurrences) -> str:
        title = f"{_SIGNS.get(part.effect, '✏️')} {brief(heading, LONGEST_VALUE)}" if heading else ""
        lines = [*filter(None, [title]), *self.lines(part.sample, part.fields)]
        return f"{'<br>'.join(lines)}\n\n" if lines else ""

    def _item(self, member: RepeatedEvent, places: list[str]) -> str:
        notes = [brief(note, LONGEST_VALUE) for note in member.notes]
        outcome = self.table.outcome(member.change)
        first = " · ".join(filter(None, [member.when, *notes, *places, outcome]))
        below = self.lines(member.change, member.fields) if member.fields else []
        return f"- {'<br>'.join([first, *below])}"

    def _places(self, member: RepeatedEvent) -> list[str]:
        source = member.change.source
        place = brief(member.place, LONGEST_NAME)
        if place and source is not None:
            place = self.table.links.named(place, source.file, source.line)
        return [brief(member.ids, LONGEST_NAME), place]


def _number_of_new(group: ChangeGroup) -> int:
    return sum(len(part.members) for part in group.parts if part.effect is Effect.NEW)


def _site(site: Site, links: Links) -> str:
    if site.file is None or site.line is None:
        return brief(str(site), LONGEST_NAME)
    return links.place(site.file, site.line)
