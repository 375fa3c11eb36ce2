"""Figures of processor time and memory: the product beside a floor, or beside another program."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from tests.bench.figure import Found
from tests.bench.processes import (
    TOP,
    Measured,
    Program,
    Run,
    cpu,
    interleaved,
    other,
    product,
    python,
    times_as_much,
)
from tests.bench.receipt import approved_creates, seconds_of_receipts
from tests.bench.sandbox import Sandbox, sandbox
from tests.bench.workloads import declare_each, declare_lists, held, seed, zones

MANY, DIFFER = 10_000, 100
FLOOR, CLICK, PLAN, VALIDATE = "times the floor", "times `import click`", "times the plan", "times `validate`"
SHORT = 15
"""Rounds of what takes less than a second."""


def floor(kind: str, *arguments: str | Path) -> Program:
    """Return one of the floors."""
    return Program(python("-m", "tests.bench.floors", kind, *arguments))


def plan(folder: Path, portal: Sandbox, differ: int = DIFFER) -> Program:
    """Return a plan that must find so many differences."""
    return product("plan", folder, base_url=portal.base_url, proof=f" 0 to create, {differ} to update, 0 to delete;")


def beside(floor_name: str, runs: Measured, unit: str) -> Found:
    """Return how many times as much the product took."""
    product_runs, floor_runs = runs["product"], runs[floor_name]
    behind = f"CPU {cpu(product_runs):.2f} s and {cpu(floor_runs):.2f} s; {rounds_of(product_runs)}"
    return Found({unit: times_as_much(product_runs, floor_runs)}, behind)


def rounds_of(runs: Sequence[Run]) -> str:
    """Return how many runs a median is of."""
    return "one run" if len(runs) == 1 else f"median of {len(runs)}"


@contextmanager
def many(count: int = MANY) -> Iterator[tuple[Path, Sandbox]]:
    """Yield an empty folder, and a portal that holds so many events, some of which differ from what is declared."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with sandbox(seed(folder / "seed.json", held(count, DIFFER))) as portal:
            yield folder / "events", portal


def plan_files() -> Found:
    """Measure a plan of one file for each event."""
    with many() as (folder, portal):
        declare_each(folder, range(MANY))
        runs = interleaved(5, product=plan(folder, portal).run, floor=floor("plan", folder, portal.base_url).run)
    return beside("floor", runs, FLOOR)


def import_files() -> Found:
    """Measure an import into an empty folder beside the plan of the files that it writes."""
    with many() as (folder, portal):

        def imported() -> Run:
            rmtree(folder, ignore_errors=True)
            declare_each(folder, range(0))
            return product("import", folder, base_url=portal.base_url, proof=f"{MANY} files written").run()

        runs = interleaved(3, product=imported, plan=plan(folder, portal, differ=0).run)
    return beside("plan", runs, PLAN)


def format_files() -> Found:
    """Measure the formatting of files whose keys stand in another order beside their validation."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "events"
        validated = product("validate", folder, proof=f"Valid: {MANY} events ").run

        def formatted() -> Run:
            for file in declare_each(folder, range(MANY)).glob("[0-9]*.yaml"):
                first, rest = file.read_text().split("\n", 1)
                file.write_text(f"{rest}{first}\n")
            return product("fmt", folder, proof=f"{MANY} of {MANY} files changed").run()

        runs = interleaved(3, product=formatted, validate=validated)
    return beside("validate", runs, VALIDATE)


def plan_lists() -> Found:
    """Measure a plan of ten files."""
    with many() as (folder, portal):
        declare_lists(folder, range(MANY))
        runs = interleaved(5, product=plan(folder, portal).run, floor=floor("plan", folder, portal.base_url).run)
    return beside("floor", runs, FLOOR)


@cache
def _beside_octodns() -> Measured:
    sync = other("octodns-sync")
    with many() as (folder, portal), TemporaryDirectory() as name:
        files = declare_each(folder / "files", range(MANY))
        lists = declare_lists(folder / "lists", range(MANY))
        configuration = zones(Path(name), MANY, DIFFER)
        octodns = Program([sync, "--config-file", configuration], f"Updates={DIFFER},")
        return interleaved(3, files=plan(files, portal).run, lists=plan(lists, portal).run, octodns=octodns.run)


def octodns(kind: str) -> Found:
    """Measure a plan of one kind of files beside one of octoDNS, which both kinds share."""
    runs = _beside_octodns()
    return beside("octodns", {"product": runs[kind], "octodns": runs["octodns"]}, "times octoDNS")


@cache
def _validations() -> Measured:
    with TemporaryDirectory() as name:
        folder = declare_each(Path(name), range(MANY))
        validate = product("validate", folder, proof=f"Valid: {MANY} events")
        return interleaved(5, product=validate.run, load=floor("load", folder).run, events=floor("events", folder).run)


def validate(floor_name: str) -> Found:
    """Measure the reading of one file for each event beside one of two floors."""
    return beside(floor_name, _validations(), FLOOR)


def validate_one() -> Found:
    """Measure one file, where the start of the program is most of it."""
    with TemporaryDirectory() as name:
        folder = declare_each(Path(name), range(1))
        validate = product("validate", folder, proof="Valid: 1 event ")
        runs = interleaved(SHORT, product=validate.run, floor=floor("load", folder).run)
        return beside("floor", runs, FLOOR)


def plan_samples() -> Found:
    """Measure a plan of the samples, in the portal of the demo."""
    with sandbox(TOP / "docs" / "sandbox-seed.json") as portal:
        return _planned_samples(portal)


def plan_applied_samples() -> Found:
    """Measure a plan of the samples where nothing differs any more."""
    with sandbox(TOP / "docs" / "sandbox-seed.json") as portal:
        product("apply", TOP / "events", "--yes", base_url=portal.base_url, proof="Verified: 0").run()
        return _planned_samples(portal)


def _planned_samples(portal: Sandbox) -> Found:
    plans = product("plan", TOP / "events", base_url=portal.base_url, proof="Plan: ")
    least = floor("plan", TOP / "events", portal.base_url)
    return beside("floor", interleaved(SHORT, product=plans.run, floor=least.run), FLOOR)


def start(option: str) -> Found:
    """Measure an option that ends at once."""
    runs = interleaved(SHORT, product=product(option).run, click=Program(python("-c", "import click")).run)
    return beside("click", runs, CLICK)


def scale() -> Found:
    """Measure ten times as many events: processor time for one of the smaller plan's, and memory."""
    sizes = (MANY, 10 * MANY)
    runs: Mapping[int, Sequence[Run]] = {size: _planned_lists(size) for size in sizes}
    few, lot = (runs[size][0] for size in sizes)
    behind = f"CPU {few.cpu:.1f} s and {lot.cpu:.1f} s; one run of each"
    return Found({"times the CPU of 10,000": lot.cpu / few.cpu, "MiB": lot.peak}, behind)


def _planned_lists(size: int) -> Sequence[Run]:
    with many(size) as (folder, portal):
        declare_lists(folder, range(size))
        return [plan(folder, portal).run()]


def receipt() -> Found:
    """Measure the receipts' share of an apply, counted by themselves: two runs differ by more than that."""
    few, lot = (seconds_of_receipts(approved_creates(count)) for count in (MANY // 10, MANY))
    without = cpu(_loaded(MANY, rounds=3)["apply"])
    behind = (
        f"{lot:.2f} s beside the {without:.1f} s of an apply without a receipt, median of 3; "
        f"{few:.3f} s for {MANY // 10:,} events"
    )
    return Found({"% of the CPU": 100 * lot / (lot + without)}, behind)


def _loaded(count: int, rounds: int) -> Measured:
    with TemporaryDirectory() as name:
        folder = declare_lists(Path(name) / "events", range(count))
        empty = seed(Path(name) / "seed.json", [])
        return interleaved(rounds, apply=partial(_load, folder, empty))


def _load(folder: Path, empty: Path) -> Run:
    """Create all events in a portal of their own."""
    with sandbox(empty) as portal:
        words = ("apply", folder, "--yes", "--trust-list")
        return product(*words, base_url=portal.base_url, proof="Verified: 0 differences.").run()
