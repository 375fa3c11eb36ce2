"""Comments that speak to this program: `# reconciler: silence CODE`."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple, cast

import yaml

from reconciler.declarations.yaml.characters import decode
from reconciler.declarations.yaml.events import events_of, readable

_COMMENT = re.compile(r"(?<![^ \t\n])#[ \t]*reconciler(?=[ \t:])(?P<said>[^#\r\n]*)", re.IGNORECASE)
_SILENCE = re.compile(r"#[ \t]*reconciler:[ \t]*silence(?![^ \t\r\n,#])(?P<codes>[^#\r\n]*)")
_SEPARATOR = re.compile(r"[ \t,]+")
_BLOCKS = ("|", ">")


class Silence(NamedTuple):
    """A comment that silences advice; lines and columns count from 1."""

    codes: tuple[str, ...]
    line: int
    column: int
    first: int | None
    """The first line of the value that it stands behind; None if it stands on a line of its own."""
    unread: str = ""
    """What it says behind the program's name, if that is not `: silence`."""


class _Span(NamedTuple):
    """Where a text or a key stands, with its line and that of its end; all count from 0."""

    begin: int
    end: int
    line: int
    last: int
    is_block: bool


def silences(content: bytes, file: str) -> Iterator[Silence]:
    """Yield the comments of a file that silence advice, and those that only begin with the name of this program.

    Raises `DeclarationsInvalid` where the file cannot be read as YAML.
    """
    text = decode(content, file)
    found = list(_COMMENT.finditer(text))
    spans = list(_spans(text, file)) if found else []
    line, counted = 0, 0
    for match in found:
        index = match.start()
        line, counted = line + text.count("\n", counted, index), index
        begun = bisect_right(spans, index, key=itemgetter(0))
        before = spans[max(begun - 2, 0) : begun]
        if not (before and _holds(before[-1], index, line)):
            column = index - text.rfind("\n", 0, index)
            yield _silence(match, line + 1, column, _first_line(text, index, line, before))


def _silence(comment: re.Match[str], line: int, column: int, first: int | None) -> Silence:
    read = _SILENCE.match(comment[0])
    if read is None:
        return Silence((), line, column, first, comment["said"])
    return Silence(tuple(filter(None, _SEPARATOR.split(read["codes"]))), line, column, first)


def _spans(text: str, file: str) -> Iterator[_Span]:
    for event in events_of(readable(text), file):
        if isinstance(event, yaml.ScalarEvent):
            begin, end = cast("yaml.Mark", event.start_mark), cast("yaml.Mark", event.end_mark)
            yield _Span(begin.index, end.index, begin.line, end.line, event.style in _BLOCKS)


def _holds(span: _Span, index: int, line: int) -> bool:
    """Return whether what looks like a comment is part of a text; behind the `|` of a block it is none."""
    return index < span.end and not (span.is_block and span.line == line)


def _first_line(text: str, index: int, line: int, before: Sequence[_Span]) -> int | None:
    """Return the number of the line where the value before a comment begins, or that of its key above it."""
    if _is_first(text, index):
        return None
    if not before or (line not in {before[-1].line, before[-1].last}):
        return line + 1  # it stands behind a bracket
    value = before[-1]
    is_below = _is_first(text, value.begin) and not text[value.end : index].lstrip(" \t").startswith(":")
    return (before[0] if is_below else value).line + 1


def _is_first(text: str, index: int) -> bool:
    """Return whether nothing but blanks stands before an index in its line."""
    return not text[text.rfind("\n", 0, index) + 1 : index].strip(" \t")
