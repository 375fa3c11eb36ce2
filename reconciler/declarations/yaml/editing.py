"""Edits of single values in a file, which leave every other character as it is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, assert_never, cast

from reconciler.declarations.yaml.canonical import entry_lines, key_rank
from reconciler.declarations.yaml.comments import comment_at
from reconciler.declarations.yaml.scalars import (
    block_lines,
    fits_a_block,
    in_double_quotes,
    is_plain,
    on_one_line,
    reads_as_a_block,
)
from reconciler.declarations.yaml.source import Dashes, Leaf, Pair, Pairs, Piece, Spot, written_documents
from reconciler.declarations.yaml.source_lines import SourceLines, is_blank, is_block
from reconciler.event import PROPERTIES
from reconciler.safe_text import visible

NewValue = str | bool | Sequence[str] | None
"""A text, a flag, a list of texts, or None for *make it empty*."""

_PLAIN_IN_BRACKETS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_ .+-]*[A-Za-z0-9])?")
_COMMENT_INSIDE = re.compile(r"[\s,\[\]{}]#")
"""What may begin a comment in brackets; it may also be a part of a text in quotes."""


class CannotEdit(Exception):
    """A value is written in a way that other values depend on, or that leaves no place for a new line."""


class Splice(NamedTuple):
    """A stretch of a text and what takes its place."""

    begin: int
    end: int
    text: str
    rank: tuple[int | str, ...] = ()
    """Its place among others that begin there."""


class Override(NamedTuple):
    """A key to add to an event, with a comment above it."""

    name: str
    value: NewValue
    note: str


class _Found(NamedTuple):
    pair: Pair
    column: int
    """Where the mapping begins that the pair is in."""
    in_brackets: bool
    shared: bool
    """Whether other values may refer to it."""


def edited(text: str, edits: Iterable[Splice]) -> str:
    """Return a text after its edits, which do not overlap; what is added at one place is sorted by rank.

    Equal edits are made once.
    """
    parts: list[str] = []
    done = 0
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: (edit.begin, edit.rank)):
        parts.append(text[done : edit.begin])
        if edit.begin == edit.end == len(text) and not next(filter(None, reversed(parts)), "\n").endswith("\n"):
            parts.append("\r\n" if edit.text.endswith("\r\n") else "\n")  # the last line has no end yet
        parts.append(edit.text)
        done = edit.end
    return "".join([*parts, text[done:]])


class Editor:
    """Finds what to edit in a text in which the strict reader finds no problem; positions count from 1, as its do.

    Raises `OddlyWritten` if the text is written in a way that is too rare to be edited.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = SourceLines(text)
        self.found: dict[tuple[int, int], _Found] = {}
        self.blocks: dict[tuple[int, int], Pairs] = {}
        self.brackets: set[tuple[int, int]] = set()
        for document in written_documents(text):
            self._look_at(document.root, in_brackets=False, shared=False)

    def written(self, line: int, column: int) -> str:
        """Return the text of the value whose key begins at a position; empty if it is not a single text."""
        found = self.found.get((line, column))
        return (found.pair.value.text or "") if found and isinstance(found.pair.value, Leaf) else ""

    def replaced(self, line: int, column: int, value: NewValue) -> Splice:
        """Return the edit that gives the key at a position another value; raise `CannotEdit` if that is impossible."""
        found = self.found.get((line, column))
        if found is None or found.shared or found.pair.refers:
            raise CannotEdit("other values refer to it, or it refers to another")
        if self._has_comments_inside(found.pair.value):
            raise CannotEdit("there is a comment in its brackets")
        match found.pair.value:
            case Leaf() as old if isinstance(value, str) and not found.in_brackets:
                return self._other_text(old, value, found.column)
            case Leaf() as old:
                return self._on_one_line(old, _short(value, in_brackets=found.in_brackets))
            case Dashes() as old if value and not isinstance(value, str | bool):
                return self._other_items(found.pair.key, old, value)
            case Dashes() as old:
                return self._in_place_of_lines(found.pair.key, found.column, old, _short(value, in_brackets=False))
            case _:
                raise CannotEdit("it is a mapping")

    def added(
        self, line: int, column: int, fields: Iterable[Override], properties: Sequence[Override]
    ) -> Iterator[Splice]:
        """Yield the edits that add keys to the event that begins at a position, and to its custom properties.

        Raises `CannotEdit` if there is no place for one.
        """
        event = self.block(line, column)
        indent = " " * event.begin.column
        for field in fields:
            edit = self._at_its_place(field.name, event, override_lines(field, indent))
            yield edit._replace(rank=(key_rank(field.name),))
        if properties:
            yield self._more_properties(event, properties, indent)._replace(rank=(key_rank(PROPERTIES),))

    def block(self, line: int, column: int) -> Pairs:
        """Return the event that begins at a position; raise `CannotEdit` if no key can be added to it."""
        event = self.blocks.get((line, column))
        if event is None:
            is_bracketed = (line, column) in self.brackets
            raise CannotEdit("the event is written in brackets" if is_bracketed else "other values refer to the event")
        return event

    def _more_properties(self, event: Pairs, properties: Sequence[Override], indent: str) -> Splice:
        own = next((pair.value for pair in event.pairs if pair.key.text == PROPERTIES), None)
        if own is None:
            lines = [line for each in properties for line in override_lines(each, f"{indent}  ")]
            return self._at_its_place(PROPERTIES, event, [f"{indent}{PROPERTIES}:", *lines])
        if isinstance(own, Leaf) and own.style == "{":
            raise CannotEdit(f"its {PROPERTIES} are written in brackets")
        if not isinstance(own, Pairs) or own.anchored:
            raise CannotEdit(f"other values refer to its {PROPERTIES}, or these refer to others")
        indent = " " * own.begin.column
        return self.behind(own.pairs[-1], own, [line for each in properties for line in override_lines(each, indent)])

    def _at_its_place(self, name: str, event: Pairs, lines: Sequence[str]) -> Splice:
        """Return the edit that puts a key behind those that come before it; above all others if there are none."""
        before = [pair for pair in event.pairs if key_rank(pair.key.text or "") < key_rank(name)]
        if before:
            return self.behind(max(before, key=lambda pair: key_rank(pair.key.text or "")), event, lines)
        return self.on_top(event, lines)

    def on_top(self, block: Pairs, lines: Sequence[str]) -> Splice:
        """Return the edit that puts lines above the first pair of a block and its comments."""
        at = self.lines.offset(self.lines.above(block.begin.line))
        return Splice(at, at, "".join(f"{line}{self.lines.ending}" for line in lines))

    def behind(self, pair: Pair, block: Pairs, lines: Sequence[str]) -> Splice:
        """Return the edit that puts lines behind a pair of a block."""
        number = self.lines.end_of(pair.value, len(self.lines.lines), block.begin.column)
        at = self.lines.offset(number)
        text = "".join(f"{line}{self.lines.ending}" for line in lines)
        return Splice(at, at, text)

    def _look_at(self, piece: Piece, *, in_brackets: bool, shared: bool) -> None:
        shared = shared or getattr(piece, "anchored", False)
        match piece:
            case Pairs():
                if not shared:
                    self.blocks[position(piece.begin)] = piece
                self._look_at_pairs(piece.pairs, piece.begin.column, in_brackets=False, shared=shared)
            case Leaf():
                self.brackets.add(position(piece.begin))
                self._look_at_pairs(piece.pairs, 0, in_brackets=True, shared=shared)
            case Dashes():
                for item in piece.items:
                    self._look_at(item.value, in_brackets=in_brackets, shared=shared)
            case _:
                assert_never(piece)

    def _look_at_pairs(self, pairs: Iterable[Pair], column: int, *, in_brackets: bool, shared: bool) -> None:
        for pair in pairs:
            self.found[position(pair.key.begin)] = _Found(pair, column, in_brackets, shared)
            self._look_at(pair.value, in_brackets=in_brackets, shared=shared)

    def _other_text(self, old: Leaf, text: str, column: int) -> Splice:
        rest = self.lines.until_line_end(old.end)
        was_block = is_block(old)
        beside = self.lines.beside_block(old) if was_block else rest
        if fits_a_block(text) if was_block else (reads_as_a_block(text) and not self._has_comments_below(old, column)):
            indent = (self._indent_of_block(old) if was_block else "") or " " * (column + 2)
            lines = [f"|{beside}", *block_lines(text, indent)]
            return Splice(old.begin.offset, old.end.offset + len(rest), self.lines.ending.join(lines))
        short = on_one_line(text) if self._stands_alone(old) else in_double_quotes(text)
        if was_block:
            return Splice(old.begin.offset, old.end.offset + len(rest), short + beside)
        return Splice(old.begin.offset, old.end.offset, _quoted_like(old, text, short))

    def _has_comments_below(self, old: Leaf, column: int) -> bool:
        """Return whether comments below a value are indented further than its key: a block would swallow them."""
        return self.lines.end_of(old, len(self.lines.lines), column) > old.end.line + 1

    def _indent_of_block(self, old: Leaf) -> str:
        """Return the indentation of a block's first line that is not blank; empty if there is none."""
        below = self.lines.lines[old.begin.line + 1 : old.end.line + 1]
        first = next((line for line in below if not is_blank(line)), "")
        return first[: len(first) - len(first.lstrip(" "))]

    def _stands_alone(self, old: Leaf) -> bool:
        """Return whether no comment behind a value would seem to be part of a text without quotes."""
        return comment_at(self.text, old.end.offset) is None

    def _has_comments_inside(self, value: Piece) -> bool:
        """Return whether there may be comments in a list or mapping in brackets; on a single line there are none."""
        if not isinstance(value, Leaf) or value.style not in {"[", "{"} or value.begin.line == value.end.line:
            return False
        return _COMMENT_INSIDE.search(self.text, value.begin.offset, value.end.offset) is not None

    def _on_one_line(self, old: Leaf, short: str) -> Splice:
        if is_block(old):
            return Splice(old.begin.offset, old.end.offset, short + self.lines.beside_block(old))
        return Splice(old.begin.offset, old.end.offset, short)

    def _other_items(self, key: Leaf, old: Dashes, items: Sequence[str]) -> Splice:
        """Return the edit of a list; an item that stays keeps its line, with the comments above and beside it.

        The comments of an item that goes stand above the next one that stays, or below the last.
        """
        kept: dict[str, str] = {}
        indent = " " * old.begin.column
        comments: list[str] = []
        for item, first, limit in self.lines.of_items(key, old):
            text = cast("Leaf", item.value).text or ""  # an item is an option, and no reference
            if text in items:
                kept[text] = "".join([*self._commented(comments, indent), *self.lines.lines[first:limit]])
                comments = []
            else:
                comments += self.lines.comments_of(item, first, limit)
        lines = [kept.get(item, f"{indent}- {on_one_line(item)}{self.lines.ending}") for item in items]
        lines += self._commented(comments, indent if any(is_block(item.value) for item in old.items) else f"{indent}  ")
        return self._instead_of_items(key, old, "".join(lines))

    def _instead_of_items(self, key: Leaf, old: Dashes, text: str) -> Splice:
        *_, (_, _, limit) = self.lines.of_items(key, old)
        return Splice(self.lines.offset(key.end.line + 1), self.lines.offset(limit), text)

    def _commented(self, comments: Iterable[str], indent: str) -> list[str]:
        return [f"{indent}{comment}{self.lines.ending}" for comment in comments]

    def _in_place_of_lines(self, key: Leaf, column: int, old: Dashes, short: str) -> Splice:
        """Return the edit that makes a list one line, with the comments of its items below it."""
        beside = self.lines.until_line_end(key.end).partition(":")[2]
        found = [
            each for item, *lines in self.lines.of_items(key, old) for each in self.lines.comments_of(item, *lines)
        ]
        lines = [f": {short}{beside}{self.lines.ending}", *self._commented(found, " " * (column + 2))]
        return self._instead_of_items(key, old, "")._replace(begin=key.end.offset, text="".join(lines))


def position(spot: Spot) -> tuple[int, int]:
    """Return the line and the column of a place, counted from 1."""
    return spot.line + 1, spot.column + 1


def override_lines(override: Override, indent: str) -> list[str]:
    """Return the lines of a key to add, with its comment, `indent` before each."""
    return [f"{indent}# {visible(override.note)}", *entry_lines(override.name, override.value, indent)]


def _quoted_like(old: Leaf, text: str, short: str) -> str:
    """Return a text on one line, in the quotes that the old one is in."""
    if old.style == '"':
        return in_double_quotes(text)
    if old.style == "'" and visible(text) == text:
        return "'{}'".format(text.replace("'", "''"))
    return short


def _short(value: NewValue, *, in_brackets: bool) -> str:
    match value:
        case None:
            return '""'
        case bool():
            return "true" if value else "false"
        case str():
            return in_double_quotes(value) if in_brackets else on_one_line(value)
        case _:
            return f"[{', '.join(_item_in_brackets(item, json=in_brackets) for item in value)}]"


def _item_in_brackets(item: str, *, json: bool) -> str:
    is_bare = not json and _PLAIN_IN_BRACKETS.fullmatch(item) and is_plain(item)
    return item if is_bare else in_double_quotes(item)
