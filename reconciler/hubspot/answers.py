"""What HubSpot answers: a status with a body, or one of our errors."""

from dataclasses import dataclass

from reconciler.errors import Rejected
from reconciler.hubspot.failures import failure
from reconciler.transport.failures import Passing, envelope
from reconciler.transport.headers import Headers
from reconciler.transport.json_text import NotJson, parsed, without
from reconciler.transport.shapes import Json

_OK = range(200, 300)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status with the decoded body; the body is None where there was none."""

    status: int
    body: Json


def understood(status: int, headers: Headers, content: bytes, secret: str) -> Answer:
    """Read an answer; raises what a failure means, in words without the secret.

    A 404 is an answer where HubSpot itself gave it, not a proxy on the way.
    """
    if status in _OK:
        return Answer(status, _decoded(status, content))
    said = envelope(content)
    if status == 404 and (said or not content):
        return Answer(status, None)
    raise failure(status, headers, without(secret, said))


def required(answer: Answer, path: str) -> Json:
    """Give the body of an answer about something that has to be there."""
    if answer.status == 404:
        raise Rejected(f"HubSpot knows no {path}", status=404, hint="check apiVersion in reconciler.yaml")
    return answer.body


def _decoded(status: int, content: bytes) -> Json:
    if status != 200 and not content:
        return None
    try:
        return parsed(content)
    except NotJson as error:
        raise Passing("HubSpot's answer is cut off or is not JSON", sent=True) from error
