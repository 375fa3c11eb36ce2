"""The pace that keeps to HubSpot's limit, whatever its headers say."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.hubspot.headers import RateLimit
from reconciler.hubspot.pacing import MOST, Pacer
from tests.hubspot.clocks import Sleeper


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 5)), max_size=30))
def test_no_window_ever_holds_more_requests_than_the_limit(steps: list[tuple[float, int]]) -> None:
    sleeper = Sleeper()
    pacer = Pacer(sleeper.clock.now)
    sent: list[float] = []
    for idle, limit in steps:
        sleeper.now += idle
        pacer.learn(RateLimit(limit=limit))
        sleeper.sleep(pacer.pause())
        pacer.count()
        sent.append(sleeper.now)
        # What HubSpot counts is rounded: a request on the window's edge may be in or out.
        assert sum(moment > sleeper.now - 10 + 1e-6 for moment in sent) <= limit


def test_a_limit_beyond_all_reason_costs_no_memory() -> None:
    pacer = Pacer(Sleeper().clock.now)
    pacer.learn(RateLimit(limit=999_999_999, remaining=0))
    assert len(pacer.sent) == pacer.most == MOST
    assert pacer.pause() == 10


def test_what_hubspot_does_not_say_stays_as_it_was() -> None:
    pacer = Pacer(Sleeper().clock.now)
    pacer.learn(RateLimit(limit=7, interval=3.0))
    pacer.learn(RateLimit())
    assert (pacer.most, pacer.window) == (7, 3.0)
