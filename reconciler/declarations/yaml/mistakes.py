"""Common mistakes that libyaml reports as something else, recognised by the lines around the error."""

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from reconciler.declarations.yaml.complaints import Complaint, Position
from reconciler.safe_text import cut


class Mistake(NamedTuple):
    """A probable mistake, its position, and what to do instead."""

    code: str
    message: str
    hint: str
    position: Position


ODD_SPACE = r"[^\S \t\r\n]"
"""White space that people take for an ordinary space but YAML for text."""

_ODD_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u201a\xab\xbb\u2039\u203a"
"""Typographic quotation marks, which word processors put in place of straight ones."""

_NO_KEY = "this line is not `key: value`"
_NO_KEY_HINT = "write it as `key: value`, or put # before it if it is a comment"

_KEY = r"[ \t]*(?:- +)*(?P<key>[\"']?[A-Za-z_][\w.]*[\"']?)"
_KEY_LINE = re.compile(rf"{_KEY}[ \t]*:(?:[ \t]+(?P<value>\S.*))?[ \t]*$")
_GLUED = re.compile(rf"{_KEY}:(?P<value>[^ \t/].*)$")
_QUOTED_ODDLY = re.compile(rf"(?P<before>{_KEY}[ \t]*:[ \t]+|[ \t]*- +)[{_ODD_QUOTES}].*[{_ODD_QUOTES}][ \t]*$")
_OTHER_SIGN = re.compile(rf"{_KEY}[ \t]*[=;\uff1a][ \t]*(?P<value>\S.*)$")
_FIELD = re.compile(r"[ \t]*(?:- *)*[{\"']*(?:event[A-Z]|external[A-Z]|objectId|startDate|endDate|events:|defaults:)")
_IN_TEXT = re.compile(r"could not find expected ':'|did not find expected key|scanning an alias")


def recognise(complaint: Complaint) -> Mistake | None:
    """Return the common mistake behind a syntax error of libyaml; None if no known one fits."""
    if complaint.character == "\t":
        return None
    return next(filter(None, (find(complaint) for find in _FINDERS)), None)


def odd_indentation(line: str, number: int) -> Mistake | None:
    """Find a space in a line's indentation that YAML takes for text."""
    found = re.match(rf" *({ODD_SPACE})", line)
    if found is None:
        return None
    name = unicodedata.name(found[1], "space").lower()
    message = f"this line is indented by U+{ord(found[1]):04X} ({name}), which YAML takes for text"
    return Mistake("odd-space", message, "replace it with ordinary spaces", Position(number, found.end()))


def _text_below_event(complaint: Complaint) -> Mistake | None:
    """Find the text of a page that was copied together with the header that declares the event."""
    below = complaint.lines[complaint.begun.line :]
    if complaint.document < 2 or any(map(names_a_field, below)):
        return None
    numbers = (n for n, line in enumerate(below, complaint.begun.line + 1) if line.strip() and not line.startswith("#"))
    return text_below(Position(next(numbers, complaint.begun.line), 1))


def names_a_field(line: str) -> bool:
    """Return whether a line begins like a field of an event, even with a mistake in it."""
    return _FIELD.match(line) is not None


def text_below(position: Position) -> Mistake:
    """Return the mistake of a text below a line with ---, where an event belongs."""
    message = "this text stands below a line with ---, where another event would begin"
    hint = "put it above that line, under `eventDescription: |` and indented by two spaces, or delete it"
    return Mistake("text-below-event", message, hint, position)


def _odd_space(complaint: Complaint) -> Mistake | None:
    numbers = (complaint.since.line, complaint.at.line)
    return next(filter(None, (odd_indentation(complaint.line(number), number) for number in numbers)), None)


def _typographic_quotes(complaint: Complaint) -> Mistake | None:
    found = _QUOTED_ODDLY.match(complaint.line(complaint.at.line))
    if found is None or "mapping values" not in complaint.problem:
        return None
    position = Position(complaint.at.line, found.end("before") + 1)
    message = "YAML takes typographic quotes for text"
    return Mistake("needs-quotes", message, 'write straight quotes (") in place of both', position)


def _fence(complaint: Complaint) -> Mistake | None:
    """Find the fence around a block of code in Markdown."""
    if not complaint.line(complaint.at.line).lstrip().startswith("```"):
        return None
    hint = "delete the lines that begin with ```"
    return Mistake("yaml-syntax", "this line is Markdown, not YAML", hint, Position(complaint.at.line, 1))


def _separator(complaint: Complaint) -> Mistake | None:
    """Find a line between two events with too few or too many dashes."""
    if not re.fullmatch(r"-{2,}[ \t]*", complaint.line(complaint.since.line)):
        return None
    message = "a line between two events holds exactly three dashes"
    return Mistake("yaml-syntax", message, "write ---", Position(complaint.since.line, 1))


def _line_without_key(complaint: Complaint) -> int:
    """Return the number of the line in which libyaml expected a key; 0 for another error."""
    if "could not find expected ':'" in complaint.problem:
        return complaint.since.line
    return complaint.before.line if _has_colon_in_later_line(complaint) and not _is_indented_further(complaint) else 0


def _has_colon_in_later_line(complaint: Complaint) -> bool:
    """Return whether the error is a colon in a text, after the text's first line."""
    return "mapping values" in complaint.problem and complaint.before.line < complaint.at.line


def _is_indented_further(complaint: Complaint) -> bool:
    return _first_word(complaint, complaint.at.line).column > _first_word(complaint, complaint.before.line).column


def _missing_colon(complaint: Complaint) -> Mistake | None:
    """Find another sign in place of a colon."""
    number = _line_without_key(complaint)
    found = _OTHER_SIGN.match(complaint.line(number))
    if found is None:
        return None
    position = Position(number, found.end("key") + 1)
    hint = f"write `{found['key']}: {cut(found['value'])}`"
    return Mistake("yaml-syntax", "a colon is missing after the key", hint, position)


def _missing_space(complaint: Complaint) -> Mistake | None:
    number = _line_without_key(complaint)
    found = _GLUED.match(complaint.line(number))
    if found is None:
        return None
    key, value = found["key"], re.sub(rf"^(?:[ \t]|{ODD_SPACE})+", "", found["value"])
    position = Position(number, found.start("value") + 1)
    return Mistake("yaml-syntax", "a space is missing after the colon", f"write `{key}: {cut(value)}`", position)


def _comment_in_text(complaint: Complaint) -> Mistake | None:
    """Find a comment that ends a plain text which continues below it."""
    end = complaint.plain_end
    if end is None or "did not find expected key" not in complaint.problem:
        return None
    between = [complaint.line(end.line)[end.column - 1 :], *complaint.lines[end.line : complaint.at.line - 1]]
    line, column = next(((n, part.find("#")) for n, part in enumerate(between) if "#" in part), (-1, 0))
    if line < 0:
        return None
    position = Position(end.line + line, column + (end.column if line == 0 else 1))
    message = "what follows # is a comment, which ends the text before it"
    hint = "put the whole text in quotes, or write | after the key and the whole text below it, indented"
    return Mistake("cut-by-comment", message, hint, position)


def _indented_too_far(complaint: Complaint) -> Mistake | None:
    """Find a key that is indented as if it continued the value above it."""
    if not _has_colon_in_later_line(complaint):
        return None
    if not _is_indented_further(complaint):
        return Mistake("yaml-syntax", _NO_KEY, _NO_KEY_HINT, complaint.before)
    position = _first_word(complaint, complaint.at.line)
    key = _key_above(complaint, complaint.at.line)
    message = "YAML takes this line for part of the value above it, because it is indented further"
    hint = "begin it in the same column as the key above it"
    return Mistake("yaml-syntax", message, f"{hint}; {_continuation_hint(key)}" if key else hint, position)


def _pasted_text(complaint: Complaint) -> Mistake | None:
    """Find a line of a text that was pasted after a key."""
    number = complaint.at.line if "block mapping" in complaint.context else complaint.since.line
    line = complaint.line(number)
    if _KEY_LINE.match(line) or not _IN_TEXT.search(f"{complaint.context} {complaint.problem}"):
        return None
    key = _key_above(complaint, number)
    if key is None:
        return None
    is_comment = line.lstrip().startswith("//")
    hint = "begin a comment with #" if is_comment else f"write it as `key: value`; {_continuation_hint(key)}"
    return Mistake("yaml-syntax", _NO_KEY, hint, _first_word(complaint, number))


def _first_word(complaint: Complaint, number: int) -> Position:
    """Return the position of the first word of a line."""
    line = complaint.line(number)
    return Position(number, len(line) - len(line.lstrip()) + 1)


def _key_above(complaint: Complaint, number: int) -> re.Match[str] | None:
    """Return the nearest line above that begins with a key; None if that key has no value."""
    above = (_KEY_LINE.match(line) for line in reversed(complaint.lines[: number - 1]))
    found = next(filter(None, above), None)
    return found if found and found["value"] else None


def _continuation_hint(key: re.Match[str]) -> str:
    """Return the hint for making a line part of the text above it."""
    name = cut(key["key"])
    if key["value"].startswith(("|", ">")):
        return f"if it belongs to the text of {name}, indent it further than {name}, like every line of that text"
    if name == "eventDescription" or "_" in name:
        return f"if it belongs to the text of {name}, write `{name}: |` and all of that text below it, indented"
    return f"if it belongs to the text of {name}, put that text in quotes, on one line"


_FINDERS: tuple[Callable[[Complaint], Mistake | None], ...] = (
    _odd_space,
    _fence,
    _separator,
    _typographic_quotes,
    _missing_colon,
    _missing_space,
    _text_below_event,
    _comment_in_text,
    _indented_too_far,
    _pasted_text,
)
"""The first one that finds a mistake wins."""
