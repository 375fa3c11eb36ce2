"""The wording that all formats share: headlines, fixed lines, sentences."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import (
    Action,
    Change,
    Create,
    Delete,
    FieldChange,
    Update,
    cancels,
    completes,
    moves_what_was_over,
    stays_cancelled,
)
from reconciler.diagnostics import Diagnostic, without_details
from reconciler.event import Identity, Kind, Value, kind_of, label_of, registered
from reconciler.planning import look_alikes, no_longer
from reconciler.planning.declared_only import READ_BY_IDENTITY
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Plan
from reconciler.planning.set_aside import SetAside
from reconciler.portal import Portal
from reconciler.render.dates import Clocks, clocks_of, date, zone_of
from reconciler.render.phrases import beginning, count
from reconciler.render.together import told_together
from reconciler.safe_text import visible

ORPHANS = "Orphans: in HubSpot, made by our app, declared nowhere"
NO_CHANGES = "No changes. HubSpot holds what the files declare."
EMPTY = "(empty)"
LONGEST_NAME_IN_A_LIST = 500
"""In characters; of a longer name, which nobody gives, a list says how many are left out."""

_MOST_NAMES = 10


def summary(plan: Plan) -> str:
    """Return the fixed line that says what the plan does; orphans that were not counted are shown as 0."""
    return (
        f"Plan: {plan.count(Create)} to create, {plan.count(Update)} to update, {plan.count(Delete)} to delete; "
        f"{plan.unchanged} unchanged, {plan.orphaned or 0} orphaned."
    )


def digest_line(plan: Plan) -> str:
    """Return the fixed line with the digest that an approval names."""
    return f"Digest: {plan.digest}"


def applied(receipt: Receipt) -> str:
    """Return the fixed line that says what was really done."""
    done = receipt.applied
    return f"Applied: {done[Action.CREATE]} created, {done[Action.UPDATE]} updated, {done[Action.DELETE]} deleted."


def verified(receipt: Receipt, write: Callable[[str], str] = visible) -> str:
    """Return the fixed line with the result of the second reading; `write` makes the events' names safe."""
    if receipt.verified is None:
        return "Verified: not possible."
    left = receipt.verified
    if not left:
        return "Verified: 0 differences."
    names = [write(str(change.identity)) for change in left[:_MOST_NAMES]]
    more = f" and {len(left) - _MOST_NAMES} more" if len(left) > _MOST_NAMES else ""
    return f"Verified: {count(len(left), 'difference')}: {', '.join(names)}{more}."


def portal(portal: Portal) -> str:
    """Return which portal it is and the time zone of its dates."""
    kind = "" if portal.account_type is None else f" ({portal.account_type.lower().replace('_', ' ')})"
    return f"HubSpot portal {portal.id}{kind}, times in {zone_of(portal)}"


def head(plan: Plan) -> str:
    """Return which portal a plan is for and the time zone of its dates; some events may have their own."""
    abroad = any(clocks_of(change.timezone, plan.portal).place for change in plan.changes if _is_timed(change))
    return f"{portal(plan.portal)}{' unless a place is named' if abroad else ''}"


def _is_timed(change: Change) -> bool:
    """Return whether a time of a change is shown; that of an event of a series is, also if it does not change."""
    shown = change.series is not None and change.outline.start is not None
    return shown or any(kind_of(field.name) is Kind.INSTANT for field in change.fields)


def concise(plan: Plan) -> Plan:
    """Return a plan without the diagnostics that are mere details."""
    return replace(plan, diagnostics=without_details(plan.diagnostics))


def heading(action: Action, number: int, *, others: bool = False) -> str:
    """Return the heading of all changes with one action, or of those that stand beside `others` in groups."""
    return f"{action.capitalize()} {count(number, 'more event' if others else 'event')}"


REPEATED_EVENTS = "Repeated events"


def sign(change: Change) -> str:
    """Return the sign of a change's action."""
    match change:
        case Create():
            return "+"
        case Update():
            return "~"
        case Delete():
            return "-"
        case _:
            assert_never(change)


def title(change: Change) -> str:
    """Return a changed event's name, or else its identity; white space at the ends would shift the text beside it."""
    return (change.name or "").strip() or str(change.identity)


def remarks(change: Change) -> list[str]:
    """Return what a reader must not overlook about a change."""
    texts = [*_remarks_on_flags(change)]
    if isinstance(change, Delete):
        texts.append("the attendance history is lost with it")
    if not isinstance(change, Create):
        texts.append(registered(change.registrants))
    if not change.proven:
        texts.append("not proven to be ours: this token cannot read it by its external ids")
    if change.refused is not None:
        texts.append(f"an apply refuses it: {change.refused}")
    return texts


def _remarks_on_flags(change: Change) -> Iterator[str]:
    if cancels(change):
        yield "CANCELS the event"
    if stays_cancelled(change):
        yield "stays cancelled in HubSpot"
    if moves_what_was_over(change):
        yield "was over already"
    if completes(change):
        yield "COMPLETES the event, which cannot be undone"
    if isinstance(change, Create) and (field := change.field("eventCompleted")) is not None and field.after is True:
        yield "COMPLETED from the start, which cannot be undone"


def identity(identity: Identity) -> str:
    """Return an event's identity, with its object id if both are known."""
    if identity.external_event_id is None or identity.object_id is None:
        return str(identity)
    return f"{identity} (object {identity.object_id})"


def where(change: Change) -> str:
    """Return the file and line that declare a changed event."""
    return "declared nowhere" if change.source is None else f"{change.source.file}:{change.source.line}"


def label(field: FieldChange) -> str:
    """Return the word that people use for a field."""
    return label_of(field.name)


def value(name: str, held: Value, clocks: Clocks) -> str:
    """Return a field's value as people read it: an instant on the clocks, a flag as yes or no."""
    match kind_of(name):
        case Kind.FLAG:
            return "yes" if held is True else "no"
        case Kind.INSTANT if isinstance(held, str):
            return date(held, clocks)
        case _:
            return EMPTY if held is None else str(held)


def record(change: Create | Delete, portal: Portal) -> Iterator[tuple[str, str]]:
    """Yield label and value of each field that an event gets or loses; a flag only if it is set."""
    clocks = clocks_of(change.timezone, portal)
    for field in change.fields:
        held = field.after if isinstance(change, Create) else field.before
        if held is not False:
            yield label(field), value(field.name, held, clocks).strip()


def spared(orphans: Iterable[OrphanVerdict]) -> Iterator[OrphanVerdict]:
    """Return the orphans that are left alone; all others are shown as changes."""
    return (orphan for orphan in orphans if orphan.will is Will.NOTHING)


def orphan(orphan: OrphanVerdict) -> str:
    """Return an orphan's name and identity, and why it is left alone."""
    event = named_event(orphan.name, orphan.identity)
    return f"{event} · {registered(orphan.registrants)} · left alone: {orphan.why}"


def named_event(name: str | None, ids: Identity) -> str:
    """Return an event's name with its ids; the ids alone if it has none."""
    bare = beginning((name or "").strip(), LONGEST_NAME_IN_A_LIST)
    return f"{bare} · {identity(ids)}" if bare else identity(ids)


def left_alone(plan: Plan) -> Iterator[str]:
    """Yield what the plan does not look at or does not touch."""
    if plan.foreign:
        are = "belongs to others and is" if plan.foreign == 1 else "belong to others and are"
        yield f"{count(plan.foreign, 'event')} in the portal {are} left alone."
    if plan.orphaned is None and not any(found.code == READ_BY_IDENTITY for found in plan.diagnostics):
        # A run on a part of the declarations does not count foreign events either.
        part = plan.foreign is None
        why = "this run covers only a part of the declarations" if part else "the settings say orphans: ignore"
        yield f"Orphans were not looked for: {why}."


def notable(receipt: Receipt) -> list[Result]:
    """Return the results that are not a plain success."""
    return [result for result in receipt.results if not result.is_plain]


_NEW_PLAN = " A new plan shows how things stand now."


def shortfall(receipt: Receipt) -> Iterator[str]:
    """Yield a line that says how much was not done and what to do about it; nothing if all was done."""
    kinds = [(receipt.count(outcome), outcome.replace("_", " ")) for outcome in Outcome if outcome is not Outcome.DONE]
    short = ", ".join(f"{number} {kind}" for number, kind in kinds if number)
    if short:
        advice = "" if all(result.guard is not None for result in notable(receipt)) else _NEW_PLAN
        yield f"Not done: {short}.{advice}"


def overruled(receipt: Receipt, write: Callable[[str], str] = visible) -> Iterator[str]:
    """Yield a line that names the events that differ again from what was written; `write` makes their names safe."""
    done = {result.change.identity.key for result in receipt.results if result.outcome is Outcome.DONE}
    left = [change for change in receipt.verified or () if change.identity.key in done]
    if left:
        names = [write(f"{change.identity} ({_what_differs(change)})") for change in left[:_MOST_NAMES]]
        more = f" and {len(left) - _MOST_NAMES} more" if len(left) > _MOST_NAMES else ""
        yield f"Different again after it was written: {', '.join(names)}{more}. Nothing was written a second time."


def _what_differs(change: Change) -> str:
    match change:
        case Create():
            return "it is gone"
        case Delete():
            return "it is there again"
        case Update(fields=fields):
            return ", ".join(map(label, fields))
        case _:
            assert_never(change)


SET_ASIDE = "Set aside: these events cannot be planned, and all others are"


def aside(event: SetAside) -> str:
    """Return the name and place of an event that is set aside; the diagnostic that says why has the same place."""
    return f"{named_event(event.name, event.identity)} · {event.source.file}:{event.source.line}"


def reasons(plan: Plan) -> tuple[Diagnostic, ...]:
    """Return the diagnostics that say why events are set aside."""
    codes = {event.code for event in plan.set_aside}
    return tuple(diagnostic for diagnostic in plan.diagnostics if diagnostic.code in codes)


FIRST = "Look at this first"
_FIRST = frozenset({no_longer.DECLARED, no_longer.MANAGED, look_alikes.RENAMED, look_alikes.THERE})


def first(plan: Plan) -> tuple[Diagnostic, ...]:
    """Return the diagnostics to show before the changes: what these do not undo, or may create a second time."""
    return told_together(diagnostic for diagnostic in plan.diagnostics if diagnostic.code in _FIRST)


def notes(plan: Plan) -> tuple[Diagnostic, ...]:
    """Return the diagnostics to show after the changes: all that are shown nowhere else."""
    others = {*_FIRST, *(event.code for event in plan.set_aside)}
    return tuple(diagnostic for diagnostic in plan.diagnostics if diagnostic.code not in others)


def outcome(result: Result) -> str:
    """Return how one change ended, and why."""
    name = result.outcome.replace("_", " ")
    return name if result.why is None else f"{name}: {result.why}"
