"""A run's use of HubSpot's answers, of lost answers, and of its own end."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.applying import approval
from reconciler.applying.accounting import so_far
from reconciler.applying.ledger import REPORTS, Applied
from reconciler.applying.lookup import Lookup, read_each, trust_list
from reconciler.applying.receipt import Outcome, Receipt
from reconciler.change import Action
from reconciler.errors import AccessDenied, Interrupted, ReconcilerError, Unavailable
from reconciler.event import DeclaredEvent, Identity
from reconciler.pipeline import approve_plan
from reconciler.policy import Orphans, Policy
from reconciler.portal import Writer
from reconciler.transport.retrying import ATTEMPTS
from reconciler.transport.surroundings import Watch
from tests.hubspot.forwarding import (
    Decide,
    Fate,
    Instead,
    Passing,
    Reworded,
    Treatment,
    both,
    forwarding,
    meeting,
)
from tests.story.world import ANYTHING, LATER, NEW, OLD, POLICY, VERSIONS, Held, Start, World, declaration, live_json

DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
DELETES = replace(POLICY, orphans=Orphans.DELETE)
EMPTY = b'{"status": "COMPLETE", "results": []}'
STILL_HOLDS = "HubSpot did not say that it deleted it, and still holds it"

BEFORE = (
    live_json("spring", eventUrl=OLD),
    live_json("winter", **DATES),
    live_json("fair", eventType="OLD", **DATES),
    live_json("orphan", **DATES),
)
DECLARED = (
    declaration("summer"),
    declaration("spring", eventUrl=NEW),
    declaration("winter", eventCompleted=True),
    declaration("fair", eventType="NEW", eventCompleted=True),
)
WRITES = {
    "summer": ("POST", "/events/upsert"),
    "spring": ("POST", "/batch/update"),
    "winter": ("PATCH", "/events/winter"),
    "orphan": ("POST", "/batch/archive"),
}
"""The path of the request that carries the change of each event."""

DROPPED = {"customProperties.dropped": "x"}
"""A property that HubSpot defines but does not keep."""
DEFINES_IT = meeting("GET", "/0-54", Instead(200, b'{"results": [{"name": "dropped"}]}'))

each_write = pytest.mark.parametrize("event", WRITES)


def run(world: World, decide: Decide, *events: DeclaredEvent) -> Receipt:
    """Plan undisturbed, then apply with this treatment of requests."""
    planned = world.plan(*(events or DECLARED))
    world.requests()
    way = world.through(forwarding(world.base_url, decide))
    return world.run(planned, portal=world.portal(base_url=way.base_url))


def outcomes(receipt: Receipt) -> dict[str, Outcome]:
    return {str(result.change.name): result.outcome for result in receipt.results}


def reasons(receipt: Receipt) -> dict[str, str | None]:
    return {str(result.change.name): result.why for result in receipt.results}


def holds(world: World, event: str) -> bool:
    """Return whether HubSpot really holds what the change of an event was to make."""
    held = {one["externalEventId"]: one for one in world.held()}
    match event:
        case "spring":
            return bool(held["spring"]["eventUrl"] == NEW)
        case "winter":
            return bool(held["winter"]["eventCompleted"])
        case "orphan":
            return "orphan" not in held
        case _:
            return event in held


# Answers that are lost


@each_write
def test_a_write_whose_answer_was_lost_once_is_sent_again(start: Start, event: str) -> None:
    world = start(*BEFORE, policy=DELETES)
    receipt = run(world, meeting(*WRITES[event], Fate.ANSWER_LOST, times=1))
    assert set(outcomes(receipt).values()) == {Outcome.DONE}
    assert receipt.exit_code == 0
    assert not world.plan(*DECLARED).plan.changes


@each_write
def test_a_lost_write_is_settled_by_reading_and_the_run_goes_on(start: Start, event: str) -> None:
    world = start(*BEFORE, policy=DELETES)
    receipt = run(world, meeting(*WRITES[event], Fate.ANSWER_LOST))
    assert outcomes(receipt)[event] is Outcome.DONE
    assert holds(world, event)
    assert (receipt.cause, receipt.verified, receipt.written, receipt.exit_code) == (None, (), True, 0)


def test_an_event_that_was_made_is_not_made_again_over_what_somebody_added(start: Start) -> None:
    world = start()
    lost = meeting(*WRITES["summer"], Fate.ANSWER_LOST, times=1)

    def adding(passing: Passing) -> Treatment:
        if passing.method == "GET" and world.held() and world.event("summer")["eventDescription"] is None:
            world.edit(world.event("summer"), eventDescription="theirs")
        return lost(passing)

    receipt = run(world, adding, declaration("summer"))
    assert outcomes(receipt) == {"summer": Outcome.DONE}
    assert world.event("summer")["eventDescription"] == "theirs"
    assert receipt.exit_code == 0


def test_a_write_is_not_sent_again_over_what_somebody_edited_in_between(start: Start) -> None:
    world = start(*BEFORE, policy=DELETES)
    theirs = "https://theirs.example"

    def edited_meanwhile(passing: Passing) -> Treatment:
        if not passing.path.endswith("/batch/update") or world.event("spring")["eventUrl"] == theirs:
            return Fate.PASSED_ON
        world.edit(world.event("spring"), eventUrl=theirs)
        return Instead(503)

    receipt = run(world, edited_meanwhile)
    assert world.event("spring")["eventUrl"] == theirs
    assert outcomes(receipt)["spring"] is Outcome.UNSURE
    assert receipt.exit_code == 6


@each_write
def test_a_write_that_never_arrives_is_settled_by_reading_and_ends_the_run(start: Start, event: str) -> None:
    world = start(*BEFORE, policy=DELETES)
    receipt = run(world, meeting(*WRITES[event], Fate.REQUEST_LOST))
    assert outcomes(receipt)[event] is Outcome.FAILED
    assert re.fullmatch(r"the connection to 127\.0\.0\.1:\d+ failed: it broke off", reasons(receipt)[event] or "")
    assert not holds(world, event)
    assert event in {change.name for change in receipt.verified or ()}
    assert receipt.exit_code == 6


def test_what_stood_behind_a_write_that_never_arrived_is_not_attempted(start: Start) -> None:
    world = start(*BEFORE, policy=DELETES)
    receipt = run(world, meeting(*WRITES["spring"], Fate.REQUEST_LOST))
    assert outcomes(receipt) == {
        "summer": Outcome.DONE,
        "spring": Outcome.FAILED,
        "winter": Outcome.NOT_ATTEMPTED,
        "fair": Outcome.FAILED,
        "orphan": Outcome.NOT_ATTEMPTED,
    }
    assert reasons(receipt)["winter"] == "the run ended before it"


def dying(method: str, end: str, fate: Fate) -> Decide:
    """Treat one request in this way, and lose all that come after it."""
    dead = False

    def decide(passing: Passing) -> Treatment:
        nonlocal dead
        if passing.method == method and passing.path.endswith(end):
            dead = True
            return fate
        return Fate.REQUEST_LOST if dead else Fate.PASSED_ON

    return decide


@each_write
@pytest.mark.parametrize("fate", [Fate.ANSWER_LOST, Fate.REQUEST_LOST])
def test_a_write_that_nobody_can_read_back_is_unsure(start: Start, event: str, fate: Fate) -> None:
    world = start(*BEFORE, policy=DELETES)
    receipt = run(world, dying(*WRITES[event], fate))
    assert outcomes(receipt)[event] is Outcome.UNSURE
    assert (reasons(receipt)[event] or "").endswith("; reading it back failed too")
    assert holds(world, event) == (fate is Fate.ANSWER_LOST)
    assert (receipt.written, receipt.exit_code) == (True, 6)


def test_a_hubspot_that_is_gone_is_not_asked_for_each_event_of_a_lost_batch(start: Start) -> None:
    world = start()
    way = world.through(forwarding(world.base_url, dying("POST", "/events/upsert", Fate.ANSWER_LOST)))
    portal = world.portal(base_url=way.base_url)
    planned = world.plan(*(declaration(f"event-{number}") for number in range(8)))
    receipt = world.run(planned, portal=portal)
    assert set(outcomes(receipt).values()) == {Outcome.UNSURE}
    ends = [(reasons(receipt)[f"event-{number}"] or "").rpartition("; ")[2] for number in range(8)]
    assert ends == ["reading it back failed too"] * 3 + ["it was not read back, as the reads before it failed"] * 5
    sent = [f"{one.method} {one.path.rpartition('/')[2]}" for one in way.sent]
    # One read decides whether it is sent again, then three are read back, then one shall read everything again. The
    # others go along with the first attempts, and are not repeated.
    assert len(sent[sent.index("POST upsert") + 1 :]) == 5 * ATTEMPTS + 7 + 5


def test_a_hubspot_that_answers_now_and_then_is_asked_for_each_event_of_a_lost_batch(start: Start) -> None:
    world = start()
    lost = False

    def flaky(passing: Passing) -> Treatment:
        nonlocal lost
        if passing.path.endswith("/events/upsert"):
            lost = True
            return Fate.ANSWER_LOST
        return Fate.REQUEST_LOST if lost and passing.path[-1] in "013467" else Fate.PASSED_ON

    portal = world.portal(base_url=world.through(forwarding(world.base_url, flaky)).base_url)
    receipt = world.run(world.plan(*(declaration(f"event-{number}") for number in range(8))), portal=portal)
    assert [name for name, outcome in outcomes(receipt).items() if outcome is Outcome.DONE] == ["event-2", "event-5"]
    assert {why for why in reasons(receipt).values() if why and why.endswith("the reads before it failed")} == set()


def test_a_read_that_hubspot_refuses_ends_its_silence_about_a_lost_batch(start: Start) -> None:
    world = start()
    lost = False

    def reluctant(passing: Passing) -> Treatment:
        nonlocal lost
        if passing.path.endswith("/events/upsert"):
            lost = True
            return Fate.ANSWER_LOST
        if lost and passing.path[-1] in "03":
            return Instead(400, b'{"message": "no"}')
        return Fate.REQUEST_LOST if lost and passing.path[-1] in "1245" else Fate.PASSED_ON

    portal = world.portal(base_url=world.through(forwarding(world.base_url, reluctant)).base_url)
    receipt = world.run(world.plan(*(declaration(f"event-{number}") for number in range(8))), portal=portal)
    assert [name for name, outcome in outcomes(receipt).items() if outcome is Outcome.DONE] == ["event-6", "event-7"]
    assert {why for why in reasons(receipt).values() if why and why.endswith("the reads before it failed")} == set()


def test_a_write_whose_answer_was_lost_and_that_somebody_wrote_over_is_unsure(start: Start) -> None:
    world = start(*BEFORE)
    lost = meeting(*WRITES["spring"], Fate.ANSWER_LOST)

    def write_over(passing: Passing) -> Treatment:
        if passing.method == "GET" and world.event("spring")["eventUrl"] == NEW:
            world.edit(world.event("spring"), eventUrl="https://theirs.example")
        return lost(passing)

    receipt = run(world, write_over, declaration("spring", eventUrl=NEW))
    assert outcomes(receipt) == {"spring": Outcome.UNSURE}
    assert (receipt.written, receipt.exit_code) == (True, 6)


def test_a_write_whose_answer_was_lost_and_whose_event_somebody_removed_is_unsure(start: Start) -> None:
    world = start(*BEFORE)
    lost = meeting(*WRITES["spring"], Fate.ANSWER_LOST)

    def remove(passing: Passing) -> Treatment:
        written = [one for one in world.held() if one["eventUrl"] == NEW]
        if passing.method == "GET" and written:
            world.remove(written[0])
        return lost(passing)

    receipt = run(world, remove, declaration("spring", eventUrl=NEW))
    assert outcomes(receipt) == {"spring": Outcome.UNSURE}
    assert (receipt.written, receipt.exit_code) == (True, 6)


@pytest.mark.parametrize("before", [(), (live_json("summer", eventType="OLD"),)], ids=["create", "update"])
def test_a_lost_write_is_done_although_somebody_edited_another_field(start: Start, before: tuple[Held, ...]) -> None:
    world = start(*before)
    lost = meeting(*WRITES["spring" if before else "summer"], Fate.ANSWER_LOST)

    def edit_beside(passing: Passing) -> Treatment:
        if passing.method == "GET" and any(held["eventType"] == "NEW" for held in world.held()):
            world.edit(world.event("summer"), eventUrl="https://theirs.example")
        return lost(passing)

    receipt = run(world, edit_beside, declaration("summer", eventType="NEW", eventUrl=None))
    assert outcomes(receipt) == {"summer": Outcome.DONE}
    assert [[field.name for field in left.fields] for left in receipt.verified or ()] == [["eventUrl"]]
    assert receipt.exit_code == 6


def test_an_edit_beside_the_lost_first_request_of_an_update_stops_the_second(start: Start) -> None:
    world = start(live_json("fair", eventType="OLD", eventUrl=OLD, **DATES))
    lost = meeting(*WRITES["spring"], Fate.ANSWER_LOST)

    def edit_beside(passing: Passing) -> Treatment:
        if passing.method == "GET" and world.event("fair")["eventType"] == "NEW":
            world.edit(world.event("fair"), eventUrl="https://theirs.example")
        return lost(passing)

    receipt = run(world, edit_beside, declaration("fair", eventType="NEW", eventUrl=OLD, eventCompleted=True))
    assert set(reasons(receipt).values()) == {
        "only the first of its two requests was sent: somebody changed it in HubSpot meanwhile: link"
    }
    assert outcomes(receipt) == {"fair": Outcome.FAILED}


def test_a_lost_create_that_hubspot_kept_in_part_is_unsure(
    start: Start,
) -> None:
    world = start()
    promising = world.through(forwarding(world.base_url, DEFINES_IT))
    losing = world.through(forwarding(promising.base_url, meeting(*WRITES["summer"], Fate.ANSWER_LOST)))
    portal = world.portal(base_url=losing.base_url)
    receipt = world.run(world.plan(declaration("summer", **DROPPED), portal=portal), portal=portal)
    assert outcomes(receipt) == {"summer": Outcome.UNSURE}
    assert holds(world, "summer")
    assert (receipt.written, receipt.exit_code) == (True, 6)


def test_a_write_that_never_left_is_not_attempted(start: Start) -> None:
    world = start(*BEFORE)
    refusing = meeting(*WRITES["summer"], Instead(429, b'{"policyName": "DAILY"}'))
    receipt = run(world, refusing)
    assert set(outcomes(receipt).values()) == {Outcome.NOT_ATTEMPTED}
    assert (receipt.written, receipt.exit_code) == (False, 7)
    assert world.writes() == []


def test_a_failure_while_reading_before_the_first_write_leaves_everything_as_it_was(start: Start) -> None:
    world = start(*BEFORE)
    receipt = run(world, meeting("GET", "/events/summer", Instead(503)))
    assert set(outcomes(receipt).values()) == {Outcome.NOT_ATTEMPTED}
    assert (receipt.written, receipt.exit_code) == (False, 7)
    assert world.writes() == []


# Answers that say less than the truth, or more


@pytest.mark.parametrize(
    ("event", "treatment", "why"),
    [
        ("winter", Instead(200, b"{}"), "HubSpot answered success, but did not take over completed"),
        ("orphan", Instead(202), STILL_HOLDS),
        ("orphan", Instead(204), STILL_HOLDS),
    ],
)
def test_a_success_with_nothing_stored_is_a_failure(start: Start, event: str, treatment: Treatment, why: str) -> None:
    world = start(*BEFORE, policy=DELETES)
    receipt = run(world, meeting(*WRITES[event], treatment))
    assert outcomes(receipt)[event] is Outcome.FAILED
    assert reasons(receipt)[event] == why
    assert not holds(world, event)
    assert (receipt.cause, receipt.exit_code) == (None, 6)
    assert receipt.verified


@pytest.mark.parametrize(
    ("event", "treatment"),
    [
        ("summer", Reworded(200, EMPTY)),
        ("spring", Reworded(207, EMPTY)),
        ("winter", Reworded(200, b"{}")),
        ("orphan", Reworded(202)),
    ],
)
def test_a_success_that_names_nothing_is_settled_by_reading(start: Start, event: str, treatment: Treatment) -> None:
    world = start(*BEFORE, policy=DELETES)
    receipt = run(world, meeting(*WRITES[event], treatment))
    assert set(outcomes(receipt).values()) == {Outcome.DONE}
    assert receipt.exit_code == 0


def test_a_success_that_the_second_reading_disproves_is_taken_back(start: Start) -> None:
    world = start(*BEFORE, policy=DELETES)
    lie = Instead(200, b'{"results": [{"objectId": "1"}]}')
    receipt = run(world, meeting(*WRITES["summer"], lie))
    assert outcomes(receipt)["summer"] is Outcome.FAILED
    assert reasons(receipt)["summer"] == "HubSpot answered success, but does not hold the event"
    assert [change.name for change in receipt.verified or ()] == ["summer"]
    assert receipt.exit_code == 6


OLD_LINK = b'{"results": [{"objectId": "%s", "eventUrl": "https://old.example"}]}'


def test_a_success_whose_own_result_contradicts_it_is_settled_by_reading(start: Start) -> None:
    world = start(*BEFORE)
    (spring,) = (one["objectId"] for one in world.held() if one["externalEventId"] == "spring")
    stale = Reworded(200, OLD_LINK % spring.encode())
    receipt = run(world, meeting(*WRITES["spring"], stale), DECLARED[1])
    assert outcomes(receipt) == {"spring": Outcome.DONE}
    assert (reasons(receipt), receipt.exit_code) == ({"spring": None}, 0)


def test_a_success_that_its_own_result_contradicts_fails_without_a_second_reading(start: Start) -> None:
    world = start(*BEFORE)
    (spring,) = (one["objectId"] for one in world.held() if one["externalEventId"] == "spring")
    ignoring = Instead(200, OLD_LINK % spring.encode())
    alone = Instead(200, b'{"objectId": "%s", "eventUrl": "https://old.example"}' % spring.encode())
    unread = meeting("GET", "/2026-03", Instead(400))
    receipt = run(
        world, both(meeting(*WRITES["spring"], ignoring), meeting("PATCH", f"/{spring}", alone), unread), DECLARED[1]
    )
    assert outcomes(receipt) == {"spring": Outcome.FAILED}
    assert reasons(receipt) == {"spring": "HubSpot answered success, but did not take over link"}
    assert (receipt.verified, receipt.exit_code) == (None, 6)


def test_what_was_not_made_is_read_once_more_after_the_run(start: Start) -> None:
    world = start(
        policy=replace(POLICY, trusts_list=True)
    )  # otherwise the second plan also reads the events that it would make
    planned = world.plan(declaration("spring"), declaration("summer"))
    refused = meeting("POST", "/events/upsert", Instead(400, b'{"message": "no"}'))
    way = world.through(forwarding(world.base_url, refused))
    refused_alone = meeting("POST", "/events", Instead(400, b'{"message": "no"}'))
    portal = world.portal(base_url=world.through(forwarding(way.base_url, refused_alone)).base_url)
    receipt = world.run(planned, portal=portal)
    assert set(outcomes(receipt).values()) == {Outcome.FAILED}
    asked = [passing.path.rpartition("/")[2] for passing in way.sent]
    listed = len(asked) - asked[::-1].index("2026-03")
    assert asked[listed:] == ["spring", "summer"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_property_that_hubspot_drops_without_a_word_is_told(start: Start, version: str) -> None:
    world = start(live_json("spring", eventUrl=OLD), version=version)
    portal = world.portal(base_url=world.through(forwarding(world.base_url, DEFINES_IT)).base_url)
    planned = world.plan(
        declaration("spring", eventUrl=NEW, **DROPPED), declaration("summer", **DROPPED), portal=portal
    )
    receipt = world.run(planned, portal=portal)
    assert set(outcomes(receipt).values()) == {Outcome.FAILED}
    assert set(reasons(receipt).values()) == {"HubSpot answered success, but did not take over dropped"}
    assert {field.name for change in receipt.verified or () for field in change.fields} == set(DROPPED)
    assert receipt.applied == {Action.CREATE: 0, Action.UPDATE: 0, Action.DELETE: 0}
    assert receipt.exit_code == 6


def test_a_value_that_hubspot_writes_otherwise_is_done_and_a_difference(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD))

    def store_otherwise(passing: Passing) -> Treatment:
        if passing.path.endswith("/batch/update"):
            world.edit(world.event("spring"), eventUrl=NEW.upper())
            answered = {"status": "COMPLETE", "results": [{"objectId": world.event("spring")["objectId"]}]}
            return Instead(200, json.dumps(answered).encode())
        return Fate.PASSED_ON

    receipt = run(world, store_otherwise, declaration("spring", eventUrl=NEW))
    assert outcomes(receipt) == {"spring": Outcome.DONE}
    assert len(receipt.verified or ()) == 1
    assert receipt.exit_code == 6


def test_an_event_that_did_not_keep_its_fields_is_not_completed(start: Start) -> None:
    world = start(*BEFORE)
    object_id = world.event("fair")["objectId"]
    pretended = Instead(200, json.dumps({"results": [{"objectId": object_id}]}).encode())
    receipt = run(world, meeting(*WRITES["spring"], pretended), DECLARED[3])
    assert outcomes(receipt) == {"fair": Outcome.FAILED}
    assert reasons(receipt)["fair"] == "HubSpot did not keep its other fields, so it was not completed"
    assert not world.event("fair")["eventCompleted"]


def lagging(world: World) -> Decide:
    """Make the list show what HubSpot holds now, whatever it will hold later."""
    stale = world.portal()._http.get(f"/marketing/marketing-events/{world.version}", {})
    return meeting("GET", f"/marketing-events/{world.version}", Instead(200, json.dumps(stale).encode()))


@pytest.mark.parametrize("policy", [DELETES, replace(POLICY, orphans=Orphans.CANCEL)], ids=["delete", "cancel"])
def test_a_list_that_lags_behind_is_corrected_by_reading_directly(start: Start, policy: Policy) -> None:
    # Their common prefix lets one search prove them all.
    before = [{**event, "externalEventId": f"e-{event['externalEventId']}"} for event in BEFORE]
    events = [replace(event, identity=Identity("acme", f"e-{event.identity.external_event_id}")) for event in DECLARED]
    world = start(*before, policy=policy)
    receipt = run(world, lagging(world), *events)
    assert {result.change.action for result in receipt.results} >= {Action.CREATE, Action.UPDATE}
    assert receipt.verified == ()
    assert receipt.exit_code == 0


def test_a_difference_is_told_as_a_direct_read_shows_it_and_not_as_the_list_does(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD))
    stale = lagging(world)

    def writing_over(passing: Passing) -> Treatment:
        treatment = stale(passing)
        if treatment is not Fate.PASSED_ON:
            world.edit(world.event("spring"), eventUrl="https://theirs.example")
        return treatment

    receipt = run(world, writing_over, declaration("spring", eventUrl=NEW))
    (left,) = receipt.verified or ()
    assert [(field.before, field.after) for field in left.fields] == [("https://theirs.example", NEW)]
    assert outcomes(receipt) == {"spring": Outcome.DONE}


@pytest.mark.parametrize("answer", [Instead(503), Instead(400), Instead(401), Instead(200, b"[]")])
def test_a_second_reading_that_fails_proves_nothing_and_takes_nothing_back(start: Start, answer: Instead) -> None:
    world = start(*BEFORE, policy=DELETES)
    receipt = run(world, meeting("GET", f"/marketing-events/{world.version}", answer))
    assert set(outcomes(receipt).values()) == {Outcome.DONE}
    assert (receipt.verified, receipt.exit_code) == (None, 6)


# Refusals


@each_write
def test_a_write_that_hubspot_refuses_fails_and_the_others_go_on(start: Start, event: str) -> None:
    world = start(*BEFORE, policy=DELETES)
    receipt = run(world, meeting(*WRITES[event], Instead(405, b'{"message": "it is Sunday"}')))
    failed = {"spring", "fair"} if event == "spring" else {event}
    assert {name for name, outcome in outcomes(receipt).items() if outcome is Outcome.FAILED} == failed
    assert {name for name, outcome in outcomes(receipt).items() if outcome is Outcome.DONE} == {
        *("summer", "spring", "winter", "fair", "orphan")
    } - failed
    assert {reasons(receipt)[name] for name in failed} == {"HubSpot refuses the request (status 405): it is Sunday"}
    assert {str(change.name) for change in receipt.verified or ()} == failed
    assert receipt.exit_code == 6


def refusing_reads(number: int) -> Decide:
    """Refuse this many direct reads of events."""
    left = iter(range(number))

    def decide(passing: Passing) -> Treatment:
        direct = "/events/" in passing.path or passing.path.rpartition("/")[2].isdigit()
        hit = passing.method == "GET" and direct and next(left, None) is not None
        return Instead(404, b"<html>no such page</html>") if hit else Fate.PASSED_ON

    return decide


@pytest.mark.parametrize("event", ["summer", "spring"])
def test_a_refused_read_that_stops_every_write_leaves_a_receipt_without_writes(start: Start, event: str) -> None:
    world = start(*BEFORE)
    changed = next(one for one in DECLARED if one.identity.external_event_id == event)
    receipt = run(world, refusing_reads(1), changed)
    assert outcomes(receipt) == {event: Outcome.FAILED}
    assert (receipt.written, receipt.verified, receipt.exit_code) == (False, None, 1)
    assert receipt.cause is not None
    assert receipt.cause.message == "HubSpot refuses the request (status 404): no reason given"
    assert world.writes() == []


def test_where_a_refused_read_keeps_only_some_from_being_sent_the_run_is_proven(start: Start) -> None:
    world = start(*BEFORE)
    receipt = run(world, refusing_reads(1))
    assert outcomes(receipt)["summer"] is Outcome.FAILED
    assert (receipt.cause, receipt.exit_code) == (None, 6)
    assert [change.name for change in receipt.verified or ()] == ["summer"]


def test_a_token_that_loses_its_right_in_the_middle_ends_the_run(start: Start) -> None:
    world = start(*BEFORE, policy=DELETES)
    receipt = run(world, meeting(*WRITES["spring"], Instead(403, b'{"message": "no"}')))
    assert outcomes(receipt) == {
        "summer": Outcome.DONE,
        "spring": Outcome.FAILED,
        "fair": Outcome.FAILED,
        "winter": Outcome.NOT_ATTEMPTED,
        "orphan": Outcome.NOT_ATTEMPTED,
    }
    assert reasons(receipt)["spring"] == reasons(receipt)["fair"] == "the token may not do this: no"
    assert isinstance(receipt.cause, AccessDenied)
    assert {change.name for change in receipt.verified or ()} == {"spring", "fair"}
    assert receipt.exit_code == 6


def test_a_fresh_read_that_hubspot_refuses_writes_nothing_of_its_batch(start: Start) -> None:
    world = start(*BEFORE, live_json("autumn", eventUrl=NEW))
    draft_of = (declaration("autumn", eventUrl=OLD), DECLARED[1], DECLARED[2])
    receipt = run(world, meeting("GET", "/events/spring", Instead(414, b'{"message": "too long"}')), *draft_of)
    assert outcomes(receipt) == {"autumn": Outcome.FAILED, "spring": Outcome.FAILED, "winter": Outcome.DONE}
    assert reasons(receipt)["autumn"] == "HubSpot refuses the request (status 414): too long"
    assert [path for _, path, _ in world.writes()] == ["/events/winter"]
    assert receipt.exit_code == 6


def test_a_refused_fresh_read_leaves_what_was_found_before_it(start: Start) -> None:
    world = start(live_json("autumn", eventUrl=OLD), live_json("spring", eventUrl=OLD))
    planned = world.plan(declaration("autumn", eventUrl=NEW), declaration("spring", eventUrl=NEW))
    world.edit(world.event("autumn"), eventUrl=NEW)
    way = world.through(forwarding(world.base_url, meeting("GET", "/events/spring", Instead(414))))
    receipt = world.run(planned, portal=world.portal(base_url=way.base_url))
    assert outcomes(receipt) == {"autumn": Outcome.DONE, "spring": Outcome.FAILED}


def test_a_write_that_cannot_be_read_back_is_unsure_and_the_run_goes_on(start: Start) -> None:
    world = start(*BEFORE)
    reading = iter([Fate.PASSED_ON])

    def decide(passing: Passing) -> Treatment:
        if passing.path.endswith("/events/upsert"):
            return Reworded(200, EMPTY)
        if passing.path.endswith("/events/summer"):
            return next(reading, Instead(400))
        return Fate.PASSED_ON

    receipt = run(world, decide, DECLARED[1], DECLARED[0])
    assert outcomes(receipt) == {"summer": Outcome.UNSURE, "spring": Outcome.DONE}
    assert reasons(receipt)["summer"] == "HubSpot answered success, but does not confirm it; reading it back failed too"
    assert (receipt.cause, receipt.verified, receipt.exit_code) == (None, (), 6)


# The end of a run


class Wish:
    """A stop signal that comes as soon as a request has been sent."""

    def __init__(self) -> None:
        self.raised = False

    def check_stop(self) -> None:
        if self.raised:
            raise Interrupted(15)

    def when(self, method: str, end: str, treatment: Treatment) -> Decide:
        def decide(passing: Passing) -> Treatment:
            if passing.method != method or not passing.path.endswith(end):
                return Fate.PASSED_ON
            self.raised = True
            return treatment

        return decide


def run_until(
    world: World, wish: Wish, decide: Decide, progress: Callable[[Applied], None] = lambda _: None
) -> Receipt:
    planned = world.plan(*DECLARED)
    world.requests()
    way = world.through(forwarding(world.base_url, decide))
    portal = world.portal(base_url=way.base_url, watch=Watch(check_stop=wish.check_stop))
    return world.run(planned, portal=portal, progress=progress)


def test_a_run_that_is_interrupted_finishes_its_request_and_attempts_no_other(start: Start) -> None:
    world, wish = start(*BEFORE, policy=DELETES), Wish()
    receipt = run_until(world, wish, wish.when(*WRITES["spring"], Fate.PASSED_ON))
    assert outcomes(receipt) == {
        "summer": Outcome.DONE,
        "spring": Outcome.DONE,
        "fair": Outcome.FAILED,
        "winter": Outcome.NOT_ATTEMPTED,
        "orphan": Outcome.NOT_ATTEMPTED,
    }
    assert reasons(receipt)["fair"] == "only the first of its two requests was sent"
    assert [path for _, path, _ in world.writes()] == ["/events/upsert", "/batch/update"]
    assert (receipt.verified, receipt.exit_code) == (None, 143)


def test_a_run_that_is_interrupted_before_it_wrote_has_written_nothing(start: Start) -> None:
    world, wish = start(*BEFORE, policy=DELETES), Wish()
    receipt = run_until(world, wish, wish.when("GET", "/events/summer", Fate.PASSED_ON))
    assert set(outcomes(receipt).values()) == {Outcome.NOT_ATTEMPTED}
    assert (world.writes(), receipt.written, receipt.exit_code) == ([], False, 143)


@pytest.mark.parametrize("fate", [Fate.ANSWER_LOST, Fate.REQUEST_LOST])
def test_a_write_whose_answer_was_lost_when_the_run_was_interrupted_is_unsure(start: Start, fate: Fate) -> None:
    world, wish = start(*BEFORE, policy=DELETES), Wish()
    told: list[Applied] = []
    receipt = run_until(world, wish, wish.when(*WRITES["summer"], fate), told.append)
    assert outcomes(receipt)["summer"] is Outcome.UNSURE
    assert isinstance(receipt.cause, Interrupted)
    assert isinstance(told[-1].cause, Interrupted)
    assert (receipt.written, receipt.exit_code) == (True, 143)


def test_a_run_that_is_interrupted_while_it_reads_again_has_proven_nothing(start: Start) -> None:
    world, wish = start(*BEFORE, policy=DELETES), Wish()
    receipt = run_until(world, wish, wish.when("GET", "/details", Fate.PASSED_ON))
    assert set(outcomes(receipt).values()) == {Outcome.DONE}
    assert (receipt.verified, receipt.written, receipt.exit_code) == (None, True, 143)


def test_a_write_that_was_not_confirmed_when_the_run_was_interrupted_is_unsure(start: Start) -> None:
    world, wish = start(*BEFORE, policy=DELETES), Wish()
    receipt = run_until(world, wish, wish.when(*WRITES["summer"], Reworded(200, EMPTY)))
    assert outcomes(receipt)["summer"] is Outcome.UNSURE
    assert outcomes(receipt)["spring"] is Outcome.NOT_ATTEMPTED
    assert receipt.exit_code == 143


class Told:
    """A receiver of progress reports, which compares them with what HubSpot holds."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.planned = world.plan(*DECLARED)
        self.approved = approve_plan(self.planned, approval.everything, ANYTHING)
        self.receipts: list[Receipt] = []
        self.truths: list[set[str]] = []

    def progress(self, applied: Applied) -> None:
        self.receipts.append(so_far(self.approved, applied))
        self.truths.append({event for event in WRITES if holds(self.world, event)})


def test_progress_comes_before_and_after_each_step_with_a_true_receipt(start: Start) -> None:
    world = start(*BEFORE, policy=DELETES)
    told = Told(world)
    receipt = world.run(told.planned, progress=told.progress)
    assert len(told.receipts) == 2 * told.planned.plan.writes_to_apply
    for early, truth in zip(told.receipts, told.truths, strict=True):
        assert early.verified is None
        assert {name for name, outcome in outcomes(early).items() if outcome is Outcome.DONE} - {"fair"} == truth
    assert outcomes(told.receipts[-1]) == outcomes(receipt)


def test_a_write_is_told_as_unsure_before_it_goes(start: Start) -> None:
    world = start(*BEFORE, policy=DELETES)
    told = Told(world)
    sent: list[set[str]] = []

    def decide(passing: Passing) -> Treatment:
        if passing.method != "GET" and not passing.path.endswith("/access-token-info"):
            before = told.receipts[-1]
            assert before.written
            sent.append({name for name, outcome in outcomes(before).items() if outcome is Outcome.UNSURE})
            assert {reasons(before)[name] for name in sent[-1]} == {
                "it was being sent, and what became of it was not found out"
            }
        return Fate.PASSED_ON

    way = world.through(forwarding(world.base_url, decide))
    world.run(told.planned, portal=world.portal(base_url=way.base_url), progress=told.progress)
    assert sent == [{"summer"}, {"fair", "spring"}, {"fair"}, {"winter"}, {"orphan"}]


def test_a_long_run_tells_of_several_writes_before_the_first_of_them(start: Start) -> None:
    names = [f"fair-{number:03}" for number in range(REPORTS + 1)]
    world = start(*(live_json(name, **DATES) for name in names))
    planned = world.plan(*(declaration(name, eventCompleted=True) for name in names))
    told: list[list[Outcome]] = []
    receipt = world.run(planned, progress=lambda applied: told.append([one.outcome for one in applied.results]))
    assert receipt.exit_code == 0
    done, unsure, not_yet = Outcome.DONE, Outcome.UNSURE, Outcome.NOT_ATTEMPTED
    count = len(names)
    assert told[0] == [unsure] * 2 + [not_yet] * (count - 2)
    assert told[1] == [done] * 2 + [unsure] * 2 + [not_yet] * (count - 4)
    assert told[-1] == [done] * count
    assert len(told) == count // 2 + 1  # before each stretch of two writes, and after the last one


def test_what_ends_a_long_run_ends_it_among_the_writes_that_were_told_together(start: Start) -> None:
    names = [f"fair-{number:03}" for number in range(REPORTS + 1)]
    world = start(*(live_json(name, **DATES) for name in names))
    planned = world.plan(*(declaration(name, eventCompleted=True) for name in names))
    world.fails({"method": "PATCH", "path": "*", "nth": 1, "fault": {"status": 401}})
    receipt = world.run(planned)
    assert [result.outcome for result in receipt.results] == [Outcome.FAILED] + [Outcome.NOT_ATTEMPTED] * REPORTS
    assert len([path for method, path, _ in world.requests() if method == "PATCH"]) == 1


def test_a_write_that_cannot_be_told_does_not_go(start: Start) -> None:
    world = start(*BEFORE, policy=DELETES)
    planned = world.plan(*DECLARED)
    room = iter([None, None])

    def progress(_: Applied) -> None:
        if next(room, "full") == "full":
            raise ReconcilerError("the disk is full")

    world.requests()
    receipt = world.run(planned, progress=progress)
    assert [path for _, path, _ in world.writes()] == ["/events/upsert"]
    assert outcomes(receipt) == {
        "summer": Outcome.DONE,
        **dict.fromkeys(("spring", "winter", "fair", "orphan"), Outcome.NOT_ATTEMPTED),
    }
    assert receipt.cause is not None
    assert (receipt.cause.message, receipt.verified, receipt.exit_code) == ("the disk is full", (), 6)


@pytest.mark.parametrize(("refusals", "left"), [([Instead(401)] * 1000, None), ([Instead(414)], {"a", "b"})])
def test_what_an_answer_left_open_is_unsure_and_not_called_unsent(
    start: Start, refusals: list[Treatment], left: set[str] | None
) -> None:
    world = start()
    reads = iter([*[Fate.PASSED_ON] * 4, *refusals])

    def decide(passing: Passing) -> Treatment:
        if passing.path.endswith("/events/upsert"):
            return Instead(200, EMPTY)
        return next(reads, Fate.PASSED_ON) if passing.method == "GET" else Fate.PASSED_ON

    receipt = run(world, decide, declaration("a"), declaration("b"))
    assert outcomes(receipt) == {"a": Outcome.UNSURE, "b": Outcome.UNSURE}
    assert (receipt.verified and {change.name for change in receipt.verified}) == left
    assert (receipt.written, receipt.exit_code) == (True, 6)


# The second reading of a run that was cut short


def test_what_was_done_before_a_failure_is_proven_where_reading_works(start: Start) -> None:
    world = start(*BEFORE, policy=DELETES)
    receipt = run(world, meeting("GET", "/events/winter", Instead(503), times=5))
    assert outcomes(receipt)["spring"] is Outcome.DONE
    assert outcomes(receipt)["orphan"] is Outcome.NOT_ATTEMPTED
    assert isinstance(receipt.cause, Unavailable)
    assert (receipt.verified, receipt.exit_code) == ((), 6)


def test_the_first_read_that_fails_ends_the_second_reading_of_a_failed_run(start: Start) -> None:
    world = start(*BEFORE, policy=DELETES)
    way = world.through(forwarding(world.base_url, dying("GET", "/events/winter", Fate.REQUEST_LOST)))
    receipt = world.run(world.plan(*DECLARED), portal=world.portal(base_url=way.base_url))
    dead = [passing.target for passing in way.sent if passing.path.endswith("/events/winter")]
    assert way.sent[-1].path.endswith("/details")
    assert (len(dead), receipt.verified) == (5, None)
    assert isinstance(receipt.cause, Unavailable)


def test_a_signal_during_the_second_reading_of_a_failed_run_is_what_ended_it(start: Start) -> None:
    world, wish = start(*BEFORE, policy=DELETES), Wish()
    ending = wish.when("GET", "/details", Fate.PASSED_ON)

    def decide(passing: Passing) -> Treatment:
        return Instead(503) if passing.path.endswith("/events/winter") else ending(passing)

    receipt = run_until(world, wish, decide)
    assert (receipt.verified, receipt.written, receipt.exit_code) == (None, True, 143)


# Whole lists as a proof


@pytest.mark.parametrize(("lookup", "lists", "direct"), [(read_each, 1, 130), (trust_list, 2, 1)])
def test_creates_stand_on_a_direct_read_each_or_on_a_second_list_for_all(
    start: Start, lookup: Callable[[Writer], Lookup], lists: int, direct: int
) -> None:
    world = start(live_json("c-7", account="other"), policy=replace(POLICY, besides=frozenset({"other"})))
    planned = world.plan(*(declaration(f"c-{number}") for number in range(130)))
    world.requests()
    receipt = world.run(planned, lookup=lookup)
    requests = world.requests()
    last_write = max(index for index, (method, _, _) in enumerate(requests) if method == "POST")
    reads = [path for method, path, _ in requests[:last_write] if method == "GET"]
    assert receipt.exit_code == 0
    assert reads.count("") == lists - 1
    assert sum(path.startswith("/events/c-") for path in reads) == direct


def test_a_trusted_list_that_shows_a_namesake_is_not_trusted_about_it(start: Start) -> None:
    world = start()
    planned = world.plan(declaration("spring", eventUrl=NEW), declaration("summer"))
    world.make("spring", eventUrl=OLD)
    receipt = world.run(planned, lookup=trust_list)
    assert outcomes(receipt) == {"spring": Outcome.REFUSED, "summer": Outcome.DONE}
    assert world.event("spring")["eventUrl"] == OLD


def test_a_trusted_list_that_cannot_be_read_whole_creates_nothing(start: Start) -> None:
    world = start(*(live_json(f"e-{number}") for number in range(101)))
    planned = world.plan(declaration("summer"))
    whole = iter([Fate.PASSED_ON])

    def lose_the_second_page(passing: Passing) -> Treatment:
        if "after=" in passing.target:
            return Instead(503)
        return next(whole, Fate.PASSED_ON)

    way = world.through(forwarding(world.base_url, lose_the_second_page))
    world.requests()
    receipt = world.run(planned, portal=world.portal(base_url=way.base_url), lookup=trust_list)
    assert outcomes(receipt) == {"summer": Outcome.NOT_ATTEMPTED}
    assert world.writes() == []
    assert receipt.exit_code == 7
