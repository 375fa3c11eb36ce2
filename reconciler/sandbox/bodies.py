"""The bodies of write requests, parsed into fields and custom properties."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from reconciler.sandbox.contents import DATES, FLAGS, REQUIRED_TEXTS, TEXTS, Definition, Value
from reconciler.sandbox.reading import (
    read_filled_text,
    read_flag,
    read_instant,
    read_json,
    read_list,
    read_object,
    read_text,
)
from reconciler.sandbox.refusals import invalid
from reconciler.sandbox.values import settle

MAX_BATCH = 100
BY_EXTERNAL_IDS = TEXTS + DATES + FLAGS
"""The fields that a write by external ids takes (FACTS 1.3)."""
BY_OBJECT_ID = (*TEXTS, *DATES, "eventCancelled")
"""The fields that a write by objectId takes: `eventCompleted` is not one of them (FACTS 1.3)."""

Item = Mapping[str, object]


@dataclass(frozen=True)
class Changes:
    """The fields and custom properties that one write sends; an absent one was not sent."""

    fields: Mapping[str, Value]
    custom: Mapping[str, str]


@dataclass(frozen=True)
class Draft:
    """One event that an upsert sends."""

    account_id: str
    event_id: str
    changes: Changes


def read_inputs(body: bytes) -> list[Item]:
    """Return the items of a batch, 100 at most: the limit of HubSpot's other batches (FACTS 3.1)."""
    inputs = read_list(read_object(read_json(body), "body").get("inputs"), "inputs")
    if len(inputs) > MAX_BATCH:
        raise invalid(f"inputs holds {len(inputs)} items, at most {MAX_BATCH} are allowed", "inputs")
    return [read_object(item, "inputs") for item in inputs]


def trimmed(item: Item) -> Item:
    """Return an item without the white space around its texts and values of custom properties."""
    texts = {name: _stripped(item[name]) for name in TEXTS if name in item}
    return {**item, **texts, "customProperties": _with_stripped_values(item.get("customProperties"))}


def _with_stripped_values(properties: object) -> object:
    if not isinstance(properties, list):
        return properties
    return [{**each, "value": _stripped(each.get("value"))} if isinstance(each, dict) else each for each in properties]


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def read_draft(item: Item, definitions: Mapping[str, Definition]) -> Draft:
    """Read one event of an upsert, which needs its two ids, a name and an organizer (FACTS 1.3)."""
    for name in REQUIRED_TEXTS:
        read_filled_text(item.get(name), name)
    account_id = read_filled_text(item.get("externalAccountId"), "externalAccountId")
    event_id = read_filled_text(item.get("externalEventId"), "externalEventId")
    return Draft(account_id, event_id, read_changes(item, BY_EXTERNAL_IDS, definitions))


def read_changes(item: Item, names: Collection[str], definitions: Mapping[str, Definition]) -> Changes:
    """Read the fields of these names; other keys are ignored, and null counts as not sent."""
    fields = {name: read_field(name, item[name], name) for name in names if item.get(name) is not None}
    custom = read_custom(item.get("customProperties"), "customProperties")
    return Changes(fields, settle(custom, definitions))


def read_field(name: str, value: object, where: str) -> Value:
    """Read the value of one of an event's fields; `where` is how a refusal names it."""
    if name in REQUIRED_TEXTS:
        return read_filled_text(value, where)
    if name in TEXTS:
        return read_text(value, where)
    if name in DATES:
        return read_instant(value, where)
    return read_flag(value, where)


def read_custom(value: object, where: str) -> dict[str, str]:
    """Read custom properties, of which HubSpot needs only name and value (FACTS 1.3)."""
    items = [] if value is None else [read_object(each, where) for each in read_list(value, where)]
    return dict(_read_property(item, where) for item in items)


def _read_property(item: Item, where: str) -> tuple[str, str]:
    return read_filled_text(item.get("name"), f"{where}.name"), read_text(item.get("value"), f"{where}.value")
