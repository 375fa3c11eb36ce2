"""How many requests an apply takes, against what HubSpot still grants."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.applying.approval import everything
from reconciler.applying.daily_limit import needed, shortage
from reconciler.applying.guard import ApprovedPlan, Limits, approve
from reconciler.event import Value, instant
from reconciler.policy import Orphans
from tests.building import NOW, POLICY, declared, live, planned_from

LATER: dict[str, Value] = {"endDateTime": instant(NOW + timedelta(days=1))}


def deleting(orphans: int) -> ApprovedPlan:
    held = [replace(live(str(number), f"old-{number}", LATER), registrants=0) for number in range(1, orphans + 1)]
    planned = planned_from([declared("kept")], [live("900", "kept"), *held], replace(POLICY, orphans=Orphans.DELETE))
    planned = replace(planned, plan=replace(planned.plan, reads=4))
    return approve(planned, everything(planned.plan), Limits(orphans, 0))


@pytest.mark.parametrize("orphans", [1, 2, 5])
def test_of_a_deletion_each_event_is_read_before_it_and_after_it(orphans: int) -> None:
    planning_again, request, reads_around_it = 4, 1, 2 * orphans
    assert needed(deleting(orphans)) == planning_again + request + reads_around_it


def test_an_apply_needs_as_many_requests_as_are_left() -> None:
    approved = deleting(2)
    assert shortage(approved, None) is None
    assert shortage(approved, needed(approved)) is None
    assert shortage(approved, needed(approved) - 1) is not None
