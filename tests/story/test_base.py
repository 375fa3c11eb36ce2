"""The origin of differences over a real sandbox, and the base's protection of events whose files are gone."""

from dataclasses import replace

import pytest

from reconciler.applying.guard import Limits
from reconciler.change import Action, Change, Origin
from reconciler.declarations.base import Base
from reconciler.event import DeclaredEvent, Value
from reconciler.planning.orphans import Will
from reconciler.policy import Orphans, Policy
from tests.story.world import LATER, NEW, OLD, POLICY, Held, Start, adoption, custom, declaration, live_json

EDITED = "https://edited.example"
DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
DELETES = replace(POLICY, orphans=Orphans.DELETE)
NOTHING = Limits()


def origins(*changes: Change) -> dict[str | None, tuple[Action, Origin]]:
    return {change.identity.external_event_id: (change.action, change.origin) for change in changes}


@pytest.mark.parametrize(
    ("then", "held", "now", "origin"),
    [
        (OLD, OLD, NEW, Origin.FILES),
        (NEW, EDITED, NEW, Origin.HUBSPOT),
        (OLD, EDITED, NEW, Origin.BOTH),
        (NEW, None, NEW, Origin.HUBSPOT),
        (OLD, None, NEW, Origin.BOTH),
        (OLD, OLD, None, Origin.FILES),
    ],
)
def test_a_field_comes_from_the_side_that_left_the_base(
    start: Start, then: Value, held: Value, now: Value, origin: Origin
) -> None:
    world = start(live_json("fair", eventUrl=held))
    planned = world.plan(declaration("fair", eventUrl=now), base=Base((declaration("fair", eventUrl=then),)))
    assert origins(*planned.plan.changes) == {"fair": (Action.UPDATE, origin)}
    assert world.run(planned).verified == ()


def test_every_row_of_the_table_in_one_plan(start: Start) -> None:
    world = start(
        live_json("undeclared-then", eventUrl=OLD),
        live_json("unmanaged-then", eventUrl=OLD),
        live_json("mixed", eventUrl=OLD, eventType="EDITED"),
        live_json("gone", **DATES),
        live_json("older", **DATES),
        live_json(None, objectId="55", account=None, app=None, eventUrl=EDITED),
        policy=DELETES,
    )
    base = Base(
        (
            declaration("unmanaged-then"),
            declaration("mixed", eventUrl=OLD, eventType="FAIR"),
            declaration("deleted", eventUrl=OLD),
            declaration("gone", **DATES),
            adoption("55", eventUrl=OLD),
        )
    )
    planned = world.plan(
        declaration("undeclared-then", eventUrl=NEW),
        declaration("unmanaged-then", eventUrl=NEW),
        declaration("mixed", eventUrl=NEW, eventType="FAIR"),
        declaration("deleted", eventUrl=NEW),
        declaration("new"),
        adoption("55", eventUrl=OLD),
        base=base,
    )
    assert origins(*planned.plan.changes) == {
        "undeclared-then": (Action.UPDATE, Origin.FILES),
        "unmanaged-then": (Action.UPDATE, Origin.FILES),
        "mixed": (Action.UPDATE, Origin.MIXED),
        "deleted": (Action.CREATE, Origin.HUBSPOT),
        "new": (Action.CREATE, Origin.FILES),
        "gone": (Action.DELETE, Origin.FILES),
        "older": (Action.DELETE, Origin.UNKNOWN),
        None: (Action.UPDATE, Origin.HUBSPOT),
    }
    assert world.run(planned).verified == ()


def test_a_custom_property_drifts_only_where_its_value_means_something_else(start: Start) -> None:
    topics = {"name": "topics", "type": "enumeration", "fieldType": "checkbox"}
    world = start(live_json("fair", customProperties=custom(topics="b;a")), properties=(topics,))
    name = "customProperties.topics"
    assert not world.plan(
        declaration("fair", **{name: "a;b"}), base=Base((declaration("fair", **{name: "c"}),))
    ).plan.changes
    planned = world.plan(declaration("fair", **{name: "c"}), base=Base((declaration("fair", **{name: "a;b"}),)))
    assert origins(*planned.plan.changes) == {"fair": (Action.UPDATE, Origin.FILES)}


def test_a_plan_has_one_digest_with_and_without_a_base(start: Start) -> None:
    world = start(live_json("fair", eventUrl=OLD))
    now = declaration("fair", eventUrl=NEW)
    assert world.plan(now).plan.digest == world.plan(now, base=Base((now,))).plan.digest


@pytest.mark.parametrize("limits", [Limits(deletes=1), Limits(deletes=1, registrants=1)])
def test_an_event_protected_by_its_deleted_file_is_only_reported(start: Start, limits: Limits) -> None:
    world = start(live_json("kept", **DATES), live_json("other"), policy=DELETES)
    then = Base((replace(declaration("kept", **DATES), protect=True), declaration("other")))
    planned = world.plan(declaration("other"), base=then)
    (orphan,) = planned.plan.orphans
    assert (orphan.will, orphan.why) == (Will.NOTHING, "it is protected")
    assert world.run(planned, limits=limits).results == ()
    world.event("kept")
    (unprotected,) = world.plan(declaration("other")).plan.orphans
    assert unprotected.will is Will.DELETE


def test_an_event_that_was_adopted_and_protected_is_only_reported(start: Start) -> None:
    world = start(live_json("kept", objectId="55", **DATES), live_json("other"), policy=DELETES)
    then = Base((replace(adoption("55"), protect=True),))
    (orphan,) = world.plan(declaration("other"), base=then).plan.orphans
    assert orphan.will is Will.NOTHING


@pytest.mark.parametrize(
    "then",
    [Base((declaration("old", account="former", **DATES),)), Base((), Policy(external_account_id="former"))],
    ids=["an event's", "the settings'"],
)
def test_an_orphan_of_an_account_that_only_the_base_names_is_ours(start: Start, then: Base) -> None:
    world = start(live_json("old", account="former", **DATES), live_json("other"), policy=DELETES)
    assert world.plan(declaration("other")).plan.orphans == ()
    assert world.plan(declaration("other")).plan.foreign == 1
    planned = world.plan(declaration("other"), base=then)
    assert (planned.plan.orphaned, planned.plan.foreign) == (1, 0)
    assert origins(*planned.plan.changes) == {
        "old": (Action.DELETE, Origin.FILES if then.events else Origin.UNKNOWN),
    }
    assert world.run(planned, limits=NOTHING).exit_code == 5
    assert world.run(planned).verified == ()


def test_a_new_account_id_makes_new_events_and_orphans_of_the_old_ones(start: Start) -> None:
    world = start(live_json("fair", account="former", **DATES), policy=DELETES)
    then: tuple[DeclaredEvent, ...] = (declaration("fair", account="former", **DATES),)
    planned = world.plan(declaration("fair", **DATES), base=Base(then))
    assert [(change.action, change.origin) for change in planned.plan.changes] == [
        (Action.CREATE, Origin.FILES),
        (Action.DELETE, Origin.FILES),
    ]
    assert world.run(planned).verified == ()
