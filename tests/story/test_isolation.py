"""A run's handling of a batch that HubSpot refuses whole, or accepts without keeping it."""

import json
from dataclasses import replace

import pytest

from reconciler.applying.freshness import NOT_PROVEN
from reconciler.applying.receipt import Outcome, Receipt
from reconciler.event import DeclaredEvent
from reconciler.policy import Orphans
from tests.hubspot.forwarding import Decide, Fate, Instead, Passing, Reworded, Treatment, both, forwarding, meeting
from tests.story.world import (
    LATER,
    NEW,
    OLD,
    OURS,
    POLICY,
    VERSIONS,
    Held,
    Start,
    World,
    adoption,
    declaration,
    live_json,
)

DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
DELETES = replace(POLICY, orphans=Orphans.DELETE)
NO = Instead(400, b'{"status": "error", "message": "one of them is bad"}')
NOTHING = Instead(200, b'{"status": "COMPLETE", "results": []}')
GONE = Instead(404, b'{"category": "OBJECT_NOT_FOUND", "message": "No marketing event found"}')
UPSERT, CREATE = ("POST", "/events/upsert"), ("POST", "/events")
UPDATE = ("POST", "/batch/update")
ARCHIVE = ("POST", "/batch/archive")

each_version = pytest.mark.parametrize("version", VERSIONS)


def run(world: World, decide: Decide, *events: DeclaredEvent) -> Receipt:
    """Plan undisturbed, then apply with this treatment of requests."""
    planned = world.plan(*events)
    world.requests()
    way = world.through(forwarding(world.base_url, decide))
    return world.run(planned, portal=world.portal(base_url=way.base_url))


def outcomes(receipt: Receipt) -> dict[str, tuple[Outcome, str | None]]:
    return {str(result.change.name): (result.outcome, result.why) for result in receipt.results}


def refusing(path: str, word: str, answer: Instead = NO) -> Decide:
    """Refuse every write to paths with this end, or below it, whose body holds a word."""

    def decide(passing: Passing) -> Treatment:
        hit = passing.method != "GET" and path in passing.path and word.encode() in passing.body
        return answer if hit else Fate.PASSED_ON

    return decide


def taken(object_id: str) -> Instead:
    """Answer as HubSpot does that the ids of a new event are taken."""
    tokens = {"objectTypeId": ["0-54"], "propertyName": ["hs_unique_id"], "existingObjectId": [object_id]}
    body = {"status": "error", "message": "taken", "errorType": "UNIQUE_VALUE_CONFLICT", "errorTokens": tokens}
    return Instead(400, json.dumps(body).encode())


REFUSED = "HubSpot refuses the request (status 400): one of them is bad"
HELD = (Outcome.DONE, "HubSpot held it already")


# Batches refused whole


@each_version
def test_the_good_creates_of_a_refused_batch_land_and_the_bad_one_is_named(start: Start, version: str) -> None:
    world = start(version=version)
    good, bad, fine = (declaration(name) for name in ("good", "bad", "fine"))
    receipt = run(world, refusing("/events", '"bad"'), good, bad, fine)
    assert outcomes(receipt) == {
        "bad": (Outcome.FAILED, REFUSED),
        "fine": (Outcome.DONE, None),
        "good": (Outcome.DONE, None),
    }
    assert {event["externalEventId"] for event in world.held()} == {"good", "fine"}
    assert [change.name for change in receipt.verified or ()] == ["bad"]
    assert (receipt.cause, receipt.exit_code) == (None, 6)


@each_version
def test_the_good_updates_of_a_refused_batch_land_and_the_bad_one_is_named(start: Start, version: str) -> None:
    world = start(*(live_json(name, eventUrl=OLD) for name in ("good", "bad", "fine")), version=version)
    wanted = {"good": NEW, "bad": "https://bad.example", "fine": NEW}
    receipt = run(
        world, refusing("", "bad.example"), *(declaration(name, eventUrl=url) for name, url in wanted.items())
    )
    assert outcomes(receipt) == {
        "bad": (Outcome.FAILED, REFUSED),
        "fine": (Outcome.DONE, None),
        "good": (Outcome.DONE, None),
    }
    assert {event["externalEventId"]: event["eventUrl"] for event in world.held()} == {**wanted, "bad": OLD}
    assert receipt.exit_code == 6


def test_a_change_by_itself_leaves_alone_what_is_not_declared(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD, eventDescription="theirs", eventCancelled=True))
    receipt = run(world, meeting(*UPDATE, NO), declaration("spring", eventUrl=NEW))
    assert outcomes(receipt) == {"spring": (Outcome.DONE, None)}
    assert world.event("spring")["eventUrl"] == NEW
    assert world.event("spring")["eventDescription"] == "theirs"
    assert world.event("spring")["eventCancelled"] is True


def test_a_refused_batch_of_deletes_is_sent_one_by_one(start: Start) -> None:
    world = start(live_json("kept"), *(live_json(name, **DATES) for name in ("good", "bad", "fine")), policy=DELETES)
    bad = world.event("bad")["objectId"]
    receipt = run(world, refusing("/batch/archive", f'"{bad}"'), declaration("kept"))
    assert outcomes(receipt) == {
        "bad": (Outcome.FAILED, REFUSED),
        "fine": (Outcome.DONE, None),
        "good": (Outcome.DONE, None),
    }
    assert {event["externalEventId"] for event in world.held()} == {"kept", "bad"}


def test_registrants_of_a_deletion_that_is_sent_twice_count_once(start: Start) -> None:
    world = start(
        live_json("kept"), *(live_json(name, registrants=500, **DATES) for name in ("a", "b")), policy=DELETES
    )
    receipt = run(world, meeting(*ARCHIVE, NO, times=1), declaration("kept"))
    assert outcomes(receipt) == {"a": (Outcome.DONE, None), "b": (Outcome.DONE, None)}


def test_an_event_that_somebody_deletes_meanwhile_is_not_deleted_by_itself(start: Start) -> None:
    world = start(live_json("kept"), *(live_json(name, **DATES) for name in ("a", "b")), policy=DELETES)

    def somebody_is_faster(passing: Passing) -> Treatment:
        if passing.path.endswith("/batch/archive") and len(world.held()) == 3:
            world.remove(world.event("a"))
            return NO
        return Fate.PASSED_ON

    receipt = run(world, somebody_is_faster, declaration("kept"))
    assert outcomes(receipt) == {"a": HELD, "b": (Outcome.DONE, None)}


def test_an_orphan_that_only_its_external_ids_miss_is_not_deleted(start: Start) -> None:
    world = start(live_json("kept"), live_json("orphan", **DATES), policy=DELETES)
    receipt = run(world, meeting("GET", "/events/orphan", GONE), declaration("kept"))
    assert outcomes(receipt) == {"orphan": (Outcome.REFUSED, NOT_PROVEN)}
    assert world.writes() == []
    assert receipt.exit_code == 6


def test_a_refused_delete_is_not_sent_again(start: Start) -> None:
    world = start(live_json("kept"), live_json("orphan", **DATES), policy=DELETES)
    receipt = run(world, meeting(*ARCHIVE, NO, times=1), declaration("kept"))
    assert outcomes(receipt) == {"orphan": (Outcome.FAILED, REFUSED)}
    assert world.event("orphan")


@pytest.mark.parametrize("status", [404, 405])
def test_a_path_that_hubspot_does_not_know_is_not_tried_item_by_item(start: Start, status: int) -> None:
    world = start()
    receipt = run(world, meeting(*UPSERT, Instead(status, b'{"message": "no"}')), declaration("a"), declaration("b"))
    assert {outcome for outcome, _ in outcomes(receipt).values()} == {Outcome.FAILED}
    assert world.writes() == []


def test_an_event_that_somebody_makes_meanwhile_is_not_made_by_itself(start: Start) -> None:
    world = start()

    def somebody_is_faster(passing: Passing) -> Treatment:
        if passing.path.endswith("/events/upsert"):
            world.make("summer", eventUrl=OLD)
            return NO
        return Fate.PASSED_ON

    receipt = run(world, somebody_is_faster, declaration("summer", eventUrl=NEW))
    assert outcomes(receipt) == {"summer": (Outcome.REFUSED, "an event with its ids is in HubSpot by now")}
    assert world.event("summer")["eventUrl"] == OLD
    assert [path for _, path, _ in world.writes()] == ["/events/upsert"]  # the write of somebody else


def test_an_event_that_somebody_edits_meanwhile_is_not_written_over_by_itself(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD))

    def somebody_is_faster(passing: Passing) -> Treatment:
        if passing.path.endswith("/batch/update"):
            world.edit(world.event("spring"), eventUrl="https://theirs.example")
            return NO
        return Fate.PASSED_ON

    receipt = run(world, somebody_is_faster, declaration("spring", eventUrl=NEW))
    assert outcomes(receipt)["spring"][0] is Outcome.REFUSED
    assert world.event("spring")["eventUrl"] == "https://theirs.example"


@pytest.mark.parametrize("status", [423, 429])
def test_an_event_that_somebody_edits_while_the_batch_waits_is_not_written_over(start: Start, status: int) -> None:
    world = start(live_json("spring", eventUrl=OLD))
    first = iter((True,))

    def somebody_is_faster(passing: Passing) -> Treatment:
        if passing.path.endswith("/batch/update") and next(first, False):
            world.edit(world.event("spring"), eventUrl="https://theirs.example")
            return Instead(status, b"{}")
        return Fate.PASSED_ON

    receipt = run(world, somebody_is_faster, declaration("spring", eventUrl=NEW))
    assert world.event("spring")["eventUrl"] == "https://theirs.example"
    assert outcomes(receipt) == {"spring": (Outcome.NOT_ATTEMPTED, "the run ended before it")}
    assert receipt.exit_code == 7


def test_an_event_that_was_to_be_changed_alone_and_completed_is_completed_too(start: Start) -> None:
    world = start(live_json("fair", eventType="OLD", **DATES))
    receipt = run(world, meeting(*UPDATE, NO), declaration("fair", eventType="NEW", eventCompleted=True))
    assert outcomes(receipt) == {"fair": (Outcome.DONE, None)}
    assert (world.event("fair")["eventType"], world.event("fair")["eventCompleted"]) == ("NEW", True)


def test_an_event_whose_fields_are_there_after_a_refused_batch_is_only_completed(start: Start) -> None:
    world = start(live_json("fair", eventType="OLD", **DATES))

    def somebody_is_faster(passing: Passing) -> Treatment:
        if passing.path.endswith("/batch/update"):
            world.edit(world.event("fair"), eventType="NEW")
            return NO
        return Fate.PASSED_ON

    receipt = run(world, somebody_is_faster, declaration("fair", eventType="NEW", eventCompleted=True))
    assert outcomes(receipt) == {"fair": (Outcome.DONE, None)}
    assert [path for _, path, _ in world.writes()] == ["/batch/update", "/events/fair"]


# Ids that are taken


def test_an_event_that_is_there_already_and_equal_is_done(start: Start) -> None:
    world = start()

    def somebody_is_faster(passing: Passing) -> Treatment:
        if (passing.method, passing.path.rpartition("/")[2]) == ("POST", "events"):
            world.make("summer")
        return Fate.PASSED_ON

    receipt = run(world, both(meeting(*UPSERT, NO), somebody_is_faster), declaration("summer"))
    assert outcomes(receipt) == {"summer": HELD}
    assert receipt.exit_code == 0


def test_an_event_that_is_there_already_and_different_is_refused(start: Start) -> None:
    world = start()

    def somebody_is_faster(passing: Passing) -> Treatment:
        if (passing.method, passing.path.rpartition("/")[2]) == ("POST", "events"):
            world.make("summer", eventUrl=OLD)
        return Fate.PASSED_ON

    receipt = run(world, both(meeting(*UPSERT, NO), somebody_is_faster), declaration("summer", eventUrl=NEW))
    assert outcomes(receipt) == {"summer": (Outcome.REFUSED, "an event with its ids is in HubSpot by now")}
    assert world.event("summer")["eventUrl"] == OLD
    assert receipt.exit_code == 6


@pytest.mark.parametrize(("object_id", "which"), [("42", "object 42"), ("", "another event")])
def test_an_event_whose_ids_are_taken_by_one_that_cannot_be_seen_is_refused(
    start: Start, object_id: str, which: str
) -> None:
    world = start()
    receipt = run(world, both(meeting(*UPSERT, NO), meeting(*CREATE, taken(object_id))), declaration("summer"))
    why = f"HubSpot says that {which} has its ids, but does not show it under them"
    assert outcomes(receipt) == {"summer": (Outcome.REFUSED, why)}
    assert receipt.exit_code == 6


# Successes without a trace


@each_version
def test_events_that_a_successful_batch_did_not_store_are_made_one_by_one(start: Start, version: str) -> None:
    world = start(version=version)
    receipt = run(world, meeting(*UPSERT, NOTHING), declaration("summer"), declaration("winter"))
    assert outcomes(receipt) == {"summer": (Outcome.DONE, None), "winter": (Outcome.DONE, None)}
    assert [path for _, path, _ in world.writes()] == ["/events", "/events"]
    assert receipt.exit_code == 0


def test_changes_that_a_successful_batch_did_not_store_are_made_one_by_one(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD))
    receipt = run(world, meeting(*UPDATE, NOTHING), declaration("spring", eventUrl=NEW))
    assert outcomes(receipt) == {"spring": (Outcome.DONE, None)}
    assert world.event("spring")["eventUrl"] == NEW
    assert receipt.exit_code == 0


@pytest.mark.parametrize(("batch", "alone"), [(UPSERT, CREATE), (UPDATE, ("PATCH", ""))], ids=["create", "update"])
def test_a_success_without_a_trace_even_by_itself_is_a_failure(
    start: Start, batch: tuple[str, str], alone: tuple[str, str]
) -> None:
    world = start(live_json("spring", eventUrl=OLD))
    events = [declaration("spring", eventUrl=NEW), declaration("summer")]
    receipt = run(world, both(meeting(*batch, NOTHING), meeting(*alone, Instead(200, b"{}"))), *events)
    failed = {name for name, (outcome, _) in outcomes(receipt).items() if outcome is Outcome.FAILED}
    assert failed == {"summer" if batch is UPSERT else "spring"}
    why = "does not hold it" if batch is UPSERT else "did not take over link"
    assert (Outcome.FAILED, f"HubSpot answered success, but {why}") in outcomes(receipt).values()
    assert receipt.verified
    assert receipt.exit_code == 6


def test_an_item_that_the_answer_names_as_failed_is_not_sent_again(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD))
    error = {"message": "bad link", "context": {"objectId": [world.event("spring")["objectId"]]}}
    answer = Instead(207, json.dumps({"status": "COMPLETE", "results": [], "errors": [error]}).encode())
    receipt = run(world, meeting(*UPDATE, answer), declaration("spring", eventUrl=NEW))
    assert outcomes(receipt) == {"spring": (Outcome.FAILED, "bad link")}
    assert world.writes() == []


def test_a_change_named_as_failed_is_not_done_by_somebodys_equal_edit(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD, eventType="WEBINAR"))
    error = {"message": "bad link", "context": {"objectId": [world.event("spring")["objectId"]]}}
    refusing = meeting(*UPDATE, Instead(207, json.dumps({"results": [], "errors": [error]}).encode()))

    def edit_and_refuse(passing: Passing) -> Treatment:
        if (treatment := refusing(passing)) is not Fate.PASSED_ON:
            world.edit(world.event("spring"), eventUrl=NEW, eventType="THEIRS")
        return treatment

    receipt = run(world, edit_and_refuse, declaration("spring", eventUrl=NEW, eventType="WEBINAR"))
    assert outcomes(receipt) == {"spring": (Outcome.FAILED, "bad link")}
    assert receipt.exit_code == 6


def test_an_unnamed_failed_item_is_sent_again(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD))
    answer = Instead(200, b'{"status": "COMPLETE", "results": [], "errors": [{"message": "one failed"}]}')
    receipt = run(world, meeting(*UPDATE, answer), declaration("spring", eventUrl=NEW))
    assert outcomes(receipt) == {"spring": (Outcome.DONE, None)}
    assert world.event("spring")["eventUrl"] == NEW


def test_what_was_sent_in_part_and_is_gone_when_it_is_sent_again_failed(start: Start) -> None:
    """`refused` would say that nothing was sent of it."""
    world = start(live_json("spring", eventUrl=OLD))
    reads: list[str] = []

    def somebody_is_faster(passing: Passing) -> Treatment:
        if passing.path.endswith("/batch/update"):
            return Instead(200, b'{"status": "COMPLETE", "results": []}')
        if passing.method == "GET" and passing.path.endswith("/events/spring"):
            reads.append(passing.path)
            if len(reads) == 3:  # after the one before the write, and the one that looks for its effect
                world.remove(world.event("spring"))
        return Fate.PASSED_ON

    receipt = run(world, somebody_is_faster, declaration("spring", eventUrl=NEW))
    why = "HubSpot did not hold all of what was sent of it: it is gone from HubSpot"
    assert outcomes(receipt) == {"spring": (Outcome.FAILED, why)}


def test_what_hubspot_says_of_no_item_by_name_is_the_reason_of_one_that_failed(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD))

    def pretend(passing: Passing) -> Treatment:
        if passing.path.endswith("/batch/update"):
            world.edit(world.event("spring"), eventUrl="https://acme.example/somebody")
            return Instead(200, b'{"status": "COMPLETE", "results": [], "errors": [{"message": "one failed"}]}')
        return Fate.PASSED_ON

    receipt = run(world, pretend, declaration("spring", eventUrl=NEW))
    ((outcome, why),) = outcomes(receipt).values()
    assert outcome is Outcome.FAILED
    assert why is not None
    assert "one failed" in why


def test_an_event_that_the_list_cannot_tell_from_a_namesake_is_read_to_prove_it(start: Start) -> None:
    world = start(
        live_json("spring", account="other", eventUrl=OLD), policy=replace(POLICY, besides=frozenset({"other"}))
    )
    anonymous = {"externalEventId": "spring", "eventName": "spring", "eventOrganizer": "Acme", "eventUrl": OLD}
    stored = iter((False,))

    def pretend(passing: Passing) -> Treatment:
        if passing.path.endswith("/events/upsert"):
            world.make("spring", eventUrl=OLD)
            return Instead(200, b'{"results": [{"objectId": "1"}]}')
        if passing.path.endswith("/events/search"):
            return Instead(200, b'{"results": []}')
        if passing.path.endswith("/events/spring") and next(stored, True):
            return Instead(200, json.dumps(anonymous).encode())
        return Fate.PASSED_ON

    receipt = run(world, pretend, declaration("spring", eventUrl=NEW))
    assert [change.name for change in receipt.verified or ()] == ["spring"]
    assert receipt.exit_code == 6


@pytest.mark.parametrize("app_id", [None, OURS])
def test_an_adopted_event_does_not_stand_in_for_a_namesake_that_is_declared(start: Start, app_id: int | None) -> None:
    policy = replace(POLICY, app_id=app_id, besides=frozenset({"other"}))
    world = start(live_json("spring", account="other"), live_json("autumn"), policy=policy)
    theirs = world.event("spring", account="other")["objectId"]
    receipt = world.apply(declaration("autumn"), declaration("spring"), adoption(theirs, eventUrl=NEW))
    assert receipt.exit_code == 0
    assert world.event("spring")["eventUrl"] is None
    assert world.event("spring", account="other")["eventUrl"] == NEW


def test_a_create_that_arrived_and_was_answered_without_a_trace_is_not_sent_again(start: Start) -> None:
    world = start()
    receipt = run(world, meeting(*UPSERT, Reworded(200, NOTHING.body)), declaration("summer"))
    assert outcomes(receipt) == {"summer": (Outcome.DONE, None)}
    assert [path for _, path, _ in world.writes()] == ["/events/upsert"]


def test_a_change_made_by_itself_whose_answer_is_lost_is_settled_by_reading(start: Start) -> None:
    world = start()
    receipt = run(world, both(meeting(*UPSERT, NO), meeting(*CREATE, Fate.ANSWER_LOST, times=1)), declaration("summer"))
    assert outcomes(receipt) == {"summer": (Outcome.DONE, None)}
    assert receipt.exit_code == 0


# Fields that HubSpot does not empty


def test_a_field_that_hubspot_does_not_empty_is_told_so(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD, eventDescription="Old", eventType="OLD"))
    object_id = world.event("spring")["objectId"]
    pretended = Instead(200, json.dumps({"results": [{"objectId": object_id}]}).encode())
    spring = declaration("spring", eventUrl=None, eventDescription=None, eventType="NEW", eventOrganizer="New")
    receipt = run(world, meeting(*UPDATE, pretended), spring)
    why = (
        "HubSpot answered success, but kept the old value of link, description instead of emptying it "
        "(declare another text, or leave the key out) and did not take over type, organizer"
    )
    assert outcomes(receipt) == {"spring": (Outcome.FAILED, why)}
