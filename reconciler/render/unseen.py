"""Invisible differences between two texts, made visible."""

import re
from collections import defaultdict
from difflib import SequenceMatcher
from functools import lru_cache
from unicodedata import category, is_normalized, normalize

from reconciler.safe_text import PASSING_UNSEEN, visible

_BLANKS = re.compile("[\\s\u2800]+")
_UNSEEN = re.compile(f"[{PASSING_UNSEEN}]")
_HIDDEN = re.compile(rf" {{2,}}|^ | $|[^\S ]|[\\\u2800{PASSING_UNSEEN}]")
_CODE = "\\u{"
_JAMO = re.compile("[\u1160-\u11ff]")
"""Parts of Korean letters that follow the first part."""


def told_apart(before: str, after: str) -> tuple[str, str]:
    """Return both texts with invisible differences written as character codes.

    A line is changed only if it differs, and looks like another line or holds text that could be taken for such a
    code. A single blank between two words stays as it is.
    """
    old, new = before.split("\n"), after.split("\n")
    alike = defaultdict(set)
    for line in (*old, *new):
        alike[_look(line)].add(line)

    def shown(line: str) -> str:
        return _exposed(line) if len(alike[_look(line)]) > 1 or _CODE in line else line

    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            old[start:end], new[new_start:new_end] = map(shown, old[start:end]), map(shown, new[new_start:new_end])
    return "\n".join(old), "\n".join(new)


def unseen_difference(before: str, after: str) -> str:
    """Return in words how two texts that look alike differ; empty if they look different or are the same."""
    old, new = before.split("\n"), after.split("\n")
    if before == after or list(map(_look, old)) != list(map(_look, new)):
        return ""
    if list(map(_evenly_spaced, old)) == list(map(_evenly_spaced, new)):
        return "differs only in white space"
    if normalize("NFC", before) == normalize("NFC", after):
        return "differs only in how letters are composed"
    return "differs only in characters that cannot be seen"


@lru_cache(maxsize=256)  # of two long texts each line is looked at several times
def _look(line: str) -> str:
    """Return a line as people see it in a terminal or a browser, where any white space looks like one blank."""
    return _evenly_spaced(normalize("NFC", _UNSEEN.sub("", visible(line))))


def _evenly_spaced(line: str) -> str:
    return _BLANKS.sub(" ", line).strip()


def _exposed(line: str) -> str:
    """Return a line with codes for everything invisible, and for the parts of decomposed letters."""
    shown = _HIDDEN.sub(lambda match: "".join(map(_code, match[0])), line)
    if is_normalized("NFC", line):
        return shown
    return "".join(_code(character) if _is_part(character) else character for character in shown)


def _is_part(character: str) -> bool:
    """Return whether a character may become part of another one when letters are composed."""
    marks = category(character).startswith("M") or _JAMO.match(character)
    return bool(marks) or not is_normalized("NFC", character)


def _code(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"
