"""The records of a table: rows of cells, separated by commas, semicolons or tabs."""

import csv
import re
from collections.abc import Callable, Iterator
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import DeclarationsInvalid

if TYPE_CHECKING:
    from _csv import Reader

_DELIMITERS = (",", ";", "\t")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
"""A first line in which Excel names the delimiter."""


class Record(NamedTuple):
    """The cells of one row, and the line of the file on which it begins."""

    cells: list[str]
    line: int

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell.strip() for cell in self.cells)


def read_records(content: bytes, file: str, known: Callable[[str], bool]) -> Iterator[Record]:
    """Yield the rows of a table that are not blank, the header first; `known` says which titles are right.

    The delimiter is the one with which the header has the most titles that are right. Raises `DeclarationsInvalid` if
    the text cannot be read, at the first row that is wrong.
    """
    text = _decoded(content, file)
    named = _SEPARATOR_LINE.match(text)
    delimiter = _delimiter(text, known) if named is None else named[1]
    records = _records(text if named is None else text[named.end() :], delimiter, file, 0 if named is None else 1)
    return (record for record in records if not record.is_blank)


def _decoded(content: bytes, file: str) -> str:
    is_utf16 = content.startswith(_UTF16)
    try:
        text = content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as reason:
        line = 1 if is_utf16 else content.count(b"\n", 0, reason.start) + 1
        hint = "save the table as CSV in UTF-8"
        message = f"the table is not {'UTF-16' if is_utf16 else 'UTF-8'}"
        raise DeclarationsInvalid((error("not-utf8", message, Place(file, line), hint),)) from reason
    if "\0" in text:
        place = Place(file, text.count("\n", 0, text.index("\0")) + 1)
        message = "the table holds null characters, so it is not text in UTF-8"
        raise DeclarationsInvalid((error("not-utf8", message, place, "save the table as CSV in UTF-8"),))
    return text


def _delimiter(text: str, known: Callable[[str], bool]) -> str:
    """Return the delimiter with which the first row has the most right titles, or else the most titles."""

    def likeness(delimiter: str) -> tuple[int, int]:
        try:
            titles = next((row for row in _reader(text, delimiter) if any(map(str.strip, row))), [])
        except csv.Error:
            return 0, 0
        return sum(map(known, titles)), len(titles)

    return max(_DELIMITERS, key=likeness)


def _reader(text: str, delimiter: str) -> "Reader":
    return csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _records(text: str, delimiter: str, file: str, lines_before: int) -> Iterator[Record]:
    reader = _reader(text, delimiter)
    begin = 1
    try:
        for cells in reader:
            yield Record(cells, begin + lines_before)
            begin = reader.line_num + 1
    except csv.Error as reason:
        place = Place(file, begin + lines_before)
        raise DeclarationsInvalid((_unreadable(str(reason), place),)) from reason


def _unreadable(reason: str, place: Place) -> Diagnostic:
    if "field limit" in reason:
        message = f"a cell of this row holds more than {csv.field_size_limit():,} characters"
        return error("too-large", message, place, "shorten it")
    hint = "put the whole cell in double quotes, and write each double quote in it twice"
    return error("bad-table", "the quotation marks of this row do not match", place, hint)
