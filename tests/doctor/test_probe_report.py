"""The report of a probe."""

import re

import pytest

from reconciler.doctor.observations import QUESTIONS, Observation, told
from reconciler.doctor.permission import Permission
from reconciler.doctor.probe import Probed
from reconciler.doctor.probe_report import announcement, leftover, probe_report
from reconciler.errors import Interrupted, Unavailable
from reconciler.portal import Portal
from reconciler.safe_text import visible
from tests.building import HOSTILE, NOW
from tests.doctor.probing import SPECIMEN

TEST_PORTAL = Portal(7654321, "SANDBOX", "UTC", "2026-09", None)
FOUND = Observation("upsert", "keep", "POST …/events/upsert without eventUrl")
DOWN = Unavailable("HubSpot keeps failing", sent=True)
ADDRESS = "https://api.hubapi.com/events/probe-1?externalAccountId=reconciler-probe"


def probed(
    *observations: Observation,
    cause: Unavailable | Interrupted | None = None,
    left: str | None = None,
    has_written: bool = True,
) -> Probed:
    return Probed(Permission(TEST_PORTAL), told(observations), 1, cause, has_written, left)


def test_each_answer_stands_beside_its_name_with_what_showed_it() -> None:
    lines = probe_report(probed(FOUND), "0.1.0", NOW).splitlines()
    assert lines[:7] == [
        "reconciler doctor --probe",
        "",
        f"reconciler 0.1.0, API version 2026-09, account type SANDBOX, {NOW:%Y-%m-%d}",
        "",
        "upsert: keep",
        "    Does an upsert empty the optional fields that it leaves out?",
        "    POST …/events/upsert without eventUrl",
    ]
    assert lines[-2:] == ["Its event is deleted: a direct read finds it no more.", "It took 1 request."]


def test_every_question_is_in_the_report_also_one_that_was_not_asked() -> None:
    lines = probe_report(probed(FOUND), "0.1.0", NOW).splitlines()
    assert [line.partition(":")[0] for line in lines if re.match(r"[a-z-]+: ", line)] == list(QUESTIONS)
    assert lines.count("    the probe ended before it was asked") == len(QUESTIONS) - 1


def test_neither_the_portal_nor_the_event_can_be_found_by_the_report() -> None:
    report = probe_report(probed(FOUND), "0.1.0", NOW)
    assert "7654321" not in report
    assert SPECIMEN.suffix not in report


def test_an_early_end_is_told_with_what_may_be_left() -> None:
    lines = probe_report(probed(cause=DOWN, left="HubSpot keeps failing"), "0.1.0", NOW).splitlines()
    assert lines[-3:] == [
        "It ended early: HubSpot keeps failing",
        "Its event may still be there.",
        "It took 1 request.",
    ]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_in_a_report_can_act_or_stand_for_a_line(hostile: str) -> None:
    usual = probe_report(probed(FOUND, cause=DOWN), "0.1.0", NOW)
    written = probe_report(probed(Observation("upsert", hostile, hostile), cause=Unavailable(hostile)), "0.1.0", NOW)
    assert len(written.splitlines()) == len(usual.splitlines())
    assert written == "".join(f"{visible(line)}\n" for line in written.splitlines())


def test_before_it_begins_the_ids_are_told() -> None:
    text = announcement(TEST_PORTAL, SPECIMEN)
    assert text.startswith("Probing portal 7654321 (SANDBOX): one event is made, edited and deleted")
    assert text.endswith(f"Its ids: reconciler-probe/probe-{SPECIMEN.suffix} (account id/event id).")


def test_what_may_be_left_is_told_with_how_to_delete_it() -> None:
    ids = f"reconciler-probe/probe-{SPECIMEN.suffix} (account id/event id)"
    assert leftover(probed(left="HubSpot keeps failing"), SPECIMEN, ADDRESS).splitlines() == [
        "Error: the probe's event may still be there: HubSpot keeps failing.",
        f"Its ids: {ids}; its name begins with 'reconciler probe {SPECIMEN.suffix}: '.",
        "Delete it in HubSpot, or with the same token; 404 means that it is gone:",
        f'curl -X DELETE -H "Authorization: Bearer $HUBSPOT_ACCESS_TOKEN" "{ADDRESS}"',
    ]
    assert leftover(probed(), SPECIMEN, ADDRESS) == ""


@pytest.mark.parametrize(
    ("ended", "code"),
    [
        (probed(), 0),
        (probed(left="HubSpot keeps failing"), 6),
        (probed(cause=DOWN), 6),
        (probed(cause=DOWN, has_written=False), 7),
        (probed(cause=Interrupted(15), left="HubSpot keeps failing"), 143),
    ],
)
def test_the_exit_code_says_whether_it_came_to_its_end(ended: Probed, code: int) -> None:
    assert ended.exit_code == code
