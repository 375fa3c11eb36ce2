"""The middleware in front of HubSpot's paths: delay, rate limit, log."""

import asyncio
from collections import deque
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.sandbox.connections import cut
from reconciler.sandbox.disturbance import Cut, refusal
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.refusals import too_many_requests
from reconciler.sandbox.state import State
from reconciler.sandbox.tokens import bearer, hide

LONGEST_LOG = 100_000


@dataclass(frozen=True)
class Entry:
    """One request, without any token; path and query stay percent-encoded, as they were sent."""

    method: str
    path: str
    query: str
    status: int | None
    """The status of the answer; None if the connection was cut before it."""
    app: int | None
    """The id of the app that the token belongs to; None if the token is unknown."""
    fault: str | None
    """The name of the fault that the request got; None without one."""


Log = deque[Entry]
"""The requests in the order of their answers; beyond LONGEST_LOG, the oldest are dropped."""


class Gate:
    """Middleware that passes requests on to `app`, each with its caller and its fault in the scope's state."""

    def __init__(self, app: ASGIApp, state: State, latency_ms: int, log: Log) -> None:
        self._app = app
        self._state = state
        self._latency = latency_ms / 1000
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or cut its connection."""
        await asyncio.sleep(self._latency)
        caller = bearer(Headers(scope=scope).get("authorization", ""))
        app_id = caller.app_id if caller else None
        # Routing has to see the raw path: in a decoded one, a slash inside an id would be a separator.
        path = scope["raw_path"].decode()
        admitted = self._state.limiter.admit(app_id)
        fault = self._state.faults.met_by(scope["method"], path) if admitted else None
        scope = {**scope, "path": path, "state": {**scope["state"], "caller": caller, "fault": fault}}

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._log.append(_entry(scope, message["status"], app_id, fault))
                headers = MutableHeaders(scope=message)
                for name, value in self._state.limiter.headers(app_id).items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await (self._app if admitted else refusal(too_many_requests()))(scope, receive, send_on)
        except Cut:
            self._log.append(_entry(scope, None, app_id, fault))
            await cut(scope, receive)


def _entry(scope: Scope, status: int | None, app_id: int | None, fault: Fault | None) -> Entry:
    query = scope["query_string"].decode()
    return Entry(scope["method"], hide(scope["path"]), hide(query), status, app_id, fault.name if fault else None)
