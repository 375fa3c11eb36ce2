"""One authorized request, with accessors for the operations."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.sandbox.behaviours import Behaviours
from reconciler.sandbox.bodies import Item, read_inputs, trimmed
from reconciler.sandbox.contents import Event
from reconciler.sandbox.faults import Inside, OnTheWay, Partial
from reconciler.sandbox.reading import read_json, read_object, read_object_id
from reconciler.sandbox.refusals import missing, no_event
from reconciler.sandbox.store import Store
from reconciler.sandbox.tokens import Caller
from reconciler.sandbox.versions import Version


@dataclass(frozen=True)
class Call:
    """One authorized request.

    `ids` are those in its path, decoded; `address` is its URL up to the query; `now` is in milliseconds since
    1970 (UTC); `behaviours` are those in force; `requests` is the number that the sandbox has admitted; `fault` is the
    effect to apply to it.
    """

    caller: Caller
    version: Version
    address: str
    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    now: int
    behaviours: Behaviours
    requests: int
    fault: OnTheWay | Inside | None

    def required(self, name: str) -> str:
        """Return a query parameter; raise HubSpotError (400) if it is missing."""
        if not self.query.get(name):
            raise missing(name)
        return self.query[name]

    def sent(self) -> Item:
        """Return the JSON object in the body."""
        return self._heard(read_object(read_json(self.body), "body"))

    def inputs(self) -> list[Item]:
        """Return the items of the batch in the body, without those that a fault makes fail."""
        failing = self._failing()
        return [self._heard(item) for place, item in enumerate(read_inputs(self.body), 1) if place not in failing]

    def failed_inputs(self) -> list[Item]:
        """Return the items of the batch that a fault makes fail."""
        failing = self._failing()
        return [item for place, item in enumerate(read_inputs(self.body), 1) if place in failing] if failing else []

    def _failing(self) -> frozenset[int]:
        return self.fault.items if isinstance(self.fault, Partial) else frozenset()

    def own_event(self, store: Store) -> Event:
        """Return the calling app's event that path and query name; 404 if there is none or it is another app's."""
        account_id = self.required("externalAccountId")
        event = store.own_event(self.caller.app_id, account_id, self.ids["event_id"])
        if event is None:
            raise no_event()
        return event

    def event(self, store: Store) -> Event:
        """Return the event whose objectId is in the path, whoever made it."""
        event = found(store, self.ids["object_id"])
        if event is None:
            raise no_event()
        return event

    def _heard(self, item: Item) -> Item:
        return trimmed(item) if self.behaviours.text == "trimmed" else item


def found(store: Store, object_id: str) -> Event | None:
    """Return the event with this objectId, whoever made it."""
    number = read_object_id(object_id)
    return None if number is None else store.event(number)
