"""The parts of a plan: what the files change, apart from what was changed in HubSpot."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.change import Change, FieldChange, Origin


@dataclass(frozen=True, slots=True)
class Part:
    """Changes that one heading holds for; a plan without a base is one part without a heading."""

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
    """Put each change under the heading of its origin; one of several origins stands with what the files change."""
    if all(change.origin is Origin.UNKNOWN for change in changes):
        return (Part("", tuple(changes)),)
    found = (
        Part(heading, tuple(change for change in changes if change.origin in origins))
        for heading, origins in _HEADINGS.items()
    )
    return tuple(part for part in found if part.changes)


def origin_mark(change: Change, field: FieldChange) -> str:
    """Say in words which field of a change of several origins is not the files' doing alone; empty for any other."""
    return _MARKS.get(field.origin, "") if change.origin is Origin.MIXED else ""
