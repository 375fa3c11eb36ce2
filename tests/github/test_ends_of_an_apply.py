"""How an apply ended is judged for machines, for GitHub and for people: the three agree."""

from hypothesis import given

from reconciler.applying.receipt import Receipt
from reconciler.cli.github.job import Ending, ending_of
from reconciler.planning.plan import Plan
from reconciler.render.pull_request.comment import comment
from reconciler.render.pull_request.review import Ended, Review
from tests.building import receipts

REASONS = {
    1: {"error", "failed-in-part"},
    3: {"declarations-invalid", "set-aside"},
    4: {"access-denied"},
    5: {"refused"},
    6: {"failed-in-part", "plan-moved", "set-aside", "refused"},
    7: {"unavailable"},
    64: {"usage"},
    130: {"interrupted"},
    143: {"interrupted"},
}
"""Which `failure_reason` belongs to which exit code."""


@given(receipts)
def test_a_step_that_fails_names_a_reason_that_fits_its_exit_code(receipt: Receipt) -> None:
    ending = ending_of(receipt, [])
    assert ending.exit_code == receipt.exit_code
    assert ending == Ending() or ending.reason in REASONS[ending.exit_code]


@given(receipts)
def test_a_comment_looks_well_just_where_the_step_ends_well(receipt: Receipt) -> None:
    page = comment(Review(Plan(receipt.portal, tuple(one.change for one in receipt.results), 0), Ended(receipt)))
    assert ("✅ **Applied and verified" in page) is (receipt.exit_code == 0)
