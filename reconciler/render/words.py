"""What every format says: headlines, people's dates, sentences."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from reconciler.applying.receipt import INVALID, Outcome, Receipt, Result
from reconciler.change import Action, Change, Create, Delete, FieldChange, Update, cancels, completes
from reconciler.diagnostics import Diagnostic, Severity, without_details
from reconciler.errors import Refused
from reconciler.event import Identity, Kind, Value, kind_of, label_of, registered
from reconciler.planning import look_alikes, no_longer
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Plan
from reconciler.planning.set_aside import SetAside
from reconciler.portal import Portal
from reconciler.render.dates import Clocks, clocks_of, date, zone_of
from reconciler.safe_text import visible

ORPHANS = "Orphans: in HubSpot, made by our app, declared nowhere"
NO_CHANGES = "No changes. HubSpot holds what the files declare."
EMPTY = "(empty)"

_MOST_NAMES = 10


def summary(plan: Plan) -> str:
    """Give the fixed line that says what the plan does; what was not counted is counted as none."""
    return (
        f"Plan: {plan.count(Create)} to create, {plan.count(Update)} to update, {plan.count(Delete)} to delete; "
        f"{plan.unchanged} unchanged, {plan.orphaned or 0} orphaned."
    )


def digest_line(plan: Plan) -> str:
    """Give the fixed line that names what can be approved."""
    return f"Digest: {plan.digest}"


def applied(receipt: Receipt) -> str:
    """Give the fixed line that says what was really done."""
    done = receipt.applied
    return f"Applied: {done[Action.CREATE]} created, {done[Action.UPDATE]} updated, {done[Action.DELETE]} deleted."


def verified(receipt: Receipt, write: Callable[[str], str] = visible) -> str:
    """Give the fixed line that says what a second reading found; `write` makes the events' names safe."""
    if receipt.verified is None:
        return "Verified: not possible."
    left = receipt.verified
    if not left:
        return "Verified: 0 differences."
    names = [write(str(change.identity)) for change in left[:_MOST_NAMES]]
    more = f" and {len(left) - _MOST_NAMES} more" if len(left) > _MOST_NAMES else ""
    return f"Verified: {count(len(left), 'difference')}: {', '.join(names)}{more}."


def portal(portal: Portal) -> str:
    """Say whose portal it is and how dates are to be read."""
    kind = "" if portal.account_type is None else f" ({portal.account_type.lower().replace('_', ' ')})"
    return f"HubSpot portal {portal.id}{kind}, times in {zone_of(portal)}"


def head(plan: Plan) -> str:
    """Write whose portal a plan is for and how its dates are to be read: some events have clocks of their own."""
    timed = (change for change in plan.changes if any(kind_of(each.name) is Kind.INSTANT for each in change.fields))
    abroad = any(clocks_of(change.timezone, plan.portal).place for change in timed)
    return f"{portal(plan.portal)}{' unless a place is named' if abroad else ''}"


def concise(plan: Plan) -> Plan:
    """Return a plan without the findings that are mere details."""
    return replace(plan, diagnostics=without_details(plan.diagnostics))


def heading(action: Action, number: int) -> str:
    """Say what one part of the plan is about."""
    return f"{action.capitalize()} {count(number, 'event')}"


def sign(change: Change) -> str:
    """Give the mark of a change's action."""
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
    """Name a changed event as people know it; white space at the ends would shift what stands beside it."""
    return (change.name or "").strip() or str(change.identity)


def remarks(change: Change) -> list[str]:
    """Say what a reader must not overlook about a change."""
    found = []
    if cancels(change):
        found.append("CANCELS the event")
    if completes(change):
        found.append("COMPLETES the event, which cannot be undone")
    if isinstance(change, Create) and (field := change.field("eventCompleted")) is not None and field.after is True:
        found.append("COMPLETED from the start, which cannot be undone")
    if isinstance(change, Delete):
        found.append("the attendance history is lost with it")
    if not isinstance(change, Create):
        found.append(registered(change.registrants))
    if not change.proven:
        found.append("not proven to be ours: this token cannot read it by its external ids")
    if change.refused is not None:
        found.append(f"an apply refuses it: {change.refused}")
    return found


def identity(identity: Identity) -> str:
    """Name an event exactly."""
    if identity.external_event_id is None or identity.object_id is None:
        return str(identity)
    return f"{identity} (object {identity.object_id})"


def where(change: Change) -> str:
    """Say where a changed event is declared."""
    return "declared nowhere" if change.source is None else f"{change.source.file}:{change.source.line}"


def label(field: FieldChange) -> str:
    """Give a field's word for people."""
    return label_of(field.name)


def value(name: str, held: Value, clocks: Clocks) -> str:
    """Write a field's value for people: an instant as the clocks show it, a flag as yes or no."""
    match kind_of(name):
        case Kind.FLAG:
            return "yes" if held is True else "no"
        case Kind.INSTANT if isinstance(held, str):
            return date(held, clocks)
        case _:
            return EMPTY if held is None else str(held)


def record(change: Create | Delete, portal: Portal) -> Iterator[tuple[str, str]]:
    """Give the label and value of each field that an event would get, or lose; flags only where they are set."""
    clocks = clocks_of(change.timezone, portal)
    for field in change.fields:
        held = field.after if isinstance(change, Create) else field.before
        if held is not False:
            yield label(field), value(field.name, held, clocks).strip()


def spared(orphans: Iterable[OrphanVerdict]) -> Iterator[OrphanVerdict]:
    """Give the orphans that nothing happens to; the others are changes and shown as such."""
    return (orphan for orphan in orphans if orphan.will is Will.NOTHING)


def orphan(orphan: OrphanVerdict) -> str:
    """Name an orphan, and say why it is left alone."""
    named = _named(orphan.name, orphan.identity)
    return f"{named} · {registered(orphan.registrants)} · left alone: {orphan.why}"


def _named(name: str | None, exactly: Identity) -> str:
    called = (name or "").strip()
    return f"{called} · {identity(exactly)}" if called else identity(exactly)


def left_alone(plan: Plan) -> Iterator[str]:
    """Say what the plan does not look at or does not touch."""
    if plan.foreign:
        whose = "belongs to others and is" if plan.foreign == 1 else "belong to others and are"
        yield f"{count(plan.foreign, 'event')} in the portal {whose} left alone."
    if plan.orphaned is None:
        # What a narrowed run does not look at, it does not count either.
        part = plan.foreign is None
        why = "only a part of the declarations is meant" if part else "the settings say orphans: ignore"
        yield f"Orphans were not looked for: {why}."


def diagnostic(found: Diagnostic) -> str:
    """Write a finding in one line: where, what, and what to do."""
    place = "" if found.place is None else f"{found.place}: "
    hint = "" if found.hint is None else f" ({found.hint})"
    # What only explains the run is for reading; nobody has to look it up.
    if found.severity is Severity.INFO:
        return f"{place}{found.message}{hint}"
    mark = "" if found.severity is Severity.ERROR else f"{found.severity}: "
    return f"{place}{mark}{found.message}{hint} [{found.code}]"


def notable(receipt: Receipt) -> list[Result]:
    """Give the results that are more than a plain success."""
    return [result for result in receipt.results if not result.is_plain]


_NEW_PLAN = " A new plan shows how things stand now."


def shortfall(receipt: Receipt) -> Iterator[str]:
    """Say what of the plan was not done, and what to do about it."""
    kinds = [(receipt.count(outcome), outcome.replace("_", " ")) for outcome in Outcome if outcome is not Outcome.DONE]
    short = ", ".join(f"{number} {kind}" for number, kind in kinds if number)
    if short:
        stands = "" if all(result.guard is not None for result in notable(receipt)) else _NEW_PLAN
        yield f"Not done: {short}.{stands}"


def overruled(receipt: Receipt, write: Callable[[str], str] = visible) -> Iterator[str]:
    """Say of which events HubSpot no longer holds what this run wrote; `write` makes their names safe."""
    done = {result.change.identity.key for result in receipt.results if result.outcome is Outcome.DONE}
    left = [change for change in receipt.verified or () if change.identity.key in done]
    if left:
        named = [write(f"{change.identity} ({_otherwise(change)})") for change in left[:_MOST_NAMES]]
        more = f" and {len(left) - _MOST_NAMES} more" if len(left) > _MOST_NAMES else ""
        yield f"Different again after it was written: {', '.join(named)}{more}. What HubSpot holds now stands."


def _otherwise(left: Change) -> str:
    match left:
        case Create():
            return "it is gone"
        case Delete():
            return "it is there again"
        case Update(fields=fields):
            return ", ".join(map(label, fields))
        case _:
            assert_never(left)


SET_ASIDE = "Set aside: these events cannot be planned, and all others are"


def aside(aside: SetAside) -> str:
    """Return the name of an event that is set aside, with what names the finding that says why."""
    return f"{_named(aside.name, aside.identity)} · {aside.source.file}:{aside.source.line}"


def reasons(plan: Plan) -> tuple[Diagnostic, ...]:
    """Return the findings for which events are set aside."""
    codes = {aside.code for aside in plan.set_aside}
    return tuple(found for found in plan.diagnostics if found.code in codes)


FIRST = "Look at this first"
_FIRST = frozenset({no_longer.DECLARED, no_longer.MANAGED, look_alikes.RENAMED, look_alikes.THERE})


def first(plan: Plan) -> tuple[Diagnostic, ...]:
    """Return the findings that are told before the changes: what these leave undone, or make a second time."""
    return tuple(found for found in plan.diagnostics if found.code in _FIRST)


def notes(plan: Plan) -> tuple[Diagnostic, ...]:
    """Return the findings that are told after the changes."""
    told = {*first(plan), *reasons(plan)}
    return tuple(found for found in plan.diagnostics if found not in told)


def nothing_went(receipt: Receipt) -> str | None:
    """Say why a run that was not cut short has sent nothing; None where it has, or had nothing to send."""
    if receipt.exit_code == INVALID:
        return f"{left_out(receipt)}, and {_nothing_else(receipt)}"
    if receipt.exit_code == Refused.exit_code:
        return _ALL_REFUSED
    return None


_ALL_REFUSED = "a guard refuses every change, as said above"


def left_out(receipt: Receipt) -> str:
    """Say how many events are set aside."""
    return f"{count(len(receipt.set_aside), 'event')} {'is' if len(receipt.set_aside) == 1 else 'are'} set aside"


def _nothing_else(receipt: Receipt) -> str:
    if not receipt.results:
        return "nothing else was to be written"
    if all(result.guard is not None for result in receipt.results):
        return _ALL_REFUSED
    return "nothing of the rest was written, as said above"


def outcome(result: Result) -> str:
    """Say how one change ended."""
    ended = result.outcome.replace("_", " ")
    return ended if result.why is None else f"{ended}: {result.why}"


def count(number: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
