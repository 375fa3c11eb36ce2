"""The outcome of each approved change so far."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reconciler.applying.receipt import Outcome, Result
from reconciler.change import Change
from reconciler.errors import ReconcilerError
from reconciler.event import Identity
from reconciler.planning.steps import Step, steps

_HALF = "only the first of its two requests was sent"
_IN_VAIN = "HubSpot did not hold all of what was sent of it"
_UNREACHED = "the run ended before it"
_ANNOUNCED = "it was about to be sent, and what became of it was not found out"
_UNDER_WAY = "it was being sent, and what became of it was not found out"


REPORTS = 25
"""Most stretches of a run; a report costs as much as all of its changes, so their number must not grow with these."""


def stretches(run: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """Divide the steps of a run into stretches that are reported together; each step is one until there are many."""
    size = max(1, math.ceil(len(run) / REPORTS))
    yield from (run[start : start + size] for start in range(0, len(run), size))


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of every approved change."""

    results: tuple[Result, ...]
    written: bool
    """At least one write was carried out, or may have been."""
    cause: ReconcilerError | None
    """What ended the run early."""


class Ledger:
    """Records the outcomes of one apply; a change that takes several requests is done when all of them are."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self.written = False
        self.sent = False
        self.cause: ReconcilerError | None = None
        self._places = {change.identity: place for place, change in enumerate(changes)}
        # What a report would say of each change; between two reports only a few of them change.
        self._standings = [Result(change, Outcome.NOT_ATTEMPTED, _UNREACHED) for change in changes]
        self._results: dict[Identity, Result] = {}
        self._requests_left = Counter(change.identity for step in steps(changes) for change in step.changes)
        self._begun: set[Identity] = set()
        self._in_vain: set[Identity] = set()
        self._announced: set[Identity] = set()
        self._under_way: set[Identity] = set()

    def applied(self) -> Applied:
        """Return every change with its outcome so far."""
        return Applied(tuple(self._standings), self.written or bool(self._under_way), self.cause)

    def is_open(self, change: Change) -> bool:
        """Return whether the change has neither ended nor been sent without an outcome yet."""
        return change.identity not in self._results and change.identity not in self._under_way

    def has_begun(self, change: Change) -> bool:
        """Return whether one of its requests went well and another is to come."""
        return change.identity in self._begun

    def awaits_another(self, change: Change) -> bool:
        """Return whether the change takes one more request after the next."""
        return self._requests_left[change.identity] > 1

    def went_well(self, change: Change) -> bool:
        """Return whether everything sent for the change so far took effect."""
        result = self._results.get(change.identity)
        return self.has_begun(change) if result is None else result.outcome is Outcome.DONE

    def announce(self, changes: Iterable[Change]) -> None:
        """Record that these changes, and no others, may be sent before the next report; they are unsure until then."""
        stale, self._announced = self._announced, {change.identity for change in changes}
        for identity in stale | self._announced:
            self._state(self._standings[self._places[identity]].change)

    def is_announced(self, changes: Iterable[Change]) -> bool:
        """Return whether a report has told already that these changes may be sent."""
        return all(change.identity in self._announced for change in changes)

    def send(self, changes: Iterable[Change]) -> None:
        """Record that a request is about to be sent; its changes are unsure until their outcome is recorded."""
        self.sent = True
        for change in changes:
            self._under_way.add(change.identity)
            self._state(change)

    def unsend(self, changes: Iterable[Change]) -> None:
        """Record that a request was not carried out, for whatever reason."""
        for change in changes:
            self._under_way.discard(change.identity)
            self._state(change)

    def skip(self, change: Change) -> None:
        """Record that one of its requests is not needed, because HubSpot already holds what it would write."""
        self._requests_left[change.identity] -= 1

    def succeed(self, change: Change) -> None:
        """Record that one of its requests went well."""
        self._under_way.discard(change.identity)
        self._requests_left[change.identity] -= 1
        if self._requests_left[change.identity]:
            self._begun.add(change.identity)
            self._state(change)
        else:
            self.record(change, Outcome.DONE)

    def hold(self, change: Change) -> None:
        """Record that HubSpot already holds what is wanted, so that nothing is left to send."""
        self.record(change, Outcome.DONE, None if self.has_begun(change) else "HubSpot held it already")

    def send_again(self, change: Change) -> None:
        """Record that a change is sent by itself, because HubSpot does not hold all of what was sent of it."""
        self._in_vain.add(change.identity)

    def refuse(self, change: Change, why: str) -> None:
        """Record why a change was not written, or not to its end."""
        if self.has_begun(change):
            self.record(change, Outcome.FAILED, f"{_HALF}: {why}")
        elif change.identity in self._in_vain:
            self.record(change, Outcome.FAILED, f"{_IN_VAIN}: {why}")
        else:
            self.record(change, Outcome.REFUSED, why)

    def record(self, change: Change, outcome: Outcome, why: str | None = None) -> None:
        """Record how a change ended."""
        self._under_way.discard(change.identity)
        self._results[change.identity] = Result(change, outcome, why)
        self._state(change)

    def record_all(self, changes: Iterable[Change], outcome: Outcome, why: str) -> None:
        """Record that several changes ended in the same way."""
        for change in changes:
            self.record(change, outcome, why)

    def _state(self, change: Change) -> None:
        self._standings[self._places[change.identity]] = self._standing(change)

    def _standing(self, change: Change) -> Result:
        if change.identity in self._under_way:
            return Result(change, Outcome.UNSURE, _UNDER_WAY)
        if change.identity in self._results:
            return self._results[change.identity]
        if change.identity in self._announced:
            return Result(change, Outcome.UNSURE, _ANNOUNCED)
        if self.has_begun(change):
            return Result(change, Outcome.FAILED, _HALF)
        return Result(change, Outcome.NOT_ATTEMPTED, _UNREACHED)
