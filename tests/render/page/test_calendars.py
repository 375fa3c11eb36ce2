"""The pages of calendars: what files declare, what a portal holds."""

from dataclasses import replace

from reconciler.event import Declared, DeclaredEvent, Identity, Skipped
from reconciler.render.page.calendars import declared_page, live_page
from reconciler.render.page.model import Note
from tests.building import absent, adopted, declared, live

START = "startDateTime"
MAY = "2027-05-12T16:00:00Z"


def calendar(*events: DeclaredEvent, skipped: tuple[Skipped, ...] = ()) -> Declared:
    return Declared(events, 1, skipped=skipped)


def test_declared_events_are_shown_as_they_are_declared() -> None:
    event = replace(
        declared("summit", {"eventName": "Summit", START: MAY, "eventCancelled": True}), initial={"eventType": "FAIR"}
    )
    page = declared_page(calendar(event), "Europe/Berlin")
    (shown,) = page.events
    assert (shown.name, shown.ids, shown.kind, shown.is_cancelled) == ("Summit", "acme/summit", "FAIR", True)
    assert (shown.marks, shown.people, page.is_plan) == ((), "", False)
    assert shown.source is not None
    assert page.lead == ("1 event in May 2027, times in Europe/Berlin",)
    assert page.after == ()


def test_times_are_those_of_the_events_zone_and_name_its_place() -> None:
    abroad = replace(declared("a", {START: "2027-04-30T23:30:00Z"}), timezone="Europe/London")
    home = declared("b", {START: "2027-12-31T23:30:00Z"})
    page = declared_page(calendar(home, abroad), "Europe/Berlin")
    assert [event.span and event.span.text(event.clocks) for event in page.events] == [
        "Sat 1 May 2027 00:30 London",
        "Sat 1 Jan 2028 00:30",
    ]
    assert page.lead == ("2 events from May 2027 to January 2028, times in Europe/Berlin unless a place is named",)


def test_an_occurrence_names_its_series_or_else_its_id() -> None:
    events = [replace(declared(f"a-{name}"), series="a", series_name=name) for name in ("Weekly", None)]
    page = declared_page(calendar(*events, declared("b")), None)
    assert sorted(event.series for event in page.events) == ["", "Weekly", "a"]


def test_without_settings_times_are_utc() -> None:
    assert declared_page(calendar(declared("a", {START: MAY})), None).lead == ("1 event in May 2027, times in UTC",)


def test_events_without_a_time_are_counted() -> None:
    page = declared_page(calendar(adopted("5", {"eventType": "FAIR"})), "Europe/Berlin")
    assert page.lead == ("1 event, times in Europe/Berlin",)
    assert [event.name for event in page.events] == ["object 5"]


def test_what_is_not_shown_is_counted() -> None:
    skipped = (Skipped(Identity("acme", "a")), Skipped(Identity("acme", "b")))
    page = declared_page(calendar(declared("a"), absent("b"), skipped=skipped), None)
    assert [event.ids for event in page.events] == ["acme/a"]
    assert page.after == (
        Note(
            "Notes",
            (
                "1 event is declared absent, and not shown.",
                "2 events are for another environment, and not shown.",
            ),
        ),
    )


def test_a_portal_shows_what_it_holds() -> None:
    event = live("7", "summit", {"eventName": "Summit", START: MAY, "customProperties.hs_x": "y"}, registrants=3)
    page = live_page("Local HubSpot", [event], "Europe/Berlin")
    (shown,) = page.events
    assert (page.title, page.lead) == ("Local HubSpot", ("1 event in May 2027, times in Europe/Berlin",))
    assert (shown.name, shown.people, shown.source, shown.record) == ("Summit", "3 registered", None, ())
    assert shown.span is not None
    assert shown.span.text(shown.clocks) == "Wed 12 May 2027 18:00"
