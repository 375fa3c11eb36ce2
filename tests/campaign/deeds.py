"""Edits by others in HubSpot during our work: a person, another app, another run of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, assert_never

from reconciler.sandbox.contents import Event
from reconciler.sandbox.seed import read_event
from reconciler.sandbox.store import Store


@dataclass(frozen=True)
class Edit:
    """Somebody changes an event; `which` counts round what is there."""

    which: int
    fields: Mapping[str, Any]
    custom: Mapping[str, str | None]


@dataclass(frozen=True)
class Remove:
    """Somebody deletes an event."""

    which: int


@dataclass(frozen=True)
class Register:
    """People register for an event."""

    which: int
    people: int


@dataclass(frozen=True)
class Make:
    """Somebody makes an event, in the form of a seed; does nothing if its ids are taken."""

    event: Mapping[str, Any]


Deed = Edit | Remove | Register | Make


def carry_out(deed: Deed, store: Store, now: int) -> None:
    """Do it to what is held, at a time in milliseconds since 1970."""
    with store.transaction():
        match deed:
            case Make(form):
                _make(read_event(form, "deed", now), store, now)
            case Edit(which) | Remove(which) | Register(which):
                events = store.all_events()
                if events:
                    _do(deed, events[which % len(events)], store, now)
            case _:
                assert_never(deed)


def _make(event: Event, store: Store, now: int) -> None:
    if event.app is None or store.twin(event.app.id, str(event.account_id), str(event.event_id)) is None:
        store.save(replace(event, object_id=store.next_object_id(), created_at=now, updated_at=now))


def _do(deed: Edit | Remove | Register, event: Event, store: Store, now: int) -> None:
    match deed:
        case Edit(_, fields, custom):
            kept = {name: value for name, value in {**event.custom, **custom}.items() if value is not None}
            store.save(replace(event, fields={**event.fields, **fields}, custom=kept, updated_at=now))
        case Register(_, people):
            store.save(replace(event, counters={**event.counters, "registrants": people}, updated_at=now))
        case Remove():
            store.delete(event.object_id, now)
        case _:
            assert_never(deed)
