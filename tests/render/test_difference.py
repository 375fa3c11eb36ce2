"""The old and the new value of a field, as people read them."""

from dataclasses import replace

import pytest

from reconciler.change import FieldChange
from reconciler.event import Value
from reconciler.render.dates import clocks_of
from reconciler.render.difference import Difference, difference
from tests.building import PORTAL

BERLIN = clocks_of(None, PORTAL)
LONDON = clocks_of("Europe/London", PORTAL)


def moved(before: Value, after: Value) -> Difference:
    return difference(FieldChange("startDateTime", before, after), BERLIN)


def test_a_move_within_a_day_names_the_day_once() -> None:
    told = moved("2027-04-15T14:00:00Z", "2027-04-15T15:00:00Z")
    assert told.steps == ("Thu 15 Apr 2027 16:00", "17:00")
    assert (told.before, told.after, told.note) == ("Thu 15 Apr 2027 16:00", "Thu 15 Apr 2027 17:00", " (+1 h)")


def test_a_move_to_another_day_names_both() -> None:
    told = moved("2027-04-15T21:00:00Z", "2027-04-15T23:00:00Z")
    assert told.steps == ("Thu 15 Apr 2027 23:00", "Fri 16 Apr 2027 01:00")
    assert told.remark == "+2 h"


def test_a_move_names_the_place_once_and_beside_each_time_that_stands_alone() -> None:
    told = difference(FieldChange("endDateTime", "2027-04-08T13:00:00Z", "2027-04-08T13:30:00Z"), LONDON)
    assert told.steps == ("Thu 8 Apr 2027 14:00", "14:30 London")
    assert (told.before, told.after) == ("Thu 8 Apr 2027 14:00 London", "Thu 8 Apr 2027 14:30 London")


def test_times_that_the_clocks_show_twice_are_given_in_utc() -> None:
    told = moved("2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z")
    assert told == replace(told, before="2027-10-31T00:30:00Z", after="2027-10-31T01:30:00Z", remark="+1 h")
    assert told.steps == (told.before, told.after)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (None, "2027-04-15T14:00:00Z", ("(empty)", "Thu 15 Apr 2027 16:00")),
        ("2027-04-15T14:00:00Z", None, ("Thu 15 Apr 2027 16:00", "(empty)")),
        ("soon", "2027-04-15T14:00:00Z", ("soon", "Thu 15 Apr 2027 16:00")),
        ("2027-04-15T14:00:00Z", "late", ("Thu 15 Apr 2027 16:00", "late")),
        ("2027-04-15T14:00:00Z", "2027-04-15T14:00:00.000Z", ("Thu 15 Apr 2027 16:00", "Thu 15 Apr 2027 16:00")),
    ],
)
def test_what_is_no_move_has_no_distance(before: Value, after: Value, shown: tuple[str, str]) -> None:
    assert moved(before, after) == Difference(*shown, shown)


def test_a_text_that_looks_the_same_is_told_apart() -> None:
    told = difference(FieldChange("eventName", "10 000", "10\u00a0000"), BERLIN)
    assert told.steps == (told.before, told.after) == ("10 000", r"10\u{a0}000")
    assert told.note == " (differs only in white space)"


@pytest.mark.parametrize(("after", "is_long"), [("b" * 80, False), ("b" * 81, True), ("b\nb", True)])
def test_long_texts_are_better_read_line_by_line(after: str, *, is_long: bool) -> None:
    assert difference(FieldChange("eventType", "a" * 80, after), BERLIN).is_long == is_long


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("x" * 60 + "a", "x" * 60 + "b", [("-", "x" * 60 + "a"), ("+", "x" * 60 + "b")]),
        ("x" * 99 + "a", "x" * 99 + "b", [("-", "…" + "x" * 20 + "a"), ("+", "…" + "x" * 20 + "b")]),
        ("a" + "x" * 99, "b" + "x" * 99, [("-", "a" + "x" * 20 + "…"), ("+", "b" + "x" * 20 + "…")]),
        ("x" * 99, "x" * 100, [("-", "…" + "x" * 20), ("+", "…" + "x" * 21)]),
        ("a\nb", "a\nc\nd", [("-", "b"), ("+", "c"), ("+", "d")]),
    ],
)
def test_of_long_lines_only_the_part_that_differs_is_told(
    before: str, after: str, lines: list[tuple[str, str]]
) -> None:
    told = difference(FieldChange("eventDescription", before, after), BERLIN)
    assert list(told.signed_lines(80)) == lines


def test_the_lines_are_those_on_one_side_alone() -> None:
    told = difference(FieldChange("eventDescription", "One\nTwo\nThree", "One\n2\nThree\nFour"), BERLIN)
    assert list(told.lines()) == ["- Two", "+ 2", "+ Four"]
