"""HubSpot's account details, token details and daily usage, decoded from JSON.

The sources are HubSpot's Account Information API (account details, daily usage) and its overview of private apps
(token details).
"""

from dataclasses import dataclass

from reconciler.hubspot.decoding import optional_number
from reconciler.json_values import Json, Malformed, as_kind, as_list, as_mapping, optional
from reconciler.portal import Token, Usage


@dataclass(frozen=True, slots=True)
class Account:
    """The account details that are used here."""

    id: int
    account_type: str | None
    timezone: str | None
    ui_domain: str | None


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
        optional(str, answer.get("uiDomain"), "uiDomain"),
    )


def as_token_app(body: Json) -> int | None:
    """Read the id of the token's app from the token details."""
    return optional_number(as_mapping(body, "").get("appId"), "appId")


def as_token(body: Json) -> Token:
    """Read the token details; each of them may be missing."""
    details = as_mapping(body, "")
    scopes = details.get("scopes")
    return Token(
        optional_number(details.get("appId"), "appId"),
        None if scopes is None else frozenset(as_kind(str, scope, "scopes") for scope in as_list(scopes, "scopes")),
    )


def as_usage(body: Json) -> Usage:
    """Read the daily usage, which all private apps of an account share."""
    results = as_list(as_mapping(body, "").get("results"), "results")
    if not results:
        raise Malformed("results is empty")
    counted = as_mapping(results[0], "results[0]")
    return Usage(
        as_kind(int, counted.get("usageLimit"), "results[0].usageLimit"),
        as_kind(int, counted.get("currentUsage"), "results[0].currentUsage"),
    )
