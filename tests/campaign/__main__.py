"""The campaign: thousands of schedules over all cores, and the figures of what they met.

`make campaign` runs it; `make campaign SEED=7 SCHEDULES=500` repeats it: the same seed gives the same schedules, on any
number of processes.
"""

import argparse
import os
import secrets
import sys
import time

from tests.campaign.batches import Breach, batches
from tests.campaign.figures import Figures, shown


def main() -> int:
    """Run a campaign, and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6) * 1000)
    parser.add_argument("--schedules", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    figures, start = Figures(), time.monotonic()
    for result in batches(asked.seed, asked.schedules, asked.processes):
        if isinstance(result, Breach):
            figures.breaches[result.kind] += 1
            sys.stdout.write(f"{result.story}\n")
        else:
            figures.add(result)
        sys.stderr.write(f"\r{figures.counts['schedules']} schedules, {time.monotonic() - start:.0f} s ")
    sys.stderr.write("\n")
    again = f"SEED={asked.seed} SCHEDULES={asked.schedules}"
    sys.stdout.write(shown(figures, again, asked.processes, time.monotonic() - start))
    return 1 if figures.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
