"""The operations of HubSpot's API, each from a call to an answer."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from reconciler.sandbox import answers, rules
from reconciler.sandbox.answers import Answer
from reconciler.sandbox.behaviours import Behaviours
from reconciler.sandbox.contents import Event
from reconciler.sandbox.reading import read_filled_text, read_json, read_object, read_object_id
from reconciler.sandbox.refusals import invalid, missing, no_event, no_path, unauthorized
from reconciler.sandbox.store import Store
from reconciler.sandbox.tokens import Caller, identify
from reconciler.sandbox.versions import Version
from reconciler.sandbox.writes import (
    BY_EXTERNAL_IDS,
    BY_OBJECT_ID,
    Changes,
    Draft,
    Item,
    read_changes,
    read_draft,
    read_inputs,
    trimmed,
)

DEFAULT_PAGE = "10"
_PAGE_LIMIT = re.compile(r"[1-9][0-9]?|100")


@dataclass(frozen=True)
class Call:
    """One request that may be carried out.

    `ids` are those in its path, decoded; `address` is its URL up to the query; `now` is in milliseconds since
    1970 (UTC); `behaviours` are those that hold for it.
    """

    caller: Caller
    version: Version
    address: str
    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    now: int
    behaviours: Behaviours


def list_events(store: Store, call: Call) -> Answer:
    """Return one page of all events of the portal, by objectId, as they were when the list last looked."""
    limit = _page_limit(call.query)
    seen_at = call.now - round(call.behaviours.list_lag * 1000)
    events = store.events_after(_page_start(call.query), limit + 1, seen_at)
    shown = events[:limit]
    following = _next_page(call, limit, shown[-1]) if len(events) > limit else None
    return Answer(200, answers.page([answers.listed(event, call.now) for event in shown], following))


def read_event(store: Store, call: Call) -> Answer:
    """Return an event by objectId, whoever made it."""
    event = _held(store, call.ids["object_id"])
    if event is None:
        raise no_event()
    return Answer(200, answers.listed(event, call.now))


def read_own_event(store: Store, call: Call) -> Answer:
    """Return an event by its external ids, if the calling app made it."""
    return Answer(200, answers.read_by_ids(_own_event(store, call), call.version, call.now))


def search(store: Store, call: Call) -> Answer:
    """Return the ids of the calling app's events that match, on one page."""
    query = _required(call.query, "q")
    finds = rules.SEARCHES[call.behaviours.search]
    keys = [key for key in store.own_keys(call.caller.app_id) if finds(key.event_id, query)]
    return Answer(200, {"results": [answers.found(key, call.caller.app_id) for key in keys]})


def batch_upsert(store: Store, call: Call) -> Answer:
    """Make the calling app's events, or overwrite those that are there."""
    drafts = [read_draft(item) for item in _inputs(call)]
    with store.transaction():
        events = [_upserted(store, call, draft) for draft in drafts]
    results = [answers.written_by_ids(event, call.version) for event in _newest_first(events)]
    return Answer(200, answers.batch(results, [], call.now))


def batch_update(store: Store, call: Call) -> Answer:
    """Change events by objectId, whoever made them; an item without an event fails alone."""
    wanted = [(_object_id(item), read_changes(item, BY_OBJECT_ID)) for item in _inputs(call)]
    with store.transaction():
        outcomes = [(object_id, _updated(store, call, object_id, changes)) for object_id, changes in wanted]
    events = [event for _, event in outcomes if event is not None]
    failures = [answers.no_event_in_batch(object_id) for object_id, event in outcomes if event is None]
    results = [answers.written_by_object(event) for event in _newest_first(events)]
    return Answer(call.version.partly_failed if failures else 200, answers.batch(results, failures, call.now))


def update_own_event(store: Store, call: Call) -> Answer:
    """Change an event by its external ids, if the calling app made it."""
    changes = read_changes(_heard(call, read_object(read_json(call.body), "body")), BY_EXTERNAL_IDS)
    with store.transaction():
        event = _rules(store, call).patch(_own_event(store, call), changes)
        store.save(event)
    return Answer(200, answers.written_by_ids(event, call.version))


def batch_archive(store: Store, call: Call) -> Answer:
    """Delete events by objectId, whoever made them; 207 where some were not there."""
    wanted = [_object_id(item) for item in read_inputs(call.body)]
    with store.transaction():
        absent = [object_id for object_id in wanted if not _deleted(store, call, object_id)]
    if not absent:
        return Answer(204)
    return Answer(207, answers.batch([], [answers.no_event_in_batch(each) for each in absent], call.now))


def account_details(store: Store, call: Call) -> Answer:
    """Tell which portal the token opens."""
    return Answer(200, answers.account_details(store.portal(), call.now))


def token_details(store: Store, call: Call) -> Answer:
    """Tell which app a private app's token belongs to; the token in the body is the only one needed."""
    if call.behaviours.token_details == "missing":  # noqa: S105 - an answer, no password
        raise no_path()
    token = read_filled_text(read_object(read_json(call.body), "body").get("tokenKey"), "tokenKey")
    caller = identify(token)
    if caller is None:
        raise unauthorized()
    return Answer(200, answers.token_details(store.portal(), caller))


def _page_limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", DEFAULT_PAGE)
    if not _PAGE_LIMIT.fullmatch(text):
        raise invalid("limit must be a whole number from 1 to 100", "limit")
    return int(text)


def _page_start(query: Mapping[str, str]) -> int:
    """Return the objectId after which the page begins: no page shifts when events before it come or go."""
    if "after" not in query:
        return 0
    try:
        object_id = read_object_id(urlsafe_b64decode(query["after"]).decode())
    except ValueError:
        object_id = None
    if object_id is None:
        raise invalid("after is not a cursor of this list", "after")
    return object_id


def _next_page(call: Call, limit: int, last: Event) -> answers.Json:
    after = urlsafe_b64encode(str(last.object_id).encode()).decode()
    return {"after": after, "link": f"{call.address}?{urlencode({'limit': limit, 'after': after})}"}


def _required(query: Mapping[str, str], name: str) -> str:
    if not query.get(name):
        raise missing(name)
    return query[name]


def _inputs(call: Call) -> list[Item]:
    return [_heard(call, item) for item in read_inputs(call.body)]


def _heard(call: Call, item: Item) -> Item:
    return trimmed(item) if call.behaviours.text == "trimmed" else item


def _object_id(item: Mapping[str, object]) -> str:
    return read_filled_text(item.get("objectId"), "objectId")


def _held(store: Store, object_id: str) -> Event | None:
    number = read_object_id(object_id)
    return None if number is None else store.event(number)


def _deleted(store: Store, call: Call, object_id: str) -> bool:
    number = read_object_id(object_id)
    return number is not None and store.delete(number, call.now)


def _own_event(store: Store, call: Call) -> Event:
    account_id = _required(call.query, "externalAccountId")
    event = store.own_event(call.caller.app_id, account_id, call.ids["event_id"])
    if event is None:
        raise no_event()
    return event


def _upserted(store: Store, call: Call, draft: Draft) -> Event:
    event = store.own_event(call.caller.app_id, draft.account_id, draft.event_id)
    if event is None:
        event = _rules(store, call).create(draft, store.next_object_id(), call.caller.app_id)
    else:
        event = _rules(store, call).overwrite(event, draft.changes)
    store.save(event)
    return event


def _updated(store: Store, call: Call, object_id: str, changes: Changes) -> Event | None:
    event = _held(store, object_id)
    if event is not None:
        event = _rules(store, call).update(event, changes)
        store.save(event)
    return event


def _rules(store: Store, call: Call) -> rules.Rules:
    return rules.Rules(store.property_names(), call.behaviours, call.now)


def _newest_first(events: Iterable[Event]) -> list[Event]:
    """Return a batch's events newest first, since nothing promises the order of the inputs (FACTS 1.4)."""
    return sorted(events, key=lambda event: event.object_id, reverse=True)
