"""Lists of diagnostics, one a line."""

from collections import Counter
from collections.abc import Callable, Sequence

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.render import phrases
from reconciler.safe_text import visible

SHOWN_IN_FULL = 100
"""How many diagnostics are listed before the rest is only counted; a first paste of a calendar can cause thousands."""

Lister = Callable[[Sequence[Diagnostic]], list[str]]


def in_full(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """Return every diagnostic as a line."""
    return [visible(phrases.diagnostic(diagnostic)) for diagnostic in diagnostics]


def abridged(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """Return a hundred diagnostics in their order, errors chosen first; a last line counts the others by code."""
    if len(diagnostics) <= SHOWN_IN_FULL:
        return in_full(diagnostics)
    ranked = sorted(range(len(diagnostics)), key=lambda index: diagnostics[index].severity is not Severity.ERROR)
    listed, others = sorted(ranked[:SHOWN_IN_FULL]), ranked[SHOWN_IN_FULL:]
    codes = Counter(diagnostics[index].code for index in others)
    counts = ", ".join(
        f"{number:,} {code}" for code, number in sorted(codes.items(), key=lambda item: (-item[1], item[0]))
    )
    return [
        *in_full([diagnostics[index] for index in listed]),
        f"… and {len(others):,} more: {counts}; --verbose lists all",
    ]
