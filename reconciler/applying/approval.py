"""Which changes of a plan were approved: by its digest, or by plans that were reviewed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reconciler.applying.receipt import Outcome, Result
from reconciler.change import Change, Origin, Update
from reconciler.errors import Refused
from reconciler.event import Identity
from reconciler.planning import fingerprint
from reconciler.planning.plan import Plan

NOT_REVIEWED = "not reviewed"
"""Why a change is left that no reviewed plan shows."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The changes of a new plan that were approved, and what becomes of the others."""

    approved: tuple[Change, ...]
    not_approved: tuple[Result, ...] = ()
    whole: bool = False
    """Approved as a whole: where a part of it cannot run, nothing may."""

    @property
    def left_unreviewed(self) -> list[Result]:
        """The changes that nobody was shown, except those that come from drift in HubSpot."""
        return [
            result
            for result in self.not_approved
            if result.outcome is Outcome.NOT_ATTEMPTED and result.change.origin is not Origin.HUBSPOT
        ]


def everything(plan: Plan) -> Selection:
    """Approve the plan as it is: somebody has just said yes to it."""
    return Selection(plan.changes)


def nothing(plan: Plan, why: str) -> Selection:
    """Approve no change, for a reason that holds for each of them."""
    return Selection((), tuple(Result(change, Outcome.NOT_ATTEMPTED, why) for change in plan.changes))


def by_digest(plan: Plan, digest: str) -> Selection:
    """Approve the plan if it is the one that was reviewed; `Refused` if anything moved since."""
    if plan.digest != digest:
        raise Refused(
            f"the plan is no longer the approved one: its digest is {plan.digest}, approved was {digest}",
            hint="the changes as they stand now are listed above: review them, then approve their digest",
        )
    return Selection(plan.changes, whole=True)


def by_plans(plan: Plan, reviewed: Sequence[Plan]) -> Selection:
    """Approve what stands unchanged in the reviewed plans.

    Only fingerprints are compared, and no value is taken from a reviewed plan. A change that it does not hold
    is refused where the plan reviewed something else for the same event, and not attempted where it is new.
    """
    for other in reviewed:
        if other.portal.id != plan.portal.id:
            raise Refused(f"a given plan was made for portal {other.portal.id}, not for {plan.portal.id}")
    approvals = _Approvals.of(reviewed)
    approved = tuple(change for change in plan.changes if approvals.cover(plan.portal.id, change))
    kept = {change.identity for change in approved}
    return Selection(
        approved, tuple(approvals.not_approved(change) for change in plan.changes if change.identity not in kept)
    )


def also_in(shown: Plan, selection: Selection, plan: Plan) -> Selection:
    """Keep of a selection only what a second plan shows too, which people saw before they approved the run.

    What it shows otherwise is refused; an event that it does not show is not attempted.
    """
    others = {result.change.identity: result for result in by_plans(plan, [shown]).not_approved}
    approved = tuple(change for change in selection.approved if change.identity not in others)
    left = (others[change.identity] for change in selection.approved if change.identity in others)
    return Selection(approved, (*selection.not_approved, *(replace(each, why=_BEFORE[each.outcome]) for each in left)))


_BEFORE = {
    Outcome.REFUSED: "not what was shown before the approval: the file or HubSpot changed since",
    Outcome.NOT_ATTEMPTED: "it was not shown before the approval",
}


@dataclass(frozen=True, slots=True)
class _Approvals:
    fingerprints: frozenset[str]
    events: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, plans: Sequence[Plan]) -> "_Approvals":
        changes = [(plan.portal.id, change) for plan in plans for change in plan.changes]
        return cls(
            frozenset(mark for portal, change in changes for mark in _marks(portal, change)),
            frozenset(key for _, change in changes for key in keys_of(change.identity)),
        )

    def cover(self, portal: int, change: Change) -> bool:
        return all(mark in self.fingerprints for mark in _marks(portal, change))

    def not_approved(self, change: Change) -> Result:
        if self.events.isdisjoint(keys_of(change.identity)):
            return Result(change, Outcome.NOT_ATTEMPTED, NOT_REVIEWED)
        return Result(change, Outcome.REFUSED, "not the reviewed change: the file or HubSpot changed since the review")


def _marks(portal: int, change: Change) -> list[str]:
    """Return the fingerprints that must be approved: of an update each field's, of anything else the change's."""
    if isinstance(change, Update):
        return [fingerprint.of_field(portal, change, field) for field in change.fields]
    return [fingerprint.of_change(portal, change)]


def keys_of(identity: Identity) -> set[tuple[str, ...]]:
    """Return every key that the event may have had when it was reviewed."""
    keys = {identity.key}
    return keys | {(identity.object_id,)} if identity.object_id is not None else keys
