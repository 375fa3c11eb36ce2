"""Annotations of errors, diagnostics and results."""

import re
from collections.abc import Iterable, Iterator

from reconciler.applying.receipt import Receipt, Result
from reconciler.change import Change
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.errors import DeclarationsInvalid, ReconcilerError, Refused
from reconciler.github.workflow_commands import Annotation, Level
from reconciler.planning.set_aside import SetAside
from reconciler.render import words
from reconciler.safe_text import visible

_KINDS = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING}


def of_error(error: ReconcilerError) -> Iterator[Annotation]:
    """Yield an annotation for each of the error's diagnostics, then for the error itself if it says more than they."""
    match error:
        case DeclarationsInvalid(diagnostics=findings):
            yield from of_findings(findings)
        case Refused(reasons=findings):
            yield from of_findings(findings)
            yield _of_error_itself(error)
        case _:
            yield _of_error_itself(error)


def of_findings(findings: Iterable[Diagnostic]) -> Iterator[Annotation]:
    """Yield an annotation for each error and warning; informative diagnostics get none."""
    for diagnostic in findings:
        if diagnostic.severity in _KINDS:
            hint = "" if diagnostic.hint is None else f" ({diagnostic.hint})"
            place = diagnostic.place
            yield Annotation(
                _KINDS[diagnostic.severity],
                diagnostic.code,
                visible(diagnostic.message + hint),
                None if place is None else visible(place.file),
                None if place is None else place.line,
                None if place is None else place.column,
            )


def of_receipt(receipt: Receipt) -> Iterator[Annotation]:
    """Yield an annotation for each result that fell short and each event set aside, at the line that declares it."""
    for result in receipt.results:
        if result.outcome.is_short:
            yield _of_result(result)
    yield from map(_of_aside, receipt.set_aside)


def _of_aside(aside: SetAside) -> Annotation:
    kind = Level.WARNING if aside.preexisting else Level.ERROR
    message = visible(f"{aside.name or aside.identity}: {aside.why}")
    return Annotation(kind, "set aside", message, visible(aside.source.file), aside.source.line)


def _of_result(result: Result) -> Annotation:
    source = result.change.source
    message = f"{words.title(result.change)}: {result.why or result.outcome}"
    return Annotation(
        Level.WARNING if result.preexisting else Level.ERROR,
        result.outcome,
        visible(message),
        None if source is None else visible(source.file),
        _line(result.change, result.why or ""),
    )


def _line(change: Change, why: str) -> int | None:
    """Return the line of the field that a reason names, else the event's."""
    named = (field.line for field in change.fields if re.search(rf"\b{re.escape(field.name)}\b", why))
    return next((line for line in named if line is not None), None if change.source is None else change.source.line)


def warned(title: str, error: ReconcilerError) -> Annotation:
    """Return a warning about an error that does not fail the run."""
    return Annotation(Level.WARNING, title, _message(error))


def _of_error_itself(error: ReconcilerError) -> Annotation:
    return Annotation(Level.ERROR, "reconciler", _message(error))


def _message(error: ReconcilerError) -> str:
    return visible(error.message + ("" if error.hint is None else f" ({error.hint})"))
