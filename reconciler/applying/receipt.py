"""A receipt: the outcome of every change of an apply, and of the second reading."""

from collections import Counter
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from reconciler.change import Action, Change
from reconciler.errors import FELL_SHORT, DeclarationsInvalid, Interrupted, ReconcilerError, Refused
from reconciler.planning.set_aside import SetAside
from reconciler.portal import Portal


class Outcome(StrEnum):
    """How one change ended."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    """Not written: something moved since it was planned or reviewed, or a guard refuses it."""
    UNSURE = "unsure"
    """It was sent, the answer was lost, and reading could not settle it."""
    NOT_ATTEMPTED = "not_attempted"

    @property
    def is_short(self) -> bool:
        """Whether something was to be done and was not, or may not have been."""
        return self in {Outcome.FAILED, Outcome.REFUSED, Outcome.UNSURE}


@dataclass(frozen=True, slots=True)
class Result:
    """One change with its outcome; `why` is None only for a plain success."""

    change: Change
    outcome: Outcome
    why: str | None = None
    guard: str | None = None
    """The code of the guard that refused it; None for any other end."""
    preexisting: bool = False
    """The guard would have refused it at the base too, so what changed since is not the reason."""

    @property
    def is_plain(self) -> bool:
        """Whether this run wrote the change, and there is nothing more to report about it."""
        return self.outcome is Outcome.DONE and self.why is None

    @property
    def fell_short(self) -> bool:
        """Whether a change that was to run did not come true; what a guard refused was not to run."""
        return self.outcome.is_short and self.guard is None


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
    set_aside: tuple[SetAside, ...] = ()
    """Declared events that the plan left out."""

    @property
    def applied(self) -> dict[Action, int]:
        """How many changes this run wrote, by action; what HubSpot held already is not counted."""
        done = Counter(result.change.action for result in self.results if result.is_plain)
        return {action: done[action] for action in Action}

    def count(self, outcome: Outcome) -> int:
        """Count the changes that ended so; an event that was set aside counts as refused."""
        aside = len(self.set_aside) if outcome is Outcome.REFUSED else 0
        return aside + sum(result.outcome is outcome for result in self.results)

    @property
    def conclusion(self) -> "Conclusion":
        """How the run ended.

        What a guard would have refused at the base too, or what was set aside there, is no failure of this run.
        """
        if self.cause is not None and (isinstance(self.cause, Interrupted) or not self.written):
            only_set_aside = isinstance(self.cause, Refused) and self.is_invalid
            return Conclusion.SET_ASIDE if only_set_aside else Conclusion.ENDED_EARLY
        if self.cause is not None or self.verified:
            return Conclusion.FELL_SHORT
        short = {result.outcome for result in self.results if result.fell_short}
        if short:
            moved = self.verified is not None and short == {Outcome.REFUSED}
            return Conclusion.MOVED if moved else Conclusion.FELL_SHORT
        return self._without_shortfall

    @property
    def _without_shortfall(self) -> "Conclusion":
        """How a run ended of which everything came true that was to run."""
        refused = any(result.guard is not None and not result.preexisting for result in self.results)
        if self.is_invalid and not self.written:
            return Conclusion.SET_ASIDE
        if refused and not self.is_invalid and not self.count(Outcome.DONE):
            return Conclusion.REFUSED
        if self.verified is None:
            return Conclusion.FELL_SHORT
        if self.is_invalid:
            return Conclusion.SET_ASIDE_IN_PART
        return Conclusion.REFUSED_IN_PART if refused else Conclusion.FULFILLED

    @property
    def exit_code(self) -> int:
        """The run's exit code; 0 means that everything approved was done and verified."""
        if self.conclusion is Conclusion.ENDED_EARLY and self.cause is not None:
            return self.cause.exit_code
        return _EXIT_CODES.get(self.conclusion, FELL_SHORT)

    @property
    def is_invalid(self) -> bool:
        """Whether an event is set aside that was not set aside at the base."""
        return any(not aside.preexisting for aside in self.set_aside)


class Conclusion(Enum):
    """How an apply ended."""

    FULFILLED = auto()
    """Everything that was approved came true, and a second reading has shown it."""
    ENDED_EARLY = auto()
    """An error ended it before anything was written, or a signal at any time."""
    SET_ASIDE = auto()
    """Nothing was written, and an event is set aside."""
    REFUSED = auto()
    """Nothing was done, because guards refuse changes."""
    SET_ASIDE_IN_PART = auto()
    """All else came true, but an event is set aside."""
    REFUSED_IN_PART = auto()
    """All else came true, but guards refuse changes."""
    MOVED = auto()
    """What fell short was refused, because it is no longer as it was planned or reviewed."""
    FELL_SHORT = auto()
    """Something was written, or to be written, and did not come true, or no second reading has shown it."""


INVALID = DeclarationsInvalid.exit_code
_EXIT_CODES = {Conclusion.FULFILLED: 0, Conclusion.SET_ASIDE: INVALID, Conclusion.REFUSED: Refused.exit_code}
"""Of an end that has a code of its own, and of which no error tells it."""
