"""An account and a token in HubSpot's JSON.

Sources are HubSpot's Account Information API (account details, daily usage) and its overview of private apps (token
details).
"""

from dataclasses import dataclass

from reconciler.hubspot.decoding import optional_number
from reconciler.json_values import Json, Malformed, as_kind, as_list, as_mapping, optional
from reconciler.portal import Token, Usage


@dataclass(frozen=True, slots=True)
class Account:
    """Account details, as far as they matter here."""

    id: int
    account_type: str | None
    timezone: str | None


def as_account(body: Json) -> Account:
    """Read the account details."""
    answer = as_mapping(body, "")
    portal = optional_number(answer.get("portalId"), "portalId")
    if portal is None:
        raise Malformed("portalId is missing")
    return Account(
        portal,
        optional(str, answer.get("accountType"), "accountType"),
        optional(str, answer.get("timeZone"), "timeZone"),
    )


def as_token_app(body: Json) -> int | None:
    """Read from the token's details which app it belongs to."""
    return optional_number(as_mapping(body, "").get("appId"), "appId")


def as_token(body: Json) -> Token:
    """Read the token's details; each part of them may be missing."""
    details = as_mapping(body, "")
    scopes = details.get("scopes")
    return Token(
        optional_number(details.get("appId"), "appId"),
        None if scopes is None else frozenset(as_kind(str, scope, "scopes") for scope in as_list(scopes, "scopes")),
    )


def as_usage(body: Json) -> Usage:
    """Read how many requests were sent today; all private apps of an account share one number."""
    results = as_list(as_mapping(body, "").get("results"), "results")
    if not results:
        raise Malformed("results is empty")
    counted = as_mapping(results[0], "results[0]")
    return Usage(
        as_kind(int, counted.get("usageLimit"), "results[0].usageLimit"),
        as_kind(int, counted.get("currentUsage"), "results[0].currentUsage"),
    )
