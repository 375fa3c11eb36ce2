"""Placeholders in the texts of a series: `{date}` and `{number}` of each occurrence."""

import re
from functools import lru_cache

from reconciler.declarations.values.corrections import Wrong, did_you_mean
from reconciler.safe_text import cut, quoted

_NAMES = ("date", "number")
_PLACEHOLDERS = tuple(f"{{{name}}}" for name in _NAMES)
_BRACES = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[{}]")
_DOUBLE = {"{{": "{", "}}": "}"}
_SEPARATORS = " \t\n,;:|/#·\u2013\u2014-"
_OPENING, _CLOSING = "([", (")", "]")


def check_placeholders(text: str) -> None:
    """Raise `Wrong` if a text has a single brace, or anything else in braces than a known name."""
    _pieces(text)


def check_series_id(event_id: str) -> None:
    """Raise `Wrong` if the id of a series holds a placeholder: each event's id ends with its date anyhow."""
    found = next((placeholder for placeholder in _PLACEHOLDERS if placeholder in event_id), None)
    if found is not None:
        left = without_placeholders(event_id)
        what = f"write `{cut(left)}`" if left else "write an id without it"
        raise Wrong("bad-placeholder", f"{found} has no meaning in an id", f"the date is added by itself: {what}")


def filled_in(text: str, day: str, number: int) -> str:
    """Return a text that `check_placeholders` accepts with the date and the number of an occurrence."""
    pieces = _pieces(text)
    if len(pieces) == 1:
        return pieces[0]
    values = dict(zip(_PLACEHOLDERS, (day, str(number)), strict=True))
    filled = [*pieces]
    filled[1::2] = [values[placeholder] for placeholder in pieces[1::2]]
    return "".join(filled)


@lru_cache(maxsize=16)
def _pieces(text: str) -> tuple[str, ...]:
    """Return what stands between the placeholders and, at every odd index, a placeholder; raise `Wrong` for a mistake.

    The texts of a series are read once, not for each of its dates.
    """
    if "{" not in text and "}" not in text:
        return (text,)
    pieces, between, done = [], [], 0
    for found in _BRACES.finditer(text):
        braces = _checked(found[0])
        between.append(text[done : found.start()])
        done = found.end()
        if braces in _DOUBLE:
            between.append(_DOUBLE[braces])
        else:
            pieces += ["".join(between), braces]
            between = []
    return (*pieces, "".join([*between, text[done:]]))


def _checked(braces: str) -> str:
    if braces in ("{", "}"):
        message = f"a single {braces} has no meaning in a series"
        raise Wrong("bad-placeholder", message, f"write {braces * 2} for a brace, or {{date}} or {{number}}")
    if braces not in _DOUBLE and braces not in _PLACEHOLDERS:
        hint = did_you_mean(braces, _PLACEHOLDERS) or "write {date} or {number}; for braces write {{ and }}"
        raise Wrong("bad-placeholder", f"{quoted(braces)} has no meaning in a series", hint)
    return braces


def without_placeholders(text: str) -> str:
    """Return a text that `check_placeholders` accepts without its placeholders and what separates them."""
    kept, done = "", 0
    for found in _BRACES.finditer(text):
        kept += text[done : found.start()]
        done = found.end()
        if found[0] in _DOUBLE:
            kept += _DOUBLE[found[0]]
        else:
            kept = kept.rstrip(_SEPARATORS + _OPENING)
            done += 1 if text[done : done + 1] in _CLOSING else 0
    return " ".join((kept + text[done:]).lstrip(_SEPARATORS + ".").rstrip(_SEPARATORS).split())


def with_double_braces(text: str) -> str:
    """Return the text that stands for this one in a series."""
    return re.sub(r"[{}]", lambda found: found[0] * 2, text)
