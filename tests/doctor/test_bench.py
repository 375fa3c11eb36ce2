"""How a probe waits until a write is seen."""

import pytest

from reconciler.doctor.bench import PAUSES
from reconciler.errors import ReadsDisagree
from reconciler.event import LiveEvent
from tests.doctor.pretending import Pretended, bench_of
from tests.doctor.probing import SPECIMEN


class Disagreeing(Pretended):
    """A portal whose first reads by external ids and by object id do not show one event."""

    disagreements = 0

    def find(self) -> LiveEvent | None:
        if self.disagreements:
            self.disagreements -= 1
            raise ReadsDisagree("not by its object id")
        return super().find()


def made(disagreements: int) -> Disagreeing:
    portal = Disagreeing()
    portal.upsert(SPECIMEN.whole("made"))
    portal.disagreements = disagreements
    return portal


def test_an_event_is_not_seen_yet_as_long_as_its_two_reads_disagree() -> None:
    found = bench_of(made(len(PAUSES) - 1)).seen(SPECIMEN.name("made"))
    assert found is not None
    assert found.name == SPECIMEN.name("made")


def test_reads_that_disagree_to_the_end_are_told() -> None:
    with pytest.raises(ReadsDisagree, match="not by its object id"):
        bench_of(made(len(PAUSES))).seen(SPECIMEN.name("made"))


def test_an_event_that_never_has_the_name_is_not_seen() -> None:
    assert bench_of(made(0)).seen(SPECIMEN.name("edited")) is None
