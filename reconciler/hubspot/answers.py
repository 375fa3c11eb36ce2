"""HubSpot's answers as values or as our errors.

The sources are HubSpot's pages on error handling and its usage guidelines.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.errors import AccessDenied, ReconcilerError, Rejected, Unavailable
from reconciler.hubspot.pacing import rate_limit
from reconciler.json_values import Json
from reconciler.transport.headers import Headers, retry_after
from reconciler.transport.json_text import NotJson, envelope, parsed, shortened, without
from reconciler.transport.retrying import Passing, in_words

_OK = range(200, 300)
_ERROR_KEYS = ("category", "correlationId", "errorType")
"""Keys of HubSpot's own errors: its description requires the first two, its guide calls all of them optional.

Its `"status": "error"` is not among them, because many gateways write that too.
"""


HUBSPOT_CONNECT_HINT = "check the network, the proxy and HUBSPOT_BASE_URL"
HUBSPOT_PROXY_HINT = "check HTTPS_PROXY, the network and HUBSPOT_BASE_URL"

LONGEST_MOVE = 60
"""Maximum seconds to wait while HubSpot moves the account; HubSpot names up to a day (error handling, 477)."""
_LOCK = 2
"""Seconds that HubSpot locks an event for (error handling, 423)."""
_WINDOW = 10
"""Seconds over which HubSpot counts the requests of an app (usage guidelines)."""
_SECOND = 1
"""Seconds over which it counts searches."""

_PATH_HINT = f"{HUBSPOT_CONNECT_HINT}, and apiVersion in reconciler.yaml"
_NO_SUCH_PATH = frozenset({404, 405, 410, 415})
"""Statuses of a path or version that is gone, or of a wrong proxy; `read_answer` returns HubSpot's own 404."""

_REDIRECT = range(300, 400)
_CLIENT_ERROR = range(400, 500)
_PASSING = frozenset({408, 425, 500, 502, 503, 504, 521, 522, 523, 524})
"""Statuses to retry after a pause, as HubSpot advises for most of them; a write may have been carried out."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A status with the decoded body; the body is None if there was none."""

    status: int
    body: Json


def read_answer(status: int, headers: Headers, content: bytes, secret: str) -> HttpAnswer:
    """Read an answer; raise the error that a failed status means, without the secret in its text.

    A 404 is returned only if HubSpot itself sent it, because a create relies on it. One without a body, or without
    HubSpot's error keys, may come from a proxy.
    """
    if status in _OK:
        return HttpAnswer(status, _decoded(status, content))
    error_body = envelope(content)
    if status == 404 and _is_from_hubspot(error_body):
        return HttpAnswer(status, None)
    raise error_of(status, headers, without(secret, error_body))


def required(answer: HttpAnswer, path: str) -> Json:
    """Return the body; raise `Rejected` if the answer is a 404."""
    if answer.status == 404:
        raise Rejected(f"HubSpot does not know {path}", status=404, hint="check apiVersion in reconciler.yaml")
    return answer.body


def _is_from_hubspot(error_body: Mapping[str, Json]) -> bool:
    return any(isinstance(error_body.get(key), str) for key in _ERROR_KEYS)


def _decoded(status: int, content: bytes) -> Json:
    if status != 200 and not content:
        return None
    try:
        return parsed(content)
    except NotJson as error:
        raise Passing("HubSpot's answer is cut off or is not JSON", sent=True) from error


def error_of(status: int, headers: Headers, envelope: Mapping[str, Json]) -> ReconcilerError:
    """Return the error that a failed status means."""
    reason = _message(envelope)
    match status:
        case 401:
            hint = "check HUBSPOT_ACCESS_TOKEN"
            return AccessDenied(f"HubSpot does not accept the token: {reason}", hint=hint, status=status)
        case 403:
            return AccessDenied(f"the token may not do this: {reason}", hint=_scopes_hint(envelope), status=status)
        case 423:
            after = max(_LOCK, retry_after(headers) or 0)
            return Passing("HubSpot has locked the event for a moment", sent=False, after=after, hint=_again(headers))
        case 429:
            return _too_many(headers, envelope)
        case 477:  # HubSpot's own status, which has no name
            return _moving(headers)
        case _ if status in _PASSING:
            what = f"HubSpot keeps failing with status {status}: {reason}"
            return Passing(what, sent=True, after=retry_after(headers) or 0, hint=_again(headers))
        case _:
            return _final(status, envelope)


def _final(status: int, envelope: Mapping[str, Json]) -> ReconcilerError:
    reason = _message(envelope)
    if status in _REDIRECT:
        # A write that was carried out may be answered with a redirect (303, RFC 9110), so reading has to decide.
        what = f"HubSpot answers with a redirect (status {status}), which is not followed"
        return Unavailable(what, hint=HUBSPOT_CONNECT_HINT, sent=True)
    if status in _CLIENT_ERROR:
        what = f"HubSpot refuses the request (status {status}): {reason}"
        hint = _PATH_HINT if status in _NO_SUCH_PATH else None
        return Rejected(what, hint=hint, status=status, conflict=_conflict(status, envelope))
    return Unavailable(f"HubSpot fails with status {status}: {reason}", sent=True)


def _too_many(headers: Headers, envelope: Mapping[str, Json]) -> ReconcilerError:
    if envelope.get("policyName") == "DAILY":
        return Unavailable(
            "the account's daily limit of requests to HubSpot is used up",
            hint="try again after midnight in the account's time zone",
        )
    window = _SECOND if envelope.get("policyName") == "SECONDLY" else rate_limit(headers).interval or _WINDOW
    return Passing(
        "HubSpot keeps reporting too many requests",
        sent=False,
        after=retry_after(headers) or window,
        hint=f"something else uses the same app's limit: {_again(headers) or 'try again later'}",
    )


def _moving(headers: Headers) -> Unavailable:
    what, hint = "HubSpot is moving this account to another data centre", _again(headers)
    after = retry_after(headers)
    if after is not None and after <= LONGEST_MOVE:
        return Passing(what, sent=False, after=after, hint=hint)
    return Unavailable(what, hint=hint or "try again in some hours")


def _again(headers: Headers) -> str | None:
    after = retry_after(headers)
    return None if after is None else f"try again in {in_words(after)}"


def _message(envelope: Mapping[str, Json]) -> str:
    message = envelope.get("message")
    return shortened(message) if isinstance(message, str) and message else "no reason given"


def _scopes_hint(envelope: Mapping[str, Json]) -> str:
    errors = envelope.get("errors")
    contexts = [error.get("context") for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    scopes = [context.get("requiredGranularScopes") for context in contexts if isinstance(context, dict)]
    named = sorted({name for names in scopes if isinstance(names, list) for name in names if isinstance(name, str)})
    wanted = shortened(", ".join(named)) or "crm.objects.marketing_events.read and, to apply, .write"
    return f"give the token's app the scopes it lacks: {wanted}"


def _conflict(status: int, envelope: Mapping[str, Json]) -> str | None:
    """Return the object id of the event that already has the external ids; empty if HubSpot does not name it.

    None for any other refusal. HubSpot answers such a conflict with a 400 in practice, not with a 409.
    """
    kinds = (envelope.get("errorType"), envelope.get("category"))
    if status != 400 or "UNIQUE_VALUE_CONFLICT" not in kinds:
        return None
    match envelope.get("errorTokens"):
        case {"existingObjectId": [str() | int() as object_id, *_]}:
            return shortened(str(object_id))
        case _:
            return ""
