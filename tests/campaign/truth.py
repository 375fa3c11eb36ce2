"""The truth about a run, read from the sandbox's contents without the product's own code."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from reconciler.event import CUSTOM, DeclaredEvent, Identity, Value
from reconciler.policy import Orphans, Policy
from reconciler.sandbox.contents import DATES, FLAGS, TEXTS, Event
from tests.story.world import OURS

Held = Mapping[int, Event]
"""Everything that HubSpot holds, by object id."""

FIELDS = (*TEXTS, *DATES, *FLAGS)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    return round((moment - EPOCH).total_seconds() * 1000)


def meant(name: str, value: object) -> Value | int:
    """Return a value in the one form in which both sides are compared: HubSpot may strip a text or not."""
    if name in FLAGS:
        return bool(value)
    if name in DATES and isinstance(value, str):
        return milliseconds(datetime.fromisoformat(value))
    if isinstance(value, str):
        return value.strip() or None
    return value if value is None or isinstance(value, int) else str(value)


def value(event: Event, name: str) -> Value | int:
    if name.startswith(CUSTOM):
        return meant(name, event.custom.get(name.removeprefix(CUSTOM)))
    return meant(name, event.fields[name])


def values(event: Event | None) -> dict[str, Value | int]:
    """Return all values of an event that a declaration could manage."""
    if event is None:
        return {}
    return {name: value(event, name) for name in (*FIELDS, *(CUSTOM + name for name in event.custom))}


def changed(before: Event | None, after: Event | None) -> set[str]:
    """Return the fields in which two states of one event differ."""
    one, other = values(before), values(after)
    empty = {name: meant(name, None) for name in one.keys() | other.keys()}
    return {name for name, nothing in empty.items() if one.get(name, nothing) != other.get(name, nothing)}


def touched(before: Held, after: Held) -> list[int]:
    """Return the object ids of all events that a step changed, if only in the time of the latest change."""
    return [number for number in before.keys() | after.keys() if before.get(number) != after.get(number)]


def is_ours(event: Event) -> bool:
    return event.app is not None and event.app.id == OURS


def is_under(event: Event, identity: Identity) -> bool:
    """Return whether an event is the one of an identity."""
    if identity.object_id is not None:
        return event.object_id == int(identity.object_id)
    return is_ours(event) and (event.account_id, event.event_id) == identity.external


def found(held: Held, identity: Identity) -> Event | None:
    return next((event for event in held.values() if is_under(event, identity)), None)


def is_as_declared(event: Event | None, declared: DeclaredEvent) -> bool:
    return event is not None and all(
        value(event, name) == meant(name, wanted) for name, wanted in declared.fields.items()
    )


def is_namesake(event: Event, declared: DeclaredEvent) -> bool:
    """Return whether an event of ours has the declared event id; the list shows no account, so it can pass for it."""
    return is_ours(event) and event.event_id == declared.identity.external_event_id


def is_orphan(event: Event, declared: Iterable[DeclaredEvent], policy: Policy, now: datetime) -> bool:
    """Return whether the run may take an event away: ours, of a known account, declared nowhere, and not over."""
    declared = tuple(declared)
    if policy.orphans not in {Orphans.DELETE, Orphans.CANCEL} or not is_ours(event):
        return False
    accounts = {policy.external_account_id, *(one.identity.external_account_id for one in declared)} - {None}
    end = event.fields["endDateTime"] or event.fields["startDateTime"]
    over = not isinstance(end, int) or end <= milliseconds(now) or bool(event.fields["eventCompleted"])
    named = any(is_under(event, one.identity) for one in declared)
    return event.account_id in accounts and not over and not named
