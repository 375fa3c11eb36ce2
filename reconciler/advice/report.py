"""The advice of a run, without what is silenced."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.advice.cut_by_comment import without_cuts
from reconciler.advice.kinds import OF_ANY, OF_NEW, OF_NEW_BUT_OVER
from reconciler.advice.subject import Found, Subject, subject_of
from reconciler.declarations.values.advice_codes import CODES
from reconciler.diagnostics import Diagnostic, Severity, in_file_order, warning
from reconciler.event import Declared, DeclaredEvent, Identity


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run wants advice about."""

    is_touched: Callable[[DeclaredEvent], bool] = lambda _: True
    """Whether an event's declaration differs from the base's; without a base, each one may."""
    new: Collection[Identity] = frozenset()
    """The events that are to be created; none where HubSpot is not read."""
    silence: frozenset[str] = frozenset()
    """Codes that the settings silence."""


def advised(
    diagnostics: Iterable[Diagnostic], declared: Declared, now: datetime, scope: Scope
) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of a run with the advice on its declarations, in file order, behind them.

    What the reader said of texts that a comment cuts stays only if it is about events that get advice.
    """
    subjects = [subject_of(event, now, touched=scope.is_touched(event)) for event in declared.events]
    kept = without_cuts(diagnostics, subjects)
    return (*kept, *in_file_order(list(_advice(subjects, declared, scope))))


def count_advice(diagnostics: Iterable[Diagnostic]) -> int:
    """Return how many of the diagnostics are advice."""
    return sum(each.severity is Severity.WARNING and each.code in CODES for each in diagnostics)


def _advice(subjects: Iterable[Subject], declared: Declared, scope: Scope) -> Iterator[Diagnostic]:
    """Yield each piece of advice once for its place, which occurrences and inheriting events share."""
    told = set()
    for code, found in _found(subjects, scope):
        place = found.places[0]
        if (code, place) in told or _is_silenced(code, found, declared.silenced):
            continue
        told.add((code, place))
        yield warning(code, found.message, place, found.hint)


def _found(subjects: Iterable[Subject], scope: Scope) -> Iterator[tuple[str, Found]]:
    coming = [subject for subject in subjects if not subject.is_over]
    created = [subject for subject in subjects if subject.event.identity in scope.new] if scope.new else []
    for checks, of in (
        (OF_ANY, coming),
        (OF_NEW, [subject for subject in created if not subject.is_over]),
        (OF_NEW_BUT_OVER, [subject for subject in created if subject.is_over]),
    ):
        for code, check in checks.items():
            if code not in scope.silence:
                yield from ((code, found) for found in check(of) if found.about[0].touched)


def _is_silenced(code: str, found: Found, silenced: Mapping[tuple[str, int], frozenset[str]]) -> bool:
    return any(code in silenced.get((place.file, place.line), ()) for place in found.places)
