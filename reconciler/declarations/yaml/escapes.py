r"""Escapes in double-quoted YAML text (YAML 1.2, escaped characters), including JSON's surrogate pairs.

JSON escapes an emoji as two halves (`\ud83d\ude80`), but YAML has escapes for whole characters only. Before parsing,
each half of a pair is replaced by the escape of a private-use character, which is equally long, so that positions do
not change. After parsing, the pairs are restored.
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
"""The distance from a half to its private-use character."""
_PRIVATE = re.compile("[\ue000-\ue7ff]|" + r"\\u[eE][0-7]|\\U0000[eE][0-7]")
_READ_PAIR = re.compile("([\ue000-\ue3ff])([\ue400-\ue7ff])")


def escapes(text: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield the index and the character of each escape between two indexes."""
    for escape in _ESCAPE.finditer(text, begin, end):
        yield escape.start(), _unescape(escape)


def _unescape(escape: re.Match[str]) -> str:
    *codes, other = escape.groups()
    code = next(filter(None, codes), None)
    return _UNESCAPED.get(other, other) if code is None else chr(int(code, 16))


def may_hold_pairs(text: str) -> bool:
    """Return whether a text may hold pairs, and no private-use characters that would be mistaken for halves."""
    return _PAIR.search(text) is not None and _PRIVATE.search(text) is None


def with_pairs_blanked(text: str) -> str:
    """Replace all pairs by escaped spaces, which are equally long, so that a parser can find the quotes."""
    return _PAIR.sub(lambda _: _NEUTRAL, text)


def with_pairs_hidden(text: str, quoted: Iterable[tuple[int, int]]) -> str:
    """Replace the pairs in the double-quoted parts of a text, given by begin and end, by private-use characters."""
    parts: list[str] = []
    done = 0
    for begin, end in quoted:
        for place in _pairs(text, begin, end):
            parts += text[done:place], *(_private(text[at + 2 : at + 6]) for at in (place, place + 6))
            done = place + 12
    return "".join([*parts, text[done:]])


def with_pairs_restored(value: str) -> str:
    """Restore the pairs in a value read from a text of `with_pairs_hidden`."""
    return _READ_PAIR.sub(lambda pair: _joined(ord(pair[1]) - _SHIFT, ord(pair[2]) - _SHIFT), value)


def text_of_quoted(value: str, style: str) -> str:
    """Return the text of a value that is in quotes or a block; line breaks at its end are dropped."""
    text = with_pairs_restored(value) if style == '"' else value
    return text.replace("\r\n", "\n").rstrip("\n")


def _pairs(text: str, begin: int, end: int) -> Iterator[int]:
    """Yield the index of each pair; an escaped backslash does not begin one."""
    return (escape.start() for escape in _PAIR_OR_ESCAPE.finditer(text, begin, end) if escape["pair"])


def _private(digits: str) -> str:
    return rf"\u{int(digits, 16) + _SHIFT:04x}"


def _joined(high: int, low: int) -> str:
    return (chr(high) + chr(low)).encode("utf-16", "surrogatepass").decode("utf-16")
