"""The removal of a probe's event."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from reconciler.doctor.bench import Bench
from reconciler.doctor.permission import permit
from reconciler.doctor.probe import Probed, probe
from reconciler.doctor.removal import removed, removed_after_loss
from reconciler.errors import AccessDenied, Rejected, Unavailable
from reconciler.event import LiveEvent, Value
from reconciler.policy import Policy
from tests.doctor.pretending import Pretended, bench_of
from tests.doctor.probing import SPECIMEN

THERE: dict[str, Value] = {"eventName": "there"}


def test_an_event_is_deleted_and_looked_for_again() -> None:
    portal = Pretended(held=THERE)
    assert removed(bench_of(portal)) is None
    assert (portal.held, portal.writes) == (None, ["archive"])


def test_where_no_event_is_nothing_is_written() -> None:
    portal = Pretended()
    assert removed(bench_of(portal)) is None
    assert portal.writes == []


@pytest.mark.parametrize("failure", [AccessDenied("denied"), Rejected("rejected"), Unavailable("down")])
def test_a_failure_is_tried_again_a_few_times_and_then_told(failure: AccessDenied | Rejected | Unavailable) -> None:
    class Failing(Pretended):
        def archive(self) -> None:
            self.writes.append("archive")
            raise failure

    portal = Failing(held=THERE)
    assert removed(bench_of(portal)) == failure.message
    assert removed_after_loss(bench_of(portal)) == failure.message
    assert portal.writes == ["archive"] * 10


def test_an_event_that_appears_late_is_deleted_too() -> None:
    class Appearing(Pretended):
        looks = 0

        def find(self) -> LiveEvent | None:
            self.looks += 1
            if self.looks == 3:
                self.held = THERE
            return super().find()

    portal = Appearing()
    told = removed_after_loss(bench_of(portal))
    assert told == "one of HubSpot's answers was lost: the event is not there now, but may still appear"
    assert (portal.held, portal.writes) == (None, ["archive"])


def probed(portal: Pretended) -> Probed:
    @contextmanager
    def fresh() -> Iterator[Bench]:
        yield bench_of(portal)

    return probe(permit(Policy(), portal), SPECIMEN, bench_of(portal), fresh)


def test_an_event_that_no_read_shows_ends_the_probe() -> None:
    class Lying(Pretended):
        def upsert(self, _: Mapping[str, Value]) -> bool:
            return False

    result = probed(Lying())
    assert result.cause is not None
    assert result.cause.message == "HubSpot reported that the event was made, but reads do not show it"
    assert (result.exit_code, result.has_written) == (6, True)
    assert {one.name: one.answer for one in result.observations}["upsert-results"] == "no"


def test_an_event_whose_creation_was_not_answered_is_deleted_when_it_appears() -> None:
    class Slow(Pretended):
        looks = 0

        def upsert(self, _: Mapping[str, Value]) -> bool:
            raise Unavailable("the answer was lost", sent=True)

        def find(self) -> LiveEvent | None:
            self.looks += 1
            if self.looks == 4:  # the first look is that of `permit`
                self.held = THERE
            return super().find()

    portal = Slow()
    result = probed(portal)
    assert (portal.held, portal.writes) == (None, ["archive"])
    assert (result.has_written, result.exit_code) == (True, 6)
    assert result.left is not None
    assert result.left.endswith("but may still appear")


def test_a_mistake_of_our_own_leaves_no_event_either() -> None:
    class Broken(Pretended):
        def search(self, _: str) -> None:
            raise AssertionError("a mistake")

    portal = Broken()
    with pytest.raises(AssertionError, match="a mistake"):
        probed(portal)
    assert portal.held is None


@pytest.mark.parametrize(
    ("refusal", "code"), [(Rejected("no"), 1), (AccessDenied("no", status=403), 4), (Unavailable("no way"), 7)]
)
def test_where_nothing_was_made_the_run_ends_as_any_other(refusal: Rejected, code: int) -> None:
    class Unwilling(Pretended):
        def upsert(self, _: Mapping[str, Value]) -> bool:
            raise refusal

    result = probed(Unwilling())
    assert (result.exit_code, result.has_written, result.left) == (code, False, None)


def test_an_event_that_was_made_despite_a_refusal_is_told_if_it_stays() -> None:
    class Contradicting(Pretended):
        def upsert(self, fields: Mapping[str, Value]) -> bool:
            super().upsert(fields)
            raise Rejected("no")

        def archive(self) -> None:
            raise AccessDenied("not that either")

    portal = Contradicting()
    result = probed(portal)
    assert portal.held is not None
    assert (result.exit_code, result.has_written, result.left) == (6, True, "not that either")
