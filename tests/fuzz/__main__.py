"""Fuzz targets one after the other for some seconds each, and print the figures: see `make fuzz`.

Failing inputs, and the corpus that the next run begins with, are in `.fuzz/<target>`.
"""

import re
import subprocess
import sys
from pathlib import Path

import click

from tests.fuzz.targets import TARGETS

FOLDER = Path(".fuzz")
LONGEST_INPUT = 16 * 1024
LONGEST_RUN = 20
"""Seconds after which an input counts as one that hangs."""
MOST_MEMORY = 1024
"""Mebibytes."""

_ROW = "{:<14} {:>8} {:>11} {:>7} {:>9} {:>6}  {}"


def fuzzed(name: str, seconds: int) -> tuple[str, bool]:
    """Fuzz one target; return a row of figures, and whether it failed."""
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    options = (
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={LONGEST_RUN}",
        f"-rss_limit_mb={MOST_MEMORY}",
    )
    before = set(folder.glob("*-*"))
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "tests.fuzz.guided", name, str(folder), *options, "-print_final_stats=1"]
        code = subprocess.run(command, stdout=log, stderr=log, check=False).returncode
    said = (folder / "log").read_text(errors="replace")
    found = sorted(set(folder.glob("*-*")) - before)
    covered = [int(number) for number in re.findall(r"cov: (\d+)", said)] or [0]
    took = re.search(r"Done \d+ runs in (\d+) second", said)
    row = _ROW.format(
        name,
        took[1] if took else "-",
        f"{_stat(said, 'number_of_executed_units'):,}",
        covered[-1],
        f"+{covered[-1] - covered[0]}",
        f"{_stat(said, 'peak_rss_mb')}M",
        ", ".join(map(str, found)) or (f"ended with {code}: see {folder}/log" if code else "nothing"),
    )
    return row, bool(code)


def _stat(said: str, name: str) -> int:
    found = re.search(rf"stat::{name}:\s+(\d+)", said)
    return int(found[1]) if found else 0


def main(seconds: int, names: list[str]) -> int:
    """Fuzz the named targets, or all; return 1 if any failed."""
    if unknown := [name for name in names if name not in TARGETS]:
        click.echo(f"There is no target {unknown[0]}: name one of {', '.join(TARGETS)}.", err=True)
        return 64
    click.echo(_ROW.format("target", "seconds", "executions", "covered", "new", "memory", "found"))
    results = []
    for name in names or TARGETS:
        row, broken = fuzzed(name, seconds)
        click.echo(row)
        results.append(broken)
    return int(any(results))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
