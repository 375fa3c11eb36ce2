"""`docs/faults.md` names every fault of the catalogue, with tests that exist."""

import re
from collections.abc import Iterator

import pytest

from tests.proofs import TESTS, names_in

TEXT = (TESTS.parent / "docs" / "faults.md").read_text(encoding="utf-8")
FAULTS = 58
TOGETHER = ("*the matrix*", "*two applies*")
"""Tests that the text cites once, for many rows."""


def rows() -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the other cells of every row."""
    for line in TEXT.splitlines():
        number, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"F[0-9]+", number):
            yield int(number[1:]), cells


def test_every_fault_has_a_row_in_order() -> None:
    assert [number for number, _ in rows()] == list(range(1, FAULTS + 1))


@pytest.mark.parametrize(("number", "cells"), [*rows()], ids=[f"F{number}" for number, _ in rows()])
def test_every_row_says_what_is_done_and_names_a_test(number: int, cells: list[str]) -> None:
    happens, done, shown = cells
    assert happens, number
    assert done, number
    assert "::test_" in shown or any(name in shown for name in TOGETHER)


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(\S+\.py::\w+)`", TEXT))))
def test_every_test_that_is_named_is_there(named: str) -> None:
    path, _, name = named.partition("::")
    assert name.startswith("test_")
    assert name in names_in(path)


def test_what_holds_many_rows_is_named_in_full() -> None:
    assert all(re.search(rf"{re.escape(name)},\s+`\S+::test_\w+`", TEXT) for name in TOGETHER)
