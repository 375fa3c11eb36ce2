"""A listing of files to the events that they declare, or to every problem in them."""

from collections.abc import Iterable, Iterator

from reconciler.declarations.collisions import collisions
from reconciler.declarations.declaring import Terms, declare
from reconciler.declarations.documents import Document, read_documents
from reconciler.declarations.layers import DEFAULTS
from reconciler.declarations.merging import Merged
from reconciler.declarations.names import DEFAULTS_FILE, Source, well_named
from reconciler.diagnostics import Diagnostic, Severity, in_file_order, warning
from reconciler.errors import DeclarationsInvalid
from reconciler.event import Declared, DeclaredEvent, Skipped


def read_all(listing: Iterable[Source | Diagnostic], terms: Terms) -> Declared:
    """Read files in the order that `reading_order` gives; a diagnostic stands for one that cannot be read.

    Raises `DeclarationsInvalid` with every problem of every file.
    """
    reader = _Reader(terms)
    events = tuple(event for entry in well_named(listing) for event in reader.take(entry))
    found = in_file_order([one for one in (*reader.found, *collisions(events)) if not _is_silenced(one, terms)])
    if any(one.severity is Severity.ERROR for one in found):
        raise DeclarationsInvalid(found)
    if not events:
        found = (warning("no-events", "no event is declared", hint="name the folder that holds the events"), *found)
    return Declared(events, reader.files, found, tuple(reader.skipped))


def _is_silenced(found: Diagnostic, terms: Terms) -> bool:
    return found.severity is Severity.WARNING and found.code in terms.silence


class _Reader:
    """Reads one file after the other; `found` holds the problem of a default once, however many events inherit it."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.files = 0
        self.found: dict[Diagnostic, None] = {}
        self.skipped: list[Skipped] = []
        self.defaults: dict[str, Merged] = {}
        """By folder, what its own defaults file and those above it say together."""

    def take(self, entry: Source | Diagnostic) -> Iterator[DeclaredEvent]:
        if isinstance(entry, Diagnostic):
            self.tell([entry])
        elif entry.name == DEFAULTS_FILE:
            self.take_defaults(entry)
        else:
            self.files += 1
            yield from self.take_events(entry)

    def take_defaults(self, source: Source) -> None:
        layer = DEFAULTS.check_file(source.content, source.shown)
        self.tell(layer.problems)
        self.defaults[source.folder] = self.inherited_in(source.folder).under(layer)

    def take_events(self, source: Source) -> Iterator[DeclaredEvent]:
        inherited = self.inherited_in(source.folder)
        for found in read_documents(source.content, source.shown):
            if isinstance(found, Diagnostic):
                self.tell([found])
            else:
                yield from self.declared(found, inherited)

    def declared(self, document: Document, inherited: Merged) -> Iterator[DeclaredEvent]:
        self.tell(document.problems)
        if document.defaults:
            inherited = inherited.under(document.defaults)
        for own in document.events:
            outcome = declare(inherited.under(own), self.terms)
            self.tell(outcome.diagnostics)
            self.skipped += outcome.skipped
            if outcome.event:
                yield outcome.event

    def inherited_in(self, folder: str) -> Merged:
        """Give what the nearest folder with a defaults file hands down."""
        return next((self.defaults[above] for above in _up_from(folder) if above in self.defaults), Merged())

    def tell(self, found: Iterable[Diagnostic]) -> None:
        self.found.update(dict.fromkeys(found))


def _up_from(folder: str) -> Iterator[str]:
    """Give the folder, then each one above it, the root last."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""
