"""An event that cannot be planned, for each reason known only to HubSpot: alone, among others, and since the base."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from reconciler.applying.receipt import Outcome
from reconciler.change import Action
from reconciler.declarations.base import Base
from reconciler.diagnostics import Place, Severity
from reconciler.event import DeclaredEvent
from reconciler.policy import Orphans
from tests.story.world import LATER, POLICY, Held, Start, World, adoption, declaration, live_json

NEW = "https://new.example"
DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
GOOD = (declaration("spring", eventUrl=NEW), declaration("summer"))
"""A new event, and one that changes."""


@dataclass(frozen=True)
class Reason:
    """A live situation, and the declarations that cannot be planned against it."""

    held: tuple[Held, ...]
    events: tuple[DeclaredEvent, ...]


REASONS = {
    "object-not-live": Reason((), (adoption("999", eventUrl=NEW),)),
    "declared-twice": Reason(
        (live_json("twice", objectId="55", **DATES),), (declaration("twice"), adoption("55", eventUrl=NEW))
    ),
    "completed-is-final": Reason(
        (live_json("ended", eventCompleted=True),), (declaration("ended", eventCompleted=False),)
    ),
    "custom-property-unknown": Reason(
        (live_json("odd", **DATES),), (declaration("odd", **{"customProperties.nowhere": "x"}),)
    ),
}
each_reason = pytest.mark.parametrize("code", REASONS)


def world_of(start: Start, code: str) -> World:
    """Start a portal with what a reason needs, and the event that a good declaration changes."""
    return start(*REASONS[code].held, live_json("spring"), policy=replace(POLICY, orphans=Orphans.DELETE))


def codes(world: World, events: Sequence[DeclaredEvent], base: Base) -> list[tuple[str, Severity]]:
    plan = world.plan(*events, base=base).plan
    return [(found.code, found.severity) for found in plan.diagnostics if found.code in REASONS]


@each_reason
def test_alone_it_ends_a_run_that_writes_nothing(start: Start, code: str) -> None:
    world = world_of(start, code)
    events = (*REASONS[code].events, declaration("spring"))
    planned = world.plan(*events)
    assert [(aside.identity, aside.code) for aside in planned.plan.set_aside] == sorted(
        ((event.identity, code) for event in REASONS[code].events), key=lambda pair: pair[0].sort_key
    )
    assert (planned.plan.changes, planned.plan.is_fulfilled) == ((), False)
    world.requests()
    receipt = world.run(planned)
    assert (receipt.exit_code, receipt.written, world.writes()) == (3, False, [])


@each_reason
def test_among_others_it_stops_none_of_them(start: Start, code: str) -> None:
    world = world_of(start, code)
    events = (*REASONS[code].events, *GOOD)
    before = [one for one in world.held() if one["externalEventId"] != "spring"]
    receipt = world.run(world.plan(*events))
    assert [(result.change.action, result.outcome) for result in receipt.results] == [
        (Action.CREATE, Outcome.DONE),
        (Action.UPDATE, Outcome.DONE),
    ]
    assert (receipt.exit_code, receipt.verified) == (6, ())
    assert [one for one in world.held() if one["externalEventId"] not in {"spring", "summer"}] == before
    assert world.run(world.plan(*events)).exit_code == 3


@each_reason
def test_it_is_neither_an_orphan_nor_foreign(start: Start, code: str) -> None:
    plan = world_of(start, code).plan(*REASONS[code].events, *GOOD).plan
    assert (plan.orphans, plan.foreign) == ((), 0)
    assert "no-longer-declared" not in {found.code for found in plan.diagnostics}


@each_reason
def test_what_the_base_would_equally_have_had_set_aside_is_a_warning_and_no_failure(start: Start, code: str) -> None:
    world = world_of(start, code)
    reason = REASONS[code]
    base = Base(reason.events)
    assert codes(world, (*reason.events, *GOOD), base) == [(code, Severity.WARNING)] * len(reason.events)
    receipt = world.run(world.plan(*reason.events, *GOOD, base=base))
    assert (receipt.exit_code, receipt.verified, len(receipt.set_aside)) == (0, (), len(reason.events))


@each_reason
def test_what_is_set_aside_since_the_base_is_an_error(start: Start, code: str) -> None:
    reason = REASONS[code]
    found = codes(world_of(start, code), (*reason.events, *GOOD), Base(GOOD))
    assert found == [(code, Severity.ERROR)] * len(reason.events)


def test_another_mistake_at_the_same_event_is_new(start: Start) -> None:
    world = world_of(start, "custom-property-unknown")
    worse = declaration("odd", **{"customProperties.elsewhere": "x"})
    found = codes(world, (worse, *GOOD), Base(REASONS["custom-property-unknown"].events))
    assert found == [("custom-property-unknown", Severity.ERROR)]


def test_of_two_mistakes_at_one_event_the_new_one_counts(start: Start) -> None:
    world = world_of(start, "custom-property-unknown")
    (then,) = REASONS["custom-property-unknown"].events
    now = declaration("odd", **{"customProperties.nowhere": "x", "customProperties.elsewhere": "y"})
    (aside,) = world.plan(now, *GOOD, base=Base((then,))).plan.set_aside
    assert (aside.preexisting, aside.why) == (False, "customProperties.elsewhere: the portal defines no such property")


# A new event that is set aside, and the old one that it seems to have been


@pytest.mark.parametrize("then", [Base(known=False), Base((declaration("old"),)), Base()])
@pytest.mark.parametrize(
    "now",
    [declaration("new", eventName="old", **{"customProperties.nowhere": "x"}), adoption("999", eventName="old")],
    ids=["a new id", "an object id that is not live"],
)
def test_an_old_event_stays_while_its_new_self_is_set_aside(start: Start, then: Base, now: DeclaredEvent) -> None:
    world = start(live_json("old", **DATES), live_json("spring"), policy=replace(POLICY, orphans=Orphans.DELETE))
    before = world.event("old")
    receipt = world.run(world.plan(now, *GOOD, base=then))
    assert [(result.outcome, result.guard) for result in receipt.results] == [
        (Outcome.DONE, None),
        (Outcome.DONE, None),
        (Outcome.REFUSED, "guard-renamed"),
    ]
    assert (receipt.exit_code, world.event("old")) == (6, before)


def test_an_old_event_that_stayed_for_that_at_the_base_fails_no_run(start: Start) -> None:
    policy = replace(POLICY, orphans=Orphans.DELETE)
    world = start(live_json("old", **DATES), policy=policy)
    events = (declaration("new", eventName="old", **{"customProperties.nowhere": "x"}), declaration("summer"))
    receipt = world.run(world.plan(*events, base=Base(events, policy)))
    assert [(result.guard, result.preexisting) for result in receipt.results] == [
        (None, False),
        ("guard-renamed", True),
    ]
    assert receipt.exit_code == 0


def test_a_new_id_is_told_as_a_rename_also_while_its_event_is_set_aside(start: Start) -> None:
    world = start(live_json("old", **DATES))
    plan = world.plan(declaration("new", eventName="old", **{"customProperties.nowhere": "x"})).plan
    assert "looks-renamed" in [found.code for found in plan.diagnostics]


def test_the_tie_between_an_old_event_and_its_new_self_outlasts_the_base(start: Start) -> None:
    """The base of the run after one that fell short declares the new event already."""
    world = start(live_json("old", **DATES), policy=replace(POLICY, orphans=Orphans.DELETE))
    planned = world.plan(declaration("new", eventName="old"), base=Base((declaration("new", eventName="old"),)))
    assert [len(new) for new in planned.successors.values()] == [1]


def test_the_events_that_are_set_aside_stand_in_the_order_of_the_files(start: Start) -> None:
    world = start(live_json("z"), live_json("a"))
    odd = {"customProperties.nowhere": "x"}
    first = replace(declaration("z", **odd), place=Place("events.yaml", 1))
    second = replace(declaration("a", **odd), place=Place("events.yaml", 9))
    plan = world.plan(second, first).plan
    assert [aside.identity.external_event_id for aside in plan.set_aside] == ["z", "a"]


def test_an_adopted_event_that_the_file_does_not_name_is_called_as_hubspot_does(start: Start) -> None:
    world = start(live_json("zoom", objectId="55", eventName="Zoom call"))
    (aside,) = world.plan(adoption("55", **{"customProperties.nowhere": "x"})).plan.set_aside
    assert aside.name == "Zoom call"


def test_with_a_base_a_remaining_orphan_is_not_tied_to_each_new_event_of_its_name(start: Start) -> None:
    world = start(live_json("old", **DATES))
    new = declaration("new", eventName="old")
    assert not world.plan(new, base=Base(())).successors
    assert len(world.plan(new).successors) == 1
