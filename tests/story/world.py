"""Small worlds: a sandbox with events, the people who edit them, and the product at work on it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Self, TypeVar

import httpx

from reconciler.applying import approval
from reconciler.applying.guard import Limits
from reconciler.applying.ledger import Applied
from reconciler.applying.lookup import Lookup, read_each
from reconciler.applying.receipt import Receipt
from reconciler.declarations.base import NO_BASE, Base
from reconciler.diagnostics import Place
from reconciler.event import Declared, DeclaredEvent, Identity, Value
from reconciler.hubspot.http import HttpReader, HttpWriter
from reconciler.hubspot.reader import PortalReader
from reconciler.hubspot.writer import PortalWriter
from reconciler.json_values import Json
from reconciler.pipeline import approve_plan, make_plan, run_plan
from reconciler.planning.plan import Planned
from reconciler.policy import Policy
from reconciler.portal import Reader, Writer
from reconciler.transport import background
from reconciler.transport.surroundings import Clock, Watch
from tests.hubspot import connecting
from tests.hubspot.clocks import at_once
from tests.hubspot.forwarding import Way

PORTAL = 7
OURS, OTHERS = 1001, 2002
ACCOUNT = "acme"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
LATER = "2027-04-15T15:00:00Z"
VERSIONS = ("v3", "2025-09", "2026-03", "2026-09")
POLICY = Policy(portal=PORTAL, external_account_id=ACCOUNT)
BESIDES = frozenset({str(OTHERS), "other", "elsewhere", ACCOUNT})
"""The accounts beside whose events ours may have the same ids, in worlds that begin with some."""
ANYTHING = Limits(deletes=1000, registrants=1000)
AT_ONCE = Clock(sleep=lambda _: None)
"""Waiting takes no time."""
UNWATCHED = Watch()

OLD, NEW = "https://old.example", "https://new.example"
"""The links that an event has before and after most stories."""

TOKEN = f"sandbox-{OURS}"
OTHER_TOKEN = f"sandbox-{OTHERS}"

_BASE = "/marketing/marketing-events/2026-03"
_Portal = TypeVar("_Portal", bound=PortalWriter)

Held = dict[str, Any]
"""An event as the sandbox holds it: in the form of reads, with its account id."""


def declaration(event_id: str, *, account: str = ACCOUNT, **fields: Value) -> DeclaredEvent:
    """Declare an event of our app."""
    return _declare(Identity(account, event_id), {"eventName": event_id, "eventOrganizer": "Acme", **fields})


def absence(event_id: str, *, account: str = ACCOUNT) -> DeclaredEvent:
    """Declare that an event of our app is to be deleted."""
    return replace(_declare(Identity(account, event_id), {}), absent=True)


def adoption(object_id: str, **fields: Value) -> DeclaredEvent:
    """Declare fields of an event that somebody else made."""
    return _declare(Identity(object_id=object_id), fields)


def _declare(identity: Identity, fields: Mapping[str, Value]) -> DeclaredEvent:
    return DeclaredEvent(identity, fields, Place("events.yaml"), {})


def live_json(event_id: str | None, *, account: str | None = ACCOUNT, app: int | None = OURS, **fields: Any) -> Held:
    """Return an event for the sandbox to begin with; without fields, the event that `declaration` declares."""
    return {
        "externalEventId": event_id,
        "externalAccountId": account,
        "appInfo": None if app is None else {"id": str(app)},
        "eventName": event_id or "made by hand",
        "eventOrganizer": "Acme",
        **fields,
    }


def custom(**values: str) -> list[dict[str, str]]:
    """Write custom properties as HubSpot does."""
    return [{"name": name, "value": value} for name, value in values.items()]


class SmallPages(HttpWriter):
    """The product's client, with a list whose pages are small enough to be several."""

    def get(self, path: str, query: Mapping[str, str]) -> Json:
        return super().get(path, {**query, "limit": "5"} if "limit" in query else query)


class World:
    """A running sandbox, the people who use it, the product that works on it."""

    def __init__(self, base_url: str, *, version: str = "2026-03", policy: Policy = POLICY) -> None:
        self.base_url = base_url
        self.version = version
        self.policy = policy
        self._open = ExitStack()
        outside = httpx.Client(base_url=base_url, trust_env=False, verify=connecting.NO_TLS)
        self._outside = self._open.enter_context(outside)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def through(self, way: AbstractContextManager[Way]) -> Way:
        """Keep a connection to this world open as long as the world lasts."""
        return self._open.enter_context(way)

    def portal(
        self,
        *,
        token: str = TOKEN,
        base_url: str | None = None,
        watch: Watch = UNWATCHED,
        start: background.Start = at_once,
        client: type[HttpWriter] = HttpWriter,
    ) -> PortalWriter:
        """Open a writer with a new client; `base_url` may lead through a proxy."""
        connection = connecting.to(base_url or self.base_url, token=token)
        http = self._open.enter_context(client(connection, timeout=60, clock=AT_ONCE, watch=watch, start=start))
        return PortalWriter(http, self.version)

    def special_portal(self, kind: Callable[[HttpWriter, str], _Portal]) -> _Portal:
        """Open a writer of a kind that a test defines."""
        connection = connecting.to(self.base_url, token=TOKEN)
        http = self._open.enter_context(HttpWriter(connection, timeout=60, start=at_once))
        return kind(http, self.version)

    @cached_property
    def _ours(self) -> PortalWriter:
        return self.portal()

    def reader(self, token: str) -> PortalReader:
        """Open a reader as `plan` has it."""
        connection = connecting.to(self.base_url, token=token)
        http = self._open.enter_context(HttpReader(connection, timeout=60, start=at_once))
        return PortalReader(http, self.version)

    def plan(self, *events: DeclaredEvent, portal: Reader | None = None, base: Base = NO_BASE) -> Planned:
        return make_plan(Declared(events, files=1), self.policy, portal or self._ours, NOW, base)

    def run(
        self,
        planned: Planned,
        *,
        portal: Writer | None = None,
        limits: Limits = ANYTHING,
        lookup: Callable[[Writer], Lookup] = read_each,
        progress: Callable[[Applied], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: NOW,
    ) -> Receipt:
        """Approve a plan whole, and apply it."""
        writer = portal or self._ours
        approved = approve_plan(planned, approval.everything, limits)
        return run_plan(approved, writer, lookup(writer), progress, now)

    def apply(self, *events: DeclaredEvent) -> Receipt:
        return self.run(self.plan(*events))

    def held(self) -> list[Held]:
        """Return everything that HubSpot holds."""
        events: list[Held] = self._outside.get("/_sandbox/events").json()["events"]
        return events

    def event(self, event_id: str | None, *, account: str | None = ACCOUNT, app: int | None = OURS) -> Held:
        """Return the one event with these ids."""
        ids = {"externalEventId": event_id, "externalAccountId": account}
        (found,) = [event for event in self.held() if ids.items() <= event.items() and _app(event) == app]
        return found

    def fails(self, *rules: Mapping[str, Any]) -> None:
        """Set faults for HubSpot's requests, in place of all earlier ones."""
        self._outside.put("/_sandbox/faults", json=rules).raise_for_status()

    def requests(self) -> list[tuple[str, str, int]]:
        """Return method, path below the version's base, and status of every request since the last call."""
        log = self._outside.get("/_sandbox/requests").json()["requests"]
        self._outside.delete("/_sandbox/requests")
        base = _BASE.replace("2026-03", self.version) if self.version != "v3" else "/marketing/v3/marketing-events"
        return [(one["method"], one["path"].removeprefix(base), one["status"]) for one in log]

    def writes(self) -> list[tuple[str, str, int]]:
        """Return the writes since the last call; the request for the token's details is none."""
        return [one for one in self.requests() if one[0] != "GET" and not one[1].startswith("/oauth/")]

    def list_late(self, seconds: int) -> None:
        """Make the list show the state of this many seconds ago."""
        self._behave("list-lag", seconds)

    def search_exactly(self) -> None:
        """Make a search find the one event whose id is searched for, and no other that begins so."""
        self._behave("search", "exact")

    def _behave(self, name: str, answer: object) -> None:
        self._outside.put("/_sandbox/behaviours", json={name: answer}).raise_for_status()

    def edit(self, held: Held, **fields: Any) -> None:
        """Change an event as a person or another app would."""
        self._post("/batch/update", {"objectId": held["objectId"], **fields}, OTHER_TOKEN)

    def remove(self, held: Held) -> None:
        """Delete an event as a person would."""
        self._post("/batch/archive", {"objectId": held["objectId"]}, OTHER_TOKEN)

    def make(self, event_id: str, **fields: Any) -> None:
        """Make an event, or overwrite it, as another run of the product would."""
        self._post("/events/upsert", {**live_json(event_id), **fields}, TOKEN)

    def _post(self, path: str, item: Held, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._outside.post(_BASE + path, json={"inputs": [item]}, headers=headers).raise_for_status()


def _app(event: Held) -> int | None:
    return None if event["appInfo"] is None else int(event["appInfo"]["id"])


Start = Callable[..., World]
"""The fixture `start`: opens a world in which HubSpot holds the given events."""
