"""A figure is shown as it was found, and a failure to measure it is no figure."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.bench.__main__ import measured
from tests.bench.figure import Figure, Found, table
from tests.bench.figures import FIGURES
from tests.bench.processes import CannotMeasure
from tests.bench.waiting import bound, bound_in_flight
from tests.bench.window import windows


def figure(found: Callable[[], Found]) -> Figure:
    return Figure("creates", "1,000 creates", {"times the bound": 1.3, "requests": 1_100}, found)


def found(times: float, requests: float) -> Found:
    return Found({"times the bound": times, "requests": requests}, "one run")


def test_one_window_of_requests_needs_no_time() -> None:
    assert [bound(requests) for requests in (1, 190, 191, 380, 381)] == [0, 0, 10, 10, 20]


def test_few_requests_are_bound_by_their_latency() -> None:
    assert bound_in_flight(100) == pytest.approx(25 * 0.15)
    assert bound_in_flight(206) == 10


def test_a_figure_is_met_up_to_its_bound() -> None:
    this = figure(lambda: found(0, 0))
    assert this.is_met(found(1.3, 1_100))
    assert not this.is_met(found(1.31, 1_100))
    assert not this.is_met(found(1.3, 1_101))


def test_a_line_says_what_was_found_and_what_was_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    measured([figure(lambda: found(3.2, 2125))])
    assert capsys.readouterr().out == (
        "creates: 1,000 creates: 3.20 times the bound, 2,125 requests "
        "(wanted: at most 1.30 times the bound, 1,100 requests): not yet [one run]\n"
    )


def test_the_table_marks_what_is_not_reached() -> None:
    this = figure(lambda: found(0, 0))
    lines = table([this.row(found(1.25, 900)), this.row(found(3.2, 2_125))], date(2027, 2, 1)).splitlines()
    begin = "| 1,000 creates | 1.30 times the bound, 1,100 requests | "
    assert lines[0].startswith("Measured on 2027-02-01 with ")
    assert lines[-2:] == [
        f"{begin}1.25 times the bound, 900 requests | one run | `creates` |",
        f"{begin}3.20 times the bound, 2,125 requests, not yet | one run | `creates` |",
    ]
    assert {line.count("|") for line in lines[2:]} == {6}


def test_what_cannot_be_measured_is_said_and_has_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> Found:
        raise CannotMeasure("the sandbox did not start")

    assert len(measured([figure(fail), figure(lambda: found(1, 1))])) == 1
    assert capsys.readouterr().out.startswith("creates: could not be measured: the sandbox did not start\n")


def test_a_window_begins_at_the_first_read_that_its_write_relies_on() -> None:
    reads = [(1.0, "GET /events/a: 200"), (2.0, "GET /events/b: 200"), (4.0, "POST /batch/archive: 204")]
    afterwards = [(5.0, "GET /1: 404"), (6.0, "GET /events/c: 200"), (7.5, "POST /batch/archive: 204")]
    assert [*windows([*reads, *afterwards], fresh=200)] == [3.0, 1.5]


def test_every_figure_has_a_name_of_its_own() -> None:
    names = [each.name for each in FIGURES]
    assert len(set(names)) == len(names)
