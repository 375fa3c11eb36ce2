"""A few schedules of the campaign, always the same ones; `make campaign` runs thousands of others."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.campaign.batches import HOW, batch
from tests.campaign.ground import Ground, opened

FEW = settings(HOW, max_examples=30)


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with opened() as sandbox:
        yield sandbox


@pytest.mark.parametrize("number", [1, 2])
def test_every_schedule_keeps_the_laws_and_converges(ground: Ground, number: int) -> None:
    figures = batch(ground, number, FEW)
    assert figures.counts["schedules"] > 0
    assert figures.faults.total() > figures.counts["schedules"]
    assert max(figures.reruns) <= 2
