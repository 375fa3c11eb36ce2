"""One sandbox for a whole process: its contents are replaced between schedules, and every step in it is recorded."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from threading import Event as Flag
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from starlette.requests import Request as Incoming
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.sandbox import app, server
from reconciler.sandbox.behaviours import Behaviours, changed
from reconciler.sandbox.contents import Contents, Event, Portal
from reconciler.sandbox.definitions import complete
from reconciler.sandbox.disturbance import Cut, Disturbance
from reconciler.sandbox.fault_rules import read_rules
from reconciler.sandbox.faults import LISTS, Fault, Faults, OnTheWay, Truncate
from reconciler.sandbox.gate import Gate, Log
from reconciler.sandbox.limits import Limiter, Rate
from reconciler.sandbox.seed import read_event
from reconciler.sandbox.state import State
from reconciler.sandbox.store import Store, open_store
from tests.campaign.deeds import Deed, Make, carry_out
from tests.campaign.truth import Held, milliseconds
from tests.story.world import NOW, PORTAL

PROPERTIES = ("p", "q")
_ONE = re.compile(r"/events/(?!search$)[^/]+$|/marketing-events/([^/]+/)?[0-9]+$")
"""Ends the path of a read of a single event, in every version."""


@dataclass
class Time:
    """Time that passes only when somebody waits or asks, the same for HubSpot and for the run."""

    ms: int = milliseconds(NOW)

    def seconds(self) -> float:
        return self.ms / 1000

    def sleep(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


@dataclass(frozen=True)
class Request:
    """A request to HubSpot; `body` is decoded."""

    method: str
    path: str
    query: str
    body: Any

    @property
    def is_write(self) -> bool:
        """Whether it may change something; the request for the token's details may not."""
        return self.method != "GET" and not self.path.startswith("/oauth/")


@dataclass(frozen=True)
class Step:
    """One request, or a change by somebody else if there is none, between two states."""

    at: int
    request: Request | None
    before: Held
    after: Held
    status: int | None = None
    """HubSpot's own answer, whole; None if something else came back, or nothing."""
    seen: int | None = None
    """The status that came back, whoever answered; None if the answer was cut off."""
    fault: str | None = None
    goes_on: bool = False
    """Whether it is a page of the list with another page after it."""


class Arrival(Enum):
    """The kind of a request, to those who wait for it."""

    ANY = "any request"
    WRITE = "a write"
    READ = "a read of a single event"


@dataclass(frozen=True)
class Moment:
    """Somebody does something when the nth request of a kind arrives; at a read, to the event that is read."""

    of: Arrival
    number: int
    deed: Deed


class Ground:
    """The sandbox's state, and what happens to it."""

    def __init__(self) -> None:
        self.base_url = ""
        self.time = Time()
        self.steps: list[Step] = []
        self.moments: Sequence[Moment] = ()
        self.page_size = 100
        """The largest number of events in a page from HubSpot, whatever it is asked for."""
        self.slowness = 0
        """Milliseconds that each request takes, on the simulated clock."""
        self.idle = Flag()
        self.idle.set()
        self._arrived: Counter[Arrival] = Counter()
        self._seen: tuple[Store, int, Held] | None = None
        self.state = State(_store(()), self._clock, Behaviours(), self._limiter(), Faults())

    def _clock(self) -> int:
        return self.time.ms

    def _limiter(self) -> Limiter:
        return Limiter(Rate.parse("1000000/1"), self.time.seconds)

    def begin(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Forget everything, and hold these events."""
        self.state.store.close()
        self.time.ms = milliseconds(NOW)
        self.steps, self._seen = [], None
        self.state.store = _store(events)
        self.state.limiter = self._limiter()
        self.state.behaviours = Behaviours()
        self.quieten()

    def quieten(self) -> None:
        """Stop all faults and all changes by others."""
        self.disturb([], (), page_size=self.page_size, slowness=0)

    def disturb(
        self, faults: Sequence[Mapping[str, Any]], moments: Sequence[Moment], *, page_size: int, slowness: int
    ) -> None:
        """Set the faults and the changes by others for one run, and restart the count of requests."""
        self.state.faults = Faults(read_rules(json.dumps(faults).encode(), self.time.ms) if faults else ())
        self.moments, self.page_size, self.slowness = moments, page_size, slowness
        self._arrived.clear()

    def behave(self, answers: Mapping[str, object]) -> None:
        self.state.behaviours = changed(self.state.behaviours, answers)

    def held(self) -> Held:
        """Return everything that is held; it is read again only after a write."""
        store = self.state.store
        version = store._db.total_changes
        if self._seen is None or self._seen[:2] != (store, version):
            self._seen = store, version, {event.object_id: event for event in store.all_events()}
        return self._seen[2]

    def somebody(self, deed: Deed) -> None:
        """Carry out a change by somebody else."""
        self.time.ms += 1
        before = self.held()
        carry_out(deed, self.state.store, self.time.ms)
        self.steps.append(Step(self.time.ms, None, before, self.held()))

    def arrives(self, request: Request) -> None:
        """Carry out what others do before a request."""
        self.time.ms += 1 + self.slowness
        kinds = _kinds(request)
        self._arrived.update(kinds)
        for moment in self.moments:
            if moment.of in kinds and self._arrived[moment.of] == moment.number:
                self.somebody(self._aimed(moment, request))

    def _aimed(self, moment: Moment, request: Request) -> Deed:
        """Return what somebody does; at a read it is done to the event that is read, if there is one."""
        if moment.of is not Arrival.READ or isinstance(moment.deed, Make):
            return moment.deed
        events = self.state.store.all_events()
        places = (place for place, event in enumerate(events) if _reads(request, event))
        return replace(moment.deed, which=next(places, moment.deed.which))

    def happened(self, request: Request, before: Held, answer: "Answer", fault: Fault | None) -> None:
        """Record a request as a step; what changes while HubSpot is only read is somebody else's change."""
        after = self.held()
        own = after if request.is_write else before
        name = None if fault is None else fault.name
        told = answer.status if fault is None or not isinstance(fault.effect, OnTheWay) else None
        seen = None if fault is not None and isinstance(fault.effect, Truncate) else answer.status
        self.steps.append(Step(self.time.ms, request, before, own, told, seen, name, answer.goes_on))
        if own is not after:
            self.steps.append(Step(self.time.ms, None, own, after))


def _kinds(request: Request) -> set[Arrival]:
    if request.is_write:
        return {Arrival.ANY, Arrival.WRITE}
    return {Arrival.ANY, Arrival.READ} if _ONE.search(request.path) else {Arrival.ANY}


def _reads(request: Request, event: Event) -> bool:
    """Return whether a request is the read of this event, by either identity."""
    *_, folder, name = request.path.split("/")
    if folder != "events":
        return name == str(event.object_id)
    account = dict(parse_qsl(request.query)).get("externalAccountId")
    return (event.account_id, event.event_id) == (account, unquote(name))


def _store(events: Iterable[Mapping[str, Any]]) -> Store:
    now = milliseconds(NOW)
    read = [replace(read_event(form, "world", now), object_id=number) for number, form in enumerate(events, 1)]
    properties = [complete({"name": name}) for name in PROPERTIES]
    return open_store(None, lambda: Contents(Portal(PORTAL, "UTC", "STANDARD"), properties, read))


@dataclass
class Answer:
    """HubSpot's answer."""

    status: int | None = None
    goes_on: bool = False


class Witness:
    """Stands between the sandbox's access control and the rest of it, and records everything."""

    def __init__(self, inner: ASGIApp, ground: Ground) -> None:
        self._inner = inner
        self._ground = ground

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and record its effect."""
        self._ground.idle.clear()
        try:
            await self._pass(scope, receive, send)
        finally:
            self._ground.idle.set()

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Incoming(scope, receive).body()
        is_list = scope["method"] == "GET" and scope["path"] in LISTS
        if is_list:
            scope = {**scope, "query_string": self._shortened(scope)}
        request = Request(scope["method"], scope["path"], scope["query_string"].decode(), _json(body))
        self._ground.arrives(request)
        before, answer = self._ground.held(), Answer()

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def look(message: Message) -> None:
            answer.status = message.get("status", answer.status)
            answer.goes_on = answer.goes_on or (is_list and b'"paging":' in message.get("body", b""))
            await send(message)

        try:
            await self._inner(scope, again, look)
        except Cut:
            answer.status = None
            raise
        finally:
            self._ground.happened(request, before, answer, scope["state"]["fault"])

    def _shortened(self, scope: Scope) -> bytes:
        asked = dict(parse_qsl(scope["query_string"].decode()))
        return urlencode({**asked, "limit": self._ground.page_size}).encode()


def _json(body: bytes) -> Any:
    return json.loads(body) if body else None


@contextmanager
def opened() -> Iterator[Ground]:
    """Serve a sandbox as `running` does, but with a witness inside."""
    ground = Ground()
    log = Log(maxlen=1)
    hubspot = Router(app._hubspot_routes(ground.state), redirect_slashes=False, default=app._nothing_here)
    gate = Gate(Witness(Disturbance(hubspot), ground), ground.state, 0, log)
    with closing(server._listen(0)) as listener, server._serving(gate, listener):
        ground.base_url = f"http://{server.HOST}:{listener.getsockname()[1]}"
        try:
            yield ground
        finally:
            ground.state.store.close()
