"""Every case of the catalogue has its exact outcome; `pytest tests/declarations --rewrite` rewrites them."""

import pytest

from tests.declarations.catalogue import FOLDER, Case, cases, rewrite

FILES = sorted(FOLDER.glob("*.txt"))


@pytest.fixture(scope="session", autouse=True)
def rewrites(request: pytest.FixtureRequest) -> bool:
    wanted = bool(request.config.getoption("--rewrite"))
    if wanted:
        for file in FILES:
            rewrite(file)
    return wanted


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for file in FILES for case in cases(file)])
def test_a_case_has_its_outcome(case: Case, *, rewrites: bool) -> None:
    assert rewrites or case.outcome == case.expected
