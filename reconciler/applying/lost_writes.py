"""What became of a write whose answer does not say it, found out by reading."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reconciler.applying.freshness import Due, Freshness, Holds, Overtaken, judge, not_taken_over, without_completion
from reconciler.applying.receipt import Outcome
from reconciler.change import Change, Delete
from reconciler.errors import Interrupted, ReconcilerError, Unavailable
from reconciler.event import Identity, LiveEvent
from reconciler.planning.plan import Planned
from reconciler.portal import Find

MOST_SILENCE = 3
"""Reads in a row that may fail before the other changes of a write stay unread: each waits for HubSpot on its own, so a
batch of a hundred could use up all the time of the run."""

_UNCONFIRMED = "HubSpot answered success, but does not confirm it"
_UNHELD = "HubSpot answered success, but does not hold it"
_STILL_HELD = "HubSpot did not say that it deleted it, and still holds it"


@dataclass(frozen=True, slots=True)
class TookEffect:
    """HubSpot holds what was sent."""


@dataclass(frozen=True, slots=True)
class StillDue:
    """Nothing happened, and nothing speaks against sending the change again by itself."""

    why: str


@dataclass(frozen=True, slots=True)
class FellShort:
    """The change did not come true, or nobody knows; `cause` ends the run with it."""

    outcome: Outcome
    why: str
    cause: ReconcilerError | None = None


Settlement = TookEffect | StillDue | FellShort


class LostWrites:
    """Settles the changes of one write by a read after it; each is settled once, in the order of `changes`."""

    def __init__(
        self,
        planned: Planned,
        find_each: Callable[[Sequence[Identity]], Iterator[Find]],
        awaits_another: Callable[[Change], bool],
        changes: Sequence[Change],
    ) -> None:
        """Take the plan, how to read events, whether a change takes one more request, and the changes to settle."""
        self._planned = planned
        self._find_each = find_each
        self._awaits_another = awaits_another
        self._finds = find_each([*map(_own_identity, changes)])
        self._silence = 0  # reads in a row that failed

    def after_lost_answer(self, change: Change, why: str) -> Settlement:
        """Settle a change whose answer was lost; where something else is there now, nobody can tell who wrote it."""
        match self._read(change, why):
            case FellShort() as unread:
                return unread
            case freshness if self._took_effect(change, freshness):
                return TookEffect()
            case Overtaken():
                return FellShort(Outcome.UNSURE, why)
            case _:
                return FellShort(Outcome.FAILED, why)

    def after_denial(self, change: Change, why: str) -> Settlement:
        """Settle a change that HubSpot named as failed; where something else is there now, somebody else wrote it."""
        match self._read(change, why):
            case FellShort() as unread:
                return unread
            case Overtaken():
                return FellShort(Outcome.FAILED, why)
            case freshness:
                return TookEffect() if self._took_effect(change, freshness) else FellShort(Outcome.FAILED, why)

    def after_silence(self, change: Change, remark: str | None) -> Settlement:
        """Settle a change that HubSpot neither confirmed nor named; `remark` is what it said of no change by name."""
        match self._read(change, remark or _UNCONFIRMED):
            case FellShort() as unread:
                return unread
            case freshness if self._took_effect(change, freshness):
                return TookEffect()
            case Due() as due:
                return StillDue(remark or _unheld(change, due))
            case freshness:
                return FellShort(Outcome.FAILED, remark or _unheld(change, freshness))

    def _read(self, change: Change, why: str) -> Freshness | FellShort:
        """Judge a change by a read after its write; `UNSURE` where that is not possible."""
        if self._silence >= MOST_SILENCE:
            return FellShort(Outcome.UNSURE, f"{why}; it was not read back, as the reads before it failed")
        try:
            found = self._read_back(change)
        except ReconcilerError as error:
            self._silence = self._silence + 1 if isinstance(error, Unavailable) else 0
            cause = error if isinstance(error, Interrupted) else None
            return FellShort(Outcome.UNSURE, f"{why}; reading it back failed too", cause)
        self._silence = 0
        return judge(self._planned, change, found)

    def _read_back(self, change: Change) -> LiveEvent | None:
        """Read the event; a deleted object is gone, whatever somebody has made under its ids since."""
        found = next(self._finds)()
        if found is None or not isinstance(change, Delete):
            return found
        (find,) = self._find_each([change.identity])
        return find()

    def _took_effect(self, change: Change, freshness: Freshness) -> bool:
        """Return whether HubSpot holds what was sent; what somebody changed beside it is left to verifying."""
        match freshness:
            case Holds() | Overtaken(left=()):
                return True
            case Due(fields) | Overtaken(left=tuple(fields)):
                return self._awaits_another(change) and not without_completion(fields)
            case _:
                return False


def _own_identity(change: Change) -> Identity:
    """Return what to read a change's event by: a deleted one by its object id, which nobody can use again."""
    return Identity(object_id=change.identity.object_id) if isinstance(change, Delete) else change.identity


def _unheld(change: Change, freshness: Freshness) -> str:
    """Return what HubSpot did not do of what it answered success for."""
    match freshness:
        case Due(fields) | Overtaken(left=tuple(fields)) if fields and not isinstance(change, Delete):
            return f"HubSpot answered success, but {not_taken_over(fields)}"
        case _:
            return _STILL_HELD if isinstance(change, Delete) else _UNHELD
