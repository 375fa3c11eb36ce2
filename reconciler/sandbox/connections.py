"""The sandbox's HTTP connections, which the application may cut."""

import asyncio

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_CUT = "cut"


class Connection(H11Protocol):
    """uvicorn's connection, with a function in the scope's state by which the application can cut it."""

    def connection_made(  # type: ignore[override]  # (uvicorn narrows the transport in the same way)
        self, transport: asyncio.Transport
    ) -> None:
        """Begin a connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _CUT: transport.abort}


async def cut(scope: Scope, receive: Receive) -> None:
    """Cut the connection of a request that was read completely, and return when it has ended.

    An application that returns earlier without an answer is an error to uvicorn; after the end it is not.
    """
    scope["state"][_CUT]()
    await receive()  # after a complete request, only the disconnect can follow
