"""What became of a write whose answer does not say it, found out by reading."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from reconciler.applying.freshness import Due, Freshness, Holds, Overtaken, judge, not_taken_over, without_completion
from reconciler.applying.guard import ApprovedPlan
from reconciler.applying.ledger import Ledger
from reconciler.applying.receipt import Outcome
from reconciler.change import Change, Delete
from reconciler.errors import Interrupted, ReconcilerError, Unavailable
from reconciler.event import Identity, LiveEvent
from reconciler.portal import Answer, Reader

Changed = TypeVar("Changed", bound=Change)
Alone = Callable[[Changed], None]
"""Makes one change by itself: what is left when a batch did not take it."""

MOST_SILENCE = 3
"""Reads in a row that may fail before a write is settled without them: each waits for HubSpot on its own, so a batch
of a hundred could use up all the time of the run."""
_UNCONFIRMED = "HubSpot answered success, but does not confirm it"
_UNHELD = "HubSpot answered success, but does not hold it"
_STILL_HELD = "HubSpot did not say that it deleted it, and still holds it"


class LostWrites:
    """Settles the writes of one apply, and enters into its ledger what it finds."""

    def __init__(self, approved: ApprovedPlan, portal: Reader, ledger: Ledger) -> None:
        self.approved = approved
        self.portal = portal
        self.ledger = ledger
        # Reads in a row that failed, while the latest write is settled.
        self.silence = 0

    def begin(self) -> None:
        """Take note that another write is sent."""
        self.silence = 0

    def settle_conflict(self, change: Change, object_id: str) -> None:
        """Read what already has the ids of an event that was to be created: an equal one is as good as created."""
        freshness = judge(self.approved.planned, change, self.portal.find(change.identity))
        if isinstance(freshness, Due):
            which = f"object {object_id}" if object_id else "another event"
            freshness = Overtaken(f"HubSpot says that {which} has its ids, but does not show it under them")
        if isinstance(freshness, Overtaken):
            self.ledger.refuse(change, freshness.why)
        else:
            self.ledger.hold(change)

    def settled_well(self, changes: Sequence[Change], lost: Unavailable) -> bool:
        """Settle a write whose answer was lost; where reading shows all of it, the run can go on."""
        if not lost.sent:
            self.ledger.unsend(changes)
            return False
        self.ledger.written = True
        for change in changes:
            self._settle(change, lost.message, unclear=Outcome.UNSURE)
        return self.ledger.cause is None and all(map(self.ledger.went_well, changes))

    def settle_unconfirmed(self, changes: Sequence[Changed], answer: Answer, alone: Alone[Changed] | None) -> None:
        """Settle what an answer does not confirm; what it does not name as failed gets another chance."""
        for change in changes:
            if change.identity in answer.confirmed:
                self.ledger.succeed(change)
                continue
            named = answer.reasons.get(change.identity)
            why = named or answer.remark
            self._settle(change, why, unclear=Outcome.FAILED, alone=None if named else alone, denied=bool(named))

    def _settle(
        self,
        change: Changed,
        why: str | None,
        *,
        unclear: Outcome,
        alone: Alone[Changed] | None = None,
        denied: bool = False,
    ) -> None:
        """Find out by reading what became of a change; `unclear` is its outcome where something else is there now.

        `why` is what HubSpot said against it, if anything. Of a change that it `denied` by name, what somebody else was
        seen at is not taken for ours.
        """
        freshness = self._fresh(change, why or _UNCONFIRMED)
        if freshness is None:
            return
        if self._took_effect(change, freshness, denied=denied):
            self.ledger.succeed(change)
        elif alone is not None and isinstance(freshness, Due):
            alone(change)
        else:
            outcome = unclear if isinstance(freshness, Overtaken) else Outcome.FAILED
            self.ledger.record(change, outcome, why or _unheld(change, freshness))

    def _fresh(self, change: Change, said: str) -> Freshness | None:
        """Judge a change by a read after its write; where that is not possible, it is unsure, and None is returned."""
        if self.silence >= MOST_SILENCE:
            self.ledger.record(change, Outcome.UNSURE, f"{said}; it was not read back, as the reads before it failed")
            return None
        try:
            found = self._read_back(change)
        except ReconcilerError as error:
            self.silence = self.silence + 1 if isinstance(error, Unavailable) else 0
            self.ledger.record(change, Outcome.UNSURE, f"{said}; reading it back failed too")
            self.ledger.cause = self.ledger.cause or (error if isinstance(error, Interrupted) else None)
            return None
        self.silence = 0
        return judge(self.approved.planned, change, found)

    def _read_back(self, change: Change) -> LiveEvent | None:
        """Read what a write was made to; a deleted object is gone, whatever somebody has made under its ids since."""
        if isinstance(change, Delete) and self.portal.find(Identity(object_id=change.identity.object_id)) is None:
            return None
        return self.portal.find(change.identity)

    def _took_effect(self, change: Change, freshness: Freshness, *, denied: bool) -> bool:
        """Tell whether what was sent came true; what somebody changed beside it is for the second reading to tell."""
        match freshness:
            case Overtaken() if denied:
                return False
            case Holds() | Overtaken(left=()):
                return True
            case Due(fields) | Overtaken(left=tuple(fields)):
                return self.ledger.awaits_another(change) and not without_completion(fields)
            case _:
                return False


def _unheld(change: Change, freshness: Freshness) -> str:
    """Say what HubSpot did not do of what it answered success for."""
    match freshness:
        case Due(fields) | Overtaken(left=tuple(fields)) if fields and not isinstance(change, Delete):
            return f"HubSpot answered success, but {not_taken_over(fields)}"
        case _:
            return _STILL_HELD if isinstance(change, Delete) else _UNHELD
