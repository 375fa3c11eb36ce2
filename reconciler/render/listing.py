"""Findings as lines to read: all of them, or the first and a count of the others."""

from collections import Counter
from collections.abc import Callable, Sequence

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.render import words
from reconciler.safe_text import visible

TOLD_IN_FULL = 100
"""How many findings are told in full; a first paste of a whole calendar can have thousands."""

Lister = Callable[[Sequence[Diagnostic]], list[str]]


def in_full(found: Sequence[Diagnostic]) -> list[str]:
    """Write every finding, one a line."""
    return [visible(words.diagnostic(one)) for one in found]


def abridged(found: Sequence[Diagnostic]) -> list[str]:
    """Write the first hundred findings in their order, then count the others by kind; errors go before all else."""
    if len(found) <= TOLD_IN_FULL:
        return in_full(found)
    ranked = sorted(range(len(found)), key=lambda place: found[place].severity is not Severity.ERROR)
    told, others = sorted(ranked[:TOLD_IN_FULL]), ranked[TOLD_IN_FULL:]
    kinds = Counter(found[place].code for place in others)
    counts = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items(), key=lambda one: (-one[1], one[0])))
    return [*in_full([found[place] for place in told]), f"… and {len(others):,} more: {counts}; --verbose lists all"]
