"""Planned changes compared with a fresh read of their events."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from reconciler.applying.freshness import NOT_PROVEN, Due, Holds, Overtaken, judge, not_taken_over, without_completion
from reconciler.change import Change, FieldChange
from reconciler.event import CUSTOM, FIELDS, DeclaredEvent, Identity, Kind, LiveEvent, Value, instant, label_of
from reconciler.planning.diff import compare
from reconciler.planning.plan import Planned
from reconciler.policy import Orphans
from tests.building import NOW, POLICY, absent, adopted, declared, live, pairs, planned_from

TOMORROW = instant(NOW + timedelta(days=1))
WANTED: dict[str, Value] = {"eventName": "Summit", "eventType": "CONFERENCE"}
HELD: dict[str, Value] = {"eventName": "Gipfel", "eventType": "WEBINAR", "eventUrl": "https://acme.example"}
MOVED = "somebody changed it in HubSpot meanwhile: "


def found(fields: dict[str, Value], object_id: str = "1") -> LiveEvent:
    """Return what a direct read of acme/summit returns."""
    return replace(live(object_id, fields=fields), identity=Identity("acme", "summit", object_id))


def single(planned: Planned) -> Change:
    (change,) = planned.plan.changes
    return change


@given(pairs())
def test_an_update_of_an_event_that_nobody_touched_is_due_as_planned(pair: tuple[DeclaredEvent, LiveEvent]) -> None:
    event, held = pair
    planned = planned_from([event], [held])
    for change in planned.plan.changes:
        assert judge(planned, change, replace(held, identity=change.identity)) == Due(change.fields)


def test_another_spelling_of_what_was_there_is_nobodys_edit() -> None:
    name = f"{CUSTOM}when"
    event = replace(declared(fields={name: "2027-04-16"}), kinds={name: Kind.DATE})
    planned = planned_from([event], [live("1", fields={name: "2027-04-15"})])
    change = single(planned)
    assert judge(planned, change, found({name: "1807747200000"})) == Due(change.fields)
    moved = Overtaken(f"{MOVED}{label_of(name)}", (replace(change.fields[0], before="2027-04-17"),))
    assert judge(planned, change, found({name: "1807920000000"})) == moved
    assert judge(planned, change, found({name: "1807833600000"})) == Holds()


@given(pairs(), pairs())
def test_an_update_is_due_only_for_reviewed_differences(
    pair: tuple[DeclaredEvent, LiveEvent], other: tuple[DeclaredEvent, LiveEvent]
) -> None:
    event, held = pair
    planned = planned_from([event], [held])
    for change in planned.plan.changes:
        now = replace(other[1], identity=change.identity)
        match judge(planned, change, now):
            case Holds():
                assert compare(event, now) is None
            case Due(fields):
                assert fields
                assert set(fields) <= set(change.fields)
            case Overtaken(why, left):
                assert why.startswith(MOVED)
                still = compare(event, now)
                assert still is not None
                wanted = {field.name for field in change.fields}
                assert left == tuple(field for field in still.fields if field.name in wanted)


# Creates


CREATING = planned_from([declared(fields=WANTED)])


def test_an_event_that_is_not_there_is_still_to_be_made() -> None:
    assert judge(CREATING, single(CREATING), None) == Due()


def test_an_event_that_somebody_made_meanwhile_just_so_is_done() -> None:
    assert judge(CREATING, single(CREATING), found({**WANTED, "eventUrl": "https://acme.example"})) == Holds()


def test_an_event_that_somebody_made_meanwhile_otherwise_is_not_written_over() -> None:
    left = FieldChange("eventName", "Gipfel", "Summit", 4), FieldChange("eventType", "WEBINAR", "CONFERENCE", 5)
    taken = Overtaken("an event with its ids is in HubSpot by now", left)
    assert judge(CREATING, single(CREATING), found(HELD)) == taken


def test_a_create_is_overtaken_by_an_event_that_holds_more() -> None:
    planned = planned_from([declared(fields={**WANTED, "eventUrl": None})])
    more = found({**WANTED, "eventUrl": "https://acme.example"})
    assert judge(planned, single(planned), more) == Overtaken("an event with its ids is in HubSpot by now", ())


# Updates


UPDATING = planned_from([declared(fields=WANTED)], [live("1", fields=HELD)])


def test_an_update_that_has_become_true_is_done() -> None:
    assert judge(UPDATING, single(UPDATING), found({**HELD, **WANTED})) == Holds()


def test_of_an_update_that_is_half_true_the_rest_is_due() -> None:
    half = found({**HELD, "eventName": "Summit"})
    assert judge(UPDATING, single(UPDATING), half) == Due((FieldChange("eventType", "WEBINAR", "CONFERENCE", 5),))


def test_a_change_to_a_declared_field_overtakes_an_update() -> None:
    moved = found({**HELD, "eventName": "Berg", "eventType": None})
    left = FieldChange("eventName", "Berg", "Summit", 4), FieldChange("eventType", None, "CONFERENCE", 5)
    assert judge(UPDATING, single(UPDATING), moved) == Overtaken(f"{MOVED}name, type", left)


def test_a_change_to_another_field_overtakes_nothing() -> None:
    moved = found({**HELD, "eventUrl": "https://acme.example/new"})
    assert judge(UPDATING, single(UPDATING), moved) == Due(single(UPDATING).fields)


def test_a_declared_field_that_was_right_and_is_no_longer_overtakes_an_update() -> None:
    planned = planned_from([declared(fields=WANTED)], [live("1", fields={**HELD, "eventType": "CONFERENCE"})])
    left = (FieldChange("eventName", "Gipfel", "Summit", 4),)
    assert judge(planned, single(planned), found(HELD)) == Overtaken(f"{MOVED}type", left)


def test_beside_the_change_of_somebody_else_an_update_can_be_true() -> None:
    planned = planned_from([declared(fields=WANTED)], [live("1", fields={**HELD, "eventType": "CONFERENCE"})])
    assert judge(planned, single(planned), found({**HELD, "eventName": "Summit"})) == Overtaken(f"{MOVED}type", ())


def test_an_event_that_is_gone_is_not_made_again() -> None:
    assert judge(UPDATING, single(UPDATING), None) == Overtaken("it is gone from HubSpot")


def test_another_event_under_the_same_ids_is_not_written_over() -> None:
    other = found(HELD, object_id="2")
    assert judge(UPDATING, single(UPDATING), other) == Overtaken("another event stands in HubSpot under its ids now")


def test_an_event_that_only_its_object_id_finds_is_not_written_over() -> None:
    hidden = replace(found(HELD), identity=Identity(object_id="1"))
    assert judge(UPDATING, single(UPDATING), hidden) == Overtaken(NOT_PROVEN)


def test_an_adopted_event_is_judged_like_any_other() -> None:
    planned = planned_from([adopted("7", {"eventName": "Summit"})], [live("7", None)])
    fresh = replace(live("7", None), identity=Identity(object_id="7"))
    assert judge(planned, single(planned), fresh) == Due(single(planned).fields)


# Orphans


OLD: dict[str, Value] = {"eventName": "Old", "endDateTime": TOMORROW, "customProperties.region": "EMEA"}


def taking(orphans: Orphans) -> Planned:
    return planned_from([], [live("1", fields=OLD)], replace(POLICY, orphans=orphans))


@pytest.mark.parametrize("orphans", [Orphans.CANCEL, Orphans.DELETE])
def test_an_orphan_that_nobody_touched_goes_as_planned(orphans: Orphans) -> None:
    planned = taking(orphans)
    assert judge(planned, single(planned), found(OLD)) == Due(single(planned).fields)


@pytest.mark.parametrize("orphans", [Orphans.CANCEL, Orphans.DELETE])
@pytest.mark.parametrize("name", [field.name for field in FIELDS if field.name != "eventCancelled"])
def test_an_orphan_of_which_any_field_changed_stays(orphans: Orphans, name: str) -> None:
    planned = taking(orphans)
    assert judge(planned, single(planned), found({**OLD, name: "other"})) == Overtaken(MOVED + label_of(name))


@pytest.mark.parametrize("orphans", [Orphans.CANCEL, Orphans.DELETE])
def test_an_orphan_that_lost_fields_stays_and_all_are_named(orphans: Orphans) -> None:
    planned = taking(orphans)
    assert judge(planned, single(planned), found({"eventType": "B"})) == Overtaken(f"{MOVED}name, type, ends")


def test_an_orphan_that_was_cancelled_meanwhile_is_done() -> None:
    planned = taking(Orphans.CANCEL)
    assert judge(planned, single(planned), found({**OLD, "eventName": "New", "eventCancelled": True})) == Holds()


def test_an_orphan_that_was_cancelled_meanwhile_is_not_deleted() -> None:
    planned = taking(Orphans.DELETE)
    assert judge(planned, single(planned), found({**OLD, "eventCancelled": True})) == Overtaken(f"{MOVED}cancelled")


def test_an_orphan_that_is_gone_is_deleted_already() -> None:
    planned = taking(Orphans.DELETE)
    assert judge(planned, single(planned), None) == Holds()


def test_an_orphan_that_is_gone_cannot_be_cancelled() -> None:
    planned = taking(Orphans.CANCEL)
    assert judge(planned, single(planned), None) == Overtaken("it is gone from HubSpot")


@pytest.mark.parametrize("orphans", [Orphans.CANCEL, Orphans.DELETE])
def test_another_event_under_an_orphans_ids_stays(orphans: Orphans) -> None:
    planned = taking(orphans)
    assert isinstance(judge(planned, single(planned), found(OLD, object_id="2")), Overtaken)


def test_a_completion_is_left_out_of_what_goes_by_object_id() -> None:
    name, completed = FieldChange("eventName", "a", "b"), FieldChange("eventCompleted", None, after=True)
    assert without_completion((name, completed)) == (name,)
    assert without_completion((completed,)) == ()


ADVICE = "instead of emptying it (declare another text, or leave the key out)"


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (("b", "c"), "did not take over name, link"),
        ((None, None), f"kept the old value of name, link {ADVICE}"),
        (("b", None), f"kept the old value of link {ADVICE} and did not take over name"),
    ],
)
def test_it_is_told_which_fields_hubspot_left_and_what_helps_where_it_empties_none(
    after: tuple[Value, Value], told: str
) -> None:
    first, second = after
    assert not_taken_over([FieldChange("eventName", "a", first), FieldChange("eventUrl", "a", second)]) == told


# Events that are declared absent, and initial fields


def test_an_absent_event_is_deleted_only_as_it_was_planned() -> None:
    planned = planned_from([absent()], [live("1", fields=HELD)])
    change = single(planned)
    assert judge(planned, change, None) == Holds()
    assert judge(planned, change, found(HELD)) == Due(change.fields)
    assert judge(planned, change, found({**HELD, "eventUrl": "https://b.example"})) == Overtaken(f"{MOVED}link")
    assert isinstance(judge(planned, change, found(HELD, "2")), Overtaken)
    unproven = replace(found(HELD), identity=Identity(object_id="1"))
    assert isinstance(judge(planned, change, unproven), Overtaken)


def test_a_new_event_is_there_where_it_is_equal_but_for_what_is_initial() -> None:
    planned = planned_from([replace(declared(fields=WANTED), initial={"eventUrl": "https://a.example"})])
    change = single(planned)
    assert judge(planned, change, found({**WANTED, "eventUrl": "https://b.example"})) == Holds()
    assert isinstance(judge(planned, change, found({**WANTED, "eventType": "FAIR"})), Overtaken)


def test_what_is_initial_may_change_before_an_update() -> None:
    planned = planned_from([replace(declared(fields=WANTED), initial={"eventUrl": "x"})], [live("1", fields=HELD)])
    change = single(planned)
    assert judge(planned, change, found({**HELD, "eventUrl": "https://b.example"})) == Due(change.fields)
