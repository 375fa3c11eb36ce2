"""The schemas of editors, held against the strict reader: what it accepts they accept, and most of what it refuses."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.declarations.events.layers import DEFAULTS, EVENT, EVENT_LIST, OVERRIDE, REPEAT, SETTINGS
from reconciler.declarations.keys.editor_schema import declarations_schema, settings_schema
from reconciler.declarations.keys.readers import API_VERSIONS
from reconciler.declarations.keys.shapes import Shape
from reconciler.declarations.values import zones
from reconciler.declarations.values.advice_codes import CODES
from reconciler.declarations.yaml.nodes import Mapping, Node, Scalar, Sequence
from reconciler.declarations.yaml.reader import read_yaml
from reconciler.planning.property_shapes import as_editors_read
from reconciler.render.json_text import json_text
from tests.declarations.catalogue import FOLDER, Case, cases

TOP = Path(__file__).parents[2]
DECLARATIONS, SETTINGS_SCHEMA = declarations_schema(), settings_schema()
PUBLISHED = {"declarations.json": DECLARATIONS, "settings.json": SETTINGS_SCHEMA}


def as_an_editor_reads(node: Node, end: str) -> Any:
    """Return a node as an editor's YAML 1.2 reads it; to that, a block of text has a line break at its end."""
    match node:
        case Scalar(text=text, plain=True):
            return as_editors_read(text) if text else None
        case Scalar(text=text):
            return text + end
        case Sequence(items=items):
            return [as_an_editor_reads(item, end) for item in items]
        case Mapping(values=values):
            return {key: as_an_editor_reads(value, end) for key, value in values.items()}


def problems(schema: Shape, content: bytes) -> list[str]:
    """Return what a validator of JSON Schema finds in a file, whose quoted texts may also be blocks."""
    validator = Draft202012Validator(schema)
    read = [as_an_editor_reads(node, end) for node in read_yaml(content, "e.yaml").documents for end in ("", "\n")]
    return [error.message for document in read for error in validator.iter_errors(document)]


def in_catalogue(*, valid: bool) -> list[Any]:
    every = (case for path in sorted(FOLDER.glob("*.txt")) for case in cases(path))
    return [pytest.param(case, id=case.title) for case in every if (": error " not in case.expected) is valid]


@pytest.mark.parametrize("case", in_catalogue(valid=True))
def test_what_the_catalogue_calls_valid_is_valid(case: Case) -> None:
    assert [found for content in case.files.values() for found in problems(DECLARATIONS, content)] == []


SHAPES = {
    *("unknown-key", "not-a-default", "not-an-override", "wrong-shape", "not-a-boolean", "not-a-number"),
    *("unknown-value", "bad-name", "reserved-id", "two-identities", "account-beside-object"),
}
"""The codes of what a schema can see."""
NOT_SEEN = {
    "absent is no default": "a schema does not know the name of the file",
    "a defaults file with a series": "a schema does not know the name of the file",
    "a defaults file with events": "a schema does not know the name of the file",
    "null": "an editor reads the same of an empty document, which may stand at the end of a file",
    "a boolean in capitals": "an editor reads the same of it as of a boolean in small letters",
}


@pytest.mark.parametrize("case", in_catalogue(valid=False))
def test_what_the_catalogue_calls_a_wrong_key_or_shape_is_refused(case: Case) -> None:
    if SHAPES.intersection(re.findall(r": error ([a-z-]+):", case.expected)):
        found = [found for content in case.files.values() for found in problems(DECLARATIONS, content)]
        assert bool(found) is (case.title not in NOT_SEEN)


@pytest.mark.parametrize("file", sorted((TOP / "events").rglob("*.yaml")), ids=lambda path: path.name)
def test_the_samples_are_valid(file: Path) -> None:
    schema = SETTINGS_SCHEMA if file.name == "reconciler.yaml" else DECLARATIONS
    assert problems(schema, file.read_bytes()) == []


WORDS = [
    *("a", "a b", " a", "a ", " ", "no", "=", "1_000", "é", "a;b", "\ufeff", "\x85", "\u2003", "a\nb", "\n", "x#y"),
    *("~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "0", "-1", "+5", "12", "012", "0x1F", "0o17"),
    *("1.0", "1e3", ".5", "5.", ".inf", "-.INF", ".nan", "9" * 19, "9" * 20, "12:30", "2027-04-15", "2027-04-15 17:00"),
    *("2027-04-15T17:00:00.123+02:00", "2027-02-30", "2027-04-15 24:00", "noon", "09:00-17:00", "17:00-09:00"),
    *("FREQ=DAILY;COUNT=2", "freq=weekly;byday=-1th,MO;until=20270630", "FREQ=DAILY", "COUNT=2", "FREQ=", "\u017f=1"),
    *("Europe/Berlin", "UTC", "CET", "Etc/GMT+0", "Etc/GMT+1", "search", "..", "...", "https://acme.example/a?b#c"),
    *("HTTP://A", "http://", "https://a@b", "https://a b", "ftp://a", "https://[::1]:80", "http:a"),
    *API_VERSIONS, *CODES, "ignore", "report", "cancel", "delete", "remove", "v4",
]  # fmt: skip


def scalar(text: str, *, plain: bool) -> Scalar:
    return Scalar(text, plain and text != "", 1, 1)


def mapping(values: dict[str, Node]) -> Mapping:
    return Mapping({key: Scalar(key, True, 1, 1) for key in values}, values, True, 1, 1)  # noqa: FBT003  (`plain`, `whole`)


TEXTS = st.builds(scalar, st.sampled_from(WORDS) | st.text(max_size=5), plain=st.booleans())
KEYS = st.sampled_from(["a", "production", "portal", "apiVersion", "timezone", "a b", "", "1", "null"])
NODES: st.SearchStrategy[Node] = st.recursive(
    TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: Sequence(tuple(items), 1, 1))
        | st.dictionaries(KEYS, inner, max_size=2).map(mapping)
    ),
    max_leaves=4,
)
FORMS = {
    "Event": (EVENT, DECLARATIONS),
    "EventList": (EVENT_LIST, DECLARATIONS),
    "Defaults": (DEFAULTS, DECLARATIONS),
    "Repeat": (REPEAT, DECLARATIONS),
    "DateOverride": (OVERRIDE, DECLARATIONS),
    "SettingsFile": (SETTINGS, SETTINGS_SCHEMA),
}


REQUIRED: dict[str, dict[str, Node]] = {"Repeat": {"rule": scalar("FREQ=DAILY;COUNT=2", plain=True)}}
READ_APART = {"repeat", "overrides"}
"""What stands there is judged by a form of its own."""


def is_accepted(form: str, node: Mapping, end: str) -> bool:
    _, whole = FORMS[form]
    schema = {"$ref": f"#/$defs/{form}", "$defs": whole["$defs"]} if form in whole["$defs"] else whole
    return bool(Draft202012Validator(schema).is_valid(as_an_editor_reads(node, end)))


@pytest.mark.parametrize("form", ["Event", "Defaults", "Repeat", "DateOverride", "SettingsFile"])
@settings(max_examples=300)
@given(data=st.data())
def test_whatever_the_reader_accepts_the_schema_accepts(form: str, data: st.DataObject) -> None:
    keys, _ = FORMS[form]
    key = data.draw(st.sampled_from(sorted(keys.names - READ_APART)))
    node = mapping(REQUIRED.get(form, {}) | {key: data.draw(NODES)})
    codes = {problem.code for problem in keys.check(node, "e.yaml").problems}
    accepted = [is_accepted(form, node, end) for end in ("", "\n")]
    assert codes or all(accepted)
    if codes & {"unknown-key", "unknown-value", "wrong-shape"}:
        assert not any(accepted)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("key", ["evntName", "eventname", "EVENTNAME", "event_name", "Portal", "events", "x", ""])
def test_a_key_that_is_none_is_refused(form: str, key: str) -> None:
    assert not is_accepted(form, mapping({key: scalar("1", plain=True)}), "")


def test_every_zone_that_can_be_declared_is_accepted() -> None:
    names = [name for name in zones._zones() if zones.is_zone(name) and not name.startswith("Etc/GMT")]
    assert [
        name for name in names if not is_accepted("Event", mapping({"timezone": scalar(name, plain=True)}), "")
    ] == []


@pytest.mark.parametrize("schema", PUBLISHED.values(), ids=PUBLISHED)
def test_it_is_a_schema_of_the_draft_that_it_names(schema: Shape) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


def test_every_key_of_the_reader_stands_in_the_schema() -> None:
    for form, (keys, schema) in FORMS.items():
        assert schema["$defs"].get(form, schema)["properties"].keys() == keys.names


def told(schema: Any) -> Iterator[tuple[str, Shape]]:
    """Yield every key that a schema describes, wherever it stands."""
    for name, part in schema.items():
        if name == "properties":
            yield from ((key, shape) for key, shape in part.items() if shape is not False)
        if isinstance(part, dict) and name != "examples":
            yield from told(part)


EVERY_KEY = [(key, shape) for schema in PUBLISHED.values() for key, shape in told(schema)]


@pytest.mark.parametrize(("key", "shape"), EVERY_KEY, ids=[key for key, _ in EVERY_KEY])
def test_every_key_has_a_description_and_an_example(key: str, shape: Shape) -> None:
    """They are given beside its type: plain text, because editors show it as it is."""
    assert shape["description"].endswith(".")
    assert "`" not in shape["description"]
    assert len(shape["examples"]) == 1


@pytest.mark.parametrize("form", FORMS)
def test_every_example_can_be_copied(form: str) -> None:
    keys, schema = FORMS[form]
    for key, shape in schema["$defs"].get(form, schema)["properties"].items():
        (node,) = read_yaml(json.dumps({key: shape["examples"][0]}).encode(), "e.yaml").documents
        assert isinstance(node, Mapping)
        assert keys.check(node, "e.yaml").problems == ()
        by_itself = Draft202012Validator({**shape, "$defs": schema["$defs"]})
        assert by_itself.is_valid(as_an_editor_reads(node.values[key], ""))


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_schema_is_the_one_that_is_printed(name: str, request: pytest.FixtureRequest) -> None:
    """`make cases` writes it anew."""
    file, written = TOP / "docs" / "schema" / name, json_text(PUBLISHED[name])
    if request.config.getoption("--rewrite"):
        file.write_text(written, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == written
