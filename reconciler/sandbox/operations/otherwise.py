"""Operations carried out with a fault inside HubSpot."""

import json
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from typing import Any, assert_never

from reconciler.sandbox import answers
from reconciler.sandbox.answers import Answer
from reconciler.sandbox.contents import Event
from reconciler.sandbox.faults import Appear, EmptyResults, Vanish
from reconciler.sandbox.operations import reads
from reconciler.sandbox.operations.call import Call
from reconciler.sandbox.store import Store

NO_INPUTS = json.dumps({"inputs": []}).encode()


def carry_out(run: Callable[[Store, Call], Answer], store: Store, call: Call) -> Answer:
    """Carry out a call with its fault inside HubSpot; `Call.inputs` handles the items that fail."""
    match call.fault:
        case EmptyResults():
            return _without_results(run(store, replace(call, body=NO_INPUTS)))
        case Appear() | Vanish() as shift:
            return _shifting(run(store, call), store, call, shift)
        case _:
            return run(store, call)


def _without_results(answer: Answer) -> Answer:
    kept = {name: value for name, value in (answer.body or {}).items() if name != "paging"}
    return replace(answer, body={**kept, "results": []})


def _shifting(answer: Answer, store: Store, call: Call, shift: Appear | Vanish) -> Answer:
    """Create or delete an event after a page of the list, and make the next page continue by position."""
    before = _shown_ids(store, call)
    _come_or_go(store, call, shift)
    body: dict[str, Any] = dict(answer.body or {})
    if "paging" not in body:
        return answer
    shown = bisect_right(before, reads.read_cursor(body["paging"]["next"]["after"]))
    last = _shown_ids(store, call)[shown - 1]
    following = reads.next_page(call, len(body["results"]), last)
    return replace(answer, body=answers.page(body["results"], following))


def _shown_ids(store: Store, call: Call) -> list[int]:
    """Return the ids of all events that the list would show now."""
    return [event.object_id for event in store.events_after(0, reads.EVERYTHING, reads.seen_at(call))]


def _come_or_go(store: Store, call: Call, shift: Appear | Vanish) -> None:
    with store.transaction():
        match shift:
            case Vanish(object_id):
                store.delete(object_id, call.now)
            case Appear(event, object_id):
                _appear(store, event, object_id or store.next_object_id(), call.now)
            case _:
                assert_never(shift)


def _appear(store: Store, event: Event, object_id: int, now: int) -> None:
    """Create an event, unless it already exists; its dates of creation and update are now."""
    if store.event(object_id) is None and not _is_known(store, event):
        store.save(replace(event, object_id=object_id, created_at=now, updated_at=now))


def _is_known(store: Store, event: Event) -> bool:
    if event.app is None or event.account_id is None or event.event_id is None:
        return False
    return store.own_event(event.app.id, event.account_id, event.event_id) is not None
