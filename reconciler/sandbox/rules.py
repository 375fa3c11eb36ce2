"""The rules by which the sandbox changes events.

Where HubSpot's behaviour is unknown and matters to a client, the sandbox offers each answer (`behaviours`). Where it is
unknown and matters less, one answer was chosen:

- custom properties are merged, also by an upsert: one that is not sent stays as it is;
- `eventName` and `eventOrganizer` cannot be emptied, and neither can a date;
- null counts as not sent, so it never clears;
- an empty text that is ignored counts as the old value, also in an upsert that replaces;
- texts are of any length; white space is what Python strips, and external ids keep theirs;
- an end before its start is stored as it is;
- a time without an offset is refused, and so is a batch of more than 100;
- every write updates `updatedAt`, also one that changes nothing;
- a search for `*` looks for that character;
- the answers of `identifiers` are two minutes old (FACTS 4.4 says "a few minutes" of new events), except for a seed's
  events; an unknown external event id is no error, but found 0 times;
- every way to create events refuses one with the `hs_unique_id` of another; an upsert that finds an event by its two
  ids creates none;
- one bad item refuses its whole batch, except an item of a `batch/update` or `batch/archive` that names no event;
- values of custom properties are checked as HubSpot's CRM does (`values`); those of HubSpot's own properties that
  repeat a field of the event are dropped;
- a PUT whose path and body name different events is refused;
- `events/delete` ignores an event that does not exist or is another app's, and deletes at once;
- cancelling and completing set flags and dates, and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from reconciler.sandbox.behaviours import Behaviours
from reconciler.sandbox.bodies import Changes, Draft
from reconciler.sandbox.contents import COUNTERS, DATES, FLAGS, TEXTS, App, Event, Value

INDEX_LAG_MS = 120_000
"""Delay of the answers of `identifiers`."""

EMPTY_FIELDS: Mapping[str, Value] = {
    **dict.fromkeys(TEXTS + DATES),
    **dict.fromkeys(FLAGS, False),
}
NO_COUNTS: Mapping[str, int | None] = dict.fromkeys(COUNTERS, 0)

SEARCHES: Mapping[str, Callable[[str, str], bool]] = {"prefix": str.startswith, "exact": str.__eq__}
"""For each behaviour of a search, whether an external event id matches the searched text."""


@dataclass(frozen=True)
class Rules:
    """The effects of writes at the moment `now`, in milliseconds since 1970 (UTC)."""

    behaviours: Behaviours
    now: int

    def create(self, draft: Draft, object_id: int, app_id: int) -> Event:
        """Return a new event with the values that were sent; all others are empty."""
        blank = Event(
            object_id=object_id,
            app=App.unnamed(app_id),
            account_id=draft.account_id,
            event_id=draft.event_id,
            fields=EMPTY_FIELDS,
            counters=NO_COUNTS,
            custom={},
            created_at=self.now,
            updated_at=self.now,
        )
        return self.update(blank, draft.changes)

    def overwrite(self, event: Event, changes: Changes) -> Event:
        """Apply an upsert to an existing event."""
        match self.behaviours.upsert:
            case "replace":
                return self._write(event, EMPTY_FIELDS, changes)
            case "keep":
                return self.update(event, changes)
            case _:
                assert_never(self.behaviours.upsert)

    def patch(self, event: Event, changes: Changes) -> Event:
        """Apply a PATCH by external ids."""
        match self.behaviours.patch_flags:
            case "keep":
                return self.update(event, changes)
            case "reset":
                return self._write(event, {**event.fields, **dict.fromkeys(FLAGS, False)}, changes)
            case _:
                assert_never(self.behaviours.patch_flags)

    def update(self, event: Event, changes: Changes) -> Event:
        """Apply the fields that were sent and keep all others."""
        return self._write(event, event.fields, changes)

    def _write(self, event: Event, omitted: Mapping[str, Value], changes: Changes) -> Event:
        """Apply the values that were sent; the other fields get those in `omitted`."""
        sent = {name: self._stored(value, event.fields[name]) for name, value in changes.fields.items()}
        custom = self._custom(event.custom, changes.custom)
        return replace(event, fields={**omitted, **sent}, custom=custom, updated_at=self.now)

    def _custom(self, before: Mapping[str, str], sent: Mapping[str, str]) -> dict[str, str]:
        stored = {name: self._stored(value, before.get(name)) for name, value in sent.items()}
        return {name: value for name, value in {**before, **stored}.items() if isinstance(value, str)}

    def _stored(self, sent: Value, before: Value) -> Value:
        """Return the value to store for a value that was sent; None is empty."""
        if sent != "":
            return sent
        return None if self.behaviours.empty_text == "clears" else before


def unique_id(app_id: int, portal_id: int, account_id: str, event_id: str) -> str:
    """Join the parts that identify an app's event as HubSpot does, without escaping (FACTS 4.1)."""
    return f"{app_id}-{portal_id}-{account_id}-{event_id}"


def status(event: Event, now: int) -> str | None:
    """Compute `eventStatus` and `eventStatusV2`; None if there is no start to decide by.

    These four values were seen (FACTS 4.3); the conditions for each are a guess.
    """
    start, end = (event.fields[name] for name in DATES)
    if event.fields["eventCancelled"]:
        return "CANCELLED"
    if event.fields["eventCompleted"] or (isinstance(end, int) and end <= now):
        return "COMPLETED"
    if not isinstance(start, int):
        return None
    return "ONGOING" if start <= now else "UPCOMING"
