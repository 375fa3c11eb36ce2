"""A portal: what it holds, and the interfaces for reading, writing, inspecting and probing it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from reconciler.change import Create, FieldChange
from reconciler.event import Identity, Kind, LiveEvent, Value


@dataclass(frozen=True, slots=True)
class Portal:
    """The portal that was read (account details), and the app whose events are ours."""

    id: int
    account_type: str | None
    timezone: str | None
    api_version: str
    app_id: int | None
    """The app that the token belongs to, until the evidence shows whose events are ours; None if not known."""
    ui_domain: str | None = None
    """The host of HubSpot's pages for this portal, as HubSpot names it; None if not known, or a stand-in was read."""


@dataclass(frozen=True)
class Listing:
    """Every event of the portal's list, whoever made it, or only those events that were asked for."""

    portal: Portal
    events: tuple[LiveEvent, ...]
    whole: bool = True
    """Whether it is the whole list; a list of which a page is missing is an error."""

    @cached_property
    def by_object_id(self) -> Mapping[str, LiveEvent]:
        """Every event by its object id."""
        return {str(event.identity.object_id): event for event in self.events}

    @cached_property
    def by_event_id(self) -> Mapping[str | None, Sequence[LiveEvent]]:
        """All events of each event id, whoever made them."""
        grouped: dict[str | None, list[LiveEvent]] = defaultdict(list)
        for event in self.events:
            grouped[event.identity.external_event_id].append(event)
        return dict(grouped)


@dataclass(frozen=True, slots=True)
class Hit:
    """A search result, the only cheap proof of an account id (`GET events/search`, own app only)."""

    app_id: int
    identity: Identity


@dataclass(frozen=True, slots=True)
class Definition:
    """The portal's definition of one event property."""

    name: str
    label: str
    kind: Kind
    options: Mapping[str, str] | None = None
    """The label of each value that can be chosen; None if the portal lists none, so that any value may be right."""
    several: bool = False
    """Whether more than one option can be chosen."""
    writable: bool = True
    """Whether anybody but HubSpot itself may set it."""
    description: str = ""
    """What the portal says of it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The fields of one live event that an update sends."""

    identity: Identity
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """HubSpot's answer to one write; the outcome of an item that it does not confirm is found out by reading."""

    confirmed: Collection[Identity] = ()
    """The items that it names as written, without contradicting what was sent."""
    reasons: Mapping[Identity, str] = field(default_factory=dict)
    """Why an item failed, if HubSpot's answer names the item."""
    remark: str | None = None
    """HubSpot's message that names no item."""


Find = Callable[[], LiveEvent | None]
"""Returns the event that a direct read found, None if it is gone; raises what kept it from being read."""


class Reader(Protocol):
    """A portal to read; it has no method that writes."""

    @property
    def reads(self) -> int:
        """The number of requests sent so far."""

    def details(self) -> Portal:
        """Return the portal's details, read once."""

    def read(self) -> Listing:
        """Read the whole list; raise `Unavailable` if any page is missing."""

    def read_if_short(self, pages: int) -> Listing | None:
        """Read the list if it has at most so many pages; return None if it has more."""

    def search(self, prefix: str) -> tuple[Hit, ...]:
        """Return our app's events whose event id starts with `prefix`; a missing event proves nothing."""

    def definitions(self) -> Mapping[str, Definition]:
        """Return the definitions of event properties by name, read once; raise `Unavailable` if HubSpot shows none."""

    def find(self, identity: Identity) -> LiveEvent | None:
        """Read one event directly, by its external ids if they are known, else by object id; return None if it is gone.

        An object that exists, but not under the external ids, is returned with its object id alone.
        """

    def find_each(self, identities: Sequence[Identity], *, then: int = 0) -> Iterator[Find]:
        """Read events directly, as `find` does but several at a time; yield, in their order, how to take each result.

        Each has to be taken before the next, or not at all; the reads go only a little way ahead of what is taken. The
        rate limit puts no pause between them and `then` requests after them.
        """


class Writer(Reader, Protocol):
    """A portal to write as well."""

    @property
    def left_today(self) -> int | None:
        """The number of requests that HubSpot still grants today, by its latest answer; None if it does not say."""

    def resending_only_if(self, still_due: Callable[[], bool]) -> AbstractContextManager[None]:
        """Within this context, send a failed write again only if it is still due, so that none is repeated blindly."""

    def create(self, changes: Sequence[Create]) -> Answer:
        """Create events from their full records, at most 100."""

    def create_one(self, change: Create) -> Answer:
        """Create one event by itself; if its ids are taken, raise `Rejected` with `conflict`."""

    def update(self, edits: Sequence[Edit]) -> Answer:
        """Change the given fields of events, at most 100."""

    def update_one(self, edit: Edit) -> Answer:
        """Change the given fields of one event by itself."""

    def complete(self, identity: Identity, *, cancelled: bool) -> Answer:
        """Mark one event of our app as completed, and send its cancelled flag along."""

    def archive(self, identities: Sequence[Identity]) -> Answer:
        """Delete events, at most 100."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many requests HubSpot allows (usage guidelines); a value is None if HubSpot does not say."""

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
    """HubSpot's details of the token; a value is None if HubSpot does not say."""

    app_id: int | None
    scopes: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Usage:
    """The daily limit of all private apps of the account together, and the requests used; the count lags behind."""

    limit: int
    used: int


class Inspector(Protocol):
    """A portal to inspect; the questions are independent, so that one can fail and the others still be answered.

    Every question can raise `AccessDenied`, `Rejected` or `Unavailable`.
    """

    @property
    def answered(self) -> bool:
        """Whether the server has answered any request so far."""

    @property
    def rate_limit(self) -> RateLimit:
        """The limits in HubSpot's latest answer."""

    def account(self) -> Portal:
        """Return the portal, without its app."""

    def token(self) -> Token:
        """Return the details of the token."""

    def events(self) -> tuple[LiveEvent, ...]:
        """Return all events."""

    def definitions(self) -> Mapping[str, Definition]:
        """Return the definitions of event properties, by name."""

    def usage(self) -> Usage:
        """Return the daily limit, with the requests used."""


class Prober(Protocol):
    """A portal to try things out in, on one event whose external ids were chosen when it was opened.

    No method names an event, so none can write another one. Each can raise `AccessDenied`, `Rejected` or
    `Unavailable`; a write raises `Rejected` too if HubSpot's answer names a reason why nothing was done.
    """

    @property
    def requests(self) -> int:
        """The number of requests sent so far."""

    @property
    def address(self) -> str:
        """The path of the event with its query: a GET reads it there, a DELETE deletes it."""

    def account(self) -> Portal:
        """Return the portal, without its app."""

    def token(self) -> Token:
        """Return the details of the token."""

    def find(self) -> LiveEvent | None:
        """Read the event directly, by its external ids and then by its object id; return None if it is not there.

        Raises `ReadsDisagree` if the two reads do not show the same event.
        """

    def is_listed(self, pages: int) -> bool | None:
        """Return whether the list shows an object id that `find` has proven; None if it has more pages than these."""

    def search(self, text: str) -> Hit | None:
        """Search for event ids; return the hit that is the event."""

    def upsert(self, fields: Mapping[str, Value]) -> bool:
        """Create or overwrite the event with these fields alone; return whether HubSpot's answer confirms it."""

    def edit(self, fields: Mapping[str, Value]) -> None:
        """Change these fields by the object id that `find` has proven."""

    def edit_beside_former(self, fields: Mapping[str, Value]) -> bool | None:
        """Change these fields as `edit` does, in one batch with an object id that the event had before it was deleted.

        Return whether HubSpot's answer names that one as failed; None, and send nothing, if there is no such id.
        """

    def edit_with_null(self, fields: Mapping[str, Value], empty: str) -> None:
        """Change these fields as `edit` does, and send null for the field called `empty`."""

    def patch(self, fields: Mapping[str, Value]) -> None:
        """Change these fields by the external ids."""

    def archive(self) -> None:
        """Delete the event by the object id that `find` has proven."""
