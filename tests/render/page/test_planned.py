"""The page of a plan."""

import re
from dataclasses import replace
from typing import Any

import pytest

from reconciler.change import FieldChange, Outline, Source
from reconciler.diagnostics import Place, info, warning
from reconciler.event import Identity, Value
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Plan
from reconciler.planning.set_aside import SetAside
from reconciler.render import text
from reconciler.render.page.document import html_page
from reconciler.render.page.model import CalendarPage, Mark, PageEvent
from reconciler.render.page.planned import plan_page
from tests.building import adopted, declared, live, planned_from, traced
from tests.render.page.reading import read
from tests.render.series import CANCELLED as CANCEL
from tests.render.series import HOUR, LINK, WEEKLY, changed, moved, new, plan_of
from tests.render.situations import DAY, END, LAUNCH, NOTHING, OLD, PLAN, START, drifted, move, update

ASIDE = SetAside(Identity(object_id="5"), "Fair", "object-not-live", Source("events/fair.yaml", 1), "it is gone")
FULL = replace(
    PLAN,
    set_aside=(ASIDE,),
    diagnostics=(
        *PLAN.diagnostics,
        warning("object-not-live", "object 5 is not live", Place("events/fair.yaml", 1), "delete it"),
        info("no-longer-declared", "acme/gone is no longer declared"),
    ),
)


def only(page: CalendarPage) -> PageEvent:
    (found,) = page.events
    return found


def of(*fields: FieldChange, **more: Any) -> PageEvent:
    return only(plan_page(replace(NOTHING, changes=(replace(update("summit", "Summit", *fields), **more),))))


# The layout of the text, and the words whose place the page gives to badges and headings.
_LAYOUT = re.compile(r" {2,}| · | → |\n")
_HEADINGS = re.compile(r"(Create|Update|Delete) \d+ events?|What the files change|ends")
_DAY = re.compile(r"[A-Z][a-z]{2} \d+ [A-Z][a-z]{2} \d{4} (?=\d\d:\d\d$)")
"""The page says begin and end in one line, and the day once."""


@pytest.mark.parametrize(
    "plan", [PLAN, FULL, NOTHING, drifted(), traced()], ids=["usual", "full", "none", "drift", "base"]
)
def test_a_page_says_all_that_the_text_says(plan: Plan) -> None:
    shown = read(html_page(plan_page(plan))).text
    pieces = [_DAY.sub("", re.sub("^[-+~!] ", "", piece.strip())) for piece in _LAYOUT.split(text.plan(plan))]
    assert [piece for piece in pieces if piece not in shown and not _HEADINGS.fullmatch(piece)] == []


@pytest.mark.parametrize(
    ("fields", "marks"),
    [
        ((move("2027-05-12T16:00:00Z", "2027-05-13T16:00:00Z"),), [Mark.MOVED]),
        ((move("2027-05-12T16:00:00Z", "2027-05-13T16:00:00Z", END),), [Mark.CHANGED]),
        ((FieldChange(START, None, "2027-05-13T16:00:00Z"),), [Mark.CHANGED]),
        ((FieldChange("eventName", "a", "b"),), [Mark.CHANGED]),
        ((FieldChange("eventCancelled", before=False, after=True),), [Mark.CANCELLED]),
        ((FieldChange("eventCancelled", before=True, after=False),), [Mark.CHANGED]),
        ((FieldChange("eventCompleted", before=False, after=True),), [Mark.COMPLETED]),
        (
            (
                FieldChange("eventName", "a", "b"),
                move("2027-05-12T16:00:00Z", "2027-05-13T16:00:00Z"),
                FieldChange("eventCancelled", before=False, after=True),
            ),
            [Mark.CANCELLED, Mark.MOVED, Mark.CHANGED],
        ),
    ],
)
def test_an_update_has_a_mark_for_each_thing_that_it_does(fields: tuple[FieldChange, ...], marks: list[Mark]) -> None:
    assert list(of(*fields).marks) == marks


def test_a_new_event_and_a_deleted_orphan_have_their_marks() -> None:
    events = {event.name: event for event in plan_page(replace(NOTHING, changes=(LAUNCH, OLD))).events}
    assert [event.marks for event in events.values()] == [(Mark.NEW,), (Mark.DELETED, Mark.ORPHAN)]
    old = events["Old meetup"]
    assert old.span is not None
    assert old.span.first.isoformat() == "2027-06-12"


@pytest.mark.parametrize(
    ("fields", "held", "old", "new"),
    [
        ((move("2027-05-12T16:00:00Z", "2027-05-13T17:00:00Z"),), {}, "12 May 18:00", "13 May 19:00"),
        (
            (move("2027-05-12T17:00:00Z", "2027-05-12T18:00:00Z", END),),
            {"start": "2027-05-12T16:00:00Z", "end": "2027-05-12T18:00:00Z"},
            "12 May 18:00 to 19:00",
            "12 May 18:00 to 20:00",
        ),
        (
            (move("2027-05-12T16:00:00Z", "2027-05-13T16:00:00Z"),),
            {"start": "2027-05-13T16:00:00Z", "end": "2027-05-13T18:00:00Z"},
            "12 May 18:00 to 13 May 20:00",
            "13 May 18:00 to 20:00",
        ),
        ((FieldChange(START, None, "2027-05-13T16:00:00Z"),), {}, None, "13 May 18:00"),
        ((FieldChange("eventName", "a", "b"),), {"start": "2027-05-12T16:00:00Z"}, None, "12 May 18:00"),
        ((FieldChange("eventName", "a", "b"),), {}, None, None),
    ],
)
def test_a_change_has_its_old_and_its_new_time(
    fields: tuple[FieldChange, ...], held: dict[str, Any], old: str | None, new: str | None
) -> None:
    event = of(*fields, outline=Outline(**held))
    times = [None if span is None else span.text(event.clocks) for span in (event.old_span, event.span)]
    assert [time and re.sub("(Wed|Thu) | 2027", "", time) for time in times] == [old, new]


def test_an_update_shows_what_is_known_of_the_event_and_its_rows() -> None:
    event = of(
        FieldChange("eventUrl", "https://acme.example/a", "https://acme.example/b"),
        FieldChange("eventDescription", "a", "b"),
        outline=Outline(event_type="FAIR", organizer="Acme", properties=(("region", "EMEA"),)),
    )
    assert (event.kind, event.organizer, event.url) == ("FAIR", "Acme", "https://acme.example/b")
    assert event.record == (("region", "EMEA"),)
    assert [(row.label, row.difference.after) for row in event.rows] == [
        ("link", "https://acme.example/b"),
        ("description", "b"),
    ]


def test_an_update_shows_the_link_that_it_leaves() -> None:
    event = of(FieldChange("eventDescription", "a", "b"), outline=Outline(url="https://acme.example/a"))
    assert event.url == "https://acme.example/a"


def test_a_new_event_that_is_cancelled_counts_as_both() -> None:
    created = replace(LAUNCH, fields=(*LAUNCH.fields, FieldChange("eventCancelled", None, after=True)))
    event = only(plan_page(replace(NOTHING, changes=(created,))))
    assert (event.marks, event.is_cancelled) == ((Mark.CANCELLED, Mark.NEW), True)


CANCELLED = Outline(cancelled=True)


def test_a_changed_event_that_was_cancelled_before_is_struck_out_and_says_so() -> None:
    event = of(FieldChange("eventName", "a", "b"), outline=CANCELLED)
    assert (event.marks, event.is_cancelled) == ((Mark.CHANGED, Mark.STILL_CANCELLED), True)
    assert "stays cancelled in HubSpot" in event.remarks
    taken_back = of(FieldChange("eventCancelled", before=True, after=False))
    assert (taken_back.marks, taken_back.is_cancelled) == ((Mark.CHANGED,), False)


def test_a_deleted_event_says_that_it_was_cancelled() -> None:
    event = only(plan_page(replace(NOTHING, changes=(replace(OLD, outline=CANCELLED),))))
    assert event.marks == (Mark.DELETED, Mark.ORPHAN, Mark.STILL_CANCELLED)


def test_an_unchanged_event_that_is_cancelled_is_not_one_that_the_plan_cancels() -> None:
    fields: dict[str, Value] = {"eventName": "A", "eventCancelled": True}
    planned = planned_from([declared("a", fields)], [live("1", "a", fields)])
    event = only(plan_page(planned.plan, planned.untouched()))
    assert (event.marks, event.is_cancelled) == ((Mark.UNCHANGED, Mark.STILL_CANCELLED), True)


def test_an_event_that_is_set_aside_is_as_cancelled_as_hubspot_says() -> None:
    planned = planned_from([adopted("5", {"eventName": "Fair", "eventCancelled": True})])
    event = only(plan_page(planned.plan, planned.untouched()))
    assert (event.marks, event.is_cancelled) == ((Mark.ASIDE,), False)


def test_the_registered_are_told_apart_from_the_remarks() -> None:
    event = only(plan_page(replace(NOTHING, changes=(replace(DAY, refused="0 allowed"),))))
    assert (event.people, event.remarks) == ("41 registered", ("an apply refuses it: 0 allowed",))
    new = only(plan_page(replace(NOTHING, changes=(LAUNCH,))))
    assert (new.people, new.remarks) == ("", ())


def test_what_comes_from_hubspot_says_so_and_what_the_files_change_does_not() -> None:
    remarks = {event.name: event.remarks for event in plan_page(traced()).events}
    assert remarks["Launch"] == remarks["Mixed"] == ()
    waiting = "Merged, waiting to be applied: the last apply was of an older commit"
    assert remarks["Merged"] == remarks["Neither"] == (waiting,)
    assert remarks["Drifted"] == ("Drift: changed in HubSpot, and an apply puts back what the files declare",)


def test_unchanged_events_are_shown_where_they_are_known() -> None:
    events = (declared("summit", {"eventName": "Summit", START: "2027-05-12T16:00:00Z", "customProperties.a": "x"}),)
    held = {"eventName": "Summit", START: "2027-05-12T16:00:00Z", "eventType": "FAIR", "customProperties.a": "x"}
    planned = planned_from(events, [live("1", fields={**held, "customProperties.b": "y"}, registrants=3)])
    event = only(plan_page(planned.plan, planned.untouched()))
    assert (event.name, event.marks, event.kind, event.people) == ("Summit", (Mark.UNCHANGED,), "FAIR", "3 registered")
    assert (event.record, event.source) == ((("a", "x"),), Source("events/summit.yaml", 3))
    assert plan_page(planned.plan).lead[1:] == ("1 unchanged event not shown: a saved plan does not hold them.",)
    assert plan_page(planned.plan, planned.untouched()).lead[1:] == ()


def test_an_event_that_is_set_aside_is_shown_once() -> None:
    planned = planned_from([adopted("5", {"eventName": "Fair", START: "2027-05-12T16:00:00Z"})])
    event = only(plan_page(planned.plan, planned.untouched()))
    assert (event.name, event.marks, event.people) == ("Fair", (Mark.ASIDE,), "")
    assert event.span is not None
    saved = only(plan_page(planned.plan))
    assert (saved.name, saved.marks, saved.span, saved.source) == ("Fair", (Mark.ASIDE,), None, event.source)


def test_an_adopted_event_without_a_name_of_its_own_has_that_of_hubspot() -> None:
    planned = planned_from(
        [adopted("5", {"eventType": "FAIR"})], [live("5", None, {"eventName": "Fair", "eventType": "FAIR"}, app=None)]
    )
    assert only(plan_page(planned.plan, planned.untouched())).name == "Fair"


def test_an_orphan_that_is_left_alone_stands_in_the_calendar() -> None:
    orphan = OrphanVerdict(
        Identity(None, "old", "9"), "Old", "2027-05-12T16:00:00Z", None, 7, Will.NOTHING, "the settings say so"
    )
    page = plan_page(replace(NOTHING, orphans=(orphan, replace(orphan, will=Will.DELETE)), orphaned=2))
    event = only(page)
    assert (event.marks, event.people, event.remarks) == (
        (Mark.ORPHAN,),
        "7 registered",
        ("left alone: the settings say so",),
    )
    assert event.span is not None


def test_what_is_done_to_a_series_is_said_together_and_each_occurrence_names_it() -> None:
    page = plan_page(WEEKLY)
    (note,) = page.before
    assert (note.heading, note.is_urgent) == ("Repeated events", False)
    assert note.lines == (
        "Weekly demo: 4 new, 3 moved, 1 cancelled, 3 changed, 1 deleted, 47 unchanged",
        "Office hours: 2 new",
    )
    assert {event.series for event in page.events if "/weekly-demo-" in event.ids} == {"Weekly demo"}
    assert {event.series for event in page.events if "/weekly-demo-" not in event.ids} == {""}


def test_events_of_a_series_that_have_several_marks_are_counted_by_each() -> None:
    both = replace(moved(5, HOUR), fields=(*moved(5, HOUR).fields, LINK))
    page = plan_page(plan_of(both, moved(6, HOUR), changed(7, CANCEL, LINK)))
    assert page.before[0].lines == ("Weekly demo: 2 moved, 1 cancelled; of these also 2 changed",)
    assert [page.count(mark) for mark in (Mark.MOVED, Mark.CANCELLED, Mark.CHANGED)] == [2, 1, 2]


def test_a_series_that_the_plan_does_not_name_has_its_id() -> None:
    assert only(plan_page(replace(NOTHING, changes=(new(1),)))).series == "weekly-demo"
    assert only(plan_page(plan_of(new(1), name=None))).series == "weekly-demo"


def test_an_unchanged_occurrence_names_its_series() -> None:
    event = replace(declared("a-2027-05-12", {"eventName": "A"}), series="a", series_name="Weekly A")
    planned = planned_from([event], [live("1", "a-2027-05-12", {"eventName": "A"})])
    assert only(plan_page(planned.plan, planned.untouched())).series == "Weekly A"


def test_what_must_not_be_missed_stands_before_the_calendar() -> None:
    page = plan_page(FULL)
    assert [(note.heading, note.is_urgent) for note in page.before] == [
        ("Look at this first", True),
        ("Set aside: these events cannot be planned, and all others are", True),
        ("An apply would refuse a part of this", True),
    ]
    assert [(note.heading, note.is_urgent) for note in page.after] == [
        ("Orphans: in HubSpot, made by our app, declared nowhere", False),
        ("Notes", False),
    ]


def test_the_fixed_lines_are_those_of_the_text() -> None:
    for plan in (PLAN, FULL, NOTHING):
        fixed = plan_page(plan).fixed
        assert text.plan(plan).splitlines()[-len(fixed) :] == list(fixed)
    assert plan_page(NOTHING).fixed[0] == "No changes. HubSpot holds what the files declare."


@pytest.mark.parametrize(
    ("field", "value", "record"),
    [
        (START, "soon", (("starts", "soon"),)),
        (END, "2027-05-12T16:00:00Z", (("ends", "Wed 12 May 2027 18:00"),)),
        ("eventUrl", "ftp://acme.example", (("link", "ftp://acme.example"),)),
        ("eventUrl", "https://acme.example", ()),
        ("eventCompleted", True, (("completed", "yes"),)),
        ("eventCompleted", False, ()),
        ("eventCancelled", True, ()),
        ("eventDescription", " x ", (("description", "x"),)),
        ("eventDescription", None, ()),
        ("eventType", "FAIR", ()),
        ("customProperties.region", "EMEA", (("region", "EMEA"),)),
    ],
)
def test_a_field_that_has_no_place_of_its_own_is_in_the_record(
    field: str, value: Value, record: tuple[tuple[str, str], ...]
) -> None:
    change = replace(LAUNCH, fields=(FieldChange(field, None, value),))
    assert only(plan_page(replace(NOTHING, changes=(change,)))).record == record


def test_an_end_that_no_calendar_can_show_is_told() -> None:
    change = replace(LAUNCH, fields=(FieldChange(START, None, "2027-05-12T16:00:00Z"), FieldChange(END, None, "late")))
    assert only(plan_page(replace(NOTHING, changes=(change,)))).record == (("ends", "late"),)
