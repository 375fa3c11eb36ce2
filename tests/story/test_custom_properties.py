"""Custom properties, as the portal defines them and as HubSpot may write them."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.applying.receipt import Outcome
from reconciler.diagnostics import Place
from reconciler.errors import AccessDenied, Unavailable
from reconciler.event import CUSTOM, DeclaredEvent, Identity
from tests.hubspot.forwarding import Instead, forwarding, meeting
from tests.story.world import VERSIONS, Start, World, adoption, custom, declaration, live_json

OPTIONS = [{"label": name.title(), "value": name, "hidden": False} for name in ("automation", "data", "security")]
DEFINITIONS = (
    {"name": "budget", "type": "number", "fieldType": "number"},
    {"name": "hybrid", "type": "bool", "fieldType": "booleancheckbox"},
    {"name": "closing", "type": "date", "fieldType": "date"},
    {"name": "doors", "type": "datetime", "fieldType": "date"},
    {"name": "topics", "type": "enumeration", "fieldType": "checkbox", "options": OPTIONS},
    {"name": "locked", "type": "string", "modificationMetadata": {"readOnlyValue": True}},
)
DECLARED = {
    "budget": "1200",
    "hybrid": "true",
    "closing": "2027-04-15",
    "doors": "2027-04-15T17:00:00+02:00",
    "topics": "security;automation",
}
SPELT = {
    "budget": "1200.00",
    "hybrid": "TRUE",
    "closing": "1807747200000",
    "doors": "1807801200000",
    "topics": "automation;security",
}
"""What is declared, in other words."""
CANONICAL = {**DECLARED, "doors": "2027-04-15T15:00:00Z", "topics": "automation;security"}
OTHERWISE = {"budget": "7", "hybrid": "false", "closing": "2027-04-16", "doors": "1807801200001", "topics": "data"}


CHECK_THE_ID = "check the id in HubSpot, or remove the declaration if the event was deleted there"


def wanting(properties: Mapping[str, Any]) -> DeclaredEvent:
    return declaration("spring", **{CUSTOM + name: value for name, value in properties.items()})


@pytest.mark.parametrize("version", VERSIONS)
def test_another_spelling_of_what_is_declared_is_no_change(start: Start, version: str) -> None:
    world = start(live_json("spring", customProperties=custom(**SPELT)), properties=DEFINITIONS, version=version)
    assert world.plan(wanting(DECLARED)).plan.changes == ()


@pytest.mark.parametrize("name", DECLARED)
def test_another_value_is_a_change_that_is_made_and_proven(start: Start, name: str) -> None:
    world = start(live_json("spring", customProperties=custom(**SPELT)), properties=DEFINITIONS)
    planned = world.plan(wanting(OTHERWISE | {name: None}))
    (change,) = planned.plan.changes
    fields = {field.name.removeprefix(CUSTOM): (field.before, field.after) for field in change.fields}
    assert fields == {one: (CANONICAL[one], None if one == name else OTHERWISE[one]) for one in DECLARED}
    receipt = world.run(planned)
    assert (receipt.exit_code, receipt.verified) == (0, ())
    kept = {one: value for one, value in {**OTHERWISE, "doors": "2027-04-15T15:00:00.001Z"}.items() if one != name}
    assert {one["name"]: one["value"] for one in world.event("spring")["customProperties"]} == kept


def test_a_plan_has_the_same_digest_whichever_way_hubspot_writes_what_it_holds(start: Start) -> None:
    digests = {
        start(live_json("spring", customProperties=custom(**written)), properties=DEFINITIONS)
        .plan(wanting(OTHERWISE))
        .plan.digest
        for written in (DECLARED, SPELT, CANONICAL)
    }
    assert len(digests) == 1


def test_a_direct_read_that_writes_a_value_otherwise_is_nobodys_edit(start: Start) -> None:
    world = start(live_json("spring", customProperties=custom(**SPELT)), properties=DEFINITIONS)
    planned = world.plan(wanting(OTHERWISE))
    world.edit(world.event("spring"), customProperties=custom(**DECLARED))
    assert world.run(planned).exit_code == 0
    planned = world.plan(wanting(DECLARED))
    world.edit(world.event("spring"), customProperties=custom(budget="8"))
    (result,) = world.run(planned).results
    assert result.outcome is Outcome.REFUSED


def test_every_misfit_is_told_and_sets_its_event_aside(start: Start) -> None:
    world = start(live_json("spring"), properties=DEFINITIONS)
    misfits = {"bugdet": "5", "closing": "soon", "locked": "x", "topics": "Data", "hybrid": "true"}
    places = {f"{CUSTOM}{name}": Place("a.yaml", line, 3) for line, name in enumerate(misfits, start=5)}
    fields = {CUSTOM + name: value for name, value in misfits.items()}
    event = DeclaredEvent(Identity("acme", "spring"), fields, Place("a.yaml"), {}, places=places)
    plan = world.plan(adoption("404"), event).plan
    assert [f"{one.place} {one.code}: {one.hint}" for one in plan.diagnostics] == [
        "a.yaml:5:3 custom-property-unknown: did you mean budget?",
        "a.yaml:6:3 custom-property-value: write it like 2027-04-15",
        "a.yaml:7:3 custom-property-read-only: delete the line",
        "a.yaml:8:3 custom-property-value: write data, which HubSpot shows as Data",
        f"events.yaml:1:1 object-not-live: {CHECK_THE_ID}",
    ]
    assert [(aside.identity, aside.code) for aside in plan.set_aside] == [
        (event.identity, "custom-property-unknown"),
        (Identity(object_id="404"), "object-not-live"),
    ]
    assert (plan.changes, plan.unchanged) == ((), 0)


def asked_for_definitions(world: World) -> int:
    return sum("/crm/" in path for _, path, _ in world.requests())


def test_the_definitions_are_read_once_for_a_whole_run_and_only_where_they_matter(start: Start) -> None:
    world = start(live_json("spring"), properties=DEFINITIONS)
    portal = world.portal()
    receipt = world.run(world.plan(wanting(DECLARED), portal=portal), portal=portal)
    assert receipt.verified == ()
    assert asked_for_definitions(world) == 1
    assert world.apply(declaration("spring", eventType="x")).exit_code == 0
    assert asked_for_definitions(world) == 0


@pytest.mark.parametrize(
    ("treatment", "error", "code"),
    [
        (Instead(403, b'{"category": "MISSING_SCOPES", "message": "no"}'), AccessDenied, 4),
        (Instead(404, b'{"category": "OBJECT_NOT_FOUND", "message": "no"}'), Unavailable, 7),
        (Instead(503), Unavailable, 7),
        (Instead(200, b"{}"), Unavailable, 7),
    ],
)
def test_without_definitions_nothing_is_planned(
    start: Start, treatment: Instead, error: type[AccessDenied | Unavailable], code: int
) -> None:
    world = start(live_json("spring"), properties=DEFINITIONS)
    for_each = meeting("GET", "/0-54", treatment), meeting("GET", "/marketing_event", treatment)
    inner = world.through(forwarding(world.base_url, for_each[0]))
    outer = world.through(forwarding(inner.base_url, for_each[1]))
    portal = world.portal(base_url=outer.base_url)
    with pytest.raises(error) as raised:
        world.plan(wanting(DECLARED), portal=portal)
    assert raised.value.exit_code == code
    assert world.plan(declaration("spring"), portal=portal).plan.changes == ()
