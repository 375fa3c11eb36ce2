"""The operations that delete events."""

from collections.abc import Mapping

from reconciler.sandbox import answers
from reconciler.sandbox.answers import Answer
from reconciler.sandbox.operations.call import Call
from reconciler.sandbox.reading import read_filled_text, read_object_id, read_whole
from reconciler.sandbox.store import Store
from reconciler.sandbox.tokens import APP_IDS


def delete_event(store: Store, call: Call) -> Answer:
    """Delete an event by its objectId, whoever made it."""
    with store.transaction():
        store.delete(call.event(store).object_id, call.now)
    return Answer(204)


def delete_own_event(store: Store, call: Call) -> Answer:
    """Delete an event by its external ids, if the calling app made it."""
    with store.transaction():
        store.delete(call.own_event(store).object_id, call.now)
    return Answer(204)


def batch_archive(store: Store, call: Call) -> Answer:
    """Delete events by objectId, whoever made them; 207 if some did not exist."""
    wanted = [read_filled_text(item.get("objectId"), "objectId") for item in call.inputs()]
    with store.transaction():
        absent = [object_id for object_id in wanted if not _deleted(store, call, object_id)]
    failures = [*map(answers.no_event_in_batch, absent), *answers.failed_in_batch(call.failed_inputs())]
    return Answer(207, answers.batch([], failures, call.now)) if failures else Answer(204)


def batch_delete(store: Store, call: Call) -> Answer:
    """Delete the calling app's events by their external ids; the answer only confirms the request."""
    wanted = [_identity(item) for item in call.inputs()]
    with store.transaction():
        for app_id, account_id, event_id in wanted:
            event = store.own_event(app_id, account_id, event_id) if app_id == call.caller.app_id else None
            if event is not None:
                store.delete(event.object_id, call.now)
    return Answer(202)


def _identity(item: Mapping[str, object]) -> tuple[int, str, str]:
    app_id = read_whole(item.get("appId"), "appId", APP_IDS)
    account_id = read_filled_text(item.get("externalAccountId"), "externalAccountId")
    return app_id, account_id, read_filled_text(item.get("externalEventId"), "externalEventId")


def _deleted(store: Store, call: Call, object_id: str) -> bool:
    number = read_object_id(object_id)
    return number is not None and store.delete(number, call.now)
