"""What is measured is valid, and differs in as many events as it says."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.sandbox.server import Options, running
from tests.bench.workloads import (
    Ids,
    add_lists,
    declare_each,
    declare_lists,
    foreign,
    held,
    live,
    prefixed,
    scattered,
    seed,
    zones,
)
from tests.command_line import CommandLine

EVENTS = range(40)


@pytest.mark.parametrize("ids", [prefixed, scattered])
def test_files_and_lists_are_valid(reconciler: CommandLine, tmp_path: Path, ids: Ids) -> None:
    each = reconciler("validate", declare_each(tmp_path / "each", EVENTS, ids))
    assert (each.out, each.err) == ("Valid: 40 events in 40 files.\n", "")
    lists = reconciler("validate", declare_lists(tmp_path / "lists", EVENTS, ids))
    assert (lists.out, lists.err) == ("Valid: 40 events in 10 files.\n", "")


def test_ids_share_their_beginning_or_nothing() -> None:
    assert all(prefixed(number).startswith("product-tour-0000") for number in EVENTS)
    assert len({scattered(number)[0] for number in EVENTS}) > 1
    assert len({scattered(number) for number in range(1000)}) == 1000


@pytest.fixture
def planned(reconciler: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that plans a folder against a portal of such contents, and returns the counts."""

    def plan(folder: Path, contents: Any) -> str:
        with running(Options(seed=seed(tmp_path / "seed.json", contents))) as sandbox:
            monkeypatch.setenv("HUBSPOT_BASE_URL", sandbox.base_url)
            monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "sandbox-1001")
            return reconciler("plan", folder).last_lines[0]

    return plan


def test_as_many_events_differ_as_asked_for(planned: Any, tmp_path: Path) -> None:
    folder = declare_each(tmp_path / "events", EVENTS)
    counts = "Plan: 0 to create, 8 to update, 0 to delete; 32 unchanged, 0 orphaned."
    assert planned(folder, held(len(EVENTS), differ=8)) == counts


def test_a_part_of_the_declarations_can_be_planned(planned: Any, tmp_path: Path) -> None:
    folder = declare_lists(tmp_path / "events", range(20, 40), scattered)
    part = add_lists(folder / "part", range(20), scattered)
    counts = "Plan: 0 to create, 0 to update, 0 to delete; 20 unchanged, 0 orphaned."
    assert planned(part, (live(number, scattered) for number in EVENTS)) == counts


def test_events_of_others_are_nobodys_orphans(planned: Any, tmp_path: Path) -> None:
    folder = declare_lists(tmp_path / "events", range(20), scattered)
    counts = "Plan: 20 to create, 0 to update, 0 to delete; 0 unchanged, 0 orphaned."
    assert planned(folder, map(foreign, EVENTS)) == counts


def test_as_many_records_differ_as_events(tmp_path: Path) -> None:
    zones(tmp_path, len(EVENTS), differ=8)
    declared, found = (
        yaml.safe_load((tmp_path / side / "acme.example.yaml").read_text("utf-8")) for side in ("declared", "held")
    )
    assert declared.keys() == found.keys()
    assert len(declared) == 40
    assert sum(declared[name] != found[name] for name in declared) == 8


def test_a_record_is_no_larger_than_an_event(tmp_path: Path) -> None:
    """What the product is compared with has less to read."""
    event = declare_each(tmp_path, range(1)) / "000000.yaml"
    zones(tmp_path / "zones", 1, differ=1)
    record = tmp_path / "zones" / "declared" / "acme.example.yaml"
    assert record.stat().st_size < event.stat().st_size
