"""A file that is about to be written, read back by the strict reader."""

from reconciler.declarations.events.declaring import Terms, declare
from reconciler.declarations.events.inheritance import Inheritance
from reconciler.declarations.events.reading import Document, read_documents
from reconciler.declarations.values.corrections import Wrong
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.event import DeclaredEvent


def read_back(text: str, inherited: Inheritance, terms: Terms) -> DeclaredEvent:
    """Return the event that a file declares; raise `Wrong` with the first problem, or unless it is exactly one."""
    found = list(read_documents(text.encode(), ""))
    documents = [each for each in found if isinstance(each, Document)]
    declarations = [declare(inherited, layer, terms) for document in documents for layer in document.events]
    diagnostics = [each for each in found if isinstance(each, Diagnostic)]
    diagnostics += [each for document in documents for each in document.problems]
    diagnostics += [each for declaration in declarations for each in declaration.diagnostics]
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity is Severity.ERROR]
    if errors:
        raise Wrong(errors[0].code, errors[0].message, errors[0].hint)
    events = [declaration.event for declaration in declarations if declaration.event is not None]
    if len(events) != 1:
        raise Wrong("read-differently", "it would be skipped", "choose another environment")
    return events[0]


def check_meaning(meant: DeclaredEvent, read: DeclaredEvent) -> None:
    """Raise `Wrong` unless what was read is what was meant."""
    if _declared(read) != _declared(meant):
        raise Wrong("read-differently", "a file that declares it would be read differently", "correct its texts")


def _declared(event: DeclaredEvent) -> tuple[object, ...]:
    return event.identity, event.fields, event.protect, event.initial, event.absent
