"""The values of a YAML file with the places where they are written, for editing the text."""

import re
from collections.abc import Iterator
from typing import NamedTuple, cast

import yaml

from reconciler.declarations.yaml.escapes import text_of_quoted
from reconciler.declarations.yaml.events import events_of, readable

_DASH = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*-")

_BLOCKS = ("|", ">")


class Spot(NamedTuple):
    """A place in a text; all three count from 0."""

    offset: int
    line: int
    column: int


class Leaf(NamedTuple):
    """A text, a reference, or a whole list or mapping in brackets."""

    begin: Spot
    end: Spot
    """Behind its last character; a block ends with its last line that is not blank."""
    text: str | None
    """None for a reference, a list or a mapping."""
    style: str
    """The character that it begins with if that is a quote, `|`, `>`, `[`, `{` or `*`; else nothing."""
    anchored: bool = False
    refers: bool = False
    """Whether an anchor or a reference stands in it."""
    pairs: tuple["Pair", ...] = ()
    """What is in a mapping in brackets."""


class Pair(NamedTuple):
    """A key and its value in a block of lines."""

    key: Leaf
    value: "Piece"

    @property
    def refers(self) -> bool:
        """Whether an anchor or a reference stands in it."""
        return self.key.refers or self.value.refers


class Pairs(NamedTuple):
    """A mapping as a block of lines; an anchor of its own may stand before it."""

    pairs: tuple[Pair, ...]
    anchored: bool
    refers: bool

    @property
    def begin(self) -> Spot:
        """Where the first key begins."""
        return self.pairs[0].key.begin

    @property
    def end(self) -> Spot:
        """The end of the last value."""
        return self.pairs[-1].value.end


class Dashed(NamedTuple):
    """An item of a list, with its dash."""

    dash: Spot
    value: "Piece"


class Dashes(NamedTuple):
    """A list as a block of lines; an anchor of its own may stand before it."""

    items: tuple[Dashed, ...]
    anchored: bool
    refers: bool

    @property
    def begin(self) -> Spot:
        """Where the first dash stands."""
        return self.items[0].dash

    @property
    def end(self) -> Spot:
        """The end of the last item."""
        return self.items[-1].value.end


Piece = Leaf | Pairs | Dashes


class WrittenDocument(NamedTuple):
    """A document, with the numbers of its first line below `---` and of the line behind its last."""

    root: Piece
    first: int
    limit: int


class OddlyWritten(Exception):
    """A way of writing that is too rare to be edited, such as keys that begin with a question mark."""


def written_documents(text: str) -> list[WrittenDocument]:
    """Return the documents of a text in which the strict reader finds no problem.

    Raises `OddlyWritten` if it is written in a way that is too rare to be edited.
    """
    return list(_Source(text).documents())


class _Source:
    def __init__(self, text: str) -> None:
        self.text = text
        self.events = events_of(readable(text), "")

    def documents(self) -> Iterator[WrittenDocument]:
        first = 0
        begun: tuple[Piece, int] | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                line = _begin(event).line
                if begun is not None:
                    yield WrittenDocument(*begun, line)
                first = line + 1 if event.explicit else first
                begun = self.node(next(self.events)), first
            elif isinstance(event, yaml.DocumentEndEvent) and event.explicit and begun is not None:
                yield WrittenDocument(*begun, _begin(event).line)
                begun, first = None, _begin(event).line + 1
        if begun is not None:
            yield WrittenDocument(*begun, self.text.count("\n") + 1)

    def node(self, event: yaml.Event) -> Piece:
        match event:
            case yaml.ScalarEvent():
                return self.scalar(event)
            case yaml.MappingStartEvent(flow_style=False):
                return self.pairs(event)
            case yaml.SequenceStartEvent(flow_style=False):
                return self.dashes(event)
            case yaml.CollectionStartEvent():
                return self.in_brackets(event)
            case _:
                return Leaf(_begin(event), _end(event), None, "*", refers=True)

    def scalar(self, event: yaml.ScalarEvent) -> Leaf:
        begin, end = _begin(event), _end(event)
        style = event.style or ""
        text = text_of_quoted(event.value, style) if style else event.value
        anchored = event.anchor is not None
        return Leaf(begin, self.trimmed(begin, end, text) if style in _BLOCKS else end, text, style, anchored, anchored)

    def trimmed(self, begin: Spot, end: Spot, text: str) -> Spot:
        """Return the end of a block without the blank lines behind it, which the reader drops."""
        blank = "\r\n" if text.endswith((" ", "\t")) else None
        return self.spot(begin.offset + len(self.text[begin.offset : end.offset].rstrip(blank)), begin)

    def in_brackets(self, start: yaml.CollectionStartEvent) -> Leaf:
        inside: list[Leaf] = []
        while not isinstance(event := next(self.events), yaml.CollectionEndEvent):
            inside.append(cast("Leaf", self.node(event)))  # there are no blocks in brackets
        anchored = start.anchor is not None
        refers = anchored or any(leaf.refers for leaf in inside)
        if isinstance(start, yaml.SequenceStartEvent):
            return Leaf(_begin(start), _end(event), None, "[", anchored, refers)
        pairs = tuple(map(Pair, inside[::2], inside[1::2]))
        return Leaf(_begin(start), _end(event), None, "{", anchored, refers, pairs)

    def pairs(self, start: yaml.CollectionStartEvent) -> Pairs:
        found = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event)
            if not isinstance(key, Leaf) or key.style not in {"", "'", '"', "*"} or self.is_explicit(key):
                raise OddlyWritten
            found.append(Pair(key, self.node(next(self.events))))
        refers = start.anchor is not None or any(pair.refers for pair in found)
        return Pairs(tuple(found), start.anchor is not None, refers)

    def is_explicit(self, key: Leaf) -> bool:
        """Return whether a key begins with a question mark."""
        line = self.text[self.text.rfind("\n", 0, key.begin.offset) + 1 : key.begin.offset]
        return line.strip(" -") != "" or key.end.line != key.begin.line

    def dashes(self, start: yaml.CollectionStartEvent) -> Dashes:
        found: list[Dashed] = []
        at = _begin(start)
        if start.anchor is not None:
            at = self.spot(self.text.index("\n", at.offset), at)
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            dash = next(_DASH.finditer(self.text, at.offset)).end() - 1
            value = self.node(event)
            found.append(Dashed(self.spot(dash, at), value))
            at = value.end
        refers = start.anchor is not None or any(item.value.refers for item in found)
        return Dashes(tuple(found), start.anchor is not None, refers)

    def spot(self, offset: int, before: Spot) -> Spot:
        """Return the place at an offset behind another place."""
        line = before.line + self.text.count("\n", before.offset, offset)
        return Spot(offset, line, offset - self.text.rfind("\n", 0, offset) - 1)


def _begin(event: yaml.Event) -> Spot:
    mark = cast("yaml.Mark", event.start_mark)  # libyaml marks every event
    return Spot(mark.index, mark.line, mark.column)


def _end(event: yaml.Event) -> Spot:
    mark = cast("yaml.Mark", event.end_mark)
    return Spot(mark.index, mark.line, mark.column)
