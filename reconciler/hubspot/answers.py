"""What HubSpot answers: a status with a body, or one of our errors."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.errors import Rejected
from reconciler.hubspot.failures import failure
from reconciler.transport.failures import Passing, envelope
from reconciler.transport.headers import Headers
from reconciler.transport.json_text import NotJson, parsed, without
from reconciler.transport.shapes import Json

_OK = range(200, 300)
_MARKS = ("category", "correlationId", "errorType")
"""What HubSpot's own errors have: its description requires the first two, its guide calls each of them optional.

Its `"status": "error"` is no mark: many gateways write their errors so, too.
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status with the decoded body; the body is None where there was none."""

    status: int
    body: Json


def understood(status: int, headers: Headers, content: bytes, secret: str) -> Answer:
    """Read an answer; raises what a failure means, in words without the secret.

    A 404 is an answer where HubSpot itself gave it: one without a body, or in other words, may be that of anything on
    the way, and a create stands on it.
    """
    if status in _OK:
        return Answer(status, _decoded(status, content))
    said = envelope(content)
    if status == 404 and _is_hubspots_own(said):
        return Answer(status, None)
    raise failure(status, headers, without(secret, said))


def required(answer: Answer, path: str) -> Json:
    """Give the body of an answer about something that has to be there."""
    if answer.status == 404:
        raise Rejected(f"HubSpot knows no {path}", status=404, hint="check apiVersion in reconciler.yaml")
    return answer.body


def _is_hubspots_own(said: Mapping[str, Json]) -> bool:
    return any(isinstance(said.get(mark), str) for mark in _MARKS)


def _decoded(status: int, content: bytes) -> Json:
    if status != 200 and not content:
        return None
    try:
        return parsed(content)
    except NotJson as error:
        raise Passing("HubSpot's answer is cut off or is not JSON", sent=True) from error
