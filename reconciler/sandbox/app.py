"""The sandbox as a web application that routes each path to its operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.sandbox.answers import Answer
from reconciler.sandbox.control import control_routes
from reconciler.sandbox.disturbance import Disturbance
from reconciler.sandbox.front import Front, front_routes
from reconciler.sandbox.gate import LONGEST_LOG, Gate, Log
from reconciler.sandbox.operations import account, deletions, properties, reads, writes
from reconciler.sandbox.operations.call import Call
from reconciler.sandbox.operations.otherwise import carry_out
from reconciler.sandbox.refusals import no_method, no_path
from reconciler.sandbox.state import State
from reconciler.sandbox.store import Store
from reconciler.sandbox.tokens import Caller, anybody, known, reader, writer
from reconciler.sandbox.versions import V3, V3_LIST, VERSIONS, Version


@dataclass(frozen=True)
class Operation:
    """The function that answers a call, with the check of its caller."""

    run: Callable[[Store, Call], Answer]
    admit: Callable[[Caller | None], Caller]


Methods = Mapping[str, Operation]
"""The operation of each method of one path."""

LIST: Methods = {"GET": Operation(reads.list_events, reader)}
EVENT_PATHS: Mapping[str, Methods] = {
    "": LIST,
    "/": LIST,  # as HubSpot's SDK asks for it
    "/events": {"POST": Operation(writes.create, writer)},  # no objectId: GET is refused with 405 (FACTS 3.3)
    "/events/search": {"GET": Operation(reads.search, reader)},
    "/events/upsert": {"POST": Operation(writes.batch_upsert, writer)},
    "/events/delete": {"POST": Operation(deletions.batch_delete, writer)},
    "/events/{event_id}": {
        "GET": Operation(reads.read_own_event, reader),
        "PUT": Operation(writes.upsert, writer),
        "PATCH": Operation(writes.update_own_event, writer),
        "DELETE": Operation(deletions.delete_own_event, writer),
    },
    "/events/{event_id}/cancel": {"POST": Operation(writes.cancel, writer)},
    "/events/{event_id}/complete": {"POST": Operation(writes.complete, writer)},
    "/batch/archive": {"POST": Operation(deletions.batch_archive, writer)},
    "/batch/update": {"POST": Operation(writes.batch_update, writer)},
    "/{event_id}/identifiers": {"GET": Operation(reads.identifiers, reader)},
    "/{object_id}": {
        "GET": Operation(reads.read_event, reader),
        "PATCH": Operation(writes.update_event, writer),
        "DELETE": Operation(deletions.delete_event, writer),
    },
}
"""The paths below a version's base; the first match wins."""

PROPERTY_PATHS: Mapping[str, Methods] = {
    "/{object_type}": {"GET": Operation(properties.list_properties, reader)},
    "/{object_type}/{name}": {"GET": Operation(properties.read_property, reader)},
}
"""The paths below a version's property definitions."""

ACCOUNT_PATHS: Mapping[str, Methods] = {
    "/details": {"GET": Operation(account.account_details, known)},
    "/api-usage/daily/private-apps": {"GET": Operation(account.daily_usage, known)},
}
"""The paths of a version's account information."""

TOKEN_DETAILS_PATH = "/oauth/v2/private-apps/get/access-token-info"  # noqa: S105  (a path, no token)
TOKEN_DETAILS: Methods = {"POST": Operation(account.token_details, anybody)}


def application(state: State, latency_ms: int, front: Front | None = None) -> ASGIApp:
    """Return the application: HubSpot's paths behind the gate with its faults, all others without it."""
    log = Log(maxlen=LONGEST_LOG)
    hubspot = Router(_hubspot_routes(state), redirect_slashes=False, default=_nothing_here)
    gate = Gate(Disturbance(hubspot), state, latency_ms, log)
    routes = [*control_routes(state, log), *(front_routes(state, front) if front else ())]
    return Router(routes, redirect_slashes=False, default=gate)


class Resource:
    """One path of one API version."""

    def __init__(self, state: State, version: Version, methods: Methods) -> None:
        self._state = state
        self._version = version
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or raise HubSpotError."""
        request = Request(scope, receive)
        operation = self._methods.get(request.method)
        if operation is None:
            raise no_method()
        call = await self._call(request, operation)
        await _response(carry_out(operation.run, self._state.store, call))(scope, receive, send)

    async def _call(self, request: Request, operation: Operation) -> Call:
        host, port = request.scope["server"]
        return Call(
            caller=operation.admit(request.state.caller),
            version=self._version,
            address=f"http://{host}:{port}{request.scope['path']}",
            ids={name: unquote(value) for name, value in request.path_params.items()},
            query=request.query_params,
            body=await request.body(),
            now=self._state.clock(),
            behaviours=self._state.behaviours,
            requests=self._state.limiter.total,
            fault=request.state.fault.effect if request.state.fault else None,
        )


def _hubspot_routes(state: State) -> list[Route]:
    def route(path: str, version: Version, methods: Methods) -> Route:
        return Route(path, Resource(state, version, methods))

    routes = [route(TOKEN_DETAILS_PATH, V3, TOKEN_DETAILS), route(V3_LIST, V3, LIST)]
    for version in VERSIONS:
        for base, paths in _families(version).items():
            routes += [route(base + path, version, methods) for path, methods in paths.items()]
    return routes


def _families(version: Version) -> Mapping[str, Mapping[str, Methods]]:
    return {version.base: EVENT_PATHS, version.properties: PROPERTY_PATHS, version.account: ACCOUNT_PATHS}


def _response(answer: Answer) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status)
    return JSONResponse(answer.body, answer.status)


async def _nothing_here(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise no_path()
