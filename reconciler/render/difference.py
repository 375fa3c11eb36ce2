"""A field before and after a change, as people read it."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher

from reconciler.change import FieldChange
from reconciler.event import Kind, kind_of
from reconciler.render.dates import Clocks, clock, date, day_and_time, local, placed
from reconciler.render.phrases import count
from reconciler.render.unseen import told_apart, unseen_difference
from reconciler.render.words import value

_LONG = 160
"""Characters of both texts together beyond which they do not stand side by side."""
_AROUND = 20
"""Characters shown before and after the part in which two long lines differ."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two values as people read them."""

    before: str
    after: str
    steps: tuple[str, str]
    """Both values for the two sides of an arrow; what they share may stand on one side only."""
    remark: str = ""
    """How far a time moves, or what kind of invisible difference it is."""

    @property
    def note(self) -> str:
        """The remark in parentheses, to stand after the second value."""
        return f" ({self.remark})" if self.remark else ""

    @property
    def is_long(self) -> bool:
        """Whether the two are better read line by line."""
        return "\n" in self.before + self.after or len(self.before) + len(self.after) > _LONG

    def lines(self) -> Iterator[str]:
        """Yield the lines that differ, each after the sign of its side."""
        for old, new in _differing(self.before, self.after):
            yield from (f"- {line}" for line in old)
            yield from (f"+ {line}" for line in new)

    def signed_lines(self, most: int) -> Iterator[tuple[str, str]]:
        """Yield sign and text of each line that differs; where one is longer than `most`, only what differs in it."""
        for old, new in _differing(self.before, self.after):
            pairs = [_where_they_differ(*pair, most) for pair in zip(old, new, strict=False)]
            yield from (("-", line) for line in [*(pair[0] for pair in pairs), *old[len(pairs) :]])
            yield from (("+", line) for line in [*(pair[1] for pair in pairs), *new[len(pairs) :]])


def difference(field: FieldChange, clocks: Clocks) -> Difference:
    """Return the two values of a changed field, with times on the clocks of its event."""
    if (move := _moved(field, clocks)) is not None:
        return move
    before, after = (value(field.name, held, clocks) for held in (field.before, field.after))
    apart = told_apart(before, after)
    return Difference(*apart, apart, unseen_difference(before, after))


def _differing(before: str, after: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the old and the new lines at each place where two texts differ.

    `ndiff` is not used: its run time grows with the cube of the number of lines.
    """
    old, new = before.split("\n"), after.split("\n")
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            yield old[start:end], new[new_start:new_end]


def times(field: FieldChange, clocks: Clocks) -> tuple[datetime, datetime] | None:
    """Return both times of a move, or None if the field is no time that changes from one value to another."""
    if kind_of(field.name) is not Kind.INSTANT or not (isinstance(field.before, str) and isinstance(field.after, str)):
        return None
    before, after = local(field.before, clocks), local(field.after, clocks)
    if before is None or after is None or before.astimezone(UTC) == after.astimezone(UTC):
        return None
    return before, after


def _moved(field: FieldChange, clocks: Clocks) -> Difference | None:
    if (move := times(field, clocks)) is None:
        return None
    before, after = move
    whole = date(str(field.before), clocks), date(str(field.after), clocks)
    if whole[0] == whole[1]:  # the clocks were set back between them
        instants = str(field.before), str(field.after)
        return Difference(*instants, instants, distance(before, after))
    new = clock(after) if before.date() == after.date() else day_and_time(after)
    return Difference(*whole, (day_and_time(before), placed(new, clocks)), distance(before, after))


def distance(before: datetime, after: datetime) -> str:
    """Return how far a time moves on its clocks: `+1 h`, `+1 week`; a move to an earlier time has a minus sign.

    The same time of day a week later is one week, even if a clock change makes that week an hour shorter or longer.
    The elapsed time counts only if the clocks show the same time twice.
    """
    moved = after.replace(tzinfo=None) - before.replace(tzinfo=None) or after.astimezone(UTC) - before.astimezone(UTC)
    units = list(_units(abs(moved)))
    about = "about " if len(units) > _MOST_UNITS else ""
    return f"{about}{'+' if moved > _NONE else _MINUS}{' '.join(units[:_MOST_UNITS])}"


_MINUS = "\N{MINUS SIGN}"
_MOST_UNITS = 2
_NONE, _MINUTE, _HOUR, _DAY, _WEEK = timedelta(0), timedelta(minutes=1), timedelta(hours=1), timedelta(1), timedelta(7)


def _units(length: timedelta) -> Iterator[str]:
    """Yield a length in its units, the largest first; weeks only if nothing else is left."""
    if not length % _WEEK:
        yield count(length // _WEEK, "week")
        return
    days, rest = divmod(length, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    if days:
        yield count(days, "day")
    yield from (f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number)
    if rest:
        yield f"{rest.total_seconds():g} s"


def _where_they_differ(one: str, other: str, most: int) -> tuple[str, str]:
    """Return two lines; if one is longer than `most`, without the beginning and the end that both share."""
    if max(len(one), len(other)) <= most:
        return one, other
    begin = _shared(one, other)
    end = min(_shared(one[::-1], other[::-1]), len(one) - begin, len(other) - begin)
    return _cut(one, begin, end), _cut(other, begin, end)


def _shared(one: str, other: str) -> int:
    """Return the length of the beginning that two texts share."""
    lengths = range(min(len(one), len(other)))
    return bisect_left(lengths, x=True, key=lambda length: one[: length + 1] != other[: length + 1])


def _cut(text: str, begin: int, end: int) -> str:
    # Leaving out only a few characters would not make the text shorter.
    start = begin - _AROUND if begin > 2 * _AROUND else 0
    stop = len(text) - end + _AROUND if end > 2 * _AROUND else len(text)
    return f"{'…' if start else ''}{text[start:stop]}{'…' if stop < len(text) else ''}"
