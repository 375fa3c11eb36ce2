"""Programs that are run as processes of their own, with the time and the memory that each of them took."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

TOP = Path(__file__).parents[2]
TOKEN = "sandbox-1001"
_BENDING = ("ALL_PROXY", "HTTP", "HUBSPOT_", "PYTHON", "RECONCILER_")
_MEBIBYTE = 2**20
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
"""The bytes that one unit of `ru_maxrss` stands for."""


class CannotMeasure(Exception):
    """A program did not do what was to be measured."""


@dataclass(frozen=True)
class Run:
    """What one process took: seconds of processor time, of user and system together; seconds on the wall; memory."""

    cpu: float
    wall: float
    peak: float
    """The most memory that it held at once, in MiB; at least what the process that started it held: keep that small."""
    output: str


@dataclass(frozen=True)
class Program:
    """A program, with a text that its output holds if it did what is to be measured."""

    arguments: Sequence[str | Path]
    proof: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> Run:
        """Run it to its end; raise `CannotMeasure` if it fails, or if the proof is missing."""
        with TemporaryFile() as output:
            begin = time.monotonic()
            process = subprocess.Popen(
                [*map(str, self.arguments)],
                cwd=TOP,
                env={**_surroundings(), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            # Of this process alone: RUSAGE_CHILDREN would add up all that ended so far.
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - begin
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            said = output.read().decode(errors="replace")
        if process.returncode != 0 or self.proof not in said:
            raise CannotMeasure(f"{self.arguments} ended with {process.returncode}: {said[-500:]}")
        return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * _PEAK_UNIT / _MEBIBYTE, said)


def _surroundings() -> dict[str, str]:
    """Return the environment of every program: byte code is kept, and no setting or proxy of the caller's holds."""
    return {name: value for name, value in os.environ.items() if not name.upper().startswith(_BENDING)}


def python(*arguments: str | Path) -> list[str | Path]:
    """Return the arguments that run this Python."""
    return [sys.executable, *arguments]


def product(*arguments: str | Path, base_url: str = "", proof: str = "") -> Program:
    """Return the product's command line."""
    environment = {"HUBSPOT_BASE_URL": base_url, "HUBSPOT_ACCESS_TOKEN": TOKEN} if base_url else {}
    return Program(python("-m", "reconciler", *arguments), proof, environment)


def other(name: str) -> Path:
    """Return a program of the environment that has what the product is compared with."""
    file = TOP / ".tools" / "bench" / "bin" / name
    if not file.is_file():
        raise CannotMeasure(f"{name} is not installed; `make bench` does so")
    return file


Measured = Mapping[str, Sequence[Run]]
"""The runs of each of several programs, round by round."""


def interleaved(rounds: int, **programs: Callable[[], Run]) -> Measured:
    """Run each program once in each round, so that what slows the machine down meets all of them."""
    done: dict[str, list[Run]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, run in programs.items():
            done[name].append(run())
    return done


def cpu(runs: Sequence[Run]) -> float:
    """Return the median of the processor time."""
    return statistics.median(run.cpu for run in runs)


def times_as_much(runs: Sequence[Run], floor: Sequence[Run]) -> float:
    """Return the median, over the rounds, of the processor time for one of the floor's."""
    return statistics.median(one.cpu / other.cpu for one, other in zip(runs, floor, strict=True))
