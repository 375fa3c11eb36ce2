"""An approved plan to a receipt: every write stands behind a fresh read."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from reconciler.change import Change, Create, Delete, Update, takes_away
from reconciler.errors import AccessDenied, Interrupted, ReconcilerError, Rejected, Unavailable
from reconciler.event import Identity, LiveEvent
from reconciler.freshness import Due, Freshness, Holds, Overtaken, judge, without_completion
from reconciler.guard import ApprovedPlan
from reconciler.live import Answer, Edit, Listing, Writer
from reconciler.receipt import Outcome, Result
from reconciler.steps import Completion, CreateBatch, DeleteBatch, Step, UpdateBatch, steps

Lookup = Callable[[Sequence[Create]], Mapping[Identity, LiveEvent | None]]
"""Tells which of the events to be created are there already: what creating stands on."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of every approved change."""

    results: tuple[Result, ...]
    written: bool
    """At least one write was carried out, or may have been."""
    cause: ReconcilerError | None
    """What ended the run early."""


Progress = Callable[[Applied], None]
"""Is told how far the run has come, after each write."""

_HALF = "only the first of its two requests was sent"


def apply(approved: ApprovedPlan, portal: Writer, lookup: Lookup, progress: Progress) -> Applied:
    """Carry out the approved changes, as far as they still stand."""
    run = _Run(approved, portal, lookup)
    for step in steps(approved.changes):
        run.take(step)
        progress(run.applied())
        if run.cause is not None:
            break
    return run.applied()


def read_each(portal: Writer) -> Lookup:
    """Look each event up by its external ids: the strongest proof, one request for each."""
    return lambda changes: {change.identity: portal.find(change.identity) for change in changes}


def trust_list(portal: Writer) -> Lookup:
    """Read the whole list a second time, and look up directly only what it shows under the same event id."""
    listing: list[Listing] = []

    def lookup(changes: Sequence[Create]) -> Mapping[Identity, LiveEvent | None]:
        if not listing:
            listing.append(portal.read())
        shown = {event.identity.external_event_id for event in listing[0].events}
        return {
            change.identity: portal.find(change.identity) if change.identity.external_event_id in shown else None
            for change in changes
        }

    return lookup


class _Run:
    """The ledger of one apply: what became of each change so far."""

    def __init__(self, approved: ApprovedPlan, portal: Writer, lookup: Lookup) -> None:
        self.approved = approved
        self.portal = portal
        self.lookup = lookup
        self.results: dict[Identity, Result] = {}
        self.requests_left = Counter(change.identity for step in steps(approved.changes) for change in step.changes)
        self.begun: set[Identity] = set()
        self.registrants = 0
        self.written = False
        self.cause: ReconcilerError | None = None

    def applied(self) -> Applied:
        return Applied(tuple(map(self._result, self.approved.changes)), self.written, self.cause)

    def _result(self, change: Change) -> Result:
        if change.identity in self.results:
            return self.results[change.identity]
        if change.identity in self.begun:
            return Result(change, Outcome.FAILED, _HALF)
        return Result(change, Outcome.NOT_ATTEMPTED, "the run ended before it")

    def take(self, step: Step) -> None:
        """Carry out one write request; what ends the run is kept as its cause."""
        try:
            self._take(step)
        except (AccessDenied, Unavailable, Interrupted) as cause:
            self.cause = self.cause or cause
        except Rejected as no:
            open_changes = [change for change in step.changes if change.identity not in self.results]
            self._record_all(open_changes, Outcome.FAILED, no.message)

    def _take(self, step: Step) -> None:
        match step:
            case CreateBatch(changes):
                self._create(changes)
            case UpdateBatch(changes):
                self._update(changes)
            case Completion(change):
                self._complete(change)
            case DeleteBatch(changes):
                self._delete(changes)
            case _:
                assert_never(step)

    def _create(self, changes: Sequence[Create]) -> None:
        found = self.lookup(changes)
        due = [change for change in changes if self._due(change, found[change.identity]) is not None]
        self._send(due, lambda: self.portal.create(due))

    def _update(self, changes: Sequence[Update]) -> None:
        edits: dict[Change, Edit] = {}
        for change in changes:
            left = self._due(change, self.portal.find(change.identity))
            if left is None:
                continue
            if fields := without_completion(left.fields):
                edits[change] = Edit(change.identity, fields)
            else:
                self.requests_left[change.identity] -= 1  # only its completion is left to do
        self._send(list(edits), lambda: self.portal.update(list(edits.values())))

    def _complete(self, change: Update) -> None:
        if change.identity in self.results:
            return
        found = self.portal.find(change.identity)
        left = self._due(change, found)
        if left is None or found is None:
            return
        if without_completion(left.fields):
            self._record(change, Outcome.FAILED, "HubSpot did not keep its other fields, so it was not completed")
            return
        cancelled = found.fields.get("eventCancelled") is True
        self._send([change], lambda: self.portal.complete(change.identity, cancelled=cancelled))

    def _delete(self, changes: Sequence[Delete]) -> None:
        due = [change for change in changes if self._due(change, self.portal.find(change.identity)) is not None]
        self._send(due, lambda: self.portal.archive([change.identity for change in due]))

    def _due(self, change: Change, found: LiveEvent | None) -> Due | None:
        """Give what is still to be done; record the outcome where nothing is."""
        match judge(self.approved.draft, change, found):
            case Holds():
                self._record(change, Outcome.DONE, None if change.identity in self.begun else "HubSpot held it already")
            case Overtaken(why) if change.identity in self.begun:
                self._record(change, Outcome.FAILED, f"{_HALF}: {why}")
            case Overtaken(why):
                self._record(change, Outcome.REFUSED, why)
            case Due() as due:
                return due if self._within_limits(change, found) else None
            case _ as never:
                assert_never(never)
        return None

    def _within_limits(self, change: Change, found: LiveEvent | None) -> bool:
        """Count registrants again, because people register between a plan and its apply."""
        if not takes_away(change) or found is None:
            return True
        allowed = self.approved.limits.registrants or 0
        if found.registrants is None or self.registrants + found.registrants > allowed:
            self._record(change, Outcome.REFUSED, "more people are registered by now than --max-registrants allows")
            return False
        self.registrants += found.registrants
        return True

    def _send(self, changes: Sequence[Change], request: Callable[[], Answer]) -> None:
        """Send one write and record what became of each change in it."""
        if not changes:
            return
        try:
            with self.portal.resending_only_if(lambda: all(map(self._still_due, changes))):
                answer = request()
        except (Rejected, AccessDenied) as no:
            self._record_all(changes, Outcome.FAILED, no.message)
            if isinstance(no, AccessDenied):
                raise
        except Unavailable as lost:
            if not self._settled_well(changes, lost):
                raise
        else:
            self.written = True
            self._settle_unconfirmed(changes, answer)

    def _settled_well(self, changes: Sequence[Change], lost: Unavailable) -> bool:
        """Settle a write whose answer was lost; where reading shows all of it, the run can go on."""
        if not lost.sent:
            return False
        self.written = True
        for change in changes:
            self._settle(change, lost.message, unclear=Outcome.UNSURE)
        return self.cause is None and all(map(self._went_well, changes))

    def _still_due(self, change: Change) -> bool:
        return isinstance(judge(self.approved.draft, change, self.portal.find(change.identity)), Due)

    def _went_well(self, change: Change) -> bool:
        result = self.results.get(change.identity)
        return change.identity in self.begun if result is None else result.outcome is Outcome.DONE

    def _settle_unconfirmed(self, changes: Sequence[Change], answer: Answer) -> None:
        for change in changes:
            if change.identity in answer.confirmed:
                self._succeed(change)
            else:
                why = answer.reasons.get(change.identity, "HubSpot answered success, but does not hold it")
                self._settle(change, why, unclear=Outcome.FAILED)

    def _settle(self, change: Change, why: str, *, unclear: Outcome) -> None:
        """Find out by reading what became of a change; `unclear` is its outcome where something else is there now."""
        try:
            found = self.portal.find(change.identity)
        except ReconcilerError as error:
            self._record(change, Outcome.UNSURE, f"{why}; reading it back failed too")
            self.cause = self.cause or (error if isinstance(error, Interrupted) else None)
            return
        freshness = judge(self.approved.draft, change, found)
        if self._took_effect(change, freshness):
            self._succeed(change)
        else:
            self._record(change, unclear if isinstance(freshness, Overtaken) else Outcome.FAILED, why)

    def _took_effect(self, change: Change, freshness: Freshness) -> bool:
        match freshness:
            case Holds():
                return True
            case Due(fields):
                return self.requests_left[change.identity] > 1 and not without_completion(fields)
            case _:
                return False

    def _succeed(self, change: Change) -> None:
        """Note one request that went well; the change is done when all its requests are."""
        self.requests_left[change.identity] -= 1
        if self.requests_left[change.identity]:
            self.begun.add(change.identity)
        else:
            self._record(change, Outcome.DONE)

    def _record(self, change: Change, outcome: Outcome, why: str | None = None) -> None:
        self.results[change.identity] = Result(change, outcome, why)

    def _record_all(self, changes: Sequence[Change], outcome: Outcome, why: str) -> None:
        for change in changes:
            self._record(change, outcome, why)
