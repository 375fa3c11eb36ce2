"""What HubSpot does with what it is asked.

Where nobody knows, one answer was chosen, and stands here:

- an upsert replaces, as reported of PUT (FACTS 4.3): an omitted optional field becomes empty, a flag false;
- custom properties are merged, also by an upsert: one that is not sent stays as it is;
- `""` clears an optional text or a custom property; `eventName` and `eventOrganizer` cannot be emptied;
- null counts as not sent, so it never clears;
- a PATCH keeps the flags that it omits, although their description says "Defaults to `false`";
- text is kept verbatim, at any length; an end before its start is stored as it is;
- a time without an offset is refused, and so is a batch of more than 100;
- every write moves `updatedAt`, also one that changes nothing;
- a search matches ids that start with what is asked for, `*` included;
- lists and searches show a write at once;
- the token's details are answered.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from reconciler.sandbox.contents import COUNTERS, DATES, FLAGS, TEXTS, App, Event, Value
from reconciler.sandbox.writes import Changes, Draft

STATUS_PROPERTY = "hs_event_status"
"""The property in which HubSpot keeps the status that it computes: no write reaches it."""

EMPTY_FIELDS: Mapping[str, Value] = {
    **dict.fromkeys(TEXTS + DATES),
    **dict.fromkeys(FLAGS, False),
}
NO_COUNTS: Mapping[str, int | None] = dict.fromkeys(COUNTERS, 0)


def create(draft: Draft, object_id: int, app_id: int, defined: Collection[str], now: int) -> Event:
    """Make the event of an upsert that found none."""
    blank = Event(
        object_id=object_id,
        app=App.unnamed(app_id),
        account_id=draft.account_id,
        event_id=draft.event_id,
        fields=EMPTY_FIELDS,
        counters=NO_COUNTS,
        custom={},
        created_at=now,
        updated_at=now,
    )
    return update(blank, draft.changes, defined, now)


def overwrite(event: Event, changes: Changes, defined: Collection[str], now: int) -> Event:
    """Apply an upsert to the event it found: what it omits becomes empty."""
    return update(replace(event, fields=EMPTY_FIELDS), changes, defined, now)


def update(event: Event, changes: Changes, defined: Collection[str], now: int) -> Event:
    """Apply the fields that were sent and leave all others alone.

    Custom properties that the portal does not define are dropped without a word: "they will be filtered out
    and not set" (HubSpot's description of `customProperties`).
    """
    fields = {name: None if value == "" else value for name, value in changes.fields.items()}
    writable = set(defined) - {STATUS_PROPERTY}
    known = {name: value for name, value in changes.custom.items() if name in writable}
    custom = {name: value for name, value in {**event.custom, **known}.items() if value != ""}
    return replace(event, fields={**event.fields, **fields}, custom=custom, updated_at=now)


def matches(event_id: str, query: str) -> bool:
    """Tell whether a search for `query` finds this external event id."""
    return event_id.startswith(query)


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
