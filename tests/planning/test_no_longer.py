"""Events and fields that the files no longer declare, and new events that look like old ones."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.change import Create
from reconciler.diagnostics import Diagnostic, OfSeries
from reconciler.event import CUSTOM, DeclaredEvent, Identity, LiveEvent, Skipped, Value, instant
from reconciler.planning import look_alikes, no_longer
from reconciler.planning.orphans import Will
from reconciler.planning.plan import Planned
from reconciler.policy import Orphans, Policy
from tests.building import NOW, OTHER_APP, POLICY, absent, adopted, declared, live, planned_from

TOMORROW = instant(NOW + timedelta(days=1))
CANCEL = "to cancel it, keep its declaration and write eventCancelled: true"
FOR_GOOD = "HubSpot has no way to empty a date"
NAMED: dict[str, Value] = {"eventName": "Summit", "eventOrganizer": "Acme", "startDateTime": TOMORROW}


def compared(
    now: list[DeclaredEvent], then: list[DeclaredEvent], lives: list[LiveEvent], policy: Policy = POLICY
) -> Planned:
    """Plan the events declared now, with a base that declared the others."""
    return replace(planned_from(now, lives, policy), before=planned_from(then, lives, policy))


def findings(planned: Planned) -> list[Diagnostic]:
    return list(no_longer.undeclared_warnings(planned, no_longer.undeclared(planned)))


def told(now: list[DeclaredEvent], then: list[DeclaredEvent], lives: list[LiveEvent], policy: Policy = POLICY) -> str:
    """Return the findings, one a line."""
    return "".join(f"{line(found)}\n" for found in findings(compared(now, then, lives, policy)))


def line(found: Diagnostic) -> str:
    return f"{found.severity} {found.code}: {found.message}" + (f" ({found.hint})" if found.hint else "")


# Events


@pytest.mark.parametrize(
    ("orphans", "fate"),
    [
        (
            Orphans.REPORT,
            f"it stays in HubSpot as it is, because the settings say orphans: report; 12 registered ({CANCEL})",
        ),
        (Orphans.IGNORE, f"it stays in HubSpot as it is; 12 registered ({CANCEL})"),
        (Orphans.CANCEL, "an apply cancels it; 12 registered"),
        (Orphans.DELETE, f"an apply deletes it; 12 registered ({CANCEL.replace('it,', 'it instead,')})"),
    ],
)
def test_an_event_that_is_no_longer_declared_is_told_with_what_becomes_of_it(orphans: Orphans, fate: str) -> None:
    held = [live("1", "summit", NAMED, registrants=12)]
    assert told([], [declared("summit", NAMED)], held, replace(POLICY, orphans=orphans)) == (
        "info no-longer-declared: Summit (acme/summit) is no longer declared (it was at events/summit.yaml:3:1): "
        f"{fate}\n"
    )


def test_nobody_is_told_how_to_cancel_what_is_cancelled() -> None:
    held = [live("1", "summit", NAMED | {"eventCancelled": True})]
    assert "to cancel it" not in told([], [declared("summit", NAMED)], held)


def test_an_event_that_is_no_longer_adopted_is_told_by_its_object_id() -> None:
    assert told([], [adopted("9", NAMED)], [live("9", None, NAMED, app=None)]) == (
        "info no-longer-declared: Summit (object 9) is no longer declared (it was at events/object-9.yaml:3:1): "
        "it stays in HubSpot as it is; 0 registered "
        "(to cancel it, keep its declaration and write eventCancelled: true)\n"
    )


def test_an_event_that_hubspot_does_not_hold_is_not_told() -> None:
    assert told([], [declared("summit", NAMED)], []) == ""


def test_an_event_that_is_declared_by_another_of_its_ids_is_still_declared() -> None:
    assert told([adopted("1", NAMED)], [declared("summit", NAMED)], [live("1", "summit", NAMED)]) == ""


def test_an_event_that_is_skipped_is_still_declared() -> None:
    held = [live("1", "summit", NAMED)]
    planned = compared([], [declared("summit", NAMED)], held)
    skipping = planned_from([], held, skipped=(Skipped(Identity("acme", "summit")),))
    assert no_longer.undeclared(planned)
    assert no_longer.undeclared(replace(skipping, before=planned.before)) == []


def test_a_part_of_the_files_does_not_tell_what_is_no_longer_declared() -> None:
    narrowed = replace(POLICY, narrowed=True)
    assert told([], [declared("summit", NAMED)], [live("1", "summit", NAMED)], narrowed) == ""


def test_without_a_base_nothing_is_no_longer_declared() -> None:
    assert no_longer.undeclared(planned_from([], [live("1", "summit", NAMED)])) == []


def test_nothing_of_an_event_that_is_declared_absent_is_told() -> None:
    held = [live("1", "summit", NAMED)]
    assert told([absent()], [declared("summit", NAMED)], held) == ""
    assert told([], [absent()], held) == ""


def test_an_occurrence_that_is_no_longer_declared_is_cancelled_under_overrides() -> None:
    then = replace(declared("demo-2027-03-04", NAMED), series="demo")
    found = told([], [then], [live("1", "demo-2027-03-04", NAMED)])
    assert (
        "(to cancel it, let the rule give 2027-03-04 again (raise COUNT or UNTIL, or take it out of skip), "
        "and then write eventCancelled: true for it under overrides)\n"
    ) in found


def of_demo(day: str, fields: dict[str, Value]) -> DeclaredEvent:
    return replace(declared(f"demo-{day}", fields), series="demo", series_name="Weekly demo")


def test_dates_of_a_series_that_are_no_longer_declared_can_be_told_once() -> None:
    days = ("2027-03-04", "2027-03-11")
    lives = [live(str(number), f"demo-{day}", NAMED, registrants=number) for number, day in enumerate(days, start=4)]
    planned = compared([], [of_demo(day, NAMED) for day in days], lives, replace(POLICY, orphans=Orphans.DELETE))
    first, second = (each.of_series for each in findings(planned))
    assert second is not None
    assert (second.date, second.registrants) == ("2027-03-11", 5)
    assert first == OfSeries(
        "Weekly demo (acme/demo)",
        "2027-03-04",
        "",
        " are no longer declared (they were at events/demo-2027-03-04.yaml:3:1): an apply deletes them",
        "to cancel them instead, let the rule give these dates again (raise COUNT or UNTIL, or take them out of skip), "
        "and then write eventCancelled: true for each under overrides",
        4,
    )


def test_dates_whose_series_has_no_name_are_told_by_its_ids() -> None:
    then = replace(of_demo("2027-03-04", NAMED), series_name=" ")
    (found,) = findings(compared([], [then], [live("1", "demo-2027-03-04", NAMED)]))
    assert found.of_series is not None
    assert found.of_series.series == "acme/demo"
    assert found.of_series.after.endswith("each stays in HubSpot as it is, because the settings say orphans: report")


def test_an_event_of_no_series_is_told_alone() -> None:
    (found,) = findings(compared([], [declared("summit", NAMED)], [live("1", "summit", NAMED)]))
    assert found.of_series is None


# Fields


def test_a_field_that_no_date_of_a_series_declares_any_more_can_be_told_once() -> None:
    now, then = of_demo("2027-03-04", {}), of_demo("2027-03-04", {"eventType": "A"})
    (found,) = findings(compared([now], [then], [live("1", "demo-2027-03-04", {"eventType": "A"}, registrants=3)]))
    after = " is no longer declared, and HubSpot keeps it: A"
    assert found.of_series == OfSeries(
        "Weekly demo (acme/demo)", "2027-03-04", "type of ", after, 'to empty it, write eventType: ""', 3
    )


def test_what_one_date_no_longer_declares_is_told_with_the_line_below_that_date() -> None:
    now, then = (replace(declared("demo-2027-03-04", fields), series="demo") for fields in ({}, {"eventType": "A"}))
    found = told([now], [then], [live("1", "demo-2027-03-04", {"eventType": "A"})])
    assert found.endswith('(to empty it, write eventType: ""; for 2027-03-04 alone, under overrides)\n')


def test_a_field_that_is_only_initial_by_now_is_told_as_such() -> None:
    now = replace(declared("summit"), initial={"eventType": "FAIR"})
    assert told([now], [declared("summit", {"eventType": "FAIR"})], [live("1", fields={"eventType": "FAIR"})]) == (
        "info no-longer-managed: type of acme/summit is now declared as initial only, and HubSpot keeps it: FAIR "
        '(to empty it, write eventType: "")\n'
    )


@pytest.mark.parametrize(
    ("name", "held", "says"),
    [
        ("eventUrl", "https://a.example", 'https://a.example (to empty it, write eventUrl: "")'),
        ("eventCancelled", True, "yes (to take it back, write eventCancelled: false)"),
        ("eventCompleted", True, "yes (HubSpot cannot take a completion back)"),
        (
            "endDateTime",
            TOMORROW,
            f"Tue 2 Feb 2027 13:00 ({FOR_GOOD}; to change it, write endDateTime again)",
        ),
        ("eventOrganizer", "Zoom", "Zoom (it cannot be emptied; to change it, write eventOrganizer again)"),
        (f"{CUSTOM}region", "EMEA", 'EMEA (to empty it, write region: "" under customProperties)'),
    ],
)
def test_a_field_that_is_no_longer_declared_is_told_with_the_line_that_changes_it(
    name: str, held: Value, says: str
) -> None:
    then, now = adopted("1", {"eventType": "A", name: held}), adopted("1", {"eventType": "A"})
    (found,) = findings(compared([now], [then], [live("1", None, {"eventName": "Fair", name: held})]))
    assert line(found).startswith("info no-longer-managed: ")
    assert line(found).endswith(f" of Fair (object 1) is no longer declared, and HubSpot keeps it: {says}")
    assert found.place == now.place


@pytest.mark.parametrize("held", [{}, {"eventCancelled": False}, {"eventUrl": ""}])
def test_a_field_of_which_nothing_stays_is_not_told(held: dict[str, Value]) -> None:
    then, now = declared("summit", {"eventCancelled": True, "eventUrl": "https://a.example"}), declared("summit")
    assert told([now], [then], [live("1", "summit", held)]) == ""


def test_where_no_base_is_known_no_field_is_told() -> None:
    assert findings(planned_from([declared("summit")], [live("1", "summit", NAMED)])) == []


def test_a_field_is_told_across_a_change_from_external_ids_to_the_object_id() -> None:
    then = declared("summit", {"eventUrl": "https://a.example"})
    said = told([adopted("1", {"eventType": "A"})], [then], [live("1", "summit", {"eventUrl": "https://a.example"})])
    assert said.startswith("info no-longer-managed: link of object 1 is no longer declared")


def test_a_time_is_told_on_the_clocks_of_its_event() -> None:
    now, then = adopted("1", {"eventType": "A"}), adopted("1", {"endDateTime": "2027-03-28T00:30:00Z"})
    held = live("1", None, {"endDateTime": "2027-03-28T00:30:00Z"})
    (found,) = findings(compared([replace(now, timezone="Europe/Berlin")], [then], [held]))
    assert "HubSpot keeps it: Sun 28 Mar 2027 01:30" in found.message


def test_a_time_is_told_in_utc_where_neither_event_nor_portal_has_a_zone() -> None:
    now, then = adopted("1", {"eventType": "A"}), adopted("1", {"endDateTime": TOMORROW})
    planned = compared([now], [then], [live("1", None, {"endDateTime": TOMORROW})])
    unzoned = replace(planned.plan, portal=replace(planned.plan.portal, timezone=None))
    (found,) = findings(replace(planned, plan=unzoned))
    assert "HubSpot keeps it: Tue 2 Feb 2027 12:00" in found.message


def test_a_time_that_no_calendar_shows_is_told_as_hubspot_holds_it() -> None:
    now, then = adopted("1", {"eventType": "A"}), adopted("1", {"endDateTime": TOMORROW})
    held = live("1", None, {"endDateTime": "9999-12-31T23:30:00Z"})
    (found,) = findings(compared([replace(now, timezone="Asia/Tokyo")], [then], [held]))
    assert "HubSpot keeps it: 9999-12-31T23:30:00Z" in found.message


# New events that look like old ones


def new(event_id: str, fields: dict[str, Value]) -> Create:
    (change,) = planned_from([declared(event_id, fields)]).plan.changes
    assert isinstance(change, Create)
    return change


@pytest.mark.parametrize(
    "fields",
    [
        NAMED,
        NAMED | {"eventName": " sUmmit\u00a0 ", "startDateTime": instant(NOW)},
        NAMED | {"eventName": "Another name"},
    ],
)
def test_a_new_event_looks_renamed_by_its_name_or_by_its_start_and_organizer(fields: dict[str, Value]) -> None:
    old = live("1", "summit", NAMED, registrants=12)
    (rename,) = look_alikes.renames([new("summit-2027", fields)], [old])
    assert rename.old == old
    assert line(rename.finding(None)) == (
        "warning looks-renamed: acme/summit-2027 looks like summit (object 1) under a new id: "
        "HubSpot treats it as a new event, and the 12 registrations of the old one stay with it "
        "(to keep them, declare the event by its externalEventId, summit)"
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"eventName": "Other", "startDateTime": instant(NOW), "eventOrganizer": "Acme"},
        {"eventName": "Other", "startDateTime": TOMORROW, "eventOrganizer": "Zoom"},
        {"eventName": "Other", "eventOrganizer": "Acme"},
    ],
)
def test_any_other_new_event_does_not_look_renamed(fields: dict[str, Value]) -> None:
    assert look_alikes.renames([new("other", fields)], [live("1", "summit", NAMED), live("2", "blank")]) == ()


@pytest.mark.parametrize(
    ("registrants", "will", "said"),
    [
        (1, None, "the 1 registration of the old one stays with it"),
        (12, Will.NOTHING, "the 12 registrations of the old one stay with it"),
        (12, Will.CANCEL, "the 12 registrations of the old one stay with it, which is cancelled"),
        (12, Will.DELETE, "the 12 registrations of the old one are deleted with it"),
        (1, Will.DELETE, "the 1 registration of the old one is deleted with it"),
        (None, None, "whatever registrations the old one has stay with it"),
        (None, Will.DELETE, "whatever registrations the old one has are deleted with it"),
        (0, Will.DELETE, "nobody is registered for the old one"),
    ],
)
def test_what_becomes_of_the_old_registrations_is_said_as_far_as_it_is_known(
    registrants: int | None, will: Will | None, said: str
) -> None:
    (rename,) = look_alikes.renames([new("a", NAMED)], [live("1", None, NAMED, registrants=registrants)])
    found = rename.finding(will)
    assert found.message.endswith(f"HubSpot treats it as a new event, and {said}")
    assert found.hint == (None if registrants == 0 else "to keep them, declare the event by its objectId, 1")


def test_under_another_account_id_the_way_back_is_that_account_id() -> None:
    old = live("1", "summit", NAMED, registrants=2)
    old = replace(old, identity=replace(old.identity, external_account_id="before"))
    (rename,) = look_alikes.renames([new("summit", NAMED)], [old])
    assert "under another account id: " in rename.finding(None).message
    assert rename.finding(None).hint == "to keep them, declare the event under externalAccountId: before"


def pairs(creates: list[Create], old: list[LiveEvent]) -> dict[str | None, str | None]:
    """Return the object id of the old event that each new event looks like, by the new one's id."""
    found = look_alikes.renames(creates, old)
    return {rename.create.identity.external_event_id: rename.old.identity.object_id for rename in found}


def day(number: int) -> dict[str, Value]:
    return NAMED | {"startDateTime": instant(NOW + timedelta(days=number))}


def test_the_events_of_a_series_are_paired_by_their_starts() -> None:
    old = [live("1", "a", day(1)), live("2", "b", day(8)), live("3", "c", day(15))]
    creates = [new("x", day(8)), new("y", day(15)), new("z", day(1))]
    assert pairs(creates, old) == {"x": "2", "y": "3", "z": "1"}


def test_no_old_event_is_paired_twice_while_another_is_free() -> None:
    old = [live("1", "a", day(1)), live("2", "b", day(8))]
    assert pairs([new("x", day(2)), new("y", day(9))], old) == {"x": "1", "y": "2"}
    assert pairs([new("x", day(2)), new("y", day(8))], old) == {"x": "1", "y": "2"}


def test_two_new_events_may_look_like_one_old_event() -> None:
    assert pairs([new("x", day(1)), new("y", day(2))], [live("1", "a", day(1))]) == {"x": "1", "y": "1"}


def test_a_new_event_with_the_name_and_start_of_one_that_is_not_ours_is_told() -> None:
    (found,) = look_alikes.already_there([new("a", NAMED)], [live("901", None, NAMED, app=OTHER_APP, registrants=120)])
    assert line(found) == (
        "warning already-there: HubSpot already holds an event with this name and start: object 901, 120 registered "
        "(to manage that one, declare its objectId in place of externalEventId)"
    )


def test_new_dates_of_a_series_that_hubspot_holds_already_can_be_told_once() -> None:
    held = live("901", "demo", NAMED, app=OTHER_APP, registrants=120)
    (found,) = look_alikes.already_there([replace(new("demo-2027-03-04", NAMED), series="demo")], [held])
    assert found.of_series == OfSeries(
        "acme/demo",
        "2027-03-04 (demo (object 901))",
        "HubSpot already holds events with the name and start of ",
        "",
        "to manage those, declare the objectId of each in place of externalEventId",
        120,
    )
    (alone,) = look_alikes.already_there([new("a", NAMED)], [held])
    assert alone.of_series is None


@pytest.mark.parametrize("name", ["eventName", "startDateTime"])
def test_a_new_event_that_shares_only_one_of_both_is_not_told(name: str) -> None:
    held = live("901", None, {name: NAMED[name]}, app=OTHER_APP)
    assert list(look_alikes.already_there([new("a", NAMED)], [held])) == []


def test_of_a_live_event_with_the_same_id_a_guard_tells() -> None:
    held = live("901", "a", NAMED, app=OTHER_APP)
    assert list(look_alikes.already_there([new("a", NAMED)], [held])) == []


@pytest.mark.parametrize("lacks", ["eventName", "startDateTime"])
def test_what_two_events_lack_does_not_make_them_alike(lacks: str) -> None:
    fields = {name: value for name, value in NAMED.items() if name != lacks}
    create, held = new("a", NAMED), live("901", None, fields, app=OTHER_APP)
    create = replace(create, fields=tuple(field for field in create.fields if field.name != lacks))
    assert list(look_alikes.already_there([create], [held])) == []


def test_what_nobody_sees_does_not_keep_two_events_from_looking_alike() -> None:
    held = live("1", "summit", NAMED | {"eventName": "Sum\u200bmit\u3164"})
    assert pairs([new("a", NAMED)], [held]) == {"a": "1"}
