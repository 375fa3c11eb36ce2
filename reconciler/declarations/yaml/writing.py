"""YAML lines that declare given values."""

import re
from collections.abc import Mapping

from reconciler.event import CUSTOM, Kind, Value, kind_of
from reconciler.safe_text import visible

_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WHITE_ENDS = re.compile(r"^[ \t]|[ \t]$", re.MULTILINE)
_ACTIVE = re.compile("```|~~~|::|##")
"""Text that could end the code fence around the lines, or be a workflow command to GitHub's runner."""


def yaml_lines(fields: Mapping[str, Value]) -> list[str]:
    """Return lines that the strict reader reads as exactly these values; an empty text stands for None.

    The reader does not preserve line breaks at the end of a text, or carriage returns before other line breaks.
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
    """Return whether a text of several lines can be a block: nothing in it is invisible, active or would be lost."""
    one_line = text.replace("\n", "")
    is_safe = visible(one_line) == one_line and not _ACTIVE.search(text)
    return one_line != text and is_safe and text.strip("\n") == text and not _WHITE_ENDS.search(text)


def _in_quotes(text: str) -> str:
    """Write a text in double quotes, with an escape for every active or invisible character."""
    # `##[` begins a workflow command to GitHub's runner at any position.
    inner = "".join(map(_code, text)).replace("##", "#\\x23")
    return f'"{inner}"'


def _code(character: str) -> str:
    if visible(character) == character:
        return _CODES.get(character, character)
    return f"\\U{ord(character):08x}" if character not in _CODES else _CODES[character]


_CODES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
