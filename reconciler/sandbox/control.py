"""The test controls outside HubSpot's paths: the request log, all events, the behaviours, the faults."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reconciler.sandbox.answers import held
from reconciler.sandbox.behaviours import changed
from reconciler.sandbox.disturbance import refusal
from reconciler.sandbox.fault_rules import read_rules
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.gate import Log
from reconciler.sandbox.reading import read_json, read_object
from reconciler.sandbox.refusals import HubSpotError
from reconciler.sandbox.state import State


def control_routes(state: State, log: Log) -> list[Route]:
    """Return the routes of the test controls, which need no token and pass no gate."""
    return [*_log_routes(log), *_event_routes(state), *_behaviour_routes(state), *_fault_routes(state)]


def _routes(path: str, **methods: Callable[[Request], Awaitable[Response]]) -> list[Route]:
    return [Route(path, answer, methods=[method]) for method, answer in methods.items()]


def _log_routes(log: Log) -> list[Route]:
    async def show(_: Request) -> Response:
        return JSONResponse({"requests": [asdict(entry) for entry in log]})

    async def forget(_: Request) -> Response:
        log.clear()
        return Response(status_code=204)

    return _routes("/_sandbox/requests", GET=show, DELETE=forget)


def _event_routes(state: State) -> list[Route]:
    async def show(_: Request) -> Response:
        now = state.clock()
        return JSONResponse({"events": [held(event, now) for event in state.store.all_events()]})

    return _routes("/_sandbox/events", GET=show)


def _behaviour_routes(state: State) -> list[Route]:
    async def show(_: Request) -> Response:
        return JSONResponse(state.behaviours.shown())

    async def put(request: Request) -> Response:
        try:
            answers = read_object(read_json(await request.body()), "body")
            state.behaviours = changed(state.behaviours, answers)
        except HubSpotError as error:
            return refusal(error)
        return await show(request)

    return _routes("/_sandbox/behaviours", GET=show, PUT=put)


def _fault_routes(state: State) -> list[Route]:
    async def put(request: Request) -> Response:
        try:
            state.faults = Faults(read_rules(await request.body(), state.clock()))
        except HubSpotError as error:
            return refusal(error)
        return Response(status_code=204)

    async def forget(_: Request) -> Response:
        state.faults = Faults()
        return Response(status_code=204)

    return _routes("/_sandbox/faults", PUT=put, DELETE=forget)
