"""The parts of a plan, by the origin of its changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.change import Change, FieldChange, Origin


@dataclass(frozen=True, slots=True)
class Part:
    """Changes under one heading; a plan without a base is one part without a heading."""

    heading: str
    changes: tuple[Change, ...]


_HEADINGS = {
    "What the files change": (Origin.FILES, Origin.MIXED),
    "Drift: changed in HubSpot, and an apply puts back what the files declare": (Origin.HUBSPOT,),
    "Conflicts: changed in HubSpot and in the files, and an apply overwrites what HubSpot holds": (Origin.BOTH,),
    "Neither the files nor the base say where this comes from": (Origin.UNKNOWN,),
}
_MARKS = {Origin.HUBSPOT: "changed in HubSpot", Origin.BOTH: "changed in HubSpot too"}


def parts(changes: Sequence[Change]) -> tuple[Part, ...]:
    """Group changes by origin; a change of mixed origin stands with what the files change."""
    if all(change.origin is Origin.UNKNOWN for change in changes):
        return (Part("", tuple(changes)),)
    groups = (
        Part(heading, tuple(change for change in changes if change.origin in origins))
        for heading, origins in _HEADINGS.items()
    )
    return tuple(part for part in groups if part.changes)


def origin_mark(change: Change, field: FieldChange) -> str:
    """Return a remark on a field that was changed in HubSpot, within a change of mixed origin; else empty."""
    return _MARKS.get(field.origin, "") if change.origin is Origin.MIXED else ""
