"""Evidence of the app and the account id that each live event belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.event import LiveEvent
from reconciler.policy import Policy
from reconciler.portal import Hit, Listing

External = tuple[str, str]
"""Account id and event id."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of ownership that searches and direct reads add to the list, which contains no account ids."""

    app_id: int | None
    """The app whose events are ours; None if it is unknown."""
    token_app_id: int | None
    """The app that the token belongs to; None if it is unknown."""
    accounts: Mapping[str, str] = field(default_factory=dict)
    """Object id to account id; each is proven by a search hit or a direct read."""
    misses: frozenset[External] = frozenset()
    """External ids that a direct read did not find."""
    fresh: Mapping[str, LiveEvent] = field(default_factory=dict)
    """Object id to the event that a direct read returned, which is newer than the list."""
    asked: frozenset[External] = frozenset()
    """External ids that were read directly, found or not."""
    answered: frozenset[str] = frozenset()
    """Account ids under which a token of our app found an event that may be any of several listed ones."""

    @property
    def foreign_token(self) -> bool:
        """Whether the token is known to be another app's; HubSpot then answers 404 to our events' external ids."""
        return self.app_id is not None and self.token_app_id not in (None, self.app_id)

    @property
    def is_ours(self) -> bool:
        """Whether the token is known to be our app's."""
        return self.app_id is not None and (self.token_app_id == self.app_id or bool(self.accounts))

    @property
    def misses_refute(self) -> bool:
        """Whether a 404 proves absence.

        It does if the token is known to belong to our app, or if no app is known to be ours: then the token's app is.
        """
        return self.app_id is None or self.token_app_id == self.app_id or bool(self.accounts)

    @property
    def outlook(self) -> tuple[int | None, bool, bool]:
        """What bears on every event: our app, and what its token's answers prove; all else is about single events."""
        return self.app_id, self.foreign_token, self.misses_refute

    def with_hits(self, hits: Iterable[Hit], listing: Listing) -> "Evidence":
        """Add search results, which also show the token's app.

        A hit counts only if the list shows the same object with the same event id. The search index lags, so an
        unlisted event may have been deleted, and HubSpot never changes an event id.
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
        evidence = replace(self, asked=self.asked | {asked})
        if found is None:
            return replace(evidence, misses=self.misses | {asked})
        object_id = found.identity.object_id or self._listed_as(found, listing)
        if object_id is None:
            return replace(evidence, answered=self.answered | {asked[0]}) if self.is_ours else evidence
        maker = listing.by_object_id.get(object_id, found).app_id
        # Only the app that made an event can read it by its external ids, so the token is that app's.
        evidence = replace(evidence, app_id=self.app_id or maker, token_app_id=self.token_app_id or maker)
        # The answer proves that the token's app made the event. If the settings name our app, and the token is not
        # known to be that app's, this may be another app's event with the same ids.
        if evidence.foreign_token or (maker or evidence.token_app_id) != evidence.app_id:
            return evidence
        identity = replace(found.identity, object_id=object_id)
        return replace(
            evidence,
            accounts={**self.accounts, object_id: asked[0]},
            fresh={**self.fresh, object_id: replace(found, identity=identity, app_id=evidence.app_id)},
        )

    def _listed_as(self, found: LiveEvent, listing: Listing) -> str | None:
        """Return the object id under which the list shows an event that was read without one; None if that is unsure.

        An event with the same event id under another account looks the same in the list, and the event itself may not
        be listed yet. So the time of the latest change has to be equal too.
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
    """Return the evidence in the settings and the token's details."""
    token_app_id = listing.portal.app_id
    return Evidence(app_id=policy.app_id or token_app_id, token_app_id=token_app_id)
