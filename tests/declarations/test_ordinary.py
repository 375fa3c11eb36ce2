"""The quick reading of ordinary files gives what the strict one gives, or leaves the file to it."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.declarations.events.layers import DEFAULTS, EVENT, EVENT_LIST, SETTINGS, Keys
from reconciler.declarations.keys import readers, schema
from reconciler.declarations.keys.readers import values_in
from reconciler.declarations.keys.schema import check_values
from reconciler.declarations.values import validators
from reconciler.declarations.yaml import strict_yaml
from reconciler.declarations.yaml.nodes import Mapping, Node, Scalar, Sequence
from reconciler.declarations.yaml.ordinary import ordinary_documents
from reconciler.declarations.yaml.reader import read_yaml
from reconciler.errors import Interrupted
from tests.declarations.catalogue import encoded
from tests.declarations.test_hints import ENTRIES
from tests.declarations.test_laws import FILES, TEXTS, TOKENS, block, damaged, double_quoted, dumped, single_quoted
from tests.fuzz.declarations import RIGHT_SETTINGS, WRONG_SETTINGS, check_ordinary

REPOSITORY = Path(__file__).parents[2]
SAMPLES = {
    str(path.relative_to(REPOSITORY)): path.read_bytes()
    for folder in ("events", "tests/cases")
    for path in sorted((REPOSITORY / folder).rglob("*.yaml"))
}
HINTS = [encoded(text) for entry in ENTRIES for text in (entry.wrong, entry.followed)]
EVERY_FILE = [*SAMPLES.values(), *FILES, *HINTS, RIGHT_SETTINGS, WRONG_SETTINGS]
KINDS = [EVENT, DEFAULTS, EVENT_LIST, SETTINGS]


def test_every_file_of_the_tests_is_read_alike() -> None:
    for content in EVERY_FILE:
        check_ordinary(content)


@settings(max_examples=1000)
@given(
    content=st.sampled_from(EVERY_FILE),
    place=st.integers(0, 10_000),
    byte=st.integers(0, 255) | st.sampled_from(b"#&*!|>'\"\\ \t\n\r:-?%<[]{},"),
    how=st.sampled_from(["replace", "insert", "delete"]),
)
def test_a_damaged_file_is_read_alike(content: bytes, place: int, byte: int, how: str) -> None:
    check_ordinary(damaged(content, place, byte, how))


@settings(max_examples=1000)
@given(st.lists(st.sampled_from([*TOKENS, "#a", " #a", "\u00a0", "\u200d"]), max_size=40).map("".join))
def test_a_soup_of_yaml_is_read_alike(soup: str) -> None:
    check_ordinary(soup.encode())


@settings(max_examples=200)
@given(TEXTS, st.sampled_from([double_quoted, single_quoted, block, dumped]), st.sampled_from(["eventName", "a b"]))
@example("\ue000\ue400", double_quoted, "eventName")
@example("a #b", str, "eventName")
def test_any_text_is_read_alike(text: str, write: Any, key: str) -> None:
    check_ordinary(f"{key}: {write(text)}\n{write(text)}: {key}".encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_alike(content: bytes) -> None:
    check_ordinary(content)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith("events/")])
def test_a_sample_is_ordinary(name: str) -> None:
    assert ordinary_documents(SAMPLES[name]) is not None


ORDINARY = {
    "several documents": "a: b\n---\nc: d\n...\n",
    "a byte order mark": "\ufeffa: b",
    "lines that end as on Windows": "a: b\r\nc: |\r\n  d\r\n",
    "quotes, escapes and other scripts": "a: \"B\u00fcro \\u00e9 \U0001f680\"\nb: 'it''s'\nc: K\u00f6ln\n",
    "a list and a mapping on one line": "a: [b, 'c']\nd: {e: f}",
    "comments": "# one\na: b  # two\n#three\nc: d",
    "a word with # in it": "a: b#c\nd: |\n  #e\nf: 'g #h'\n",
    "an escaped line break": 'a: "b\\nc"',
    "what would be a pair of escapes in double quotes": "a: \\ud83d\\ude80\nb: '\\ud83d\\ude80'",
    "a remark for this program": "a: b #reconciler:c",
    "no document at all": "# nothing",
    "a name in quotes in another script": "'\u00fc': a",
    "the deepest that is ordinary": "[" * 9 + "a" + "]" * 9,
}
UNUSUAL = {
    "an anchor": "a: &b c",
    "an anchor on a list": "a: &b [c]",
    "an alias": "a: &b c\nd: *b",
    "an alias of nothing": "a: *b",
    "a tag": "a: !!str b",
    "a tag on a mapping": "a: !b {c: d}",
    "a directive": "%YAML 1.1\n---\na: b",
    "a directive about tags": "%TAG ! !a\n---\na: b",
    "a key twice": "a: b\na: c",
    "a key without a value": "a:\nb: c",
    "an item without a value": "- a\n-\n",
    "a document without a value": "---\n---\na: b",
    "a key that is a list": "? [a]\n: b",
    "a merge key": "<<: a",
    "an odd space before a key": "\u00a0a: b",
    "a key in another script": "\u00fc: a",
    "a text cut by a comment": "a: b #c",
    "a text cut by a comment after a tab": "a: b\t#c",
    "a comment on the next line that may belong to the text": "a: b\n  #c",
    "a forbidden character": "a: \x07",
    "an escaped forbidden character": 'a: "\\x07"',
    "a pair of escapes for one character": 'a: "\\ud83d\\ude80"',
    "what is not UTF-8": b"a: \xff",
    "a syntax error": "a: b: c",
    "deep nesting": "[" * 10 + "a" + "]" * 10,
    "endless nesting": "[" * 100_000,
}


@pytest.mark.parametrize("content", ORDINARY.values(), ids=ORDINARY)
def test_what_is_ordinary_is_read_quickly(content: str) -> None:
    assert ordinary_documents(content.encode()) is not None
    check_ordinary(content.encode())


@pytest.mark.parametrize("content", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_unusual_is_left_to_the_strict_reader(content: str | bytes) -> None:
    content = content.encode() if isinstance(content, str) else content
    assert ordinary_documents(content) is None
    assert read_yaml(content, "e.yaml") == strict_yaml.read(content, "e.yaml")


class Interrupting(bytes):
    """A file whose reading a signal interrupts."""

    def removeprefix(self, _prefix: object, /) -> bytes:
        raise Interrupted(signal.SIGTERM)


def test_a_signal_is_no_reason_to_read_a_file_again() -> None:
    with pytest.raises(Interrupted):
        ordinary_documents(Interrupting())


# Values


def mappings(node: Node) -> Iterator[Mapping]:
    """Yield every mapping in a document."""
    if isinstance(node, Mapping):
        yield node
        for value in node.values.values():
            yield from mappings(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from mappings(item)


MAPPINGS = [
    mapping
    for content in EVERY_FILE
    for document in strict_yaml.read(content, "e.yaml").documents
    for mapping in mappings(document)
]


def assert_read_alike(mapping: Mapping, kind: Keys) -> None:
    """The functions give the values of the schema, and none at all if the schema finds a flaw."""
    values, flaws = check_values(kind.form, mapping.values)
    assert values_in(mapping.values, kind.readers) == (None if flaws else values)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.form)
def test_every_mapping_of_the_tests_gives_the_values_of_the_schema(kind: Keys) -> None:
    for mapping in MAPPINGS:
        assert_read_alike(mapping, kind)


TEXTS_OF_ALL = list({value: None for each in MAPPINGS for value in each.values.values() if isinstance(value, Scalar)})
COLLECTIONS = [value for each in MAPPINGS for value in each.values.values() if not isinstance(value, Scalar)]
VALUES = st.sampled_from(TEXTS_OF_ALL) | st.sampled_from(COLLECTIONS)
KEYS = sorted({key for kind in KINDS for key in kind.names})


@settings(max_examples=400)
@given(
    nodes=st.dictionaries(st.sampled_from([*KEYS, "other"]), VALUES, max_size=3),
    kind=st.sampled_from(KINDS),
)
def test_any_value_under_any_key_gives_the_values_of_the_schema(nodes: dict[str, Node], kind: Keys) -> None:
    assert_read_alike(Mapping({}, nodes, whole=True, line=1, column=1), kind)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.form)
def test_each_key_of_the_schema_has_its_function_and_no_other_key_has(kind: Keys) -> None:
    assert kind.names == set(schema._FORMS[kind.form].__optional_keys__)


def test_each_version_of_the_api_can_be_set() -> None:
    for version in readers.API_VERSIONS:
        (document,) = strict_yaml.read(f"apiVersion: '{version}'".encode(), "e.yaml").documents
        assert isinstance(document, Mapping)
        assert values_in(document.values, SETTINGS.readers) == {"apiVersion": version}


@settings(max_examples=200)
@given(st.from_regex(validators._ORDINARY_LINK, fullmatch=True))
def test_an_ordinary_link_is_one_that_a_browser_opens_without_credentials(link: str) -> None:
    parts = validators.web_address(link)
    assert "@" not in parts.netloc
