"""Fields that are initial: sent with a new event, and never looked at again."""

from dataclasses import replace

import pytest

from reconciler.applying.receipt import Outcome
from reconciler.change import Action, Origin
from reconciler.declarations.base import Base
from reconciler.event import CUSTOM, DeclaredEvent, Value
from reconciler.planning.no_longer import MANAGED
from tests.story.world import NEW, OLD, VERSIONS, Start, World, custom, declaration, live_json

REGION = f"{CUSTOM}region"
WITH_REGION = {"properties": ("region",)}


def fair(initial: dict[str, Value], description: str = "ours") -> DeclaredEvent:
    return replace(declaration("fair", eventDescription=description), initial=initial)


def settings_aside(world: World, event: DeclaredEvent) -> list[str]:
    return [aside.code for aside in world.plan(event).plan.set_aside]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_initial_is_written_once_and_then_theirs(start: Start, version: str) -> None:
    world = start(version=version, **WITH_REGION)
    event = fair({"eventUrl": OLD, REGION: "EMEA", "eventType": None})
    receipt = world.apply(event)
    assert (receipt.exit_code, receipt.verified) == (0, ())
    made = world.event("fair")
    assert (made["eventUrl"], made["customProperties"][0]["value"]) == (OLD, "EMEA")
    world.edit(made, eventUrl=NEW, customProperties=custom(region="AMER"))
    assert world.plan(event).plan.is_fulfilled
    receipt = world.apply(fair({"eventUrl": OLD, REGION: "EMEA"}, "ours, later"))
    assert [field.name for result in receipt.results for field in result.change.fields] == ["eventDescription"]
    assert (receipt.exit_code, world.event("fair")["eventUrl"]) == (0, NEW)


def test_what_hubspot_makes_of_an_initial_value_is_no_difference(start: Start) -> None:
    world = start()
    world.fails({"method": "POST", "path": "*/events/upsert", "nth": 1, "fault": {"drop-after": True}})
    planned = world.plan(fair({"eventUrl": OLD}))
    receipt = world.run(planned)
    assert receipt.results[0].outcome is Outcome.DONE
    assert receipt.verified == ()


def test_an_event_that_somebody_made_with_other_initial_values_is_done(start: Start) -> None:
    world = start()
    planned = world.plan(fair({"eventUrl": OLD}))
    world.make("fair", eventUrl=NEW, eventDescription="ours")
    receipt = world.run(planned)
    assert [(result.outcome, result.why) for result in receipt.results] == [(Outcome.DONE, "HubSpot held it already")]
    assert (receipt.verified, world.event("fair")["eventUrl"]) == ((), NEW)


def test_an_initial_property_that_the_portal_lacks_sets_only_a_new_event_aside(start: Start) -> None:
    event = fair({REGION: "EMEA"})
    assert settings_aside(start(properties=("other",)), event) == ["custom-property-unknown"]
    assert settings_aside(start(live_json("fair"), properties=("other",)), event) == []


def test_a_field_that_becomes_initial_stays_as_it_is_and_is_told(start: Start) -> None:
    world = start(live_json("fair", eventUrl=NEW, eventDescription="ours"))
    planned = world.plan(fair({"eventUrl": OLD}), base=Base((declaration("fair", eventUrl=OLD),)))
    assert planned.plan.changes == ()
    assert [found.code for found in planned.plan.diagnostics] == [MANAGED]


def test_a_new_event_that_the_base_declared_comes_from_hubspot_with_all_its_fields(start: Start) -> None:
    event = fair({"eventUrl": OLD})
    (change,) = start().plan(event, base=Base((event,))).plan.changes
    assert (change.action, change.origin) == (Action.CREATE, Origin.HUBSPOT)
