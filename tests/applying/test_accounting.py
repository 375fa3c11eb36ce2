"""The receipt of an apply and of its second reading."""

from dataclasses import replace
from datetime import timedelta

from reconciler.applying.accounting import finished
from reconciler.applying.approval import everything
from reconciler.applying.guard import Limits, approve
from reconciler.applying.ledger import Applied
from reconciler.applying.receipt import Outcome, Result
from reconciler.event import instant
from reconciler.policy import Orphans
from tests.building import NOW, POLICY, declared, live, planned_from


def test_a_deletion_is_taken_back_where_the_second_reading_still_finds_the_event() -> None:
    old = live("1", "old", {"endDateTime": instant(NOW + timedelta(days=1))})
    planned = planned_from([declared("kept")], [old, live("2", "kept")], replace(POLICY, orphans=Orphans.DELETE))
    approved = approve(planned, everything(planned.plan), Limits(1, 0))
    applied = Applied(tuple(Result(change, Outcome.DONE) for change in approved.changes), written=True, cause=None)
    (result,) = finished(approved, applied, planned.plan.changes).results
    assert result.outcome is Outcome.FAILED
    assert result.why == "HubSpot answered success, but still holds the event"
