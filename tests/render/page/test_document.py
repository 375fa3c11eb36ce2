"""A page as one HTML file."""

import base64
import hashlib
import re

import pytest
from hypothesis import given

from reconciler.planning.plan import Plan
from reconciler.render.page.document import POLICY, html_page
from reconciler.render.page.model import CalendarPage, Mark, Note, in_order
from reconciler.render.page.planned import plan_page
from tests.building import HOSTILE, plans
from tests.github.runner_parser import possible_commands
from tests.hostile import acting as acting_in_text
from tests.render.page.events import LINKS, event, shown
from tests.render.page.reading import acting, broken_places, links, read

MAY = "2027-05-12T08:00:00Z"


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_lets_run_what_stands_in_the_page_and_nothing_else() -> None:
    top = shown([event("Summit", MAY)])
    policy = top.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert policy == POLICY
    assert dict(part.split(" ", 1) for part in policy.split("; ")) == {
        "default-src": "'none'",
        "script-src": digest(top.one("script").source),
        "style-src": digest(top.one("style").source),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    # It comes before all that it is about.
    assert [node.attributes.get("http-equiv") for node in top.all("meta")][:2] == [None, "Content-Security-Policy"]


@given(plans)
def test_no_plan_acts_in_its_page(plan: Plan) -> None:
    page = html_page(plan_page(plan), LINKS)
    top = read(page)
    assert acting(top) == []
    assert broken_places(top) == set()
    assert possible_commands(page) == []
    assert acting_in_text(page) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_acts_wherever_it_stands(text: str) -> None:
    full = event(
        text,
        MAY,
        kind=text,
        organizer=text,
        url=text,
        people=text,
        remarks=(text,),
        record=((text, text),),
        marks=(Mark.NEW,),
    )
    note = Note(text, (text,), is_urgent=True)
    page = html_page(CalendarPage(text, (text,), (text,), (full,), (note,), (note,), is_plan=True), LINKS)
    top = read(page)
    assert acting(top) == []
    assert {link for link in links(top) if not link.startswith("#")} <= {"https://evil.example/?a=b&c=d"}
    assert possible_commands(page) == []


def test_a_page_has_one_heading_and_those_below_it_in_order() -> None:
    top = shown([event("Summit", MAY)], before=(Note("First", ("x",)),), after=(Note("Last", ("x",)),))
    headings = [(node.tag, node.text) for node in top if re.fullmatch("h[1-6]", node.tag)]
    assert headings == [
        ("h1", "Title"),
        ("h2", "First"),
        ("h2", "Months"),
        ("h2", "Timeline"),
        ("h3", "April to June 2027"),
        ("h2", "List"),
        ("h3", "May 2027"),
        ("h4", "Summit"),
        ("h2", "Last"),
    ]
    assert top.one("html").attributes == {"lang": "en"}
    assert top.one("title").text == "Title"


def test_a_page_without_events_says_so() -> None:
    top = shown([])
    assert top.one("main").text == "There is nothing to show in a calendar."
    assert not top.all(id="filters")
    assert broken_places(top) == set()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), []),
        (("a",), ["1 event has no known date: in the list ."]),
        (("a", "b"), ["2 events have no known date: in the list ."]),
    ],
)
def test_events_that_only_the_list_shows_are_counted_in_the_other_views(
    names: tuple[str, ...], said: list[str]
) -> None:
    top = shown([event("Summit", MAY), *map(event, names)])
    views = {
        view: [line.text for line in top.one(id=view).all("p", "undated")] for view in ("months", "timeline", "list")
    }
    assert views == {"months": said, "timeline": said, "list": []}


def test_filters_offer_what_the_events_have_and_wait_for_the_script() -> None:
    events = [event("a", MAY, kind="WEBINAR", organizer="Acme", marks=(Mark.MOVED,)), event("b", kind="FAIR")]
    filters = shown(events, is_plan=True).one(id="filters")
    assert "hidden" in filters.attributes
    offers = {
        select.attributes["data-filter"]: [(option.attributes["value"], option.text) for option in select.all("option")]
        for select in filters.all("select")
    }
    assert offers == {
        "kind": [("", "All"), ("0", "FAIR"), ("1", "WEBINAR")],
        "organizer": [("", "All"), ("0", "Acme")],
        "marks": [("", "All"), ("4", "Moved")],
    }
    bare = shown([event("a", MAY)]).one(id="filters")
    assert (len(bare.all("input")), bare.all("select")) == (1, [])


def test_a_calendar_has_the_colours_of_its_types() -> None:
    kinds = [*"abcdefghi"]
    top = shown([event(kind, MAY, kind=kind) for kind in kinds] + [event("none", MAY)])
    legend = [(item.attributes["class"], item.text) for item in top.one("ul", "legend").all("li")]
    assert legend == [(f"k{number % 8}", kind) for number, kind in enumerate(kinds)]
    assert [item.attributes["class"] for item in top.one(id="d2027-05-12").all("li")] == [
        *(f"e k{number % 8}" for number in range(9)),
        "e plain",
    ]
    style = top.one("style").source
    assert all(re.search(rf"\.k{number}\b", style) for number in range(8))
    assert not shown([event("none", MAY)]).all("ul", "legend")


def test_a_plan_counts_its_marks_in_the_legend() -> None:
    marks = [(Mark.CANCELLED, Mark.MOVED), (Mark.MOVED,), (Mark.ASIDE,), *[(mark,) for mark in Mark]]
    top = shown([event(f"e{number}", MAY, marks=each) for number, each in enumerate(marks)], is_plan=True)
    assert top.one("ul", "legend").text == (
        "1 + New 3 → Moved 1 ~ Changed 1 ✓ Completed 2 ✕ Cancelled 1 − Deleted 2 ! Set aside "  # noqa: RUF001  (the sign of the page)
        "1 ? Orphan 1 = Unchanged 1 ✕ Cancelled already"
    )


def test_a_deleted_event_is_struck_out_and_an_unchanged_one_has_no_badge() -> None:
    events = [event("a", MAY, marks=(Mark.DELETED,)), event("b", MAY, marks=(Mark.UNCHANGED,))]
    gone, same = shown(in_order(events), is_plan=True).one(id="d2027-05-12").all("li")
    assert (gone.attributes["class"], gone.text) == ("e deleted off", "10:00 a − Deleted")  # noqa: RUF001  (as above)
    assert (same.attributes["class"], same.text) == ("e unchanged", "10:00 b")


def test_a_filter_finds_what_has_the_badge_and_no_other_event() -> None:
    marks = [(Mark.CANCELLED, Mark.NEW), (Mark.CHANGED, Mark.STILL_CANCELLED), (Mark.CANCELLED,)]
    top = shown([event(f"e{number}", MAY, marks=each) for number, each in enumerate(marks)], is_plan=True)
    (choice,) = [option for option in top.one(id="filters").all("option") if option.text == "Cancelled"]
    for entry in top.one(id="list").all("li", "event"):
        badges = [badge.text for badge in entry.all("span", "badge")]
        assert (choice.attributes["value"] in entry.attributes["data-marks"].split()) == ("✕ Cancelled" in badges)


def test_an_event_that_is_cancelled_says_so_once() -> None:
    cancelled = event("a", MAY, marks=(Mark.CANCELLED,), is_cancelled=True)
    assert shown([cancelled], is_plan=True).one(id="d2027-05-12").one("li").text == "10:00 a ✕ Cancelled"
