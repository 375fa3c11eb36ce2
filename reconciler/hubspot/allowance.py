"""What a token may do, in HubSpot's JSON.

Sources are HubSpot's overview of private apps (token details) and its Account Information API (daily usage).
"""

from reconciler.hubspot.shapes import number
from reconciler.portal import Token, Usage
from reconciler.transport.shapes import Json, Malformed, as_kind, as_list, as_mapping


def token(body: Json) -> Token:
    """Read the token's details; each part of them may be missing."""
    details = as_mapping(body, "")
    scopes = details.get("scopes")
    return Token(
        number(details.get("appId"), "appId"),
        None if scopes is None else frozenset(as_kind(str, scope, "scopes") for scope in as_list(scopes, "scopes")),
    )


def usage(body: Json) -> Usage:
    """Read how many requests were sent today; all private apps of an account share one number."""
    results = as_list(as_mapping(body, "").get("results"), "results")
    if not results:
        raise Malformed("results is empty")
    counted = as_mapping(results[0], "results[0]")
    return Usage(
        as_kind(int, counted.get("usageLimit"), "results[0].usageLimit"),
        as_kind(int, counted.get("currentUsage"), "results[0].currentUsage"),
    )
