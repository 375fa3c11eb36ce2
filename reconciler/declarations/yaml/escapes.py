r"""The escapes in a double-quoted YAML text (YAML 1.2, escaped characters), JSON's surrogate pairs among them.

JSON escapes an emoji as two halves (`\ud83d\ude80`), and YAML has escapes for whole characters alone. Each half of a
pair is written as the escape of a character for private use, which is as long, so that every position stays; what was
read is turned back.
"""

import re
from collections.abc import Iterable, Iterator

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


_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_PAIR_OR_ESCAPE = re.compile(rf"(?P<pair>{_PAIR.pattern})|\\.", re.DOTALL)
_NEUTRAL = r"\u0020\u0020"
_SHIFT = 0x0800
"""How far the private characters lie above the halves."""
_PRIVATE = re.compile("[\ue000-\ue7ff]|" + r"\\u[eE][0-7]|\\U0000[eE][0-7]")
_READ_PAIR = re.compile("([\ue000-\ue3ff])([\ue400-\ue7ff])")


def escapes(text: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    """Give where each escape between two places stands, with the character that it means."""
    for escape in _ESCAPE.finditer(text, begin, end):
        yield escape.start(), _unescape(escape)


def _unescape(escape: re.Match[str]) -> str:
    *codes, other = escape.groups()
    code = next(filter(None, codes), None)
    return _UNESCAPED.get(other, other) if code is None else chr(int(code, 16))


def may_hold_pairs(text: str) -> bool:
    """Return whether there may be pairs; private characters of the text's own would be mistaken for halves."""
    return _PAIR.search(text) is not None and _PRIVATE.search(text) is None


def with_pairs_blanked(text: str) -> str:
    """Return a text of the same shape without pairs, in which quotes can be found."""
    return _PAIR.sub(lambda _: _NEUTRAL, text)


def with_pairs_hidden(text: str, quoted: Iterable[tuple[int, int]]) -> str:
    """Write the pairs in the double-quoted parts of a text, given by begin and end, as private characters."""
    parts: list[str] = []
    done = 0
    for begin, end in quoted:
        for place in _pairs(text, begin, end):
            parts += text[done:place], *(_private(text[at + 2 : at + 6]) for at in (place, place + 6))
            done = place + 12
    return "".join([*parts, text[done:]])


def with_pairs_restored(value: str) -> str:
    """Return what a with_pairs_hidden text means."""
    return _READ_PAIR.sub(lambda pair: _joined(ord(pair[1]) - _SHIFT, ord(pair[2]) - _SHIFT), value)


def _pairs(text: str, begin: int, end: int) -> Iterator[int]:
    """Find where pairs stand; a backslash that is escaped itself begins none."""
    return (escape.start() for escape in _PAIR_OR_ESCAPE.finditer(text, begin, end) if escape["pair"])


def _private(digits: str) -> str:
    return rf"\u{int(digits, 16) + _SHIFT:04x}"


def _joined(high: int, low: int) -> str:
    return (chr(high) + chr(low)).encode("utf-16", "surrogatepass").decode("utf-16")
