"""Events in HubSpot's JSON: its paths, what it sends, what it is sent.

Sources are the sections of HubSpot's Marketing Events API reference, which describes the same contract for all
four API versions; only the base path differs, except that the reference prints v3's list under another path
than every client calls.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, assert_never
from urllib.parse import quote

from reconciler.change import Create, FieldChange
from reconciler.event import CUSTOM, FIELDS, Identity, Kind, LiveEvent, Value, instant, kind_of
from reconciler.live import Edit, Hit

Json = Any
"""What a JSON text can hold; every use below checks what it got."""

PAGE = 100
"""Events in one page of the list: the most that HubSpot allows (list, `limit`)."""

TOKEN_DETAILS = "/oauth/v2/private-apps/get/access-token-info"  # noqa: S105  (a path, no secret)

_T = TypeVar("_T")


class Malformed(Exception):
    """HubSpot's answer is not what its description promises; the message names the place in it."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the endpoints are in one API version."""

    version: str

    @property
    def events(self) -> str:
        """The list of all events; every other path starts with it."""
        if self.version == "v3":
            return "/marketing/v3/marketing-events"
        return f"/marketing/marketing-events/{self.version}"

    @property
    def account(self) -> str:
        """Account details: whose portal the token opens."""
        return f"/account-info/{self.version}/details"

    @property
    def search(self) -> str:
        """Search by event id, our own app only."""
        return f"{self.events}/events/search"

    @property
    def upsert(self) -> str:
        """Make or replace events by their external ids."""
        return f"{self.events}/events/upsert"

    @property
    def update(self) -> str:
        """Change events by object id."""
        return f"{self.events}/batch/update"

    @property
    def archive(self) -> str:
        """Delete events by object id."""
        return f"{self.events}/batch/archive"

    def by_event_id(self, external_event_id: str) -> str:
        """One event by its external ids; the account id goes into the query."""
        return f"{self.events}/events/{_segment(external_event_id)}"

    def by_object_id(self, object_id: str) -> str:
        """One event of whichever app by its object id."""
        return f"{self.events}/{_segment(object_id)}"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; `after` is the next one's cursor."""

    events: tuple[LiveEvent, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """Account details, as far as they matter here."""

    id: int
    account_type: str | None
    timezone: str | None


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """The items that a batch answer names: object ids that went well, messages with the ids they speak of."""

    object_ids: tuple[str, ...]
    problems: tuple[tuple[str, frozenset[str]], ...]


def page(body: Json) -> Page:
    """Read one page of the list."""
    answer = _mapping(body, "")
    results = _list(answer.get("results"), "results")
    return Page(
        tuple(event(item, f"results[{index}]") for index, item in enumerate(results)),
        _cursor(answer.get("paging")),
    )


def event(body: Json, path: str = "event") -> LiveEvent:
    """Read one event in whichever of the shapes that HubSpot's reads return; null and absent are the same."""
    item = _mapping(body, path)
    app = _mapping(item.get("appInfo") or {}, f"{path}.appInfo")
    return LiveEvent(
        Identity(
            external_event_id=_optional(str, item.get("externalEventId"), f"{path}.externalEventId") or None,
            object_id=_id(item.get("objectId"), f"{path}.objectId"),
        ),
        _number(app.get("id"), f"{path}.appInfo.id"),
        {**_plain_fields(item, path), **_custom_fields(item, path)},
        registrants=_count(item.get("registrants"), f"{path}.registrants"),
        attendees=_count(item.get("attendees"), f"{path}.attendees"),
        updated_at=_optional(str, item.get("updatedAt"), f"{path}.updatedAt"),
    )


def hits(body: Json) -> tuple[Hit, ...]:
    """Read the results of a search."""
    results = _list(_mapping(body, "").get("results"), "results")
    return tuple(_hit(_mapping(item, f"results[{index}]"), f"results[{index}]") for index, item in enumerate(results))


def account(body: Json) -> Account:
    """Read the account details."""
    answer = _mapping(body, "")
    portal = _number(answer.get("portalId"), "portalId")
    if portal is None:
        raise Malformed("portalId is missing")
    return Account(
        portal,
        _optional(str, answer.get("accountType"), "accountType"),
        _optional(str, answer.get("timeZone"), "timeZone"),
    )


def token_app(body: Json) -> int | None:
    """Read from the token's details which app it belongs to."""
    return _number(_mapping(body, "").get("appId"), "appId")


def batch_answer(body: Json) -> BatchAnswer:
    """Read what a batch answer says of its items; the order of its results means nothing."""
    answer = _mapping(body, "")
    results = [_mapping(item, "results") for item in _list(answer.get("results"), "results")]
    problems = [_mapping(item, "errors") for item in _list(answer.get("errors") or [], "errors")]
    ids = (_optional_id(item.get("objectId"), "results.objectId") for item in results)
    return BatchAnswer(tuple(filter(None, ids)), tuple(map(_problem, problems)))


def create_body(changes: Iterable[Create]) -> Json:
    """Write full records for an upsert; an empty field is left out, which leaves it empty."""
    return {"inputs": [_record(change) for change in changes]}


def update_body(edits: Iterable[Edit]) -> Json:
    """Write the fields that differ, by object id; what is not named stays as it is."""
    return {"inputs": [{"objectId": edit.identity.object_id, **_fields(edit.fields)} for edit in edits]}


def complete_body(*, cancelled: bool) -> Json:
    """Write a completion; both flags travel, because one that is left out may be reset."""
    return {"eventCompleted": True, "eventCancelled": cancelled, "customProperties": []}


def archive_body(identities: Iterable[Identity]) -> Json:
    """Write the object ids of events to delete."""
    return {"inputs": [{"objectId": identity.object_id} for identity in identities]}


def _segment(text: str) -> str:
    """Write an id as one segment of a path, which `.` and `..` are not."""
    return text.replace(".", "%2E") if text in {".", ".."} else quote(text, safe="")


def _cursor(paging: Json) -> str | None:
    """Read where the next page begins; one that is announced without a cursor would be lost."""
    following = None if paging is None else _mapping(paging, "paging").get("next")
    return None if following is None else _of(str, _mapping(following, "paging.next").get("after"), "paging.next.after")


def _record(change: Create) -> Json:
    return {
        "externalAccountId": change.identity.external_account_id,
        "externalEventId": change.identity.external_event_id,
        **_fields(change.fields),
    }


def _fields(changes: Sequence[FieldChange]) -> dict[str, Json]:
    """Write fields; `customProperties` is always there, because HubSpot's description requires it."""
    plain = {change.name: _sent(change) for change in changes if not change.name.startswith(CUSTOM)}
    custom = [
        {"name": change.name.removeprefix(CUSTOM), "value": _sent(change)}
        for change in changes
        if change.name.startswith(CUSTOM)
    ]
    return {**plain, "customProperties": custom}


def _sent(change: FieldChange) -> str | bool:
    """Write a value; an empty text is what empties a text (CRM objects API; the reference names no other way)."""
    if kind_of(change.name) is Kind.FLAG:
        return bool(change.after)
    return "" if change.after is None else change.after


def _plain_fields(item: Mapping[str, Json], path: str) -> dict[str, Value]:
    values = ((field, item.get(field.name)) for field in FIELDS)
    return {
        field.name: _value(field.kind, value, f"{path}.{field.name}")
        for field, value in values
        if value is not None and value != ""
    }


def _value(kind: Kind, value: Json, path: str) -> Value:
    match kind:
        case Kind.FLAG:
            return _of(bool, value, path)
        case Kind.TEXT:
            return _of(str, value, path)
        case Kind.INSTANT:
            return _instant(_of(str, value, path), path)
        case _:
            assert_never(kind)


def _instant(text: str, path: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise Malformed(f"{path} has no offset")
        return instant(moment)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"{path} is not a date") from error


def _custom_fields(item: Mapping[str, Json], path: str) -> dict[str, Value]:
    where = f"{path}.customProperties"
    properties = [_mapping(one, where) for one in _list(item.get("customProperties") or [], where)]
    pairs = ((_of(str, one.get("name"), f"{where}.name"), one.get("value")) for one in properties)
    return {CUSTOM + name: _text(value) for name, value in pairs if value is not None and value != ""}


def _text(value: Json) -> str:
    """Write a custom property's value as text: HubSpot says that it always is one."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _hit(item: Mapping[str, Json], path: str) -> Hit:
    app = _number(item.get("appId"), f"{path}.appId")
    if app is None:
        raise Malformed(f"{path}.appId is missing")
    return Hit(
        app,
        Identity(
            _of(str, item.get("externalAccountId"), f"{path}.externalAccountId"),
            _of(str, item.get("externalEventId"), f"{path}.externalEventId"),
            _id(item.get("objectId"), f"{path}.objectId"),
        ),
    )


def _problem(item: Mapping[str, Json]) -> tuple[str, frozenset[str]]:
    """Read an item error; which item it speaks of stands in its context, or nowhere."""
    context = _mapping(item.get("context") or {}, "errors.context")
    listed = [value for values in context.values() if isinstance(values, list) for value in values]
    named = {str(value) for value in [*listed, item.get("id")] if isinstance(value, str | int)}
    return _optional(str, item.get("message"), "errors.message") or "no reason given", frozenset(named)


def _mapping(value: Json, path: str) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise Malformed(f"{path or 'the answer'} is not an object")
    return value


def _list(value: Json, path: str) -> Sequence[Json]:
    if not isinstance(value, list):
        raise Malformed(f"{path} is not a list")
    return value


def _of(kind: type[_T], value: Json, path: str) -> _T:
    # A JSON true is an int to Python.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise Malformed(f"{path} is not {_WORDS[kind]}")
    return value


def _optional(kind: type[_T], value: Json, path: str) -> _T | None:
    return None if value is None else _of(kind, value, path)


_WORDS: Mapping[type, str] = {str: "a text", int: "a number", bool: "true or false"}


def _count(value: Json, path: str) -> int | None:
    """Read a number of people; one below zero counts nobody."""
    count = _optional(int, value, path)
    return None if count is None or count < 0 else count


def _id(value: Json, path: str) -> str:
    found = _optional_id(value, path)
    if found is None:
        raise Malformed(f"{path} is missing")
    return found


def _optional_id(value: Json, path: str) -> str | None:
    """Read an id, which the description calls a text and some answers write as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _optional(str, value, path) or None


def _number(value: Json, path: str) -> int | None:
    """Read a whole number that some answers write as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value) if len(value) < 20 else None  # no id of HubSpot's is that long
    return _optional(int, value, path)
