"""The sandbox's contents in SQLite."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from reconciler.sandbox import SandboxError
from reconciler.sandbox.behaviours import LONGEST_LAG
from reconciler.sandbox.contents import App, Contents, Definition, Event, Portal
from reconciler.sandbox.definitions import by_name

FIRST_OBJECT_ID = 400_000_000_001
"""The first objectId of an empty portal, with as many digits as HubSpot's."""

MEMORY_MS = LONGEST_LAG * 1000
"""How long the store keeps earlier versions of its events."""

_FORMAT = 1
_TABLES = (
    "CREATE TABLE portal (id INTEGER NOT NULL, timezone TEXT NOT NULL, account_type TEXT NOT NULL)",
    "CREATE TABLE properties (name TEXT PRIMARY KEY, definition TEXT NOT NULL)",
    # AUTOINCREMENT: the id of a deleted event is never used again.
    """CREATE TABLE events (object_id INTEGER PRIMARY KEY AUTOINCREMENT,
                            app_id INTEGER, account_id TEXT, event_id TEXT, rest TEXT NOT NULL)""",
    # An event that lacks one of the three is found only by its objectId: to SQLite, no two NULLs are equal.
    "CREATE UNIQUE INDEX identity ON events (app_id, account_id, event_id)",
    f"PRAGMA user_version = {_FORMAT}",
)
# Apart from the tables, so that an older database gets them too.
_BY_JOINED_IDS = "CREATE INDEX IF NOT EXISTS joined_ids ON events (app_id, account_id || '-' || event_id)"
_SEED = "CREATE TABLE IF NOT EXISTS seed (fingerprint TEXT)"
_SAVE = """INSERT INTO events (object_id, app_id, account_id, event_id, rest) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (object_id) DO UPDATE SET rest = excluded.rest"""

_SELECT = "SELECT object_id, app_id, account_id, event_id, rest FROM events"

# Earlier versions of the events that this process changed: temporary, as the behaviours belong to the process too.
_PAST = (
    "PRAGMA temp_store = MEMORY",
    """CREATE TEMP TABLE past (number INTEGER PRIMARY KEY, ended_at INTEGER NOT NULL, object_id INTEGER NOT NULL,
                               app_id INTEGER, account_id TEXT, event_id TEXT, rest TEXT)""",
    "CREATE INDEX temp.past_by_time ON past (ended_at)",
)
# If the event did not exist before, `rest` is NULL.
_REMEMBER = """INSERT INTO past (ended_at, object_id, app_id, account_id, event_id, rest)
               SELECT ?, asked.id, app_id, account_id, event_id, rest
               FROM (SELECT ? AS id) AS asked LEFT JOIN events ON object_id = asked.id"""
# The oldest version that ended after an instant is the one of that instant; SQLite takes a row's other columns from
# the row of its min().
_SEEN = """
    WITH undone AS (SELECT object_id, app_id, account_id, event_id, rest, min(number) FROM past
                    WHERE ended_at > ? GROUP BY object_id),
         seen AS (SELECT object_id, app_id, account_id, event_id, rest FROM events
                  WHERE object_id NOT IN (SELECT object_id FROM undone)
                  UNION ALL
                  SELECT object_id, app_id, account_id, event_id, rest FROM undone WHERE rest IS NOT NULL)
    SELECT * FROM seen"""
_EVENTS_AS_OF = f"{_SEEN} WHERE object_id > ? ORDER BY object_id LIMIT ?"
_NAMED_AS_OF = f"{_SEEN} WHERE event_id = ? ORDER BY object_id"

_Row = tuple[int, int | None, str | None, str | None, str]


@dataclass(frozen=True)
class Key:
    """The ids of one event that an app made."""

    object_id: int
    account_id: str
    event_id: str


class Store:
    """One database, read and written by one thread at a time."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all writes of the block, or none; other processes wait meanwhile."""
        self._db.execute("BEGIN IMMEDIATE")
        with self._db:
            yield

    def portal(self) -> Portal:
        """Return the portal."""
        return Portal(*self._db.execute("SELECT id, timezone, account_type FROM portal").fetchone())

    def seed(self) -> str | None:
        """Return the fingerprint of the seed that the database was made from; None if unknown."""
        row = self._db.execute("SELECT fingerprint FROM seed").fetchone()
        return None if row is None else row[0]

    def definitions(self) -> Mapping[str, Definition]:
        """Return the properties that the portal defines, by name."""
        return by_name(json.loads(text) for (text,) in self._db.execute("SELECT definition FROM properties"))

    def event(self, object_id: int) -> Event | None:
        """Return the event with this objectId, whoever made it."""
        return self._one_event("WHERE object_id = ?", object_id)

    def own_event(self, app_id: int, account_id: str, event_id: str) -> Event | None:
        """Return the event that an app made under these ids."""
        identity = "WHERE app_id = ? AND account_id = ? AND event_id = ?"
        return self._one_event(identity, app_id, account_id, event_id)

    def twin(self, app_id: int, account_id: str, event_id: str) -> Event | None:
        """Return the app's event whose ids, joined by `-`, are the same as these."""
        joined = "WHERE app_id = ? AND account_id || '-' || event_id = ?"
        return self._one_event(joined, app_id, f"{account_id}-{event_id}")

    def own_keys(self, app_id: int) -> Iterator[Key]:
        """Return the ids of all events that an app made under an account id, by objectId."""
        rows = self._db.execute(
            """SELECT object_id, account_id, event_id FROM events
               WHERE app_id = ? AND account_id IS NOT NULL AND event_id IS NOT NULL ORDER BY object_id""",
            (app_id,),
        )
        return (Key(*row) for row in rows)

    def events_after(self, object_id: int, limit: int, seen_at: int) -> list[Event]:
        """Return the events after an objectId, by objectId, as they were at an instant of the last hour."""
        rows = self._db.execute(_EVENTS_AS_OF, (seen_at, object_id, limit))
        return [_event(row) for row in rows]

    def events_named(self, event_id: str, seen_at: int) -> list[Event]:
        """Return the events with this external event id, whoever made them, as they were at an instant."""
        rows = self._db.execute(_NAMED_AS_OF, (seen_at, event_id))
        return [_event(row) for row in rows]

    def all_events(self) -> list[Event]:
        """Return every event, by objectId."""
        return self._events("ORDER BY object_id")

    def next_object_id(self) -> int:
        """Return the objectId for a new event, higher than any before; call it inside a transaction."""
        (last,) = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        return int(last) + 1

    def save(self, event: Event) -> None:
        """Add an event, or replace the one with the same objectId; an event's identity never changes."""
        self._remember(event.object_id, event.updated_at)
        self._db.execute(_SAVE, _row(event))

    def delete(self, object_id: int, now: int) -> bool:
        """Delete an event; return False if there is none."""
        self._remember(object_id, now)
        return self._db.execute("DELETE FROM events WHERE object_id = ?", (object_id,)).rowcount == 1

    def fill(self, contents: Contents) -> None:
        """Create the tables of a new database and insert its first contents."""
        for statement in (*_TABLES, _SEED):
            self._db.execute(statement)
        self._db.execute("INSERT INTO seed VALUES (?)", (contents.seed,))
        self._db.execute("INSERT INTO sqlite_sequence VALUES ('events', ?)", (FIRST_OBJECT_ID - 1,))
        self._db.execute("INSERT INTO portal VALUES (:id, :timezone, :account_type)", asdict(contents.portal))
        definitions = ((each["name"], json.dumps(each)) for each in contents.properties)
        self._db.executemany("INSERT INTO properties VALUES (?, ?)", definitions)
        self._db.executemany(_SAVE, map(_row, contents.events))

    def _remember(self, object_id: int, now: int) -> None:
        """Keep an event's version before a change, or the fact that there was none."""
        self._db.execute("DELETE FROM past WHERE ended_at < ?", (now - MEMORY_MS,))
        self._db.execute(_REMEMBER, (now, object_id))

    def _one_event(self, condition: str, *values: object) -> Event | None:
        return next(iter(self._events(condition, *values)), None)

    def _events(self, condition: str, *values: object) -> list[Event]:
        rows = self._db.execute(f"{_SELECT} {condition}", values)
        return [_event(row) for row in rows]


def open_store(path: Path | None, fresh: Callable[[], Contents]) -> Store:
    """Open the database at `path`, or one in memory; a new one gets what `fresh` returns.

    Raises SandboxError where the file cannot be a sandbox's database, and what `fresh` raises.
    """
    try:
        return _opened(_connected(path), fresh)
    except (OSError, sqlite3.Error) as error:
        raise SandboxError(f"{path} cannot be the sandbox's database: {error}") from error


def _connected(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    # Every write is in a transaction of `Store`, so sqlite3 opens none of its own. One thread opens the database,
    # another one serves it.
    return sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)


def _opened(db: sqlite3.Connection, fresh: Callable[[], Contents]) -> Store:
    store = Store(db)
    try:
        db.execute("PRAGMA journal_mode = WAL")  # readers in other processes never wait
        db.execute("PRAGMA synchronous = NORMAL")
        for statement in _PAST:
            db.execute(statement)
        with store.transaction():
            if _is_new(db):
                store.fill(fresh())
            for statement in (_BY_JOINED_IDS, _SEED):
                db.execute(statement)
    except BaseException:
        store.close()
        raise
    return store


def _is_new(db: sqlite3.Connection) -> bool:
    (made_as,) = db.execute("PRAGMA user_version").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if made_as != _FORMAT and (made_as, tables) != (0, 0):
        raise sqlite3.DatabaseError("it was made by something else, or by another version")
    return bool(made_as == 0)


def _row(event: Event) -> _Row:
    rest = {
        "app_name": event.app.name if event.app else None,
        "fields": event.fields,
        "counters": event.counters,
        "custom": event.custom,
        "created_at": event.created_at,
        "updated_at": event.updated_at,
    }
    app_id = event.app.id if event.app else None
    return event.object_id, app_id, event.account_id, event.event_id, json.dumps(rest)


def _event(row: _Row) -> Event:
    object_id, app_id, account_id, event_id, text = row
    rest = json.loads(text)
    app_name = rest.pop("app_name")
    app = None if app_id is None else App(app_id, app_name)
    return Event(object_id=object_id, app=app, account_id=account_id, event_id=event_id, **rest)
