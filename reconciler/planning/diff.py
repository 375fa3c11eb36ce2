"""The comparison of a declared event with the live one; no other module imports deepdiff."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from reconciler.change import Change, Create, Delete, FieldChange, Outline, Source, Update
from reconciler.event import CUSTOM, FIELDS, DeclaredEvent, LiveEvent, Value, field_order
from reconciler.values import canonical, same


def compare(event: DeclaredEvent, live: LiveEvent | None) -> Change | None:
    """Return the change that makes `live` what is declared; None if it is so already."""
    if event.absent:
        return None if live is None else _delete_declared(event, live)
    if live is None:
        return _create(event)
    differing = [] if _is_held(event, live) else _differing(event, live.fields)
    if not differing:
        return None
    return Update(
        live.identity,
        event.name or live.name,
        tuple(_field(event, name, live.fields.get(name)) for name in differing),
        _source(event),
        live.registrants,
        live.attendees,
        series=event.series,
        timezone=event.timezone,
        outline=replace(_outline({**live.fields, **event.fields}), properties=tuple(_kept(event, differing))),
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
        outline=_outline(orphan.fields),
    )


def delete(live: LiveEvent) -> Delete:
    """Return the change that deletes an event; it never shows custom properties."""
    held = ((field.name, live.fields.get(field.name)) for field in FIELDS)
    return Delete(
        live.identity,
        live.name,
        tuple(FieldChange(name, value, None) for name, value in held if value is not None),
        registrants=live.registrants,
        attendees=live.attendees,
        outline=_outline(live.fields),
    )


def _delete_declared(event: DeclaredEvent, live: LiveEvent) -> Delete:
    return replace(delete(live), source=_source(event), timezone=event.timezone, series=event.series)


def _create(event: DeclaredEvent) -> Create:
    values = {**event.fields, **event.initial}
    names = sorted((name for name, value in values.items() if value is not None), key=field_order)
    return Create(
        event.identity,
        event.name,
        tuple(FieldChange(name, None, values[name], event.lines.get(name)) for name in names),
        _source(event),
        series=event.series,
        timezone=event.timezone,
        outline=_outline(values),
    )


def _outline(fields: Mapping[str, Value]) -> Outline:
    """Return what a calendar shows of an event, whether it changes or not."""
    held = {name: value for name, value in fields.items() if isinstance(value, str)}
    return Outline(
        start=held.get("startDateTime"),
        end=held.get("endDateTime"),
        event_type=held.get("eventType"),
        organizer=held.get("eventOrganizer"),
        url=held.get("eventUrl"),
        cancelled=fields.get("eventCancelled") is True,
    )


def _kept(event: DeclaredEvent, differing: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield name and value of each declared custom property that does not change."""
    for name in sorted(event.fields, key=field_order):
        value = event.fields[name]
        if name.startswith(CUSTOM) and name not in differing and isinstance(value, str):
            yield name.removeprefix(CUSTOM), value


def _source(event: DeclaredEvent) -> Source:
    return Source(event.place.file, event.place.line)


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
