"""What a read after a write says of a change that HubSpot did not confirm."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from reconciler.applying.lost_writes import (
    MOST_SILENCE,
    FellShort,
    LostWrites,
    Settlement,
    StillDue,
    TookEffect,
)
from reconciler.applying.receipt import Outcome
from reconciler.errors import Interrupted, ReconcilerError, Rejected, Unavailable
from reconciler.event import Identity, LiveEvent, Value, instant
from reconciler.planning.plan import Planned
from reconciler.policy import Orphans
from reconciler.portal import Find
from tests.building import NOW, POLICY, declared, live, planned_from

WANTED: dict[str, Value] = {"eventName": "Summit", "eventType": "CONFERENCE"}
BEFORE: dict[str, Value] = {"eventName": "Gipfel", "eventType": "WEBINAR"}
ANOTHERS: dict[str, Value] = {"eventName": "Somebody's", "eventType": "WEBINAR"}
HALF: dict[str, Value] = {"eventName": "Summit", "eventType": "WEBINAR"}
LATER: dict[str, Value] = {"endDateTime": instant(NOW + timedelta(days=1))}
DELETING = replace(POLICY, orphans=Orphans.DELETE)


class Held:
    """A portal that holds one event, or fails."""

    def __init__(self, fields: Mapping[str, Value], failure: ReconcilerError | None = None) -> None:
        self.fields = fields
        self.failure = failure
        self.reads = 0

    def find_each(self, identities: Sequence[Identity]) -> Iterator[Find]:
        return (partial(self.find, identity) for identity in identities)

    def find(self, identity: Identity) -> LiveEvent | None:
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return replace(live("1", fields=self.fields), identity=identity)


class Holding(Held):
    """A portal that holds one event, which is found by its own ids alone; by the object id without its account id."""

    def __init__(self, held: LiveEvent) -> None:
        super().__init__(held.fields)
        self.held = held

    def find(self, identity: Identity) -> LiveEvent | None:
        ids = self.held.identity
        if identity.external is None:
            return replace(self.held, identity=identity) if identity.object_id == ids.object_id else None
        return self.held if identity.external == ids.external else None


PLANNED = planned_from([declared(fields=WANTED)], [live("1", fields=BEFORE)])
(CHANGE,) = PLANNED.plan.changes


def settling(portal: Held, planned: Planned = PLANNED, *, awaits_another: bool = False, times: int = 1) -> LostWrites:
    return LostWrites(planned, portal.find_each, lambda _: awaits_another, planned.plan.changes * times)


@pytest.mark.parametrize(
    ("fields", "settlement"),
    [
        (WANTED, TookEffect()),
        (BEFORE, FellShort(Outcome.FAILED, "lost")),
        (HALF, FellShort(Outcome.FAILED, "lost")),
        (ANOTHERS, FellShort(Outcome.UNSURE, "lost")),
    ],
    ids=["held", "untouched", "half", "somebody's"],
)
def test_a_lost_answer_is_unsure_only_where_something_else_is_there(
    fields: dict[str, Value], settlement: Settlement
) -> None:
    assert settling(Held(fields)).after_lost_answer(CHANGE, "lost") == settlement


@pytest.mark.parametrize(
    ("fields", "settlement"),
    [
        (WANTED, TookEffect()),
        (BEFORE, FellShort(Outcome.FAILED, "denied")),
        (ANOTHERS, FellShort(Outcome.FAILED, "denied")),
    ],
    ids=["held", "untouched", "somebody's"],
)
def test_a_denied_change_counts_only_where_hubspot_holds_it(fields: dict[str, Value], settlement: Settlement) -> None:
    assert settling(Held(fields)).after_denial(CHANGE, "denied") == settlement


def test_an_edit_beside_a_change_leaves_its_effect_but_for_a_denied_one() -> None:
    beside = Held({**WANTED, "eventUrl": "https://acme.example"})
    planned = planned_from([declared(fields={**WANTED, "eventUrl": None})], [live("1", fields=BEFORE)])
    (change,) = planned.plan.changes
    lost_writes = settling(beside, planned, times=3)
    assert lost_writes.after_lost_answer(change, "lost") == TookEffect()
    assert lost_writes.after_silence(change, None) == TookEffect()
    assert lost_writes.after_denial(change, "denied") == FellShort(Outcome.FAILED, "denied")


@pytest.mark.parametrize(
    ("fields", "settlement"),
    [
        (WANTED, TookEffect()),
        (BEFORE, StillDue("HubSpot answered success, but did not take over name, type")),
        (ANOTHERS, FellShort(Outcome.FAILED, "HubSpot answered success, but did not take over name, type")),
    ],
    ids=["held", "untouched", "somebody's"],
)
def test_a_change_that_no_answer_names_is_still_due_where_nothing_happened(
    fields: dict[str, Value], settlement: Settlement
) -> None:
    assert settling(Held(fields)).after_silence(CHANGE, None) == settlement


def test_a_deletion_that_no_answer_confirms_failed_where_the_event_is_another_by_now() -> None:
    planned = planned_from([declared("kept")], [live("9", "kept"), live("1", "old", LATER)], DELETING)
    (change,) = planned.plan.changes
    moved = settling(Held({**LATER, **ANOTHERS}), planned).after_silence(change, None)
    assert moved == FellShort(Outcome.FAILED, "HubSpot did not say that it deleted it, and still holds it")


DELETION = planned_from([declared("kept")], [live("9", "kept"), live("1", "old", LATER)], DELETING)


def test_a_deletion_that_no_answer_confirms_is_still_due_where_the_event_is_there() -> None:
    (change,) = DELETION.plan.changes
    there = Holding(replace(live("1", "old", LATER), identity=Identity("acme", "old", "1")))
    settlement = settling(there, DELETION).after_silence(change, None)
    assert settlement == StillDue("HubSpot did not say that it deleted it, and still holds it")


def test_a_deletion_took_effect_whatever_somebody_has_made_under_its_ids_since() -> None:
    (change,) = DELETION.plan.changes
    remade = Holding(replace(live("2", "old", LATER), identity=Identity("acme", "old", "2")))
    assert settling(remade, DELETION).after_lost_answer(change, "lost") == TookEffect()


def test_an_update_that_no_answer_confirms_failed_where_the_event_is_gone() -> None:
    settlement = settling(Holding(live("9", "other"))).after_silence(CHANGE, None)
    assert settlement == FellShort(Outcome.FAILED, "HubSpot answered success, but does not hold it")


def test_what_hubspot_said_without_naming_a_change_is_the_reason() -> None:
    assert settling(Held(BEFORE)).after_silence(CHANGE, "try later") == StillDue("try later")
    assert settling(Held(ANOTHERS)).after_silence(CHANGE, "try later") == FellShort(Outcome.FAILED, "try later")


def test_a_change_of_two_requests_took_effect_where_only_its_completion_is_left() -> None:
    planned = planned_from([declared(fields={**WANTED, "eventCompleted": True})], [live("1", fields=BEFORE)])
    (change,) = planned.plan.changes
    for awaits_another, settlement in ((True, TookEffect()), (False, FellShort(Outcome.FAILED, "lost"))):
        lost_writes = settling(Held(WANTED), planned, awaits_another=awaits_another)
        assert lost_writes.after_lost_answer(change, "lost") == settlement


def test_whether_a_completion_is_left_is_asked_of_the_change_that_is_settled() -> None:
    planned = planned_from([declared(fields={**WANTED, "eventCompleted": True})], [live("1", fields=BEFORE)])
    (change,) = planned.plan.changes
    lost_writes = LostWrites(planned, Held(WANTED).find_each, lambda each: each is change, (change,) * 3)
    assert lost_writes.after_lost_answer(change, "lost") == TookEffect()
    assert lost_writes.after_denial(change, "denied") == TookEffect()
    assert lost_writes.after_silence(change, None) == TookEffect()


@pytest.mark.parametrize("answer", [None, Rejected("no")], ids=["read", "refused"])
def test_only_failed_reads_in_a_row_leave_the_other_changes_unread(answer: ReconcilerError | None) -> None:
    portal = Held(WANTED, answer)
    lost_writes = settling(portal, times=MOST_SILENCE + 2)
    lost_writes.after_lost_answer(CHANGE, "lost")
    portal.failure = Unavailable("HubSpot is down")
    for _ in range(MOST_SILENCE + 1):
        lost_writes.after_lost_answer(CHANGE, "lost")
    assert portal.reads == 1 + MOST_SILENCE


def test_after_a_few_failed_reads_the_other_changes_of_a_write_stay_unread() -> None:
    portal = Held({}, Unavailable("HubSpot is down"))
    lost_writes = settling(portal, times=MOST_SILENCE + 2)
    unread = [lost_writes.after_lost_answer(CHANGE, "lost") for _ in range(MOST_SILENCE + 2)]
    failed = FellShort(Outcome.UNSURE, "lost; reading it back failed too")
    skipped = FellShort(Outcome.UNSURE, "lost; it was not read back, as the reads before it failed")
    assert unread == [failed] * MOST_SILENCE + [skipped] * 2
    assert portal.reads == MOST_SILENCE


def test_a_change_that_can_be_neither_confirmed_nor_read_is_unsure() -> None:
    settlement = settling(Held({}, Unavailable("HubSpot is down"))).after_silence(CHANGE, None)
    why = "HubSpot answered success, but does not confirm it; reading it back failed too"
    assert settlement == FellShort(Outcome.UNSURE, why)


def test_a_wish_to_stop_while_reading_back_ends_the_run() -> None:
    wish = Interrupted(2)
    settlement = settling(Held({}, wish)).after_denial(CHANGE, "denied")
    assert settlement == FellShort(Outcome.UNSURE, "denied; reading it back failed too", wish)
