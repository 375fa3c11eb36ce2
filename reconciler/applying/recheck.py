"""Whether an approved change may still be made, by a fresh read and by the guards as they stand now."""

from collections.abc import Callable
from datetime import datetime

from reconciler.applying.freshness import Due, Freshness, Overtaken, judge
from reconciler.applying.guard import ApprovedPlan
from reconciler.change import Change, Create, is_orphan, takes_away
from reconciler.event import Identity, LiveEvent
from reconciler.planning.orphans import Will, judge_orphan

_TOO_MANY = "more people are registered by now than --max-registrants allows"
_NOT_REPLACED = "the event that looks like it under a new id is not known to be there"


class Recheck:
    """Judges the changes of one apply, one after the other: registrants add up from event to event."""

    def __init__(
        self, approved: ApprovedPlan, now: Callable[[], datetime], went_well: Callable[[Change], bool]
    ) -> None:
        """Take what was approved, the time of day, and whether what was sent of a change so far had its effect."""
        self._approved = approved
        self._now = now
        self._went_well = went_well
        self._registrants: dict[Identity, int] = {}
        self._too_many = False  # registrants: from the first event on that would pass the bound
        self._ends = {create.identity: change for change in approved.changes for create in self._successors(change)}

    def judge(self, change: Change, found: LiveEvent | None) -> Freshness:
        """Judge a change that is about to be sent by what a read has just found.

        An old event is taken away only after every new one that looks like it is there.
        """
        if takes_away(change) and not all(map(self._went_well, self._successors(change))):
            return Overtaken(_NOT_REPLACED)
        return self.guarded(change, found)

    def guarded(self, change: Change, found: LiveEvent | None) -> Freshness:
        """Judge a change by itself; what takes an event away must pass the guards as they stand now."""
        freshness = judge(self._approved.planned, change, found)
        if found is None or not isinstance(freshness, Due) or not takes_away(change):
            return freshness
        if is_orphan(change):
            verdict = judge_orphan(found, self._approved.planned.policy, self._now())
            if verdict.will is Will.NOTHING:
                return Overtaken(verdict.why)
        return freshness if self._within_limits(change, found) else Overtaken(_TOO_MANY)

    def end_of(self, create: Create) -> Change | None:
        """Return the change that takes away the old event which a new one looks like."""
        return self._ends.get(create.identity)

    def _successors(self, end: Change) -> tuple[Create, ...]:
        return self._approved.planned.successors.get(end.identity.object_id, ())

    def _within_limits(self, change: Change, found: LiveEvent) -> bool:
        """Count registrants again, because people register between a plan and its apply.

        Once an event would pass the bound, no later one is taken away either.
        """
        others = sum(people for identity, people in self._registrants.items() if identity != change.identity)
        allowed = self._approved.limits.registrants or 0
        if self._too_many or found.registrants is None or others + found.registrants > allowed:
            self._too_many = True
            return False
        self._registrants[change.identity] = found.registrants
        return True
