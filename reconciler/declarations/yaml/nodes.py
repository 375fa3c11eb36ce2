"""What a YAML file says: texts, lists, mappings, each with its position."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `plain` tells that it stands without quotes, so that `null` or `true` may be meant.

    `cut` is what follows a plain text on its line and YAML takes for a comment, though it may belong to the text.
    """

    text: str
    plain: bool
    line: int
    column: int
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list; items whose problem is told already are absent."""

    items: tuple["Node", ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with values; a value whose problem is told already is absent, and its key is in `keys` alone."""

    keys: dict[str, Scalar]
    values: dict[str, "Node"]
    whole: bool
    """Every key could be read."""
    line: int
    column: int


Node = Scalar | Sequence | Mapping


def is_nothing(document: Node) -> bool:
    """Tell whether a document holds no value at all."""
    return isinstance(document, Scalar) and document.plain and not document.text
