"""What is read from a calendar or a table: events as mappings, as if a file declared them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, assert_never

from reconciler.declarations.yaml.nodes import Mapping as Entries
from reconciler.declarations.yaml.nodes import Node, Scalar, Sequence
from reconciler.diagnostics import Diagnostic
from reconciler.event import CUSTOM


@dataclass(frozen=True, slots=True)
class Additions:
    """What the settings and the command line add to events that do not say it themselves."""

    timezone: str | None = None
    """The zone of local times, and the one that times are written in."""
    hours: str | None = None
    """The hours of whole days."""
    organizer: str | None = None
    event_type: str | None = None


@dataclass(frozen=True, slots=True)
class Sourced:
    """The events that a file holds, in its order, and every problem with those that cannot be declared."""

    file: str
    """Its name as shown to people."""
    events: tuple[Entries, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    timezone: str | None = None
    """The zone of local times, where an event names none; None: whichever holds where it is declared."""
    cancelled: int = 0
    """Cancelled dates of recurring events, which are left out."""


class Cell(NamedTuple):
    """A value as a text, with the line of the file where it stands."""

    text: str
    line: int


FLAGS = ("eventCancelled", "eventCompleted", "protect")
"""The keys whose values are true or false."""


def event_node(line: int, cells: Mapping[str, Cell]) -> Entries:
    """Return the mapping that declares an event; a custom property's name is that of its field."""
    own = {key: cell for key, cell in cells.items() if not key.startswith(CUSTOM)}
    custom = {key.removeprefix(CUSTOM): cell for key, cell in cells.items() if key.startswith(CUSTOM)}
    values: dict[str, Node] = {key: _scalar(key, cell) for key, cell in own.items()}
    lines = {key: cell.line for key, cell in own.items()}
    if custom:
        inner = _mapping(line, {name: cell.line for name, cell in custom.items()}, _scalars(custom))
        values["customProperties"], lines["customProperties"] = inner, inner.line
    return _mapping(line, lines, values)


def with_cell(event: Entries, key: str, cell: Cell) -> Entries:
    """Return an event with one more text."""
    return _with_node(event, key, _scalar(key, cell))


def with_texts(event: Entries, key: str, cells: Iterable[Cell]) -> Entries:
    """Return an event with one more list of texts."""
    return _with_node(event, key, Sequence(tuple(_scalar("", cell) for cell in cells), event.line, 1))


def _with_node(event: Entries, key: str, node: Scalar | Sequence) -> Entries:
    name = Scalar(key, plain=True, line=node.line, column=1)
    return event._replace(keys=event.keys | {key: name}, values=event.values | {key: node})


def _scalars(cells: Mapping[str, Cell]) -> dict[str, Node]:
    return {name: _scalar("", cell) for name, cell in cells.items()}


def _scalar(key: str, cell: Cell) -> Scalar:
    """Return a text in quotes, which is always that text; only flags are without. Files keep no last line breaks."""
    return Scalar(cell.text.rstrip("\n"), key in FLAGS, cell.line, 1)


def _mapping(line: int, lines: Mapping[str, int], values: dict[str, Node]) -> Entries:
    keys = {name: Scalar(name, plain=True, line=at, column=1) for name, at in lines.items()}
    return Entries(keys, values, whole=True, line=line, column=1)


def plain_values(event: Entries) -> dict[str, object]:
    """Return the values of an event that `event_node` made, as texts, flags and one mapping of texts."""
    return {key: _plain(node) for key, node in event.values.items()}


def _plain(node: Node) -> object:
    match node:
        case Scalar(text="true" | "false" as word, plain=True):
            return word == "true"
        case Scalar(text=text):
            return text
        case Sequence(items=items):
            return [_plain(item) for item in items]
        case Entries(values=values):
            return {name: _plain(value) for name, value in values.items()}
        case _:
            assert_never(node)


def in_line_order(problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return problems by the lines where they stand, each once: every date of a series has those of its lines."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.place.line if problem.place else 0))
