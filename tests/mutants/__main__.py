"""The figures of the latest `mutmut run` for each module, and the survivors that need a test or a reason."""

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.mutants.survivors import EXPLAINED, Mutant, explained, objections

NOTICED = {"killed", "timeout"}
"""A mutant that never ends fails no test, and passes none."""


def main() -> int:
    """Print the figures and return the exit code."""
    known = explained(EXPLAINED.read_text("utf-8"))
    figures: dict[str, Counter[str]] = defaultdict(Counter)
    survived = set()
    for name, status in _results():
        mutant = None if status in NOTICED else Mutant.of(name, _mutmut("show", name).partition("\n")[2])
        module = _module(name)
        figures[module].update(["mutants", status if mutant is None else "survived"])
        if mutant is not None:
            survived.add(mutant)
            figures[module]["explained"] += mutant in known
    _show(figures)
    wrong = list(objections(survived, known.keys(), figures.keys()))
    _say(*("\n" + one for one in wrong))
    return 1 if wrong or not figures else 0


def _results() -> Iterator[tuple[str, str]]:
    for line in _mutmut("results", "--all", "True").splitlines():
        name, _, status = line.strip().rpartition(": ")
        if status != "not checked":
            yield name, status


def _mutmut(*words: str) -> str:
    command = [f"{sys.prefix}/bin/mutmut", *words]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def _module(name: str) -> str:
    return name.rpartition(".")[0].replace(".", "/") + ".py"


def _show(figures: dict[str, Counter[str]]) -> None:
    columns = ("mutants", "killed", "timeout", "survived", "explained")
    _say(f"{'':31}" + "".join(f"{column:>11}" for column in columns) + f"{'noticed':>11}")
    for module, counts in [*sorted(figures.items()), ("all", sum(figures.values(), Counter()))]:
        noticed = f"{1 - counts['survived'] / counts['mutants']:.1%}" if counts else "-"
        _say(f"{module:31}" + "".join(f"{counts[column]:11}" for column in columns) + f"{noticed:>11}")


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
