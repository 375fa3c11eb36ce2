"""A list with an event that contradicts HubSpot's description."""

import json
from dataclasses import replace

import pytest

from reconciler.errors import Unavailable
from reconciler.event import DeclaredEvent
from reconciler.hubspot.writer import PortalWriter
from reconciler.policy import Orphans
from reconciler.render import text
from tests.hubspot.forwarding import Fate, Instead, Passing, Treatment, forwarding
from tests.story.world import (
    LATER,
    NEW,
    OLD,
    OTHERS,
    OURS,
    POLICY,
    Held,
    Start,
    World,
    adoption,
    declaration,
    live_json,
)

DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
SOON: Held = {"startDateTime": "soon\u202e", "customProperties": "none"}
WHY = 'startDateTime is not a date: "soon\u202e"'
DELETES = replace(POLICY, orphans=Orphans.DELETE)


def seeing(world: World, odd: Held, *, name: str) -> PortalWriter:
    """Return a portal whose list shows an event with this name with odd values, and everything else as it is."""

    def decide(passing: Passing) -> Treatment:
        if passing.method == "GET" and passing.path.endswith("/marketing-events/2026-03"):
            shown = [event | (odd if event["eventName"] == name else {}) for event in world.held()]
            return Instead(200, json.dumps({"results": shown}).encode())
        return Fate.PASSED_ON

    return world.portal(base_url=world.through(forwarding(world.base_url, decide)).base_url)


@pytest.mark.parametrize(
    "zoom",
    [
        live_json("spring", app=OTHERS, eventName="zoom", **DATES),
        live_json(None, account=None, app=None, eventName="zoom"),
    ],
)
def test_another_apps_odd_event_is_told_and_is_in_nobodys_way(start: Start, zoom: Held) -> None:
    world = start(live_json("spring", eventUrl=OLD), live_json("orphan", **DATES), zoom, policy=DELETES)
    (before,) = [event for event in world.held() if event["eventName"] == "zoom"]
    portal = seeing(world, SOON, name="zoom")
    planned = world.plan(declaration("spring", eventUrl=NEW), portal=portal)
    assert planned.plan.digest == world.plan(declaration("spring", eventUrl=NEW)).plan.digest
    assert (planned.plan.orphaned, planned.plan.foreign) == (1, 1)
    assert world.run(planned, portal=portal).exit_code == 0
    assert [event["eventName"] for event in world.held()] == ["spring", "zoom"]
    assert before in world.held()


def test_what_is_odd_is_told_so_that_it_cannot_act(start: Start) -> None:
    world = start(live_json("zoom", app=OTHERS))
    planned = world.plan(portal=seeing(world, SOON, name="zoom"))
    object_id = world.event("zoom", app=OTHERS)["objectId"]
    (told,) = [found.message for found in planned.plan.diagnostics if found.code == "unreadable-event"]
    assert told == f"object {object_id}, of app {OTHERS}, cannot be read, so it counts as foreign: {WHY}"
    assert r'is not a date: "soon\u{202e}"' in text.plan(planned.plan)


@pytest.mark.parametrize("events", [(), (declaration("spring"),), (declaration("other"),)])
def test_an_odd_event_of_our_app_ends_the_run(start: Start, events: tuple[DeclaredEvent, ...]) -> None:
    world = start(live_json("spring"))
    with pytest.raises(Unavailable) as caught:
        world.plan(*events, portal=seeing(world, SOON, name="spring"))
    object_id = world.event("spring")["objectId"]
    assert caught.value.message == f"object {object_id}, which may be ours, cannot be read: {WHY}"


def test_an_odd_event_that_is_adopted_ends_the_run(start: Start) -> None:
    world = start(live_json("zoom", objectId="5", app=OTHERS))
    with pytest.raises(Unavailable, match=r"^object 5, declared at events.yaml:1:1, cannot be read"):
        world.plan(adoption("5", eventUrl=""), portal=seeing(world, SOON, name="zoom"))


def test_an_event_that_becomes_odd_while_it_is_written_leaves_the_run_unproven(start: Start) -> None:
    world = start(live_json("zoom", objectId="5", app=OTHERS, eventUrl=OLD))
    portal = seeing(world, SOON, name="odd by now")
    planned = world.plan(adoption("5", eventUrl=None, eventName="odd by now"), portal=portal)
    receipt = world.run(planned, portal=portal)
    assert (receipt.verified, receipt.exit_code) == (None, 6)
    assert receipt.cause is not None
    assert receipt.cause.message.startswith("object 5, declared at events.yaml:1:1, cannot be read")


def test_the_app_of_the_settings_tells_whose_an_odd_event_is(start: Start) -> None:
    world = start(live_json("zoom", app=OTHERS), policy=replace(POLICY, app_id=OTHERS))
    with pytest.raises(Unavailable, match="which may be ours"):
        world.plan(portal=seeing(world, SOON, name="zoom"))
    world.policy = replace(POLICY, app_id=OURS)
    assert world.plan(portal=seeing(world, SOON, name="zoom")).plan.foreign == 1
