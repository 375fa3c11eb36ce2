"""Measure how long an edit in HubSpot can be lost: from the fresh read of an event to the write of its batch.

`python -m tests.bench.window [MILLISECONDS]` (default 50) sets the time that the sandbox takes for each answer.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.event import DeclaredEvent
from reconciler.policy import Orphans
from reconciler.sandbox.server import Options, running
from reconciler.transport.background import in_background
from reconciler.transport.surroundings import Watch
from tests.story.world import LATER, POLICY, PORTAL, World, declaration, live_json

COUNT = 200
FRESH = {"create": 404, "update": 200, "delete": 200}
"""The answer to a fresh read before each kind of write; a deletion is looked at afterwards, and found to be a 404."""
WRITES = ("/events/upsert", "/batch/update", "/batch/archive")


def windows(answers: list[tuple[float, str]], fresh: int) -> Iterator[float]:
    """Yield, for each write, the seconds since the answer to the first of the reads that it relies on.

    `fresh` is the status of these reads, which tells them from those that look at an earlier write.
    """
    reads: list[float] = []
    for at, line in answers:
        if any(write in line for write in WRITES):
            yield at - reads[0]
            reads = []
        elif line.startswith("GET ") and line.endswith(f": {fresh}"):
            reads.append(at)


def measured(milliseconds: int, what: str) -> tuple[int, list[float]]:
    """Return how many requests an apply of one kind took, and its windows."""
    names = [f"e-{number}" for number in range(COUNT)]
    held = (
        []
        if what == "create"
        else [live_json(name, endDateTime=LATER, eventUrl="https://old.example") for name in names]
    )
    events: list[DeclaredEvent] = [declaration("e")]
    if what != "delete":
        events += [declaration(name, eventUrl="https://new.example") for name in names]
    answers: list[tuple[float, str]] = []
    watch = Watch(log=lambda line: answers.append((time.monotonic(), line)))
    with TemporaryDirectory() as folder:
        seed = Path(folder) / "seed.json"
        seed.write_text(json.dumps({"portal": {"id": PORTAL}, "properties": [], "events": [live_json("e"), *held]}))
        options = Options(seed=seed, rate="1000000/1", latency_ms=milliseconds)
        policy = replace(POLICY, orphans=Orphans.DELETE)
        with running(options) as sandbox, World(sandbox.base_url, policy=policy) as world:
            planned = world.plan(*events)
            world.run(planned, portal=world.portal(watch=watch, start=in_background))
    return len(answers), list(windows(answers, FRESH[what]))


def main() -> None:
    """Measure each kind of write, and print the figures."""
    milliseconds = int(sys.argv[1]) if sys.argv[1:] else 50
    for what in ("create", "update", "delete"):
        requests, found = measured(milliseconds, what)
        middle, most = statistics.median(found), max(found)
        sys.stdout.write(
            f"{what}: {COUNT} events, {requests} requests of {milliseconds} ms; "
            f"window of {len(found)} writes: median {middle:.2f} s, longest {most:.2f} s\n"
        )


if __name__ == "__main__":
    main()
