"""A field before and after, as people read it: what differs can be seen, how far a time moves is said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from difflib import SequenceMatcher

from reconciler.change import FieldChange
from reconciler.event import Kind, kind_of
from reconciler.render.dates import Clocks, clock, date, day_and_time, distance, local, placed
from reconciler.render.unseen import told_apart, unseen_difference
from reconciler.render.words import value

_LONG = 160
"""Characters beyond which two texts do not stand side by side."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two values as people read them."""

    before: str
    after: str
    steps: tuple[str, str]
    """The two on either side of an arrow, which need not both say what they share."""
    remark: str = ""
    """How far a time moves, or what it is that cannot be seen."""

    @property
    def note(self) -> str:
        """Return the remark as it stands behind the second value."""
        return f" ({self.remark})" if self.remark else ""

    @property
    def is_long(self) -> bool:
        """Return whether the two are better read line by line."""
        return "\n" in self.before + self.after or len(self.before) + len(self.after) > _LONG

    def lines(self) -> Iterator[str]:
        """Return the lines that are only on one side, by their signs."""
        for old, new in differing(self.before, self.after):
            yield from (f"- {line}" for line in old)
            yield from (f"+ {line}" for line in new)


def difference(field: FieldChange, clocks: Clocks) -> Difference:
    """Return what becomes of a field, on the clocks of its event."""
    if (move := _moved(field, clocks)) is not None:
        return move
    before, after = (value(field.name, held, clocks) for held in (field.before, field.after))
    apart = told_apart(before, after)
    return Difference(*apart, apart, unseen_difference(before, after))


def differing(before: str, after: str) -> Iterator[tuple[list[str], list[str]]]:
    """Return the lines that differ, those that stand for each other together.

    Not by `ndiff`, whose time grows with the cube of their number.
    """
    old, new = before.split("\n"), after.split("\n")
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            yield old[start:end], new[new_start:new_end]


def _moved(field: FieldChange, clocks: Clocks) -> Difference | None:
    """Return how a time moves; None where the field is no time that had one value and gets another."""
    if kind_of(field.name) is not Kind.INSTANT or not (isinstance(field.before, str) and isinstance(field.after, str)):
        return None
    before, after = local(field.before, clocks), local(field.after, clocks)
    if before is None or after is None or before.astimezone(UTC) == after.astimezone(UTC):
        return None
    whole = date(field.before, clocks), date(field.after, clocks)
    if whole[0] == whole[1]:  # the clock was set back between them
        return Difference(field.before, field.after, (field.before, field.after), distance(before, after))
    new = clock(after) if before.date() == after.date() else day_and_time(after)
    return Difference(*whole, (day_and_time(before), placed(new, clocks)), distance(before, after))
