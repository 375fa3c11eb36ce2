"""The sandbox's HTTP connections, which the application may cut."""

import asyncio

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_CUT = "cut"


class Connection(H11Protocol):
    """uvicorn's connection, which tells the application in the scope's state how to cut it."""

    def connection_made(  # type: ignore[override]  # (uvicorn narrows the transport in the same way)
        self, transport: asyncio.Transport
    ) -> None:
        """Begin with a client."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _CUT: transport.abort}


async def cut(scope: Scope, receive: Receive) -> None:
    """End the connection of a request that was read whole, and return when it has ended.

    Only then does uvicorn take an application that never answered for one that had nobody left to answer.
    """
    scope["state"][_CUT]()
    await receive()  # of a request that was read whole, the disconnect is all that can come
