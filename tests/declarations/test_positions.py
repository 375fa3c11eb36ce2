"""Where fields are declared, as events keep it."""

import pytest

from reconciler.declarations.events.declaring import Terms
from reconciler.declarations.events.file_names import SourceFile
from reconciler.declarations.events.positions import Lines, Places, block_of
from reconciler.declarations.events.reading import read_all
from reconciler.declarations.yaml.nodes import Scalar
from reconciler.diagnostics import Place
from reconciler.event import DeclaredEvent

BLOCK = block_of({"a": Scalar("a", plain=True, line=7, column=3), "b": Scalar("b", plain=True, line=9, column=5)}, 6)
BEGIN = Place("e.yaml", 16, 3)
INHERITED = {"b": Place("d.yaml", 1, 1), "c": Place("d.yaml", 2, 1)}


def test_lines_are_those_of_the_block_from_where_it_begins() -> None:
    lines = Lines(BLOCK, BEGIN)
    assert dict(lines) == lines == {"a": 17, "b": 19}
    assert len(lines) == 2
    assert lines.get("c") is None
    assert lines != {"a": 17}


def test_places_are_those_of_the_block_and_of_what_is_inherited_besides() -> None:
    places = Places(BLOCK, BEGIN, INHERITED)
    expected = {"a": Place("e.yaml", 17, 3), "b": Place("e.yaml", 19, 5), "c": Place("d.yaml", 2, 1)}
    assert dict(places) == places == expected
    assert list(places) == list(expected)
    assert len(places) == 3
    with pytest.raises(KeyError):
        places["d"]


def test_events_that_are_written_alike_share_a_block() -> None:
    first, second = events({"e.yaml": "events:\n- {externalEventId: a}\n- {externalEventId: b}\n" + LIST_DEFAULTS})
    assert isinstance(first.lines, Lines)
    assert isinstance(second.lines, Lines)
    assert first.lines.block is second.lines.block


LIST_DEFAULTS = "defaults:\n  eventName: A name\n  eventOrganizer: Acme\n"
DEFAULTS = "eventName: A name\neventOrganizer: Acme\ncustomProperties:\n  topics: [a]\n  region: EMEA\n"
EVENT = """\
events:
  - externalEventId: a
    eventType: WEBINAR
    timezone: Europe/Berlin
    customProperties:
      region: [EMEA, APAC]
      topics: one
      size: "3"
defaults:
  eventType: WORKSHOP
  eventOrganizer: Acme
"""


def events(files: dict[str, str]) -> tuple[DeclaredEvent, ...]:
    terms = Terms(external_account_id="acme")
    return read_all([SourceFile(path, path, content.encode()) for path, content in files.items()], terms).events


def test_an_event_knows_the_line_of_each_field_that_stands_in_its_own_lines() -> None:
    (event,) = events({"_defaults.yaml": DEFAULTS, "e.yaml": EVENT})
    assert event.lines == {
        "eventType": 3,
        "customProperties.region": 6,
        "customProperties.topics": 7,
        "customProperties.size": 8,
    }


def test_an_event_knows_the_place_of_each_field_wherever_it_is_declared() -> None:
    (event,) = events({"_defaults.yaml": DEFAULTS, "e.yaml": EVENT})
    assert event.places == {
        "eventName": Place("_defaults.yaml", 1, 1),
        "eventOrganizer": Place("e.yaml", 11, 3),
        "eventType": Place("e.yaml", 3, 5),
        "customProperties.region": Place("e.yaml", 6, 7),
        "customProperties.topics": Place("e.yaml", 7, 7),
        "customProperties.size": Place("e.yaml", 8, 7),
    }


def test_the_nearest_declaration_says_whether_a_property_is_a_list() -> None:
    (event,) = events({"_defaults.yaml": DEFAULTS, "e.yaml": EVENT})
    assert event.lists == {"customProperties.region"}
    (event,) = events({"_defaults.yaml": DEFAULTS, "e.yaml": "externalEventId: a\n"})
    assert event.lists == {"customProperties.topics"}
