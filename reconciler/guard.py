"""The guards between a plan and its apply; a guard that cannot be checked refuses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciler.approval import Selection
from reconciler.change import Change, Create, cancels, takes_away
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import Refused
from reconciler.orphans import Will, judge
from reconciler.plan import Draft
from reconciler.policy import Policy


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be taken away from people; None means that nobody gave a number, which allows nothing."""

    deletes: int | None = None
    """Orphans that may be deleted or cancelled."""
    registrants: int | None = None
    """People who may be registered on them, all together."""


@dataclass(frozen=True, slots=True)
class ApprovedPlan:
    """Changes that every guard let pass; only `approve` makes one."""

    draft: Draft
    selection: Selection
    limits: Limits

    @property
    def changes(self) -> tuple[Change, ...]:
        """What will run."""
        return self.selection.approved


def approve(draft: Draft, selection: Selection, limits: Limits) -> ApprovedPlan:
    """Let the selected changes pass, or raise `Refused` with every reason."""
    changes = selection.approved
    reasons = (*foreseeable(draft, changes, limits), *_other_app(draft, changes))
    if reasons:
        raise Refused("the plan was not applied", reasons)
    return ApprovedPlan(draft, selection, limits)


def check_time(approved: ApprovedPlan, now: datetime) -> None:
    """Raise `Refused` where an orphan is over by now: somebody may have thought for long before saying yes."""
    seen = approved.draft.seen
    over = [
        change.identity
        for change in approved.changes
        if takes_away(change) and judge(seen[change.identity], approved.draft.policy, now).will is Will.NOTHING
    ]
    if over:
        raise Refused(f"{', '.join(map(str, over))} is over by now", hint="plan again")


def foreseeable(draft: Draft, changes: Sequence[Change], limits: Limits) -> tuple[Diagnostic, ...]:
    """Give every refusal that does not depend on whose token applies: a plan shows these."""
    return (
        *_portal(draft),
        *_empty(draft, limits),
        *_deletes(changes, limits),
        *_registrants(changes, limits),
        *_protected(draft, changes),
        *_unproven(draft, changes),
        *_made_twice(draft, changes),
    )


def check_portal(policy: Policy, portal: int) -> None:
    """Raise `Refused` where the token opens another portal than the declared one."""
    if policy.portal not in (None, portal) and not policy.any_portal:
        raise Refused(
            f"the token opens portal {portal}, but reconciler.yaml declares portal {policy.portal}",
            hint="use a token of the declared portal, or correct the settings",
        )


def _portal(draft: Draft) -> Iterator[Diagnostic]:
    if draft.policy.portal is None and not draft.policy.any_portal:
        yield error(
            "guard-portal",
            "the settings do not say which portal is meant",
            hint=f"the token opens portal {draft.plan.portal.id}: if that is right, "
            f"write `portal: {draft.plan.portal.id}` into reconciler.yaml",
        )


def _empty(draft: Draft, limits: Limits) -> Iterator[Diagnostic]:
    if not draft.declared.events and limits.deletes is None:
        yield error(
            "guard-empty",
            "no event is declared at all, which is more often a mistake than a wish",
            hint="check the path; if it is meant, give --max-deletes, in a workflow max_deletes",
        )


def _deletes(changes: Sequence[Change], limits: Limits) -> Iterator[Diagnostic]:
    count = sum(map(takes_away, changes))
    allowed = limits.deletes or 0
    if count > allowed:
        yield error(
            "guard-deletes",
            f"{count} undeclared event{'' if count == 1 else 's'} would be deleted or cancelled, {allowed} allowed",
            hint=f"declare them, or allow it with --max-deletes {count}, in a workflow with max_deletes: {count}",
        )


def _registrants(changes: Sequence[Change], limits: Limits) -> Iterator[Diagnostic]:
    taken = [change for change in changes if takes_away(change)]
    allowed = limits.registrants or 0
    uncounted = sum(change.registrants is None for change in taken)
    people = sum(change.registrants or 0 for change in taken)
    if uncounted:
        yield error(
            "guard-registrants",
            f"HubSpot does not say how many people are registered on {uncounted} of the events to be taken away",
            hint="look at these events in HubSpot, and delete or cancel them there",
        )
    if people > allowed:
        yield error(
            "guard-registrants",
            f"{people} people are registered on events that would be deleted or cancelled, {allowed} allowed",
            hint=f"allow it with --max-registrants {people}, in a workflow with max_registrants: {people}",
        )


def _protected(draft: Draft, changes: Sequence[Change]) -> Iterator[Diagnostic]:
    for change in changes:
        event = draft.events.get(change.identity)
        if event is None or not cancels(change):
            continue
        if event.protect or draft.policy.protects(change.identity.external_event_id):
            yield error(
                "guard-protected",
                f"{change.identity} is protected, and its declaration cancels it",
                event.place,
                "take the protection away first, in a change of its own",
            )


def _unproven(draft: Draft, changes: Sequence[Change]) -> Iterator[Diagnostic]:
    if draft.foreign_token:
        return
    for change in changes:
        if change.identity in draft.unproven and not isinstance(change, Create):
            yield error(
                "guard-unproven",
                f"it is not proven that {change.identity} is ours: reading it by its external ids finds nothing",
                _place(change),
                "check externalAccountId and appId, and whether the token belongs to the app that made the event",
            )


def _made_twice(draft: Draft, changes: Sequence[Change]) -> Iterator[Diagnostic]:
    """Refuse creates where the token may be that of the wrong app, to which nothing that is ours is live."""
    count = sum(isinstance(change, Create) and change.identity in draft.unproven for change in changes)
    if count:
        yield error(
            "guard-app",
            f"events with the ids of {count} event{'' if count == 1 else 's'} to create are live, and it is not known "
            "which app the token belongs to: with another app's, they would be made a second time",
            hint="apply with a token of the app that made them; if yours are to stand beside them, "
            "write appId into reconciler.yaml: the app that the token belongs to",
        )


def _other_app(draft: Draft, changes: Sequence[Change]) -> Iterator[Diagnostic]:
    if draft.foreign_token and changes:
        yield error(
            "guard-app",
            "the token belongs to another app than the one whose events are declared",
            hint=f"apply with a token of app {draft.plan.portal.app_id}",
        )


def _place(change: Change) -> Place | None:
    return None if change.source is None else Place(change.source.file, change.source.line)
