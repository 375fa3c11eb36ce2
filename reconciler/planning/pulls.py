"""Which differences of a plan are HubSpot's to be written into the files."""

from collections.abc import Callable, Iterator
from typing import assert_never

from reconciler.change import Create, Delete, FieldChange, Origin, Update
from reconciler.declarations.writing.pulled_values import Pull, left, value_in_words
from reconciler.diagnostics import Diagnostic, Place, warning
from reconciler.event import DeclaredEvent, Identity
from reconciler.planning.plan import Planned

Chosen = Callable[[Identity, str | None], bool]
"""Returns whether an event with these ids and this name is chosen."""

"""What the files have changed, whether or not it is merged."""


def pulls_in(planned: Planned, chosen: Chosen, *, by_origin: bool) -> tuple[list[Pull], list[Diagnostic]]:
    """Return what to pull for each event, and the reason for each difference that is left.

    With `by_origin`, only what HubSpot has changed since the base is pulled; else every difference.
    """
    pulls: list[Pull] = []
    problems = [*_set_aside(planned, chosen)]
    for change in planned.plan.changes:
        event = planned.events.get(change.identity)
        if event is None or not chosen(change.identity, change.name):
            continue
        if not isinstance(change, Update):
            problems += [] if by_origin and change.origin.is_of_files else [_whole_event(event, change)]
            continue
        fields = [field for field in change.fields if not by_origin or field.origin is Origin.HUBSPOT]
        problems += [] if not by_origin else filter(None, (_conflict(event, field) for field in change.fields))
        if fields:
            pulls.append(Pull(event, {field.name: field.before for field in fields}))
    return pulls, problems


def _whole_event(event: DeclaredEvent, change: Create | Delete) -> Diagnostic:
    """Return the warning for an event that only one side has: no file, and no line, is deleted or made here."""
    match change:
        case Create():
            why = "it was deleted in HubSpot" if change.origin is Origin.HUBSPOT else "HubSpot holds no such event"
            hint = "apply creates it; if it is to be gone, delete its declaration or declare it absent"
        case Delete():
            why = "HubSpot holds it, and it is declared absent"
            hint = "apply deletes it; if it is to stay, delete its absent: true"
        case _:
            assert_never(change)
    return warning("not-pulled", f"{event.identity} is left as it is: {why}", event.place, hint)


def _conflict(event: DeclaredEvent, field: FieldChange) -> Diagnostic | None:
    match field.origin:
        case Origin.BOTH:
            why = "it was changed in the files and in HubSpot"
            return left(
                event, field.name, why, f"HubSpot holds {value_in_words(field.before)}: decide, and edit the file"
            )
        case Origin.UNKNOWN | Origin.MIXED:
            return left(event, field.name, "nobody can tell which side has changed", "see the notes on the base")
        case Origin.FILES | Origin.HUBSPOT | Origin.PENDING:
            return None
        case _:
            assert_never(field.origin)


def _set_aside(planned: Planned, chosen: Chosen) -> Iterator[Diagnostic]:
    for aside in planned.plan.set_aside:
        if chosen(aside.identity, aside.name):
            place = Place(aside.source.file, aside.source.line)
            yield warning("not-pulled", f"{aside.identity} is left as it is: {aside.why}", place)
