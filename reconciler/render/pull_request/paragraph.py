"""A plan in one paragraph of plain English."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from reconciler.change import Change, Create, Delete, Origin, Update, cancels, completes
from reconciler.event import CUSTOM, FIELDS, Value
from reconciler.planning.plan import Plan
from reconciler.render import dates, words
from reconciler.render.difference import distance
from reconciler.render.phrases import count
from reconciler.render.pull_request.style import Style, joined, quoted_name
from reconciler.render.unseen import unseen_difference

_NAMED = 5
_KINDS = "webinar,conference,workshop,seminar,meetup,training,course,summit,trade show,roundtable,livestream,demo"
_NOUNS = {noun.replace(" ", ""): noun for noun in _KINDS.split(",")}
_SET = (None, False, "")


def paragraph(plan: Plan, write: Callable[[str], str] = quoted_name, names: int = _NAMED) -> str:
    """Return what a plan does, and to whom, as sentences.

    `write` makes a name safe; each kind of change names at most `names` events.
    """
    style = Style(plan.portal, write, names, {series.key: series.title for series in plan.series})
    updates = [change for change in plan.changes if isinstance(change, Update)]
    sentences = [
        *_taken_away(plan, style),
        *_new([change for change in plan.changes if isinstance(change, Create)], style),
        *_rescheduled(updates, style),
        *_renamed(updates, style),
        *_flagged(updates, style),
        *_other_fields(updates, style),
        *_reassurance(plan),
        *_waiting(plan.changes, style),
        *_drifted(plan.changes, style),
        *_orphans(plan),
    ]
    return " ".join(sentences)


def _taken_away(plan: Plan, style: Style) -> Iterator[str]:
    """Yield what people lose; the events with the most people registered stand first."""
    deleted = [change for change in plan.changes if isinstance(change, Delete)]
    yield from _lost(deleted, "deleted with its attendance history", "deleted with their attendance history", style)
    yield from _lost([change for change in plan.changes if cancels(change)], "cancelled", "cancelled", style)


def _lost(changes: Sequence[Change], one: str, several: str, style: Style) -> Iterator[str]:
    by_people = sorted(changes, key=lambda change: -(change.registrants or 0))
    if len(changes) == 1:
        who = style.name(changes[0]) if style.most else "1 event"
        yield f"{_people(changes)} registered for {who}, which is {one}."
    elif changes:
        yield f"{_people(changes)} registered for {len(changes)} events that are {several}{style.listed(by_people)}."


def _people(changes: Sequence[Change]) -> str:
    """Return the beginning of a sentence that says how many people are registered, as far as HubSpot counts them."""
    total = sum(change.registrants or 0 for change in changes)
    if any(change.registrants is None for change in changes):
        if not total:
            return "HubSpot does not say how many people are"
        return f"At least {total} {'person is' if total == 1 else 'people are'}"
    return {0: "Nobody is", 1: "1 person is"}.get(total, f"{total} people are")


def _inside_sentence(people: str) -> str:
    """Return the beginning of a sentence as it is written inside one."""
    return people if people.startswith("HubSpot") else people[0].lower() + people[1:]


def _new(creates: Sequence[Create], style: Style) -> Iterator[str]:
    if not creates:
        return
    nouns = {_noun(change) for change in creates}
    noun = nouns.pop() if len(nouns) == 1 else "event"
    starts = [style.start(change) for change in creates]
    dated = [start for start in starts if start is not None]
    when = dates.months(min(dated), max(dated)) if len(dated) == len(creates) else ""
    yield f"{count(len(creates), f'new {noun}')}{when}{style.listed(creates)}{_called_off(creates)}."


def _called_off(creates: Sequence[Create]) -> str:
    """Return how many new events are declared as cancelled, which goes on behind a list of them."""
    number = sum(_after(change, "eventCancelled") is True for change in creates)
    if not number:
        return ""
    which = "it is" if len(creates) == 1 else f"{number} of them {_verb(number, 'is', 'are')}"
    return f"; {which} cancelled from the start"


def _noun(change: Create) -> str:
    kind = _after(change, "eventType")
    bare = kind.lower().translate({ord(sign): None for sign in "_- "}) if isinstance(kind, str) else ""
    return _NOUNS.get(bare, "event")


def _after(change: Change, name: str) -> Value:
    field = change.field(name)
    return None if field is None else field.after


def _rescheduled(updates: Sequence[Update], style: Style) -> Iterator[str]:
    moved = _with_times(updates, "startDateTime", style)
    starts = {change.identity for change, _ in moved}
    ends = _with_times([change for change in updates if change.identity not in starts], "endDateTime", style)
    yield from _retimed(moved, "moves", "move", style)
    yield from _retimed(ends, "changes its end", "change their end", style)
    dated = [change for change in updates if _gets_date(change, style)]
    if style.describes_each(dated):
        for change in dated:
            start = dates.date(str(_after(change, "startDateTime")), style.clocks(change))
            yield f"{style.name(change)} gets a date: {start}."
    else:
        yield f"{count(len(dated), 'event')} {_verb(len(dated), 'gets', 'get')} a date{style.listed(dated)}."


_Times = tuple[datetime, datetime]


def _with_times(updates: Sequence[Update], name: str, style: Style) -> list[tuple[Update, _Times]]:
    return [(change, times) for change in updates if (times := style.moved(change, name))]


def _retimed(pairs: Sequence[tuple[Update, _Times]], one: str, several: str, style: Style) -> Iterator[str]:
    changes = [change for change, _ in pairs]
    if style.describes_each(changes):
        for change, times in pairs:
            when = f"{dates.from_to(*times, style.clocks(change))} ({distance(*times)})"
            yield f"{style.name(change)} {one} {when}; {_inside_sentence(_people([change]))} registered."
    else:
        number = len(changes)
        events = f"{count(number, 'event')} {_verb(number, one, several)}{style.listed(changes)}"
        yield f"{events}; {_inside_sentence(_people(changes))} registered for {_verb(number, 'it', 'them')}."


def _gets_date(change: Update, style: Style) -> bool:
    start = change.field("startDateTime")
    return start is not None and start.before in _SET and style.start(change) is not None


def _renamed(updates: Sequence[Update], style: Style) -> Iterator[str]:
    renamed = [change for change in updates if _old_name(change) and not _looks_the_same(change)]
    respelt = [change for change in updates if _looks_the_same(change)]
    if style.describes_each(renamed):
        for change in renamed:
            old, new = style.write(_old_name(change)), style.write(str(_after(change, "eventName")))
            yield f"{old} is renamed to {new}." if old != new else f"{new} is renamed, in a part not shown here."
    else:
        yield f"{count(len(renamed), 'event')} {_verb(len(renamed), 'is', 'are')} renamed{style.listed(renamed)}."
    yield from _sentence(respelt, "changes its name", "change their names", " only in what cannot be seen", style)


def _old_name(change: Update) -> str:
    """Return the name that an update replaces by another; empty if it does not."""
    field = change.field("eventName")
    if field is None or not (isinstance(field.before, str) and isinstance(field.after, str) and field.after):
        return ""
    return field.before


def _looks_the_same(change: Update) -> bool:
    """Return whether an event's new name looks like the old one."""
    old = _old_name(change)
    return bool(old and unseen_difference(old, str(_after(change, "eventName"))))


def _flagged(updates: Sequence[Update], style: Style) -> Iterator[str]:
    done = [change for change in updates if completes(change)]
    back = [change for change in updates if _is_back(change)]
    yield from _sentence(done, "is marked", "are marked", " as completed, which cannot be undone", style)
    yield from _sentence(back, "is", "are", " no longer cancelled", style)


def _is_back(change: Update) -> bool:
    field = change.field("eventCancelled")
    return field is not None and field.before is True and field.after is not True


def _sentence(changes: Sequence[Update], one: str, several: str, rest: str, style: Style) -> Iterator[str]:
    if len(changes) == 1 and style.most:
        yield f"{style.name(changes[0])} {one}{rest}."
    elif changes:
        number = len(changes)
        yield f"{count(number, 'event')} {_verb(number, one, several)}{rest}{style.listed(changes)}."


def _other_fields(updates: Sequence[Update], style: Style) -> Iterator[str]:
    """Yield which events change in fields that no sentence above describes."""
    others = {change.identity: list(_other_labels(change, style)) for change in updates}
    changes = [change for change in updates if others[change.identity]]
    used = {label for labels in others.values() for label in labels}
    labels = [noun for label, noun in _LABELS.items() if label in used]
    if changes:
        yield from _sentence(changes, "changes in its", "change in their", f" {joined(labels)}", style)


_PROPERTIES = "custom properties"
_NOUN_OF = {"starts": "start", "ends": "end", "cancelled": "cancelled flag", "completed": "completed flag"}
_LABELS = {field.label: _NOUN_OF.get(field.label, field.label) for field in FIELDS} | {_PROPERTIES: _PROPERTIES}


def _other_labels(change: Update, style: Style) -> Iterator[str]:
    described = {
        "startDateTime": bool(style.moved(change, "startDateTime")) or _gets_date(change, style),
        "endDateTime": bool(style.moved(change, "endDateTime")),
        "eventName": bool(_old_name(change)),
        "eventCancelled": cancels(change) or _is_back(change),
        "eventCompleted": completes(change),
    }
    for field in change.fields:
        if not described.get(field.name, False):
            yield _PROPERTIES if field.name.startswith(CUSTOM) else words.label(field)


def _reassurance(plan: Plan) -> Iterator[str]:
    if plan.is_fulfilled:
        yield words.NO_CHANGES
    elif not plan.changes:
        yield "Nothing would be written, but not everything could be planned."
    elif not plan.count(Delete):
        yield "Nothing is deleted." if any(map(cancels, plan.changes)) else "Nothing is deleted or cancelled."


def _waiting(changes: Iterable[Change], style: Style) -> Iterator[str]:
    waiting = [change for change in changes if any(field.origin is Origin.PENDING for field in change.fields)]
    if waiting:
        are = _verb(len(waiting), "is", "are")
        yield f"{count(len(waiting), 'change')} {are} merged, waiting to be applied{style.listed(waiting)}."


def _drifted(changes: Iterable[Change], style: Style) -> Iterator[str]:
    origins = [(change, {field.origin for field in change.fields}) for change in changes]
    undone = [change for change, kinds in origins if Origin.HUBSPOT in kinds]
    conflicts = [change for change, kinds in origins if Origin.BOTH in kinds]
    if undone:
        number = len(undone)
        undoes = f"{_verb(number, 'undoes', 'undo')} what somebody did in HubSpot"
        yield f"{count(number, 'change')} {undoes}{style.listed(undone)}."
    if conflicts:
        number = len(conflicts)
        verb = _verb(number, "is a conflict", "are conflicts")
        both = "HubSpot and the files changed the same thing in different ways"
        yield f"{count(number, 'change')} {verb}, for {both}{style.listed(conflicts)}."


def _orphans(plan: Plan) -> Iterator[str]:
    spared = sum(1 for _ in words.spared(plan.orphans))
    if spared:
        yield f"{count(spared, 'event')} that no file declares {_verb(spared, 'is', 'are')} left alone."


def _verb(number: int, one: str, several: str) -> str:
    return one if number == 1 else several
