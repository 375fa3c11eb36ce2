"""Fields that an event gets when it is created, beside those that are declared for good."""

from collections.abc import Iterator
from collections.abc import Mapping as Table
from typing import Any

from reconciler.declarations.yaml.nodes import Mapping, Node, Scalar
from reconciler.event import FIELDS, PROPERTIES, Value, custom_field

INITIAL = "initial"
"""The only key, besides that of the custom properties, whose values are merged name by name."""

_FIELDS = frozenset(known.name for known in FIELDS)


def below(mapping: Mapping, key: str) -> Mapping | None:
    """Return the mapping that stands under a key; None if there is none."""
    node = mapping.values.get(key)
    return node if isinstance(node, Mapping) else None


def field_keys(mapping: Mapping) -> dict[str, Scalar]:
    """Return the key of each field in a mapping, also of those that are initial."""
    keys = own_keys(mapping)
    return keys | own_keys(initial) if (initial := below(mapping, INITIAL)) else keys


def own_keys(mapping: Mapping) -> dict[str, Scalar]:
    """Return the key of each field in a mapping, except those under `initial`."""
    keys = {name: key for name, key in mapping.keys.items() if name in _FIELDS}
    if properties := below(mapping, PROPERTIES):
        keys |= {custom_field(name): key for name, key in properties.keys.items()}
    return keys


def property_nodes(mapping: Mapping) -> dict[str, Node]:
    """Return the value of each custom property in a mapping, also of those that are initial."""
    nodes = _own_properties(mapping)
    return nodes | _own_properties(initial) if (initial := below(mapping, INITIAL)) else nodes


def _own_properties(mapping: Mapping) -> dict[str, Node]:
    properties = below(mapping, PROPERTIES)
    return {custom_field(name): node for name, node in properties.values.items()} if properties else {}


def declared_too(mapping: Mapping) -> Iterator[tuple[str, Scalar]]:
    """Yield the name and key of each field that is both initial and declared for good in the same mapping."""
    if initial := below(mapping, INITIAL):
        for_good = own_keys(mapping)
        yield from ((name, key) for name, key in own_keys(initial).items() if name in for_good)


def merge_initial(merged: dict[str, Any], farther: Table[str, Any], nearer: Table[str, Any], mapping: Mapping) -> None:
    """Put the initial fields of two layers into their merged values, by the names of fields.

    What the nearer one, which is `mapping`, declares for good is no longer initial, and the other way round.
    """
    initial = _by_field(nearer.get(INITIAL, {}))
    for_good = own_keys(mapping)
    merged[INITIAL] = {n: value for n, value in farther.get(INITIAL, {}).items() if n not in for_good} | initial
    if PROPERTIES in merged:
        merged[PROPERTIES] = {n: v for n, v in merged[PROPERTIES].items() if custom_field(n) not in initial}
    for name in initial:
        merged.pop(name, None)


def _by_field(initial: Table[str, Any]) -> dict[str, Value]:
    fields = {name: value for name, value in initial.items() if name != PROPERTIES}
    return fields | {custom_field(name): value for name, value in initial.get(PROPERTIES, {}).items()}
