"""The lines of YAML that declare given values."""

import re
from collections.abc import Mapping

from reconciler.event import CUSTOM, Kind, Value, kind_of
from reconciler.safe_text import visible

_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WHITE_ENDS = re.compile(r"^[ \t]|[ \t]$", re.MULTILINE)
_ACTIVE = re.compile("```|~~~|::|##")
"""What could end the fence that the lines stand in, or be a command to GitHub's runner."""


def yaml_lines(fields: Mapping[str, Value]) -> list[str]:
    """Give lines that the strict reader reads as just these values; an empty text stands for None.

    Two things it never gives back: line breaks at the end of a text, and carriage returns before others.
    """
    own = {name: value for name, value in fields.items() if not name.startswith(CUSTOM)}
    custom = {name.removeprefix(CUSTOM): value for name, value in fields.items() if name.startswith(CUSTOM)}
    lines = [line for name, value in own.items() for line in _lines(name, value, "")]
    if custom:
        lines.append("customProperties:")
    return lines + [line for name, value in custom.items() for line in _lines(name, value, "  ")]


def _lines(name: str, value: Value, indent: str) -> list[str]:
    if not indent and kind_of(name) is Kind.FLAG:
        return [f"{name}: {'true' if value is True else 'false'}"]
    key = name if _PLAIN_KEY.fullmatch(name) else _in_quotes(name)
    text = "" if value is None else str(value)
    if not _reads_as_a_block(text):
        return [f"{indent}{key}: {_in_quotes(text)}"]
    return [f"{indent}{key}: |-", *(f"{indent}  {line}" if line else "" for line in text.split("\n"))]


def _reads_as_a_block(text: str) -> bool:
    """Tell whether a text of several lines can stand as it is: nothing in it hides, acts, or is lost at an end."""
    one_line = text.replace("\n", "")
    inert = visible(one_line) == one_line and not _ACTIVE.search(text)
    return one_line != text and inert and text.strip("\n") == text and not _WHITE_ENDS.search(text)


def _in_quotes(text: str) -> str:
    """Write a text in double quotes, every character that acts or hides as its code."""
    # Two of these signs and a bracket are a command to GitHub's runner wherever they stand.
    inner = "".join(map(_code, text)).replace("##", "#\\x23")
    return f'"{inner}"'


def _code(character: str) -> str:
    if visible(character) == character:
        return _CODES.get(character, character)
    return f"\\U{ord(character):08x}" if character not in _CODES else _CODES[character]


_CODES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
