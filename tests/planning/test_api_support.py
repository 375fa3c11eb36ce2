"""Warnings of versions of HubSpot's API whose support ends."""

from datetime import UTC, datetime

import pytest

from reconciler.declarations.keys.readers import API_VERSIONS
from reconciler.diagnostics import Diagnostic, warning
from reconciler.planning.api_support import ENDS, support, support_warnings


def found(version: str, day: str) -> list[Diagnostic]:
    return list(support_warnings(version, datetime.fromisoformat(day).replace(tzinfo=UTC)))


def test_the_end_of_every_version_that_can_be_chosen_is_known() -> None:
    assert set(ENDS) == set(API_VERSIONS)


@pytest.mark.parametrize(
    ("version", "last_quiet_day", "first_day", "last_day"),
    [
        ("v3", "2027-03-01", "2027-03-02", "2027-09-01"),
        ("2025-09", "2026-08-29", "2026-08-30", "2027-03-01"),
        ("2026-03", "2027-03-30", "2027-03-31", "2027-09-30"),
        ("2026-09", "2027-09-06", "2027-09-07", "2028-03-08"),
    ],
)
def test_a_version_is_warned_of_in_the_half_year_before_its_end(
    version: str, last_quiet_day: str, first_day: str, last_day: str
) -> None:
    assert not found(version, last_quiet_day)
    (first,), (last,) = found(version, first_day), found(version, last_day)
    assert first == last
    assert (first.code, first.message) == ("api-version-ending", support(version))


def test_what_to_do_is_to_take_the_version_that_is_supported_longest() -> None:
    assert found("2025-09", "2026-11-22") == [
        warning(
            "api-version-ending",
            "HubSpot supports API version 2025-09 until March 2027",
            hint='set apiVersion: "2026-09" in reconciler.yaml',
        )
    ]


def test_a_version_whose_support_is_over_is_told_so() -> None:
    assert found("2026-03", "2027-10-01") == [
        warning(
            "api-version-ended",
            "HubSpot supported API version 2026-03 only until 30 September 2027",
            hint='set apiVersion: "2026-09" in reconciler.yaml',
        )
    ]


@pytest.mark.parametrize("day", ["2028-01-01", "2029-01-01"])
def test_the_newest_version_can_only_be_left_by_a_newer_reconciler(day: str) -> None:
    (warned,) = found("2026-09", day)
    assert warned.hint == "install a reconciler that knows a newer version"
