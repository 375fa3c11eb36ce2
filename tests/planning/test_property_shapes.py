"""The shapes of a portal's own properties, held against the check that a plan makes."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.declarations.keys.editor_schema import declarations_schema
from reconciler.declarations.keys.readers import OF_EVENT
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.yaml.nodes import Mapping, Node, Scalar, Sequence
from reconciler.event import CUSTOM, Declared, Kind
from reconciler.planning.properties import misfits
from reconciler.planning.property_shapes import as_editors_read, properties_shape
from reconciler.portal import Definition
from tests.building import declared

OPTIONS = {"EMEA": "Europe", "a.b": "A or B", "1": "One", "01": "First", "true": "Yes", "True": "Right", "Null": "None"}
DEFINITIONS = {
    one.name: one
    for one in (
        Definition("region", "Region", Kind.OPTIONS, OPTIONS, description="Where people\nare."),
        Definition("topics", "Topics", Kind.OPTIONS, OPTIONS, several=True),
        Definition("hosts", "Hosts", Kind.OPTIONS, None, several=True),
        Definition("host", "Host", Kind.OPTIONS, None),
        Definition("budget", "Budget", Kind.NUMBER),
        Definition("hybrid", "Hybrid", Kind.BOOLEAN),
        Definition("closing", "Closing", Kind.DATE),
        Definition("doors", "Doors open", Kind.MOMENT),
        Definition("note", "Note", Kind.TEXT),
        Definition("hs_seen", "Seen", Kind.TEXT, writable=False),
    )
}
SHAPE = properties_shape(DEFINITIONS)
VALIDATOR = Draft202012Validator(SHAPE)

WORDS = [
    *OPTIONS, "EMEA;1", "EMEA;", "a;b", "axb", "", " ", "~", "null", "NULL", "TRUE", "false", "no", "x", "0x1",
    *("1.0", "1e0", "12", "-12.50", "1e3", "+5", "0o17", "9" * 25, ".5", "2027-04-15", "2027-13-01", "1807747200000"),
    *("2027-04-15T17:00Z", "2027-04-15T17:00:00.1+02:00", "2027-04-15 17:00"),
]  # fmt: skip


def scalar(text: str, *, plain: bool) -> Scalar:
    return Scalar(text, plain and text != "", 1, 1)


SCALARS = st.builds(scalar, st.sampled_from(WORDS), plain=st.booleans())
NODES = SCALARS | st.lists(SCALARS, max_size=3).map(lambda items: Sequence(tuple(items), 1, 1))


def read(node: Node, end: str) -> Any:
    match node:
        case Scalar(text=text, plain=True):
            return as_editors_read(text)
        case Scalar(text=text):
            return text + end
        case Sequence(items=items):
            return [read(item, end) for item in items]
        case Mapping():
            raise AssertionError


def is_planned(name: str, node: Node) -> bool:
    """Return whether a plan would send a value, and not set its event aside."""
    holder = Mapping({name: scalar(name, plain=True)}, {name: node}, whole=True, line=1, column=1)
    try:
        values = OF_EVENT["customProperties"](holder)
    except Wrong:
        return False
    event = declared(fields={CUSTOM + name: values[name]})
    lists = frozenset({CUSTOM + name} if isinstance(node, Sequence) else ())
    return not list(misfits(Declared((replace(event, lists=lists),), 1), DEFINITIONS, ()))


@settings(max_examples=1000)
@given(st.sampled_from(sorted(DEFINITIONS)), NODES)
@example("region", Sequence((), 1, 1))
@example("topics", scalar("EMEA;1", plain=True))
@example("topics", Sequence((scalar("Null", plain=True), scalar("01", plain=True)), 1, 1))
def test_whatever_a_plan_sends_the_shape_accepts(name: str, node: Node) -> None:
    accepted = [VALIDATOR.is_valid({name: read(node, end)}) for end in ("", "\n")]
    assert all(accepted) or not is_planned(name, node)


@pytest.mark.parametrize(
    "written",
    [
        {"regoin": "EMEA"},
        {"hs_seen": "x"},
        {"region": "EMAE"},
        {"region": "Europe"},
        {"region": "axb"},
        {"region": 2},
        {"region": ["EMEA", "a.b"]},
        {"region": ["EMAE"]},
        {"region": [None, "x"]},
        {"region": {"EMEA": True}},
        {"region": "EMEA;1"},
        {"topics": ["EMEA", "x"]},
        {"topics": "EMEA;x"},
        {"topics": "EMEA;"},
        {"topics": [""]},
        {"budget": "lots"},
        {"budget": True},
        {"budget": [1]},
        {"hybrid": "yes"},
        {"hybrid": 1},
        {"closing": "15.04.2027"},
        {"closing": 1.5},
        {"doors": "2027-04-15 17:00"},
        {"note": ["a"]},
        {"note": {"a": "b"}},
        {"host": {"a": "b"}},
    ],
    ids=str,
)
def test_what_a_plan_sets_aside_is_refused(written: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(written)


def test_an_editor_offers_each_option_as_it_has_to_be_written() -> None:
    """`1` is read as the option "1", and `01` has to be quoted: the editor would take it for the number 1."""
    first, *_ = SHAPE["properties"]["region"]["anyOf"]
    assert first["enum"] == ["EMEA", "a.b", 1, "01", True, "True", "Null", None]
    assert first["enumDescriptions"] == [*OPTIONS.values(), "Makes it empty."]


def test_the_options_of_a_list_are_offered_without_an_empty_one() -> None:
    for name in ("region", "topics"):
        (of_list,) = (one for one in SHAPE["properties"][name]["anyOf"] if one.get("type") == "array")
        assert of_list["items"]["anyOf"][0]["enum"] == ["EMEA", "a.b", 1, "01", True, "True", "Null"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("region", "Where people are.\nThe value is one of its options."),
        ("topics", "The value is a list of its options."),
        ("budget", "The value is a number in plain digits."),
        ("hybrid", "The value is true or false."),
        ("closing", "The value is a date, as in 2027-04-15."),
        ("doors", "The value is a date and time with its offset, as in 2027-04-15T17:00:00+02:00."),
        ("note", "The value is a text."),
    ],
)
def test_each_property_has_its_label_and_what_it_holds(name: str, told: str) -> None:
    shape = SHAPE["properties"][name]
    assert (shape["title"], shape["description"]) == (DEFINITIONS[name].label, told)


def test_alternatives_are_told_apart_by_their_descriptions() -> None:
    """Else `yaml-language-server` shows all of them, one beside the other."""
    for name in ("region", "topics"):
        told = [one.get("description") for one in SHAPE["properties"][name]["anyOf"]]
        assert told == [SHAPE["properties"][name]["description"], *[None] * (len(told) - 1)]


@pytest.mark.parametrize("word", [*WORDS, *OPTIONS, "EMEA\n", "EMEA;a.b\n", "\n"])
def test_a_text_fits_one_alternative_at_most(word: str) -> None:
    for name in ("region", "topics"):
        alternatives = [Draft202012Validator(one) for one in SHAPE["properties"][name]["anyOf"]]
        assert sum(one.is_valid(word) for one in alternatives) <= 1


def test_what_others_wrote_is_made_visible() -> None:
    hostile = Definition("x", "a\u202eb", Kind.OPTIONS, {"v": "l\u200bm"}, description="d\x1b[31m")
    shape = properties_shape({"x": hostile})["properties"]["x"]
    assert (shape["title"], shape["description"].split("\n")[0]) == ("a\\u{202e}b", "d\\u{1b}[31m")
    assert shape["anyOf"][0]["enumDescriptions"][0] == "l\\u{200b}m"


def test_the_properties_are_sorted_by_name_and_those_of_hubspot_are_left_out() -> None:
    assert list(SHAPE["properties"]) == sorted(DEFINITIONS.keys() - {"hs_seen"})
    assert properties_shape(dict(reversed(DEFINITIONS.items()))) == SHAPE


def test_the_schema_of_declarations_has_them_wherever_custom_properties_stand() -> None:
    schema = Draft202012Validator(declarations_schema(SHAPE))
    wrong, right = {"region": "EMAE"}, {"region": "EMEA"}
    for properties, accepted in ((wrong, False), (right, True)):
        event = {"externalEventId": "a", "customProperties": properties}
        first = {"externalEventId": "a", "initial": {"customProperties": properties}}
        for document in (
            first,
            event,
            {"events": [event]},
            {"defaults": {"customProperties": properties}, "events": [event]},
        ):
            assert schema.is_valid(document) is accepted
        below = {"defaults": {"customProperties": properties}, "events": [{"externalEventId": "a"}]}
        assert schema.is_valid(below) is accepted


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("~", None),
        ("NULL", None),
        ("nULL", "nULL"),
        ("True", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("012", 12),
        ("+5", 5),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-1.5E-2", -0.015),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("no", "no"),
        ("12:30", "12:30"),
        ("2027-04-15", "2027-04-15"),
    ],
)
def test_a_text_is_read_as_yaml_1_2_reads_it(text: str, value: Any) -> None:
    read_as = as_editors_read(text)
    assert (type(read_as), read_as) == (type(value), value)
