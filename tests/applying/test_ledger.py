"""What a report says of each change while a run is under way."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.applying.ledger import REPORTS, Ledger, stretches
from reconciler.applying.receipt import Outcome
from reconciler.planning.steps import DeleteBatch, Step
from tests.building import declared, planned_from

CHANGES = planned_from([declared("a"), declared("b"), declared("c")], []).plan.changes
FIRST, SECOND, THIRD = CHANGES


def outcomes(ledger: Ledger) -> list[Outcome]:
    return [result.outcome for result in ledger.applied().results]


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


@given(st.integers(0, 40 * REPORTS))
def test_a_run_has_few_stretches_and_a_short_one_has_one_for_each_step(number: int) -> None:
    run: list[Step] = [DeleteBatch(()) for _ in range(number)]
    parts = [*stretches(run)]
    assert [step for part in parts for step in part] == run
    assert len(parts) <= REPORTS
    assert number > REPORTS or all(len(part) == 1 for part in parts)
