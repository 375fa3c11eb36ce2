"""Evidence of the app and the account id that each live event belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from reconciler.event import LiveEvent
from reconciler.policy import Policy
from reconciler.portal import Hit, Listing

External = tuple[str, str]
"""Account id and event id."""

Answered = tuple[External, LiveEvent | None]
"""What was asked of a direct read by external ids, and what it found."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What bears on every event: which app is ours, and what the token's answers are worth."""

    app_id: int | None
    """The app whose events are ours; None if it is unknown."""
    token_app_id: int | None
    """The app that the token belongs to; None if it is unknown."""
    has_found_ours: bool
    """Whether an answer has proven the account id of any event of ours."""

    @property
    def foreign_token(self) -> bool:
        """Whether the token is known to be another app's; HubSpot then answers 404 to our events' external ids."""
        return self.app_id is not None and self.token_app_id not in (None, self.app_id)

    @property
    def is_ours(self) -> bool:
        """Whether the token is known to be our app's."""
        return self.app_id is not None and (self.token_app_id == self.app_id or self.has_found_ours)

    @property
    def misses_refute(self) -> bool:
        """Whether a 404 proves absence.

        It does if the token is known to belong to our app, or if no app is known to be ours: then the token's app is.
        """
        return self.app_id is None or self.token_app_id == self.app_id or self.has_found_ours

    @property
    def on_matches(self) -> tuple[int | None, bool, bool]:
        """The part of it that bears on matches."""
        return self.app_id, self.foreign_token, self.misses_refute


class _Lesson(NamedTuple):
    """What the answer to one direct read adds to the evidence."""

    asked: External
    outlook: Outlook
    missed: bool = False
    answered: bool = False
    fresh: LiveEvent | None = None
    """The event, if it is proven to be ours."""


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
    def outlook(self) -> Outlook:
        """What bears on every event, while all else in the evidence is about single ones."""
        return Outlook(self.app_id, self.token_app_id, bool(self.accounts))

    @property
    def foreign_token(self) -> bool:
        """Whether the token is known to be another app's."""
        return self.outlook.foreign_token

    @property
    def is_ours(self) -> bool:
        """Whether the token is known to be our app's."""
        return self.outlook.is_ours

    @property
    def misses_refute(self) -> bool:
        """Whether a 404 proves absence."""
        return self.outlook.misses_refute

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

    def with_answers(self, answers: Iterable[Answered], listing: Listing) -> "Evidence":
        """Add what direct reads by external ids answered, each with what was asked.

        Take no further answer after the one that shows which app is ours: far fewer questions are left then.
        """
        outlook, lessons = self.outlook, list[_Lesson]()
        for asked, found in answers:
            lessons.append(_lesson(outlook, asked, found, listing))
            outlook = lessons[-1].outlook
            if self.app_id is None and outlook.app_id is not None:
                break
        fresh = [(lesson.asked[0], lesson.fresh) for lesson in lessons if lesson.fresh is not None]
        return Evidence(
            outlook.app_id,
            outlook.token_app_id,
            accounts={**self.accounts, **{str(event.identity.object_id): account for account, event in fresh}},
            misses=self.misses.union(lesson.asked for lesson in lessons if lesson.missed),
            fresh={**self.fresh, **{str(event.identity.object_id): event for _, event in fresh}},
            asked=self.asked.union(lesson.asked for lesson in lessons),
            answered=self.answered.union(lesson.asked[0] for lesson in lessons if lesson.answered),
        )


def _lesson(outlook: Outlook, asked: External, found: LiveEvent | None, listing: Listing) -> _Lesson:
    """Return what an answer teaches, after all that is known before it."""
    if found is None:
        return _Lesson(asked, outlook, missed=True)
    object_id = found.identity.object_id or _listed_as(outlook, found, listing)
    if object_id is None:
        return _Lesson(asked, outlook, answered=outlook.is_ours)
    maker = listing.by_object_id.get(object_id, found).app_id
    # Only the app that made an event can read it by its external ids, so the token is that app's.
    outlook = replace(outlook, app_id=outlook.app_id or maker, token_app_id=outlook.token_app_id or maker)
    # The answer proves that the token's app made the event. If the settings name our app, and the token is not
    # known to be that app's, this may be another app's event with the same ids.
    if outlook.foreign_token or (maker or outlook.token_app_id) != outlook.app_id:
        return _Lesson(asked, outlook)
    fresh = replace(found, identity=replace(found.identity, object_id=object_id), app_id=outlook.app_id)
    return _Lesson(asked, outlook, fresh=fresh)


def _listed_as(outlook: Outlook, found: LiveEvent, listing: Listing) -> str | None:
    """Return the object id under which the list shows an event that was read without one; None if that is unsure.

    An event with the same event id under another account looks the same in the list, and the event itself may not
    be listed yet. So the time of the latest change has to be equal too.
    """
    if outlook.app_id is None or outlook.token_app_id != outlook.app_id or found.updated_at is None:
        return None
    named = listing.by_event_id.get(found.identity.external_event_id, ())
    ours = [event for event in named if event.app_id == outlook.app_id]
    return ours[0].identity.object_id if [event.updated_at for event in ours] == [found.updated_at] else None


def _is_shown(hit: Hit, listing: Listing) -> bool:
    event = listing.by_object_id.get(str(hit.identity.object_id))
    return event is not None and event.identity.external_event_id == hit.identity.external_event_id


def first_evidence(policy: Policy, listing: Listing) -> Evidence:
    """Return the evidence in the settings and the token's details."""
    token_app_id = listing.portal.app_id
    return Evidence(app_id=policy.app_id or token_app_id, token_app_id=token_app_id)
