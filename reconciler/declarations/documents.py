"""One file's YAML to what its events say, each still without what it inherits."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.declarations import strict_yaml
from reconciler.declarations.layers import DEFAULTS, EVENT, EVENT_LIST, Layer, unknown
from reconciler.declarations.nodes import Mapping, is_nothing
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
        yield _no_event(Place(file))
    for node in reading.documents:
        if is_nothing(node):
            yield _no_event(Place(file, node.line, node.column))
        elif isinstance(node, Mapping) and not node.keys.keys().isdisjoint(EVENT_LIST.names):
            yield from _event_list(node, file)
        else:
            yield Document((EVENT.check(node, file),))


def _event_list(node: Mapping, file: str) -> Iterator[Document | Diagnostic]:
    outer = EVENT_LIST.check(node, file)
    yield from outer.problems
    events = outer.values.get("events", ())
    if "events" in outer.values and not events:
        yield _no_event(outer.value_place("events"))
    if outer.is_silent_on("events"):
        yield _no_event(outer.place)
    yield Document(tuple(EVENT.check(event, file) for event in events), _defaults(outer))


def _defaults(outer: Layer) -> Layer | None:
    if outer.is_silent_on("defaults"):
        return None
    if "defaults" in outer.values:
        return DEFAULTS.check(outer.values["defaults"], outer.file)
    return unknown(outer.file)


def _no_event(place: Place) -> Diagnostic:
    return error("no-event", "no event is declared here", place, "declare one, or delete this")
