"""The receipt of an apply and of its second reading."""

from dataclasses import replace
from datetime import timedelta

from reconciler.applying.accounting import finished, nothing_ran, recording, so_far
from reconciler.applying.approval import everything
from reconciler.applying.guard import Limits, approve
from reconciler.applying.ledger import Applied
from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import Source
from reconciler.errors import Refused
from reconciler.event import Identity, instant
from reconciler.planning.set_aside import SetAside
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


def test_the_receipt_is_kept_as_the_run_stands() -> None:
    planned = planned_from([declared("new")], [])
    approved = approve(planned, everything(planned.plan), Limits())
    applied = Applied(tuple(Result(change, Outcome.DONE) for change in approved.changes), written=True, cause=None)
    kept: list[Receipt] = []
    recording(approved, kept.append)(applied)
    assert kept == [so_far(approved, applied)]
    assert [result.outcome for result in kept[0].results] == [Outcome.DONE]


def test_the_receipt_of_a_refused_run_names_what_was_set_aside_too() -> None:
    aside = SetAside(Identity("acme", "lost"), "Lost", "object-not-live", Source("events/a.yaml", 1))
    planned = planned_from([declared("new")], [])
    planned = replace(planned, plan=replace(planned.plan, set_aside=(aside,)))
    receipt = nothing_ran(planned, Refused("no"))
    assert receipt.set_aside == (aside,)
    assert [(result.outcome, result.why) for result in receipt.results] == [(Outcome.NOT_ATTEMPTED, "no")]
