"""The escapes in a double-quoted YAML text (YAML 1.2, escaped characters)."""

import re
from collections.abc import Iterator

_ESCAPE = re.compile(r"\\(?:x(..)|u(....)|U(........)|(r\\n|.|\n))", re.DOTALL)
_UNESCAPED = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "L": "\u2028",
    "P": "\u2029",
}


def escapes(text: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    """Give where each escape between two places stands, with the character that it means."""
    for escape in _ESCAPE.finditer(text, begin, end):
        yield escape.start(), _unescape(escape)


def _unescape(escape: re.Match[str]) -> str:
    *codes, other = escape.groups()
    code = next(filter(None, codes), None)
    return _UNESCAPED.get(other, other) if code is None else chr(int(code, 16))
