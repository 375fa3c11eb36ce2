"""Values of custom properties, checked against their definitions.

HubSpot documents how values are written (FACTS 4.6). How it refuses and shows them on marketing events is not known:
the error codes are those of its CRM, and each value is shown in the one form that is documented for its type.
"""

import re
from collections.abc import Mapping
from datetime import date

from reconciler.sandbox.contents import Definition
from reconciler.sandbox.reading import EPOCH, instant, read_instant
from reconciler.sandbox.refusals import HubSpotError, wrong_value

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MILLISECONDS = re.compile(r"-?[0-9]{1,15}")
_DAY_MS = 86_400_000


def settle(custom: Mapping[str, str], definitions: Mapping[str, Definition]) -> dict[str, str]:
    """Return the custom properties that a write may set, in the form in which they are stored.

    Those that the portal does not define are dropped silently: "they will be filtered out and not set" (HubSpot's
    description of `customProperties`). So are HubSpot's own properties that repeat a field of the event.
    """
    known = {name: definitions[name] for name in custom if name in definitions and not definitions[name]["archived"]}
    for name, definition in known.items():
        if definition["modificationMetadata"]["readOnlyValue"]:
            raise wrong_value(name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.')
    return {name: _kept(each, custom[name]) for name, each in known.items() if not each["hubspotDefined"]}


def _kept(definition: Definition, value: str) -> str:
    """Return a value in the form in which it is stored; an empty one clears a property of any type."""
    if value == "":
        return value
    match definition["type"]:
        case "enumeration" if not definition["externalOptions"]:
            return _options(definition, value)
        case "bool":
            return _one_of(("true", "false"), definition, value)
        case "number":
            return _number(definition, value)
        case "date":
            return _date(definition, value)
        case "datetime":
            return _instant(definition, value)
        case _:
            return value


def _options(definition: Definition, value: str) -> str:
    """Return options in the order of their definition; only checkboxes take several."""
    allowed = [option["value"] for option in definition["options"]]
    if definition["fieldType"] != "checkbox":
        return _one_of(allowed, definition, value)
    chosen = {_one_of(allowed, definition, each) for each in value.split(";")}
    return ";".join(option for option in allowed if option in chosen)


def _one_of(allowed: list[str] | tuple[str, ...], definition: Definition, value: str) -> str:
    if value not in allowed:
        message = f"{value} was not one of the allowed options: [{', '.join(allowed)}]"
        raise wrong_value(definition["name"], "INVALID_OPTION", message)
    return value


def _number(definition: Definition, value: str) -> str:
    if not _NUMBER.fullmatch(value):
        raise wrong_value(definition["name"], "INVALID_NUMBER", f"{value} was not a valid number.")
    return value


def _date(definition: Definition, value: str) -> str:
    day = _day(value)
    if day is None:
        raise wrong_value(definition["name"], "INVALID_DATE", f"{value} was not a valid date.")
    return day.isoformat()


def _day(value: str) -> date | None:
    """Return the day of `YYYY-MM-DD` or of a midnight (UTC) in milliseconds since 1970."""
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
        if _MILLISECONDS.fullmatch(value) and int(value) % _DAY_MS == 0:
            return date.fromordinal(EPOCH.toordinal() + int(value) // _DAY_MS)
    except (ValueError, OverflowError):  # a day that does not exist
        return None
    return None


def _instant(definition: Definition, value: str) -> str:
    try:
        return instant(read_instant(int(value) if _MILLISECONDS.fullmatch(value) else value, definition["name"]))
    except HubSpotError as error:
        raise wrong_value(definition["name"], "INVALID_DATE", f"{value} was not a valid date and time.") from error
