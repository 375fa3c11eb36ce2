"""The origin of each difference: the files, HubSpot or both."""

from dataclasses import replace

from reconciler.change import Change, Create, Delete, FieldChange, Origin
from reconciler.declarations.base import Base
from reconciler.event import DeclaredEvent
from reconciler.planning.plan import Planned
from reconciler.values import same


def with_origins(planned: Planned, base: Base) -> Planned:
    """Return the plan with the origin of every field, which approvals do not cover, and with the base's diagnostics."""
    before = planned.declared_before()
    declarations = (
        base.declaration_of(change.identity) or before.get(change.identity.object_id) for change in planned.plan.changes
    )
    traced = zip(planned.plan.changes, declarations, strict=True)
    changes = tuple(_traced(change, planned, then) for change, then in traced) if base.known else planned.plan.changes
    plan = replace(planned.plan, changes=changes, diagnostics=planned.plan.diagnostics + base.diagnostics)
    return replace(planned, plan=plan)


def _traced(change: Change, planned: Planned, then: DeclaredEvent | None) -> Change:
    now = planned.events.get(change.identity)
    fields = tuple(replace(field, origin=_origin(change, field, now, then)) for field in change.fields)
    return replace(change, fields=fields)


def _origin(change: Change, field: FieldChange, now: DeclaredEvent | None, then: DeclaredEvent | None) -> Origin:
    """Return the origin of one field's difference, from what is declared now and what was declared then."""
    if now is None:
        # An orphan that the base declared was caused by the files; the cause of any other is unknown.
        return Origin.UNKNOWN if then is None or then.absent else Origin.FILES
    if then is None or now.absent is not then.absent:
        return Origin.FILES
    # An event that has to be created, or deleted, as the base declared already was deleted, or made, in HubSpot.
    return Origin.HUBSPOT if isinstance(change, Create | Delete) else _side(field, now, then)


def _side(field: FieldChange, now: DeclaredEvent, then: DeclaredEvent) -> Origin:
    """Return which side differs from the base's value."""
    if field.name not in then.fields:
        return Origin.FILES
    base, kind = then.fields[field.name], now.kind(field.name)
    if same(kind, base, field.before):
        return Origin.FILES
    return Origin.HUBSPOT if same(kind, field.after, base) else Origin.BOTH
