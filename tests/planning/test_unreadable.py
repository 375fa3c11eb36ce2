"""Unreadable live events that a run can go on without, and those that end it."""

from dataclasses import replace

import pytest

from reconciler.errors import Unavailable
from reconciler.event import LiveEvent
from reconciler.planning.unreadable import WARNED_AT_MOST, unreadable_events
from tests.building import APP, OTHER_APP, adopted, declared, live

WHY = 'startDateTime is not a date: "soon"'


def strange(object_id: str = "901", event_id: str | None = "zoom", *, app: int | None = OTHER_APP) -> LiveEvent:
    return replace(live(object_id, event_id, app=app), unreadable=WHY)


def test_what_can_be_read_is_not_told() -> None:
    assert unreadable_events([live("1"), live("2", app=OTHER_APP)], [declared()], APP) == ()


def test_an_event_of_another_app_is_told_and_left_alone() -> None:
    (found,) = unreadable_events([live("1"), strange()], [declared("zoom"), adopted("1")], APP)
    assert (found.severity, found.code) == ("warning", "unreadable-event")
    assert found.message == f"object 901, of app {OTHER_APP}, cannot be read, so it counts as foreign: {WHY}"
    assert found.hint == "it is left alone; correct it in HubSpot to get rid of this warning"


@pytest.mark.parametrize("app_id", [APP, None])
def test_an_event_that_a_person_made_is_told_and_left_alone(app_id: int | None) -> None:
    (found,) = unreadable_events([strange(event_id=None, app=None)], [], app_id)
    assert found.message == f"object 901, made by no app, cannot be read, so it counts as foreign: {WHY}"


@pytest.mark.parametrize(
    ("event", "app_id"),
    [
        (strange(app=APP), APP),
        (strange(event_id=None, app=APP), APP),
        (strange(app=None), APP),
        (strange(), None),
        (strange(event_id=None), None),
        (strange(app=None), None),
    ],
)
def test_nothing_goes_on_without_an_event_that_may_be_ours(event: LiveEvent, app_id: int | None) -> None:
    with pytest.raises(Unavailable) as caught:
        unreadable_events([strange("900", None, app=None), event], [], app_id)
    assert caught.value.message == f"object 901, which may be ours, cannot be read: {WHY}"
    if app_id is None:
        hint = "correct it in HubSpot; if another app made it, set appId to the app whose events are ours"
    else:
        hint = "correct it in HubSpot; if that is not possible, HubSpot may have changed its API"
    assert caught.value.hint == hint


def test_nothing_goes_on_without_an_adopted_event() -> None:
    with pytest.raises(Unavailable) as caught:
        unreadable_events([strange()], [adopted("901")], APP)
    assert caught.value.message == f"object 901, declared at events/object-901.yaml:3:1, cannot be read: {WHY}"
    assert caught.value.hint == "correct it in HubSpot, or remove the declaration"


@pytest.mark.parametrize(
    ("more", "last"), [(0, f"object {WARNED_AT_MOST}, "), (1, "1 more foreign event"), (2, "2 more foreign events")]
)
def test_of_many_the_first_are_named_and_the_others_counted(more: int, last: str) -> None:
    found = unreadable_events([strange(str(number)) for number in range(1, WARNED_AT_MOST + more + 1)], [], APP)
    assert len(found) == WARNED_AT_MOST + bool(more)
    assert found[-1].message.startswith(last)
    assert {told.code for told in found} == {"unreadable-event"}
