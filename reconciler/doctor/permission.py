"""The permission to probe a portal, which writes to it."""

from dataclasses import dataclass

from reconciler.errors import Refused
from reconciler.policy import Policy, check_portal
from reconciler.portal import Portal, Prober
from reconciler.safe_text import quoted

TEST_ACCOUNTS = frozenset({"DEVELOPER_TEST", "SANDBOX"})
"""The types of accounts (account details) in which nobody's business depends on events."""


@dataclass(frozen=True, slots=True)
class Permission:
    """The right to probe a portal; only `permit` gives it."""

    portal: Portal


def permit(policy: Policy, portal: Prober) -> Permission:
    """Ask HubSpot which account the token opens; raise `Refused` unless it is a test account and the declared one.

    A direct read must also find no event under the probe's ids.
    """
    account = portal.account()
    check_portal(policy, account.id)
    if account.account_type not in TEST_ACCOUNTS:
        raise Refused(
            "--probe writes, so it needs a test account (DEVELOPER_TEST or SANDBOX), "
            f"but portal {account.id} is {_kind(account)}",
            hint="use a token of a developer test account or of a sandbox account; with --sandbox, "
            'a seed that says "account_type": "DEVELOPER_TEST", for a new database',
        )
    if portal.find() is not None:
        raise Refused("an event already has the ids that were to be the probe's", hint="run it again: it takes others")
    return Permission(account)


def _kind(account: Portal) -> str:
    return "of no type that HubSpot names" if account.account_type is None else quoted(account.account_type)
