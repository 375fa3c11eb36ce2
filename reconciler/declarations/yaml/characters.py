"""Decoding of UTF-8 text, without characters that deceive people or the terminal."""

import re
from itertools import islice

from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import DeclarationsInvalid
from reconciler.safe_text import FORBIDDEN

REPORTED_AT_MOST = 20
"""The most deceptive characters to report for one text; a binary file could have a million."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What some programs put before UTF-8."""

_HARMLESS = bytes(code for code in range(128) if not FORBIDDEN.match(chr(code)))
"""The bytes that are never deceptive: most files have no others, and looking at bytes is quick."""


def encode_like(content: bytes, text: str) -> bytes:
    """Return a text as UTF-8, with a byte order mark if there is one before the content that it replaces."""
    mark = BYTE_ORDER_MARK if content.startswith(BYTE_ORDER_MARK) else b""
    return mark + text.encode()


def decode(content: bytes, file: str) -> str:
    """Decode strict UTF-8, without one leading byte order mark.

    Raises `DeclarationsInvalid` if the content is not UTF-8 or has deceptive characters.
    """
    content = content.removeprefix(BYTE_ORDER_MARK)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as reason:
        raise DeclarationsInvalid((_not_utf8(content, reason.start, file),)) from reason
    if not content.translate(None, _HARMLESS):
        return text
    matches = islice(FORBIDDEN.finditer(text), REPORTED_AT_MOST)
    if problems := tuple(_deceptive(match, text, file) for match in matches):
        raise DeclarationsInvalid(problems)
    return text


def deceptive_character(character: str, place: Place) -> Diagnostic:
    """Return the error for a deceptive character, which names the character without showing it."""
    message = f"the character U+{ord(character):04X} is not allowed: it can hide or change what people see"
    hint = (
        "save the file with LF line ends"
        if character == "\r"
        else "delete it; pasted text often contains such characters"
    )
    return error("control-character", message, place, hint)


def _place_in(text: str, index: int, file: str) -> Place:
    """Return the position of an index, as line and column."""
    return Place(file, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _deceptive(match: re.Match[str], text: str, file: str) -> Diagnostic:
    return deceptive_character(match[0], _place_in(text, match.start(), file))


def _not_utf8(content: bytes, index: int, file: str) -> Diagnostic:
    before = content[:index].decode("utf-8")
    message = f"the file is not UTF-8: the byte 0x{content[index]:02X} is invalid"
    return error("not-utf8", message, _place_in(before, len(before), file), "save the file as UTF-8")
