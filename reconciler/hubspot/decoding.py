"""An answer decoded, or told as one that is not understood."""

from collections.abc import Callable
from typing import TypeVar

from reconciler.errors import Unavailable
from reconciler.transport.shapes import Json, Malformed

_T = TypeVar("_T")


def understood(decode: Callable[[Json], _T], body: Json) -> _T:
    """Decode an answer; `Unavailable` where it is not what HubSpot's description promises."""
    try:
        return decode(body)
    except Malformed as error:
        raise Unavailable(
            f"HubSpot's answer is not understood: {error}",
            hint="try again; if it stays, HubSpot may have changed its API",
        ) from error
