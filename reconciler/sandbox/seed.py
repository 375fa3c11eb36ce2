"""The first contents of a new sandbox: an empty portal, or the contents of a seed file.

A seed is JSON: `{"portal": {"id", "timezone", "account_type"}, "events": [...], "properties": [...]}`. Events
have the form that reads return plus `externalAccountId`, properties that of HubSpot's definitions. Everything is
optional except the name of an event or a property. An unknown key is an error: most often it is misspelt.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.sandbox import SandboxError
from reconciler.sandbox.bodies import read_custom, read_field
from reconciler.sandbox.contents import COUNTERS, App, Contents, Definition, Event, Portal, Value
from reconciler.sandbox.definitions import STATUS_PROPERTY, complete
from reconciler.sandbox.reading import (
    read_filled_text,
    read_flag,
    read_instant,
    read_json,
    read_list,
    read_object,
    read_object_id,
    read_text,
    read_whole,
)
from reconciler.sandbox.refusals import HubSpotError, invalid
from reconciler.sandbox.rules import EMPTY_FIELDS, NO_COUNTS
from reconciler.sandbox.store import FIRST_OBJECT_ID

DEFAULT_APP_ID = 1001
"""The app of an event with an external event id, if the seed names none."""

LAST_OBJECT_ID = 10**15 - 1
"""The highest objectId that a seed may have; higher ones are left for new events."""

_POSITIVE_INT32 = range(1, 2**31)
_ACCOUNT_TYPES = ("STANDARD", "DEVELOPER_TEST", "SANDBOX", "APP_DEVELOPER")
_EVENT_KEYS = {
    *("objectId", "id", "externalEventId", "externalAccountId", "appInfo", "customProperties"),
    *("createdAt", "updatedAt", "eventStatus", "eventStatusV2"),
    *EMPTY_FIELDS,
    *COUNTERS,
}
_TYPES = ("bool", "date", "datetime", "enumeration", "number", "phone_number", "string")

_Item = Mapping[str, Any]


@dataclass(frozen=True)
class Seed:
    """A seed file, read once, so that its contents and its fingerprint always agree."""

    file: Path
    content: bytes

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of its content."""
        return sha256(self.content).hexdigest()


def read_seed(file: Path) -> Seed:
    """Read a seed file; raise SandboxError if that is not possible."""
    try:
        return Seed(file, file.read_bytes())
    except OSError as error:
        raise SandboxError(f"{file} cannot be read: {error.strerror}") from error


def first_contents(seed: Seed | None, portal_id: int, now: int) -> Contents:
    """Return the first contents of a new database; `portal_id` holds unless the seed has another.

    Raises SandboxError for an invalid seed.
    """
    try:
        given = {} if seed is None else read_object(read_json(seed.content), "the seed")
        contents = _contents(given, portal_id, now)
    except HubSpotError as error:
        raise SandboxError(f"{'the sandbox' if seed is None else seed.file}: {error}") from error
    return replace(contents, seed=None if seed is None else seed.fingerprint)


def read_event(value: object, place: str, now: int) -> Event:
    """Read one event in the form of a seed; its object_id is 0 if none is given. Raise HubSpotError if it is wrong."""
    item = read_object(value, place)
    return _event(item, place, _object_id(item, place) or 0, now)


def _contents(given: _Item, portal_id: int, now: int) -> Contents:
    _refuse_unknown(given, {"portal", "events", "properties"}, "the seed")
    return Contents(
        portal=_portal({"id": portal_id, **read_object(given.get("portal", {}), "portal")}),
        properties=_definitions(read_list(given.get("properties", []), "properties")),
        events=_events(read_list(given.get("events", []), "events"), now),
    )


def _refuse_unknown(item: _Item, known: Collection[str], place: str) -> None:
    for key in item:
        if key not in known:
            raise invalid(f"{place} has an unknown key {key!r}", key)


def _refuse_twins(names: Iterable[Hashable], place: str, what: str) -> None:
    first: dict[Hashable, int] = {}
    for index, name in enumerate(names):
        if name is not None and first.setdefault(name, index) != index:
            raise invalid(f"{place}[{index}] has the same {what} as {place}[{first[name]}]", place)


def _portal(item: _Item) -> Portal:
    _refuse_unknown(item, {"id", "timezone", "account_type"}, "portal")
    account_type = item.get("account_type", "STANDARD")
    if account_type not in _ACCOUNT_TYPES:
        raise invalid(f"portal.account_type must be one of {', '.join(_ACCOUNT_TYPES)}", "account_type")
    portal_id = read_whole(item["id"], "portal.id", _POSITIVE_INT32)
    return Portal(portal_id, _timezone(item.get("timezone", "UTC")), account_type)


def _timezone(value: object) -> str:
    name = read_filled_text(value, "portal.timezone")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise invalid(f"portal.timezone {name!r} is no known time zone", "timezone") from error
    return name


def _definitions(items: Sequence[object]) -> list[Definition]:
    definitions = [_definition(item, f"properties[{index}]") for index, item in enumerate(items)]
    _refuse_twins((each["name"] for each in definitions), "properties", "name")
    return definitions


def _definition(value: object, place: str) -> Definition:
    item = read_object(value, place)
    read_filled_text(item.get("name"), f"{place}.name")
    for index, option in enumerate(read_list(item.get("options", []), f"{place}.options")):
        where = f"{place}.options[{index}]"
        read_text(read_object(option, where).get("value"), f"{where}.value")
    read_object(item.get("modificationMetadata", {}), f"{place}.modificationMetadata")
    definition = complete(item)
    for key in ("fieldType", "groupName", "label", "description"):
        read_text(definition[key], f"{place}.{key}")
    _check_definition(definition, place)
    return definition


def _check_definition(definition: Definition, place: str) -> None:
    if definition["type"] not in _TYPES:
        raise invalid(f"{place}.type must be one of {', '.join(_TYPES)}", "type")
    for key in ("archived", "hubspotDefined", "externalOptions"):
        read_flag(definition[key], f"{place}.{key}")
    for key, value in definition["modificationMetadata"].items():
        read_flag(value, f"{place}.modificationMetadata.{key}")


def _events(values: Sequence[object], now: int) -> list[Event]:
    items = [read_object(value, f"events[{index}]") for index, value in enumerate(values)]
    given_ids = [_object_id(item, f"events[{index}]") for index, item in enumerate(items)]
    # Generated ids are higher than all given ones, so that they never collide.
    new_ids = count(1 + max([FIRST_OBJECT_ID - 1, *filter(None, given_ids)]))
    events = [
        _event(item, f"events[{index}]", given_id or next(new_ids), now)
        for index, (item, given_id) in enumerate(zip(items, given_ids, strict=True))
    ]
    _refuse_twins((event.object_id for event in events), "events", "objectId")
    _refuse_twins(map(_identity, events), "events", "app, externalAccountId and externalEventId")
    return events


def _object_id(item: _Item, place: str) -> int | None:
    if item.get("objectId") is None:
        return None
    object_id = read_object_id(item["objectId"])
    if object_id is None or object_id > LAST_OBJECT_ID:
        raise invalid(f"{place}.objectId must be a number of at most 15 digits, as a string", "objectId")
    return object_id


def _identity(event: Event) -> tuple[int, str, str] | None:
    if event.app is None or event.account_id is None or event.event_id is None:
        return None
    return event.app.id, event.account_id, event.event_id


def _event(item: _Item, place: str, object_id: int, now: int) -> Event:
    _refuse_unknown(item, _EVENT_KEYS, place)
    read_filled_text(item.get("eventName"), f"{place}.eventName")
    created_at = _instant(item, "createdAt", place, now)
    event_id = _id(item, "externalEventId", place)
    return Event(
        object_id=object_id,
        app=_app(item, place, event_id),
        account_id=_id(item, "externalAccountId", place),
        event_id=event_id,
        fields={**EMPTY_FIELDS, **{name: _field(item, name, place) for name in EMPTY_FIELDS if name in item}},
        counters={**NO_COUNTS, **{name: _counter(item, name, place) for name in COUNTERS if name in item}},
        custom=_custom(item, place),
        created_at=created_at,
        updated_at=_instant(item, "updatedAt", place, created_at),
    )


def _id(item: _Item, name: str, place: str) -> str | None:
    return None if item.get(name) is None else read_filled_text(item[name], f"{place}.{name}")


def _app(item: _Item, place: str, event_id: str | None) -> App | None:
    if "appInfo" not in item:
        return None if event_id is None else App.unnamed(DEFAULT_APP_ID)
    if item["appInfo"] is None:
        return None
    info = read_object(item["appInfo"], f"{place}.appInfo")
    app = App.unnamed(_app_id(info.get("id"), f"{place}.appInfo.id"))
    return App(app.id, read_filled_text(info.get("name", app.name), f"{place}.appInfo.name"))


def _app_id(value: object, where: str) -> int:
    number = read_object_id(value)
    return read_whole(value if number is None else number, where, _POSITIVE_INT32)


def _field(item: _Item, name: str, place: str) -> Value:
    value = item[name]
    return None if value is None or value == "" else read_field(name, value, f"{place}.{name}")


def _counter(item: _Item, name: str, place: str) -> int | None:
    return None if item[name] is None else read_whole(item[name], f"{place}.{name}", range(2**31))


def _custom(item: _Item, place: str) -> dict[str, str]:
    """Return the values as the seed has them, also those of HubSpot's own and of undefined properties."""
    custom = read_custom(item.get("customProperties"), f"{place}.customProperties")
    return {name: value for name, value in custom.items() if value != "" and name != STATUS_PROPERTY}


def _instant(item: _Item, name: str, place: str, default: int) -> int:
    return default if item.get(name) is None else read_instant(item[name], f"{place}.{name}")
