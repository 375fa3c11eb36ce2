"""What is read from a calendar or a table, as mappings."""

from reconciler.declarations.sources.sourced import Cell, event_node, plain_values, with_texts
from reconciler.declarations.yaml.nodes import Mapping, Scalar


def test_an_event_is_a_mapping_whose_values_stand_at_their_lines() -> None:
    cells = {
        "eventName": Cell("null", 3),
        "eventCancelled": Cell("true", 4),
        "customProperties.region": Cell("EMEA", 5),
    }
    event = event_node(2, cells)
    assert (event.line, event.column, event.whole) == (2, 1, True)
    assert event.keys["eventName"] == Scalar("eventName", plain=True, line=3, column=1)
    assert event.values["eventName"] == Scalar("null", plain=False, line=3, column=1)
    assert event.values["eventCancelled"] == Scalar("true", plain=True, line=4, column=1)
    inner = event.values["customProperties"]
    assert isinstance(inner, Mapping)
    assert inner.values == {"region": Scalar("EMEA", plain=False, line=5, column=1)}
    assert inner.keys["region"].line == 5
    assert plain_values(event) == {"eventName": "null", "eventCancelled": True, "customProperties": {"region": "EMEA"}}


def test_a_list_of_texts_can_be_added() -> None:
    event = with_texts(event_node(2, {}), "environments", [Cell("staging", 2)])
    assert event.keys["environments"].line == event.values["environments"].line == 2
    assert plain_values(event) == {"environments": ["staging"]}
