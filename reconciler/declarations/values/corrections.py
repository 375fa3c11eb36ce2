"""The error for a refused value, with suggestions for misspelt names."""

from collections.abc import Iterable


class Wrong(ValueError):
    """A value that its key does not allow; the caller adds the key and the position."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


_ALIKE = 0.6
"""The similarity, from 0 to 1, from which a name was probably meant: `Berlin` is near enough to Europe/Berlin,
`colour` is not to hours."""

_MOST = 1_000
"""The most names to compare, because comparing is slow; of more names, the nearest in length are taken."""

_LONGEST = 60
"""The most characters to compare; longer texts are not misspelt names, and comparing them is slow."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return a hint with the nearest known name, or None if none is near enough; case is ignored."""
    names = {name.casefold(): name for name in _few(word, [name for name in known if name != word])}
    near = _nearest(word[:_LONGEST].casefold(), names)
    return None if near is None else f"did you mean {names[near]}?"


def _nearest(word: str, names: Iterable[str]) -> str | None:
    """Return what `get_close_matches` of difflib does, but compare no name that cannot be nearer than one before it."""
    from difflib import SequenceMatcher  # noqa: PLC0415  (slow to load, and only a mistake needs it)

    matcher = SequenceMatcher(None, "", word)
    bounds = []
    for name in names:
        matcher.set_seq1(name)
        if matcher.real_quick_ratio() >= _ALIKE:
            bounds.append((matcher.quick_ratio(), name))
    best = (_ALIKE, "")
    for bound, name in sorted(bounds, reverse=True):
        if bound < best[0]:
            break
        matcher.set_seq1(name)
        best = max(best, (matcher.ratio(), name))
    return best[1] or None


def _few(word: str, names: list[str]) -> list[str]:
    if len(names) <= _MOST:
        return names
    return sorted(names, key=lambda name: (abs(len(name) - len(word)), name))[:_MOST]


def by_likeness(word: str, known: Iterable[str]) -> list[str]:
    """Sort the known names by similarity, the most similar first."""
    from difflib import SequenceMatcher  # noqa: PLC0415  (as above)

    return sorted(known, key=lambda name: (-SequenceMatcher(None, word, name).ratio(), name))
