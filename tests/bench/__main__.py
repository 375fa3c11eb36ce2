"""The figures of speed, one line for each; no figure is a test.

`make bench` measures the short ones, `make bench FULL=1` all, `make bench FIGURE=validate-loader` one.
"""

import argparse
import compileall
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from reconciler.sandbox.server import clock_from
from tests.bench.figure import Figure, table
from tests.bench.figures import FIGURES
from tests.bench.processes import TOP, CannotMeasure


def main() -> int:
    """Measure, print, and return the exit code: 1 if something could not be measured, 0 however slow it is."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--full", action="store_true", help="measure the long figures too")
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help="measure only these")
    asked = parser.parse_args()
    if unknown := {*asked.figures} - {figure.name for figure in FIGURES}:
        parser.error(f"no figure {', '.join(sorted(unknown))}; there are {', '.join(each.name for each in FIGURES)}")
    compileall.compile_dir(TOP / "reconciler", quiet=2)  # no figure counts the compiling
    wanted = asked.figures or [figure.name for figure in FIGURES if asked.full or not figure.long]
    chosen = [figure for figure in FIGURES if figure.name in wanted]
    rows = measured(chosen)
    today = datetime.fromtimestamp(clock_from(None)() / 1000, UTC).date()
    _say(f"\nFor docs/performance.md:\n\n{table(rows, today)}")
    return 0 if len(rows) == len(chosen) else 1


def measured(figures: Sequence[Figure]) -> list[str]:
    """Measure and print each figure; return the rows of those that could be measured."""
    rows = []
    for figure in figures:
        try:
            found = figure.measure()
        except CannotMeasure as failure:
            _say(f"{figure.name}: could not be measured: {failure}\n")
        else:
            _say(f"{figure.line(found)}\n")
            rows.append(figure.row(found))
    return rows


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
