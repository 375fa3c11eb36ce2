"""What `doctor` found, for the terminal."""

from collections.abc import Iterable, Iterator

from reconciler.doctor.findings import Finding, Verdict
from reconciler.render import words
from reconciler.safe_text import visible

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
