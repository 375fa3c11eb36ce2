"""The operations that read events."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import urlencode

from reconciler.sandbox import answers, rules
from reconciler.sandbox.answers import Answer
from reconciler.sandbox.operations.call import Call
from reconciler.sandbox.reading import read_object_id
from reconciler.sandbox.refusals import invalid
from reconciler.sandbox.store import Store

DEFAULT_PAGE = "10"
EVERYTHING = -1
"""A limit that no number of events reaches."""
_PAGE_LIMIT = re.compile(r"[1-9][0-9]?|100")


def list_events(store: Store, call: Call) -> Answer:
    """Return one page of all events of the portal, by objectId, as they were `list-lag` seconds ago."""
    limit = _page_limit(call.query)
    events = store.events_after(_page_start(call.query), limit + 1, seen_at(call))
    shown = events[:limit]
    following = next_page(call, limit, shown[-1].object_id) if len(events) > limit else None
    return Answer(200, answers.page([answers.listed(event, call.now) for event in shown], following))


def read_event(store: Store, call: Call) -> Answer:
    """Return an event by objectId, whoever made it."""
    return Answer(200, answers.listed(call.event(store), call.now))


def read_own_event(store: Store, call: Call) -> Answer:
    """Return an event by its external ids, if the calling app made it."""
    return Answer(200, answers.read_by_ids(call.own_event(store), call.version, call.now))


def search(store: Store, call: Call) -> Answer:
    """Return the ids of the calling app's events that match, on one page."""
    query, finds = call.required("q"), rules.SEARCHES[call.behaviours.search]
    keys = [key for key in store.own_keys(call.caller.app_id) if finds(key.event_id, query)]
    return Answer(200, {"results": [answers.found(key, call.caller.app_id) for key in keys]})


def identifiers(store: Store, call: Call) -> Answer:
    """Return the ids of all events with one external event id, whoever made them."""
    events = store.events_named(call.ids["event_id"], call.now - rules.INDEX_LAG_MS)
    return Answer(200, {"total": len(events), "results": [answers.identified(event) for event in events]})


def seen_at(call: Call) -> int:
    """Return the instant whose events the list shows."""
    return call.now - round(call.behaviours.list_lag * 1000)


def _page_limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", DEFAULT_PAGE)
    if not _PAGE_LIMIT.fullmatch(text):
        raise invalid("limit must be a whole number from 1 to 100", "limit")
    return int(text)


def _page_start(query: Mapping[str, str]) -> int:
    """Return the objectId after which the page begins, so that changes before it do not shift the page."""
    return read_cursor(query["after"]) if "after" in query else 0


def read_cursor(after: str) -> int:
    """Return the objectId in a cursor of the list; raise HubSpotError for an invalid one."""
    try:
        object_id = read_object_id(urlsafe_b64decode(after).decode())
    except ValueError:
        object_id = None
    if object_id is None:
        raise invalid("after is not a cursor of this list", "after")
    return object_id


def next_page(call: Call, limit: int, last: int) -> answers.Json:
    """Return the cursor of the page that follows an objectId, with its address."""
    after = urlsafe_b64encode(str(last).encode()).decode()
    return {"after": after, "link": f"{call.address}?{urlencode({'limit': limit, 'after': after})}"}
