"""The names of new files."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.declarations.events.file_names import SourceFile, is_declaration, is_misspelt, well_named
from reconciler.declarations.writing.new_files import NewNames
from reconciler.event import Identity
from tests.hostile import anything


def named(event_id: str | None, title: str = "Launch", *taken: str) -> str:
    names = NewNames({"2027": taken})
    return names.new("2027", Identity(external_event_id=event_id, object_id="864"), title)


@pytest.mark.parametrize(
    ("event_id", "name"),
    [
        ("Spring-Launch_2027", "spring-launch_2027.yaml"),
        ("zoom.us/j/91 000", "zoom-us-j-91-000.yaml"),
        ("CON", "event-con.yaml"),
        ("com¹", "event-com1.yaml"),
        ("lpt0", "event-lpt0.yaml"),
        ("reconciler", "event-reconciler.yaml"),
        ("_defaults", "defaults.yaml"),
        (".hidden", "hidden.yaml"),
        ("../..", "event.yaml"),
        ("\u3164", "event.yaml"),
        ("ﬁne", "fine.yaml"),
        ("\u0390", "\u0390.yaml"),
        ("日本語", "日本語.yaml"),
        ("हिन्दी", "हिन्दी.yaml"),
        ("x" * 300, "x" * 80 + ".yaml"),
        ("é" * 300, "é" * 40 + ".yaml"),
    ],
)
def test_a_file_is_called_like_the_event_id_in_a_form_that_every_system_can_keep(event_id: str, name: str) -> None:
    assert named(event_id) == name


def test_without_an_event_id_a_file_is_called_like_the_title_with_the_object_id() -> None:
    assert named(None, "Dinner with the board") == "dinner-with-the-board-864.yaml"
    assert named(None, "x" * 300) == "x" * 76 + "-864.yaml"
    assert named(None, "con") == "event-con-864.yaml"


def test_an_object_id_leads_to_no_other_folder() -> None:
    names = NewNames({})
    assert names.new("2027", Identity(object_id="../../x/8"), "Launch") == "launch-x-8.yaml"


def test_a_name_that_is_taken_gets_the_object_id_then_a_number() -> None:
    assert named("Launch", "", "LAUNCH.yaml") == "launch-864.yaml"
    assert named("Launch", "", "launch.yaml", "launch-864.YAML") == "launch-864-2.yaml"
    assert named(None, "Launch", "launch-864.yaml", "launch-864-2.yaml") == "launch-864-3.yaml"
    assert named("e\u0301", "", "\u00e9.yaml") == "\u00e9-864.yaml"


def test_an_event_that_hubspot_does_not_hold_gets_a_number() -> None:
    names = NewNames({"2027": ["launch.yaml"]})
    assert [names.new("2027", Identity("acme", "Launch"), "") for _ in range(2)] == ["launch-2.yaml", "launch-3.yaml"]


def test_two_new_files_get_two_names() -> None:
    names = NewNames({})
    ids = [Identity(external_event_id=event_id, object_id=str(at)) for at, event_id in enumerate(["a b", "A-B", "a/b"])]
    assert [names.new("2027", one, "") for one in ids] == ["a-b.yaml", "a-b-1.yaml", "a-b-2.yaml"]
    assert names.new("2028", ids[0], "") == "a-b.yaml"


def test_a_folder_that_exists_keeps_its_spelling_and_its_names_are_taken() -> None:
    names = NewNames({"Undated": ["launch.yaml"]})
    assert names.folder(None) == "Undated"
    assert names.new("Undated", Identity(external_event_id="launch", object_id="864"), "") == "launch-864.yaml"
    assert NewNames({}).folder(None) == "undated"


@given(st.lists(anything, max_size=5))
def test_whatever_events_are_called_their_files_are_read_and_distinct(titles: list[str]) -> None:
    names = NewNames({"2027": ["launch.yaml"]})
    ids = [Identity(external_event_id=title or None, object_id=str(at)) for at, title in enumerate(titles)]
    made = ["launch.yaml", *(names.new("2027", one, "") for one in ids)]
    sources = [SourceFile(f"2027/{name}", name, b"") for name in made]
    assert list(well_named(sources)) == sources
    assert all(is_declaration(name) and not is_misspelt(name) for name in made)
    assert all(unicodedata.is_normalized("NFC", name) and len(name.encode()) <= 100 for name in made)
