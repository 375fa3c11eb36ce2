"""Every case of the catalogue gets its exact advice; `pytest tests/advice --rewrite` rewrites it."""

import pytest

from reconciler.declarations.values.advice_codes import CODES
from tests.advice.catalogue import FOLDER, found, outcome, rewrite
from tests.declarations.catalogue import Case, cases

FILES = sorted(FOLDER.glob("*.txt"))
CASES = [case for file in FILES for case in cases(file)]


@pytest.fixture(scope="session", autouse=True)
def rewrites(request: pytest.FixtureRequest) -> bool:
    wanted = bool(request.config.getoption("--rewrite"))
    if wanted:
        for file in FILES:
            rewrite(file)
    return wanted


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in CASES])
def test_a_case_gets_its_advice(case: Case, *, rewrites: bool) -> None:
    assert rewrites or outcome(case) == case.expected


def test_every_kind_has_cases_that_get_it_and_cases_that_do_not() -> None:
    told = [{diagnostic.code for diagnostic in found(case)} for case in CASES]
    assert set(CODES) <= set().union(*told)
    assert all(any(code not in codes for codes in told) for code in CODES)
