"""The property definitions of marketing events: HubSpot's own with those of the seed."""

from collections.abc import Iterable, Mapping

from reconciler.sandbox.contents import Definition

STATUS_PROPERTY = "hs_event_status"
"""The property that holds the status computed by HubSpot; reads show it among the custom ones."""

GROUP = "marketingeventinformation"

_LEAST: Definition = {
    "type": "string",
    "fieldType": "text",
    "groupName": GROUP,
    "description": "",
    "options": [],
    "displayOrder": -1,
    "hidden": False,
    "formField": False,
    "hasUniqueValue": False,
    "externalOptions": False,
    "hubspotDefined": False,
    "calculated": False,
    "archived": False,
    "dataSensitivity": "non_sensitive",
}
_OPEN = {"readOnlyValue": False, "readOnlyDefinition": False, "archivable": True}
_FIXED = {"readOnlyValue": False, "readOnlyDefinition": True, "archivable": False}
_COMPUTED = {"readOnlyValue": True, "readOnlyDefinition": True, "archivable": False}

_STATUSES = ("UPCOMING", "ONGOING", "COMPLETED", "CANCELLED")


def complete(definition: Definition) -> Definition:
    """Return a definition with every key that HubSpot's answers have; its own values win over the defaults."""
    options = [_option(option, order) for order, option in enumerate(definition.get("options", []))]
    metadata = {**_OPEN, **definition.get("modificationMetadata", {})}
    named = {"label": definition["name"], **definition}
    return {**_LEAST, **named, "options": options, "modificationMetadata": metadata}


def by_name(seeded: Iterable[Definition]) -> Mapping[str, Definition]:
    """Return all definitions of a portal by name; one of the seed replaces HubSpot's own of that name."""
    return {each["name"]: complete(each) for each in (*_HUBSPOTS_OWN, *seeded)}


def _option(option: Mapping[str, object], order: int) -> Mapping[str, object]:
    return {"label": option["value"], "displayOrder": order, "hidden": False, **option}


def _own(name: str, label: str, kind: str = "string", field: str = "text") -> Definition:
    """Define a property that repeats a field of the event."""
    definition = {"name": name, "label": label, "type": kind, "fieldType": field, "hubspotDefined": True}
    return {**definition, "modificationMetadata": _FIXED}


def _computed(name: str, label: str, kind: str = "string", field: str = "text") -> Definition:
    """Define a property that only HubSpot sets."""
    return {**_own(name, label, kind, field), "calculated": True, "modificationMetadata": _COMPUTED}


def _status(name: str, label: str) -> Definition:
    options = [{"value": each, "label": each.capitalize()} for each in _STATUSES]
    return {**_computed(name, label, "enumeration", "select"), "options": options}


# The names were seen on marketing events (FACTS 4.2); labels and types are guesses.
_HUBSPOTS_OWN: tuple[Definition, ...] = (
    _own("hs_event_name", "Name"),
    _own("hs_event_type", "Type"),
    _own("hs_event_organizer", "Organizer"),
    _own("hs_event_description", "Description", field="textarea"),
    _own("hs_event_url", "Event URL"),
    _own("hs_start_datetime", "Start date", "datetime", "date"),
    _own("hs_end_datetime", "End date", "datetime", "date"),
    _status(STATUS_PROPERTY, "Status"),
    _status("hs_event_status_v2", "Status (new)"),
    _computed("hs_registrations", "Registrations", "number", "number"),
    _computed("hs_attendees", "Attendees", "number", "number"),
    _computed("hs_noshows", "No-shows", "number", "number"),
    _computed("hs_external_event_id", "External event ID"),
    {**_computed("hs_unique_id", "Unique ID"), "hasUniqueValue": True},
    _computed("hs_object_id", "Record ID", "number", "number"),
    _computed("hs_createdate", "Created at", "datetime", "date"),
    _computed("hs_lastmodifieddate", "Last changed at", "datetime", "date"),
    {
        **_own("hubspot_owner_id", "Owner", "enumeration", "select"),
        "externalOptions": True,
        "referencedObjectType": "OWNER",
    },
)
