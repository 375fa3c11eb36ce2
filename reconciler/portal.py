"""What a portal holds, with the doors through which it is read or written."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from reconciler.change import Create, FieldChange
from reconciler.event import Identity, Kind, LiveEvent


@dataclass(frozen=True, slots=True)
class Portal:
    """Whose portal was read (account details), and which app's events are ours."""

    id: int
    account_type: str | None
    timezone: str | None
    api_version: str
    app_id: int | None
    """The app that the token belongs to, until `ownership` says whose events are ours; None if not known."""


@dataclass(frozen=True)
class Listing:
    """One whole reading of the portal's list: every event of every app, or an error instead."""

    portal: Portal
    events: tuple[LiveEvent, ...]

    @cached_property
    def by_object_id(self) -> Mapping[str, LiveEvent]:
        """Every event by HubSpot's id for it."""
        return {str(event.identity.object_id): event for event in self.events}


@dataclass(frozen=True, slots=True)
class Hit:
    """A search result: the only cheap proof of an account id (`GET events/search`, own app only)."""

    app_id: int
    identity: Identity


@dataclass(frozen=True, slots=True)
class Definition:
    """What the portal says of one property of events."""

    name: str
    label: str
    kind: Kind
    options: Mapping[str, str] | None = None
    """The label of each value that can be chosen; None where the portal lists none, so that any may do."""
    several: bool = False
    """More than one option can be chosen."""
    writable: bool = True
    """Somebody else than HubSpot may set it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The fields of one live event that an update sends."""

    identity: Identity
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What HubSpot said of the items of one write; an item that it does not confirm is settled by reading."""

    confirmed: Collection[Identity] = ()
    """Those that it names as written, with nothing that contradicts what was sent."""
    reasons: Mapping[Identity, str] = field(default_factory=dict)
    """Why an item failed, where HubSpot's answer names the item."""
    remark: str | None = None
    """What HubSpot said without naming any item."""


class Reader(Protocol):
    """A portal to read; it has no method that writes."""

    @property
    def reads(self) -> int:
        """How many requests were sent so far."""

    def read(self) -> Listing:
        """Read everything; `Unavailable` where any page is missing."""

    def search(self, prefix: str) -> tuple[Hit, ...]:
        """Give our app's events whose event id starts with `prefix`; one that is missing proves nothing."""

    def definitions(self) -> Mapping[str, Definition]:
        """Give the definitions of event properties by name, read once; `Unavailable` where there are none to read."""

    def find(self, identity: Identity) -> LiveEvent | None:
        """Read one event directly: by its external ids where they are known, else by object id.

        An object that is there, but not under its external ids, is given under its object id alone.
        """


class Writer(Reader, Protocol):
    """A portal to write as well."""

    @property
    def left_today(self) -> int | None:
        """How many requests HubSpot said, the latest time, that it still grants today; None where it does not say."""

    def resending_only_if(self, still_due: Callable[[], bool]) -> AbstractContextManager[None]:
        """Let a write that failed be sent again only where it is still due: it is not repeated blindly."""

    def create(self, changes: Sequence[Create]) -> Answer:
        """Make events from their full records, at most 100."""

    def create_one(self, change: Create) -> Answer:
        """Make one event by itself; `Rejected.conflict` tells that its ids are taken."""

    def update(self, edits: Sequence[Edit]) -> Answer:
        """Change the given fields of events, at most 100."""

    def update_one(self, edit: Edit) -> Answer:
        """Change the given fields of one event by itself."""

    def complete(self, identity: Identity, *, cancelled: bool) -> Answer:
        """Mark one event of our app as completed, stating its cancelled flag along."""

    def archive(self, identities: Sequence[Identity]) -> Answer:
        """Delete events, at most 100."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many requests HubSpot allows (usage guidelines); None where it does not say."""

    limit: int | None = None
    """Requests in one interval."""
    remaining: int | None = None
    interval: float | None = None
    """Seconds."""
    daily: int | None = None
    """Requests in one day; OAuth apps have no such limit."""
    daily_remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """What HubSpot says of the token; None where it does not."""

    app_id: int | None
    scopes: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Usage:
    """How many requests all private apps of the account may send in a day, and have sent, as counted a while ago."""

    limit: int
    used: int


class Inspector(Protocol):
    """A portal to look at; each question is one of its own, so that one that fails spoils no other.

    Every question can raise `AccessDenied`, `Rejected` or `Unavailable`.
    """

    @property
    def answered(self) -> bool:
        """Whether anything has answered at all so far."""

    @property
    def rate_limit(self) -> RateLimit:
        """What HubSpot said last of its limits."""

    def account(self) -> Portal:
        """Whose portal it is; the app is left open."""

    def token(self) -> Token:
        """Whose token it is."""

    def events(self) -> tuple[LiveEvent, ...]:
        """All events."""

    def definitions(self) -> Mapping[str, Definition]:
        """What the portal says of event properties, by name."""

    def usage(self) -> Usage:
        """How much of the day's requests is used up."""
