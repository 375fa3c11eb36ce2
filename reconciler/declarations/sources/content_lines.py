"""The content lines of a calendar, unfolded (RFC 5545, section 3.1)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from icalendar.parser import Contentline, unescape_backslash

from reconciler.declarations.yaml.characters import BYTE_ORDER_MARK
from reconciler.diagnostics import Diagnostic, Place, error

_LINE_BREAK = re.compile(rb"\r?\n")
_NAME = re.compile(rb"[^:;]*")


class Unfolded(NamedTuple):
    """One whole line, with the line of the file on which it begins."""

    content: bytes
    line: int

    @property
    def name(self) -> str:
        """The name of the property, in capitals."""
        name = _NAME.match(self.content)
        return "" if name is None else name[0].decode("ascii", "replace").strip().upper()


def unfolded(content: bytes) -> Iterator[Unfolded]:
    """Yield the lines of a calendar; they are joined as bytes, because programs also fold within a character."""
    parts: list[bytes] = []
    begin = 1
    for number, line in enumerate(_LINE_BREAK.split(content.removeprefix(BYTE_ORDER_MARK)), 1):
        if line[:1] in (b" ", b"\t") and parts:
            parts.append(line[1:])
        elif line.strip():
            if parts:
                yield Unfolded(b"".join(parts), begin)
            parts, begin = [line], number
    if parts:
        yield Unfolded(b"".join(parts), begin)


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a component."""

    name: str
    value: str
    """As it stands in the file: a text may have escapes."""
    place: Place
    parameters: Mapping[str, str] = field(default_factory=dict)
    """By name in capitals."""

    @property
    def text(self) -> str:
        """The value as a text, without escapes."""
        return str(unescape_backslash(self.value)).replace("\r\n", "\n")


def read_property(line: Unfolded, file: str) -> Property | Diagnostic:
    """Read a line as a property; return the problem if it is not UTF-8 or has another form."""
    place = Place(file, line.line)
    try:
        _, parameters, value = Contentline(line.content.decode()).raw_parts()
    except UnicodeDecodeError:
        return error("not-utf8", "the line is not UTF-8", place, "export the calendar as UTF-8")
    except ValueError:
        message = "the line is not NAME:VALUE, as calendars have it"
        return error("bad-calendar", message, place, "export the calendar again, or correct the line")
    # A comma without quotes around it separates values, and many programs leave out the quotes.
    joined = {name: ",".join(one) if isinstance(one, list) else str(one) for name, one in parameters.items()}
    return Property(line.name, value, place, joined)
