"""HubSpot's property definitions, read."""

import re
from typing import Any

import pytest

from reconciler.event import Kind
from reconciler.hubspot.definitions import as_definitions
from reconciler.hubspot.paths import EVENT_TYPES, Paths
from reconciler.json_values import Malformed
from reconciler.portal import Definition
from tests.hubspot.shared import description_of_properties

VERSIONS = ("v3", "2025-09", "2026-03", "2026-09")
CHOICE = {
    "name": "topics",
    "label": "Topics",
    "type": "enumeration",
    "fieldType": "checkbox",
    "options": [
        {"label": "Data", "value": "data", "hidden": False},
        {"label": "Security", "value": "security", "hidden": True, "displayOrder": 1},
    ],
}


def read(**item: Any) -> Definition:
    """Read one definition."""
    (definition,) = as_definitions({"results": [{"name": "x", **item}]}).values()
    return definition


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("bool", Kind.BOOLEAN),
        ("date", Kind.DATE),
        ("datetime", Kind.MOMENT),
        ("enumeration", Kind.OPTIONS),
        ("number", Kind.NUMBER),
        ("phone_number", Kind.TEXT),
        ("string", Kind.TEXT),
        ("object_coordinates", Kind.TEXT),
        (None, Kind.TEXT),
    ],
)
def test_each_type_has_its_kind_and_an_unknown_one_is_text(written: str | None, kind: Kind) -> None:
    assert read(type=written).kind is kind


def test_checkboxes_allow_several_options_and_hidden_options_count() -> None:
    options = {"data": "Data", "security": "Security"}
    assert read(**CHOICE) == Definition("topics", "Topics", Kind.OPTIONS, options, several=True)
    assert not read(**{**CHOICE, "fieldType": "select"}).several
    assert not read(**{**CHOICE, "fieldType": "booleancheckbox"}).several


@pytest.mark.parametrize("more", [{"externalOptions": True}, {"options": []}, {"options": None}])
def test_options_that_are_not_listed_can_be_anything(more: dict[str, Any]) -> None:
    assert read(**{**CHOICE, **more}).options is None


def test_options_of_other_types_limit_nothing() -> None:
    assert read(type="bool", options=[{"label": "Yes", "value": "true"}]).options is None


def test_what_the_portal_says_of_it_is_kept() -> None:
    assert read(description="Where people are.").description == "Where people are."
    assert read().description == read(description=None).description == ""


def test_what_has_no_label_is_called_by_its_name() -> None:
    assert read().label == "x"
    assert read(type="enumeration", options=[{"value": "a"}]).options == {"a": "a"}


@pytest.mark.parametrize(
    ("more", "writable"),
    [
        ({}, True),
        ({"calculated": False, "hubspotDefined": None, "modificationMetadata": None}, True),
        ({"modificationMetadata": {"readOnlyValue": False, "readOnlyDefinition": True, "archivable": True}}, True),
        ({"modificationMetadata": {"readOnlyValue": True}}, False),
        ({"calculated": True}, False),
        ({"hubspotDefined": True}, False),
        ({"fieldType": "calculation_equation"}, False),
    ],
)
def test_what_hubspot_computes_defines_or_locks_is_not_writable(more: dict[str, Any], *, writable: bool) -> None:
    assert read(**more).writable == writable


def test_an_archived_property_is_not_there() -> None:
    assert as_definitions({"results": [{"name": "x", "archived": True}, {"name": "y", "archived": False}]}).keys() == {
        "y"
    }


def test_what_is_sensitive_cannot_be_declared_and_so_is_never_shown() -> None:
    levels = ("non_sensitive", "sensitive", "highly_sensitive", None)
    listed = [{"name": str(level), "dataSensitivity": level} for level in levels]
    assert as_definitions({"results": listed}).keys() == {"non_sensitive", "None"}


@pytest.mark.parametrize("version", VERSIONS)
def test_hubspot_lists_sensitive_properties_only_where_they_are_asked_for(version: str) -> None:
    described = description_of_properties(version)["paths"]
    (path,) = [one for one in described if one.endswith("/{objectType}")]
    (asked,) = [one for one in described[path]["get"]["parameters"] if one["name"] == "dataSensitivity"]
    assert asked["schema"]["default"] == "non_sensitive"


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ([], "results[1] is not an object"),
        ({}, "results[1].name is not a text"),
        ({"name": "x", "label": 1}, "results[1].label is not a text"),
        ({**CHOICE, "options": [{}]}, "results[1].options.value is not a text"),
        ({"name": "x", "modificationMetadata": 1}, "results[1].modificationMetadata is not an object"),
    ],
)
def test_what_is_no_definition_is_told_with_its_place(item: Any, said: str) -> None:
    with pytest.raises(Malformed, match=re.escape(said)):
        as_definitions({"results": [CHOICE, item]})


@pytest.mark.parametrize("version", VERSIONS)
def test_the_definitions_are_asked_for_where_hubspot_describes_it(version: str) -> None:
    described = description_of_properties(version)["paths"]
    (path,) = [one for one in described if one.endswith("/{objectType}")]
    for object_type in EVENT_TYPES:
        assert Paths(version).definitions(object_type) == path.replace("{objectType}", object_type)
    parameters = described[path]["get"]["parameters"]
    assert not [one["name"] for one in parameters if one["in"] == "query" and one.get("required")]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_key_that_is_read_is_one_that_hubspot_describes(version: str) -> None:
    schemas = description_of_properties(version)["components"]["schemas"]
    read_keys = {"name", "label", "type", "fieldType", "options", "externalOptions", "archived", "dataSensitivity"}
    assert (
        read_keys | {"calculated", "hubspotDefined", "modificationMetadata"} <= schemas["Property"]["properties"].keys()
    )
    assert {"value", "label"} <= schemas["Option"]["properties"].keys()
    assert "readOnlyValue" in schemas["PropertyModificationMetadata"]["properties"]
