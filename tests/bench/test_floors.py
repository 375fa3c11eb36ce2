"""The floors and the straightforward script do the work that they stand for."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.processes import Program, python
from tests.bench.sandbox import Sandbox, sandbox
from tests.bench.workloads import declare_lists, held, seed

LIVE = 250


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox(seed(tmp_path / "seed.json", held(LIVE, differ=1))) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return declare_lists(tmp_path / "events", range(LIVE, LIVE + 20))


def floor(*arguments: str | Path) -> str:
    return Program(python("-m", "tests.bench.floors", *arguments)).run().output


def test_the_loader_loads_every_file(folder: Path) -> None:
    assert floor("load", folder) == "11 files\n"


def test_the_parser_goes_through_every_event_of_the_files(folder: Path) -> None:
    """Eight keys with their values for each of 20, four for the settings, and what begins and ends around them."""
    scalars = 20 * 16 + 10 + 8
    around = 20 * 2 + 10 * 4 + 2 + 11 * 4
    assert floor("events", folder) == f"{scalars + around} events\n"


def test_every_page_of_the_list_is_fetched(folder: Path, portal: Sandbox) -> None:
    assert floor("plan", folder, portal.base_url) == f"11 files\n{LIVE} live\n"
    assert portal.requests() == (3, 0)


def test_the_script_reads_each_event_and_writes_it_once(folder: Path, portal: Sandbox) -> None:
    script = Program([sys.executable, "tests/bench/straightforward.py", folder, portal.base_url])
    assert script.run().output == "20 created\n"
    assert portal.requests() == (40, 0)
    assert script.run().output == "0 created\n"
    assert portal.requests() == (20, 0)


def test_what_looks_at_the_sandbox_counts_as_no_request(portal: Sandbox) -> None:
    assert portal.requests() == (0, 0)
