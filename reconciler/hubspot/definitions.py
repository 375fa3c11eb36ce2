"""Property definitions in HubSpot's JSON.

Sources are the sections of HubSpot's Properties API reference, which describes the same answer for all four API
versions. What it may add one day, such as another type, is read as text that anybody may write.
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
"""Each of them says that HubSpot itself sets the property, or what it means."""


def as_definitions(body: Json) -> dict[str, Definition]:
    """Read the list of all definitions, by name (read all properties); archived ones are not there.

    Nor are those of sensitive data: HubSpot lists them only where they are asked for by `dataSensitivity`. What a file
    declares and a plan shows can be read by many, so such a property is one that nobody can declare.
    """
    results = as_list(as_mapping(body, "").get("results"), "results")
    items = [as_mapping(item, f"results[{index}]") for index, item in enumerate(results)]
    found = [_definition(item, f"results[{index}]") for index, item in enumerate(items) if _can_be_declared(item)]
    return {definition.name: definition for definition in found}


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
    )


def _options(item: Mapping[str, Json], path: str) -> dict[str, str] | None:
    """Read which values can be chosen; hidden ones can, and those that are kept elsewhere are not listed."""
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
