"""Diagnostics on several dates of one series, told at once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reconciler.diagnostics import Diagnostic
from reconciler.event import registered


def told_together(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics in their order, of those that say the same of several dates of a series one for all."""
    groups: dict[object, list[Diagnostic]] = {}
    for each in found:
        groups.setdefault(_what_it_says(each), []).append(each)
    return tuple(members[0] if len(members) == 1 else _one_for_all(members) for members in groups.values())


def _what_it_says(found: Diagnostic) -> object:
    """Return what diagnostics share that can be told at once; one that stands alone shares nothing."""
    of_series = found.of_series
    return id(found) if of_series is None else (found.code, replace(of_series, date="", registrants=0))


def _one_for_all(members: Sequence[Diagnostic]) -> Diagnostic:
    parts = [member.of_series for member in members if member.of_series is not None]
    counts = [part.registrants for part in parts]
    people = registered(None if None in counts else sum(filter(None, counts)))
    said, dates = parts[0], ", ".join(part.date for part in parts)
    message = f"{said.before}{len(parts)} dates of {said.series}{said.after}; {people}; the dates: {dates}"
    return replace(members[0], message=message, hint=said.hint, of_series=None)
