"""What every request to HubSpot's paths passes: the rate limit, the delay, the log."""

import asyncio
from collections import deque
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.sandbox.limits import Limiter
from reconciler.sandbox.refusals import HubSpotError, too_many_requests
from reconciler.sandbox.tokens import bearer, hide

LONGEST_LOG = 100_000


@dataclass(frozen=True)
class Entry:
    """One answered request, without any token; path and query stay percent-encoded, as they were sent."""

    method: str
    path: str
    query: str
    status: int
    app: int | None
    """The id of the app whose token was shown, where one was known."""


Log = deque[Entry]
"""The answered requests, oldest first; of more than LONGEST_LOG, the oldest are forgotten."""


class Gate:
    """Lets requests through to `app`, and turns its refusals into answers."""

    def __init__(self, app: ASGIApp, limiter: Limiter, latency_ms: int, log: Log) -> None:
        self._app = app
        self._limiter = limiter
        self._latency = latency_ms / 1000
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        caller = bearer(Headers(scope=scope).get("authorization", ""))
        app_id = caller.app_id if caller else None
        # Routing has to see the path as it was sent: decoded, a slash inside an id would be a separator.
        scope = {**scope, "path": scope["raw_path"].decode(), "state": {"caller": caller}}

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._log.append(_entry(scope, message["status"], app_id))
                MutableHeaders(scope=message).update(self._limiter.headers(app_id))
            await send(message)

        await asyncio.sleep(self._latency)
        try:
            if not self._limiter.admit(app_id):
                raise too_many_requests()
            await self._app(scope, receive, send_on)
        except HubSpotError as error:
            await JSONResponse(error.body, error.status)(scope, receive, send_on)


def _entry(scope: Scope, status: int, app_id: int | None) -> Entry:
    query = scope["query_string"].decode()
    return Entry(scope["method"], hide(scope["path"]), hide(query), status, app_id)
