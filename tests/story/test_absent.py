"""Events that are declared absent: deleted if they are live and ours, as they were planned, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from reconciler.applying import approval
from reconciler.applying.guard import Limits
from reconciler.applying.receipt import Outcome, Receipt
from reconciler.change import Action
from reconciler.declarations.base import Base
from reconciler.diagnostics import Severity
from reconciler.event import Declared, Identity, Skipped
from reconciler.pipeline import make_plan
from reconciler.planning.look_alikes import RENAMED
from reconciler.planning.no_longer import DECLARED, MANAGED
from reconciler.policy import Orphans
from reconciler.render.json import plan_json
from reconciler.render.saved import read_plan
from tests.story.world import (
    ACCOUNT,
    LATER,
    NEW,
    NOW,
    OLD,
    OTHER_TOKEN,
    OTHERS,
    OURS,
    POLICY,
    VERSIONS,
    Held,
    Start,
    World,
    absence,
    adoption,
    declaration,
    live_json,
)

DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
NOBODY = Limits()


def ids(world: World) -> list[object]:
    return sorted(event["objectId"] for event in world.held())


def outcomes(receipt: Receipt) -> list[tuple[Outcome, str | None]]:
    return [(result.outcome, result.why) for result in receipt.results]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_absent_event_is_deleted_and_all_others_stay(start: Start, version: str) -> None:
    world = start(
        live_json("mistake", objectId="1", eventCompleted=True),
        live_json("mistake", objectId="2", account="elsewhere"),
        live_json("mistake", objectId="3", app=OTHERS),
        live_json("orphan", objectId="4", **DATES),
        version=version,
    )
    receipt = world.run(world.plan(absence("mistake"), absence("gone")), limits=NOBODY)
    assert (receipt.exit_code, outcomes(receipt), receipt.verified) == (0, [(Outcome.DONE, None)], ())
    assert ids(world) == ["2", "3", "4"]
    assert world.plan(absence("mistake"), absence("gone")).plan.is_fulfilled


def test_only_events_of_others_have_the_id_of_an_absent_one(start: Start) -> None:
    world = start(
        live_json("mistake", account="elsewhere"), live_json("mistake", app=OTHERS), live_json(None, app=None)
    )
    plan = world.plan(absence("mistake")).plan
    assert (plan.changes, plan.unchanged, plan.is_fulfilled) == ((), 1, True)
    assert "absent-already" in {found.code for found in plan.diagnostics}


def test_an_absent_event_that_is_not_live_is_named_for_its_id_may_be_mistyped(start: Start) -> None:
    world = start(live_json("spring-launch"))
    plan = world.plan(absence("spring-luanch"), absence("spring-launch")).plan
    (found,) = (found for found in plan.diagnostics if found.code == "absent-already")
    assert found.message == f"{ACCOUNT}/spring-luanch is declared absent, and HubSpot holds no such event of yours"
    assert found.hint == "if it is deleted, delete its declaration too; if it should be there, check the id"
    assert found.severity is Severity.INFO


@pytest.mark.parametrize("orphans", [*Orphans])
def test_it_is_deleted_whatever_becomes_of_orphans(start: Start, orphans: Orphans) -> None:
    world = start(live_json("mistake"), policy=replace(POLICY, orphans=orphans))
    receipt = world.run(world.plan(absence("mistake")), limits=NOBODY)
    assert (receipt.exit_code, world.held()) == (0, [])


def test_a_part_of_the_files_deletes_nothing_because_another_may_declare_it(start: Start) -> None:
    world = start(live_json("mistake"), live_json("spring", eventUrl=OLD), policy=replace(POLICY, narrowed=True))
    receipt = world.run(world.plan(absence("mistake"), declaration("spring", eventUrl=NEW)), limits=NOBODY)
    assert {result.change.name: result.guard for result in receipt.results} == {
        "mistake": "guard-narrowed",
        "spring": None,
    }
    assert (receipt.exit_code, len(world.held())) == (6, 2)


def test_a_token_of_another_app_plans_the_deletion_and_says_that_it_proves_nothing(start: Start) -> None:
    world = start(live_json("mistake"), policy=replace(POLICY, app_id=OURS))
    ours, theirs = (
        world.plan(absence("mistake")).plan,
        world.plan(absence("mistake"), portal=world.portal(token=OTHER_TOKEN)).plan,
    )
    assert [(change.proven, change.action) for change in theirs.changes] == [(False, Action.DELETE)]
    assert ours.digest == theirs.digest


def test_it_is_set_aside_where_somebody_adopts_it_too(start: Start) -> None:
    world = start(live_json("mistake", objectId="1", eventUrl=OLD))
    plan = world.plan(absence("mistake"), adoption("1", eventUrl=NEW)).plan
    assert (plan.changes, [aside.code for aside in plan.set_aside]) == ((), ["declared-twice"] * 2)


def test_an_event_that_may_be_one_of_several_is_left_alone(start: Start) -> None:
    held = (live_json("mistake", objectId="1", account="a"), live_json("mistake", objectId="2", account="b"))
    world = start(*held, policy=replace(POLICY, app_id=OURS))
    plan = world.plan(absence("mistake"), portal=world.portal(token=OTHER_TOKEN)).plan
    assert (plan.changes, plan.unchanged) == ((), 0)
    codes = {found.code for found in plan.diagnostics}
    assert ("identity-ambiguous" in codes, "absent-already" in codes) == (True, False)


def test_what_somebody_changed_since_the_plan_is_not_deleted(start: Start) -> None:
    world = start(live_json("mistake"))
    planned = world.plan(absence("mistake"))
    world.edit(world.event("mistake"), eventUrl=NEW)
    receipt = world.run(planned)
    assert outcomes(receipt) == [(Outcome.REFUSED, "somebody changed it in HubSpot meanwhile: link")]
    assert len(world.held()) == 1


def test_what_somebody_deleted_since_the_plan_is_done(start: Start) -> None:
    world = start(live_json("mistake"))
    planned = world.plan(absence("mistake"))
    world.remove(world.event("mistake"))
    assert outcomes(world.run(planned)) == [(Outcome.DONE, "HubSpot held it already")]


def test_what_somebody_made_again_since_the_plan_is_another_event(start: Start) -> None:
    world = start(live_json("mistake"))
    planned = world.plan(absence("mistake"))
    world.remove(world.event("mistake"))
    world.make("mistake")
    receipt = world.run(planned)
    assert outcomes(receipt) == [(Outcome.REFUSED, "another event stands in HubSpot under its ids now")]
    assert len(world.held()) == 1


def test_a_late_list_does_not_keep_a_deletion_from_being_proven(start: Start) -> None:
    world = start(live_json("mistake"))
    planned = world.plan(absence("mistake"))
    world.list_late(60)
    receipt = world.run(planned)
    assert (receipt.exit_code, receipt.verified) == (0, ())


@pytest.mark.parametrize("fault", [{"drop-after": True}, {"drop-before": True}, {"status": 500}])
def test_a_deletion_whose_answer_is_lost_is_told_as_it_is(start: Start, fault: Held) -> None:
    world = start(live_json("mistake"))
    planned = world.plan(absence("mistake"))
    world.fails({"method": "POST", "path": "*/batch/archive", "nth": 1, "fault": fault})
    receipt = world.run(planned)
    gone = world.held() == []
    assert gone == (receipt.results[0].outcome is Outcome.DONE)
    assert gone == (receipt.verified == ())


def test_its_deletion_can_be_approved_from_a_saved_plan(start: Start) -> None:
    world = start(live_json("mistake"))
    reviewed = read_plan(plan_json(world.plan(absence("mistake")).plan))
    again = world.plan(absence("mistake")).plan
    assert approval.by_plans(again, [reviewed]).approved == again.changes
    assert approval.by_digest(again, reviewed.digest).approved == again.changes


def test_an_event_that_becomes_absent_is_not_told_as_no_longer_declared(start: Start) -> None:
    world = start(live_json("mistake"))
    planned = world.plan(absence("mistake"), base=Base((declaration("mistake", eventUrl=OLD),)))
    assert {found.code for found in planned.plan.diagnostics}.isdisjoint({DECLARED, MANAGED})
    (change,) = planned.plan.changes
    assert change.origin == "files"


def test_what_the_base_protected_is_not_deleted_in_one_step(start: Start) -> None:
    world = start(live_json("mistake"))
    base = Base((replace(declaration("mistake"), protect=True),))
    receipt = world.run(world.plan(absence("mistake"), base=base))
    assert (receipt.exit_code, outcomes(receipt)[0][0], len(world.held())) == (5, Outcome.REFUSED, 1)


def test_a_new_id_beside_the_absent_old_one_is_a_rename(start: Start) -> None:
    world = start(live_json("old", eventName="Fair", registrants=5, **DATES))
    new = declaration("new", **DATES)
    planned = world.plan(absence("old"), replace(new, fields={**new.fields, "eventName": "Fair"}))
    (warned,) = [found for found in planned.plan.diagnostics if found.code == RENAMED]
    assert warned.message.endswith("the 5 registrations of the old one are deleted with it")
    refused = world.run(planned, limits=NOBODY)
    assert [result.guard for result in refused.results] == ["guard-renamed", "guard-registrants"]
    assert world.run(planned).exit_code == 0
    assert [event["externalEventId"] for event in world.held()] == ["new"]


@pytest.mark.parametrize(
    ("elsewhere", "action"),
    [
        (Skipped(Identity(None, "mistake")), None),
        (Skipped(Identity(ACCOUNT, "mistake")), None),
        (Skipped(Identity(object_id="1")), None),
        (Skipped(Identity(ACCOUNT, "mistake"), may_be_here=False), Action.DELETE),
        (Skipped(Identity("elsewhere", "mistake")), Action.DELETE),
        (Skipped(Identity(ACCOUNT, "other")), Action.DELETE),
        (Skipped(Identity(object_id="2")), Action.DELETE),
    ],
)
def test_an_event_that_is_declared_elsewhere_in_the_portal_is_not_deleted_here(
    start: Start, elsewhere: Skipped, action: Action | None
) -> None:
    world = start(live_json("mistake", objectId="1"))
    declared = Declared((absence("mistake"),), 1, skipped=(elsewhere,))
    planned = make_plan(declared, world.policy, world.portal(), NOW)
    assert [change.action for change in planned.plan.changes] == ([] if action is None else [action])
    assert [aside.code for aside in planned.plan.set_aside] == (["absent-elsewhere"] if action is None else [])


def test_many_absent_events_go_together(start: Start) -> None:
    names: Sequence[str] = [f"mistake-{number}" for number in range(25)]
    world = start(*map(live_json, names), live_json("kept"))
    receipt = world.run(world.plan(*map(absence, names), declaration("kept")), limits=NOBODY)
    assert (receipt.exit_code, len(receipt.results), len(world.held())) == (0, 25, 1)
