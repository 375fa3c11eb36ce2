"""HubSpot's answers as JSON, in the shapes of FACTS 1.4.

Optional fields that are unset are null, as live reads show them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.sandbox.contents import DATES, Definition, Event, Portal
from reconciler.sandbox.definitions import STATUS_PROPERTY
from reconciler.sandbox.limits import DAILY
from reconciler.sandbox.reading import instant
from reconciler.sandbox.rules import status
from reconciler.sandbox.store import Key
from reconciler.sandbox.tokens import Caller
from reconciler.sandbox.versions import Version

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """A status and a JSON body; without a body, an empty answer."""

    status: int
    body: Json | None = None


def listed(event: Event, now: int) -> Json:
    """Shape R2: an item of the list, or a read by objectId. The account id is in no read."""
    computed = status(event, now)
    return {
        **written_by_object(event),
        "externalEventId": event.event_id,
        "eventStatus": computed,
        "eventStatusV2": computed,
        **event.counters,
        "customProperties": _pairs(_with_status(event.custom, computed)),
    }


def read_by_ids(event: Event, version: Version, now: int) -> Json:
    """Shape R1: a read by external ids; its `id` is the external event id, as reported live (FACTS 1.4)."""
    custom = _with_status(event.custom, status(event, now))
    return {
        **written_by_ids(event, version),
        "id": event.event_id,
        "externalEventId": event.event_id,
        **event.counters,
        "customProperties": _full_values(custom, event, version),
    }


def written_by_ids(event: Event, version: Version) -> Json:
    """Shape D1: the answer to a write by external ids; it is a guess that its `id` is the objectId."""
    return {
        **_common(event),
        "id": str(event.object_id),
        "customProperties": _full_values(event.custom, event, version),
    }


def written(event: Event, version: Version) -> Json:
    """Shape D0: the answer to a request that creates, cancels or completes an event."""
    untimed = {name: value for name, value in _common(event).items() if name not in ("createdAt", "updatedAt")}
    return {**untimed, "customProperties": _full_values(event.custom, event, version)}


def written_by_object(event: Event) -> Json:
    """Shape D2: the answer to a write by objectId."""
    return {**_common(event), "appInfo": _app(event), "customProperties": _pairs(event.custom)}


def _app(event: Event) -> Json | None:
    return None if event.app is None else {"id": str(event.app.id), "name": event.app.name}


def _common(event: Event) -> Json:
    return {
        "objectId": str(event.object_id),
        **{name: _shown(name, value) for name, value in event.fields.items()},
        "createdAt": instant(event.created_at),
        "updatedAt": instant(event.updated_at),
    }


def _shown(name: str, value: Any) -> Any:
    return instant(value) if name in DATES and value is not None else value


def _with_status(custom: Mapping[str, str], computed: str | None) -> Mapping[str, str]:
    """Return the custom properties of a read, which include one of HubSpot's own (FACTS 4.3)."""
    return custom if computed is None else {**custom, STATUS_PROPERTY: computed}


def _pairs(custom: Mapping[str, str]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in custom.items()]


def _full_values(custom: Mapping[str, str], event: Event, version: Version) -> list[Json]:
    masked: Json = {"maskedSubstrings": {"substrings": []}} if version.masks_substrings else {}
    return [{**pair, **_origin(event.updated_at), **masked} for pair in _pairs(custom)]


def _origin(written_at: int) -> Json:
    """Return the keys of a full `PropertyValue` other than its name and value."""
    return {
        "dataSensitivity": "none",
        "isEncrypted": False,
        "isLargeValue": False,
        "persistenceTimestamp": written_at,
        "requestId": "",
        "selectedByUser": False,
        "selectedByUserTimestamp": 0,
        "source": "API",
        "sourceId": "",
        "sourceLabel": "",
        "sourceMetadata": "",
        "sourceUpstreamDeployable": "",
        "sourceVid": [],
        "timestamp": written_at,
        "unit": "",
        "updatedByUserId": 0,
        "useTimestampAsPersistenceTimestamp": False,
    }


def found(key: Key, app_id: int) -> Json:
    """An item of a search: the only answer that contains the account id."""
    return {
        "appId": app_id,
        "externalAccountId": key.account_id,
        "externalEventId": key.event_id,
        "objectId": str(key.object_id),
    }


def identified(event: Event) -> Json:
    """An item in the answer of `identifiers`."""
    return {
        "objectId": str(event.object_id),
        "externalEventId": event.event_id,
        "externalAccountId": event.account_id,
        "marketingEventName": event.fields["eventName"],
        "appInfo": _app(event),
    }


def held(event: Event, now: int) -> Json:
    """An event as the control path shows it; in a seed, it makes the same event."""
    return {
        **listed(event, now),
        "externalAccountId": event.account_id,
        "customProperties": _pairs(event.custom),
    }


def page(results: Sequence[Json], following: Json | None) -> Json:
    """One page of the list; it has `paging` only if more events follow."""
    return {"results": results} if following is None else {"results": results, "paging": {"next": following}}


def batch(results: Sequence[Json], failures: Sequence[Json], now: int) -> Json:
    """Return the answer to a batch; COMPLETE means that it was processed, not that every item succeeded (FACTS 3.4)."""
    body = {"status": "COMPLETE", "startedAt": instant(now), "completedAt": instant(now), "results": results}
    return {**body, "numErrors": len(failures), "errors": failures} if failures else body


def no_event_in_batch(object_id: str) -> Json:
    """Return the error for a batch item whose event does not exist; the place of the id is a guess (FACTS 3.3)."""
    return _failure("OBJECT_NOT_FOUND", "No marketing event found", {"objectId": [object_id]})


def failed_in_batch(items: Iterable[Json]) -> list[Json]:
    """Return the error for batch items that HubSpot failed on; the place of their ids is a guess (FACTS 3.3)."""
    return [_failure("INTERNAL_ERROR", "The item could not be processed", _ids(item)) for item in items]


def _ids(item: Json) -> Mapping[str, list[str]]:
    names = ("objectId", "externalAccountId", "externalEventId")
    return {name: [item[name]] for name in names if isinstance(item.get(name), str)}


def _failure(category: str, message: str, context: Mapping[str, list[str]]) -> Json:
    body = {"status": "error", "category": category, "message": message}
    return {**body, "context": context, "errors": [], "links": {}}


def account_details(portal: Portal, now: int) -> Json:
    """Return the account details of the portal (FACTS 8)."""
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(portal.timezone))
    offset = local.utcoffset() or timedelta(0)
    return {
        "portalId": portal.id,
        "accountType": portal.account_type,
        "timeZone": portal.timezone,
        "companyCurrency": "USD",
        "additionalCurrencies": [],
        "utcOffset": local.isoformat()[-6:],
        "utcOffsetMilliseconds": offset // timedelta(milliseconds=1),
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }


def daily_usage(portal: Portal, requests: int, now: int) -> Json:
    """Return how many of the day's requests are used, in the shape of HubSpot's documentation (FACTS 3.2)."""
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(portal.timezone))
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    usage = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": DAILY,
        "currentUsage": requests,
        "collectedAt": instant(now),
        "fetchStatus": "SUCCESS",
        "resetsAt": instant(round(midnight.timestamp() * 1000)),
    }
    return {"results": [usage]}


def defined(definition: Definition, version: Version) -> Json:
    """A property's definition; not every version knows all of its keys."""
    return {name: value for name, value in definition.items() if name not in version.unknown_in_definitions}


def token_details(portal: Portal, caller: Caller) -> Json:
    """Return the details of a token (FACTS 8); the user in them is invented."""
    return {"userId": 1, "hubId": portal.id, "appId": caller.app_id, "scopes": list(caller.scopes)}
