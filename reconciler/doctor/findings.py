"""Findings: how things stand with each part of the way to HubSpot, and the report of them for the terminal."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import ReconcilerError
from reconciler.render import words
from reconciler.safe_text import visible


class Verdict(StrEnum):
    """How things stand with one subject."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one subject; the exit code is that of what is wrong, else 0."""

    subject: str
    verdict: Verdict
    text: str
    hint: str | None = None
    exit_code: int = 0


def unknown(subject: str, reason: ReconcilerError) -> Finding:
    """Give the finding about a subject that HubSpot gave this answer to, or none."""
    return Finding(subject, Verdict.UNKNOWN, reason.message, reason.hint)


def wrong(subject: str, reason: ReconcilerError) -> Finding:
    """Give the finding that this error would end a run."""
    return Finding(subject, Verdict.WRONG, reason.message, reason.hint, reason.exit_code)


def exit_code(findings: Iterable[Finding]) -> int:
    """Give the exit code of what stands first in the table of exit codes; 0 where nothing is wrong."""
    return min((finding.exit_code for finding in findings if finding.exit_code), default=0)


def without_echoes(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Tell a reason in full only where it is first told to be wrong, not for everything else that it spoils."""
    found = list(findings)
    first = {finding.text: finding for finding in reversed(found) if finding.verdict is Verdict.WRONG}
    return tuple(
        finding if first.get(finding.text, finding) is finding else _echo(finding.subject) for finding in found
    )


def _echo(subject: str) -> Finding:
    return Finding(subject, Verdict.UNKNOWN, "for the same reason")


_INDENT = " " * 25


def report(findings: Iterable[Finding]) -> str:
    """Write the findings, each with what to do, and the sum of them in a last line."""
    found = list(findings)
    lines = [line for finding in found for line in _lines(finding)]
    return "".join(f"{visible(line)}\n" for line in [*lines, "", _sum(found)])


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{finding.verdict:<10} {finding.subject:<13} {finding.text}"
    if finding.hint is not None:
        yield f"{_INDENT}→ {finding.hint}"


def _sum(findings: list[Finding]) -> str:
    def count(verdict: Verdict) -> int:
        return sum(finding.verdict is verdict for finding in findings)

    wrong = count(Verdict.WRONG)
    parts = [f"{words.count(wrong, 'thing')} wrong" if wrong else "Nothing is wrong"]
    parts += [words.count(count(Verdict.WARNING), "warning")] if count(Verdict.WARNING) else []
    parts += [f"{count(Verdict.UNKNOWN)} not known"] if count(Verdict.UNKNOWN) else []
    return f"{', '.join(parts)}."
