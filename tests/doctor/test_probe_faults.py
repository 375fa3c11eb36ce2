"""Whatever goes wrong in a probe, it touches no event of others, and removes its own or says that it may be left."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from reconciler.doctor.observations import NOT_KNOWN
from reconciler.doctor.probe import Probed
from reconciler.doctor.probe_report import leftover
from reconciler.errors import Interrupted
from reconciler.transport.retrying import ATTEMPTS
from reconciler.transport.surroundings import Watch
from tests.doctor.probing import OTHERS, SPECIMEN, Laboratory
from tests.doctor.test_probe import USUAL

Fault = Mapping[str, Any]
LOST: Fault = {"drop-after": True}
DENIED: Fault = {"status": 401}
KINDS: dict[str, Fault] = {
    "answer lost": LOST,
    "answer cut": {"truncate": True},
    "never arrived": {"drop-before": True},
    "503": {"status": 503},
    "503, done": {"status": 503, "done": True},
    "401": DENIED,
    "429": {"status": 429},
    "429 DAILY": {"status": 429, "policyName": "DAILY"},
}
MOST_STEPS = 80
"""More requests than a probe sends if nothing goes wrong."""


def at(first: int, fault: Fault, *, times: int = 1) -> Iterator[Fault]:
    """Let this many requests meet a fault, from the first one on."""
    yield from ({"nth": number, "fault": fault} for number in range(first, first + times))


def from_then_on(first: int, fault: Fault) -> Iterator[Fault]:
    """Let every request meet a fault, from the first one on."""
    yield from at(1, {"delay": 0}, times=first - 1)
    yield {"every": 1, "fault": fault}


def check(lab: Laboratory, probed: Probed) -> None:
    """Check what holds after any probe."""
    assert [event["objectId"] for event in lab.of_others()] == [each["objectId"] for each in OTHERS]
    assert all(event["updatedAt"] == event["createdAt"] for event in lab.of_others())
    told = leftover(probed, SPECIMEN, lab.address)
    if lab.own():
        assert str(SPECIMEN.identity) in told
        assert lab.address in told
    if probed.cause is None:
        assert probed.exit_code == (6 if told else 0)
    else:
        assert probed.exit_code == (6 if probed.has_written else probed.cause.exit_code)


def steps(kind: str, *, more: int = 0) -> range:
    """Return the requests at which a kind of fault is tried: each request is tried with one kind, in turn."""
    return range(1 + list(KINDS).index(kind) + more, MOST_STEPS, 2 * len(KINDS))


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_fault_that_passes_nothing_is_left(lab: Laboratory, kind: str) -> None:
    """The fault lasts until the probe gives up; then the event can be removed."""
    for step in steps(kind):
        lab.fails_once_permitted = list(at(step, KINDS[kind], times=ATTEMPTS))
        probed = lab.probe()
        check(lab, probed)
        assert lab.own() == []
        lab.clear()


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_fault_that_stays_what_may_be_left_is_told(lab: Laboratory, kind: str) -> None:
    for step in steps(kind, more=len(KINDS)):
        lab.fails_once_permitted = list(from_then_on(step, KINDS[kind]))
        check(lab, lab.probe())
        lab.clear()


def test_one_lost_answer_changes_no_answer_of_the_probe(lab: Laboratory) -> None:
    """It may end the probe: a write that is refused after a lost answer may have been carried out before."""
    steady = {name: answer for name, answer in USUAL.items() if "lag" not in name}
    for step in range(2, MOST_STEPS, 6):
        lab.fails_once_permitted = list(at(step, LOST))
        probed = lab.probe()
        check(lab, probed)
        assert {(one.name, one.answer) for one in probed.observations if one.name in steady} <= steady.items() | {
            (name, NOT_KNOWN) for name in steady if probed.cause is not None
        }
        lab.clear()


def test_a_signal_at_any_request_leaves_nothing_behind(lab: Laboratory) -> None:
    for step in range(6, 140, 7):  # the client looks for a signal twice for each request; the first are `permit`'s
        looks = iter(range(1_000))

        def stop(last: int = step, looks: Iterator[int] = looks) -> None:
            if next(looks) >= last:
                raise Interrupted(2)

        probed = lab.probe(watch=Watch(check_stop=stop))
        assert (lab.own(), probed.exit_code, probed.left) == ([], 130, None)
        assert [event["objectId"] for event in lab.of_others()] == [each["objectId"] for each in OTHERS]


def test_a_run_that_is_out_of_time_still_removes_the_event(lab: Laboratory) -> None:
    lab.behaves(list_lag=3600)
    lab.timeout = 30
    probed = lab.probe()
    assert probed.cause is not None
    assert probed.cause.message == "timed out after 30 s (whole run)"
    assert (lab.own(), probed.left, probed.exit_code) == ([], None, 6)
