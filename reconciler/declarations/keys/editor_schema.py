"""The JSON Schemas with which editors complete, explain and check the files (draft 2020-12)."""

from reconciler.declarations.keys.schema import definitions
from reconciler.declarations.keys.shapes import DAY_ALONE, NAME, Shape
from reconciler.event import PROPERTIES
from reconciler.json_values import Json

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_IS_LIST: Shape = {"anyOf": [{"required": ["events"]}, {"required": ["defaults"]}]}
_NO_ID = "Write an externalEventId, or the objectId of an event that HubSpot holds already."
_HAS_ID: Shape = {"anyOf": [{"required": [key], "errorMessage": _NO_ID} for key in ("externalEventId", "objectId")]}
_FORMS = ("Event", "EventList", "Defaults", "Repeat", "DateOverride")
_OF_PORTAL = "CustomProperties"


def declarations_schema(properties: Shape | None = None) -> Shape:
    """Return the schema of one YAML document: an event, a list of events, or the defaults of a folder.

    `properties` is the shape of a portal's own properties; without it any name is allowed. An event outside a list may
    lack its id, and a document may be empty: it may be a `_defaults.yaml`.
    """
    forms = {name: _told(form) for name, form in definitions(*_FORMS).items()}
    if properties is not None:
        forms = {**_referring_to_properties(forms), _OF_PORTAL: properties}
    event, repeat = forms["Event"]["properties"], forms["Repeat"]["properties"]
    event["repeat"] = _referring(event["repeat"], "Repeat")
    repeat["overrides"] |= {"additionalProperties": {"$ref": "#/$defs/DateOverride"}, "propertyNames": DAY_ALONE}
    outer = forms["EventList"]["properties"]
    outer["defaults"] = _referring(outer["defaults"], "Defaults")
    outer["events"] |= {"items": {"$ref": "#/$defs/Event", **_HAS_ID}, "minItems": 1}
    return {
        "$schema": _DIALECT,
        "title": "Marketing events",
        "type": ["object", "null"],
        "if": {"type": "object"},
        "then": {
            "if": _IS_LIST,
            "then": {"$ref": "#/$defs/EventList"},
            # Here neither key is present; they are named so that an editor offers them in an empty document.
            "else": {"allOf": [{"$ref": "#/$defs/Event"}, {"properties": outer}]},
        },
        "$defs": forms,
    }


def settings_schema() -> Shape:
    """Return the schema of `reconciler.yaml`."""
    forms = {name: _told(form) for name, form in definitions("SettingsFile").items()}
    settings = forms.pop("SettingsFile")
    return {"$schema": _DIALECT, **settings, "title": "Settings", "type": ["object", "null"], "$defs": forms}


def _referring(shape: Shape, form: str) -> Shape:
    return {"$ref": f"#/$defs/{form}", "description": shape["description"], "examples": shape["examples"]}


def _told(form: Shape) -> Shape:
    """Return the schema of a mapping as editors need it."""
    keys = {key: _described(shape, shape.get("description", "")) for key, shape in form["properties"].items()}
    return {**form, "properties": keys}


def _described(shape: Shape, description: str) -> Shape:
    """Return the schema of a value without the title that pydantic makes of its key.

    Of alternatives the first repeats the description: `yaml-language-server` shows it first, and shows alternatives as
    one where their titles and descriptions are the same.
    """
    told = {name: part for name, part in shape.items() if name != "title"}
    if "anyOf" in told:
        first, *others = told["anyOf"]
        told["anyOf"] = [{**first, "description": description}, *others]
    if "items" in told:
        told["items"] = _described(told["items"], description)
    if told.get("additionalProperties"):
        told["propertyNames"] = NAME
    return told


def _referring_to_properties(form: Json) -> Json:
    """Return a schema that refers to the properties of a portal wherever custom properties may stand."""
    if not isinstance(form, dict):
        return form
    refer = {"$ref": f"#/$defs/{_OF_PORTAL}"}
    return {
        key: {"description": part["description"], **refer} if key == PROPERTIES else _referring_to_properties(part)
        for key, part in form.items()
    }
