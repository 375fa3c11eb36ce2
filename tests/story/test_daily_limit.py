"""A day whose requests are nearly used up: an apply that would stop half-way does not start."""

from dataclasses import replace

import pytest

from reconciler.applying import approval
from reconciler.applying.daily_limit import needed
from reconciler.applying.lookup import read_each, trust_list
from reconciler.applying.receipt import Outcome
from reconciler.event import DeclaredEvent
from reconciler.hubspot.writer import PortalWriter
from reconciler.pipeline import approve_plan
from reconciler.policy import Orphans, Policy
from tests.story.world import ANYTHING, LATER, POLICY, Held, Start, World, declaration, live_json

DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
HELD = (
    live_json("spring", eventType="OLD"),
    live_json("fair", **DATES),
    live_json("both", eventType="OLD", **DATES),
    live_json("orphan", **DATES),
)
DECLARED = (
    declaration("summer"),
    declaration("spring", eventType="NEW"),
    declaration("fair", eventCompleted=True),
    declaration("both", eventType="NEW", eventCompleted=True),
)
DELETES = replace(POLICY, orphans=Orphans.DELETE)
TRUSTING = replace(DELETES, trusts_list=True)


class Rationed(PortalWriter):
    """A portal that has granted nearly all of the day's requests."""

    left: int | None = None

    @property
    def left_today(self) -> int | None:
        return self.left


def rationed(world: World, left: int | None) -> Rationed:
    portal = world.special_portal(Rationed)
    portal.left = left
    return portal


@pytest.mark.parametrize("policy", [DELETES, TRUSTING], ids=["read each", "trust the list"])
def test_an_apply_for_which_the_day_is_too_short_writes_nothing(start: Start, policy: Policy) -> None:
    world = start(*HELD, policy=policy)
    planned = world.plan(*DECLARED)
    wanted = needed(approve_plan(planned, approval.everything, ANYTHING))
    world.requests()
    receipt = world.run(planned, portal=rationed(world, wanted - 1))
    assert {result.outcome for result in receipt.results} == {Outcome.NOT_ATTEMPTED}
    assert receipt.cause is not None
    said = f"HubSpot grants this account {wanted - 1} more requests today, and applying takes about {wanted}"
    assert (receipt.cause.message, receipt.exit_code, receipt.written) == (said, 7, False)
    assert (
        receipt.cause.hint == "try again after midnight in the account's time zone, or apply a part of the declarations"
    )
    assert world.requests() == []


@pytest.mark.parametrize("policy", [DELETES, TRUSTING], ids=["read each", "trust the list"])
def test_an_apply_for_which_the_day_is_just_long_enough_keeps_to_it(start: Start, policy: Policy) -> None:
    world = start(*HELD, policy=policy)
    planned = world.plan(*DECLARED)
    wanted = needed(approve_plan(planned, approval.everything, ANYTHING))
    world.requests()
    lookup = trust_list if policy.trusts_list else read_each
    assert world.run(planned, portal=rationed(world, wanted), lookup=lookup).exit_code == 0
    assert len(world.requests()) <= wanted


@pytest.mark.parametrize(
    ("held", "event"),
    [
        ((), declaration("summer")),
        ((live_json("spring", eventType="OLD"),), declaration("spring", eventType="NEW")),
        ((live_json("fair", **DATES),), declaration("fair", eventCompleted=True)),
        ((live_json("both", eventType="OLD", **DATES),), declaration("both", eventType="NEW", eventCompleted=True)),
        ((live_json("spring"), live_json("orphan", **DATES)), declaration("spring")),
    ],
    ids=["create", "update", "complete", "update and complete", "delete"],
)
def test_of_one_change_each_request_is_counted(start: Start, held: tuple[Held, ...], event: DeclaredEvent) -> None:
    world = start(*held, policy=DELETES)
    planned = world.plan(event)
    world.requests()
    assert world.run(planned, portal=rationed(world, None)).exit_code == 0
    assert len(world.requests()) == needed(approve_plan(planned, approval.everything, ANYTHING))


def test_creates_that_stand_on_the_list_cost_another_list_and_their_batch(start: Start) -> None:
    world = start(policy=TRUSTING)
    planned = world.plan(declaration("spring"), declaration("summer"))
    assert needed(approve_plan(planned, approval.everything, ANYTHING)) == 2 * planned.plan.reads + 1


def test_where_hubspot_does_not_say_what_is_left_nothing_is_refused(start: Start) -> None:
    world = start(*HELD, policy=DELETES)
    assert world.run(world.plan(*DECLARED), portal=rationed(world, None)).exit_code == 0


def test_an_apply_of_nothing_needs_nothing(start: Start) -> None:
    world = start(live_json("spring"))
    receipt = world.run(world.plan(declaration("spring")), portal=rationed(world, 0))
    assert (receipt.exit_code, receipt.verified) == (0, ())
