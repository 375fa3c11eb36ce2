"""Which changes a second reading leaves open, so that each is read by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.applying.receipt import Outcome, Result
from reconciler.applying.verify import Suspect, suspects
from reconciler.event import Identity, LiveEvent, Value, instant
from reconciler.policy import Orphans
from reconciler.portal import Listing
from tests.building import NOW, POLICY, absent, declared, live, planned_from

LATER: dict[str, Value] = {"endDateTime": instant(NOW + timedelta(days=1))}
KEPT = live("9", "kept")
ORPHAN = live("1", "old", LATER)
CANCELLED = live("1", "old", {**LATER, "eventCancelled": True})


def left_open(orphans: Orphans, outcome: Outcome, listed: Sequence[LiveEvent]) -> int:
    """Return how many changes are left open after an orphan was to be taken away and the list was read again."""
    policy = replace(POLICY, orphans=orphans)
    planned = planned_from([declared("kept")], [KEPT, ORPHAN], policy)
    (change,) = planned.plan.changes
    again = planned_from([declared("kept")], listed, policy)
    return len(suspects(planned, again, Listing(again.plan.portal, tuple(listed)), [Result(change, outcome)]))


@pytest.mark.parametrize(
    ("orphans", "listed"),
    [(Orphans.DELETE, [KEPT]), (Orphans.CANCEL, [KEPT, CANCELLED])],
    ids=["deleted", "cancelled"],
)
def test_an_orphan_that_the_list_shows_taken_away_is_not_read_again(orphans: Orphans, listed: list[LiveEvent]) -> None:
    assert left_open(orphans, Outcome.DONE, listed) == 0


@pytest.mark.parametrize(
    ("orphans", "listed"),
    [
        (Orphans.DELETE, [KEPT, ORPHAN]),
        (Orphans.DELETE, [KEPT, live("1", "old", {"endDateTime": instant(NOW - timedelta(days=1))})]),
        (Orphans.CANCEL, [KEPT, ORPHAN]),
        (Orphans.CANCEL, [KEPT]),
    ],
    ids=["deleted and shown", "deleted and shown as over", "cancelled and shown", "cancelled and not shown"],
)
def test_an_orphan_that_the_list_leaves_open_is_read_again(orphans: Orphans, listed: list[LiveEvent]) -> None:
    assert left_open(orphans, Outcome.DONE, listed) == 1


def test_a_deletion_that_no_read_has_confirmed_is_read_again_though_not_listed() -> None:
    assert left_open(Orphans.DELETE, Outcome.UNSURE, [KEPT]) == 1


def absent_left_open(outcome: Outcome, *listed: LiveEvent) -> int:
    planned, again = planned_from([absent()], [live("1")]), planned_from([absent()], listed)
    (change,) = planned.plan.changes
    return len(suspects(planned, again, Listing(again.plan.portal, listed), [Result(change, outcome)]))


def test_an_absent_event_is_read_again_where_the_list_leaves_it_open() -> None:
    assert absent_left_open(Outcome.DONE) == 0
    assert absent_left_open(Outcome.DONE, live("1")) == 1
    assert absent_left_open(Outcome.UNSURE) == 1
    assert absent_left_open(Outcome.DONE, live("2")) == 0  # made since, so it is another one


def test_an_absent_event_is_left_to_do_while_its_own_object_is_there() -> None:
    planned = planned_from([absent()], [live("1")])
    (change,) = planned.plan.changes
    suspect = Suspect(change, planned)
    assert suspect.remaining(None) is None
    assert suspect.remaining(replace(live("2"), identity=Identity("acme", "summit", "2"))) is None
    assert suspect.remaining(replace(live("1"), identity=change.identity)) == change
