"""What HubSpot does with what it is asked.

Where nobody knows and either answer would change what a client has to do, both are there (`behaviours`). Of the rest
that nobody knows, one answer was chosen, and stands here:

- custom properties are merged, also by an upsert: one that is not sent stays as it is;
- `eventName` and `eventOrganizer` cannot be emptied, and neither can a date;
- null counts as not sent, so it never clears;
- an empty text that is ignored counts as the old value, also in an upsert that replaces;
- texts are of any length; white space is what Python strips, and external ids keep theirs;
- an end before its start is stored as it is;
- a time without an offset is refused, and so is a batch of more than 100;
- every write moves `updatedAt`, also one that changes nothing;
- a search for `*` looks for that character;
- what `identifiers` shows is two minutes old (FACTS 4.4 says "a few minutes" of new events), but for what a seed holds;
  an external event id that it does not know is no error, but found 0 times;
- an event that is made and has the `hs_unique_id` of another is refused in every way that makes events; one that an
  upsert finds by its two ids is not made;
- one bad item refuses its whole batch, but for an item of a `batch/update` or `batch/archive` that names no event;
- values of custom properties are checked as HubSpot's CRM does (`values`); those of HubSpot's own properties that
  repeat a field of the event are dropped;
- a PUT whose path and body name two events is refused;
- `events/delete` passes over what is not there or another app's, and deletes at once;
- cancelling and completing set flags and dates, and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from reconciler.sandbox.behaviours import Behaviours
from reconciler.sandbox.bodies import Changes, Draft
from reconciler.sandbox.contents import COUNTERS, DATES, FLAGS, TEXTS, App, Event, Value

INDEX_LAG_MS = 120_000
"""How old what `identifiers` shows is."""

EMPTY_FIELDS: Mapping[str, Value] = {
    **dict.fromkeys(TEXTS + DATES),
    **dict.fromkeys(FLAGS, False),
}
NO_COUNTS: Mapping[str, int | None] = dict.fromkeys(COUNTERS, 0)

SEARCHES: Mapping[str, Callable[[str, str], bool]] = {"prefix": str.startswith, "exact": str.__eq__}
"""For each behaviour of a search, whether an external event id is found by what is asked for."""


@dataclass(frozen=True)
class Rules:
    """What writes do at one moment: `now`, in milliseconds since 1970 (UTC)."""

    behaviours: Behaviours
    now: int

    def create(self, draft: Draft, object_id: int, app_id: int) -> Event:
        """Make an event with what was sent, and nothing where nothing was."""
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
        """Apply an upsert to the event it found."""
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
        """Apply the fields that were sent and leave all others alone."""
        return self._write(event, event.fields, changes)

    def _write(self, event: Event, omitted: Mapping[str, Value], changes: Changes) -> Event:
        """Apply what was sent; where nothing was, `omitted` tells what becomes of a field."""
        sent = {name: self._stored(value, event.fields[name]) for name, value in changes.fields.items()}
        custom = self._custom(event.custom, changes.custom)
        return replace(event, fields={**omitted, **sent}, custom=custom, updated_at=self.now)

    def _custom(self, before: Mapping[str, str], sent: Mapping[str, str]) -> dict[str, str]:
        stored = {name: self._stored(value, before.get(name)) for name, value in sent.items()}
        return {name: value for name, value in {**before, **stored}.items() if isinstance(value, str)}

    def _stored(self, sent: Value, before: Value) -> Value:
        """Return what becomes of a value that was sent; None is empty."""
        if sent != "":
            return sent
        return None if self.behaviours.empty_text == "clears" else before


def unique_id(app_id: int, portal_id: int, account_id: str, event_id: str) -> str:
    """Join what identifies an app's event as HubSpot does, which escapes nothing (FACTS 4.1)."""
    return f"{app_id}-{portal_id}-{account_id}-{event_id}"


def status(event: Event, now: int) -> str | None:
    """Compute `eventStatus` and `eventStatusV2`; None where no date tells.

    These four values were seen (FACTS 4.3); what leads to each is a guess.
    """
    start, end = (event.fields[name] for name in DATES)
    if event.fields["eventCancelled"]:
        return "CANCELLED"
    if event.fields["eventCompleted"] or (isinstance(end, int) and end <= now):
        return "COMPLETED"
    if not isinstance(start, int):
        return None
    return "ONGOING" if start <= now else "UPCOMING"
