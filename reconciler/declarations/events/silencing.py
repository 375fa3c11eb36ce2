"""Comments that silence advice at the end of a line."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from reconciler.declarations.events.file_names import SourceFile
from reconciler.declarations.values.advice_codes import CODES, CUT_BY_COMMENT
from reconciler.declarations.values.corrections import did_you_mean
from reconciler.declarations.yaml.remarks import Silence, silences
from reconciler.diagnostics import Diagnostic, Place, warning
from reconciler.errors import DeclarationsInvalid
from reconciler.safe_text import quoted


def silenced_in(source: SourceFile) -> tuple[Mapping[tuple[str, int], frozenset[str]], list[Diagnostic]]:
    """Return the codes that comments silence, by file and line, and a warning for each comment without effect."""
    try:
        found = list(silences(source.content, source.shown))
    except DeclarationsInvalid:
        return {}, []  # what is wrong is told where the file is read
    problems = (problem for each in found for problem in _without_effect(each, source.shown))
    return _by_line(found, source.shown), list(problems)


def _by_line(found: Iterable[Silence], file: str) -> Mapping[tuple[str, int], frozenset[str]]:
    silenced: defaultdict[tuple[str, int], frozenset[str]] = defaultdict(frozenset)
    for each in found:
        if each.first is not None:
            for line in {each.first, each.line}:
                silenced[file, line] |= frozenset(each.codes)
    return silenced


def _without_effect(silence: Silence, file: str) -> Iterator[Diagnostic]:
    place = Place(file, silence.line, silence.column)
    if silence.unread:
        yield from _perhaps_meant(silence.unread, place)
    elif silence.first is None:
        hint = "move it to the end of the line that the warning names"
        yield warning("silences-nothing", "a comment on a line of its own silences nothing", place, hint)
    elif not silence.codes:
        hint = "write the code that the warning ends with, as in `# reconciler: silence at-night`"
        yield warning("silences-nothing", "this comment names no code", place, hint)
    else:
        unknown = (code for code in silence.codes if code not in _OF_COMMENTS)
        yield from (_not_silenced(code, place) for code in islice(unknown, 1))


def _perhaps_meant(unread: str, place: Place) -> Iterator[Diagnostic]:
    """Yield a warning if a comment with the program's name speaks of silence or of advice; it may be any note else."""
    words = _WORD.findall(unread.lower())
    if any(word.startswith("silenc") or word in CODES for word in words):
        codes = [word for word in words if word in CODES] or ["at-night"]
        hint = f"write it as in `# reconciler: silence {', '.join(codes)}`"
        yield warning("silences-nothing", "this comment is not read, so it silences nothing", place, hint)


_WORD = re.compile(r"[a-z-]+")
_OF_COMMENTS = frozenset(CODES) - {CUT_BY_COMMENT}


def _not_silenced(code: str, place: Place) -> Diagnostic:
    if code == CUT_BY_COMMENT:
        hint = f"put the text in quotes, or write `silence: [{CUT_BY_COMMENT}]` in reconciler.yaml"
        return warning("silences-nothing", f"no comment silences {CUT_BY_COMMENT}", place, hint)
    hint = did_you_mean(code, _OF_COMMENTS) or "write codes alone; a reason goes behind another #"
    return warning("silences-nothing", f"{quoted(code)} is not the code of any advice", place, hint)
