"""The pipeline over a real sandbox: declared events are planned, applied and verified."""

from dataclasses import replace

import pytest

from reconciler.applying import approval
from reconciler.applying.accounting import not_begun, nothing_ran
from reconciler.applying.guard import Limits, marked
from reconciler.applying.receipt import Outcome, Result
from reconciler.change import Action
from reconciler.declarations.base import Base
from reconciler.diagnostics import Severity
from reconciler.errors import Refused
from reconciler.event import DeclaredEvent
from reconciler.pipeline import approve_plan
from reconciler.planning.plan import Plan
from reconciler.policy import Orphans, Policy
from tests.hubspot.forwarding import forwarding
from tests.story.world import (
    LATER,
    NEW,
    OLD,
    OTHERS,
    OURS,
    POLICY,
    VERSIONS,
    Held,
    Start,
    World,
    adoption,
    custom,
    declaration,
    live_json,
)

versions = pytest.mark.parametrize("version", VERSIONS)

DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
DELETES = replace(POLICY, orphans=Orphans.DELETE)
CANCELS = replace(POLICY, orphans=Orphans.CANCEL)

BEFORE = (
    live_json("spring", eventUrl=OLD, eventDescription="ours, but not declared", customProperties=custom(a="1", b="2")),
    live_json("autumn", **DATES),
    live_json("winter", **DATES),
    live_json("fair", eventType="TRADE", **DATES),
    live_json("same", eventUrl=OLD),
    live_json("orphan", registrants=3, **DATES),
    live_json("over", startDateTime="2025-01-01T00:00:00Z"),
    live_json(None, objectId="55", account=None, app=None, eventName="By hand", eventUrl=OLD),
)
FOREIGN = (
    live_json("spring", account="other", eventUrl=OLD, **DATES),
    live_json("spring", app=OTHERS, eventUrl=OLD, **DATES),
    live_json("orphan", app=OTHERS, **DATES),
    live_json("elsewhere", account="other", **DATES),
    live_json("zoom", account=None, app=OTHERS, customProperties=custom(a="zoom's"), **DATES),
    live_json(None, account=None, app=None, eventName="Of a person", **DATES),
)
DECLARED = (
    declaration("summer", **DATES, eventCancelled=False, **{"customProperties.a": "new"}),
    declaration("done", **DATES, eventCompleted=True),
    declaration("spring", eventUrl=NEW, **{"customProperties.a": "changed"}),
    declaration("autumn", eventCancelled=True),
    declaration("winter", eventCompleted=True),
    declaration("fair", eventType="FAIR", eventCancelled=True, eventCompleted=True),
    declaration("same", eventUrl=OLD),
    adoption("55", eventUrl=None, eventDescription="adopted"),
)


def foreign(world: World) -> list[Held]:
    """Return every event that is not ours, with all its fields."""
    return [
        event
        for event in world.held()
        if event["objectId"] != "55"
        and (event["appInfo"] is None or event["appInfo"]["id"] != str(OURS) or event["externalAccountId"] != "acme")
    ]


@versions
@pytest.mark.parametrize("policy", [POLICY, CANCELS, DELETES], ids=["report", "cancel", "delete"])
def test_everything_declared_is_applied_and_proven_and_nothing_else_changes(
    start: Start, version: str, policy: Policy
) -> None:
    world = start(*BEFORE, *FOREIGN, version=version, policy=policy, properties=("a", "b"))
    before = foreign(world)
    planned = world.plan(*DECLARED)
    world.requests()

    receipt = world.run(planned)

    assert {result.outcome for result in receipt.results} == {Outcome.DONE}
    assert (receipt.portal, receipt.verified) == (planned.plan.portal, ())
    assert receipt.exit_code == 0
    assert len(world.writes()) == planned.plan.writes_to_apply
    assert not world.plan(*DECLARED).plan.changes
    assert foreign(world) == before


@versions
def test_an_event_is_made_with_all_that_is_declared(start: Start, version: str) -> None:
    world = start(version=version, properties=("a",))
    receipt = world.apply(*DECLARED[:2])
    assert receipt.applied == {Action.CREATE: 2, Action.UPDATE: 0, Action.DELETE: 0}
    summer, done = world.event("summer"), world.event("done")
    assert summer.items() >= {**DATES, "eventName": "summer", "eventOrganizer": "Acme"}.items()
    assert summer["customProperties"] == custom(a="new")
    assert (summer["eventCompleted"], done["eventCompleted"]) == (False, True)


@versions
def test_an_update_leaves_alone_what_is_not_declared(start: Start, version: str) -> None:
    world = start(*BEFORE, version=version, properties=("a", "b"))
    before = world.event("spring")
    world.apply(declaration("spring", eventUrl=NEW, **{"customProperties.a": "changed"}))
    changed = {"eventUrl": NEW, "customProperties": custom(a="changed", b="2")}
    assert {**world.event("spring"), "updatedAt": None} == {**before, **changed, "updatedAt": None}


def test_only_the_fields_that_differ_travel(start: Start) -> None:
    world = start(*BEFORE, properties=("a", "b"))
    with forwarding(world.base_url) as way:
        world.run(world.plan(*DECLARED), portal=world.portal(base_url=way.base_url))
    (update,) = [one.json["inputs"] for one in way.sent if one.path.endswith("/batch/update")]
    ids = {name: world.event(name)["objectId"] for name in ("spring", "autumn", "fair")}
    assert sorted(update, key=lambda item: int(item["objectId"])) == sorted(
        [
            {"objectId": "55", "eventUrl": "", "eventDescription": "adopted", "customProperties": []},
            {"objectId": ids["spring"], "eventUrl": NEW, "customProperties": custom(a="changed")},
            {"objectId": ids["autumn"], "eventCancelled": True, "customProperties": []},
            {"objectId": ids["fair"], "eventType": "FAIR", "eventCancelled": True, "customProperties": []},
        ],
        key=lambda item: int(str(item["objectId"])),
    )


def test_a_completion_states_what_the_event_is_otherwise(start: Start) -> None:
    world = start(*BEFORE, live_json("off", eventCancelled=True, **DATES), properties=("a",))
    with forwarding(world.base_url) as way:
        portal = world.portal(base_url=way.base_url)
        world.run(world.plan(*DECLARED, declaration("off", eventCompleted=True)), portal=portal)
    sent = {one.path.rsplit("/", 1)[1]: one.json for one in way.sent if one.method == "PATCH"}
    whole = {"eventCompleted": True, "customProperties": []}
    assert sent == {
        "winter": {**whole, "eventCancelled": False},
        "fair": {**whole, "eventCancelled": True},
        "off": {**whole, "eventCancelled": True},
    }
    assert world.event("off")["eventCancelled"] is True


def test_a_batch_makes_a_hundred_events_or_changes_twenty(start: Start) -> None:
    orphans = [live_json(f"o-{number}", **DATES) for number in range(110)]
    world = start(*orphans, *(live_json(f"u-{number}") for number in range(120)), policy=DELETES)
    events = [
        *(declaration(f"c-{number}") for number in range(250)),
        *(declaration(f"u-{number}", eventUrl=NEW) for number in range(120)),
    ]
    planned = world.plan(*events)
    with forwarding(world.base_url) as way:
        receipt = world.run(planned, portal=world.portal(base_url=way.base_url))
    sizes = [(one.path.rsplit("/", 1)[1], len(one.json["inputs"])) for one in way.sent if b"inputs" in one.body]
    assert sizes == [
        ("upsert", 100),
        ("upsert", 100),
        ("upsert", 50),
        *[("update", 20)] * 6,
        *[("archive", 20)] * 5,
        ("archive", 10),
    ]
    assert len(sizes) == planned.plan.writes_to_apply
    assert receipt.exit_code == 0
    assert receipt.applied == {Action.CREATE: 250, Action.UPDATE: 120, Action.DELETE: 110}


def test_the_digest_is_the_same_in_every_api_version(start: Start) -> None:
    world = start(*BEFORE, *FOREIGN, policy=DELETES, properties=("a",))
    digests = set()
    for world.version in VERSIONS:
        digests.add(world.plan(*DECLARED, portal=world.portal()).plan.digest)
    assert len(digests) == 1


@versions
def test_a_plan_reads_and_asks_for_the_token_and_does_nothing_else(start: Start, version: str) -> None:
    world = start(*BEFORE, *FOREIGN, version=version, policy=DELETES, properties=("a",))
    before = world.held()
    planned = world.plan(*DECLARED, portal=world.reader(f"sandbox-{OURS}-read"))
    asked = world.requests()
    assert planned.plan.changes
    assert planned.plan.reads == len(asked)
    assert {method for method, _, _ in asked} == {"GET", "POST"}
    assert [path for method, path, _ in asked if method == "POST"] == ["/oauth/v2/private-apps/get/access-token-info"]
    assert world.held() == before


def test_a_plan_without_changes_needs_nobodys_approval(start: Start) -> None:
    world = start(live_json("spring"))

    def nobody(_: Plan) -> None:
        raise AssertionError("nobody should be asked")

    approved = approve_plan(world.plan(declaration("spring")), nobody, Limits())  # type: ignore[arg-type]  # (never called)
    assert approved.changes == ()


def test_an_apply_without_changes_writes_nothing_and_is_proven(start: Start) -> None:
    world = start(live_json("spring"))
    planned = world.plan(declaration("spring"))
    world.requests()
    receipt = world.run(planned)
    assert (receipt.verified, receipt.written, receipt.exit_code) == ((), False, 0)
    assert world.requests() == []


def test_a_plan_shows_what_an_apply_would_refuse(start: Start) -> None:
    world = start(live_json("orphan", registrants=3, **DATES), policy=DELETES)
    planned = world.plan(declaration("spring"))
    plan = marked(planned, Limits())
    shown = plan.diagnostics
    assert {(found.code, found.severity) for found in shown} == {
        ("guard-deletes", Severity.WARNING),
        ("guard-registrants", Severity.WARNING),
    }
    receipt = world.run(planned, limits=Limits())
    outcomes = {result.change.name: (result.outcome, result.why) for result in receipt.results}
    assert outcomes["orphan"] == (Outcome.REFUSED, plan.changes[1].refused)
    assert outcomes["spring"] == (Outcome.DONE, None)
    assert (receipt.verified, receipt.exit_code) == ((), 6)
    assert world.event("orphan")


def test_the_receipt_of_a_run_that_was_refused_says_why_nothing_was_attempted(start: Start) -> None:
    world = start()
    planned = world.plan(declaration("spring"))
    receipt = nothing_ran(planned, Refused("no approval"))
    assert receipt.results == (Result(planned.plan.changes[0], Outcome.NOT_ATTEMPTED, "no approval"),)
    assert (receipt.portal, receipt.digest) == (planned.plan.portal, planned.plan.digest)
    assert (receipt.verified, receipt.written) == (None, False)
    assert receipt.exit_code == 5


def test_the_receipt_before_the_first_write_says_that_nothing_was_attempted(start: Start) -> None:
    world = start()
    planned = world.plan(declaration("spring"))
    receipt = not_begun(approve_plan(planned, approval.everything, Limits()))
    assert [(result.outcome, result.why) for result in receipt.results] == [
        (Outcome.NOT_ATTEMPTED, "the run ended before it")
    ]
    assert (receipt.digest, receipt.verified, receipt.written) == (planned.plan.digest, None, False)


def test_another_portal_than_the_declared_one_is_not_even_read(start: Start) -> None:
    world = start(policy=replace(POLICY, portal=8))
    with pytest.raises(Refused, match="the token opens portal 7, but"):
        world.plan(declaration("spring"))


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (adoption("999", eventUrl=NEW), "object-not-live"),
        (declaration("ended", eventCompleted=False), "completed-is-final"),
    ],
)
def test_what_only_hubspot_can_tell_sets_one_event_aside(start: Start, event: DeclaredEvent, code: str) -> None:
    world = start(live_json("ended", eventCompleted=True))
    planned = world.plan(event, declaration("spring"))
    assert [(found.code, found.severity) for found in planned.plan.diagnostics] == [(code, Severity.ERROR)]
    assert [(aside.identity, aside.code) for aside in planned.plan.set_aside] == [(event.identity, code)]
    receipt = world.run(planned)
    assert [(result.change.name, result.outcome) for result in receipt.results] == [("spring", Outcome.DONE)]
    assert (receipt.set_aside, receipt.verified, receipt.exit_code) == (planned.plan.set_aside, (), 6)


def test_what_the_base_would_equally_have_had_set_aside_fails_no_run(start: Start) -> None:
    world = start()
    gone = adoption("999", eventUrl=NEW)
    planned = world.plan(gone, declaration("spring"), base=Base((gone,)))
    assert [(found.code, found.severity) for found in planned.plan.diagnostics] == [
        ("object-not-live", Severity.WARNING)
    ]
    receipt = world.run(planned)
    assert (len(receipt.set_aside), receipt.verified, receipt.exit_code) == (1, (), 0)
