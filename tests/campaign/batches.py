"""Batches of some hundred schedules; a batch's number decides what is in it, on any machine."""

import atexit
import multiprocessing
import traceback
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from itertools import count

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.campaign.figures import OTHERWISE, Figures
from tests.campaign.ground import Ground, opened
from tests.campaign.laws import Broken
from tests.campaign.machine import Campaign

SIZE = 100
"""Executions of the machine in one batch, within which Hypothesis learns what is worth trying."""

HOW = settings(
    max_examples=SIZE,
    stateful_step_count=6,
    database=None,
    deadline=None,  # a slow machine is no reason for a law to fail
    suppress_health_check=list(HealthCheck),  # nor is it a reason to give up
    phases=[Phase.generate, Phase.shrink],
    print_blob=False,
    report_multiple_bugs=False,
)

_OPEN = ExitStack()
atexit.register(_OPEN.close)  # any later, the serving thread would be gone, and closing would wait for it for ever


@dataclass(frozen=True)
class Breach:
    """A law was broken, or the machine itself failed."""

    kind: str
    story: str


def batch(ground: Ground, number: int, how: settings = HOW) -> Figures:
    """Run one batch; a broken law is raised, with the least program that breaks it among its notes."""
    figures = Figures()
    machine: type[Campaign] = type("Schedule", (Campaign,), {"ground": ground, "figures": figures})
    run_state_machine_as_test(seed(number)(machine), settings=how)
    return figures


def batches(first: int, schedules: int, processes: int) -> Iterator[Figures | Breach]:
    """Run batches, in order, until there were enough schedules; yield a breach in place of a batch that broke a law."""
    numbers, done = count(first), 0
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        waiting: deque[Future[Figures | Breach]] = deque()
        while done < schedules:
            # Most executions are schedules, so start only as many batches as are likely to be needed.
            while not waiting or (len(waiting) <= processes and done + len(waiting) * SIZE // 2 < schedules):
                waiting.append(pool.submit(_told, next(numbers)))
            result = waiting.popleft().result()
            done += SIZE if isinstance(result, Breach) else result.counts["schedules"]
            yield result
        for future in waiting:
            future.cancel()


def _told(number: int) -> Figures | Breach:
    try:
        return batch(_ground(), number)
    except Exception as error:  # noqa: BLE001  (the campaign reports any failure and goes on)
        again = f"make campaign SEED={number} SCHEDULES=1"
        story = f"Batch {number} broke a law ({again} repeats it):\n{traceback.format_exc()}"
        return Breach(error.kind if isinstance(error, Broken) else OTHERWISE, story)


@cache
def _ground() -> Ground:
    """Open the sandbox of this process, which ends with it."""
    return _OPEN.enter_context(opened())
