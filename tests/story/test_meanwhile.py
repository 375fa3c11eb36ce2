"""Edits by somebody else in HubSpot during a run: none is overwritten."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from reconciler.applying.guard import Limits
from reconciler.applying.receipt import Outcome, Receipt
from reconciler.event import DeclaredEvent, Identity, LiveEvent
from reconciler.hubspot.http import HttpWriter
from reconciler.hubspot.writer import PortalWriter
from reconciler.policy import Orphans, Policy
from reconciler.portal import Answer, Edit, Find
from reconciler.render import words
from tests.hubspot.forwarding import Fate, Instead, Passing, Treatment, both, forwarding, meeting
from tests.story.world import (
    LATER,
    NEW,
    NOW,
    OLD,
    POLICY,
    VERSIONS,
    Held,
    Start,
    adoption,
    custom,
    declaration,
    live_json,
)

THEIRS = "https://theirs.example"
DATES: Held = {"startDateTime": "2027-04-15T09:00:00Z", "endDateTime": LATER}
DELETES = replace(POLICY, orphans=Orphans.DELETE)
CANCELS = replace(POLICY, orphans=Orphans.CANCEL)
AFTER = datetime(2028, 1, 1, tzinfo=UTC)
"""At the end of the run."""


class Meddled(PortalWriter):
    """A portal at which something happens between the fresh read and the write, or after the write."""

    def __init__(self, http: HttpWriter, api_version: str) -> None:
        super().__init__(http, api_version)
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    def update(self, edits: Sequence[Edit]) -> Answer:
        self.before()
        answer = super().update(edits)
        self.after()
        return answer

    def archive(self, identities: Sequence[Identity]) -> Answer:
        self.before()
        answer = super().archive(identities)
        self.after()
        return answer

    def complete(self, identity: Identity, *, cancelled: bool) -> Answer:
        self.before()
        return super().complete(identity, cancelled=cancelled)


def outcomes(receipt: Receipt) -> dict[str, tuple[Outcome, str | None]]:
    """Return the outcome of each change, by the event's name."""
    return {str(result.change.name): (result.outcome, result.why) for result in receipt.results}


# Updates


def test_a_declared_field_that_somebody_changed_is_not_written_over(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD), live_json("autumn", eventUrl=OLD))
    planned = world.plan(declaration("spring", eventUrl=NEW), declaration("autumn", eventUrl=NEW))
    world.edit(world.event("spring"), eventUrl=THEIRS)
    receipt = world.run(planned)
    assert outcomes(receipt) == {
        "autumn": (Outcome.DONE, None),
        "spring": (Outcome.REFUSED, "somebody changed it in HubSpot meanwhile: link"),
    }
    assert world.event("spring")["eventUrl"] == THEIRS
    assert (receipt.verified, receipt.exit_code) == ((), 6)


def test_a_declared_field_that_was_right_and_no_longer_is_refuses_the_whole_update(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD, eventType="WEBINAR"))
    planned = world.plan(declaration("spring", eventUrl=NEW, eventType="WEBINAR"))
    world.edit(world.event("spring"), eventType="THEIRS")
    receipt = world.run(planned)
    assert outcomes(receipt)["spring"][0] is Outcome.REFUSED
    assert (world.event("spring")["eventUrl"], world.event("spring")["eventType"]) == (OLD, "THEIRS")


def test_a_field_that_is_not_declared_may_change_meanwhile_and_stays(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD), properties=("a",))
    planned = world.plan(declaration("spring", eventUrl=NEW))
    world.edit(world.event("spring"), eventDescription="theirs", customProperties=custom(a="theirs"))
    receipt = world.run(planned)
    assert receipt.exit_code == 0
    event = world.event("spring")
    assert (event["eventUrl"], event["eventDescription"]) == (NEW, "theirs")
    assert event["customProperties"] == custom(a="theirs")


def test_what_the_list_does_not_show_yet_is_not_planned_to_be_made(start: Start) -> None:
    world = start()
    world.list_late(60)
    assert world.run(world.plan(declaration("spring"))).exit_code == 0
    planned = world.plan(declaration("spring"), declaration("autumn"))
    assert [change.name for change in planned.plan.changes] == ["autumn"]
    assert planned.plan.unchanged == 1


def test_what_somebody_has_made_right_meanwhile_is_done_without_a_write(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD))
    planned = world.plan(declaration("spring", eventUrl=NEW))
    world.edit(world.event("spring"), eventUrl=NEW)
    world.requests()
    receipt = world.run(planned)
    assert outcomes(receipt) == {"spring": (Outcome.DONE, "HubSpot held it already")}
    assert (world.writes(), receipt.written, receipt.exit_code) == ([], False, 0)
    assert set(receipt.applied.values()) == {0}


def test_what_somebody_has_made_right_in_part_is_sent_only_in_the_other_part(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD, eventType="OLD"))
    planned = world.plan(declaration("spring", eventUrl=NEW, eventType="NEW"))
    world.edit(world.event("spring"), eventType="NEW")
    with forwarding(world.base_url) as way:
        receipt = world.run(planned, portal=world.portal(base_url=way.base_url))
    (sent,) = [one.json["inputs"] for one in way.sent if one.path.endswith("/batch/update")]
    assert [item.keys() for item in sent] == [{"objectId", "eventUrl", "customProperties"}]
    assert receipt.exit_code == 0


@pytest.mark.parametrize("event", [declaration("spring", eventUrl=NEW), adoption("5", eventUrl=NEW)])
def test_an_event_that_was_deleted_is_not_made_again(start: Start, event: DeclaredEvent) -> None:
    world = start(live_json("spring", objectId="5", eventUrl=OLD), live_json("autumn", eventUrl=OLD))
    planned = world.plan(event, declaration("autumn", eventUrl=NEW))
    world.remove(world.event("spring"))
    receipt = world.run(planned)
    assert outcomes(receipt) == {
        "autumn": (Outcome.DONE, None),
        "spring": (Outcome.REFUSED, "it is gone from HubSpot"),
    }
    assert [held["externalEventId"] for held in world.held()] == ["autumn"]
    assert (receipt.verified, receipt.exit_code) == ((), 6)


def test_an_event_that_was_deleted_and_made_again_is_another_event(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD))
    planned = world.plan(declaration("spring", eventUrl=NEW))
    world.remove(world.event("spring"))
    world.make("spring", eventUrl=OLD)
    receipt = world.run(planned)
    assert outcomes(receipt)["spring"] == (Outcome.REFUSED, "another event stands in HubSpot under its ids now")
    assert world.event("spring")["eventUrl"] == OLD


@pytest.mark.parametrize("version", VERSIONS)
def test_an_event_that_goes_in_the_last_moment_is_named_and_the_others_are_changed(start: Start, version: str) -> None:
    world = start(live_json("spring", eventUrl=OLD), live_json("autumn", eventUrl=OLD), version=version)
    portal = world.special_portal(Meddled)
    portal.before = lambda: world.remove(world.event("spring"))
    planned = world.plan(declaration("spring", eventUrl=NEW), declaration("autumn", eventUrl=NEW))
    receipt = world.run(planned, portal=portal)
    assert outcomes(receipt) == {
        "autumn": (Outcome.DONE, None),
        "spring": (Outcome.FAILED, "No marketing event found"),
    }
    assert [change.name for change in receipt.verified or ()] == ["spring"]
    assert receipt.exit_code == 6


def test_an_edit_after_the_write_is_shown_by_the_second_reading(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD))
    portal = world.special_portal(Meddled)
    portal.after = lambda: world.edit(world.event("spring"), eventUrl=THEIRS)
    receipt = world.run(world.plan(declaration("spring", eventUrl=NEW)), portal=portal)
    assert outcomes(receipt) == {"spring": (Outcome.DONE, None)}
    (left,) = receipt.verified or ()
    assert [(field.name, field.before, field.after) for field in left.fields] == [("eventUrl", THEIRS, NEW)]
    assert list(words.overruled(receipt)) == [
        "Different again after it was written: acme/spring (link). Nothing was written a second time."
    ]
    assert receipt.exit_code == 6


def test_of_an_edit_in_the_last_window_another_field_stays_and_is_told(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD, eventType="WEBINAR"))
    portal = world.special_portal(Meddled)
    portal.before = lambda: world.edit(world.event("spring"), eventType="THEIRS", eventDescription="theirs")
    receipt = world.run(world.plan(declaration("spring", eventUrl=NEW, eventType="WEBINAR")), portal=portal)
    event = world.event("spring")
    assert (event["eventUrl"], event["eventType"], event["eventDescription"]) == (NEW, "THEIRS", "theirs")
    (left,) = receipt.verified or ()
    assert [(field.name, field.before) for field in left.fields] == [("eventType", "THEIRS")]
    assert len(list(words.overruled(receipt))) == 1
    assert receipt.exit_code == 6


def test_of_an_edit_in_the_last_window_the_written_field_is_the_runs(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD))
    portal = world.special_portal(Meddled)
    portal.before = lambda: world.edit(world.event("spring"), eventUrl=THEIRS)
    receipt = world.run(world.plan(declaration("spring", eventUrl=NEW)), portal=portal)
    assert world.event("spring")["eventUrl"] == NEW
    assert (receipt.verified, receipt.exit_code) == ((), 0)


def test_an_adopted_event_deleted_after_the_write_is_a_difference(
    start: Start,
) -> None:
    world = start(live_json(None, objectId="5", account=None, app=None), live_json("autumn", eventUrl=OLD))
    portal = world.special_portal(Meddled)
    portal.after = lambda: world.remove(world.event(None, account=None, app=None))
    planned = world.plan(adoption("5", eventUrl=NEW), declaration("autumn", eventUrl=NEW))
    receipt = world.run(planned, portal=portal)
    assert [change.identity for change in receipt.verified or ()] == [Identity(object_id="5")]
    assert receipt.exit_code == 6


# Updates of two requests


def test_an_edit_between_an_updates_two_requests_stops_only_the_second(
    start: Start,
) -> None:
    world = start(live_json("fair", eventType="OLD", eventUrl=OLD, **DATES))
    portal = world.special_portal(Meddled)
    portal.after = lambda: world.edit(world.event("fair"), eventUrl=THEIRS)
    receipt = world.run(
        world.plan(declaration("fair", eventType="NEW", eventUrl=OLD, eventCompleted=True)), portal=portal
    )
    assert outcomes(receipt)["fair"] == (
        Outcome.FAILED,
        "only the first of its two requests was sent: somebody changed it in HubSpot meanwhile: link",
    )
    event = world.event("fair")
    assert (event["eventType"], event["eventUrl"], event["eventCompleted"]) == ("NEW", THEIRS, False)
    assert receipt.exit_code == 6


def test_an_event_that_goes_between_its_two_requests_is_not_refused_but_failed(start: Start) -> None:
    world = start(live_json("fair", eventType="OLD", **DATES))
    portal = world.special_portal(Meddled)
    portal.after = lambda: world.remove(world.event("fair"))
    receipt = world.run(world.plan(declaration("fair", eventType="NEW", eventCompleted=True)), portal=portal)
    assert outcomes(receipt)["fair"] == (
        Outcome.FAILED,
        "only the first of its two requests was sent: it is gone from HubSpot",
    )


def test_an_event_that_somebody_completes_between_the_two_requests_is_done(start: Start) -> None:
    world = start(live_json("fair", eventType="OLD", **DATES))
    portal = world.special_portal(Meddled)
    portal.after = lambda: world.make("fair", eventType="NEW", eventCompleted=True)
    planned = world.plan(declaration("fair", eventType="NEW", eventCompleted=True))
    world.requests()
    receipt = world.run(planned, portal=portal)
    assert outcomes(receipt) == {"fair": (Outcome.DONE, None)}
    assert [path for method, path, _ in world.requests() if method == "PATCH"] == []


def test_an_event_of_which_only_the_completion_is_left_to_do_is_only_completed(start: Start) -> None:
    world = start(live_json("fair", eventType="OLD", **DATES))
    planned = world.plan(declaration("fair", eventType="NEW", eventCompleted=True))
    world.edit(world.event("fair"), eventType="NEW")
    world.requests()
    receipt = world.run(planned)
    assert outcomes(receipt) == {"fair": (Outcome.DONE, None)}
    assert world.writes() == [("PATCH", "/events/fair", 200)]


def test_an_update_that_somebody_made_with_another_edit_beside_it_is_refused(start: Start) -> None:
    world = start(live_json("fair", eventType="OLD", eventUrl=OLD))
    planned = world.plan(declaration("fair", eventType="NEW", eventUrl=OLD))
    world.edit(world.event("fair"), eventType="NEW", eventUrl=THEIRS)
    receipt = world.run(planned)
    assert outcomes(receipt) == {"fair": (Outcome.REFUSED, "somebody changed it in HubSpot meanwhile: link")}
    assert (receipt.written, receipt.exit_code) == (False, 6)


def test_an_edit_in_a_completions_last_window_does_not_hide_the_completion(start: Start) -> None:
    world = start(live_json("fair", eventUrl=OLD, **DATES))
    portal = world.special_portal(Meddled)
    portal.before = lambda: world.edit(world.event("fair"), eventUrl=THEIRS)
    receipt = world.run(world.plan(declaration("fair", eventUrl=OLD, eventCompleted=True)), portal=portal)
    assert (world.event("fair")["eventCompleted"], world.event("fair")["eventUrl"]) == (True, THEIRS)
    assert outcomes(receipt) == {"fair": (Outcome.DONE, None)}
    (left,) = receipt.verified or ()
    assert [(field.name, field.before) for field in left.fields] == [("eventUrl", THEIRS)]
    assert receipt.exit_code == 6


def test_an_update_that_somebody_completes_and_edits_meanwhile_is_done(start: Start) -> None:
    world = start(live_json("fair", eventType="OLD", eventUrl=OLD, **DATES))
    portal = world.special_portal(Meddled)
    portal.before = lambda: world.make("fair", eventType="OLD", eventUrl=THEIRS, eventCompleted=True)
    receipt = world.run(
        world.plan(declaration("fair", eventType="NEW", eventUrl=OLD, eventCompleted=True)), portal=portal
    )
    assert outcomes(receipt) == {"fair": (Outcome.DONE, None)}
    (left,) = receipt.verified or ()
    assert [(field.name, field.before) for field in left.fields] == [("eventUrl", THEIRS)]
    assert receipt.exit_code == 6


def test_an_update_that_is_refused_is_not_completed_either(start: Start) -> None:
    world = start(live_json("fair", eventType="OLD", **DATES))
    planned = world.plan(declaration("fair", eventType="NEW", eventCompleted=True))
    world.edit(world.event("fair"), eventType="THEIRS")
    world.requests()
    receipt = world.run(planned)
    assert outcomes(receipt)["fair"][0] is Outcome.REFUSED
    assert world.writes() == []


# Creates


def test_an_event_that_somebody_made_otherwise_is_not_written_over(start: Start) -> None:
    world = start()
    planned = world.plan(declaration("spring", eventUrl=NEW), declaration("autumn"))
    world.make("spring", eventUrl=THEIRS, eventDescription="theirs")
    before = world.event("spring")
    receipt = world.run(planned)
    assert outcomes(receipt) == {
        "autumn": (Outcome.DONE, None),
        "spring": (Outcome.REFUSED, "an event with its ids is in HubSpot by now"),
    }
    assert world.event("spring") == before
    assert receipt.exit_code == 6


def test_an_event_that_somebody_made_as_it_is_declared_is_done_without_a_write(start: Start) -> None:
    world = start()
    planned = world.plan(declaration("spring", eventUrl=NEW))
    world.make("spring", eventUrl=NEW, eventDescription="theirs")
    before = world.event("spring")
    world.requests()
    receipt = world.run(planned)
    assert outcomes(receipt) == {"spring": (Outcome.DONE, "HubSpot held it already")}
    assert world.writes() == []
    assert world.event("spring") == before
    assert receipt.exit_code == 0


def test_an_event_that_is_set_aside_only_by_the_second_reading_is_read_by_itself(start: Start) -> None:
    world = start(live_json("spring", eventUrl=OLD))
    (spring,) = (one["objectId"] for one in world.held())
    event = adoption(spring, eventUrl=NEW)
    planned = world.plan(event)
    portal = world.special_portal(Meddled)
    portal.after = lambda: world.remove(world.event("spring"))
    receipt = world.run(planned, portal=portal)
    assert [change.identity for change in receipt.verified or ()] == [event.identity]
    assert receipt.exit_code == 6


# Orphans


@pytest.mark.parametrize("policy", [DELETES, CANCELS], ids=["delete", "cancel"])
def test_an_orphan_that_somebody_changed_is_not_taken_away(start: Start, policy: Policy) -> None:
    world = start(live_json("orphan", **DATES), policy=policy)
    planned = world.plan(declaration("spring"))
    world.edit(world.event("orphan"), eventDescription="still wanted")
    before = world.event("orphan")
    receipt = world.run(planned)
    assert outcomes(receipt)["orphan"] == (
        Outcome.REFUSED,
        "somebody changed it in HubSpot meanwhile: description",
    )
    assert world.event("orphan") == before


# A new event that looks like an old one under a new id


@pytest.mark.parametrize("policy", [DELETES, CANCELS], ids=["delete", "cancel"])
def test_a_new_event_is_not_made_if_its_old_lookalike_cannot_be_removed(start: Start, policy: Policy) -> None:
    world = start(live_json("old", **DATES), policy=policy)
    planned = world.plan(declaration("new", eventName="old"))
    world.edit(world.event("old"), eventDescription="still wanted")
    before = world.held()
    receipt = world.run(planned)
    moved = "somebody changed it in HubSpot meanwhile: description"
    assert {str(result.change.identity): (result.outcome, result.why) for result in receipt.results} == {
        "acme/new": (Outcome.REFUSED, f"the old event acme/old cannot be taken away: {moved}"),
        "acme/old": (Outcome.REFUSED, "the event that looks like it under a new id is not known to be there"),
    }
    assert (world.held(), receipt.exit_code) == (before, 6)


def test_an_old_event_stays_where_the_new_one_that_looks_like_it_was_not_made(start: Start) -> None:
    world = start(live_json("old", **DATES), policy=DELETES)
    planned = world.plan(declaration("new", eventName="old"))
    before = world.held()
    no = Instead(400, b'{"message": "no"}')
    way = world.through(
        forwarding(world.base_url, both(meeting("POST", "/events/upsert", no), meeting("POST", "/events", no)))
    )
    receipt = world.run(planned, portal=world.portal(base_url=way.base_url))
    assert [result.outcome for result in receipt.results] == [Outcome.FAILED, Outcome.REFUSED]
    assert world.held() == before


def test_both_go_together_where_nothing_speaks_against_it(start: Start) -> None:
    world = start(live_json("old", **DATES), policy=DELETES)
    assert world.run(world.plan(declaration("new", eventName="old"))).exit_code == 0
    assert [event["externalEventId"] for event in world.held()] == ["new"]


def test_an_event_made_under_a_deleted_orphans_ids_is_no_difference(start: Start) -> None:
    world = start(live_json("orphan", **DATES), policy=DELETES)
    portal = world.special_portal(Meddled)
    portal.after = lambda: world.make("orphan", **DATES)
    receipt = world.run(world.plan(declaration("spring")), portal=portal)
    assert outcomes(receipt)["orphan"] == (Outcome.DONE, None)
    assert (receipt.verified, receipt.exit_code) == ((), 0)


def test_an_orphan_that_somebody_deleted_is_done(start: Start) -> None:
    world = start(live_json("orphan", **DATES), policy=DELETES)
    planned = world.plan(declaration("spring"))
    world.remove(world.event("orphan"))
    receipt = world.run(planned)
    assert outcomes(receipt)["orphan"] == (Outcome.DONE, "HubSpot held it already")
    assert receipt.exit_code == 0


def test_an_orphan_that_goes_in_the_last_moment_is_done(start: Start) -> None:
    world = start(live_json("orphan", **DATES), live_json("orphan too", **DATES), policy=DELETES)
    portal = world.special_portal(Meddled)
    portal.before = lambda: world.remove(world.event("orphan"))
    receipt = world.run(world.plan(declaration("spring")), portal=portal)
    assert {outcome for outcome, _ in outcomes(receipt).values()} == {Outcome.DONE}
    assert receipt.exit_code == 0


def test_an_orphan_to_be_cancelled_that_somebody_cancelled_is_done(start: Start) -> None:
    world = start(live_json("orphan", **DATES), policy=CANCELS)
    planned = world.plan(declaration("spring"))
    world.edit(world.event("orphan"), eventCancelled=True)
    receipt = world.run(planned)
    assert outcomes(receipt)["orphan"] == (Outcome.DONE, "HubSpot held it already")


def test_an_orphan_to_be_cancelled_that_somebody_deleted_is_refused(start: Start) -> None:
    world = start(live_json("orphan", **DATES), policy=CANCELS)
    planned = world.plan(declaration("spring"))
    world.remove(world.event("orphan"))
    receipt = world.run(planned)
    assert outcomes(receipt)["orphan"] == (Outcome.REFUSED, "it is gone from HubSpot")


OVER = "it is over, and its attendance is history worth keeping"


@pytest.mark.parametrize("policy", [DELETES, CANCELS], ids=["delete", "cancel"])
def test_an_orphan_that_is_over_by_the_time_of_its_turn_is_left_alone(start: Start, policy: Policy) -> None:
    world = start(live_json("orphan 1", **DATES), live_json("orphan 2", **DATES), policy=policy)
    looks = iter([NOW])
    receipt = world.run(world.plan(declaration("spring")), now=lambda: next(looks, AFTER))
    assert outcomes(receipt)["orphan 1"] == (Outcome.DONE, None)
    assert outcomes(receipt)["orphan 2"] == (Outcome.REFUSED, OVER)
    assert world.event("orphan 2")["eventCancelled"] is False


def test_an_orphan_that_gets_over_while_its_delete_waits_is_left_alone(start: Start) -> None:
    world = start(live_json("orphan", **DATES), policy=DELETES)
    time = [NOW]

    def lets_it_wait(passing: Passing) -> Treatment:
        if not passing.path.endswith("/batch/archive"):
            return Fate.PASSED_ON
        time.append(AFTER)
        return Instead(429, b"{}")

    way = world.through(forwarding(world.base_url, lets_it_wait))
    planned = world.plan(declaration("spring"))
    receipt = world.run(planned, portal=world.portal(base_url=way.base_url), now=lambda: time[-1])
    assert outcomes(receipt)["orphan"] == (Outcome.NOT_ATTEMPTED, "the run ended before it")
    assert len(time) == 2
    assert world.event("orphan")


class Popular(PortalWriter):
    """A portal where people have registered since the plan was made."""

    registrants: int | None = 0

    def find_each(self, identities: Sequence[Identity], *, then: int = 0) -> Iterator[Find]:
        return (partial(self.counted, find) for find in PortalWriter.find_each(self, identities, then=then))

    def counted(self, find: Find) -> LiveEvent | None:
        found = find()
        return None if found is None else replace(found, registrants=self.registrants)


TOO_MANY = "more people are registered by now than --max-registrants allows"


@pytest.mark.parametrize("policy", [DELETES, CANCELS], ids=["delete", "cancel"])
@pytest.mark.parametrize(
    ("registrants", "allowed", "taken"), [(5, 10, 2), (5, 9, 1), (5, 4, 0), (1, None, 0), (0, None, 2), (None, 10, 0)]
)
def test_people_who_registered_meanwhile_count(
    start: Start, policy: Policy, registrants: int | None, allowed: int | None, taken: int
) -> None:
    world = start(live_json("orphan 1", **DATES), live_json("orphan 2", **DATES), policy=policy)
    portal = world.special_portal(Popular)
    portal.registrants = registrants
    receipt = world.run(world.plan(declaration("spring")), portal=portal, limits=Limits(deletes=2, registrants=allowed))
    orphans = [outcome for name, outcome in outcomes(receipt).items() if name.startswith("orphan")]
    assert orphans.count((Outcome.REFUSED, TOO_MANY)) == 2 - taken
    untouched = [held for held in world.held() if held["externalEventId"] != "spring" and not held["eventCancelled"]]
    assert len(untouched) == 2 - taken


def test_registrants_do_not_stop_the_cancellation_of_a_declared_event(start: Start) -> None:
    world = start(live_json("spring", **DATES))
    portal = world.special_portal(Popular)
    portal.registrants = 5
    planned = world.plan(declaration("spring", eventCancelled=True))
    receipt = world.run(planned, portal=portal, limits=Limits())
    assert receipt.exit_code == 0
