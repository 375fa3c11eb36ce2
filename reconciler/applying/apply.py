"""An approved plan to a receipt: every write stands behind a fresh read.

A change goes one way: read freshly and judge (recheck), send, take its outcome from the answer or, where that does not
tell it, from another read (lost writes). Only this module writes the outcome down (ledger).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar, assert_never

from reconciler.applying.daily_limit import shortage
from reconciler.applying.freshness import Due, Holds, Overtaken, without_completion
from reconciler.applying.guard import ApprovedPlan
from reconciler.applying.ledger import Applied, Ledger, stretches
from reconciler.applying.lookup import Lookup
from reconciler.applying.lost_writes import FellShort, LostWrites, Settlement, StillDue, TookEffect
from reconciler.applying.receipt import Outcome
from reconciler.applying.recheck import Recheck
from reconciler.change import Change, Create, Delete, Update
from reconciler.errors import AccessDenied, ReconcilerError, Rejected, Unavailable
from reconciler.event import LiveEvent
from reconciler.planning.steps import Completion, CreateBatch, DeleteBatch, Step, UpdateBatch, steps
from reconciler.portal import Answer, Edit, Find, Writer

Progress = Callable[[Applied], None]
"""Called with how far the run has come: before each write and after each step, in a long run for several at once.

What may be sent before the next call is unsure in it. An error that it raises stops the write.
"""

_Changed = TypeVar("_Changed", bound=Change)
_Alone = Callable[[_Changed], None]
"""Sends one change by itself: what is left when a batch did not take it."""


def apply(
    approved: ApprovedPlan, portal: Writer, lookup: Lookup, progress: Progress, now: Callable[[], datetime]
) -> Applied:
    """Carry out the approved changes, as far as they still stand; `now` decides at each of them what is over."""
    run = _Run(approved, portal, lookup, progress, now)
    run.ledger.cause = shortage(approved, portal.left_today)
    every = [*stretches([*steps(approved.changes)])]
    for stretch in every:
        if run.ledger.cause is not None:
            break
        run.take_all(stretch)
        if len(stretch) == 1 or stretch is every[-1] or run.ledger.cause is not None:
            with suppress(ReconcilerError):  # what was reported before the stretch stays true
                run.report()
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
        self.ledger = Ledger(approved.changes)
        self.recheck = Recheck(approved, now, self.ledger.went_well)
        self.coming: Sequence[Change] = ()  # reported together with the first write of a stretch
        self.unread: Rejected | None = None  # why a fresh read was refused: where nothing is sent, that is all there is

    def take_all(self, stretch: Sequence[Step]) -> None:
        """Carry out the steps of a stretch, until one of them ends the run."""
        self.coming = [change for step in stretch for change in step.changes] if len(stretch) > 1 else []
        for step in stretch:
            if self.ledger.cause is None:
                self.take(step)
        self.ledger.announce(())

    def take(self, step: Step) -> None:
        """Carry out one step; what ends the run is kept as its cause."""
        try:
            self._take(step)
        except Rejected as error:
            self.unread = error
            self.ledger.record_all(filter(self.ledger.is_open, step.changes), Outcome.FAILED, error.message)
        except ReconcilerError as error:
            self.ledger.cause = self.ledger.cause or error

    def report(self) -> None:
        """Report how far the run has come."""
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

    # Read freshly: what is still to be sent?

    def _create(self, changes: Sequence[Create]) -> None:
        found = self.lookup(changes)
        due = [change for change in changes if self._due(change, found[change.identity]) is not None]
        due = [change for change in due if self._can_replace(change)]
        self._send(due, lambda: self.portal.create(due), self._create_alone)

    def _create_alone(self, change: Create) -> None:
        if self._due(change, self._fresh(change)) is not None:
            self._send([change], lambda: self.portal.create_one(change))

    def _can_replace(self, change: Create) -> bool:
        """Return whether the old event, which a new one looks like, can still be taken away after it."""
        end = self.recheck.end_of(change)
        if end is None:
            return True
        match self.recheck.guarded(end, self._fresh(end)):
            case Overtaken(why):
                self.ledger.refuse(change, f"the old event {end.identity} cannot be taken away: {why}")
                return False
            case _:
                return True

    def _update(self, changes: Sequence[Update]) -> None:
        fresh = self._fresh_each(changes)
        edits = {change: edit for change, find in fresh if (edit := self._edit(change, find())) is not None}
        self._send(list(edits), lambda: self.portal.update(list(edits.values())), self._update_alone)

    def _update_alone(self, change: Update) -> None:
        edit = self._edit(change, self._fresh(change))
        if edit is not None:
            self._send([change], lambda: self.portal.update_one(edit))

    def _edit(self, change: Update, found: LiveEvent | None) -> Edit | None:
        """Return what is left of an update apart from its completion."""
        due = self._due(change, found)
        if due is None:
            return None
        if fields := without_completion(due.fields):
            return Edit(change.identity, fields)
        self.ledger.skip(change)
        return None

    def _complete(self, change: Update) -> None:
        if not self.ledger.is_open(change):
            return
        found = self._fresh(change)
        due = self._due(change, found)
        if due is None or found is None:
            return
        if without_completion(due.fields):
            why = "HubSpot did not keep its other fields, so it was not completed"
            self.ledger.record(change, Outcome.FAILED, why)
            return
        cancelled = found.fields.get("eventCancelled") is True
        self._send([change], lambda: self.portal.complete(change.identity, cancelled=cancelled))

    def _delete(self, changes: Sequence[Delete]) -> None:
        due = [change for change, find in self._fresh_each(changes) if self._due(change, find()) is not None]
        alone = self._delete_alone if len(due) > 1 else None
        self._send(due, lambda: self.portal.archive([change.identity for change in due]), alone)

    def _delete_alone(self, change: Delete) -> None:
        if self._due(change, self._fresh(change)) is not None:
            self._send([change], lambda: self.portal.archive([change.identity]))

    def _fresh(self, change: Change) -> LiveEvent | None:
        ((_, find),) = self._fresh_each([change])
        return find()

    def _fresh_each(self, changes: Sequence[_Changed]) -> Iterator[tuple[_Changed, Find]]:
        return zip(changes, self.portal.find_each([change.identity for change in changes], then=1), strict=True)

    def _due(self, change: Change, found: LiveEvent | None) -> Due | None:
        """Return what is still to be done; record the outcome where nothing is."""
        match self.recheck.judge(change, found):
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

    def _send(
        self, changes: Sequence[_Changed], request: Callable[[], Answer], alone: _Alone[_Changed] | None = None
    ) -> None:
        """Send one write and record what became of each change in it.

        It is reported before it goes, so that whatever kills the run leaves behind that it may have been carried out.
        """
        if not changes:
            return
        self.ledger.send(changes)
        try:
            if not self.ledger.is_announced(changes):
                self.ledger.announce(self.coming)
                self.report()
            with self.portal.resending_only_if(lambda: self._are_still_due(changes)):
                answer = request()
        except Rejected as error:
            self.ledger.unsend(changes)
            self._after_refusal(changes, error, alone)
        except AccessDenied as error:
            self.ledger.record_all(changes, Outcome.FAILED, error.message)
            raise
        except Unavailable as error:
            self._after_loss(changes, error)
        except ReconcilerError:
            self.ledger.unsend(changes)
            raise
        else:
            self.ledger.written = True
            self._after_answer(changes, answer, alone)

    def _are_still_due(self, changes: Sequence[Change]) -> bool:
        return all(isinstance(self.recheck.guarded(change, find()), Due) for change, find in self._fresh_each(changes))

    def _after_answer(self, changes: Sequence[_Changed], answer: Answer, alone: _Alone[_Changed] | None) -> None:
        """Record the changes as the answer names them; read back those that it does not confirm."""
        for change in changes:
            if change.identity in answer.confirmed:
                self.ledger.succeed(change)
        unconfirmed = [change for change in changes if change.identity not in answer.confirmed]
        lost = self._lost(unconfirmed)
        for change in unconfirmed:
            if reason := answer.reasons.get(change.identity):
                self._record(change, lost.after_denial(change, reason))
            else:
                self._record(change, lost.after_silence(change, answer.remark), alone)

    def _lost(self, changes: Sequence[Change]) -> LostWrites:
        return LostWrites(self.approved.planned, self.portal.find_each, self.ledger.awaits_another, changes)

    def _after_loss(self, changes: Sequence[Change], error: Unavailable) -> None:
        """Read back what was sent without an answer; the run goes on only where all of it took effect."""
        if not error.sent:
            self.ledger.unsend(changes)
            raise error
        self.ledger.written = True
        lost = self._lost(changes)
        for change in changes:
            self._record(change, lost.after_lost_answer(change, error.message))
        if self.ledger.cause is not None or not all(map(self.ledger.went_well, changes)):
            raise error

    def _after_refusal(self, changes: Sequence[_Changed], error: Rejected, alone: _Alone[_Changed] | None) -> None:
        """Send each change of a refused batch by itself, so that a bad one does not take the good ones along."""
        for change in changes:
            if alone is not None and error.about_the_content:
                alone(change)
            elif error.conflict is not None:
                self._after_conflict(change, error.conflict)
            else:
                self.ledger.record(change, Outcome.FAILED, error.message)

    def _after_conflict(self, change: Change, object_id: str) -> None:
        """Read what already has the ids of an event that was to be created: an equal one is as good as created."""
        match self.recheck.guarded(change, self._fresh(change)):
            case Holds():
                self.ledger.hold(change)
            case Overtaken(why):
                self.ledger.refuse(change, why)
            case Due():
                which = f"object {object_id}" if object_id else "another event"
                why = f"HubSpot says that {which} has its ids, but does not show it under them"
                self.ledger.refuse(change, why)
            case _ as never:
                assert_never(never)

    def _record(self, change: _Changed, settlement: Settlement, alone: _Alone[_Changed] | None = None) -> None:
        match settlement:
            case TookEffect():
                self.ledger.succeed(change)
            case StillDue() if alone is not None:
                self.ledger.send_again(change)
                alone(change)
            case StillDue(why):
                self.ledger.record(change, Outcome.FAILED, why)
            case FellShort(outcome, why, cause):
                self.ledger.record(change, outcome, why)
                self.ledger.cause = self.ledger.cause or cause
            case _:
                assert_never(settlement)
