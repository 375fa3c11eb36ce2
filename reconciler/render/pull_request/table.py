"""Changes as rows of a Markdown table."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from reconciler.applying.receipt import Outcome, Result
from reconciler.change import Change, Create, Delete, FieldChange, Origin, Update
from reconciler.event import Identity, Value
from reconciler.portal import Portal
from reconciler.render import phrases, words
from reconciler.render.dates import Clocks, clocks_of
from reconciler.render.difference import Difference, difference
from reconciler.render.hubspot_page import hubspot_page
from reconciler.render.markdown import brief, link, size
from reconciler.render.pull_request.review import Links

_MOST_FIELDS = 20
LONGEST_NAME = 120
LONGEST_VALUE = 400
"""In bytes of Markdown, as for names."""

_LONG = 80
"""Characters beyond which only the differing part of a line is shown."""

_MARKS = {
    Outcome.DONE: "✅",
    Outcome.FAILED: "❌",
    Outcome.REFUSED: "⛔",
    Outcome.UNSURE: "❓",
    Outcome.NOT_ATTEMPTED: "⏸️",
}


def named(text: str) -> str:
    """Return an event's name in bold, cut if it is long, with a placeholder if it is missing."""
    return f"**{brief(text if text.strip() else '(no name)', LONGEST_NAME)}**"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of changes, with a column of outcomes if an apply has ended."""

    portal: Portal
    links: Links
    results: Mapping[Identity, Result] | None = None

    @property
    def head(self) -> str:
        """The header lines of the table."""
        columns = ["Event", "Fields", "Declared in", *([] if self.results is None else ["Outcome"])]
        return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"

    def row(self, change: Change, fields: Iterable[FieldChange]) -> str:
        """Return a change as a row, with what an apply does to the given fields."""
        return self._row(change, self.lines(change, fields))

    def drift_row(self, change: Change, fields: Iterable[FieldChange]) -> str:
        """Return a change as a row, with what HubSpot and the files say of the given fields."""
        return self._row(change, self.drift_lines(change, fields))

    def lines(self, change: Change, fields: Iterable[FieldChange]) -> list[str]:
        """Return what an apply does to the given fields, a line for each."""
        return _bounded([self._field(change, field) for field in fields if _says_something(change, field)])

    def drift_lines(self, change: Change, fields: Iterable[FieldChange]) -> list[str]:
        """Return what HubSpot and the files say of the given fields, or of the whole event."""
        if isinstance(change, Create):
            return ["deleted in HubSpot; an apply makes it again"]
        if isinstance(change, Delete):
            return ["made in HubSpot, and declared absent; an apply deletes it"]
        return _bounded([self._drifted(change, field) for field in fields])

    def is_short(self, change: Change) -> bool:
        """Return whether an apply has ended and has not done the change."""
        result = None if self.results is None else self.results.get(change.identity)
        return result is not None and result.outcome is not Outcome.DONE

    def outcome(self, change: Change) -> str:
        """Return how a change ended; empty without a result, because it was not to run."""
        result = None if self.results is None else self.results.get(change.identity)
        return "" if result is None else f"{_MARKS[result.outcome]} {brief(words.outcome(result), LONGEST_VALUE)}"

    def _row(self, change: Change, lines: list[str]) -> str:
        cells = [self._event(change), "<br>".join(lines), self._file(change)]
        if self.results is not None:
            cells.append(self.outcome(change))
        return f"| {' | '.join(cells)} |"

    def _event(self, change: Change) -> str:
        remarks = (brief(remark, LONGEST_VALUE) for remark in words.remarks(change))
        page = hubspot_page(self.portal, change.identity)
        lines = [link(brief(words.identity(change.identity), LONGEST_NAME), page), *remarks]
        return "<br>".join([named(words.title(change)), *lines])

    def _file(self, change: Change) -> str:
        return "nowhere" if change.source is None else self.links.place(change.source.file, change.source.line)

    def _field(self, change: Change, field: FieldChange) -> str:
        label = self._label(change, field)
        match change:
            case Create():
                return f"{label}: {brief(self._value(change, field, field.after), LONGEST_VALUE)}"
            case Update():
                return self._updated(change, field, label)
            case Delete():
                return f"{label}: {brief(self._value(change, field, field.before), LONGEST_VALUE)}"
            case _:
                assert_never(change)

    def _updated(self, change: Change, field: FieldChange, label: str) -> str:
        diff = difference(field, self._clocks(change))
        if reads_by_lines(diff):
            lines = in_a_cell(line for _, line in written_lines(diff))
            return f"{label}{diff.note}<br>{lines}"
        before, after = (brief(value, LONGEST_VALUE) for value in diff.steps)
        return f"{label}: {before} → {after}{diff.note}"

    def _drifted(self, change: Change, field: FieldChange) -> str:
        diff = difference(field, self._clocks(change))
        label = self._label(change, field)
        conflict = "<br>a conflict: both have changed it" if field.origin is Origin.BOTH else ""
        if reads_by_lines(diff):
            lines = in_a_cell(line for _, line in written_lines(diff))
            return f"{label}{diff.note}<br>HubSpot holds (-), the files say (+):<br>{lines}{conflict}"
        before, after = brief(diff.before, LONGEST_VALUE), brief(diff.after, LONGEST_VALUE)
        return f"{label}<br>HubSpot holds: {before}<br>the files say: {after}{diff.note}{conflict}"

    def _value(self, change: Change, field: FieldChange, held: Value) -> str:
        return words.value(field.name, held, self._clocks(change))

    def _clocks(self, change: Change) -> Clocks:
        return clocks_of(change.timezone, self.portal)

    def _label(self, change: Change, field: FieldChange) -> str:
        label = brief(words.label(field) or "(no name)", LONGEST_NAME)
        # All fields of a new event stand together, so the link to the event shows them.
        if isinstance(change, Create) or change.source is None or field.line is None:
            return label
        return link(label, self.links.to_line(change.source.file, field.line))


def _bounded(lines: list[str]) -> list[str]:
    more = [f"and {phrases.count(len(lines) - _MOST_FIELDS, 'more field')}"] if len(lines) > _MOST_FIELDS else []
    return [*lines[:_MOST_FIELDS], *more]


def _says_something(change: Change, field: FieldChange) -> bool:
    """Return whether a field is worth a line: not a name that the row shows anyway, nor a value that is not set."""
    if isinstance(change, Update):
        return True
    held = field.after if isinstance(change, Create) else field.before
    return held not in (None, False, "") and not (field.name == "eventName" and held == change.name)


def reads_by_lines(diff: Difference) -> bool:
    """Return whether two texts are better read line by line; if one is empty, there is nothing to compare."""
    return diff.is_long and words.EMPTY not in (diff.before, diff.after)


def written_lines(diff: Difference) -> Iterator[tuple[str, str]]:
    """Yield sign and text of each line that differs; the text is empty if its side has no room left."""
    room = dict.fromkeys("-+", LONGEST_VALUE)
    for sign, line in diff.signed_lines(_LONG):
        written = brief(f"{sign} {line}", LONGEST_VALUE)
        room[sign] -= size(written)
        yield sign, written if room[sign] >= 0 else ""


def in_a_cell(lines: Iterable[str]) -> str:
    """Return lines as one cell of a table, with the number of those that are empty."""
    shown = [*lines]
    missing = shown.count("")
    more = [f"and {phrases.count(missing, 'more line')}"] if missing else []
    return "<br>".join([*filter(None, shown), *more])
