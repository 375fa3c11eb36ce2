"""A pull request's share of a run: the changes that its own plan showed."""

from dataclasses import replace
from typing import assert_never

from reconciler.applying.receipt import Receipt
from reconciler.event import Identity
from reconciler.planning.plan import Plan
from reconciler.render.pull_request.review import Applying, Declined, Ended

RunState = Applying | Declined | Ended
"""The states of a run that applies."""


def share_of(shown: Plan, plan: Plan, state: RunState) -> tuple[Plan, RunState]:
    """Return the part of a run's plan and state that a pull request's plan showed; one run may apply several."""
    own = frozenset(change.identity for change in shown.changes)
    part = replace(plan, changes=tuple(change for change in plan.changes if change.identity in own))
    return part, _state(state, own)


def _state(state: RunState, own: frozenset[Identity]) -> RunState:
    match state:
        case Applying():
            return state
        case Declined(moved=moved):
            return replace(state, moved=tuple(change for change in moved if change.identity in own))
        case Ended(receipt):
            return Ended(_receipt(receipt, own))
        case _:
            assert_never(state)


def _receipt(receipt: Receipt, own: frozenset[Identity]) -> Receipt:
    """Return the results for these events; what ended the run, and what was set aside, stay for all to read."""
    left = receipt.verified
    return replace(
        receipt,
        results=tuple(result for result in receipt.results if result.change.identity in own),
        verified=None if left is None else tuple(change for change in left if change.identity in own),
    )
