"""A diagnostic: what is wrong or noteworthy, where it stands, what to do."""

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
    """A position in a file: lines and columns count from 1, `file` is as shown to people."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding; `code` is stable and in kebab-case, `hint` says what would be right."""

    severity: Severity
    code: str
    message: str
    place: Place | None = None
    hint: str | None = None


def error(code: str, message: str, place: Place | None = None, hint: str | None = None) -> Diagnostic:
    """Give a finding that ends the run."""
    return Diagnostic(Severity.ERROR, code, message, place, hint)


def warning(code: str, message: str, place: Place | None = None, hint: str | None = None) -> Diagnostic:
    """Give a finding that people should know of while the run goes on."""
    return Diagnostic(Severity.WARNING, code, message, place, hint)


def info(code: str, message: str, place: Place | None = None, hint: str | None = None) -> Diagnostic:
    """Give a finding that only explains what the run did."""
    return Diagnostic(Severity.INFO, code, message, place, hint)


DETAILS = frozenset({"identity-unproven"})
"""Codes of what only explains how the run came to know something: nobody has to do anything about it."""


def without_details(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return what people should read who did not ask for details."""
    return tuple(found for found in diagnostics if found.code not in DETAILS)


def in_file_order(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort by file, line and column; those without a place come first."""
    return tuple(sorted(diagnostics, key=lambda found: (found.place is not None, found.place or Place(""))))
