"""A portal over HTTP for `doctor`."""

from reconciler.event import LiveEvent
from reconciler.hubspot import allowance
from reconciler.hubspot.decoding import understood
from reconciler.hubspot.paths import TOKEN_DETAILS
from reconciler.hubspot.portal import PortalReader
from reconciler.portal import Portal, RateLimit, Token, Usage


class PortalInspector(PortalReader):
    """A portal to look at; see `reconciler.portal.Inspector`."""

    @property
    def answered(self) -> bool:
        """Whether anything has answered at all so far."""
        return self._http.answered

    @property
    def rate_limit(self) -> RateLimit:
        """What HubSpot said last of its limits (usage guidelines)."""
        return self._http.rate_limit

    def account(self) -> Portal:
        """Read whose portal it is (account details)."""
        return self._account()

    def token(self) -> Token:
        """Read whose token it is (token details of private apps)."""
        return understood(allowance.token, self._http.token_details(TOKEN_DETAILS))

    def events(self) -> tuple[LiveEvent, ...]:
        """Read every page of the list (list)."""
        return self._listed()

    def usage(self) -> Usage:
        """Read how much of the day's requests is used up (daily usage of private apps)."""
        return understood(allowance.usage, self._http.get(self._paths.usage, {}))
