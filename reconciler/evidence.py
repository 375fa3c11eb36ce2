"""What is known of whose event is whose, beyond the list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.event import LiveEvent
from reconciler.live import Hit, Listing
from reconciler.policy import Policy

External = tuple[str, str]
"""Account id and event id."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of ownership beyond the list, which never tells an account id."""

    app_id: int | None
    """The app whose events are ours."""
    token_app_id: int | None
    """The app that the token belongs to, where HubSpot tells."""
    accounts: Mapping[str, str] = field(default_factory=dict)
    """Object id to account id, each proven by a search hit or a direct read."""
    misses: frozenset[External] = frozenset()
    """External ids that a direct read did not find."""
    fresh: Mapping[str, LiveEvent] = field(default_factory=dict)
    """Object id to what a direct read returned: newer than the list."""
    asked: frozenset[External] = frozenset()
    """External ids that were read directly, whatever was found."""

    @property
    def foreign_token(self) -> bool:
        """The token is known to be another app's: external ids answer 404 for all of ours."""
        return self.app_id is not None and self.token_app_id not in (None, self.app_id)

    @property
    def misses_refute(self) -> bool:
        """A miss tells that an event is not there only to a token that has been seen to speak for our app."""
        return self.app_id is None or self.token_app_id == self.app_id or bool(self.accounts)

    def with_hits(self, hits: Iterable[Hit], listing: Listing) -> "Evidence":
        """Add search results, which also tell the token's app.

        A hit that the list does not show may be long gone and proves nothing: the index lags.
        """
        listed = [hit for hit in hits if hit.identity.object_id in listing.by_object_id]
        token_app_id = self.token_app_id or next((hit.app_id for hit in listed), None)
        app_id = self.app_id or token_app_id
        proven = {
            str(hit.identity.object_id): str(hit.identity.external_account_id) for hit in listed if hit.app_id == app_id
        }
        return replace(self, app_id=app_id, token_app_id=token_app_id, accounts={**self.accounts, **proven})

    def with_answer(self, asked: External, found: LiveEvent | None, listing: Listing) -> "Evidence":
        """Add what a direct read by external ids answered."""
        known = replace(self, asked=self.asked | {asked})
        if found is None:
            return replace(known, misses=self.misses | {asked})
        object_id = str(found.identity.object_id)
        made_by = listing.by_object_id.get(object_id, found).app_id
        # Only the app that made an event can read it by its external ids, so the token is that app's.
        known = replace(known, app_id=self.app_id or made_by, token_app_id=self.token_app_id or made_by)
        if known.foreign_token or made_by not in (None, known.app_id):
            return known
        return replace(
            known,
            accounts={**self.accounts, object_id: asked[0]},
            fresh={**self.fresh, object_id: replace(found, app_id=known.app_id)},
        )


def first_evidence(policy: Policy, listing: Listing) -> Evidence:
    """Start with what the settings and the token's details say."""
    token_app_id = listing.portal.app_id
    return Evidence(app_id=policy.app_id or token_app_id, token_app_id=token_app_id)
