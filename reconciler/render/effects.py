"""What a change does to its event, in one word for each thing."""

from enum import StrEnum
from typing import assert_never

from reconciler.change import Create, Delete, Update
from reconciler.render.timing import DATES, ShownChange, moves


class Effect(StrEnum):
    """What a change does to an event, in the word that stands after a number."""

    NEW = "new"
    MOVED = "moved"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    CHANGED = "changed"
    DELETED = "deleted"


_FLAGS = {"eventCancelled": Effect.CANCELLED, "eventCompleted": Effect.COMPLETED}


def effects(shown: ShownChange) -> tuple[Effect, ...]:
    """Return all that the shown fields of a change do; the first is the one by which its event is counted."""
    match shown.change:
        case Create():
            return Effect.NEW, *_flags(shown).values()
        case Delete():
            return (Effect.DELETED,)
        case Update():
            return _of_update(shown)
        case _:
            assert_never(shown.change)


def _flags(shown: ShownChange) -> dict[str, Effect]:
    """Return the flags that become true, each with what it does."""
    names = [field.name for field in shown.fields if field.after is True]
    return {name: effect for name, effect in _FLAGS.items() if name in names}


def _of_update(shown: ShownChange) -> tuple[Effect, ...]:
    flags, moved = _flags(shown), moves(shown)
    said = {*flags, *(DATES if moved else ())}
    others = [Effect.CHANGED] if any(field.name not in said for field in shown.fields) else []
    return (*flags.values(), *([Effect.MOVED] if moved else []), *others) or (Effect.CHANGED,)
