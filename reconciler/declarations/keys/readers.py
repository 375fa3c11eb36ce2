"""For each key, the function that reads its value."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, get_args

from reconciler.declarations.values import validators
from reconciler.declarations.values.advice_codes import CODES
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.yaml.nodes import Mapping as Entries
from reconciler.declarations.yaml.nodes import Node, Sequence
from reconciler.policy import Orphans

ApiVersion = Literal["v3", "2025-09", "2026-03", "2026-09"]

API_VERSIONS: tuple[str, ...] = get_args(ApiVersion)
"""The supported versions of HubSpot's API."""

Read = Callable[[Node], Any]
"""Reads the value of a key; raises `Wrong` at the first problem."""

_Value = TypeVar("_Value")


def values_in(nodes: Mapping[str, Node], readers: Mapping[str, Read]) -> dict[str, Any] | None:
    """Return the values of all keys; None if any is wrong or unknown, which only the schema reports in full."""
    try:
        return {key: readers[key](node) for key, node in nodes.items()}
    except (KeyError, Wrong):
        return None


def _items(read: Callable[[Node], _Value]) -> Callable[[Node], list[_Value]]:
    return lambda node: [read(item) for item in validators.items(node)]


def _entries(
    read: Callable[[Node], _Value], name: Callable[[str], str] = validators.name
) -> Callable[[Node], dict[str, _Value]]:
    return lambda node: {name(key): read(value) for key, value in validators.entries(node).items()}


def _keys(readers: Mapping[str, Read]) -> Read:
    return lambda node: {key: readers[key](value) for key, value in validators.entries(node).items()}


def _unread(node: Node) -> Node:
    """Return a mapping as it is, to be checked as a layer of its own."""
    return node


def _property_value(node: Node) -> str | None:
    if isinstance(node, Sequence):
        return validators.options([validators.option(item) for item in node.items])
    return validators.text(node)


def _object_id(node: Node) -> str | dict[str, str]:
    return _entries(validators.digits)(node) if isinstance(node, Entries) else validators.digits(node)


def _orphans(node: Node) -> Orphans:
    return Orphans(validators.one_of(tuple(Orphans))(node))


OF_INITIAL: Mapping[str, Read] = {
    "eventType": validators.text,
    "eventDescription": validators.text,
    "eventUrl": validators.event_link,
    "customProperties": _entries(_property_value),
}

_SHARED: Mapping[str, Read] = {
    "eventName": validators.filled,
    "eventOrganizer": validators.filled,
    "eventType": validators.text,
    "eventDescription": validators.text,
    "eventUrl": validators.event_link,
    "startDateTime": validators.time,
    "endDateTime": validators.time,
    "timezone": validators.zone,
    "hours": validators.hours,
    "eventCancelled": validators.flag,
    "eventCompleted": validators.flag,
    "customProperties": _entries(_property_value),
    "initial": _keys(OF_INITIAL),
    "protect": validators.flag,
    "environments": _items(validators.filled),
}

OF_DEFAULTS: Mapping[str, Read] = {**_SHARED, "externalAccountId": validators.identifier}

OF_EVENT: Mapping[str, Read] = {
    **OF_DEFAULTS,
    "externalEventId": validators.event_id,
    "objectId": _object_id,
    "absent": validators.flag,
    "repeat": _unread,
}

OF_REPEAT: Mapping[str, Read] = {
    "rule": validators.recurrence,
    "skip": lambda node: validators.dates([validators.one_date(item) for item in validators.date_items(node)]),
    "overrides": _entries(_unread, validators.date_alone),
}

OF_OVERRIDE: Mapping[str, Read] = {**_SHARED, "absent": validators.flag}

OF_EVENT_LIST: Mapping[str, Read] = {
    "defaults": _unread,
    "events": _items(_unread),
}

OF_NAMES: Mapping[str, Read] = {
    "externalEventId": validators.rule,
    "eventName": validators.rule,
}

_OF_OVERRIDES: Mapping[str, Read] = {
    "portal": validators.number,
    "appId": validators.number,
    "externalAccountId": validators.identifier,
    "apiVersion": validators.one_of(API_VERSIONS),
    "timezone": validators.zone,
    "orphans": _orphans,
    "protect": _items(validators.filled),
    "besides": _items(validators.identifier),
    "silence": _items(validators.one_of(CODES)),
    "names": _keys(OF_NAMES),
    "eventTypes": lambda node: validators.types(_items(validators.filled)(node)),
}

OF_SETTINGS: Mapping[str, Read] = {
    **_OF_OVERRIDES,
    "environments": _entries(_keys(_OF_OVERRIDES), validators.environment),
}
