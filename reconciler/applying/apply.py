"""An approved plan to a receipt: every write stands behind a fresh read."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import assert_never

from reconciler.applying.daily_limit import shortage
from reconciler.applying.freshness import Due, Freshness, Holds, Overtaken, judge, without_completion
from reconciler.applying.guard import ApprovedPlan
from reconciler.applying.ledger import Applied, Ledger
from reconciler.applying.lookup import Lookup
from reconciler.applying.lost_writes import Alone, Changed, LostWrites
from reconciler.applying.receipt import Outcome
from reconciler.change import Change, Create, Delete, Update, takes_away
from reconciler.errors import AccessDenied, ReconcilerError, Rejected, Unavailable
from reconciler.event import Identity, LiveEvent
from reconciler.planning.orphans import Will, judge_orphan
from reconciler.planning.steps import Completion, CreateBatch, DeleteBatch, Step, UpdateBatch, steps
from reconciler.portal import Answer, Edit, Writer

Progress = Callable[[Applied], None]
"""Is told how far the run has come, before each write and after each step; what it raises keeps a write from going."""

_TOO_MANY = "more people are registered by now than --max-registrants allows"


def apply(
    approved: ApprovedPlan, portal: Writer, lookup: Lookup, progress: Progress, now: Callable[[], datetime]
) -> Applied:
    """Carry out the approved changes, as far as they still stand; `now` decides at each of them what is over."""
    run = _Run(approved, portal, lookup, progress, now)
    run.ledger.cause = shortage(approved, portal.left_today)
    for step in steps(approved.changes):
        if run.ledger.cause is not None:
            break
        run.take(step)
        with suppress(ReconcilerError):  # what was told before the step stays true
            run.tell()
    if not run.ledger.sent:
        run.ledger.cause = run.ledger.cause or run.unread
    return run.ledger.applied()


class _Run:
    """One apply under way."""

    def __init__(
        self,
        approved: ApprovedPlan,
        portal: Writer,
        lookup: Lookup,
        progress: Progress,
        now: Callable[[], datetime],
    ) -> None:
        self.approved = approved
        self.portal = portal
        self.lookup = lookup
        self.progress = progress
        self.now = now
        self.ledger = Ledger(approved.changes)
        self.registrants: dict[Identity, int] = {}
        self.ends = {
            create.identity: change
            for change in filter(takes_away, approved.changes)
            for create in approved.planned.successors.get(change.identity.object_id, ())
        }
        """By the identity of a new event, the end of the old one that it looks like."""
        self.too_many = False  # registrants: from the first event on that would pass the bound
        self.unread: Rejected | None = None  # why a fresh read was refused: where nothing is sent, that is all there is
        self.settling = LostWrites(approved, portal, self.ledger)

    def take(self, step: Step) -> None:
        """Carry out one step; what ends the run is kept as its cause."""
        try:
            self._take(step)
        except Rejected as no:
            self.unread = no
            self.ledger.record_all(filter(self.ledger.is_open, step.changes), Outcome.FAILED, no.message)
        except ReconcilerError as cause:
            self.ledger.cause = self.ledger.cause or cause

    def tell(self) -> None:
        """Tell how far the run has come."""
        self.progress(self.ledger.applied())

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
        due = [change for change in due if self._can_replace(change)]
        self._send(due, lambda: self.portal.create(due), self._create_alone)

    def _can_replace(self, change: Create) -> bool:
        """Return whether the old event, of which a new one seems to be the new id, can still be taken away after it."""
        end = self.ends.get(change.identity)
        freshness = None if end is None else self._judge(end, self.portal.find(end.identity))
        if end is None or not isinstance(freshness, Overtaken):
            return True
        self.ledger.refuse(change, f"the old event {end.identity} cannot be taken away: {freshness.why}")
        return False

    def _is_replaced(self, end: Change) -> bool:
        """Return whether every new event that seems to be the new id of this one is there."""
        return all(map(self.ledger.went_well, self.approved.planned.successors.get(end.identity.object_id, ())))

    def _create_alone(self, change: Create) -> None:
        if self._due(change, self.portal.find(change.identity)) is not None:
            self._send([change], lambda: self.portal.create_one(change))

    def _update(self, changes: Sequence[Update]) -> None:
        edits = {change: edit for change in changes if (edit := self._edit(change)) is not None}
        self._send(list(edits), lambda: self.portal.update(list(edits.values())), self._update_alone)

    def _update_alone(self, change: Update) -> None:
        edit = self._edit(change)
        if edit is not None:
            self._send([change], lambda: self.portal.update_one(edit))

    def _edit(self, change: Update) -> Edit | None:
        """Give what is left of an update apart from its completion."""
        left = self._due(change, self.portal.find(change.identity))
        if left is None:
            return None
        if fields := without_completion(left.fields):
            return Edit(change.identity, fields)
        self.ledger.skip(change)
        return None

    def _complete(self, change: Update) -> None:
        if not self.ledger.is_open(change):
            return
        found = self.portal.find(change.identity)
        left = self._due(change, found)
        if left is None or found is None:
            return
        if without_completion(left.fields):
            why = "HubSpot did not keep its other fields, so it was not completed"
            self.ledger.record(change, Outcome.FAILED, why)
            return
        cancelled = found.fields.get("eventCancelled") is True
        self._send([change], lambda: self.portal.complete(change.identity, cancelled=cancelled))

    def _delete(self, changes: Sequence[Delete]) -> None:
        due = [change for change in changes if self._due(change, self.portal.find(change.identity)) is not None]
        alone = self._delete_alone if len(due) > 1 else None
        self._send(due, lambda: self.portal.archive([change.identity for change in due]), alone)

    def _delete_alone(self, change: Delete) -> None:
        if self._due(change, self.portal.find(change.identity)) is not None:
            self._send([change], lambda: self.portal.archive([change.identity]))

    def _due(self, change: Change, found: LiveEvent | None) -> Due | None:
        """Give what is still to be done; record the outcome where nothing is."""
        if takes_away(change) and not self._is_replaced(change):
            self.ledger.refuse(change, "the event that looks like it under a new id is not known to be there")
            return None
        match self._judge(change, found):
            case Holds():
                self.ledger.hold(change)
            case Overtaken(left=()) if self.ledger.has_begun(change):
                self.ledger.hold(change)
            case Overtaken(why):
                self.ledger.refuse(change, why)
            case Due() as due:
                return due
            case _ as never:
                assert_never(never)
        return None

    def _judge(self, change: Change, found: LiveEvent | None) -> Freshness:
        """Judge a change by a fresh read; what takes an event away must pass the guards as they stand now."""
        freshness = judge(self.approved.planned, change, found)
        if found is None or not isinstance(freshness, Due) or not takes_away(change):
            return freshness
        verdict = judge_orphan(found, self.approved.planned.policy, self.now())
        if verdict.will is Will.NOTHING:
            return Overtaken(verdict.why)
        return freshness if self._within_limits(change, found) else Overtaken(_TOO_MANY)

    def _within_limits(self, change: Change, found: LiveEvent) -> bool:
        """Count registrants again, because people register between a plan and its apply.

        Once an event would pass the bound, no later one is taken away either.
        """
        others = sum(people for identity, people in self.registrants.items() if identity != change.identity)
        allowed = self.approved.limits.registrants or 0
        if self.too_many or found.registrants is None or others + found.registrants > allowed:
            self.too_many = True
            return False
        self.registrants[change.identity] = found.registrants
        return True

    def _send(
        self, changes: Sequence[Changed], request: Callable[[], Answer], alone: Alone[Changed] | None = None
    ) -> None:
        """Send one write and record what became of each change in it.

        It is told before it goes, so that whatever kills the run leaves behind that it may have been carried out.
        """
        if not changes:
            return
        self.settling.begin()
        self.ledger.send(changes)
        try:
            self.tell()
            with self.portal.resending_only_if(lambda: all(map(self._still_due, changes))):
                answer = request()
        except Rejected as no:
            self.ledger.unsend(changes)
            self._isolate(changes, no, alone)
        except AccessDenied as no:
            self.ledger.record_all(changes, Outcome.FAILED, no.message)
            raise
        except Unavailable as lost:
            if not self.settling.settled_well(changes, lost):
                raise
        except ReconcilerError:
            self.ledger.unsend(changes)
            raise
        else:
            self.ledger.written = True
            self.settling.settle_unconfirmed(changes, answer, alone)

    def _isolate(self, changes: Sequence[Changed], no: Rejected, alone: Alone[Changed] | None) -> None:
        """Send each change of a refused batch by itself, so that a bad one does not take the good ones along."""
        for change in changes:
            if alone is not None and no.about_the_content:
                alone(change)
            elif no.conflict is not None:
                self.settling.settle_conflict(change, no.conflict)
            else:
                self.ledger.record(change, Outcome.FAILED, no.message)

    def _still_due(self, change: Change) -> bool:
        return isinstance(self._judge(change, self.portal.find(change.identity)), Due)
