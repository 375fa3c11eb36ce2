"""Moments spelt as declarations write times."""

import pytest

from reconciler.declarations.values.times import spelt
from reconciler.event import moment


@pytest.mark.parametrize(
    ("value", "place", "text"),
    [
        ("2027-04-14T07:00:00Z", "Europe/Berlin", "2027-04-14 09:00"),
        ("2027-04-14T07:00:05Z", "UTC", "2027-04-14 07:00:05"),
        ("2027-04-14T07:00:00Z", None, "2027-04-14 07:00+00:00"),
        ("2027-10-31T00:30:00Z", "Europe/Berlin", "2027-10-31 02:30+02:00"),
        ("2027-10-31T01:30:00Z", "Europe/Berlin", "2027-10-31 02:30+01:00"),
        ("1800-01-01T00:00:00Z", "Europe/Berlin", "1800-01-01 00:53:28"),
        ("0001-01-01T00:00:00Z", "America/New_York", "0001-01-01 00:00Z"),
        ("9999-12-31T23:59:59.999Z", "Asia/Tokyo", "9999-12-31 23:59:59.999Z"),
    ],
)
def test_an_instant_is_written_as_a_local_time_that_means_it(value: str, place: str | None, text: str) -> None:
    assert spelt(moment(value), place) == text
