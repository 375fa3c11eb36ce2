"""A receipt: what an apply really did."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from reconciler.change import Action, Change
from reconciler.errors import Interrupted, ReconcilerError
from reconciler.live import Portal


class Outcome(StrEnum):
    """How one change ended."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    """Something moved since it was planned or reviewed, so it was not written over."""
    UNSURE = "unsure"
    """It was sent, the answer was lost, and reading could not settle it."""
    NOT_ATTEMPTED = "not_attempted"


@dataclass(frozen=True, slots=True)
class Result:
    """One change with its outcome; `why` is None only for a plain success."""

    change: Change
    outcome: Outcome
    why: str | None = None

    @property
    def is_plain(self) -> bool:
        """Tell whether this run wrote the change and there is nothing more to say of it."""
        return self.outcome is Outcome.DONE and self.why is None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of every change of a plan."""

    portal: Portal
    digest: str
    results: tuple[Result, ...]
    verified: tuple[Change, ...] | None = None
    """What a second reading still found different of what ran; None where there was no second reading."""
    written: bool = False
    """At least one write was carried out, or may have been."""
    cause: ReconcilerError | None = None
    """What ended the run early."""

    @property
    def applied(self) -> dict[Action, int]:
        """Count what this run wrote, by action: what HubSpot held already is done, but nothing was done for it."""
        done = Counter(result.change.action for result in self.results if result.is_plain)
        return {action: done[action] for action in Action}

    def count(self, outcome: Outcome) -> int:
        """Count the changes that ended so."""
        return sum(result.outcome is outcome for result in self.results)

    @property
    def exit_code(self) -> int:
        """Tell the run's exit code: 0 says that everything approved was done and proven."""
        if isinstance(self.cause, Interrupted):
            return self.cause.exit_code
        if self.cause is not None and not self.written:
            return self.cause.exit_code
        if self.cause is not None or self.verified != ():
            return 6
        return 6 if any(result.outcome in _SHORT for result in self.results) else 0


_SHORT = (Outcome.FAILED, Outcome.REFUSED, Outcome.UNSURE)
