r"""Surrogate pairs, with which JSON escapes an emoji (`\ud83d\ude80`), made readable for YAML's parser.

YAML has escapes for whole characters alone (YAML 1.2, escaped characters). Each half of a pair is written as the escape
of a character for private use, which is as long, so that every position stays; what was read is turned back.
"""

import re
from collections.abc import Iterable, Iterator

_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_ESCAPE = re.compile(rf"(?P<pair>{_PAIR.pattern})|\\.", re.DOTALL)
_NEUTRAL = r"\u0020\u0020"
_SHIFT = 0x0800
"""How far the private characters lie above the halves."""
_PRIVATE = re.compile("[\ue000-\ue7ff]|" + r"\\u[eE][0-7]|\\U0000[eE][0-7]")
_READ_PAIR = re.compile("([\ue000-\ue3ff])([\ue400-\ue7ff])")


def may_be_in(text: str) -> bool:
    """Return whether there may be pairs; private characters of the text's own would be mistaken for halves."""
    return _PAIR.search(text) is not None and _PRIVATE.search(text) is None


def neutralised(text: str) -> str:
    """Return a text of the same shape without pairs, in which quotes can be found."""
    return _PAIR.sub(lambda _: _NEUTRAL, text)


def prepared(text: str, quoted: Iterable[tuple[int, int]]) -> str:
    """Write the pairs in the double-quoted parts of a text, given by begin and end, as private characters."""
    parts: list[str] = []
    done = 0
    for begin, end in quoted:
        for place in _pairs(text, begin, end):
            parts += text[done:place], *(_private(text[at + 2 : at + 6]) for at in (place, place + 6))
            done = place + 12
    return "".join([*parts, text[done:]])


def restored(value: str) -> str:
    """Return what a prepared text means."""
    return _READ_PAIR.sub(lambda pair: _joined(ord(pair[1]) - _SHIFT, ord(pair[2]) - _SHIFT), value)


def _pairs(text: str, begin: int, end: int) -> Iterator[int]:
    """Find where pairs stand; a backslash that is escaped itself begins none."""
    return (escape.start() for escape in _ESCAPE.finditer(text, begin, end) if escape["pair"])


def _private(digits: str) -> str:
    return rf"\u{int(digits, 16) + _SHIFT:04x}"


def _joined(high: int, low: int) -> str:
    return (chr(high) + chr(low)).encode("utf-16", "surrogatepass").decode("utf-16")
