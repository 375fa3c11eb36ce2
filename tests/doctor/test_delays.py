"""How late something is shown."""

from reconciler.doctor.delays import LOOKS, Delay, delays
from reconciler.doctor.observations import NOT_KNOWN, delayed
from reconciler.errors import Rejected
from tests.hubspot.clocks import Sleeper


def refuse() -> bool:
    raise Rejected("no")


def test_each_is_looked_for_until_it_is_shown() -> None:
    sleeper = Sleeper()
    found = delays({"soon": lambda: sleeper.now >= 1, "later": lambda: sleeper.now >= 15}, sleeper.clock, 0.0)
    assert found == {"soon": Delay(1.0, 0.0), "later": Delay(16.0, 14.0)}
    assert sleeper.now == 16


def test_after_a_minute_nothing_is_waited_for_any_more() -> None:
    sleeper = Sleeper()
    looks: list[float] = []

    def look() -> bool:
        looks.append(sleeper.now)
        return False

    assert delays({"never": look}, sleeper.clock, 0.0) == {"never": Delay(None, 60.0)}
    assert looks == [float(at) for at in LOOKS]


def test_what_cannot_be_found_out_is_not_looked_for_again() -> None:
    sleeper = Sleeper()
    assert delays({"too long": lambda: None, "refused": refuse}, sleeper.clock, 0.0) == {
        "too long": None,
        "refused": None,
    }
    assert sleeper.now == 0


def test_time_that_has_passed_since_the_write_counts() -> None:
    sleeper = Sleeper(now=12.5)
    assert delays({"shown": lambda: True}, sleeper.clock, 10.0) == {"shown": Delay(2.5, None)}


def test_a_delay_is_told_with_what_bounds_it() -> None:
    assert delayed("lag", "GET …", Delay(2.04, None)).answer == "2 seconds"
    assert delayed("lag", "GET …", Delay(3.27, 2.31)).answer == "3.3 seconds"
    assert delayed("lag", "GET …", Delay(3.27, 2.31)).shown_by.endswith(": not yet after 2.3 seconds")
    assert delayed("lag", "GET …", Delay(None, 60.2)).answer == "more than 60 seconds"
    assert delayed("lag", "GET …", None).answer == NOT_KNOWN
