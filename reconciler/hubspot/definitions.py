"""Property definitions, decoded from HubSpot's JSON.

The source is HubSpot's Properties API reference, which describes the same answer for all four API versions. A type
that it does not list is read as text.
"""

from collections.abc import Mapping

from reconciler.event import Kind
from reconciler.json_values import Json, as_kind, as_list, as_mapping, optional
from reconciler.portal import Definition

_KINDS = {
    "bool": Kind.BOOLEAN,
    "date": Kind.DATE,
    "datetime": Kind.MOMENT,
    "enumeration": Kind.OPTIONS,
    "number": Kind.NUMBER,
}
_SENSITIVE = frozenset({"sensitive", "highly_sensitive"})
_FLAGS = ("calculated", "hubspotDefined")
"""Flags of properties whose value or meaning HubSpot itself sets."""


def as_definitions(body: Json) -> dict[str, Definition]:
    """Read the list of all definitions, by name (read all properties), without archived and sensitive ones.

    HubSpot lists sensitive properties only on request (`dataSensitivity`). Many people can read declarations and
    plans, so sensitive properties cannot be declared.
    """
    results = as_list(as_mapping(body, "").get("results"), "results")
    items = [as_mapping(item, f"results[{index}]") for index, item in enumerate(results)]
    read = [_definition(item, f"results[{index}]") for index, item in enumerate(items) if _can_be_declared(item)]
    return {definition.name: definition for definition in read}


def _can_be_declared(item: Mapping[str, Json]) -> bool:
    return not item.get("archived") and str(item.get("dataSensitivity")) not in _SENSITIVE


def _definition(item: Mapping[str, Json], path: str) -> Definition:
    name = as_kind(str, item.get("name"), f"{path}.name")
    kind = _KINDS.get(str(item.get("type")), Kind.TEXT)
    return Definition(
        name,
        optional(str, item.get("label"), f"{path}.label") or name,
        kind,
        _options(item, path) if kind is Kind.OPTIONS else None,
        several=item.get("fieldType") == "checkbox",
        writable=_is_writable(item, path),
        description=optional(str, item.get("description"), f"{path}.description") or "",
    )


def _options(item: Mapping[str, Json], path: str) -> dict[str, str] | None:
    """Read the values that can be chosen, hidden ones included; None if the answer does not list them."""
    if item.get("externalOptions"):
        return None
    where = f"{path}.options"
    options = [as_mapping(option, where) for option in as_list(item.get("options") or [], where)]
    pairs = [(as_kind(str, option.get("value"), f"{where}.value"), option) for option in options]
    return {value: optional(str, option.get("label"), f"{where}.label") or value for value, option in pairs} or None


def _is_writable(item: Mapping[str, Json], path: str) -> bool:
    metadata = as_mapping(item.get("modificationMetadata") or {}, f"{path}.modificationMetadata")
    computed = str(item.get("fieldType")).startswith("calculation")
    return not (computed or metadata.get("readOnlyValue") or any(item.get(flag) for flag in _FLAGS))
