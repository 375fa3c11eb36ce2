"""The findings of `doctor`, with their report for the terminal."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import ReconcilerError
from reconciler.render import phrases
from reconciler.safe_text import visible


class Verdict(StrEnum):
    """The result of checking one subject."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found about one subject; `exit_code` is that of the error if something is wrong, else 0."""

    subject: str
    verdict: Verdict
    text: str
    hint: str | None = None
    exit_code: int = 0


def unknown(subject: str, reason: ReconcilerError) -> Finding:
    """Return the finding that a subject could not be checked for this reason."""
    return Finding(subject, Verdict.UNKNOWN, reason.message, reason.hint)


def wrong(subject: str, reason: ReconcilerError) -> Finding:
    """Return the finding that this error would end a run."""
    return Finding(subject, Verdict.WRONG, reason.message, reason.hint, reason.exit_code)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return the lowest exit code of all findings that are wrong; 0 if none is."""
    return min((finding.exit_code for finding in findings if finding.exit_code), default=0)


def without_echoes(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep each reason in full only at the first finding that is wrong for it; the others refer to it."""
    listed = list(findings)
    first = {finding.text: finding for finding in reversed(listed) if finding.verdict is Verdict.WRONG}
    return tuple(
        finding if first.get(finding.text, finding) is finding else _echo(finding.subject) for finding in listed
    )


def _echo(subject: str) -> Finding:
    return Finding(subject, Verdict.UNKNOWN, "for the same reason")


_INDENT = " " * 25


def report(findings: Iterable[Finding]) -> str:
    """Return the findings as text, each with what to do, and with a last line that sums them up."""
    listed = list(findings)
    lines = [line for finding in listed for line in _lines(finding)]
    return "".join(f"{visible(line)}\n" for line in [*lines, "", _summary(listed)])


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{finding.verdict:<10} {finding.subject:<13} {finding.text}"
    if finding.hint is not None:
        yield f"{_INDENT}→ {finding.hint}"


def _summary(findings: list[Finding]) -> str:
    def count(verdict: Verdict) -> int:
        return sum(finding.verdict is verdict for finding in findings)

    wrong = count(Verdict.WRONG)
    parts = [f"{phrases.count(wrong, 'thing')} wrong" if wrong else "Nothing is wrong"]
    parts += [phrases.count(count(Verdict.WARNING), "warning")] if count(Verdict.WARNING) else []
    parts += [f"{count(Verdict.UNKNOWN)} not known"] if count(Verdict.UNKNOWN) else []
    return f"{', '.join(parts)}."
