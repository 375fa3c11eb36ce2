"""Events in HubSpot's JSON, as its answers have them.

The source is HubSpot's Marketing Events API reference, which describes the same bodies for all four API versions.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from reconciler.change import FieldChange
from reconciler.event import CUSTOM, FIELDS, Identity, Kind, LiveEvent, Value, custom_field, instant, kind_of
from reconciler.hubspot.decoding import headcount, optional_id, optional_number, required_id
from reconciler.json_values import Json, Malformed, as_kind, as_list, as_mapping, optional
from reconciler.portal import Hit
from reconciler.transport.json_text import as_text, shortened
from reconciler.values import same

PAGE = 100
"""Events per page of the list: the maximum that HubSpot allows (list, `limit`)."""
_SHORT = 30
"""Most characters of a text that other events are likely to have too."""
_PLAIN = tuple((field.name, field.kind) for field in FIELDS)
_WHOLE_SECOND = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\dZ", re.ASCII)
"""The form in which `instant` writes a whole second, and HubSpot most dates."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; `after` is the cursor of the next one."""

    events: tuple[LiveEvent, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """An event as the answer to a write shows it; its object id and any field may be missing."""

    object_id: str | None
    shown: Mapping[str, Json] = field(default_factory=dict)
    """The fields in the answer, custom properties included, as HubSpot writes them."""

    def agrees_with(self, sent: Iterable[FieldChange]) -> bool:
        """Return whether every sent field that the answer shows has the sent value."""
        return all(_shows(change, self.shown[change.name]) for change in sent if change.name in self.shown)


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """The items of a batch answer: the events that succeeded, and the error messages with the ids that they name."""

    results: tuple[Written, ...]
    problems: tuple[tuple[str, frozenset[str]], ...]

    @property
    def object_ids(self) -> tuple[str, ...]:
        """The object ids of the events that succeeded, as far as the answer has them."""
        return tuple(result.object_id for result in self.results if result.object_id is not None)


def as_page(body: Json) -> Page:
    """Read one page of the list; an event of which only the ids can be read is included without fields."""
    answer = as_mapping(body, "")
    results = as_list(answer.get("results"), "results")
    return Page(
        tuple(_inside(f"results[{index}]", _listed_at_least, item) for index, item in enumerate(results)),
        _cursor(answer.get("paging")),
    )


def as_event(body: Json) -> LiveEvent:
    """Read one event from a read by object id; null and absent are the same."""
    return _inside("event", _listed, body)


def as_event_by_external_ids(body: Json) -> LiveEvent:
    """Read one event from a read by external ids, which may lack the object id."""
    return _inside("event", _event, body)


def _inside(path: str, read: Callable[[Mapping[str, Json]], _T], body: Json) -> _T:
    """Read an object that is found at `path` of an answer."""
    item = as_mapping(body, path)
    try:
        return read(item)
    except Malformed as error:
        raise error.inside(path) from error


def _listed(item: Mapping[str, Json]) -> LiveEvent:
    event = _event(item)
    if event.identity.object_id is None:
        raise Malformed("objectId is missing")
    return event


def _listed_at_least(item: Mapping[str, Json]) -> LiveEvent:
    """Read an event of the list, or at least its ids."""
    try:
        return _listed(item)
    except Malformed as error:
        identity, maker = _identity(item), _maker(item)
        if identity.object_id is None:
            raise
        updated_at = item.get("updatedAt")
        return LiveEvent(
            identity,
            maker,
            {},
            updated_at=updated_at if isinstance(updated_at, str) else None,
            unreadable=_why_unreadable(error),
            app_name=_maker_name(item),
        )


def _why_unreadable(error: Malformed) -> str:
    """Return what cannot be read, but never a list of custom properties, which may be undeclared."""
    return str(error) if error.held is None else f"{error}: {as_text(error.held)}"


def _event(item: Mapping[str, Json]) -> LiveEvent:
    return LiveEvent(
        _identity(item),
        _maker(item),
        _held(item),
        registrants=headcount(item.get("registrants"), "registrants"),
        attendees=headcount(item.get("attendees"), "attendees"),
        updated_at=optional(str, item.get("updatedAt"), "updatedAt"),
        app_name=_maker_name(item),
    )


def _identity(item: Mapping[str, Json]) -> Identity:
    return Identity(
        external_event_id=optional(str, item.get("externalEventId"), "externalEventId") or None,
        object_id=optional_id(item.get("objectId"), "objectId"),
    )


def _maker(item: Mapping[str, Json]) -> int | None:
    """Read the id of the app that created an event."""
    app = as_mapping(item.get("appInfo") or {}, "appInfo")
    return optional_number(app.get("id"), "appInfo.id")


def _maker_name(item: Mapping[str, Json]) -> str | None:
    """Read the name of the app that created an event, after its id; only people look at it, so it may be missing."""
    app = item.get("appInfo")
    name = app.get("name") if isinstance(app, dict) else None
    return _shared(name) if isinstance(name, str) and name else None


def as_hits(body: Json) -> tuple[Hit, ...]:
    """Read the results of a search."""
    results = as_list(as_mapping(body, "").get("results"), "results")
    return tuple(_inside(f"results[{index}]", _hit, item) for index, item in enumerate(results))


def as_batch_answer(body: Json) -> BatchAnswer:
    """Read a batch answer; the order of its results means nothing."""
    answer = as_mapping(body, "")
    results = (as_written(item, "results") for item in as_list(answer.get("results"), "results"))
    problems = [as_mapping(item, "errors") for item in as_list(answer.get("errors") or [], "errors")]
    return BatchAnswer(tuple(results), tuple(map(_problem, problems)))


def as_written(body: Json, path: str = "") -> Written:
    """Read an event from the answer to a write."""
    item = as_mapping(body, path)
    properties = item.get("customProperties")
    pairs = (pair for pair in properties if isinstance(pair, dict)) if isinstance(properties, list) else ()
    custom = {f"{CUSTOM}{pair.get('name')}": pair.get("value") for pair in pairs}
    plain = {known.name: item[known.name] for known in FIELDS if known.name in item}
    return Written(optional_id(item.get("objectId"), f"{path}.objectId" if path else "objectId"), {**plain, **custom})


def _shows(change: FieldChange, shown: Json) -> bool:
    """Return whether an answer shows the value that was sent; an unreadable value counts as another."""
    kind = kind_of(change.name)
    if shown in (None, ""):
        return same(kind, change.after, None)
    try:
        held = _text(shown) if change.name.startswith(CUSTOM) else _value(kind, shown, change.name)
    except Malformed:
        return False
    return same(kind, change.after, held)


def _cursor(paging: Json) -> str | None:
    """Read the cursor of the next page; a page that is announced without a cursor is `Malformed`, not the end."""
    following = None if paging is None else as_mapping(paging, "paging").get("next")
    return (
        None
        if following is None
        else as_kind(str, as_mapping(following, "paging.next").get("after"), "paging.next.after")
    )


def _held(item: Mapping[str, Json]) -> dict[str, Value]:
    """Read the fields that are not empty."""
    fields: dict[str, Value] = {}
    for name, kind in _PLAIN:
        value = item.get(name)
        if value is not None and value != "":
            fields[name] = _value(kind, value, name)
    for pair in as_list(item.get("customProperties") or [], "customProperties"):
        name, value = _custom(as_mapping(pair, "customProperties"))
        if value is not None and value != "":
            fields[name] = _text(value)
    return fields


def _value(kind: Kind, value: Json, name: str) -> Value:
    if kind is Kind.FLAG:
        return as_kind(bool, value, name)
    text = as_kind(str, value, name)
    return _instant(text, name) if kind is Kind.INSTANT else _shared(text)


def _instant(text: str, name: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise Malformed(f"{name} has no offset", text)
        return text if _WHOLE_SECOND.fullmatch(text) else instant(moment)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"{name} is not a date", text) from error


def _custom(pair: Mapping[str, Json]) -> tuple[str, Json]:
    return custom_field(as_kind(str, pair.get("name"), "customProperties.name")), pair.get("value")


def _text(value: Json) -> str:
    """Return a custom property's value as text, which HubSpot says it always is."""
    return ("true" if value else "false") if isinstance(value, bool) else _shared(str(value))


def _shared(text: str) -> str:
    """Return a text; many events have the same type, organizer or property, which is kept once for all of them."""
    return _one(text) if len(text) <= _SHORT else text


@lru_cache(1_000)
def _one(text: str) -> str:
    return text


def _hit(item: Mapping[str, Json]) -> Hit:
    app = optional_number(item.get("appId"), "appId")
    if app is None:
        raise Malformed("appId is missing")
    return Hit(
        app,
        Identity(
            as_kind(str, item.get("externalAccountId"), "externalAccountId"),
            as_kind(str, item.get("externalEventId"), "externalEventId"),
            required_id(item.get("objectId"), "objectId"),
        ),
    )


def _problem(item: Mapping[str, Json]) -> tuple[str, frozenset[str]]:
    """Read an item's error with the ids in its context, which may be none."""
    context = as_mapping(item.get("context") or {}, "errors.context")
    listed = [value for values in context.values() if isinstance(values, list) for value in values]
    named = {str(value) for value in [*listed, item.get("id")] if isinstance(value, str | int)}
    return shortened(optional(str, item.get("message"), "errors.message") or "no reason given"), frozenset(named)
