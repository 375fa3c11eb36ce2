"""Findings, and the order in which they are shown."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic, Place, Severity, error, in_file_order, info, warning
from tests.building import diagnostics


def test_a_place_is_written_as_editors_read_it() -> None:
    assert str(Place("events/summit.yaml", 12, 5)) == "events/summit.yaml:12:5"
    assert str(Place("events/summit.yaml")) == "events/summit.yaml:1:1"


def test_findings_stand_by_file_then_line_then_column() -> None:
    places = [None, Place("a", 1, 9), Place("a", 2, 1), Place("a", 2, 3), Place("a", 10, 1), Place("b", 1, 1)]
    found = [error("code", "message", place) for place in places]
    assert in_file_order(found[::-1]) == tuple(found)


@given(st.lists(diagnostics))
def test_ordering_findings_loses_none(found: list[Diagnostic]) -> None:
    ordered = in_file_order(found)
    assert len(ordered) == len(found)
    assert all(one in ordered for one in found)
    assert [one for one in ordered if one.place is None] == [one for one in found if one.place is None]


def test_each_kind_of_finding_says_how_much_it_matters() -> None:
    place = Place("a")
    assert error("c", "m", place, "h") == Diagnostic(Severity.ERROR, "c", "m", place, "h")
    assert warning("c", "m", place, "h") == Diagnostic(Severity.WARNING, "c", "m", place, "h")
    assert info("c", "m", place, "h") == Diagnostic(Severity.INFO, "c", "m", place, "h")
