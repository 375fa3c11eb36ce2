"""The nodes of a YAML file: texts, lists, mappings, each with its position."""

from typing import NamedTuple

from reconciler.diagnostics import Diagnostic

# A file can have a hundred thousand nodes, and a named tuple is made in a third of the time of a frozen dataclass.


class Scalar(NamedTuple):
    """A text; `plain` means without quotes, so that `null` or `true` may have its special meaning.

    `cut` is what YAML takes for a comment after a plain text, although it may belong to the text.
    """

    text: str
    plain: bool
    line: int
    column: int
    cut: str = ""


class Sequence(NamedTuple):
    """A list; items whose problem is already reported are absent."""

    items: tuple["Node", ...]
    line: int
    column: int


class Mapping(NamedTuple):
    """Keys with values; if the problem of a value is already reported, its key is in `keys` only."""

    keys: dict[str, Scalar]
    values: dict[str, "Node"]
    whole: bool
    """Whether every key could be read."""
    line: int
    column: int
    cut: bool = False
    """Whether any text in it has a `cut`."""


Node = Scalar | Sequence | Mapping


class Reading(NamedTuple):
    """The documents of one file, before the first that has a syntax error, and all problems."""

    documents: tuple[Node, ...]
    problems: tuple[Diagnostic, ...] = ()


def is_nothing(document: Node) -> bool:
    """Return whether a document has no value at all."""
    return isinstance(document, Scalar) and document.plain and not document.text
