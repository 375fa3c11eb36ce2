"""A portal in which one event of a probe is made, edited and deleted over HTTP."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from reconciler.change import Create, FieldChange
from reconciler.errors import ReadsDisagree, Rejected
from reconciler.event import Identity, LiveEvent, Value
from reconciler.hubspot import bodies, wire
from reconciler.hubspot.decoding import decoded
from reconciler.hubspot.http import HttpWriter
from reconciler.hubspot.paths import Paths
from reconciler.hubspot.reader import PortalInspector
from reconciler.hubspot.writer import PortalWriter, decoded_write
from reconciler.portal import Answer, Edit, Hit, Portal, Token


class PortalProber:
    """A portal that knows the external ids of one event, and writes no other; see `reconciler.portal.Prober`."""

    def __init__(self, http: HttpWriter, api_version: str, identity: Identity) -> None:
        self._http = http
        self._paths = Paths(api_version)
        self._inspector = PortalInspector(http, api_version)
        self._writer = PortalWriter(http, api_version)
        self._account_id = str(identity.external_account_id)
        self._event_id = str(identity.external_event_id)
        self._object_id: str | None = None  # known once a read has shown that it is the event's
        self._object_ids: set[str] = set()  # with the earlier ones of an event that was made again

    @property
    def requests(self) -> int:
        """The number of requests so far; one that was repeated after a failure counts once."""
        return self._http.requests

    @property
    def address(self) -> str:
        """The event's path by external ids, with its query (get and delete by external ids)."""
        return f"{self._paths.by_event_id(self._event_id)}?{urlencode({'externalAccountId': self._account_id})}"

    def account(self) -> Portal:
        """Read the portal's details (account details)."""
        return self._inspector.account()

    def token(self) -> Token:
        """Read the token's app and scopes (token details of private apps)."""
        return self._inspector.token()

    def find(self) -> LiveEvent | None:
        """Read the event by its external ids, then by the object id that this read names.

        Raises `ReadsDisagree` unless the second read shows the same event: an object id alone is never trusted.
        """
        found = self._writer.find(Identity(self._account_id, self._event_id))
        if found is None:
            return None
        object_id = found.identity.object_id
        held = None if object_id is None else self._held(object_id)
        if object_id is None or held is None or held.identity != Identity(None, self._event_id, object_id):
            raise ReadsDisagree("HubSpot shows the probe's event by its external ids, but not by its object id")
        self._object_id = object_id
        self._object_ids.add(object_id)
        return held.known_as(Identity(self._account_id, self._event_id, object_id))

    def is_listed(self, pages: int) -> bool | None:
        """Look for the object ids in the list (list), because an event of another app may have the same event id."""
        listing = self._writer.read_if_short(pages)
        return None if listing is None else not self._object_ids.isdisjoint(listing.by_object_id)

    def search(self, text: str) -> Hit | None:
        """Search our app's events (search)."""
        hits = (hit for hit in self._writer.search(text) if hit.identity.external == (self._account_id, self._event_id))
        return next(hits, None)

    def upsert(self, fields: Mapping[str, Value]) -> bool:
        """Send one record (batch upsert); a field that is left out may be emptied."""
        identity = Identity(self._account_id, self._event_id)
        answer = self._writer.create([Create(identity, None, _changes(fields))])
        return identity in _accepted(answer, identity).confirmed

    def edit(self, fields: Mapping[str, Value]) -> None:
        """Send fields by object id (batch update); None is sent as `""`."""
        identity = self._proven
        _accepted(self._writer.update([Edit(identity, _changes(fields))]), identity)

    def edit_beside_former(self, fields: Mapping[str, Value]) -> bool | None:
        """Send fields by object id (batch update), with a second item that names an object which is gone."""
        identity = self._proven
        former = next((Identity(object_id=each) for each in self._object_ids if each != identity.object_id), None)
        if former is None:
            return None
        changes = _changes(fields)
        answer = self._writer.update([Edit(identity, changes), Edit(former, changes)])
        return former in answer.reasons

    def edit_with_null(self, fields: Mapping[str, Value], empty: str) -> None:
        """Send fields by object id (batch update), and a null, which HubSpot's description does not mention."""
        edit = Edit(self._proven, _changes(fields))
        item = {"objectId": edit.identity.object_id, **bodies.edit_body(edit), empty: None}
        answer = decoded_write(wire.as_batch_answer, self._http.post(self._paths.update, {"inputs": [item]}))
        _refuse_for(message for message, _ in answer.problems)

    def patch(self, fields: Mapping[str, Value]) -> None:
        """Send fields by external ids (update by external ids)."""
        body = bodies.edit_body(Edit(Identity(self._account_id, self._event_id), _changes(fields)))
        self._http.patch(self._paths.by_event_id(self._event_id), {"externalAccountId": self._account_id}, body)

    def archive(self) -> None:
        """Delete by object id (batch archive)."""
        self._writer.archive([self._proven])

    @property
    def _proven(self) -> Identity:
        if self._object_id is None:
            raise AssertionError("nothing is written by an object id that no read has shown to be the event's")
        return Identity(self._account_id, self._event_id, self._object_id)

    def _held(self, object_id: str) -> LiveEvent | None:
        body = self._http.get_or_none(self._paths.by_object_id(object_id), {})
        return None if body is None else decoded(wire.as_event, body)


def _changes(fields: Mapping[str, Value]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(name, None, value) for name, value in fields.items())


def _accepted(answer: Answer, identity: Identity) -> Answer:
    """Return an answer that names no reason why the event was not written; raise `Rejected` for one that does."""
    _refuse_for(reason for reason in (answer.reasons.get(identity), answer.remark) if reason is not None)
    return answer


def _refuse_for(reasons: Iterable[str]) -> None:
    for reason in reasons:
        raise Rejected(f"HubSpot refuses the event: {reason}")
