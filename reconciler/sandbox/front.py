"""The front page of the sandbox, which shows people the events that it holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from reconciler.sandbox.answers import Json, held
from reconciler.sandbox.contents import Portal
from reconciler.sandbox.state import State


@dataclass(frozen=True)
class Front:
    """What makes the page; the sandbox itself knows no HTML."""

    render: Callable[[Portal, Sequence[Json]], str]
    """Returns the page of a portal, from its events as the control path shows them."""
    policy: str
    """The page's content security policy."""


def front_routes(state: State, front: Front) -> list[Route]:
    """Return the routes of the page, which need no token, pass no gate and are not logged."""
    headers = {
        "Content-Security-Policy": f"{front.policy}; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }

    async def show(_: Request) -> Response:
        now = state.clock()
        events = [held(event, now) for event in state.store.all_events()]
        page = await run_in_threadpool(front.render, state.store.portal(), events)
        return HTMLResponse(page, headers=headers)

    async def no_icon(_: Request) -> Response:
        return Response(status_code=204)  # browsers ask for one, and a 404 would stand in the log

    return [Route("/", show, methods=["GET"]), Route("/favicon.ico", no_icon, methods=["GET"])]
