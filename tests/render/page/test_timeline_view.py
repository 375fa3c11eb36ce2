"""The timeline of a page: each quarter of a year as rows with bars."""

import pytest

from reconciler.render.page.model import Mark, span_of
from tests.render.page.events import BERLIN, event, shown
from tests.render.page.reading import Node

MAY = "2027-05-12T08:00:00Z"


def quarters(top: Node) -> dict[str, list[str]]:
    """Return the rows of each quarter."""
    sections = top.one(id="timeline").all("section")
    return {section.one("h3").text: [row.text for row in section.all("li")] for section in sections}


def bars(top: Node) -> list[tuple[str, float, float]]:
    """Return the look, begin and length in days of every bar."""
    return [
        (bar.attributes["class"], float(bar.attributes["x"]), float(bar.attributes["width"])) for bar in top.all("rect")
    ]


def test_a_quarter_has_a_row_for_each_event() -> None:
    top = shown([event("Summit", MAY), event("Fair", "2027-06-30T08:00:00Z"), event("Call", "2027-07-01T08:00:00Z")])
    assert quarters(top) == {
        "April to June 2027": ["Wed 12 May Summit", "Wed 30 Jun Fair"],
        "July to September 2027": ["Thu 1 Jul Call"],
    }
    links = top.one(id="timeline").one("nav").all("a")
    assert [(link.text, link.attributes["href"]) for link in links] == [
        ("Q2 2027", "#q2027-2"),
        ("Q3 2027", "#q2027-3"),
    ]


@pytest.mark.parametrize(
    ("start", "lengths"),
    [
        ("2027-02-01T08:00:00Z", "31-28-31"),
        ("2028-02-01T08:00:00Z", "31-29-31"),
        (MAY, "30-31-30"),
        ("2027-08-01T08:00:00Z", "31-31-30"),
        ("2027-11-01T08:00:00Z", "31-30-31"),
    ],
)
def test_months_are_as_wide_as_they_are_long(start: str, lengths: str) -> None:
    section = shown([event("Summit", start)]).one("section", "quarter")
    assert f"l{lengths}" in section.attributes["class"].split()
    assert f".l{lengths} " in shown([]).one("style").source


def test_a_bar_stands_at_its_days() -> None:
    top = shown([event("Summit", "2027-05-01T10:00:00Z", "2027-05-03T22:00:00Z")])
    assert bars(top) == [("on", 30.5, 2.5)]
    assert quarters(top) == {"April to June 2027": ["1 to 3 May Summit"]}
    assert top.one("svg").attributes["aria-hidden"] == "true"


def test_a_short_event_has_a_bar_that_can_be_seen() -> None:
    assert bars(shown([event("Call", "2027-05-01T10:00:00Z", "2027-05-01T10:30:00Z")])) == [("on", 30.5, 0.6)]


def test_an_event_across_quarters_has_a_part_of_its_bar_in_each() -> None:
    top = shown([event("Fair", "2027-06-29T22:00:00Z", "2027-07-02T22:00:00Z")])
    assert bars(top) == [("on", 90, 1), ("on", 0, 2)]
    assert [*quarters(top).values()] == [["30 Jun to 2 Jul Fair"]] * 2


@pytest.mark.parametrize(("end", "number"), [("2028-12-31T08:00:00Z", 8), ("2029-01-01T08:00:00Z", 2)])
def test_an_event_of_more_than_eight_quarters_stands_in_its_first_and_last(end: str, number: int) -> None:
    assert len(quarters(shown([event("Campaign", "2027-01-01T08:00:00Z", end)]))) == number


def test_a_moved_event_has_a_ghost_of_its_bar() -> None:
    old = span_of("2027-05-12T10:00:00Z", None, BERLIN)
    top = shown([event("Summit", "2027-05-20T10:00:00Z", old_span=old, marks=(Mark.MOVED,))], is_plan=True)
    assert bars(top) == [("was", 41.5, 0.6), ("on", 49.5, 0.6)]
    assert quarters(top) == {"April to June 2027": ["Wed 12 May → Thu 20 May Summit → Moved"]}


def test_an_event_moved_to_another_quarter_has_one_bar_in_each() -> None:
    old = span_of(MAY, None, BERLIN)
    top = shown([event("Summit", "2027-08-20T08:00:00Z", old_span=old)])
    assert [look for look, _, _ in bars(top)] == ["was", "on"]
    assert [*quarters(top).values()] == [["Wed 12 May → Fri 20 Aug Summit"]] * 2


def test_an_event_without_a_time_has_no_row() -> None:
    assert quarters(shown([event("Summit")])) == {}


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00Z", "9999-12-31T22:00:00Z"])
def test_the_ends_of_the_calendar_have_their_quarters(start: str) -> None:
    assert len(bars(shown([event("End", start)]))) == 1
