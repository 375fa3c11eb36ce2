"""The origin of each difference: the files, HubSpot or both, or a merge that waits to be applied."""

from dataclasses import dataclass, replace

from reconciler.change import Change, Create, Delete, FieldChange, Origin
from reconciler.declarations.base import Base
from reconciler.event import DeclaredEvent
from reconciler.planning.plan import Planned
from reconciler.values import same


def with_origins(planned: Planned, base: Base) -> Planned:
    """Return the plan with the origin of every field, which approvals do not cover, and with the base's diagnostics."""
    before = planned.declared_before()
    changes = planned.plan.changes
    if base.known:
        histories = (_history(change, planned, base, before.get(change.identity.object_id)) for change in changes)
        changes = tuple(map(_traced, changes, histories))
    plan = replace(planned.plan, changes=changes, diagnostics=planned.plan.diagnostics + base.diagnostics)
    return replace(planned, plan=plan)


def of_what_is_merged(planned: Planned) -> Planned:
    """Return the plan of the default branch, in which everything that the files change waits to be applied."""
    changes = (replace(each, fields=tuple(map(_waiting, each.fields))) for each in planned.plan.changes)
    return replace(planned, plan=replace(planned.plan, changes=tuple(changes)))


def _waiting(field: FieldChange) -> FieldChange:
    return replace(field, origin=Origin.PENDING) if field.origin is Origin.FILES else field


@dataclass(frozen=True, slots=True)
class _History:
    """What was declared of one event, when; None where it was not declared."""

    now: DeclaredEvent | None
    then: DeclaredEvent | None
    """At the base."""
    applied: DeclaredEvent | None
    """At the commit that was applied last; at the base if that commit is not known."""


def _history(change: Change, planned: Planned, base: Base, matched: DeclaredEvent | None) -> _History:
    """Return the history of a changed event; `matched` is what the base declared of the live one, by any of its ids."""
    now = planned.events.get(change.identity)
    then = base.declaration_of(change.identity) or matched
    if base.applied is None:
        return _History(now, then, then)
    applied = base.applied.declaration_of(change.identity)
    if applied is None and then is not None:
        applied = base.applied.declaration_of(then.identity)
    return _History(now, then, applied)


def _traced(change: Change, history: _History) -> Change:
    fields = (replace(field, origin=_origin(change, field, history)) for field in change.fields)
    return replace(change, fields=tuple(fields))


def _origin(change: Change, field: FieldChange, history: _History) -> Origin:
    now, then, applied = history.now, history.then, history.applied
    if now is None:
        return _of_orphan(then, applied)
    if then is None or now.absent is not then.absent:
        return Origin.FILES
    match change:
        case Create():
            return _of_create(field, then, applied)
        case Delete():
            # What was declared absent at the last apply too was made again in HubSpot.
            return Origin.HUBSPOT if applied is not None and applied.absent else Origin.PENDING
        case _:
            return _of_field(field, now, then, applied)


def _is_declared(event: DeclaredEvent | None) -> bool:
    return event is not None and not event.absent


def _of_orphan(then: DeclaredEvent | None, applied: DeclaredEvent | None) -> Origin:
    """Return what made an event an orphan; unknown where nobody knows that it was declared."""
    if _is_declared(then) or (then is not None and _is_declared(applied)):
        return Origin.FILES
    return Origin.PENDING if _is_declared(applied) else Origin.UNKNOWN


def _of_create(field: FieldChange, then: DeclaredEvent, applied: DeclaredEvent | None) -> Origin:
    """Return the origin of a field of an event that has to be created as the base, in part or whole, declared it."""
    if _is_declared(applied):
        return Origin.HUBSPOT  # it was deleted there
    declared = {**then.fields, **then.initial}
    as_before = field.name in declared and same(then.kind(field.name), field.after, declared[field.name])
    return Origin.PENDING if as_before else Origin.FILES


def _of_field(field: FieldChange, now: DeclaredEvent, then: DeclaredEvent, applied: DeclaredEvent | None) -> Origin:
    """Return which side differs from what was declared before."""
    if field.name not in then.fields:
        return Origin.FILES
    base, kind = then.fields[field.name], now.kind(field.name)
    if same(kind, base, field.before):
        return Origin.FILES
    last = {} if applied is None else applied.fields
    is_managed = field.name in last
    if same(kind, field.after, base):
        return Origin.HUBSPOT if is_managed and same(kind, last[field.name], base) else Origin.PENDING
    # HubSpot has changed it only if it holds something else than what was applied last.
    return Origin.BOTH if is_managed and not same(kind, last[field.name], field.before) else Origin.FILES
