"""What is judged once more, just before a change is sent."""

from dataclasses import replace
from datetime import timedelta

from reconciler.applying.approval import everything
from reconciler.applying.freshness import Due, Overtaken
from reconciler.applying.guard import Limits, approve
from reconciler.applying.recheck import Recheck
from reconciler.change import Create
from reconciler.event import LiveEvent, Value, instant
from reconciler.planning.plan import Planned
from reconciler.policy import Orphans
from tests.building import NOW, POLICY, absent, declared, live, planned_from

DELETING = replace(POLICY, orphans=Orphans.DELETE)
LATER: dict[str, Value] = {"endDateTime": instant(NOW + timedelta(days=1))}
TOO_MANY = "more people are registered by now than --max-registrants allows"


def orphan(object_id: str, registrants: int | None) -> LiveEvent:
    return replace(live(object_id, f"old-{object_id}", LATER), registrants=registrants)


def planned(*orphans: LiveEvent) -> Planned:
    return planned_from([declared("kept")], [live("9", "kept"), *orphans], DELETING)


def recheck(planned: Planned, registrants: int, *, went_well: bool = True) -> Recheck:
    approved = approve(planned, everything(planned.plan), Limits(10, registrants))
    return Recheck(approved, lambda: NOW, lambda _: went_well)


def fresh(planned: Planned, registrants: int | None) -> list[LiveEvent]:
    """Return what a read finds of each orphan, with so many people registered by now."""
    return [replace(planned.seen[change.identity], registrants=registrants) for change in planned.plan.changes]


def test_registrants_are_counted_again_from_event_to_event() -> None:
    before = planned(orphan("1", 0), orphan("2", 0), orphan("3", 0))
    again = recheck(before, 5)
    judged = [again.judge(change, event) for change, event in zip(before.plan.changes, fresh(before, 2), strict=True)]
    assert [type(one) for one in judged] == [Due, Due, Overtaken]
    assert judged[2] == Overtaken(TOO_MANY)


def test_an_event_that_is_read_twice_counts_once() -> None:
    before = planned(orphan("1", 0))
    again = recheck(before, 2)
    (change,), (event,) = before.plan.changes, fresh(before, 2)
    assert isinstance(again.judge(change, event), Due)
    assert isinstance(again.judge(change, event), Due)


def test_from_the_first_event_over_the_limit_on_nothing_is_taken_away() -> None:
    before = planned(orphan("1", 0), orphan("2", 0))
    again = recheck(before, 2)
    first, second = before.plan.changes
    many, few = fresh(before, 3)[0], fresh(before, 0)[1]
    assert again.judge(first, many) == Overtaken(TOO_MANY)
    assert again.judge(second, few) == Overtaken(TOO_MANY)


def test_an_unknown_number_of_registrants_is_over_every_limit() -> None:
    before = planned(orphan("1", 0))
    (change,), (event,) = before.plan.changes, fresh(before, None)
    assert recheck(before, 100).judge(change, event) == Overtaken(TOO_MANY)


def test_an_orphan_that_is_over_by_now_stays() -> None:
    before = planned(orphan("1", 0))
    (change,), (event,) = before.plan.changes, fresh(before, 0)
    approved = approve(before, everything(before.plan), Limits(10, 0))
    judged = Recheck(approved, lambda: NOW + timedelta(days=2), lambda _: True).judge(change, event)
    assert isinstance(judged, Overtaken)
    assert judged.left is None


def test_an_old_event_goes_only_after_the_new_one_that_looks_like_it_is_there() -> None:
    before = planned_from([declared("new")], [orphan("1", 0)], DELETING)
    create, end = before.plan.changes
    assert isinstance(create, Create)
    tied = replace(before, successors={end.identity.object_id: (create,)})
    event = before.seen[end.identity]
    waiting = recheck(tied, 0, went_well=False)
    missing = Overtaken("the event that looks like it under a new id is not known to be there")
    assert waiting.judge(end, event) == missing
    assert isinstance(waiting.guarded(end, event), Due)
    assert isinstance(recheck(tied, 0).judge(end, event), Due)
    assert waiting.end_of(create) == end


def test_an_absent_event_that_is_over_goes_and_its_people_are_counted() -> None:
    over = live("1", fields={"endDateTime": instant(NOW - timedelta(days=1)), "eventCompleted": True})
    before = planned_from([absent()], [over])
    (change,), (few,), (many,) = before.plan.changes, fresh(before, 2), fresh(before, 3)
    assert isinstance(recheck(before, 2).judge(change, few), Due)
    assert recheck(before, 2).judge(change, many) == Overtaken(TOO_MANY)
