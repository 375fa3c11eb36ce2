"""A receipt: the outcome of every change of an apply, and of the second reading."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from reconciler.change import Action, Change
from reconciler.errors import DeclarationsInvalid, Interrupted, ReconcilerError, Refused
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
    def exit_code(self) -> int:
        """The run's exit code; 0 means that everything approved was done and verified.

        What a guard would have refused at the base too, or what was set aside there, is no failure of this run.
        """
        if self.cause is not None and (isinstance(self.cause, Interrupted) or not self.written):
            return INVALID if isinstance(self.cause, Refused) and self.is_invalid else self.cause.exit_code
        if self.cause is not None or self.verified or any(result.fell_short for result in self.results):
            return SHORT
        if self.is_invalid:
            return SHORT if self.written else INVALID
        if any(result.guard is not None and not result.preexisting for result in self.results):
            return SHORT if any(result.outcome is Outcome.DONE for result in self.results) else Refused.exit_code
        return 0 if self.verified == () else SHORT

    @property
    def is_invalid(self) -> bool:
        """Whether an event is set aside that was not set aside at the base."""
        return any(not aside.preexisting for aside in self.set_aside)


INVALID = DeclarationsInvalid.exit_code
SHORT = 6
"""The exit code of a run that wrote, or was to write, and left something undone."""
