"""Declared against live: the only doorway to deepdiff."""

from collections.abc import Mapping

from reconciler.change import Create, Delete, FieldChange, Source, Update
from reconciler.event import FIELDS, DeclaredEvent, LiveEvent, Value, field_order
from reconciler.values import canonical, same


def compare(event: DeclaredEvent, live: LiveEvent | None) -> Create | Update | None:
    """Give the change that makes `live` what is declared, or None where it already is."""
    if live is None:
        return _create(event)
    wanted, held = _comparable(event, live)
    if wanted == held:
        return None
    return Update(
        live.identity,
        event.name or live.name,
        tuple(_field(event, name, live.fields.get(name)) for name in _differing(held, wanted)),
        Source(event.place.file, event.place.line),
        live.registrants,
        live.attendees,
        timezone=event.timezone,
    )


def cancel(orphan: LiveEvent) -> Update:
    """Give the change that cancels an event no file declares."""
    before = orphan.fields.get("eventCancelled")
    return Update(
        orphan.identity,
        orphan.name,
        (FieldChange("eventCancelled", before, after=True),),
        registrants=orphan.registrants,
        attendees=orphan.attendees,
    )


def delete(orphan: LiveEvent) -> Delete:
    """Give the change that deletes an event no file declares; undeclared custom properties never appear."""
    held = ((field.name, orphan.fields.get(field.name)) for field in FIELDS)
    return Delete(
        orphan.identity,
        orphan.name,
        tuple(FieldChange(name, value, None) for name, value in held if value is not None),
        registrants=orphan.registrants,
        attendees=orphan.attendees,
    )


def _create(event: DeclaredEvent) -> Create:
    names = sorted((name for name, value in event.fields.items() if value is not None), key=field_order)
    return Create(
        event.identity,
        event.name,
        tuple(_field(event, name, None) for name in names),
        Source(event.place.file, event.place.line),
        timezone=event.timezone,
    )


def _field(event: DeclaredEvent, name: str, before: Value) -> FieldChange:
    # Two reads may spell one value in two ways, and an approval must cover both.
    return FieldChange(name, canonical(event.kind(name), before), event.fields[name], event.lines.get(name))


def _comparable(event: DeclaredEvent, live: LiveEvent) -> tuple[Mapping[str, Value], Mapping[str, Value]]:
    """Give both sides of the declared fields, with HubSpot's spelling replaced by ours where they mean the same."""
    held = {
        name: value if same(event.kind(name), value, live.fields.get(name)) else live.fields.get(name)
        for name, value in event.fields.items()
    }
    return event.fields, held


def _differing(held: Mapping[str, Value], wanted: Mapping[str, Value]) -> list[str]:
    """Name the fields that differ, in the order people read them."""
    from deepdiff.diff import DeepDiff  # noqa: PLC0415  (a quarter of a second to load; most events never come here)

    found = DeepDiff(held, wanted, view="tree")
    names = {str(level.path(output_format="list")[0]) for levels in found.values() for level in levels}
    return sorted(names, key=field_order)
