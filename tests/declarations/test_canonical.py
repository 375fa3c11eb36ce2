"""What is written in the canonical form reads back as the values that were given."""

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.declarations.events.reading import Document, read_documents
from reconciler.declarations.keys.readers import OF_EVENT, OF_INITIAL
from reconciler.declarations.yaml.canonical import ORDER, Undeclarable, event_text
from reconciler.declarations.yaml.nodes import Mapping, Node, Scalar
from reconciler.declarations.yaml.reader import read_yaml
from reconciler.safe_text import FORBIDDEN, visible
from tests.building import texts

NASTY = (
    *[
        "no",
        "2027",
        "null",
        "~",
        "<<",
        "a",
        "é",
        "😀",
        "👩\u200d👩",
        "#",
        " #",
        "#3",
        ": ",
        ":",
        "- ",
        "-",
        "---",
        "...",
    ],
    *["?", "? ", "[", "]", "{", "}", ",", "&a", "*a", "!", "!!str ", "|", ">", "'", '"', "%", "@", "`", "\\", "\\x41"],
    *[
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "\xa0",
        "\u3000",
        "\xad",
        "\u200b",
        "\u200f",
        "\ud83d\ude80".encode("utf-16", "surrogatepass").decode("utf-16"),
    ],
    *["\\ud83d\\ude80", "\ue000", "\U000e0041"],
)
LINES = st.lists(st.sampled_from(NASTY), max_size=6).map("".join) | st.text() | texts
READABLE = LINES.filter(lambda text: not FORBIDDEN.search(text))
NAMES = READABLE.filter(lambda name: name.isprintable() and bool(name) and " " not in name)


def kept(text: str) -> str | None:
    return text.replace("\r\n", "\n").rstrip("\n") or None


def values_of(written: str) -> dict[str, Any]:
    (document,) = read_documents(written.encode(), "e.yaml")
    assert isinstance(document, Document)
    (event,) = document.events
    assert event.problems == ()
    return event.values


def nodes_of(written: str) -> dict[str, Node]:
    reading = read_yaml(written.encode(), "e.yaml")
    assert reading.problems == ()
    (document,) = reading.documents
    assert isinstance(document, Mapping)
    return document.values


@given(READABLE, READABLE)
@example("One.\n\nTwo.", "a\n\n  - b")
@example(" a\nb", "\na\nb")
@example("a" * 5000, "a: " + "b" * 5000)
@example("a\n ", "\n \na")
@example("null", "~")
def test_every_text_is_read_back(one: str, other: str) -> None:
    written = event_text({"eventDescription": one, "customProperties": {"a": other, "b": one}})
    assert values_of(written) == {
        "eventDescription": kept(one),
        "customProperties": {"a": kept(other), "b": kept(one)},
    }


@given(NAMES)
@example("null")
@example("<<")
@example("2027-04-15")
@example("-")
def test_every_name_is_read_back(name: str) -> None:
    assert values_of(event_text({"customProperties": {name: "x"}})) == {"customProperties": {name: "x"}}


OPTIONS = READABLE.filter(lambda text: bool(text.strip()) and ";" not in text and text.strip("\r\n") == text)


@given(st.lists(OPTIONS, unique=True, max_size=4))
@example(["- a", "b: c", "d\ne", "#"])
def test_every_list_is_read_back(options: list[str]) -> None:
    expected = ";".join(option.replace("\r\n", "\n") for option in options) or None
    assert values_of(event_text({"customProperties": {"a": options}})) == {"customProperties": {"a": expected}}


@given(READABLE, READABLE)
@example("yaml-language-server: $schema=a.json", "two\nlines")
def test_comments_stand_above_the_event_and_change_nothing(one: str, other: str) -> None:
    written = event_text({"objectId": "1"}, comments=[one, other])
    assert values_of(written) == {"objectId": "1"}
    assert written == f"# {visible(one)}\n# {visible(other)}\nobjectId: 1\n"


def test_values_of_every_kind_are_read_back() -> None:
    values = {
        "objectId": {"default": 12, "staging": "13"},
        "eventType": None,
        "startDateTime": "2027-04-15 17:00",
        "eventCancelled": True,
        "protect": False,
        "customProperties": {},
    }
    assert values_of(event_text(values)) == {
        "objectId": {"default": "12", "staging": "13"},
        "eventType": None,
        "startDateTime": values_of("startDateTime: 2027-04-15 17:00")["startDateTime"],
        "eventCancelled": True,
        "protect": False,
        "customProperties": {},
    }


def test_keys_stand_in_one_order_whatever_order_they_are_given_in() -> None:
    written = event_text(dict.fromkeys([*reversed(ORDER), "unknown"], "x"))
    assert re.findall(r"^(\w+):", written, re.MULTILINE) == [*ORDER, "unknown"]


def test_every_key_of_an_event_has_its_place() -> None:
    assert set(ORDER) >= OF_EVENT.keys() | OF_INITIAL.keys()


def test_fields_inside_a_value_stand_in_the_same_order_and_other_names_as_given() -> None:
    written = event_text(
        {"initial": {"eventDescription": "x", "eventType": "y"}, "customProperties": {"b": "", "a": ""}}
    )
    assert re.findall(r"^  (\w+):", written, re.MULTILINE) == ["b", "a", "eventType", "eventDescription"]


def test_what_people_read_has_quotes_only_where_they_are_needed() -> None:
    assert event_text(
        {
            "externalEventId": "2027-launch",
            "eventName": "Launch: what is new",
            "eventOrganizer": "It's Acme (EMEA) & friends - yes",
            "eventUrl": "https://acme.example/a?b=c#top",
            "eventDescription": "One:\n\n  - two\n# three",
            "customProperties": {"topics": ["data", "AI: now"], "empty": None},
        }
    ) == (
        "externalEventId: 2027-launch\n"
        'eventName: "Launch: what is new"\n'
        "eventOrganizer: It's Acme (EMEA) & friends - yes\n"
        "eventUrl: https://acme.example/a?b=c#top\n"
        "eventDescription: |\n"
        "  One:\n"
        "\n"
        "    - two\n"
        "  # three\n"
        "customProperties:\n"
        "  topics:\n"
        "    - data\n"
        '    - "AI: now"\n'
        '  empty: ""\n'
    )


def test_what_is_nested_deeper_is_written_too() -> None:
    values = {"repeat": {"overrides": {"2027-04-15": {"eventName": "x"}}, "skip": [], "many": [{"a": ["b"]}]}}
    (repeat,) = nodes_of(event_text(values)).values()
    assert isinstance(repeat, Mapping)
    override = repeat.values["overrides"]
    assert isinstance(override, Mapping)
    day = override.values["2027-04-15"]
    assert isinstance(day, Mapping)
    name = day.values["eventName"]
    assert isinstance(name, Scalar)
    assert name.text == "x"


@pytest.mark.parametrize("text", ["\x1b[31m", "a\x85b", "\u2028", "\u202e", "\x00", "a\rb", "\r\r\n", "\ud800"])
@pytest.mark.parametrize(
    "values", [{"eventName": "{}"}, {"customProperties": {"{}": "x"}}, {"customProperties": {"a": ["{}"]}}]
)
def test_what_no_file_may_have_is_an_error_that_names_the_key(text: str, values: dict[str, Any]) -> None:
    def put(value: Any) -> Any:
        match value:
            case dict():
                return {put(name): put(inner) for name, inner in value.items()}
            case list():
                return [put(item) for item in value]
            case _:
                return value.replace("{}", text)

    with pytest.raises(
        Undeclarable, match=r"holds the character U\+[0-9A-F]{4}, which no declaration may have"
    ) as caught:
        event_text(put(values))
    assert not FORBIDDEN.search(caught.value.message)


def test_a_name_too_long_for_a_key_is_an_error() -> None:
    with pytest.raises(Undeclarable, match="aaa… is too long for a key"):
        event_text({"customProperties": {"a" * 1001: "x"}})
    assert values_of(event_text({"customProperties": {"a" * 1000: "x"}}))


def test_what_is_no_value_of_a_declaration_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="float is no value of a declaration"):
        event_text({"eventName": 1.5})
