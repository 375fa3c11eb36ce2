"""The details of a token, and the count of the day's requests, as HubSpot reports them."""

import pytest

from reconciler.hubspot import account
from reconciler.json_values import Json, Malformed
from reconciler.portal import Token, Usage

COUNTED = {"name": "private-apps-api-calls-daily", "usageLimit": 625000, "currentUsage": 12, "fetchStatus": "SUCCESS"}


def test_a_token_is_read_with_its_app_and_its_scopes() -> None:
    body = {"userId": 1, "hubId": 7, "appId": 1001, "scopes": ["a.read", "a.write"]}
    assert account.as_token(body) == Token(1001, frozenset({"a.read", "a.write"}))


def test_a_token_without_scopes_is_no_token_whose_scopes_are_not_told() -> None:
    assert account.as_token({"scopes": []}) == Token(None, frozenset())
    assert account.as_token({}) == Token(None, None)


@pytest.mark.parametrize("body", [None, [], {"appId": "x"}, {"scopes": "a"}, {"scopes": [1]}])
def test_details_that_are_none_are_malformed(body: Json) -> None:
    with pytest.raises(Malformed):
        account.as_token(body)


def test_the_first_count_is_that_of_the_private_apps() -> None:
    assert account.as_usage({"results": [COUNTED]}) == Usage(limit=625_000, used=12)


@pytest.mark.parametrize(
    "body", [{}, {"results": []}, {"results": [{}]}, {"results": [7]}, {"results": [{**COUNTED, "usageLimit": "x"}]}]
)
def test_a_count_that_is_none_is_malformed(body: Json) -> None:
    with pytest.raises(Malformed):
        account.as_usage(body)
