"""The pace keeps to HubSpot's limit, whatever its headers say."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.hubspot.http import HttpReader
from reconciler.hubspot.in_flight import Get
from reconciler.hubspot.pacing import EDGE, MOST_IN_A_WINDOW, Pacer, rate_limit
from reconciler.portal import RateLimit
from reconciler.sandbox.limits import Limiter, Rate
from reconciler.sandbox.server import Options, running
from reconciler.transport.headers import retry_after
from reconciler.transport.surroundings import Clock, Watch
from tests.hubspot import connecting
from tests.hubspot.clocks import Sleeper

TIERS = (100, 110, 190, 250)
"""The limits that HubSpot sells, in requests in ten seconds (usage guidelines)."""


class Portal:
    """The sandbox's own count, behind a network that takes time in either direction."""

    def __init__(self, rate: int, *, silent: int = 0) -> None:
        """Start a portal that names no limit in the first `silent` answers."""
        self.sleeper = Sleeper()
        self.limiter = Limiter(Rate(rate, 10), self.sleeper.clock.now)
        self.pacer = Pacer(self.sleeper.clock.now)
        self.silent = silent
        self.refused = 0

    def send(self, there: float, back: float) -> None:
        self.sleeper.sleep(self.pacer.pause())
        self.sleeper.sleep(there)
        self.refused += not self.limiter.admit(1001)
        said = {name.lower(): value for name, value in self.limiter.headers(1001).items()}
        self.sleeper.sleep(back)
        self.pacer.count(self.sleeper.now)
        self.silent -= 1
        self.pacer.learn(rate_limit({} if self.silent >= 0 else said))


@pytest.mark.parametrize("rate", TIERS)
@given(
    ways=st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 0.5)), min_size=1, max_size=20),
    silent=st.integers(0, 150),
)
def test_a_run_on_its_own_is_never_refused(rate: int, ways: list[tuple[float, float]], silent: int) -> None:
    """Some networks are slow at first and quick later, so that requests arrive closer together than they were sent."""
    portal = Portal(rate, silent=silent)
    for number in range(2 * rate + 60):
        portal.send(*ways[number * len(ways) // (2 * rate + 60)])
    assert not portal.refused


@pytest.mark.parametrize("rate", TIERS)
def test_a_run_uses_what_its_portal_allows(rate: int) -> None:
    portal = Portal(rate)
    for _ in range(10 * rate):
        portal.send(0.001, 0.001)
    assert portal.sleeper.now < 10 * 10 + 5


@pytest.mark.parametrize("rate", TIERS)
def test_a_portal_that_was_slow_for_a_while_is_used_as_before_at_once(rate: int) -> None:
    portal = Portal(rate)
    for _ in range(rate):
        portal.send(1, 1)  # ten to forty times as long as it usually takes
    slow_until = portal.sleeper.now
    sent = 0
    while portal.sleeper.now < slow_until + 60:
        portal.send(0.01, 0.01)
        sent += 1
    assert sent >= 0.9 * 6 * rate
    assert not portal.refused


@pytest.mark.parametrize("used", [1, 60, 99, 100])
def test_what_others_have_used_of_the_limit_slows_the_run_before_it_is_refused(used: int) -> None:
    portal = Portal(100)
    for _ in range(used - 1):
        portal.limiter.admit(1001)
    for _ in range(300):
        portal.send(0.01, 0.01)
    assert not portal.refused


def test_others_that_have_gone_do_not_slow_the_run() -> None:
    pacer = Pacer(Sleeper().clock.now)
    pacer.learn(RateLimit(limit=100, remaining=0))
    assert pacer.pause() == 10 + EDGE
    pacer.learn(RateLimit(limit=100, remaining=60))
    assert (pacer.pause(), len(pacer.others)) == (0, 40)


LIST = "/marketing/marketing-events/2026-03"


def one_by_one(reader: HttpReader, number: int) -> None:
    for _ in range(number):
        reader.get(LIST, {})


def together(reader: HttpReader, number: int) -> None:
    for take in reader.get_each([Get(LIST, {})] * number):
        take()


@pytest.mark.parametrize("read", [one_by_one, together])
@pytest.mark.parametrize("rate", ["100/1", "190/1"])
def test_a_real_run_against_the_sandbox_is_never_refused(rate: str, read: Callable[[HttpReader, int], None]) -> None:
    """Its windows are short, so that the test is."""
    lines: list[str] = []
    with (
        running(Options(rate=rate)) as sandbox,
        HttpReader(
            connecting.to(sandbox.base_url, token="sandbox-1001"),
            timeout=60,
            clock=Clock(time.monotonic, time.sleep),
            watch=Watch(log=lines.append),
        ) as reader,
    ):
        read(reader, 450)
    assert len(lines) == 450
    assert not [line for line in lines if not line.endswith(": 200")]


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 5)), max_size=30))
def test_no_window_ever_holds_more_requests_than_the_limit(steps: list[tuple[float, int]]) -> None:
    sleeper = Sleeper()
    pacer = Pacer(sleeper.clock.now)
    sent: list[float] = []
    for idle, limit in steps:
        sleeper.now += idle
        pacer.learn(RateLimit(limit=limit))
        sleeper.sleep(pacer.pause())
        pacer.count(sleeper.now)
        sent.append(sleeper.now)
        # HubSpot's count is rounded: a request at the edge of the window may be in or out.
        assert sum(moment > sleeper.now - 10 + 1e-6 for moment in sent) <= limit


def test_a_limit_beyond_all_reason_costs_no_memory() -> None:
    pacer = Pacer(Sleeper().clock.now)
    pacer.learn(RateLimit(limit=999_999_999, remaining=0))
    assert len(pacer.others) == pacer.most == MOST_IN_A_WINDOW
    assert pacer.pause() == 10 + EDGE


def test_what_hubspot_does_not_say_stays_as_it_was() -> None:
    pacer = Pacer(Sleeper().clock.now)
    pacer.learn(RateLimit(limit=7, interval=3.0))
    pacer.learn(RateLimit())
    assert (pacer.most, pacer.window) == (7, 3.0)


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
