"""Which portal may be probed."""

from pathlib import Path

import pytest

from reconciler.doctor.permission import permit
from reconciler.errors import Refused
from reconciler.policy import Policy
from tests.doctor.pretending import Pretended
from tests.doctor.probing import PORTAL, SPECIMEN, laboratory


@pytest.mark.parametrize("account_type", ["DEVELOPER_TEST", "SANDBOX"])
def test_a_test_account_may_be_probed(tmp_path: Path, account_type: str) -> None:
    with laboratory(tmp_path, account_type=account_type) as lab:
        assert (lab.probe().exit_code, lab.own()) == (0, [])


@pytest.mark.parametrize("account_type", ["STANDARD", "APP_DEVELOPER"])
def test_any_other_account_is_refused_before_anything_is_written(tmp_path: Path, account_type: str) -> None:
    with laboratory(tmp_path, account_type=account_type) as lab:
        with pytest.raises(Refused, match=f"but portal 77 is '{account_type}'"):
            lab.probe()
        assert [one["method"] for one in lab.requests()] == ["GET"]


def test_an_account_of_no_type_is_refused() -> None:
    with pytest.raises(Refused, match="portal 77 is of no type that HubSpot names"):
        permit(Policy(), Pretended(account_type=None))


def test_another_portal_than_the_declared_one_is_refused() -> None:
    with pytest.raises(Refused, match=r"the token opens portal 77, but reconciler\.yaml declares portal 78"):
        permit(Policy(portal=PORTAL + 1), Pretended())


def test_without_a_declared_portal_any_test_account_may_be_probed() -> None:
    assert permit(Policy(), Pretended()).portal.id == PORTAL


def test_ids_that_are_taken_are_refused() -> None:
    with pytest.raises(Refused, match="an event already has the ids") as refused:
        permit(Policy(), Pretended(held={"eventName": "there"}))
    assert refused.value.hint == "run it again: it takes others"


def test_the_ids_of_two_probes_differ() -> None:
    assert SPECIMEN.identity.external == ("reconciler-probe", f"probe-{SPECIMEN.suffix}")
