"""The contents that a database file of the sandbox keeps."""

import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from reconciler.sandbox import SandboxError
from reconciler.sandbox.server import Options, running
from tests.sandbox.asking import EVENTS, LEAST, Event, Start, stored, upsert


def session(db: Path, action: Callable[[httpx.Client], object], seed: Path | None = None) -> list[Event]:
    """Run a sandbox with this database for one action, and return what it holds then."""
    with running(Options(db=db, seed=seed, portal=7)) as sandbox:
        headers = {"Authorization": "Bearer sandbox-1001"}
        with httpx.Client(base_url=sandbox.base_url, headers=headers) as hubspot:
            action(hubspot)
            return stored(hubspot)


def nothing(_: httpx.Client) -> None:
    pass


def test_events_survive_a_restart(tmp_path: Path) -> None:
    db = tmp_path / "made" / "for" / "it.sqlite"
    before = session(db, lambda hubspot: upsert(hubspot, LEAST))
    assert len(before) == 1
    assert session(db, nothing) == before


def test_without_a_file_everything_is_forgotten(start: Start) -> None:
    upsert(start(), LEAST)
    assert stored(start()) == []


def test_object_ids_go_on_after_a_restart(tmp_path: Path) -> None:
    db = tmp_path / "sandbox.sqlite"
    (gone,) = session(db, lambda hubspot: upsert(hubspot, LEAST))

    def again(hubspot: httpx.Client) -> None:
        inputs = [{"objectId": gone["objectId"]}]
        hubspot.post(f"{EVENTS}/batch/archive", json={"inputs": inputs}).raise_for_status()

    assert session(db, again) == []
    (made,) = session(db, lambda hubspot: upsert(hubspot, LEAST))
    assert int(made["objectId"]) > int(gone["objectId"])


def test_seed_fills_its_database_once_however_often_it_is_given(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"events": [{"eventName": "Seeded"}]}), encoding="utf-8")
    db = tmp_path / "sandbox.sqlite"
    before = session(db, lambda hubspot: upsert(hubspot, LEAST), seed)
    assert [event["eventName"] for event in before] == ["Seeded", LEAST["eventName"]]
    assert session(db, nothing, seed) == before
    assert session(db, nothing) == before
    with running(Options(db=db, seed=seed)) as sandbox:
        assert sandbox.remark == ""


@pytest.mark.parametrize("made_from", [b"{}", None])
def test_another_seed_than_the_databases_own_is_not_used_which_is_told(tmp_path: Path, made_from: bytes | None) -> None:
    seed, db = tmp_path / "seed.json", tmp_path / "sandbox.sqlite"
    if made_from is not None:
        seed.write_bytes(made_from)
    before = session(db, nothing, None if made_from is None else seed)
    seed.write_text(json.dumps({"events": [{"eventName": "Seeded"}]}), encoding="utf-8")
    with running(Options(db=db, seed=seed, portal=7)) as sandbox:
        assert sandbox.remark == (
            f"{seed} is not used: {db} exists already and was not made from it; "
            f"delete {db} to start again from this seed, or name another file with --sandbox-db"
        )
    assert session(db, nothing, seed) == before


def test_database_from_before_seeds_were_remembered_is_taken_for_one_without(tmp_path: Path) -> None:
    seed, db = tmp_path / "seed.json", tmp_path / "sandbox.sqlite"
    seed.write_text("{}", encoding="utf-8")
    session(db, nothing)
    with closing(sqlite3.connect(db)) as older:
        older.execute("DROP TABLE seed")
    assert session(db, nothing) == []
    with running(Options(db=db, seed=seed, portal=7)) as sandbox:
        assert "exists already" in sandbox.remark


def test_portal_of_a_database_stays_what_it_was(tmp_path: Path) -> None:
    db = tmp_path / "sandbox.sqlite"
    for portal in (7, 8):
        with running(Options(db=db, portal=portal)) as sandbox:
            headers = {"Authorization": "Bearer sandbox-1001"}
            details = httpx.get(f"{sandbox.base_url}/account-info/v3/details", headers=headers).json()
            assert details["portalId"] == 7


def test_database_is_still_new_after_a_wrong_seed(tmp_path: Path) -> None:
    seed, db = tmp_path / "seed.json", tmp_path / "sandbox.sqlite"
    seed.write_text('{"events": [{}]}', encoding="utf-8")
    with pytest.raises(SandboxError, match="eventName is required"):
        session(db, nothing, seed)
    seed.write_text('{"events": [{"eventName": "Repaired"}]}', encoding="utf-8")
    assert [event["eventName"] for event in session(db, nothing, seed)] == ["Repaired"]


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    db = tmp_path / "notes.txt"
    db.write_text("not a database, and longer than the header of one" * 50, encoding="utf-8")
    with pytest.raises(SandboxError, match="file is not a database"):
        session(db, nothing)
    assert db.read_text(encoding="utf-8").startswith("not a database")


@pytest.mark.parametrize("statement", ["CREATE TABLE notes (text)", "PRAGMA user_version = 2"])
def test_database_of_something_else_is_refused(tmp_path: Path, statement: str) -> None:
    db = tmp_path / "notes.sqlite"
    with sqlite3.connect(db) as other:
        other.execute(statement)
    other.close()
    with pytest.raises(SandboxError, match="made by something else, or by another version"):
        session(db, nothing)


def test_folder_is_refused_as_a_database(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="unable to open database file"):
        session(tmp_path, nothing)


def test_database_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SandboxError, match="cannot be the sandbox's database"):
        session(tmp_path / "file" / "sandbox.sqlite", nothing)


def test_concurrent_requests_of_several_sandboxes_on_one_file_lose_nothing(tmp_path: Path) -> None:
    options = Options(db=tmp_path / "sandbox.sqlite", rate="1000000/1")
    with running(options) as one, running(options) as two:

        def write(number: int) -> None:
            headers = {"Authorization": "Bearer sandbox-1001"}
            with httpx.Client(base_url=(one, two)[number % 2].base_url, headers=headers) as hubspot:
                for part in range(3):
                    name = f"e{number}-{part}"
                    upsert(hubspot, {**LEAST, "externalEventId": name}, {**LEAST, "eventName": name})

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(write, range(16)))
        events = httpx.get(f"{one.base_url}/_sandbox/events").json()["events"]
    names = sorted(event["externalEventId"] for event in events)
    assert names == sorted(["summit", *(f"e{number}-{part}" for number in range(16) for part in range(3))])
    assert len({event["objectId"] for event in events}) == len(events)
