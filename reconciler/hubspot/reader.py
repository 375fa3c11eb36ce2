"""A portal read over HTTP."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from reconciler.errors import AccessDenied, Rejected, Unavailable
from reconciler.event import Identity, LiveEvent
from reconciler.hubspot import account, definitions, wire
from reconciler.hubspot.decoding import decoded
from reconciler.hubspot.http import HttpReader, Take
from reconciler.hubspot.in_flight import Get
from reconciler.hubspot.paths import EVENT_TYPES, TOKEN_DETAILS, Paths
from reconciler.json_values import Json
from reconciler.portal import Definition, Find, Hit, Listing, Portal, RateLimit, Token, Usage
from reconciler.transport.json_text import shortened

MOST_PAGES_OF_EVENTS = 10_000
"""A longer list counts as endless, which is an error; a million events are more than any portal holds."""


@dataclass
class _Pages:
    """The pages of the list that were read so far."""

    events: list[LiveEvent] = field(default_factory=list)
    cursors: dict[str, None] = field(default_factory=dict)
    """The cursor of each page that follows one of them, in order."""
    is_complete: bool = False

    @property
    def number(self) -> int:
        """The number of pages."""
        return len(self.cursors) + self.is_complete

    @property
    def last(self) -> str | None:
        """The cursor of the next page."""
        return next(reversed(self.cursors), None)

    def add(self, page: wire.Page) -> None:
        """Add a page; raise `Unavailable` if the next one was read already."""
        self.events += page.events
        if page.after is None:
            self.is_complete = True
        elif page.after in self.cursors:
            raise Unavailable("HubSpot's list of events repeats itself, so it cannot be read completely")
        else:
            self.cursors[page.after] = None

    def newest(self) -> tuple[LiveEvent, ...]:
        """Return each event once: a page can repeat one that moved while the list was read; the later state counts."""
        newest: dict[str, LiveEvent] = {}
        for event in self.events:
            object_id = str(event.identity.object_id)
            if object_id not in newest or _changed(event) >= _changed(newest[object_id]):
                newest[object_id] = event
        return tuple(newest.values())


class PortalReader:
    """A portal that can only be read; see `reconciler.portal.Reader`."""

    def __init__(self, http: HttpReader, api_version: str) -> None:
        self._http = http
        self._paths = Paths(api_version)
        self._portal: Portal | None = None
        self._definitions: Mapping[str, Definition] | None = None

    @property
    def reads(self) -> int:
        """The number of requests so far; a request that was repeated after a failure counts once."""
        return self._http.requests

    def details(self) -> Portal:
        """Return the portal's details, with the token's app, read once (account details, token details)."""
        if self._portal is None:
            self._portal = replace(self._account(), app_id=self._token_app())
        return self._portal

    def read(self) -> Listing:
        """Read the portal's details and every page of its event list (list)."""
        return Listing(self.details(), self._listed())

    def read_if_short(self, pages: int) -> Listing | None:
        """Read at most so many pages; return None if there are more."""
        portal = self.details()
        begun = self._read_pages(pages)
        return Listing(portal, begun.newest()) if begun.is_complete else None

    def _listed(self) -> tuple[LiveEvent, ...]:
        pages = self._read_pages(MOST_PAGES_OF_EVENTS)
        if not pages.is_complete:
            raise Unavailable(f"HubSpot's list of events did not end after {MOST_PAGES_OF_EVENTS} pages")
        return pages.newest()

    def search(self, prefix: str) -> tuple[Hit, ...]:
        """Search our app's events by a prefix of their event ids (search)."""
        return decoded(wire.as_hits, self._http.get(self._paths.search, {"q": prefix}))

    def definitions(self) -> Mapping[str, Definition]:
        """Return the definitions of event properties, read once (read all properties)."""
        if self._definitions is None:
            self._definitions = self._read_definitions()
        return self._definitions

    def find(self, identity: Identity) -> LiveEvent | None:
        """Read one event by external ids, which only its own app can do (get by external ids), else by object id.

        An answer by external ids may lack the object id. If the object id is known already, the object itself is then
        read; where it is not the same event in the same state, the event of the external ids is returned without an
        object id. It is also read if the external ids return a 404: an object that is still there is then returned
        under its object id alone.
        """
        (find,) = self.find_each([identity])
        return find()

    def find_each(self, identities: Sequence[Identity], *, then: int = 0) -> Iterator[Find]:
        """Read events as `find` does, their first requests several at a time."""
        takes = self._http.get_each([self._first_read(identity) for identity in identities], then=then)
        for number, (identity, take) in enumerate(zip(identities, takes, strict=True)):
            self._http.watch.checked(number, len(identities))
            yield partial(self._found, identity, take)
        self._http.watch.checked(len(identities), len(identities))

    def _first_read(self, identity: Identity) -> Get:
        if identity.external is None:
            return self._object_read(identity)
        account_id, event_id = identity.external
        return Get(self._paths.by_event_id(event_id), {"externalAccountId": account_id})

    def _object_read(self, identity: Identity) -> Get:
        return Get(self._paths.by_object_id(str(identity.object_id)), {})

    def _found(self, identity: Identity, take: Take) -> LiveEvent | None:
        if identity.external is None:
            return self._found_object(identity, take)
        found = _event(take(), identity, wire.as_event_by_external_ids)
        if identity.object_id is None or (found is not None and found.identity.object_id is not None):
            return found
        held = self._find_object(Identity(object_id=identity.object_id) if found is None else identity)
        return held if found is None or _is_same(found, held) else found

    def _find_object(self, identity: Identity) -> LiveEvent | None:
        read = self._object_read(identity)
        return self._found_object(identity, partial(self._http.get_or_none, read.path, read.query))

    def _found_object(self, identity: Identity, take: Take) -> LiveEvent | None:
        found = _event(take(), identity, wire.as_event)
        if found is not None and found.identity.object_id != identity.object_id:
            raise _wrong_event(Identity(object_id=identity.object_id), Identity(object_id=found.identity.object_id))
        return found

    def _read_definitions(self) -> Mapping[str, Definition]:
        for object_type in EVENT_TYPES:
            body = self._definitions_of(object_type)
            if body is not None:
                return decoded(definitions.as_definitions, body)
        raise Unavailable(
            "HubSpot shows no property definitions of marketing events, so the custom properties cannot be checked",
            hint="try another --api-version, or declare no custom properties",
        )

    def _definitions_of(self, object_type: str) -> Json | None:
        """Read the definitions of one object type; HubSpot documents no status for an unknown one."""
        try:
            return self._http.get_or_none(self._paths.definitions(object_type), {})
        except Rejected:
            return None

    def _account(self) -> Portal:
        details = decoded(account.as_account, self._http.get(self._paths.account, {}))
        # A stand-in on this machine may have the number of somebody's portal, whose pages are not about its events.
        domain = None if self._http.is_local else details.ui_domain
        return Portal(details.id, details.account_type, details.timezone, self._paths.version, None, domain)

    def _token_app(self) -> int | None:
        """Read the id of the token's app; None if HubSpot does not name it, whatever the reason.

        It is not known whether this works for every kind of token. An invalid token ends the run at the next request,
        and so does a network that is down.
        """
        try:
            return decoded(account.as_token_app, self._http.token_details(TOKEN_DETAILS))
        except (Rejected, AccessDenied, Unavailable):
            return None

    def _read_pages(self, most: int) -> "_Pages":
        """Read until the list ends, or so many pages of it have been read."""
        pages = _Pages()
        while not pages.is_complete and len(pages.cursors) < most:
            query = {"limit": str(wire.PAGE), **({} if pages.last is None else {"after": pages.last})}
            pages.add(decoded(wire.as_page, self._http.get(self._paths.events, query)))
            self._http.watch.listed(pages.number, len(pages.events))
        return pages


def _event(body: Json | None, asked: Identity, decode: Callable[[Json], LiveEvent]) -> LiveEvent | None:
    """Decode the answer to a direct read; raise `Unavailable` if it is about another event than the one asked for.

    Only a read by external ids proves the account id. The event id is the one that HubSpot returned, as in the list.
    """
    if body is None:
        return None
    found = decoded(decode, body)
    if asked.external is not None and found.identity.external_event_id != asked.external_event_id:
        raise _wrong_event(asked, found.identity)
    account_id = None if asked.external is None else asked.external_account_id
    identity = Identity(account_id, found.identity.external_event_id, found.identity.object_id)
    return found.known_as(identity)


def _is_same(found: LiveEvent, held: LiveEvent | None) -> bool:
    """Return whether an event that was read without its object id is the object that was read after it.

    An object of another account may have the same event id, so the time of the latest change has to be equal too.
    """
    return held is not None and (found.updated_at, found.fields) == (held.updated_at, held.fields)


def _wrong_event(asked: Identity, found: Identity) -> Unavailable:
    wanted, returned = shortened(str(asked)), shortened(str(found))
    return Unavailable(f"HubSpot was asked for {wanted} but returned {returned}")


def _changed(event: LiveEvent) -> str:
    """Return a sort key of the last change; without the `Z` a whole second sorts before its fractions."""
    return (event.updated_at or "").removesuffix("Z")


class PortalInspector(PortalReader):
    """A portal as `doctor` reads it; see `reconciler.portal.Inspector`."""

    @property
    def answered(self) -> bool:
        """Whether anything has answered so far."""
        return self._http.answered

    @property
    def rate_limit(self) -> RateLimit:
        """The rate limit that HubSpot reported last (usage guidelines)."""
        return self._http.rate_limit

    def account(self) -> Portal:
        """Read the portal's details (account details)."""
        return self._account()

    def token(self) -> Token:
        """Read the token's app and scopes (token details of private apps)."""
        return decoded(account.as_token, self._http.token_details(TOKEN_DETAILS))

    def events(self) -> tuple[LiveEvent, ...]:
        """Read every page of the event list (list)."""
        return self._listed()

    def usage(self) -> Usage:
        """Read how many of the day's requests are used up (daily usage of private apps)."""
        return decoded(account.as_usage, self._http.get(self._paths.usage, {}))
