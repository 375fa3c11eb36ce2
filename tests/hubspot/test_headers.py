"""What is read from the headers of an answer."""

import pytest

from reconciler.hubspot.pacing import rate_limit
from reconciler.portal import RateLimit
from reconciler.transport.headers import retry_after

NAMES = ("max", "remaining", "interval-milliseconds", "daily", "daily-remaining")


def test_all_limits_are_read() -> None:
    said = zip(NAMES, ("190", "189", "10000", "625000", "624000"), strict=True)
    assert rate_limit({f"x-hubspot-ratelimit-{name}": value for name, value in said}) == RateLimit(
        190, 189, 10.0, 625_000, 624_000
    )


def test_nothing_left_is_a_number_but_no_limit_allows_nothing() -> None:
    said = {f"x-hubspot-ratelimit-{name}": "0" for name in NAMES}
    assert rate_limit(said) == RateLimit(remaining=0, daily_remaining=0)


@pytest.mark.parametrize("nonsense", ["-1", "many", "", "1e3", "1.5", "²", "9" * 10])
def test_a_limit_that_makes_no_sense_was_not_said(nonsense: str) -> None:
    assert rate_limit({f"x-hubspot-ratelimit-{name}": nonsense for name in NAMES}) == RateLimit()
    assert retry_after({"retry-after": nonsense, "date": "Sun, 22 Nov 2026 10:00:00 GMT"}) is None
