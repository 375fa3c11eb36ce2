"""The parts of a plan, by the origin of its changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.change import Change, FieldChange, Origin


@dataclass(frozen=True, slots=True)
class Part:
    """Changes under one heading; a plan without a base is one part without a heading."""

    heading: str
    changes: tuple[Change, ...]


WAITING = "Merged, waiting to be applied"
_HEADINGS = {
    "What the files change": (Origin.FILES, Origin.MIXED),
    f"{WAITING}: the last apply was of an older commit": (Origin.PENDING,),
    "Drift: changed in HubSpot, and an apply puts back what the files declare": (Origin.HUBSPOT,),
    "Conflicts: changed in HubSpot and in the files, and an apply overwrites what HubSpot holds": (Origin.BOTH,),
    "Neither the files nor the base say where this comes from": (Origin.UNKNOWN,),
}
_MARKS = {
    Origin.HUBSPOT: "changed in HubSpot",
    Origin.BOTH: "changed in HubSpot too",
    Origin.PENDING: WAITING[0].lower() + WAITING[1:],
}
_NOT_OF_THE_FILES = {Origin.PENDING, Origin.HUBSPOT}


def parts(changes: Sequence[Change]) -> tuple[Part, ...]:
    """Group changes by origin; one of mixed origin stands with what the files change, if they change a field of it."""
    if all(change.origin is Origin.UNKNOWN for change in changes):
        return (Part("", tuple(changes)),)
    groups = (
        Part(heading, tuple(change for change in changes if place_of(change) in origins))
        for heading, origins in _HEADINGS.items()
    )
    return tuple(part for part in groups if part.changes)


def place_of(change: Change) -> Origin:
    """Return the origin under which a change is shown."""
    if change.origin is Origin.MIXED and {field.origin for field in change.fields} == _NOT_OF_THE_FILES:
        return Origin.PENDING
    return change.origin


def origin_mark(change: Change, field: FieldChange) -> str:
    """Return a remark on a field that the files do not change, within a change of mixed origin; else empty."""
    return _MARKS.get(field.origin, "") if change.origin is Origin.MIXED else ""
