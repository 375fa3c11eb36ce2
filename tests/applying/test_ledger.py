"""What a report says of each change while a run is under way."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.applying.ledger import REPORTS, Applied, Ledger, stretches
from reconciler.applying.receipt import Outcome, Result
from reconciler.planning.steps import DeleteBatch, Step
from tests.building import declared, live, planned_from

CHANGES = planned_from([declared("a"), declared("b"), declared("c")], []).plan.changes
FIRST, SECOND, THIRD = CHANGES
(TWOFOLD,) = planned_from([declared(fields={"eventName": "Summit", "eventCompleted": True})], [live("1")]).plan.changes
"""A change that takes two requests."""
HALF = "only the first of its two requests was sent"


def outcomes(ledger: Ledger) -> list[Outcome]:
    return [result.outcome for result in ledger.applied().results]


def test_before_its_first_step_a_run_has_attempted_nothing() -> None:
    ledger = Ledger([FIRST])
    unreached = Result(FIRST, Outcome.NOT_ATTEMPTED, "the run ended before it")
    assert ledger.applied() == Applied((unreached,), written=False, cause=None)
    assert not ledger.sent


def test_what_may_be_sent_before_the_next_report_is_unsure() -> None:
    ledger = Ledger(CHANGES)
    ledger.announce([FIRST, SECOND])
    assert outcomes(ledger) == [Outcome.UNSURE, Outcome.UNSURE, Outcome.NOT_ATTEMPTED]
    why = "it was about to be sent, and what became of it was not found out"
    assert ledger.applied().results[1].why == why


def test_what_was_announced_and_not_sent_is_not_attempted_after_all() -> None:
    ledger = Ledger(CHANGES)
    ledger.announce([FIRST, SECOND])
    ledger.send([FIRST])
    ledger.succeed(FIRST)
    ledger.announce([THIRD])
    assert outcomes(ledger) == [Outcome.DONE, Outcome.NOT_ATTEMPTED, Outcome.UNSURE]
    ledger.announce(())
    assert outcomes(ledger) == [Outcome.DONE, Outcome.NOT_ATTEMPTED, Outcome.NOT_ATTEMPTED]


def test_only_what_was_announced_whole_needs_no_report() -> None:
    ledger = Ledger(CHANGES)
    ledger.announce([FIRST])
    assert not ledger.is_announced([FIRST, SECOND])
    ledger.announce(CHANGES)
    assert ledger.is_announced([FIRST, SECOND])


def test_what_is_being_sent_is_unsure_until_its_outcome_is_recorded() -> None:
    ledger = Ledger([FIRST])
    ledger.send([FIRST])
    why = "it was being sent, and what became of it was not found out"
    assert ledger.applied().results == (Result(FIRST, Outcome.UNSURE, why),)
    assert ledger.sent
    assert ledger.applied().written
    assert not ledger.is_open(FIRST)


def test_what_was_not_carried_out_is_open_again() -> None:
    ledger = Ledger([FIRST])
    ledger.send([FIRST])
    ledger.unsend([FIRST])
    assert ledger.applied().results == (Result(FIRST, Outcome.NOT_ATTEMPTED, "the run ended before it"),)
    assert not ledger.applied().written
    assert ledger.is_open(FIRST)


def test_a_change_of_two_requests_is_done_after_the_second_of_them() -> None:
    ledger = Ledger([TWOFOLD])
    assert ledger.awaits_another(TWOFOLD)
    ledger.send([TWOFOLD])
    ledger.succeed(TWOFOLD)
    assert ledger.applied().results == (Result(TWOFOLD, Outcome.FAILED, HALF),)
    assert ledger.has_begun(TWOFOLD)
    assert ledger.went_well(TWOFOLD)
    assert not ledger.awaits_another(TWOFOLD)
    ledger.send([TWOFOLD])
    ledger.succeed(TWOFOLD)
    assert ledger.applied().results == (Result(TWOFOLD, Outcome.DONE),)


def test_a_change_that_is_refused_after_its_first_request_has_failed() -> None:
    ledger = Ledger([TWOFOLD])
    ledger.send([TWOFOLD])
    ledger.succeed(TWOFOLD)
    ledger.refuse(TWOFOLD, "it is gone")
    assert ledger.applied().results == (Result(TWOFOLD, Outcome.FAILED, f"{HALF}: it is gone"),)
    assert not ledger.went_well(TWOFOLD)


def test_a_change_that_is_refused_when_it_is_sent_again_has_failed() -> None:
    ledger = Ledger([FIRST])
    ledger.send_again(FIRST)
    ledger.refuse(FIRST, "it is gone")
    why = "HubSpot did not hold all of what was sent of it: it is gone"
    assert ledger.applied().results == (Result(FIRST, Outcome.FAILED, why),)


def test_what_hubspot_held_before_the_first_request_is_said_to_be_so() -> None:
    ledger = Ledger([FIRST, TWOFOLD])
    ledger.succeed(TWOFOLD)
    ledger.hold(FIRST)
    ledger.hold(TWOFOLD)
    held = Result(FIRST, Outcome.DONE, "HubSpot held it already")
    assert ledger.applied().results == (held, Result(TWOFOLD, Outcome.DONE))


@given(st.integers(0, 40 * REPORTS))
def test_a_run_has_few_stretches_and_a_short_one_has_one_for_each_step(number: int) -> None:
    run: list[Step] = [DeleteBatch(()) for _ in range(number)]
    parts = [*stretches(run)]
    assert [step for part in parts for step in part] == run
    assert len(parts) <= REPORTS
    assert number > REPORTS or all(len(part) == 1 for part in parts)
