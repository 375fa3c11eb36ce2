"""A process is measured by itself, and only if it did what was to be measured."""

import pytest

from tests.bench.processes import CannotMeasure, Program, Run, cpu, interleaved, python, times_as_much


def script(text: str, proof: str = "") -> Program:
    return Program(python("-c", text), proof)


def took(seconds: float) -> Run:
    return Run(cpu=seconds, wall=0, peak=0, output="")


MEASURE = """
from tests.bench.processes import Program, python
for size in (512, 64):
    print(Program(python("-c", f"kept = bytearray({size} * 2**20)")).run().peak)
"""
"""Run in a small process, as the figures are: a system may count what a process held before it became the program."""


def test_the_memory_is_that_of_one_process() -> None:
    """Neither is an earlier one counted, nor does the unit depend on the system."""
    first, second = map(float, script(MEASURE).run().output.split())
    assert 512 < first < 640
    assert 64 < second < 192


def test_the_output_is_kept_of_both_streams() -> None:
    assert script("import os; os.write(1, b'out '); os.write(2, b'err')").run().output == "out err"


def test_a_program_that_fails_is_not_measured() -> None:
    with pytest.raises(CannotMeasure, match="ended with 3: too bad"):
        script("import os; os.write(2, b'too bad'); os._exit(3)").run()


def test_a_program_that_did_something_else_is_not_measured() -> None:
    with pytest.raises(CannotMeasure):
        script("print('0 created')", proof="5 created").run()


def test_the_callers_settings_do_not_reach_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    bending = ("RECONCILER_QUIET", "PYTHONDONTWRITEBYTECODE", "http_proxy")
    for name in bending:
        monkeypatch.setenv(name, "1")
    names = script("import os; print(*os.environ)").run().output.split()
    assert not {*bending} & {*names}


def test_programs_take_turns() -> None:
    turns: list[str] = []

    def named(name: str) -> Run:
        turns.append(name)
        return took(len(turns))

    runs = interleaved(2, product=lambda: named("product"), floor=lambda: named("floor"))
    assert turns == ["product", "floor", "product", "floor"]
    assert runs == {"product": [took(1), took(3)], "floor": [took(2), took(4)]}


def test_the_time_is_the_median() -> None:
    assert cpu([took(9), took(1), took(2)]) == 2


def test_a_ratio_is_the_median_over_the_rounds() -> None:
    """A round in which the machine was busy counts once, not in the sums."""
    assert times_as_much([took(2), took(30), took(4)], [took(1), took(10), took(1)]) == 3
