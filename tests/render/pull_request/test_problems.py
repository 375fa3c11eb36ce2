"""Comments without a plan, read by a real renderer."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import ReconcilerError
from reconciler.event import Declared
from reconciler.render.pull_request.page import is_marked
from reconciler.render.pull_request.problems import failure_comment, fork_comment, problems_comment
from tests.building import diagnostics, texts
from tests.render.pages import LINKS, leaks, left_out

found = st.lists(diagnostics, max_size=5).map(tuple)


@given(found, st.none() | texts)
def test_no_problem_acts_in_a_page(found: tuple[Diagnostic, ...], environment: str | None) -> None:
    pages = (problems_comment(found, environment, LINKS), fork_comment(Declared((), 1, found), environment, LINKS))
    told = (failure_comment(ReconcilerError(one.message, hint=one.hint), environment, LINKS) for one in found)
    for page in (*pages, *told):
        assert leaks(page) == []
        assert is_marked(page, environment)


def test_problems_beyond_the_limit_are_counted() -> None:
    many = [error("unknown-key", "unknown key", Place("events/a.yaml", line)) for line in range(1, 1_001)]
    page = problems_comment(many, None, LINKS, 4_000)
    assert len(page.encode()) <= 4_000
    assert page.count("\n- ") + left_out(page, "finding") == 1_000
    assert "**1000 problems in the declarations.**" in page
