"""One file's YAML to what its events say, each still without what it inherits."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from reconciler.declarations import strict_yaml
from reconciler.declarations.complaints import Position
from reconciler.declarations.layers import DEFAULTS, EVENT, EVENT_LIST, Layer, unknown
from reconciler.declarations.mistakes import names_a_field, text_below
from reconciler.declarations.nodes import Mapping, Node, Scalar, Sequence, is_nothing
from reconciler.diagnostics import Diagnostic, Place, error


@dataclass(frozen=True, slots=True)
class Document:
    """One event, or a list of events with what they share."""

    events: tuple[Layer, ...]
    defaults: Layer | None = None

    @property
    def problems(self) -> Iterator[Diagnostic]:
        """What is wrong in each layer by itself."""
        for layer in (self.defaults, *self.events):
            if layer is not None:
                yield from layer.problems


def read_documents(content: bytes, file: str) -> Iterator[Document | Diagnostic]:
    """Read a file of declarations; problems of its form stand among the documents."""
    reading = strict_yaml.read(content, file)
    yield from reading.problems
    if not reading.documents and not reading.problems:
        yield _no_event(Place(file), "declare one, or delete the file")
    for number, node in enumerate(reading.documents, 1):
        if is_nothing(node):
            if number == 1 or number < len(reading.documents):
                yield _no_event(Place(file, node.line, node.column), "declare one, or delete the line with ---")
        elif number > 1 and _is_text(node):
            yield strict_yaml.told(text_below(Position(node.line, node.column)), file)
        elif isinstance(node, Mapping) and not node.keys.keys().isdisjoint(EVENT_LIST.names):
            yield from _event_list(node, file)
        else:
            yield Document((EVENT.check(node, file),))


def _event_list(node: Mapping, file: str) -> Iterator[Document | Diagnostic]:
    outer = EVENT_LIST.check(node, file)
    yield from outer.problems
    events = outer.values.get("events", ())
    if "events" in outer.values and not events:
        yield _no_event(outer.value_place("events"), "write one below `events:`, as a list item")
    if outer.is_silent_on("events"):
        yield _no_event(outer.place, "add `events:` with a list of events")
    yield Document(tuple(EVENT.check(event, file) for event in events), _defaults(outer))


def _defaults(outer: Layer) -> Layer | None:
    if outer.is_silent_on("defaults"):
        return None
    if "defaults" in outer.values:
        return DEFAULTS.check(outer.values["defaults"], outer.file)
    return unknown(outer.file)


def _is_text(node: Node) -> bool:
    """Return whether a document is a text that a page shows, and no event written in another form."""
    match node:
        case Scalar():
            return not names_a_field(node.text)
        case Sequence():
            return not any(isinstance(item, Mapping) for item in node.items)
        case Mapping():
            return False
        case _:
            assert_never(node)


def _no_event(place: Place, hint: str) -> Diagnostic:
    return error("no-event", "no event is declared here", place, hint)
