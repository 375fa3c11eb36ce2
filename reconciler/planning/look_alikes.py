"""New events that look like a live event which has another id, or which somebody else made."""

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.change import Create
from reconciler.diagnostics import Diagnostic, OfSeries, warning
from reconciler.event import LiveEvent, Value, registered
from reconciler.planning.orphans import Will
from reconciler.safe_text import INVISIBLE, cut

RENAMED, THERE = "looks-renamed", "already-there"


@dataclass(frozen=True, slots=True)
class Rename:
    """A new event with the live one that it seems to replace; a new id makes a new event, without registrations."""

    create: Create
    old: LiveEvent

    def finding(self, will: Will | None) -> Diagnostic:
        """Return the warning about the old event's registrations; `will` is what an apply does to the old event."""
        new_id = "another account id" if self._has_the_same_event_id else "a new id"
        message = (
            f"{self.create.identity} looks like {_called(self.old)} under {new_id}: "
            f"HubSpot treats it as a new event, and {_registrations(self.old.registrants, will)}"
        )
        return warning(RENAMED, message, self.create.place, None if self.old.registrants == 0 else self._remedy)

    @property
    def makes_one(self) -> bool:
        """Whether applying creates an event; a declaration by `objectId` of an event that is not live does not."""
        return self.create.identity.external is not None

    @property
    def _has_the_same_event_id(self) -> bool:
        return self.old.identity.external_event_id == self.create.identity.external_event_id

    @property
    def _remedy(self) -> str:
        old = self.old.identity
        if self._has_the_same_event_id and old.external_account_id is not None:
            return f"to keep them, declare the event under externalAccountId: {old.external_account_id}"
        if self._has_the_same_event_id or old.external_event_id is None:
            return f"to keep them, declare the event by its objectId, {old.object_id}"
        return f"to keep them, declare the event by its externalEventId, {old.external_event_id}"


def _registrations(registrants: int | None, will: Will | None) -> str:
    if registrants == 0:
        return "nobody is registered for the old one"
    if registrants is None:
        those, go = "whatever registrations the old one has", ("are deleted", "stay")
    elif registrants == 1:
        those, go = "the 1 registration of the old one", ("is deleted", "stays")
    else:
        those, go = f"the {registrants} registrations of the old one", ("are deleted", "stay")
    cancelled = ", which is cancelled" if will is Will.CANCEL else ""
    return f"{those} {go[will is not Will.DELETE]} with it{cancelled}"


def registrations_of(old: Sequence[LiveEvent], wills: Mapping[str | None, Will]) -> str:
    """Return what becomes of the registrations of old events, in words; `wills` is what an apply does to which."""
    if len(old) == 1:
        return _registrations(old[0].registrants, wills.get(old[0].identity.object_id))
    counts = [event.registrants for event in old]
    if not any(count is None or count for count in counts):
        return "nobody is registered for the old ones"
    total = None if None in counts else sum(filter(None, counts))
    those = (
        "whatever registrations there are" if total is None else f"the {total} registration{'' if total == 1 else 's'}"
    )
    return f"{those} of the old ones {_go(old, wills, one=total == 1)}"


def _go(old: Iterable[LiveEvent], wills: Mapping[str | None, Will], *, one: bool) -> str:
    ends = {wills.get(event.identity.object_id, Will.NOTHING) for event in old}
    stay, deleted = ("stays", "is deleted") if one else ("stay", "are deleted")
    if ends == {Will.DELETE}:
        return f"{deleted} with them"
    if Will.DELETE in ends:
        return f"{stay} or {deleted} with them"
    return f"{stay} with them" + (", which are cancelled" if ends == {Will.CANCEL} else "")


def renames(creates: Iterable[Create], old: Iterable[LiveEvent]) -> tuple[Rename, ...]:
    """Return each new event with the live one that it seems to replace.

    The two have the same name and start; else the same name; else the same start and organizer. The events of a series
    share a name, so old and new ones are first paired one to one, in the order of their starts. A new event that is
    left over is paired with an old one that has a pair already.
    """
    ordered = sorted(creates, key=lambda create: _start(_fields(create)))
    candidates = sorted(old, key=lambda event: _start(event.fields))
    pairs = {rename.create.identity: rename for rename in _one_to_one(ordered, candidates)}
    rest = [create for create in ordered if create.identity not in pairs]
    pairs |= {rename.create.identity: rename for rename in _many_to_one(rest, candidates)}
    return tuple(sorted(pairs.values(), key=lambda rename: rename.create.identity.sort_key))


def _one_to_one(creates: Sequence[Create], old: Sequence[LiveEvent]) -> Iterator[Rename]:
    """Pair new events with old ones so that no event is in two pairs."""
    new = {create.identity: create for create in creates}
    free = {event.identity.object_id: event for event in old}
    for likeness in _LIKENESSES:
        alike: dict[object, deque[LiveEvent]] = defaultdict(deque)
        for event in free.values():
            alike[likeness(event.fields)].append(event)
        for create in tuple(new.values()):
            key = likeness(_fields(create))
            if key is not None and (waiting := alike.get(key)):
                event = waiting.popleft()
                yield Rename(new.pop(create.identity), free.pop(event.identity.object_id))


def _many_to_one(creates: Iterable[Create], old: Sequence[LiveEvent]) -> Iterator[Rename]:
    """Pair new events with old ones; an old event may be in several pairs."""
    finders = [_finder(old, likeness) for likeness in _LIKENESSES]
    for create in creates:
        event = next(filter(None, (find(_fields(create)) for find in finders)), None)
        if event is not None:
            yield Rename(create, event)


def successors(found: Iterable[Rename]) -> Mapping[str | None, tuple[Create, ...]]:
    """Return the new events that look like an old one, by its object id."""
    by_old: dict[str | None, list[Create]] = defaultdict(list)
    for rename in found:
        by_old[rename.old.identity.object_id].append(rename.create)
    return {object_id: tuple(creates) for object_id, creates in by_old.items()}


def already_there(creates: Iterable[Create], others: Iterable[LiveEvent]) -> Iterator[Diagnostic]:
    """Yield a warning for each new event with the name and start of a foreign one; one with its id is for a guard."""
    find = _finder(others, _name_and_start)
    for create in creates:
        event = find(_fields(create))
        if event is not None and event.identity.external_event_id != create.identity.external_event_id:
            people = registered(event.registrants)
            message = f"HubSpot already holds an event with this name and start: {_called(event)}, {people}"
            hint = "to manage that one, declare its objectId in place of externalEventId"
            found = warning(THERE, message, create.place, hint)
            yield replace(found, of_series=_of_series(create, event))


def _of_series(create: Create, event: LiveEvent) -> OfSeries | None:
    """Return what is said of all new dates of a series that HubSpot holds already; None for an event of none."""
    if create.series is None:
        return None
    before = "HubSpot already holds events with the name and start of "
    series = cut(f"{create.identity.external_account_id}/{create.series}")
    date = str(create.identity.external_event_id).removeprefix(f"{create.series}-")
    hint = "to manage those, declare the objectId of each in place of externalEventId"
    return OfSeries(series, f"{date} ({_called(event)})", before, "", hint, event.registrants)


_Fields = Mapping[str, Value]
_Likeness = Callable[[_Fields], object]
"""Returns the key that two events share if they look alike; None for an event that lacks a part of it."""


def _finder(events: Iterable[LiveEvent], likeness: _Likeness) -> Callable[[_Fields], LiveEvent | None]:
    """Return a function that finds the first event with the same key as given fields."""
    known: dict[object, LiveEvent] = {}
    for event in events:
        known.setdefault(likeness(event.fields), event)
    known.pop(None, None)
    return lambda fields: known.get(likeness(fields))


def _name(fields: _Fields) -> str | None:
    return _folded(fields.get("eventName")) or None


def _start_and_organizer(fields: _Fields) -> object:
    organizer, start = _folded(fields.get("eventOrganizer")), _start(fields)
    return (organizer, start) if organizer and start else None


def _name_and_start(fields: _Fields) -> object:
    name, start = _name(fields), _start(fields)
    return (name, start) if name and start else None


_LIKENESSES: tuple[_Likeness, ...] = (_name_and_start, _name, _start_and_organizer)
"""The most certain one first."""


def _start(fields: _Fields) -> str:
    return str(fields.get("startDateTime") or "")


def _fields(create: Create) -> _Fields:
    return {field.name: field.after for field in create.fields}


def _folded(text: Value) -> str:
    """Return a text without what people overlook: case, white space, composition, invisible characters."""
    if not isinstance(text, str):
        return ""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold().split())


_INVISIBLE = re.compile(f"[{INVISIBLE}]")


def _called(event: LiveEvent) -> str:
    object_id = f"object {event.identity.object_id}"
    return object_id if event.identity.external_event_id is None else f"{event.identity} ({object_id})"
