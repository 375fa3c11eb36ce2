"""What is known of whose event is whose, beyond the list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.event import DeclaredEvent, LiveEvent
from reconciler.policy import Policy
from reconciler.portal import Hit, Listing

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
    answered: frozenset[str] = frozenset()
    """Account ids under which our own token found an event, be it not known which of the listed ones."""

    @property
    def foreign_token(self) -> bool:
        """The token is known to be another app's: external ids answer 404 for all of ours."""
        return self.app_id is not None and self.token_app_id not in (None, self.app_id)

    @property
    def is_ours(self) -> bool:
        """The token is known to be our app's."""
        return self.app_id is not None and (self.token_app_id == self.app_id or bool(self.accounts))

    @property
    def misses_refute(self) -> bool:
        """A miss tells that an event is not there only to a token that has been seen to speak for our app."""
        return self.app_id is None or self.token_app_id == self.app_id or bool(self.accounts)

    def with_hits(self, hits: Iterable[Hit], listing: Listing) -> "Evidence":
        """Add search results, which also tell the token's app.

        A hit that the list does not show may be long gone and proves nothing: the index lags. Nor does one that the
        list shows under another event id, because HubSpot never changes that.
        """
        listed = [hit for hit in hits if _is_shown(hit, listing)]
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
        object_id = found.identity.object_id or self._listed_as(found, listing)
        if object_id is None:
            return replace(known, answered=self.answered | {asked[0]}) if self.is_ours else known
        made_by = listing.by_object_id.get(object_id, found).app_id
        # Only the app that made an event can read it by its external ids, so the token is that app's.
        known = replace(known, app_id=self.app_id or made_by, token_app_id=self.token_app_id or made_by)
        # An answer proves that the token's app made the event. Where the settings say which app is ours, and nothing
        # says that the token is that app's, it may be another app's event with the same ids.
        if known.foreign_token or (made_by or known.token_app_id) != known.app_id:
            return known
        identity = replace(found.identity, object_id=object_id)
        return replace(
            known,
            accounts={**self.accounts, object_id: asked[0]},
            fresh={**self.fresh, object_id: replace(found, identity=identity, app_id=known.app_id)},
        )

    def _listed_as(self, found: LiveEvent, listing: Listing) -> str | None:
        """Give the object id that the list tells of an event that was read without one; None where it may be another.

        A namesake under another account would be listed in the same way, while the event itself may not be listed
        yet: only the same time of the latest change makes them one.
        """
        if self.app_id is None or self.token_app_id != self.app_id or found.updated_at is None:
            return None
        namesakes = [
            event
            for event in listing.events
            if event.app_id == self.app_id and event.identity.external_event_id == found.identity.external_event_id
        ]
        if len(namesakes) != 1 or namesakes[0].updated_at != found.updated_at:
            return None
        return namesakes[0].identity.object_id


def _is_shown(hit: Hit, listing: Listing) -> bool:
    event = listing.by_object_id.get(str(hit.identity.object_id))
    return event is not None and event.identity.external_event_id == hit.identity.external_event_id


def first_evidence(policy: Policy, listing: Listing) -> Evidence:
    """Start with what the settings and the token's details say."""
    token_app_id = listing.portal.app_id
    return Evidence(app_id=policy.app_id or token_app_id, token_app_id=token_app_id)


@dataclass(frozen=True, slots=True)
class Match:
    """A declared event with the live event that it means; no live event means it has to be created."""

    declared: DeclaredEvent
    live: LiveEvent | None
    proven: bool
