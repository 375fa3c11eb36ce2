"""A finding: how things stand with one part of the way to HubSpot."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import ReconcilerError


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
