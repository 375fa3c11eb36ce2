"""Phrases that need no plan: a counted noun, a diagnostic in one line."""

from reconciler.diagnostics import Diagnostic, Severity


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless the number is 1."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def beginning(text: str, most: int) -> str:
    """Return a text; of one longer than `most` characters its beginning, with the number of those left out."""
    left = len(text) - most
    return f"{text[:most]}… {left:,} more letter{'' if left == 1 else 's'}" if left > 0 else text


def counted_as_errors(number: int) -> str:
    """Return how many warnings `--warnings-as-errors` counts as errors; empty if there are none."""
    verb = "counts as an error" if number == 1 else "count as errors"
    return f"{count(number, 'warning')} {verb}, because of --warnings-as-errors" if number else ""


def diagnostic(diagnostic: Diagnostic) -> str:
    """Return a diagnostic as one line: where, what, and what to do."""
    place = "" if diagnostic.place is None else f"{diagnostic.place}: "
    hint = "" if diagnostic.hint is None else f" ({diagnostic.hint})"
    # An info only explains the run, so nobody has to look up its code.
    if diagnostic.severity is Severity.INFO:
        return f"{place}{diagnostic.message}{hint}"
    mark = "" if diagnostic.severity is Severity.ERROR else f"{diagnostic.severity}: "
    return f"{place}{mark}{diagnostic.message}{hint} [{diagnostic.code}]"
