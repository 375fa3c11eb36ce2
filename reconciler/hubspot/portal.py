"""A portal over HTTP: the doors that read and write its events."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from reconciler.change import Create
from reconciler.errors import AccessDenied, Rejected, Unavailable
from reconciler.event import Identity, LiveEvent
from reconciler.hubspot import definitions, wire
from reconciler.hubspot.http import HttpReader, HttpWriter
from reconciler.hubspot.paths import EVENT_TYPES, TOKEN_DETAILS, Paths
from reconciler.hubspot.shapes import Json, Malformed
from reconciler.live import Answer, Definition, Edit, Hit, Listing, Portal

MOST_PAGES = 10_000
"""A list that never ends is an error; a million events are more than any portal holds."""

_T = TypeVar("_T")


class PortalReader:
    """A portal to read; see `reconciler.live.Reader`."""

    def __init__(self, http: HttpReader, api_version: str) -> None:
        self._http = http
        self._paths = Paths(api_version)
        self._portal: Portal | None = None
        self._definitions: Mapping[str, Definition] | None = None

    @property
    def reads(self) -> int:
        """How many requests were sent so far, those that were repeated after a failure counted once."""
        return self._http.requests

    def read(self) -> Listing:
        """Read whose portal it is and every page of its list (list, account details, token details)."""
        portal = self._whose()
        newest: dict[str, LiveEvent] = {}
        for event in self._events():
            object_id = str(event.identity.object_id)
            # A page can repeat an event that moved while the list was read; the later state counts.
            if object_id not in newest or _changed(event) >= _changed(newest[object_id]):
                newest[object_id] = event
        return Listing(portal, tuple(newest.values()))

    def search(self, prefix: str) -> tuple[Hit, ...]:
        """Search our app's events by the start of their event ids (search)."""
        return _understood(wire.hits, self._http.get(self._paths.search, {"q": prefix}))

    def definitions(self) -> Mapping[str, Definition]:
        """Read the definitions of event properties once (read all properties)."""
        if self._definitions is None:
            self._definitions = self._defined()
        return self._definitions

    def find(self, identity: Identity) -> LiveEvent | None:
        """Read one event: by external ids, which only its own app can (get by external ids), else by object id.

        HubSpot need not tell the object id of an event that it was asked for by its external ids. Where it is known
        already, the object itself is read then, which shows whether it still has that event id.
        """
        if identity.external is None:
            return self._find_object(identity)
        account_id, event_id = identity.external
        query = {"externalAccountId": account_id}
        found = self._get(self._paths.by_event_id(event_id), query, identity, wire.event_by_external_ids)
        if found is not None and found.identity.object_id is None and identity.object_id is not None:
            return self._find_object(identity)
        return found

    def _find_object(self, identity: Identity) -> LiveEvent | None:
        found = self._get(self._paths.by_object_id(str(identity.object_id)), {}, identity, wire.event)
        if found is not None and found.identity.object_id != identity.object_id:
            raise _other(Identity(object_id=identity.object_id), Identity(object_id=found.identity.object_id))
        return found

    def _defined(self) -> Mapping[str, Definition]:
        for object_type in EVENT_TYPES:
            body = self._definitions_of(object_type)
            if body is not None:
                return _understood(definitions.definitions, body)
        raise Unavailable(
            "HubSpot shows no property definitions of marketing events, so the custom properties cannot be checked",
            hint="try another --api-version, or declare no custom properties",
        )

    def _definitions_of(self, object_type: str) -> Json | None:
        """Ask for one object type; HubSpot documents no status for one that it does not know."""
        try:
            return self._http.get_or_none(self._paths.definitions(object_type), {})
        except Rejected:
            return None

    def _get(
        self, path: str, query: dict[str, str], asked: Identity, decode: Callable[[Json], LiveEvent]
    ) -> LiveEvent | None:
        body = self._http.get_or_none(path, query)
        if body is None:
            return None
        found = _understood(decode, body)
        if asked.external is not None and found.identity.external_event_id != asked.external_event_id:
            raise _other(asked, found.identity)
        identity = Identity(asked.external_account_id, asked.external_event_id, found.identity.object_id)
        return LiveEvent(identity, found.app_id, found.fields, found.registrants, found.attendees, found.updated_at)

    def _whose(self) -> Portal:
        if self._portal is None:
            account = _understood(wire.account, self._http.get(self._paths.account, {}))
            self._portal = Portal(
                account.id, account.account_type, account.timezone, self._paths.version, self._token_app()
            )
        return self._portal

    def _token_app(self) -> int | None:
        """Ask which app the token belongs to; None where HubSpot does not say, whatever keeps it from that.

        It is not known that this answers for every kind of token. A token that is good for nothing ends the run at
        the next request, and so does a network that is down.
        """
        try:
            return _understood(wire.token_app, self._http.token_details(TOKEN_DETAILS))
        except (Rejected, AccessDenied, Unavailable):
            return None

    def _events(self) -> "list[LiveEvent]":
        events: list[LiveEvent] = []
        seen: set[str] = set()
        query = {"limit": str(wire.PAGE)}
        for _ in range(MOST_PAGES):
            page = _understood(wire.page, self._http.get(self._paths.events, query))
            events += page.events
            if page.after is None:
                return events
            if page.after in seen:
                raise Unavailable("HubSpot's list of events repeats itself, so it could not be read whole")
            seen.add(page.after)
            query["after"] = page.after
        raise Unavailable(f"HubSpot's list of events did not end after {MOST_PAGES} pages")


class PortalWriter(PortalReader):
    """A portal to write as well; see `reconciler.live.Writer`."""

    def __init__(self, http: HttpWriter, api_version: str) -> None:
        super().__init__(http, api_version)
        self._writing = http

    def resending_only_if(self, still_due: Callable[[], bool]) -> AbstractContextManager[None]:
        """Let a write whose answer was lost be sent again only where it is still due."""
        return self._writing.resending_only_if(still_due)

    def create(self, changes: Sequence[Create]) -> Answer:
        """Make events (batch upsert).

        Its results tell neither external id, so only a count of results equal to that of the inputs confirms them.
        """
        answer = _written(wire.batch_answer, self._writing.post(self._paths.upsert, wire.create_body(changes)))
        identities = [change.identity for change in changes]
        if not answer.problems and len(answer.object_ids) == len(identities):
            return Answer(identities)
        return Answer((), _reasons(answer, {identity: str(identity.external_event_id) for identity in identities}))

    def update(self, edits: Sequence[Edit]) -> Answer:
        """Change events (batch update), whichever status HubSpot reports failing items with.

        An item that stands among both the results and the errors is not confirmed.
        """
        answer = _written(wire.batch_answer, self._writing.post(self._paths.update, wire.update_body(edits)))
        names = {edit.identity: str(edit.identity.object_id) for edit in edits}
        well = set(answer.object_ids).difference(*(about for _, about in answer.problems))
        confirmed = [identity for identity, name in names.items() if name in well]
        return Answer(confirmed, _reasons(answer, names))

    def complete(self, identity: Identity, *, cancelled: bool) -> Answer:
        """Complete an event (update by external ids): no request by object id carries `eventCompleted`."""
        path = self._paths.by_event_id(str(identity.external_event_id))
        query = {"externalAccountId": str(identity.external_account_id)}
        self._writing.patch(path, query, wire.complete_body(cancelled=cancelled))
        return Answer()

    def archive(self, identities: Sequence[Identity]) -> Answer:
        """Delete events (batch archive): 204 says that all are gone, anything else is settled by reading."""
        status = self._writing.post_for_status(self._paths.archive, wire.archive_body(identities))
        return Answer(identities if status == NO_CONTENT else ())


NO_CONTENT = 204


def _other(asked: Identity, found: Identity) -> Unavailable:
    return Unavailable(f"HubSpot was asked for {asked} and answers with {found}")


def _changed(event: LiveEvent) -> str:
    """Sort key of when an event was changed last; without the `Z` a second stands before its own fractions."""
    return (event.updated_at or "").removesuffix("Z")


def _understood(decode: Callable[[Json], _T], body: Json) -> _T:
    try:
        return decode(body)
    except Malformed as error:
        raise Unavailable(
            f"HubSpot's answer is not understood: {error}",
            hint="try again; if it stays, HubSpot may have changed its API",
        ) from error


def _written(decode: Callable[[Json], _T], body: Json) -> _T:
    """Decode the answer to a write, which was carried out whether or not it can be read."""
    try:
        return _understood(decode, body)
    except Unavailable as error:
        raise Unavailable(error.message, hint=error.hint, sent=True) from error


def _reasons(answer: wire.BatchAnswer, names: dict[Identity, str]) -> dict[Identity, str]:
    """Give each item the message that names it, else what was said without naming any."""
    general = "; ".join(dict.fromkeys(message for message, _ in answer.problems))
    named = {name: message for message, about in answer.problems for name in about}
    return {identity: named.get(name, general) for identity, name in names.items() if named.get(name, general)}
