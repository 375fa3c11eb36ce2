"""The months of a page, each as a table of its days."""

import pytest

from reconciler.render.dates import clocks_in
from reconciler.render.page.model import Mark, span_of
from reconciler.render.page.texts import MOST_OF_A_NAME
from tests.render.page.events import BERLIN, event, shown
from tests.render.page.reading import Node


def days(top: Node) -> dict[str, list[str]]:
    """Return what each day shows that shows anything."""
    cells = {
        cell.attributes["id"]: [item.text for item in cell.all("li")]
        for cell in top.all("td")
        if "id" in cell.attributes
    }
    return {day: items for day, items in cells.items() if items}


def test_a_month_is_a_table_of_weeks_with_a_caption() -> None:
    top = shown([event("Summit", "2027-05-12T08:00:00Z")])
    table = top.one(id="months").one("table")
    assert table.one("caption").text == "May 2027"
    assert [head.text for head in table.all("th", scope="col")] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    weeks = [[cell.text for cell in row.all("td")] for row in table.one("tbody").all("tr")]
    assert weeks[0] == ["", "", "", "", "", "Sat 1", "Sun 2"]
    assert weeks[2][2] == "Wed 12 10:00 Summit"
    assert weeks[5] == ["Mon 31", "", "", "", "", "", ""]
    assert [len(week) for week in weeks] == [7] * 6


def test_every_day_of_an_event_shows_it_with_its_number() -> None:
    top = shown([event("Fair", "2027-05-31T08:00:00Z", "2027-06-02T08:00:00Z"), event("Call", "2027-06-01T05:00:00Z")])
    assert days(top) == {
        "d2027-05-31": ["10:00 Fair"],
        "d2027-06-01": ["day 2 of 3 Fair", "07:00 Call"],
        "d2027-06-02": ["day 3 of 3 Fair"],
    }


@pytest.mark.parametrize(("end", "number"), [("2027-05-31T20:00:00Z", 31), ("2027-06-01T20:00:00Z", 2)])
def test_an_event_of_more_than_31_days_stands_on_its_first_and_last(end: str, number: int) -> None:
    assert len(days(shown([event("Campaign", "2027-05-01T08:00:00Z", end)]))) == number


@pytest.mark.parametrize(("letters", "told"), [(MOST_OF_A_NAME, ""), (MOST_OF_A_NAME + 1, "…")])
def test_only_the_list_has_the_whole_of_a_very_long_name(letters: int, told: str) -> None:
    long = "x" * letters
    top = shown([event(long, "2027-05-01T08:00:00Z", "2027-05-31T20:00:00Z")])
    shortened = "x" * MOST_OF_A_NAME + told
    assert [name.text for name in top.one(id="months").all("span", class_="name")] == [shortened] * 31
    assert [name.text for name in top.one(id="timeline").all("span", class_="name")] == [shortened]
    assert long in top.one(id="list").text


def test_a_moved_event_is_a_ghost_on_its_old_day() -> None:
    old = span_of("2027-05-12T08:00:00Z", None, BERLIN)
    top = shown([event("Summit", "2027-05-20T09:00:00Z", old_span=old, marks=(Mark.MOVED,))], is_plan=True)
    assert days(top) == {"d2027-05-12": ["moved to Thu 20 May Summit"], "d2027-05-20": ["11:00 Summit → Moved"]}
    ghost = top.one(id="d2027-05-12")
    assert ghost.one("del").text == "Summit"
    assert ghost.one("li").attributes["class"] == "e ghost"


def test_a_day_is_in_order_of_its_own_times_and_what_goes_on_comes_first() -> None:
    old = span_of("2027-05-12T06:00:00Z", None, BERLIN)
    events = [
        event("Fair", "2027-05-11T16:00:00Z", "2027-05-12T16:00:00Z"),
        event("Call", "2027-05-12T08:00:00Z"),
        event("Summit", "2027-05-20T09:00:00Z", old_span=old),
    ]
    assert days(shown(events))["d2027-05-12"] == ["day 2 of 2 Fair", "moved to Thu 20 May Summit", "10:00 Call"]


def test_a_ghost_of_an_event_without_a_new_time_says_no_day() -> None:
    old = span_of("2027-05-12T08:00:00Z", None, BERLIN)
    assert days(shown([event("Summit", old_span=old)])) == {"d2027-05-12": ["moved Summit"]}


def test_an_event_that_moves_within_its_day_shows_both_times() -> None:
    old = span_of("2027-05-12T08:00:00Z", None, BERLIN)
    top = shown([event("Summit", "2027-05-12T09:00:00Z", old_span=old, marks=(Mark.MOVED,))], is_plan=True)
    assert days(top) == {"d2027-05-12": ["10:00 → 11:00 Summit → Moved"]}


def test_an_event_whose_end_alone_moves_shows_its_begin_once() -> None:
    old = span_of("2027-05-12T08:00:00Z", "2027-05-12T09:00:00Z", BERLIN)
    top = shown([event("Summit", "2027-05-12T08:00:00Z", "2027-05-12T10:00:00Z", old_span=old)])
    assert days(top) == {"d2027-05-12": ["10:00 Summit"]}


def test_a_time_names_its_place_where_it_is_another() -> None:
    london = clocks_in("Europe/London", "Europe/Berlin")
    assert days(shown([event("Call", "2027-05-12T23:30:00Z", clocks=london)])) == {"d2027-05-13": ["00:30 London Call"]}


def test_a_cancelled_event_says_so_and_is_struck_out() -> None:
    top = shown([event("Summit", "2027-05-12T08:00:00Z", is_cancelled=True)])
    assert days(top) == {"d2027-05-12": ["10:00 Summit ✕ Cancelled"]}
    assert "off" in top.one(id="d2027-05-12").one("li").attributes["class"].split()


def test_months_have_links_where_there_are_several() -> None:
    top = shown([event("a", "2027-05-12T08:00:00Z"), event("b", "2028-01-12T08:00:00Z")])
    months = top.one(id="months")
    assert [(link.text, link.attributes["href"]) for link in months.one("nav").all("a")] == [
        ("May 2027", "#m2027-05"),
        ("Jan 2028", "#m2028-01"),
    ]
    assert [month.attributes["id"] for month in months.all("section", "month")] == ["m2027-05", "m2028-01"]
    assert not shown([event("a", "2027-05-12T08:00:00Z")]).one(id="months").all("nav")


@pytest.mark.parametrize(
    ("start", "day"), [("0001-01-01T00:00:00Z", "d0001-01-01"), ("9999-12-31T22:00:00Z", "d9999-12-31")]
)
def test_the_ends_of_the_calendar_can_be_shown(start: str, day: str) -> None:
    assert [*days(shown([event("End", start, start)]))] == [day]
