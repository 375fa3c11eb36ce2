"""A diagnostic: what is wrong or noteworthy, where, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a diagnostic matters; an `ERROR` ends the run."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; lines and columns count from 1, `file` is the path shown to people."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class OfSeries:
    """What a diagnostic on a date of a series says of all its dates of which the same is so.

    People are told once: `<before>3 dates of <series><after>; 25 registered; the dates: …`.
    """

    series: str
    date: str
    """The date, with what is to be said of it alone."""
    before: str
    after: str
    hint: str | None
    registrants: int | None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One diagnostic; `code` is stable and in kebab-case, `hint` says what would be right."""

    severity: Severity
    code: str
    message: str
    place: Place | None = None
    hint: str | None = None
    of_series: OfSeries | None = None
    """Given where the same may be so of other dates of a series; the message is about one date."""


def error(code: str, message: str, place: Place | None = None, hint: str | None = None) -> Diagnostic:
    """Return a diagnostic that ends the run."""
    return Diagnostic(Severity.ERROR, code, message, place, hint)


def warning(code: str, message: str, place: Place | None = None, hint: str | None = None) -> Diagnostic:
    """Return a diagnostic that people should know while the run goes on."""
    return Diagnostic(Severity.WARNING, code, message, place, hint)


def info(code: str, message: str, place: Place | None = None, hint: str | None = None) -> Diagnostic:
    """Return a diagnostic that only explains what the run did."""
    return Diagnostic(Severity.INFO, code, message, place, hint)


DETAILS = frozenset({"identity-unproven"})
"""Codes of diagnostics that only explain how the run knows something, and need no action."""


def without_details(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics without those that are mere details."""
    return tuple(diagnostic for diagnostic in diagnostics if diagnostic.code not in DETAILS)


def in_file_order(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics by file, line and column; those without a place come first."""
    return tuple(sorted(diagnostics, key=lambda item: (item.place is not None, item.place or Place(""))))
