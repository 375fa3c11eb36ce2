"""A planned change against a fresh read: still due, already held, or overtaken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.change import Change, Create, Delete, FieldChange, Update
from reconciler.event import FIELDS, DeclaredEvent, LiveEvent, label_of
from reconciler.planning.diff import compare
from reconciler.planning.plan import Planned
from reconciler.values import same


@dataclass(frozen=True, slots=True)
class Holds:
    """HubSpot already holds what is wanted."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Something else happened to the event since the plan was made; `why` is the reason in words.

    `left` is what the change would still do; None where there is nothing to compare: the event is gone, is another
    one, or is to be taken away.
    """

    why: str
    left: tuple[FieldChange, ...] | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The change is still to be made; an update with these fields."""

    fields: tuple[FieldChange, ...] = ()


Freshness = Holds | Overtaken | Due

NOT_PROVEN = (
    "HubSpot does not find it by its external ids now, so it is not proven to be ours; "
    "`reconciler plan` shows what stands in its way"
)
"""Why an event is left alone that the read before its write shows by its object id alone."""


def judge(planned: Planned, change: Change, found: LiveEvent | None) -> Freshness:
    """Compare a planned change with what a direct read has just returned."""
    event = planned.events.get(change.identity)
    if isinstance(change, Create) and event is not None:
        return _creation(change, event, found)
    if found is None:
        return Holds() if isinstance(change, Delete) else Overtaken("it is gone from HubSpot")
    if found.identity.object_id != change.identity.object_id:
        return Overtaken("another event stands in HubSpot under its ids now")
    if found.identity.external != change.identity.external:
        return Overtaken(NOT_PROVEN)
    if event is None or event.absent:
        return _end(change, planned.seen[change.identity], found)
    return _update(change, event, found)


def _creation(change: Create, event: DeclaredEvent, found: LiveEvent | None) -> Freshness:
    if found is None:
        return Due()
    now = compare(event, found)
    if now is None:
        return Holds()
    return Overtaken("an event with its ids is in HubSpot by now", _wanted(change, now))


def _update(change: Change, event: DeclaredEvent, found: LiveEvent) -> Freshness:
    now = compare(event, found)
    if now is None:
        return Holds()
    planned = set(map(_essence, change.fields))
    moved = [label_of(field.name) for field in now.fields if _essence(field) not in planned]
    if not moved:
        return Due(now.fields)
    return Overtaken(f"somebody changed it in HubSpot meanwhile: {', '.join(moved)}", _wanted(change, now))


def _end(change: Change, seen: LiveEvent, found: LiveEvent) -> Freshness:
    if isinstance(change, Update) and found.fields.get("eventCancelled"):
        return Holds()
    pairs = ((field, seen.fields.get(field.name), found.fields.get(field.name)) for field in FIELDS)
    moved = [label_of(field.name) for field, before, now in pairs if not same(field.kind, before, now)]
    return Overtaken(f"somebody changed it in HubSpot meanwhile: {', '.join(moved)}") if moved else Due(change.fields)


def _wanted(change: Change, now: Change) -> tuple[FieldChange, ...]:
    names = {field.name for field in change.fields}
    return tuple(field for field in now.fields if field.name in names)


def _essence(field: FieldChange) -> tuple[object, ...]:
    return field.name, field.before, field.after


def without_completion(fields: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    """Return the fields without `eventCompleted`, which no request by object id can carry."""
    return tuple(field for field in fields if field.name != "eventCompleted")


def not_taken_over(fields: Sequence[FieldChange]) -> str:
    """Return in words which fields HubSpot left as they were, and what to do where it does not empty one."""
    full = ", ".join(label_of(field.name) for field in fields if field.after is None)
    others = ", ".join(label_of(field.name) for field in fields if field.after is not None)
    kept = f"kept the old value of {full} instead of emptying it (declare another text, or leave the key out)"
    told = ((kept, full), (f"did not take over {others}", others))
    return " and ".join(text for text, names in told if names)
