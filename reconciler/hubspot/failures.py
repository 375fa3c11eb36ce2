"""What a status that is no success means (error handling, usage guidelines)."""

from collections.abc import Mapping

from reconciler.errors import AccessDenied, ReconcilerError, Rejected, Unavailable
from reconciler.hubspot.headers import rate_limit
from reconciler.transport.failures import Passing
from reconciler.transport.headers import Headers, retry_after
from reconciler.transport.json_text import shortened
from reconciler.transport.shapes import Json

CONNECT_HINT = "check the network, the proxy and HUBSPOT_BASE_URL"

_REDIRECT = range(300, 400)
_CLIENT_ERROR = range(400, 500)
_PASSING = frozenset({500, 502, 503, 504, 521, 522, 523, 524})
"""Statuses that HubSpot says to send again after a pause; a write may have been carried out."""


def failure(status: int, headers: Headers, envelope: Mapping[str, Json]) -> ReconcilerError:
    """Say in plain words what a status that is no success means."""
    said = _message(envelope)
    match status:
        case 401:
            hint = "check HUBSPOT_ACCESS_TOKEN"
            return AccessDenied(f"HubSpot does not accept the token: {said}", hint=hint, status=status)
        case 403:
            return AccessDenied(f"the token may not do this: {said}", hint=_scopes_hint(envelope), status=status)
        case 423:
            return Passing("HubSpot has locked the event for a moment", sent=False, after=2)
        case 429:
            return _too_many(headers, envelope)
        case 477:  # HubSpot's own status, which has no name
            when = retry_after(headers) or "some"
            return Unavailable(
                "HubSpot is moving this account to another data centre", hint=f"try again in {when} seconds"
            )
        case _ if status in _PASSING:
            after = float(retry_after(headers) or 0)
            return Passing(f"HubSpot keeps failing with status {status}: {said}", sent=True, after=after)
        case _:
            return _final(status, envelope)


def _final(status: int, envelope: Mapping[str, Json]) -> ReconcilerError:
    said = _message(envelope)
    if status in _REDIRECT:
        return Unavailable(f"HubSpot redirects elsewhere (status {status}), which is not followed", hint=CONNECT_HINT)
    if status in _CLIENT_ERROR:
        what = f"HubSpot refuses the request (status {status}): {said}"
        return Rejected(what, status=status, conflict=_conflict(status, envelope))
    return Unavailable(f"HubSpot fails with status {status}: {said}", sent=True)


def _too_many(headers: Headers, envelope: Mapping[str, Json]) -> ReconcilerError:
    if envelope.get("policyName") == "DAILY":
        return Unavailable(
            "the account's daily number of requests to HubSpot is used up",
            hint="try again after midnight there",
        )
    return Passing(
        "HubSpot keeps saying that there are too many requests",
        sent=False,
        after=retry_after(headers) or rate_limit(headers).interval or 10,
        hint="something else uses the same app's limit: try again later",
    )


def _message(envelope: Mapping[str, Json]) -> str:
    message = envelope.get("message")
    return shortened(message) if isinstance(message, str) and message else "no reason given"


def _scopes_hint(envelope: Mapping[str, Json]) -> str:
    errors = envelope.get("errors")
    contexts = [error.get("context") for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    scopes = [context.get("requiredGranularScopes") for context in contexts if isinstance(context, dict)]
    named = sorted({str(scope) for listed in scopes if isinstance(listed, list) for scope in listed})
    wanted = shortened(", ".join(named)) or "crm.objects.marketing_events.read and, to apply, .write"
    return f"give the token's app the scopes it lacks: {wanted}"


def _conflict(status: int, envelope: Mapping[str, Json]) -> str | None:
    """Read which event already has the external ids: such a refusal is a 400 in practice, not a 409."""
    kinds = (envelope.get("errorType"), envelope.get("category"))
    if status != 400 or "UNIQUE_VALUE_CONFLICT" not in kinds:
        return None
    match envelope.get("errorTokens"):
        case {"existingObjectId": [str() | int() as object_id, *_]}:
            return shortened(str(object_id))
        case _:
            return ""
