"""Source files read into declared events, with every problem in them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from reconciler.declarations.events.collisions import collisions
from reconciler.declarations.events.declaring import Declaration, Terms, declare
from reconciler.declarations.events.environments import skipped_events
from reconciler.declarations.events.file_names import DEFAULTS_FILE, SourceFile, well_named
from reconciler.declarations.events.inheritance import NOTHING, Inheritance
from reconciler.declarations.events.layers import DEFAULTS, EVENT, EVENT_LIST, Layer, unknown_layer
from reconciler.declarations.events.spent import MOST_OF_ALL_SERIES, Spent
from reconciler.declarations.yaml.nodes import Mapping, Scalar, Sequence, is_nothing
from reconciler.declarations.yaml.reader import read_yaml
from reconciler.diagnostics import Diagnostic, Place, Severity, error, in_file_order, warning
from reconciler.errors import DeclarationsInvalid
from reconciler.event import Declared, DeclaredEvent, Skipped

_TOO_MANY = "too-many-occurrences"


@dataclass(frozen=True, slots=True)
class Document:
    """One event, or a list of events with their common defaults."""

    events: tuple[Layer, ...]
    defaults: Layer | None = None

    @property
    def problems(self) -> Iterator[Diagnostic]:
        """The problems that each layer has by itself."""
        for layer in (self.defaults, *self.events):
            if layer is not None:
                yield from layer.problems


def read_documents(content: bytes, file: str) -> Iterator[Document | Diagnostic]:
    """Read a file of declarations; yield its documents, with problems of form among them."""
    reading = read_yaml(content, file)
    yield from reading.problems
    if not reading.documents and not reading.problems:
        yield _no_event(Place(file), "declare one, or delete the file")
    for number, node in enumerate(reading.documents, 1):
        if is_nothing(node):
            if number == 1 or number < len(reading.documents):
                yield _no_event(Place(file, node.line, node.column), "declare one, or delete the line with ---")
        elif isinstance(node, Mapping) and not node.keys.keys().isdisjoint(EVENT_LIST.names):
            yield from _event_list(node, file)
        elif not isinstance(node, Mapping) and number > 1 and (misplaced := _misplaced_text(node, file)):
            yield misplaced
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
    return unknown_layer(outer.file)


def _misplaced_text(document: Scalar | Sequence, file: str) -> Diagnostic | None:
    from reconciler.declarations.yaml.pages import misplaced_text  # noqa: PLC0415  (slow to load; only a mistake needs it)

    return misplaced_text(document, file)


def _no_event(place: Place, hint: str) -> Diagnostic:
    return error("no-event", "no event is declared here", place, hint)


def read_all(listing: Iterable[SourceFile | Diagnostic], terms: Terms) -> Declared:
    """Read files, which must be in `reading_order`; a diagnostic stands for a file that cannot be read.

    Raises `DeclarationsInvalid` with every problem of every file.
    """
    reader = _Reader(terms)
    for entry in well_named(listing):
        reader.read(entry)
    events = tuple(reader.events)
    every = (*reader.diagnostics, *collisions(events), *skipped_events(reader.elsewhere))
    diagnostics = in_file_order([each for each in every if not _is_silenced(each, terms)])
    if any(each.severity is Severity.ERROR for each in diagnostics):
        raise DeclarationsInvalid(diagnostics)
    if not events:
        diagnostics = (_no_events(elsewhere=bool(reader.elsewhere or reader.skipped)), *diagnostics)
    return Declared(events, reader.files, diagnostics, tuple(reader.skipped), reader.silenced)


def _no_events(*, elsewhere: bool) -> Diagnostic:
    if elsewhere:
        message = "no event is declared for this environment"
        return warning("no-events", message, hint="choose another with --env, or change environments or objectId")
    return warning("no-events", "no event is declared", hint="name the folder that holds the events")


def read_defaults(listing: Iterable[SourceFile], terms: Terms) -> Callable[[str], Inheritance]:
    """Read files of defaults; return the function that finds what the events of a folder inherit.

    They must be valid and in `reading_order`.
    """
    reader = _Reader(terms)
    for source in listing:
        reader.read_defaults(source)
    return reader.inherited_in


def _is_silenced(diagnostic: Diagnostic, terms: Terms) -> bool:
    return diagnostic.severity is Severity.WARNING and diagnostic.code in terms.silence


_SIGN = re.compile(rb"#[ \t]*reconciler[ \t:]", re.IGNORECASE)
"""What a comment for this program begins with; few files have one."""


class _Reader:
    """Reads files one by one; `diagnostics` holds a problem of defaults once, for all events that inherit it."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.files = 0
        self.events: list[DeclaredEvent] = []
        self.diagnostics: dict[Diagnostic, None] = {}
        self.skipped: list[Skipped] = []
        self.elsewhere = 0
        self.silenced: dict[tuple[str, int], frozenset[str]] = {}
        self.spent = Spent()
        self.defaults: dict[str, Inheritance] = {}
        """By folder, its defaults file merged with those above it."""

    def read(self, entry: SourceFile | Diagnostic) -> None:
        if isinstance(entry, Diagnostic):
            self.report([entry])
            return
        if _SIGN.search(entry.content):
            self.read_silences(entry)
        if entry.name == DEFAULTS_FILE:
            self.read_defaults(entry)
        else:
            self.files += 1
            self.read_events(entry)

    def read_silences(self, source: SourceFile) -> None:
        from reconciler.declarations.events.silencing import silenced_in  # noqa: PLC0415  (slow to load, and few files need it)

        silenced, problems = silenced_in(source)
        self.silenced |= silenced
        self.report(problems)

    def read_defaults(self, source: SourceFile) -> None:
        layer = DEFAULTS.check_file(source.content, source.shown)
        self.report(layer.problems)
        self.defaults[source.folder] = self.inherited_in(source.folder).under(layer)

    def read_events(self, source: SourceFile) -> None:
        inherited = self.inherited_in(source.folder)
        for document in read_documents(source.content, source.shown):
            if isinstance(document, Diagnostic):
                self.report([document])
            else:
                self.take_events(document, inherited)

    def take_events(self, document: Document, inherited: Inheritance) -> None:
        self.report(document.problems)
        if document.defaults:
            inherited = inherited.under(document.defaults)
        for own in document.events:
            for declaration in self.declare(inherited, own):
                self.report(declaration.diagnostics)
                self.skipped += declaration.skipped
                self.elsewhere += declaration.is_elsewhere
                if declaration.event:
                    self.events.append(declaration.event)

    def declare(self, inherited: Inheritance, own: Layer) -> Iterable[Declaration]:
        if "repeat" not in own.values:
            return (declare(inherited, own, self.terms),)
        from reconciler.declarations.events.series import declare_series  # noqa: PLC0415  (only a series needs it)

        if self.spent.occurrences >= MOST_OF_ALL_SERIES:
            message = f"the series of all files make more than {MOST_OF_ALL_SERIES:,} events"
            hint = "correct those with mistakes, which count as 400 each, or let them end earlier"
            return (Declaration(None, (error(_TOO_MANY, message, own.key_place("repeat"), hint),)),)
        return declare_series(inherited, own, self.terms, self.spent)

    def inherited_in(self, folder: str) -> Inheritance:
        """Return the defaults of the nearest folder that has a defaults file."""
        return next((self.defaults[above] for above in _up_from(folder) if above in self.defaults), NOTHING)

    def report(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics.update(dict.fromkeys(diagnostics))


def _up_from(folder: str) -> Iterator[str]:
    """Yield the folder, then each one above it, the root last."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""
