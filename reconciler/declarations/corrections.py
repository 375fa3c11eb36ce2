"""A value that is refused, and what was probably meant."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches


class Wrong(ValueError):
    """A value that its key does not allow; whoever knows the key and the place adds them."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


_ALIKE = 0.6
"""From here on, of 1, a name was probably meant: `Berlin` for Europe/Berlin is, `colour` for hours is not."""

_MOST = 1_000
"""Of more names, those that are not about as long are left out: comparing with all of them takes long."""

_LONGEST = 60
"""Longer texts are no misspelt names, and comparing them takes long."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Ask whether the nearest known name was meant, where one is near enough; capitals make no difference."""
    names = {name.casefold(): name for name in _few(word, [name for name in known if name != word])}
    near = get_close_matches(word[:_LONGEST].casefold(), names, n=1, cutoff=_ALIKE)
    return f"did you mean {names[near[0]]}?" if near else None


def _few(word: str, names: list[str]) -> list[str]:
    if len(names) <= _MOST:
        return names
    return sorted(names, key=lambda name: (abs(len(name) - len(word)), name))[:_MOST]


def by_likeness(word: str, known: Iterable[str]) -> list[str]:
    """Sort the known names, the most alike first."""
    return sorted(known, key=lambda name: (-SequenceMatcher(None, word, name).ratio(), name))
