"""Faults between a client and HubSpot: delays, foreign answers, cut connections."""

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.sandbox.faults import DropAfter, DropBefore, Fault, Status, Truncate
from reconciler.sandbox.refusals import HubSpotError, with_status
from reconciler.sandbox.tokens import READ, WRITE

_POLICY_HEADERS: Mapping[str, Mapping[str, str]] = {
    "TEN_SECONDLY_ROLLING": {"X-HubSpot-RateLimit-Remaining": "0"},
    "DAILY": {"X-HubSpot-RateLimit-Daily-Remaining": "0"},
    "SECONDLY": {"X-HubSpot-RateLimit-Secondly-Remaining": "0"},
}
_MIGRATION_SECONDS = "3600"
"""Default Retry-After of a 477, sent while an account is migrated; HubSpot says up to a day (FACTS 3.4)."""


class Cut(Exception):
    """The connection is to be cut now."""


class Disturbance:
    """Middleware that applies the fault in the scope's state and turns the refusals of `app` into answers.

    It raises Cut if the fault ends the connection without a complete answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or raise Cut."""
        fault: Fault | None = scope["state"]["fault"]
        if fault is None:
            await self._answer(scope, receive, send)
            return
        receive = await _received(scope, receive)
        await asyncio.sleep(fault.delay_ms / 1000)
        match fault.effect:
            case Status() as status:
                await self._answer_with(status, scope, receive, send)
            case DropBefore():
                raise Cut
            case DropAfter():
                await self._answer(scope, receive, _forget)
                raise Cut
            case Truncate():
                await self._answer_half(scope, receive, send)
            case _:
                await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except HubSpotError as error:
            await refusal(error)(scope, receive, send)

    async def _answer_with(self, status: Status, scope: Scope, receive: Receive, send: Send) -> None:
        if status.done:
            await self._answer(scope, receive, _forget)
        await _response(status, scope["method"])(scope, receive, send)

    async def _answer_half(self, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._answer(scope, receive, keep)
        start, *parts = messages
        whole = b"".join(part["body"] for part in parts)
        if not whole:
            raise Cut
        await send(start)
        # uvicorn closes the connection of an application that returns before its answer is complete.
        await send({"type": "http.response.body", "body": whole[: len(whole) // 2], "more_body": True})


def refusal(error: HubSpotError) -> Response:
    """Return a refusal as an answer."""
    return JSONResponse(error.body, error.status)


async def _received(scope: Scope, receive: Receive) -> Receive:
    """Read a request completely, and return a `receive` that replays it.

    So it can be carried out even if its client stops waiting, and a cut connection always ends in the same way: unread
    data would end it with a reset.
    """
    body = await Request(scope, receive).body()

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _forget(_message: Message) -> None:
    pass


def _response(status: Status, method: str) -> Response:
    response = _plain_response(status, method)
    for name, value in _usual_headers(status).items():
        response.headers[name] = value
    for name, _ in status.headers:
        del response.headers[name]
    for name, value in status.headers:
        response.headers.append(name, value)
    return response


def _plain_response(status: Status, method: str) -> Response:
    if status.body is not None:
        return Response(status.body.content, status.code, media_type=status.body.content_type)
    if status.code < 400:
        return Response(status_code=status.code)
    return refusal(with_status(status.code, READ if method == "GET" else WRITE, status.policy))


def _usual_headers(status: Status) -> Mapping[str, str]:
    match status.code:
        case 429:
            return _POLICY_HEADERS[status.policy]
        case 477:
            return {"Retry-After": _MIGRATION_SECONDS}
        case _:
            return {}
