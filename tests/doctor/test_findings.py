"""The doctor's findings as text."""

import pytest

from reconciler.doctor.findings import Finding, Verdict, report
from reconciler.safe_text import visible
from tests.building import HOSTILE


def test_findings_stand_below_each_other_each_with_what_to_do() -> None:
    found = [
        Finding("token", Verdict.OK, "HubSpot accepts it"),
        Finding("portal", Verdict.WRONG, "another one", "use another token", 5),
        Finding("rate limit", Verdict.UNKNOWN, "nobody says"),
    ]
    assert report(found) == (
        "ok         token         HubSpot accepts it\n"
        "wrong      portal        another one\n"
        "                         → use another token\n"
        "not known  rate limit    nobody says\n"
        "\n"
        "1 thing wrong, 1 not known.\n"
    )


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ([Verdict.OK], "Nothing is wrong."),
        ([Verdict.WARNING, Verdict.WARNING], "Nothing is wrong, 2 warnings."),
        ([Verdict.WRONG, Verdict.WRONG, Verdict.WARNING, Verdict.UNKNOWN], "2 things wrong, 1 warning, 1 not known."),
    ],
)
def test_the_last_line_is_the_sum(verdicts: list[Verdict], said: str) -> None:
    assert report(Finding("x", verdict, "") for verdict in verdicts).splitlines()[-1] == said


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_is_found_can_act_on_a_terminal_or_stand_for_a_line(hostile: str) -> None:
    written = report([Finding("token", Verdict.OK, hostile, hostile)])
    assert len(written.splitlines()) == 4
    assert written == "".join(f"{visible(line)}\n" for line in written.splitlines())
