"""Events of one day whose names differ only in how they are written."""

import re
import string
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from reconciler.advice.subject import Found, Subject, are_of_one_series, touched_first
from reconciler.safe_text import quoted

_SIGNS = frozenset("&%")
"""Punctuation, as Unicode counts it, that is read aloud, and so distinguishes names: 50 and 50%."""
_SEPARATORS = frozenset("|~^`=<>\xb4")
"""Symbols, as Unicode counts them, that are written between words like punctuation."""
_SHARP = re.compile(r"([^\W\d_])#")
"""The sign in names such as C#; before a number it is punctuation."""
_BETWEEN_DIGITS = re.compile(r"(?<=\d) +(?=\d)")
_BLANKS = re.compile(r" +")
_NO_ASCII_LETTERS = f"{string.punctuation}{string.whitespace}".encode()
_NO_LETTERS = re.compile(r"[\W_]+")


def almost_same_name(subjects: Sequence[Subject]) -> Iterator[Found]:
    """Find names that differ from that of another event of the same day only in case, white space or punctuation."""
    outlines = [_outline(subject.text("eventName")) for subject in subjects]
    counts = Counter(outlines)
    alike: defaultdict[tuple[date, bytes], list[Subject]] = defaultdict(list)
    for subject, outline in zip(subjects, outlines, strict=True):
        if counts[outline] > 1 and subject.start is not None:
            alike[subject.start.date(), outline].append(subject)
    for group in alike.values():
        yield from _differing(group)


def _differing(group: Sequence[Subject]) -> Iterator[Found]:
    """Find the names in a group that differ from the first one with the same letters."""
    first: dict[str, Subject] = {}
    for subject in group:
        name = subject.text("eventName")
        if letters := _letters(name):
            other = first.setdefault(letters, subject)
            if other.text("eventName") != name and not are_of_one_series(other, subject):
                yield _found(subject, other)


def _found(one: Subject, two: Subject) -> Found:
    subject, other = touched_first(one, two)
    places = (subject.place("eventName"), other.place("eventName"))
    name = quoted(other.text("eventName"))
    message = f"the name differs only in case, white space or punctuation from {name} on the same day ({places[1]})"
    return Found((subject, other), places, message, "if both are one event, delete one; else write both names alike")


def _outline(name: str) -> bytes:
    """Return the same bytes for names that may have the same letters; this is quick for most names."""
    if not name.isascii():
        name = _NO_LETTERS.sub("", unicodedata.normalize("NFC", name).casefold())
    return name.encode().lower().translate(None, _NO_ASCII_LETTERS)


@lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    """Return what tells names apart: letters, digits and signs with a meaning, and a dot for what is between digits."""
    folded = unicodedata.normalize("NFC", name).casefold()
    parts = _SHARP.sub("\\1\N{MUSIC SHARP SIGN}", folded).translate(_BLANKED)
    return _BLANKS.sub("", _BETWEEN_DIGITS.sub(".", parts))


class _Blanked(dict[int, str]):
    """The table that puts blanks in place of white space and punctuation; it learns characters as it meets them."""

    def __missing__(self, code: int) -> str:
        self[code] = chr(code) if _is_meant(chr(code)) else " "
        return self[code]


_BLANKED = _Blanked()


def _is_meant(character: str) -> bool:
    if character.isalnum() or character in _SIGNS:
        return True
    return character not in _SEPARATORS and unicodedata.category(character)[0] in "MNS"
