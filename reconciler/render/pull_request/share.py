"""A pull request's share of a run: what its own plan showed."""

from dataclasses import dataclass, replace
from typing import assert_never

from reconciler.applying.approval import keys_of
from reconciler.applying.receipt import Receipt
from reconciler.change import Change
from reconciler.event import Identity
from reconciler.planning.plan import Plan
from reconciler.planning.set_aside import SetAside
from reconciler.render.pull_request.review import Applying, Awaiting, Declined, Ended

RunState = Awaiting | Applying | Declined | Ended
"""The states of a run that applies."""


def share_of(shown: Plan, plan: Plan, state: RunState) -> tuple[Plan, RunState]:
    """Return the part of a run's plan and state that a pull request's plan showed; one run may apply several."""
    own = [event.identity for event in (*shown.changes, *shown.set_aside)]
    share = _Share(frozenset(key for identity in own for key in keys_of(identity)))
    return replace(plan, changes=share.of(plan.changes), set_aside=share.aside(plan.set_aside)), share.state(state)


@dataclass(frozen=True, slots=True)
class _Share:
    """The events that a plan showed, by every key that they may have had then."""

    keys: frozenset[tuple[str, ...]]

    def holds(self, identity: Identity) -> bool:
        return not self.keys.isdisjoint(keys_of(identity))

    def of(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        return tuple(change for change in changes if self.holds(change.identity))

    def aside(self, events: tuple[SetAside, ...]) -> tuple[SetAside, ...]:
        return tuple(event for event in events if self.holds(event.identity))

    def state(self, state: RunState) -> RunState:
        match state:
            case Applying():
                return state
            case Awaiting(left_out):
                return Awaiting(tuple(result for result in left_out if self.holds(result.change.identity)))
            case Declined(moved=moved):
                return replace(state, moved=self.of(moved))
            case Ended(receipt):
                return Ended(self.receipt(receipt))
            case _:
                assert_never(state)

    def receipt(self, receipt: Receipt) -> Receipt:
        """Return the results for these events; what ended the run stays for all to read."""
        return replace(
            receipt,
            results=tuple(result for result in receipt.results if self.holds(result.change.identity)),
            set_aside=self.aside(receipt.set_aside),
            verified=None if receipt.verified is None else self.of(receipt.verified),
        )
