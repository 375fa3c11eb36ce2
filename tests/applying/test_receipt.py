"""A receipt's counts and its exit code."""

import signal
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given

from reconciler.applying.receipt import Conclusion, Outcome, Receipt, Result
from reconciler.change import Action, Create, Source, Update
from reconciler.errors import AccessDenied, Interrupted, ReconcilerError, Refused, Unavailable
from reconciler.event import Identity
from reconciler.planning.set_aside import SetAside
from tests.building import PORTAL, receipts

CHANGE = Create(Identity("acme", "summit"), "Summit", (), Source("events/summit.yaml", 3))
LEFT = Update(Identity("acme", "summit", "7"), "Summit", (), Source("events/summit.yaml", 3))


def receipt(*outcomes: Outcome, verified: tuple[Update, ...] | None = (), written: bool = True) -> Receipt:
    results = tuple(Result(CHANGE, outcome) for outcome in outcomes)
    return Receipt(PORTAL, "sha256:00", results, verified, written)


def cut_short(cause: ReconcilerError, *, written: bool) -> Receipt:
    return Receipt(PORTAL, "sha256:00", (Result(CHANGE, Outcome.NOT_ATTEMPTED),), None, written, cause)


def test_all_done_and_nothing_left_is_success() -> None:
    assert receipt(Outcome.DONE, Outcome.DONE).exit_code == 0
    assert receipt(written=False).exit_code == 0


def test_what_nobody_reviewed_may_wait() -> None:
    assert receipt(Outcome.DONE, Outcome.NOT_ATTEMPTED).exit_code == 0


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.REFUSED, Outcome.UNSURE])
def test_one_change_that_fell_short_ends_with_6(outcome: Outcome) -> None:
    assert receipt(Outcome.DONE, outcome).exit_code == 6
    assert receipt(outcome, written=False).exit_code == 6


def test_a_difference_that_is_left_ends_with_6() -> None:
    assert receipt(Outcome.DONE, verified=(LEFT,)).exit_code == 6


def test_a_run_that_nobody_could_read_back_ends_with_6() -> None:
    assert receipt(Outcome.DONE, verified=None).exit_code == 6


@pytest.mark.parametrize(("cause", "code"), [(AccessDenied("no"), 4), (Refused("no"), 5), (Unavailable("gone"), 7)])
def test_a_run_that_ended_before_any_write_keeps_the_code_of_its_cause(cause: ReconcilerError, code: int) -> None:
    assert cut_short(cause, written=False).exit_code == code


@pytest.mark.parametrize("cause", [AccessDenied("no"), Unavailable("gone", sent=True), ReconcilerError("other")])
def test_a_run_that_ended_after_a_write_ends_with_6(cause: ReconcilerError) -> None:
    assert cut_short(cause, written=True).exit_code == 6


def test_a_run_that_was_cut_short_is_no_success_even_where_nothing_is_left() -> None:
    assert replace(receipt(Outcome.DONE), cause=Unavailable("gone")).exit_code == 6


@pytest.mark.parametrize("written", [True, False])
def test_an_interrupted_run_tells_the_signal(*, written: bool) -> None:
    assert cut_short(Interrupted(signal.SIGINT), written=written).exit_code == 130
    assert cut_short(Interrupted(signal.SIGTERM), written=written).exit_code == 143


ASIDE = SetAside(Identity(object_id="9"), "Fair", "object-not-live", Source("events/fair.yaml", 1), "it is gone")
GUARDED = Result(CHANGE, Outcome.REFUSED, "0 allowed", "guard-deletes")


def guarded(*results: Result, written: bool = False) -> Receipt:
    return Receipt(PORTAL, "sha256:00", results, (), written)


def test_a_run_of_which_a_guard_refuses_every_change_ends_with_5() -> None:
    assert guarded(GUARDED, GUARDED).exit_code == 5
    assert guarded(GUARDED, Result(CHANGE, Outcome.NOT_ATTEMPTED, "not reviewed")).exit_code == 5


@pytest.mark.parametrize("why", [None, "HubSpot held it already"])
def test_a_run_of_which_a_guard_refuses_a_part_ends_with_6(why: str | None) -> None:
    assert guarded(GUARDED, Result(CHANGE, Outcome.DONE, why), written=why is None).exit_code == 6


def test_what_a_guard_would_have_refused_as_of_the_base_is_no_failure() -> None:
    assert guarded(replace(GUARDED, preexisting=True)).exit_code == 0
    assert guarded(replace(GUARDED, preexisting=True), GUARDED).exit_code == 5


def test_an_event_that_is_set_aside_ends_a_run_that_sends_nothing_with_3() -> None:
    assert replace(guarded(), set_aside=(ASIDE,)).exit_code == 3
    assert replace(guarded(GUARDED), set_aside=(ASIDE,)).exit_code == 3
    assert replace(cut_short(Refused("no"), written=False), set_aside=(ASIDE,)).exit_code == 3


def test_an_event_that_is_set_aside_while_others_are_written_ends_the_run_with_6() -> None:
    assert replace(guarded(Result(CHANGE, Outcome.DONE), written=True), set_aside=(ASIDE,)).exit_code == 6


def test_an_event_that_is_set_aside_hides_no_other_end_of_a_run() -> None:
    assert replace(cut_short(Unavailable("gone"), written=False), set_aside=(ASIDE,)).exit_code == 7
    assert replace(cut_short(Interrupted(signal.SIGINT), written=False), set_aside=(ASIDE,)).exit_code == 130
    assert replace(receipt(Outcome.REFUSED, written=False), set_aside=(ASIDE,)).exit_code == 6


def test_an_event_that_was_set_aside_as_of_the_base_is_no_failure() -> None:
    assert replace(guarded(), set_aside=(replace(ASIDE, preexisting=True),)).exit_code == 0


def test_an_event_that_is_set_aside_counts_as_refused() -> None:
    told = replace(receipt(Outcome.REFUSED), set_aside=(ASIDE,))
    assert (told.count(Outcome.REFUSED), told.count(Outcome.DONE)) == (2, 0)


@given(receipts)
def test_success_says_that_everything_approved_was_done_and_proven(receipt: Receipt) -> None:
    calm = {Outcome.DONE, Outcome.NOT_ATTEMPTED}
    fine = receipt.cause is None and receipt.verified == () and {one.outcome for one in receipt.results} <= calm
    assert (receipt.exit_code == 0) == (fine and not receipt.set_aside)


@given(receipts)
def test_only_what_was_really_done_counts_as_applied(receipt: Receipt) -> None:
    plain = [result for result in receipt.results if result.outcome is Outcome.DONE and result.why is None]
    done = [result.change.action for result in plain]
    assert receipt.applied == {action: done.count(action) for action in Action}


@given(receipts)
def test_every_result_is_counted_under_its_outcome(receipt: Receipt) -> None:
    counted = Counter({outcome: receipt.count(outcome) for outcome in Outcome})
    aside = Counter({Outcome.REFUSED: len(receipt.set_aside)})
    assert counted == Counter(result.outcome for result in receipt.results) + aside


REFUSED_BY_READ = Result(CHANGE, Outcome.REFUSED, "it was changed in HubSpot")


ENDS = [
    (receipt(Outcome.DONE), Conclusion.FULFILLED),
    (cut_short(Unavailable("gone"), written=False), Conclusion.ENDED_EARLY),
    (cut_short(Interrupted(signal.SIGINT), written=True), Conclusion.ENDED_EARLY),
    (replace(guarded(), set_aside=(ASIDE,)), Conclusion.SET_ASIDE),
    (replace(cut_short(Refused("no"), written=False), set_aside=(ASIDE,)), Conclusion.SET_ASIDE),
    (guarded(GUARDED), Conclusion.REFUSED),
    (replace(guarded(GUARDED, written=True), set_aside=(ASIDE,)), Conclusion.SET_ASIDE_IN_PART),
    (replace(receipt(Outcome.DONE), set_aside=(ASIDE,)), Conclusion.SET_ASIDE_IN_PART),
    (replace(receipt(Outcome.DONE, verified=None), set_aside=(ASIDE,)), Conclusion.FELL_SHORT),
    (guarded(GUARDED, Result(CHANGE, Outcome.DONE), written=True), Conclusion.REFUSED_IN_PART),
    (guarded(REFUSED_BY_READ), Conclusion.MOVED),
    (replace(guarded(REFUSED_BY_READ), verified=None), Conclusion.FELL_SHORT),
    (guarded(REFUSED_BY_READ, Result(CHANGE, Outcome.FAILED, "no")), Conclusion.FELL_SHORT),
    (cut_short(Unavailable("gone"), written=True), Conclusion.FELL_SHORT),
    (receipt(Outcome.DONE, verified=(LEFT,)), Conclusion.FELL_SHORT),
    (receipt(Outcome.DONE, verified=None), Conclusion.FELL_SHORT),
]


@pytest.mark.parametrize(("ended", "conclusion"), ENDS)
def test_each_end_has_one_conclusion(ended: Receipt, conclusion: Conclusion) -> None:
    assert ended.conclusion is conclusion


def test_every_conclusion_is_among_these_ends() -> None:
    assert {conclusion for _, conclusion in ENDS} == set(Conclusion)
