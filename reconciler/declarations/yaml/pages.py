"""Documents that are the text of a page, where an event belongs."""

from reconciler.declarations.yaml.complaints import Position
from reconciler.declarations.yaml.events import as_diagnostic
from reconciler.declarations.yaml.mistakes import names_a_field, text_below
from reconciler.declarations.yaml.nodes import Mapping, Scalar, Sequence
from reconciler.diagnostics import Diagnostic


def misplaced_text(document: Scalar | Sequence, file: str) -> Diagnostic | None:
    """Return the error for the text of a page; None for an event in a wrong form."""
    if isinstance(document, Scalar):
        is_text = not names_a_field(document.text)
    else:
        is_text = not any(isinstance(item, Mapping) for item in document.items)
    return as_diagnostic(text_below(Position(document.line, document.column)), file) if is_text else None
