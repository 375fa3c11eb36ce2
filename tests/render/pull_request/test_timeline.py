"""A plan's dates as the source of a Mermaid picture."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.change import Change, FieldChange
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Plan
from reconciler.render.pull_request.timeline import MOST_BARS, timeline
from tests.building import PORTAL, live, plans
from tests.render.pages import fences
from tests.render.situations import DAY, END, NOTHING, OLD, ROADSHOW, SEEN, START, create, move, update

LINE = re.compile(
    r"gantt|    (accTitle: When the events of this plan take place|dateFormat YYYY-MM-DD HH:mm|todayMarker off"
    r"|axisFormat [%a-zA-Z: ]+|tickInterval \d+[a-z]+|section (New|Moved|Cancelled|Deleted)"
    r"|(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:[^:;#%{}<>\"`\n]|#\d+;)* :(active|done|crit), "
    r"(milestone, \d{4}-\d\d-\d\d \d\d:\d\d, 0m|\d{4}-\d\d-\d\d \d\d:\d\d, \d{4}-\d\d-\d\d \d\d:\d\d))"
)
"""Every line that can occur: ours, and the label of a bar without any of Mermaid's own signs."""


def picture(plan: Plan) -> list[str]:
    (source,) = fences(timeline(plan), "mermaid")
    return source.split("\n")[:-1]


def bars(*changes: Change) -> list[str]:
    return [line.strip() for line in picture(replace(NOTHING, changes=changes)) if " :" in line]


@given(plans)
def test_every_line_is_one_of_ours(plan: Plan) -> None:
    drawn = timeline(plan)
    if drawn:
        assert [line for line in picture(plan) if not LINE.fullmatch(line)] == []


@given(st.text() | st.text(alphabet='ab:;#%,{}"`\n click section'))
def test_no_name_writes_a_line_of_its_own(name: str) -> None:
    lines = picture(replace(NOTHING, changes=(create("a", name, "2027-05-12T16:00:00Z"),)))
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert len(lines) == 7


def test_a_cancelled_event_shows_its_dates_where_they_are_known() -> None:
    known = timeline(replace(NOTHING, changes=(ROADSHOW,)), SEEN)
    assert "    Sun 30 May 10#58;00, Roadshow :crit, 2027-05-30 10:00, 2027-05-30 20:00\n" in known
    assert timeline(replace(NOTHING, changes=(ROADSHOW,))) == ""


def test_an_orphan_brings_its_dates_along() -> None:
    verdict = OrphanVerdict(ROADSHOW.identity, "Roadshow", "2027-05-30T08:00:00Z", None, 0, Will.CANCEL, "why")
    drawn = timeline(replace(NOTHING, changes=(ROADSHOW,), orphans=(verdict,)))
    assert "    Sun 30 May 10#58;00, Roadshow :crit, milestone, 2027-05-30 10:00, 0m\n" in drawn


def test_a_moved_event_shows_its_old_and_its_new_time() -> None:
    seen = {DAY.identity: live("1", fields={START: "2027-05-12T16:00:00Z", END: "2027-05-14T16:00:00Z"})}
    drawn = timeline(replace(NOTHING, changes=(DAY,)), seen)
    assert "    Wed 12 May 18#58;00, Product day (old) :done, 2027-05-12 18:00, 2027-05-14 18:00\n" in drawn
    assert "    Thu 13 May 19#58;00, Product day (new) :active, 2027-05-13 19:00, 2027-05-14 18:00\n" in drawn


def test_what_is_deleted_and_what_is_short_is_marked() -> None:
    assert bars(create("a", "A", "2027-05-12T16:00:00Z", "2027-05-12T17:00:00Z"), OLD) == [
        "Wed 12 May 18#58;00, A :active, milestone, 2027-05-12 18:00, 0m",
        "Sat 12 Jun 18#58;00, Old meetup :crit, 2027-06-12 18:00, 2027-06-14 18:00",
    ]


def test_an_end_that_clocks_show_before_the_start_makes_no_bar() -> None:
    (bar,) = bars(create("a", "A", "2027-10-31T00:30:00Z", "2027-10-31T01:10:00Z"))
    assert bar == "Sun 31 Oct 02#58;30, A :active, milestone, 2027-10-31 02:30, 0m"


def test_what_comes_first_stands_first() -> None:
    starts = {"c": "2027-05-14T16:00:00Z", "a": "2027-05-12T16:00:00Z", "b": "2027-05-13T16:00:00Z"}
    drawn = bars(*(create(key, key, start) for key, start in starts.items()))
    assert [line.split(", ")[1][0] for line in drawn] == ["a", "b", "c"]


def test_a_change_of_other_fields_is_not_drawn() -> None:
    other = update("a", "A", FieldChange("eventType", "a", "b"))
    assert timeline(replace(NOTHING, changes=(other,))) == ""


@pytest.mark.parametrize("start", ["0999-12-31T00:00:00Z", "no date", None])
def test_what_has_no_date_that_can_be_drawn_is_counted(start: str | None) -> None:
    changes = (create("a", "A", start), create("b", "B", "2027-05-12T16:00:00Z"))
    drawn = timeline(replace(NOTHING, changes=changes))
    assert drawn.count(" :active") == 1
    assert drawn.endswith(" 1 more change not drawn: the picture is full, or it has no date here.\n")


def test_a_picture_holds_so_many_changes_and_counts_the_rest() -> None:
    many = tuple(
        update(f"e{n}", f"E{n}", move("2027-05-12T16:00:00Z", "2027-05-13T16:00:00Z")) for n in range(MOST_BARS + 12)
    )
    drawn = timeline(Plan(PORTAL, many, 0))
    assert drawn.count("(old)") == drawn.count("(new)") == MOST_BARS
    assert "12 more changes not drawn" in drawn


@pytest.mark.parametrize(
    ("end", "axis"),
    [
        ("2027-05-12T08:00:00Z", "axisFormat %d %b %H:%M"),
        ("2027-05-12T10:00:00Z", "axisFormat %H:%M"),
        ("2027-05-12T20:00:00Z", "axisFormat %H:%M"),
        ("2027-05-13T20:00:00Z", "axisFormat %d %b %H:%M"),
        ("2027-05-20T08:00:00Z", "axisFormat %d %b"),
        ("2027-07-20T08:00:00Z", "axisFormat %d %b"),
        ("2028-05-20T08:00:00Z", "axisFormat %b %Y"),
        ("2030-05-20T08:00:00Z", "axisFormat %b %Y"),
        ("2037-05-20T08:00:00Z", "axisFormat %Y"),
        ("2937-05-20T08:00:00Z", "axisFormat %Y"),
    ],
)
def test_the_axis_fits_the_span(end: str, axis: str) -> None:
    changes = (create("a", "A", "2027-05-12T08:00:00Z"), create("b", "B", end))
    assert f"    {axis}" in picture(replace(NOTHING, changes=changes))


def test_years_are_told_where_there_is_more_than_one() -> None:
    first, _ = bars(create("a", "A", "2027-05-12T08:00:00Z"), create("b", "B", "2028-05-12T08:00:00Z"))
    assert first.startswith("Wed 12 May 2027 10#58;00, A ")


def test_a_long_name_is_cut_and_a_missing_one_replaced() -> None:
    long, missing = bars(create("a", "x" * 40, "2027-05-12T08:00:00Z"), create("b", None, "2027-05-12T08:00:00Z"))
    assert f"{'x' * 31}… :" in long
    assert "acme/b :" in missing
