"""The comparison of a declared event with the live one; no other module imports deepdiff."""

from collections.abc import Mapping

from reconciler.change import Create, Delete, FieldChange, Source, Update
from reconciler.event import FIELDS, DeclaredEvent, LiveEvent, Value, field_order
from reconciler.values import canonical, same


def compare(event: DeclaredEvent, live: LiveEvent | None) -> Create | Update | None:
    """Return the change that makes `live` what is declared; None if it is so already."""
    if live is None:
        return _create(event)
    differing = [] if _is_held(event, live) else _differing(event, live.fields)
    if not differing:
        return None
    return Update(
        live.identity,
        event.name or live.name,
        tuple(_field(event, name, live.fields.get(name)) for name in differing),
        Source(event.place.file, event.place.line),
        live.registrants,
        live.attendees,
        timezone=event.timezone,
    )


def cancel(orphan: LiveEvent) -> Update:
    """Return the change that cancels an event that no file declares."""
    before = orphan.fields.get("eventCancelled")
    return Update(
        orphan.identity,
        orphan.name,
        (FieldChange("eventCancelled", before, after=True),),
        registrants=orphan.registrants,
        attendees=orphan.attendees,
    )


def delete(orphan: LiveEvent) -> Delete:
    """Return the change that deletes an event that no file declares; it never shows custom properties."""
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
    # HubSpot may spell a value differently in two reads, and an approval must cover both.
    return FieldChange(name, canonical(event.kind(name), before), event.fields[name], event.lines.get(name))


def _is_held(event: DeclaredEvent, live: LiveEvent) -> bool:
    """Return whether a live event holds every declared value as it is spelt, as most do."""
    return event.fields.items() <= live.fields.items()


def _differing(event: DeclaredEvent, live: Mapping[str, Value]) -> list[str]:
    """Return the names of the declared fields that differ, in the order people read them."""
    wanted = {
        name: value
        for name, value in event.fields.items()
        # Equal values of any kind mean the same.
        if value != live.get(name) and not same(event.kind(name), value, live.get(name))
    }
    return _names({name: live.get(name) for name in wanted}, wanted) if wanted else []


def _names(held: Mapping[str, Value], wanted: Mapping[str, Value]) -> list[str]:
    from deepdiff.diff import DeepDiff  # noqa: PLC0415  (it takes 0.25 s to load, and most events do not differ)

    difference = DeepDiff(held, wanted, view="tree")
    names = {str(level.path(output_format="list")[0]) for levels in difference.values() for level in levels}
    return sorted(names, key=field_order)
