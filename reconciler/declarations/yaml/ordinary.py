"""The quick reader of ordinary YAML, from text to nodes."""

from typing import Any

import yaml

from reconciler.declarations.yaml.characters import decode
from reconciler.declarations.yaml.comments import comment_at, may_cut
from reconciler.declarations.yaml.escapes import text_of_quoted
from reconciler.declarations.yaml.nodes import Mapping, Node, Scalar, Sequence
from reconciler.errors import Interrupted
from reconciler.safe_text import FORBIDDEN

_DEPTH = 9
"""How deep values may be nested: so deep is a list among the initial properties of one date of a series."""


class _Unusual(Exception):
    """Something that only the strict reader reads, or reports."""


def ordinary_documents(content: bytes) -> tuple[Node, ...] | None:
    """Return the documents of a file, with the same nodes as the strict reader's; None if that one has to read it.

    It has to for whatever it reports, and for what is rare in declarations, such as anchors.
    """
    try:
        return tuple(_Nodes(decode(content, "")).documents())
    except Interrupted:
        raise
    except Exception:  # noqa: BLE001  (whatever it is, the strict reader meets it too, and reports it)
        return None


class _Nodes:
    """Builds the nodes of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.may_cut = may_cut(text)
        self.pull = yaml.CSafeLoader(text).get_event

    def documents(self) -> list[Node]:
        documents = []
        for event in iter(self.pull, None):
            if isinstance(event, yaml.DocumentStartEvent):
                if event.version or event.tags:
                    raise _Unusual
                documents.append(self.node(self.pull(), 1))
        return documents

    def node(self, event: Any, depth: int) -> Node:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            return self.scalar(event)
        if depth > _DEPTH or event.anchor is not None or event.tag is not None:
            raise _Unusual
        return self.mapping(event, depth) if kind is yaml.MappingStartEvent else self.sequence(event, depth)

    def scalar(self, event: Any) -> Scalar:
        text, mark = event.value, event.start_mark
        if event.anchor is not None or event.tag is not None:
            raise _Unusual
        if event.style:
            text = _in_quotes(text, event.style)
        elif not text or (self.may_cut and comment_at(self.text, event.end_mark.index)):
            raise _Unusual
        # What `Scalar` does, without a call of a function that is not in C.
        return tuple.__new__(Scalar, (text, not event.style, mark.line + 1, mark.column + 1, ""))

    def sequence(self, start: Any, depth: int) -> Sequence:
        items = []
        while type(event := self.pull()) is not yaml.SequenceEndEvent:
            items.append(self.node(event, depth + 1))
        return Sequence(tuple(items), start.start_mark.line + 1, start.start_mark.column + 1)

    def mapping(self, start: Any, depth: int) -> Mapping:
        keys: dict[str, Scalar] = {}
        values: dict[str, Node] = {}
        while type(event := self.pull()) is yaml.ScalarEvent:
            key = self.scalar(event)
            text = key.text
            if text in keys or (key.plain and (text == "<<" or not text.isascii())):
                raise _Unusual
            keys[text] = key
            value = self.pull()
            values[text] = self.scalar(value) if type(value) is yaml.ScalarEvent else self.node(value, depth + 1)
        if type(event) is not yaml.MappingEndEvent:  # a key that is a list, a mapping or a reference
            raise _Unusual
        return Mapping(keys, values, whole=True, line=start.start_mark.line + 1, column=start.start_mark.column + 1)


def _in_quotes(value: str, style: str) -> str:
    """Return the text of a value in quotes or a block; raise `_Unusual` if escapes in it stand for odd characters."""
    if style == '"' and not value.isprintable() and FORBIDDEN.search(value):
        raise _Unusual
    return text_of_quoted(value, style)
