"""The lines of a file, to be put together anew."""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import TypeGuard

from reconciler.declarations.yaml.source import Dashed, Dashes, Leaf, OddlyWritten, Piece, Spot

_SCHEMA = re.compile(r"[ \t]*#\s*(?:yaml-language-server\s*:|\$schema\b)")
"""The line that names the schema to an editor; it stands at the top, whatever key is below it."""

_BLANKS_BEHIND = re.compile(r"[ \t]+(?=\r?\n?\Z)")
_BLOCK_HEADER = re.compile(r"[|>][^\s#]*")


class SourceLines:
    """A text and its lines, each with its own line end; `ending` is that of the first line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.ending = "\r\n" if "\r\n" in text[: text.find("\n") + 1] else "\n"
        *whole, last = text.split("\n")
        self.lines = [f"{line}\n" for line in whole] + ([f"{last}{self.ending}"] if last else [])
        self._begins = list(accumulate(map(len, self.lines), initial=0))

    def until_line_end(self, spot: Spot) -> str:
        """Return the rest of a line, without its line end."""
        end = self.text.find("\n", spot.offset)
        return self.text[spot.offset : len(self.text) if end < 0 else end].removesuffix("\r")

    def offset(self, line: int) -> int:
        """Return where a line begins, or where the text ends."""
        return min(self._begins[line], len(self.text))

    def comments(self, first: int, limit: int, indent: str) -> list[str]:
        """Return lines that hold comments or nothing, the comments after the indentation, without blanks at their ends.

        Raises `OddlyWritten` if anything else stands in them.
        """
        return [self._comment(line, indent) for line in self.lines[first:limit]]

    def _comment(self, line: str, indent: str) -> str:
        bare = line.lstrip(" \t")
        if is_blank(line):
            return without_blanks_behind(line)
        if not bare.startswith("#"):
            raise OddlyWritten
        return indent + without_blanks_behind(bare)

    def end_of(self, value: Piece, limit: int, column: int) -> int:
        """Return the number of the line behind a value and the comments that belong to it; its key begins in a column.

        Those are indented further than the key. Below a block they would be part of it.
        """
        first = value.end.line + 1
        return first if is_block(value) else self._deeper(first, limit, column)

    def _deeper(self, first: int, limit: int, column: int) -> int:
        behind = first
        for number in range(first, limit):
            line = self.lines[number]
            if not is_blank(line) and len(line) - len(line.lstrip(" \t")) <= column:
                break
            behind = behind if is_blank(line) else number + 1
        return behind

    def beside_block(self, block: Leaf) -> str:
        """Return the comment on the line where a text that is a block begins, with the blanks before it."""
        return _BLOCK_HEADER.sub("", self.until_line_end(block.begin), count=1)

    def of_items(self, key: Leaf, block: Dashes) -> Iterator[tuple[Dashed, int, int]]:
        """Yield each item of a key's list with the number of its first line, comments included, and of that behind."""
        first = key.end.line + 1
        for item in block.items:
            limit = self.end_of(item.value, len(self.lines), item.dash.column)
            yield item, first, limit
            first = limit

    def comments_of(self, item: Dashed, first: int, limit: int) -> list[str]:
        """Return the comments above, beside and below an item, without the blanks around them."""
        dash, value = item
        found = [
            *self.lines[first : dash.line],
            *self.text[dash.offset + 1 : value.begin.offset].splitlines(),
            self.beside_block(value) if is_block(value) else self.until_line_end(value.end),
            *self.lines[value.end.line + 1 : limit],
        ]
        return [line.strip() for line in found if not is_blank(line)]

    def behind_blank_lines(self, first: int) -> int:
        """Return the number of the next line that is not blank."""
        return next(number for number in range(first, len(self.lines)) if not is_blank(self.lines[number]))

    def above(self, line: int) -> int:
        """Return the number of the first of the comments directly above a line, or of the line if there are none."""
        lines = self.lines
        return next(n for n in range(line, -1, -1) if n == 0 or not lines[n - 1].lstrip(" \t").startswith("#"))

    def heading(self, first: int, limit: int) -> int:
        """Return the number of the line behind those that are about the whole document, not about the key below."""
        about_all = (n for n in range(first, limit) if is_blank(self.lines[n]) or _SCHEMA.match(self.lines[n]))
        return max(about_all, default=first - 1) + 1


def is_block(value: Piece) -> TypeGuard[Leaf]:
    """Return whether a value is a text that is a block, of which what is below it and indented further is a part."""
    return isinstance(value, Leaf) and value.style in {"|", ">"}


def is_blank(line: str) -> bool:
    """Return whether nothing can be seen in a line."""
    return not line.strip()


def without_blanks_behind(line: str) -> str:
    """Return a line without the blanks before its line end."""
    return _BLANKS_BEHIND.sub("", line)


def shifted(line: str, by: int) -> str:
    """Return a line with so many more blanks before it, or fewer as far as there are any; a blank one stays."""
    if is_blank(line):
        return line
    return f"{' ' * by}{line}" if by >= 0 else line[min(-by, len(line) - len(line.lstrip(" "))) :]
