"""The operations that create or change events."""

from collections.abc import Iterable, Mapping

from reconciler.sandbox import answers
from reconciler.sandbox.answers import Answer
from reconciler.sandbox.bodies import BY_EXTERNAL_IDS, BY_OBJECT_ID, Changes, Draft, read_changes, read_draft
from reconciler.sandbox.contents import Event, Value
from reconciler.sandbox.operations.call import Call, found
from reconciler.sandbox.reading import read_filled_text, read_instant
from reconciler.sandbox.refusals import already_there, ids_differ, missing
from reconciler.sandbox.rules import Rules, unique_id
from reconciler.sandbox.store import Store


def create(store: Store, call: Call) -> Answer:
    """Create an event of the calling app; refuse one that the app already has."""
    draft = read_draft(call.sent(), store.definitions())
    with store.transaction():
        event = _created(store, call, draft)
    return Answer(200, answers.written(event, call.version))


def upsert(store: Store, call: Call) -> Answer:
    """Create the calling app's event, or overwrite the existing one."""
    draft = read_draft(call.sent(), store.definitions())
    if draft.event_id != call.ids["event_id"]:
        raise ids_differ()
    with store.transaction():
        event = _upserted(store, call, draft)
    return Answer(200, answers.written_by_ids(event, call.version))


def batch_upsert(store: Store, call: Call) -> Answer:
    """Create the calling app's events, or overwrite the existing ones."""
    definitions = store.definitions()
    drafts = [read_draft(item, definitions) for item in call.inputs()]
    with store.transaction():
        events = [_upserted(store, call, draft) for draft in drafts]
    results = [answers.written_by_ids(event, call.version) for event in _newest_first(events)]
    return Answer(200, answers.batch(results, answers.failed_in_batch(call.failed_inputs()), call.now))


def update_event(store: Store, call: Call) -> Answer:
    """Change an event by its objectId, whoever made it."""
    changes = read_changes(call.sent(), BY_OBJECT_ID, store.definitions())
    with store.transaction():
        event = _saved(store, _rules(call).update(call.event(store), changes))
    return Answer(200, answers.written_by_object(event))


def batch_update(store: Store, call: Call) -> Answer:
    """Change events by objectId, whoever made them; an item without an event fails alone."""
    definitions = store.definitions()
    wanted = [
        (read_filled_text(item.get("objectId"), "objectId"), read_changes(item, BY_OBJECT_ID, definitions))
        for item in call.inputs()
    ]
    with store.transaction():
        outcomes = [(object_id, _updated(store, call, object_id, changes)) for object_id, changes in wanted]
    events = [event for _, event in outcomes if event is not None]
    absent = [answers.no_event_in_batch(object_id) for object_id, event in outcomes if event is None]
    failures = [*absent, *answers.failed_in_batch(call.failed_inputs())]
    results = [answers.written_by_object(event) for event in _newest_first(events)]
    return Answer(call.version.partly_failed if failures else 200, answers.batch(results, failures, call.now))


def update_own_event(store: Store, call: Call) -> Answer:
    """Change an event by its external ids, if the calling app made it."""
    changes = read_changes(call.sent(), BY_EXTERNAL_IDS, store.definitions())
    with store.transaction():
        event = _saved(store, _rules(call).patch(call.own_event(store), changes))
    return Answer(200, answers.written_by_ids(event, call.version))


def cancel(store: Store, call: Call) -> Answer:
    """Cancel an event by its external ids, if the calling app made it."""
    return _marked(store, call, {"eventCancelled": True})


def complete(store: Store, call: Call) -> Answer:
    """Complete an event by its external ids, if the calling app made it; its dates are sent with it."""
    body = call.sent()
    dates = {name: _date(body, name) for name in ("startDateTime", "endDateTime")}
    return _marked(store, call, {**dates, "eventCompleted": True})


def _date(body: Mapping[str, object], name: str) -> int:
    if body.get(name) is None:
        raise missing(name)
    return read_instant(body[name], name)


def _marked(store: Store, call: Call, fields: Mapping[str, Value]) -> Answer:
    with store.transaction():
        event = _saved(store, _rules(call).update(call.own_event(store), Changes(fields, {})))
    return Answer(200, answers.written(event, call.version))


def _created(store: Store, call: Call, draft: Draft) -> Event:
    """Create an event; refuse one whose `hs_unique_id` another has (FACTS 4.1)."""
    object_id, app_id = store.next_object_id(), call.caller.app_id
    twin = store.twin(app_id, draft.account_id, draft.event_id)
    if twin is not None:
        portal_id = store.portal().id
        value = unique_id(app_id, portal_id, draft.account_id, draft.event_id)
        raise already_there(portal_id, value, twin.object_id, object_id)
    return _saved(store, _rules(call).create(draft, object_id, app_id))


def _upserted(store: Store, call: Call, draft: Draft) -> Event:
    event = store.own_event(call.caller.app_id, draft.account_id, draft.event_id)
    if event is None:
        return _created(store, call, draft)
    return _saved(store, _rules(call).overwrite(event, draft.changes))


def _updated(store: Store, call: Call, object_id: str, changes: Changes) -> Event | None:
    event = found(store, object_id)
    return None if event is None else _saved(store, _rules(call).update(event, changes))


def _saved(store: Store, event: Event) -> Event:
    store.save(event)
    return event


def _rules(call: Call) -> Rules:
    return Rules(call.behaviours, call.now)


def _newest_first(events: Iterable[Event]) -> list[Event]:
    """Return a batch's events newest first, since HubSpot does not promise the order of the inputs (FACTS 1.4)."""
    return sorted(events, key=lambda event: event.object_id, reverse=True)
