"""Documents that are the text of a page, where an event belongs."""

from typing import assert_never

from reconciler.declarations.yaml.complaints import Position
from reconciler.declarations.yaml.events import as_diagnostic
from reconciler.declarations.yaml.mistakes import names_a_field, text_below
from reconciler.declarations.yaml.nodes import Mapping, Node, Scalar, Sequence
from reconciler.diagnostics import Diagnostic


def misplaced_text(document: Node, file: str) -> Diagnostic | None:
    """Return the error for the text of a page; None for an event, even one in a wrong form."""
    if not _is_text(document):
        return None
    return as_diagnostic(text_below(Position(document.line, document.column)), file)


def _is_text(node: Node) -> bool:
    match node:
        case Scalar():
            return not names_a_field(node.text)
        case Sequence():
            return not any(isinstance(item, Mapping) for item in node.items)
        case Mapping():
            return False
        case _:
            assert_never(node)
