"""The guards between a plan and its apply; a guard that cannot be checked refuses."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.applying.approval import Selection
from reconciler.applying.elsewhere import held_elsewhere
from reconciler.applying.receipt import Outcome, Result
from reconciler.change import Change, Create, Delete, cancels, is_orphan, takes_away
from reconciler.diagnostics import Diagnostic, Severity, error
from reconciler.errors import Refused
from reconciler.event import DeclaredEvent, Identity
from reconciler.planning.plan import Plan, Planned
from reconciler.policy import Policy

OF_THE_RUN = frozenset({"guard-portal", "guard-empty", "guard-app"})
"""The codes of guards that let nothing run."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an apply may take away; None means that no number was given, which allows nothing."""

    deletes: int | None = None
    """Orphans that may be deleted or cancelled."""
    registrants: int | None = None
    """People who may be registered on them, all together."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A guard's reason, and the changes that it keeps from running."""

    reason: Diagnostic
    changes: tuple[Change, ...]

    @property
    def marks(self) -> set[tuple[object, ...]]:
        """What identifies the refusal of each event, whatever else changes in the plan."""
        return {(change.identity.key, self.reason.code) for change in self.changes}


@dataclass(frozen=True, slots=True)
class ApprovedPlan:
    """Changes that every guard let pass; only `approve` makes one."""

    planned: Planned
    selection: Selection
    limits: Limits
    refused: tuple[Result, ...] = ()
    """What was selected and is refused by a guard."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """What will run."""
        refused = {result.change.identity for result in self.refused}
        return tuple(change for change in self.selection.approved if change.identity not in refused)


def approve(planned: Planned, selection: Selection, limits: Limits) -> ApprovedPlan:
    """Approve the selected changes, except those that a guard refuses.

    Raises `Refused` with every reason where a guard refuses the whole run, or where a guard refuses a part of what was
    approved as a whole.
    """
    changes = selection.approved
    reasons = (*against_the_run(planned, limits), *_other_app(planned, changes))
    refusals = against_changes(planned, changes, limits)
    if reasons or (selection.whole and refusals):
        raise Refused("the plan was not applied", (*reasons, *(refusal.reason for refusal in refusals)))
    return ApprovedPlan(planned, selection, limits, tuple(_results(planned, refusals, limits)))


def marked(planned: Planned, limits: Limits) -> Plan:
    """Return the plan with every refusal of an apply within these limits, at its change and as a warning."""
    refusals = against_changes(planned, planned.plan.changes, limits)
    whys = {result.change.identity: result.why for result in _results(planned, refusals, limits)}
    changes = tuple(replace(change, refused=whys.get(change.identity)) for change in planned.plan.changes)
    reasons = (*against_the_run(planned, limits), *(refusal.reason for refusal in refusals))
    warnings = tuple(replace(reason, severity=Severity.WARNING) for reason in reasons)
    found = planned.plan.diagnostics
    if any(reason.code == "guard-empty" for reason in reasons):
        found = tuple(each for each in found if each.code != "no-events")  # the guard says the same
    return replace(planned.plan, changes=changes, diagnostics=found + warnings)


def newly_refused(planned: Planned, limits: Limits) -> tuple[Diagnostic, ...]:
    """Return the reasons for which an apply would refuse this plan, but not the plan of the base's declarations."""
    refusals = against_changes(planned, planned.plan.changes, limits)
    before = _before(planned, limits)
    then = () if planned.before is None else against_the_run(planned.before, limits)
    of_the_run = (reason for reason in against_the_run(planned, limits) if reason not in then)
    return (*of_the_run, *(refusal.reason for refusal in refusals if not refusal.marks <= before))


def _results(planned: Planned, refusals: Iterable[Refusal], limits: Limits) -> Iterator[Result]:
    """Return one result for each refused change, with the first reason that is new since the base, else the first."""
    before = _before(planned, limits)
    results: dict[Identity, Result] = {}
    for refusal in refusals:
        code, why = refusal.reason.code, refusal.reason.message
        for change in refusal.changes:
            preexisting = (change.identity.key, code) in before
            known = results.get(change.identity)
            if known is None or (known.preexisting and not preexisting):
                results[change.identity] = Result(change, Outcome.REFUSED, why, code, preexisting)
    yield from results.values()


def _before(planned: Planned, limits: Limits) -> set[tuple[object, ...]]:
    """Return the marks of what a guard would refuse in the plan of the base's declarations."""
    if planned.before is None:
        return set()
    refusals = against_changes(planned.before, planned.before.plan.changes, limits)
    return set[tuple[object, ...]]().union(*(refusal.marks for refusal in refusals))


def against_the_run(planned: Planned, limits: Limits) -> tuple[Diagnostic, ...]:
    """Return the reasons for which nothing of a plan may run, whoever applies it."""
    return (*_portal(planned), *_empty(planned, limits))


def against_changes(planned: Planned, changes: Sequence[Change], limits: Limits) -> tuple[Refusal, ...]:
    """Return why some of the changes may not run, whoever applies them."""
    refusals = (
        *_deletes(changes, limits),
        *_registrants(changes, limits),
        *_protected(planned, changes),
        *_narrowed(planned, changes),
        *_unproven(planned, changes),
        *_unanswered(planned, changes),
        *_besides(planned, changes),
    )
    refused = {change.identity for refusal in refusals for change in refusal.changes}
    return (*refusals, *_renamed(planned, [change for change in changes if change.identity not in refused]))


def _portal(planned: Planned) -> Iterator[Diagnostic]:
    if planned.policy.portal is None and not planned.policy.any_portal:
        yield error(
            "guard-portal",
            "the settings do not say which portal is meant",
            hint=f"the token opens portal {planned.plan.portal.id}: if that is right, "
            f"write `portal: {planned.plan.portal.id}` into reconciler.yaml",
        )


def _empty(planned: Planned, limits: Limits) -> Iterator[Diagnostic]:
    if not planned.declared.events and limits.deletes is None:
        yield error(
            "guard-empty",
            "no event is declared for this run, which is more often a mistake than a wish",
            hint="check the path and the environment; if it is meant, give --max-deletes, in a workflow max_deletes",
        )


def _deletes(changes: Sequence[Change], limits: Limits) -> Iterator[Refusal]:
    taken = tuple(filter(is_orphan, filter(takes_away, changes)))
    count, allowed = len(taken), limits.deletes or 0
    if count > allowed:
        reason = error(
            "guard-deletes",
            f"{count} undeclared event{'' if count == 1 else 's'} would be deleted or cancelled, {allowed} allowed",
            hint=f"declare them, or allow it with --max-deletes {count}, in a workflow with max_deletes: {count}",
        )
        yield Refusal(reason, taken)


def _registrants(changes: Sequence[Change], limits: Limits) -> Iterator[Refusal]:
    taken = tuple(filter(takes_away, changes))
    allowed = limits.registrants or 0
    uncounted = sum(change.registrants is None for change in taken)
    people = sum(change.registrants or 0 for change in taken)
    if uncounted:
        reason = error(
            "guard-registrants",
            f"HubSpot does not say how many people are registered on {uncounted} of the events to be taken away",
            hint="look at these events in HubSpot, and delete or cancel them there",
        )
        yield Refusal(reason, taken)
    if people > allowed:
        reason = error(
            "guard-registrants",
            f"{people} people are registered on events that would be deleted or cancelled, {allowed} allowed",
            hint=f"allow it with --max-registrants {people}, in a workflow with max_registrants: {people}",
        )
        yield Refusal(reason, taken)


def _protected(planned: Planned, changes: Sequence[Change]) -> Iterator[Refusal]:
    for change in changes:
        event = planned.events.get(change.identity)
        if event is not None and _is_protected(event, change, planned.policy):
            what = f"{change.identity} is protected, and its declaration {'deletes' if event.absent else 'cancels'} it"
            hint = "take the protection away first, in a change of its own"
            yield Refusal(error("guard-protected", what, event.place, hint), (change,))


def _is_protected(event: DeclaredEvent, change: Change, policy: Policy) -> bool:
    """Return whether a declaration cancels or deletes a protected event; the base protects one from deletion too."""
    if isinstance(change, Delete):
        return event.protect or policy.protects_orphan(change.identity)
    return cancels(change) and (event.protect or policy.protects(change.identity.external_event_id))


def _narrowed(planned: Planned, changes: Sequence[Change]) -> Iterator[Refusal]:
    for change in changes:
        if planned.policy.narrowed and isinstance(change, Delete) and not is_orphan(change):
            what = f"{change.identity} is declared absent, but a file that was not read may declare it too"
            hint = "run over the whole folder of the settings"
            yield Refusal(error("guard-narrowed", what, change.place, hint), (change,))


def _unproven(planned: Planned, changes: Sequence[Change]) -> Iterator[Refusal]:
    if planned.foreign_token:
        return
    for change in changes:
        if not change.proven:
            reason = error(
                "guard-unproven",
                f"it is not proven that {change.identity} is ours: reading it by its external ids finds nothing",
                change.place,
                "check externalAccountId and appId, and whether the token belongs to the app that made the event",
            )
            yield Refusal(reason, (change,))


def _unanswered(planned: Planned, changes: Sequence[Change]) -> Iterator[Refusal]:
    """Refuse all creates under an account id under which nothing is found: a wrong token would make them its own."""
    for account, made in _creates_by_account(changes).items():
        if account in planned.matched.unanswered:
            reason = error(
                "guard-unproven",
                f"it is not proven that the token makes events of app {planned.plan.portal.app_id}: "
                f"events that are live are not found by their ids under {account}",
                hint="check externalAccountId and appId, and whether the token belongs to the app that made the events",
            )
            yield Refusal(reason, tuple(made))


def _besides(planned: Planned, changes: Sequence[Change]) -> Iterator[Refusal]:
    """Refuse all creates under an account id of which one is live elsewhere: the token or the id may be wrong."""
    by_account = _creates_by_account(changes)
    found: dict[tuple[str | None, int | None, str | None], dict[Identity, None]] = defaultdict(dict)
    for held in planned.matched.elsewhere:
        found[held.identity.external_account_id, held.app_id, held.account_id].setdefault(held.identity)
    for (account, app_id, account_id), ids in found.items():
        if under := by_account.get(account):
            yield Refusal(held_elsewhere([*ids], app_id, account_id, planned.plan.portal.app_id), tuple(under))


def _creates_by_account(changes: Iterable[Change]) -> Mapping[str | None, list[Create]]:
    made: dict[str | None, list[Create]] = defaultdict(list)
    for change in changes:
        if isinstance(change, Create):
            made[change.identity.external_account_id].append(change)
    return made


def _renamed(planned: Planned, running: Sequence[Change]) -> Iterator[Refusal]:
    """Refuse to make new events without taking away the old one they look like, and the other way round."""
    runs = {change.identity: change for change in running}
    for end in filter(takes_away, planned.plan.changes):
        if new := planned.successors.get(end.identity.object_id):
            some = tuple(runs[one.identity] for one in (*new, end) if one.identity in runs)
            if 0 < len(some) <= len(new):
                yield Refusal(_apart(end, new[0]), some)


def _apart(end: Change, create: Create) -> Diagnostic:
    message = (
        f"{create.identity} looks like {end.identity} under a new id: "
        "the one is made and the other taken away together, or neither is"
    )
    hint = "approve both, within --max-deletes and --max-registrants; or declare the event by its old id"
    return error("guard-renamed", message, create.place, hint)


def _other_app(planned: Planned, changes: Sequence[Change]) -> Iterator[Diagnostic]:
    if planned.foreign_token and changes:
        yield error(
            "guard-app",
            "the token belongs to another app than the one whose events are declared",
            hint=f"apply with a token of app {planned.plan.portal.app_id}",
        )
