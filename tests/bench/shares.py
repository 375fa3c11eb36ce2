"""The shares of a run's processor time, by the room of the product or the library that takes it.

`python -m tests.bench.shares validate|plan [EVENTS]` (default 10,000, in ten list files, 100 differ).
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from reconciler.cli.run import run
from tests.bench.cpu import DIFFER, MANY
from tests.bench.processes import TOKEN
from tests.bench.sandbox import sandbox
from tests.bench.workloads import declare_lists, held, seed

EVERY = 0.002
"""Seconds of processor time between two looks at what runs."""


def room(frame: FrameType | None) -> str:
    """Return where a frame's time goes: to a library, to a room of the product, or beside both."""
    while frame is not None:
        words = str(frame.f_globals.get("__name__")).split(".")  # code that was generated may have none
        if words[0] == "reconciler":
            return "/".join(words[:-1] if len(words) > 2 else words)
        if "site-packages" in frame.f_code.co_filename:
            return words[0]
        frame = frame.f_back  # the standard library works for whoever called it
    return "Python itself"


@contextmanager
def sampled() -> Iterator[Counter[str]]:
    """Yield a count for each place, which a timer fills until the block ends."""
    places: Counter[str] = Counter()
    before = signal.signal(signal.SIGPROF, lambda _, frame: places.update([room(frame)]))
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        yield places
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def main() -> None:
    """Sample one run, and print the shares."""
    command, count = sys.argv[1], int(sys.argv[2]) if sys.argv[2:] else MANY
    with TemporaryDirectory() as name:
        folder = declare_lists(Path(name) / "events", range(count))
        with sandbox(seed(Path(name) / "seed.json", held(count, min(DIFFER, count)))) as portal:
            os.environ |= {"HUBSPOT_BASE_URL": portal.base_url, "HUBSPOT_ACCESS_TOKEN": TOKEN}
            with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), sampled() as places:
                code = run([command, str(folder)])
    total = places.total()
    lines = (f"| {place} | {number / total:.0%} |\n" for place, number in places.most_common() if number * 100 > total)
    head = "| Where | Share |\n|---|---|\n"
    sys.stdout.write(f"`{command}` of {count:,} events, exit code {code}, {total} samples\n\n{head}{''.join(lines)}")


if __name__ == "__main__":
    main()
