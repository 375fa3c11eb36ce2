"""Diagnostics on several dates of one series, told at once."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic, OfSeries, Place, info, warning
from reconciler.render.together import told_together
from tests.building import diagnostics


def on(date: str, registrants: int | None = 1, after: str = " are gone: an apply deletes them") -> Diagnostic:
    said = OfSeries("Demo (acme/demo)", date, "", after, "to keep them, do this", registrants)
    return replace(info("gone", f"acme/demo-{date} is gone", Place("a.yaml", 2), "to keep it"), of_series=said)


@given(st.lists(diagnostics, max_size=4))
def test_every_message_of_its_own_stays(found: list[Diagnostic]) -> None:
    alone = [each for each in found if each.of_series is None]
    assert [each for each in told_together(found) if each in alone] == alone


def test_what_is_so_of_several_dates_is_told_once() -> None:
    (told,) = told_together([on("2027-03-04", 4), on("2027-03-11", 5), on("2027-03-18", 0)])
    assert told == info(
        "gone",
        "3 dates of Demo (acme/demo) are gone: an apply deletes them; 9 registered; "
        "the dates: 2027-03-04, 2027-03-11, 2027-03-18",
        Place("a.yaml", 2),
        "to keep them, do this",
    )


def test_where_one_count_is_not_known_their_sum_is_not() -> None:
    (told,) = told_together([on("2027-03-04", 4), on("2027-03-11", None)])
    assert "; nobody knows how many are registered; the dates: " in told.message


def test_one_date_is_told_as_such() -> None:
    assert told_together([on("2027-03-04")]) == (on("2027-03-04"),)


ONE = on("2027-03-04")


@pytest.mark.parametrize(
    "other",
    [
        on("2027-03-11", after=" stay"),
        replace(on("2027-03-11"), of_series=None),
        replace(warning("other", "m"), of_series=on("2027-03-11").of_series),
    ],
)
def test_what_is_not_the_same_is_told_apart_and_in_order(other: Diagnostic) -> None:
    assert told_together([ONE, other]) == (ONE, other)
    assert told_together([other, ONE]) == (other, ONE)
