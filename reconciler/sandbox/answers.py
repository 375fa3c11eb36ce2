"""HubSpot's answers as JSON, in the shapes of FACTS 1.4.

Optional fields that are unset are null, as live reads show them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.sandbox.contents import DATES, Event, Portal
from reconciler.sandbox.reading import EPOCH
from reconciler.sandbox.rules import STATUS_PROPERTY, status
from reconciler.sandbox.store import Key
from reconciler.sandbox.tokens import Caller
from reconciler.sandbox.versions import Version

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """A status and a JSON body; without a body, an empty answer."""

    status: int
    body: Json | None = None


def instant(milliseconds: int) -> str:
    """Write an instant in UTC, with milliseconds only where there are any (FACTS 4.3)."""
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    precision = "milliseconds" if milliseconds % 1000 else "seconds"
    return moment.isoformat(timespec=precision).removesuffix("+00:00") + "Z"


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
    """Shape D1: what a write by external ids returns; that its `id` is the objectId is a guess."""
    return {
        **_common(event),
        "id": str(event.object_id),
        "customProperties": _full_values(event.custom, event, version),
    }


def written_by_object(event: Event) -> Json:
    """Shape D2: what a write by objectId returns."""
    app = None if event.app is None else {"id": str(event.app.id), "name": event.app.name}
    return {**_common(event), "appInfo": app, "customProperties": _pairs(event.custom)}


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
    """Reads show a property of HubSpot's own among the custom ones (FACTS 4.3)."""
    return custom if computed is None else {**custom, STATUS_PROPERTY: computed}


def _pairs(custom: Mapping[str, str]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in custom.items()]


def _full_values(custom: Mapping[str, str], event: Event, version: Version) -> list[Json]:
    masked: Json = {"maskedSubstrings": {"substrings": []}} if version.masks_substrings else {}
    return [{**pair, **_origin(event.updated_at), **masked} for pair in _pairs(custom)]


def _origin(written_at: int) -> Json:
    """Return what a full `PropertyValue` has beside its name and value."""
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
    """An item of a search: the only answer that tells an account id."""
    return {
        "appId": app_id,
        "externalAccountId": key.account_id,
        "externalEventId": key.event_id,
        "objectId": str(key.object_id),
    }


def held(event: Event, now: int) -> Json:
    """What the control path shows of an event: a seed that holds it makes the same event."""
    return {
        **listed(event, now),
        "externalAccountId": event.account_id,
        "customProperties": _pairs(event.custom),
    }


def page(results: Sequence[Json], following: Json | None) -> Json:
    """One page of the list; `paging` is there only where more follows."""
    return {"results": results} if following is None else {"results": results, "paging": {"next": following}}


def batch(results: Sequence[Json], failures: Sequence[Json], now: int) -> Json:
    """Answer a batch; COMPLETE says that it was worked through, not that all of it succeeded (FACTS 3.4)."""
    body = {"status": "COMPLETE", "startedAt": instant(now), "completedAt": instant(now), "results": results}
    return {**body, "numErrors": len(failures), "errors": failures} if failures else body


def no_event_in_batch(object_id: str) -> Json:
    """Tell of one item of a batch that there is no such event; where the id stands is a guess (FACTS 3.3)."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": "No marketing event found",
        "context": {"objectId": [object_id]},
        "errors": [],
        "links": {},
    }


def account_details(portal: Portal, now: int) -> Json:
    """Tell whose portal this is (FACTS 8)."""
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


def token_details(portal: Portal, caller: Caller) -> Json:
    """Tell whose token this is (FACTS 8); the user is made up."""
    return {"userId": 1, "hubId": portal.id, "appId": caller.app_id, "scopes": list(caller.scopes)}
