"""Texts as YAML values that the strict reader reads back as they were."""

import re

from reconciler.safe_text import visible

_PLAIN = re.compile(r"""(?:[^\s,\[\]{}#&*!|>'"%@`?:-]|[?:-](?=\S))(?:(?!:(?:\s|\Z)|\s#).)*(?<!\s)""")
"""A text of one line that needs no quotes to be a value in a block of `key: value`."""
_PLAIN_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_NULLS = ("null", "~")
_BLANK_AT_AN_END = re.compile(r"\A\n*[ \t]|[ \t]$", re.MULTILINE)
"""A blank that would change the indentation of a block, or one that nobody sees and editors delete."""


def on_one_line(text: str) -> str:
    """Return a text as a value on one line, in double quotes if it would be read as something else without any."""
    return text if is_plain(text) else in_double_quotes(text)


def is_plain(text: str) -> bool:
    """Return whether a text needs no quotes; one with invisible characters does, to show them by escapes."""
    return _PLAIN.fullmatch(text) is not None and text not in _NULLS and visible(text) == text


def key_text(name: str) -> str:
    """Return a name as a key, in double quotes unless it is made of plain letters and digits."""
    return name if _PLAIN_KEY.fullmatch(name) else in_double_quotes(name)


def in_double_quotes(text: str) -> str:
    """Return a text in double quotes, with an escape for every character that is invisible or would end it."""
    return f'"{"".join(map(_code, text))}"'


def reads_as_a_block(text: str) -> bool:
    """Return whether the lines of a text can be a block: there are several, and nothing in them is hidden or lost."""
    return "\n" in text and fits_a_block(text)


def fits_a_block(text: str) -> bool:
    """Return whether a block with the usual indentation holds exactly a text, and shows all of it."""
    one_line = text.replace("\n", "")
    is_visible = bool(one_line) and visible(one_line) == one_line
    return is_visible and text.strip("\n") == text and not _BLANK_AT_AN_END.search(text)


def block_lines(text: str, indent: str) -> list[str]:
    """Return the lines of a block below its `|`, each after the indentation."""
    return [f"{indent}{line}" if line else "" for line in text.split("\n")]


def _code(character: str) -> str:
    if character in _CODES:
        return _CODES[character]
    return character if visible(character) == character else f"\\U{ord(character):08x}"


_CODES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
