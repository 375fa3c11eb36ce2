"""The canonical form of a file: its keys in order, indented by two blanks, quotes only where they are needed."""

from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple, assert_never

from reconciler.declarations.yaml.canonical import canonical_time, key_rank, repeat_rank
from reconciler.declarations.yaml.comments import comment_at
from reconciler.declarations.yaml.scalars import (
    block_lines,
    fits_a_block,
    is_plain,
    key_text,
    reads_as_a_block,
)
from reconciler.declarations.yaml.source import (
    Dashed,
    Dashes,
    Leaf,
    OddlyWritten,
    Pair,
    Pairs,
    WrittenDocument,
    written_documents,
)
from reconciler.declarations.yaml.source_lines import SourceLines, is_blank, is_block, shifted, without_blanks_behind

_TIMES = frozenset({"startDateTime", "endDateTime"})
_STEP = "  "
_HOLDERS_OF_FIELDS = ("", "events", "defaults", "initial")
_RANKS: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(_HOLDERS_OF_FIELDS, key_rank),
    "repeat": repeat_rank,
    "overrides": str,
}
"""By the key above, the place of each key in a mapping that is sorted; dates come in their order."""


def in_canonical_form(text: str) -> str:
    """Return a text in which the strict reader finds no problem in its canonical form, with all its comments.

    One that is written in too rare a way is returned as it is.
    """
    try:
        documents = written_documents(text)
        return _Formatter(text, documents).formatted()
    except OddlyWritten:
        return text


class _Chunk(NamedTuple):
    """A key with its value and the comments that belong to it, as lines."""

    key: str
    above: list[str]
    lines: list[str]
    refers: bool

    @property
    def blank_lines(self) -> int:
        """The number of blank lines that separate it from what is above."""
        return next((n for n, line in enumerate(self.above) if not is_blank(line)), len(self.above))


class _Formatter:
    def __init__(self, text: str, documents: list[WrittenDocument]) -> None:
        self.text = text
        self.documents = documents
        self.source = SourceLines(text)
        self._drop_blank_lines_at_the_end()

    def _drop_blank_lines_at_the_end(self) -> None:
        kept = self.documents[-1].root.end.line + 1 if self.documents else 0
        while len(self.source.lines) > kept and is_blank(self.source.lines[-1]):
            self.source.lines.pop()

    def formatted(self) -> str:
        lines: list[str] = []
        done = 0
        for document in self.documents:
            lines += map(without_blanks_behind, self.source.lines[done : document.first])
            lines += self.document(document)
            done = document.limit
        return "".join([*lines, *map(without_blanks_behind, self.source.lines[done:])])

    def document(self, document: WrittenDocument) -> list[str]:
        limit = min(document.limit, len(self.source.lines))
        if not isinstance(document.root, Pairs):
            return self.source.lines[document.first : limit]
        below = self.source.heading(document.first, document.root.begin.line)
        heading = self.source.comments(document.first, below, "")
        return heading + _joined(*self.mapping(document.root, below, limit, "", ""))

    def mapping(self, block: Pairs, first: int, limit: int, indent: str, holder: str) -> tuple[list[_Chunk], list[str]]:
        """Return the chunks of a mapping in their order, and the comments below the last; `holder` is the key above."""
        column = block.begin.column
        chunks: list[_Chunk] = []
        for pair, following in zip_longest(block.pairs, block.pairs[1:]):
            line = pair.key.begin.line
            until = self.source.end_of(pair.value, following.key.begin.line if following else limit, column)
            above = self.source.comments(first, line, indent)
            lines = list(self.pair(pair, until, indent, holder))
            chunks.append(_Chunk(pair.key.text or "", above, lines, pair.refers))
            first = until
        ordered = _in_order(chunks, _RANKS[holder]) if holder in _RANKS else chunks
        return ordered, self.source.comments(first, limit, indent)

    def pair(self, pair: Pair, until: int, indent: str, holder: str) -> Iterator[str]:
        key, value = pair
        name = key.text or ""
        head = indent + self.key(key)
        match value:
            case Leaf():
                head += _one_blank(self.text[key.end.offset : value.begin.offset], value)
                is_time = name in _TIMES and _holds_fields(holder)
                below = self.deeper_comments(value, until, len(indent) - key.begin.column)
                yield from self.leaf(head, value, indent, key.begin.column, below, is_time=is_time)
            case Pairs():
                yield head + self.beside_key(key) + self.source.ending
                inner = self.mapping(value, key.end.line + 1, until, indent + _STEP, _holder_below(holder, name))
                yield from _joined(*inner)
            case Dashes():
                yield head + self.beside_key(key) + self.source.ending
                yield from self.items(value, key.end.line + 1, until, indent + _STEP, name)
            case _:
                assert_never(value)

    def items(self, block: Dashes, first: int, limit: int, indent: str, holder: str) -> Iterator[str]:
        column = block.begin.column
        for item, following in zip_longest(block.items, block.items[1:]):
            until = self.source.end_of(item.value, following.dash.line if following else limit, column)
            yield from self.source.comments(first, item.dash.line, indent)
            yield from self.item(item, until, indent, holder)
            first = until
        yield from self.source.comments(first, limit, indent)

    def item(self, item: Dashed, until: int, indent: str, holder: str) -> Iterator[str]:
        dash, value = item
        match value:
            case Leaf() if value.begin.line == dash.line:
                below = self.deeper_comments(value, until, len(indent) - dash.column)
                yield from self.leaf(f"{indent}- ", value, indent, dash.column, below, is_time=False)
            case Pairs() if value.begin.line == dash.line:
                chunks, below = self.mapping(value, dash.line, until, indent + _STEP, holder)
                yield from _dashed(chunks, below, indent)
            case Pairs():
                yield from self.item_below_its_dash(item, value, until, indent, holder)
            case _:
                raise OddlyWritten

    def item_below_its_dash(self, item: Dashed, value: Pairs, until: int, indent: str, holder: str) -> Iterator[str]:
        """Yield an item whose first key does not stand behind the dash; one without an anchor is moved there."""
        first = self.source.behind_blank_lines(item.dash.line + 1)
        chunks, below = self.mapping(value, first, until, indent + _STEP, holder)
        beside = self.source.until_line_end(item.dash).removeprefix("-").strip(" \t")
        if value.anchored:
            yield f"{indent}- {beside}{self.source.ending}"
            yield from _joined(chunks, below)
        else:
            yield from [f"{indent}{beside}{self.source.ending}"] if beside else []
            yield from _dashed(chunks, below, indent)

    def beside_key(self, key: Leaf) -> str:
        """Return the colon of a key whose value stands below it, and what stands beside it."""
        behind = without_blanks_behind(self.source.until_line_end(key.end)).lstrip(" \t").removeprefix(":")
        bare = behind.lstrip(" \t")
        return f": {bare}" if bare and not bare.startswith("#") else f":{behind}"

    def deeper_comments(self, value: Leaf, until: int, by: int) -> list[str]:
        lines = self.source.lines[value.end.line + 1 : until]
        return [without_blanks_behind(shifted(line, by)) for line in lines]

    def key(self, key: Leaf) -> str:
        written = self.text[key.begin.offset : key.end.offset]
        bare = key.text if key.style and not key.anchored else None
        return bare if bare is not None and key_text(bare) == bare else written

    def leaf(
        self, head: str, leaf: Leaf, indent: str, column: int, below: list[str], *, is_time: bool
    ) -> Iterator[str]:
        """Yield the lines of a value behind its head, which ends where the value begins, and the comments below it."""
        if _becomes_a_block(leaf) and not below:  # comments that are indented further would become a part of it
            written, beside = "|", self.beside(leaf)
            below = [f"{line}{self.source.ending}" for line in block_lines(leaf.text or "", indent + _STEP)]
        else:
            short = self.on_one_line(leaf, is_time=is_time)
            written = self.as_it_is(leaf) if short is None else short
            beside = self.source.until_line_end(leaf.end)
        lines = f"{head}{written}{without_blanks_behind(beside)}{self.source.ending}"
        yield from _shifted_below(lines, len(indent) - column)
        yield from below

    def as_it_is(self, leaf: Leaf) -> str:
        """Return what is written, without blanks at the ends of those lines in which they are no part of the text."""
        lines = self.text[leaf.begin.offset : leaf.end.offset].splitlines(keepends=True)
        if is_block(leaf):
            return "".join([without_blanks_behind(lines[0]), *lines[1:]])
        return "".join(lines if leaf.style else map(without_blanks_behind, lines))

    def beside(self, leaf: Leaf) -> str:
        """Return the comment on the line where a block will begin."""
        if leaf.style not in {"|", ">"}:
            return self.source.until_line_end(leaf.end)
        return self.source.beside_block(leaf)

    def on_one_line(self, leaf: Leaf, *, is_time: bool) -> str | None:
        """Return the canonical text of a value; None if it stays as it is."""
        if leaf.text is None or leaf.anchored or leaf.begin.line != leaf.end.line or leaf.style in {"|", ">"}:
            return None
        if is_time and (time := canonical_time(leaf.text)):
            return time
        is_cut = comment_at(self.text, leaf.end.offset) is not None  # a comment that would seem to be part of the text
        return leaf.text if leaf.style and is_plain(leaf.text) and not is_cut else None


def _one_blank(between: str, value: Leaf) -> str:
    """Return what stands between a key and its value, with one blank behind a colon that stands beside both."""
    if between.strip(" \t") == ":":
        return ": " if value.begin != value.end else ":"
    *above, indent = between.splitlines(keepends=True)
    return "".join([*map(without_blanks_behind, above), indent])


def _becomes_a_block(leaf: Leaf) -> bool:
    if leaf.text is None or leaf.anchored:
        return False
    return fits_a_block(leaf.text) if leaf.style == "|" else reads_as_a_block(leaf.text)


def _holds_fields(holder: str) -> bool:
    """Return whether the mapping below a key, or that of a document, holds fields of an event."""
    return holder in _HOLDERS_OF_FIELDS


def _holder_below(holder: str, name: str) -> str:
    """Return the holder for what is below a key; below each date under `overrides` there are fields of an event."""
    return "" if holder == "overrides" else name


def _in_order(chunks: list[_Chunk], rank: Callable[[str], Any]) -> list[_Chunk]:
    """Sort the chunks, unless an anchor and a reference would change places; blank lines at the top stay there."""
    ordered = sorted(chunks, key=lambda chunk: rank(chunk.key))
    if [chunk.key for chunk in ordered if chunk.refers] != [chunk.key for chunk in chunks if chunk.refers]:
        return chunks
    first, formerly = ordered[0], chunks[0]
    blank = first.above[: first.blank_lines]
    moved = {first.key: first.above[first.blank_lines :]}
    if first is not formerly:
        moved[formerly.key] = [*blank, *formerly.above]
        ordered = [chunk._replace(above=moved.get(chunk.key, chunk.above)) for chunk in ordered]
    return ordered


def _joined(chunks: list[_Chunk], below: list[str]) -> list[str]:
    return [line for chunk in chunks for line in (*chunk.above, *chunk.lines)] + below


def _dashed(chunks: list[_Chunk], below: list[str], indent: str) -> Iterator[str]:
    """Yield the lines of an item with its dash; the comments above its first key stand above the dash."""
    first, *others = chunks
    yield from (line if is_blank(line) else indent + line.lstrip(" \t") for line in first.above)
    yield f"{indent}- {first.lines[0].removeprefix(indent + _STEP)}"
    yield from first.lines[1:]
    yield from _joined(others, below)


def _shifted_below(written: str, by: int) -> Iterator[str]:
    """Yield lines, all but the first with so many more blanks."""
    first, *more = written.splitlines(keepends=True)
    yield first
    yield from (shifted(line, by) for line in more)
