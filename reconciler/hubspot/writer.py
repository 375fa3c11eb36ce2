"""A portal over HTTP: the door that writes its events."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from reconciler.change import Create
from reconciler.errors import Unavailable
from reconciler.event import Identity
from reconciler.hubspot import wire
from reconciler.hubspot.decoding import decoded
from reconciler.hubspot.http import HttpWriter
from reconciler.hubspot.reader import PortalReader
from reconciler.json_values import Json
from reconciler.portal import Answer, Edit
from reconciler.transport.json_text import shortened

_T = TypeVar("_T")


class PortalWriter(PortalReader):
    """A portal to write as well; see `reconciler.portal.Writer`."""

    def __init__(self, http: HttpWriter, api_version: str) -> None:
        super().__init__(http, api_version)
        self._writing = http

    @property
    def left_today(self) -> int | None:
        """What HubSpot still grants the account today (usage guidelines); an OAuth app has no such limit."""
        return self._writing.rate_limit.daily_remaining

    def resending_only_if(self, still_due: Callable[[], bool]) -> AbstractContextManager[None]:
        """Let a write that failed be sent again only where it is still due."""
        return self._writing.resending_only_if(still_due)

    def create(self, changes: Sequence[Create]) -> Answer:
        """Make events (batch upsert).

        Its results tell neither external id, so only as many results as inputs confirm one, and one of them must agree
        with what was sent.
        """
        answer = _carried_out(wire.as_batch_answer, self._writing.post(self._paths.upsert, wire.create_body(changes)))
        if not answer.problems and len(set(answer.object_ids)) == len(changes):
            agreeing = (one for one in changes if any(result.agrees_with(one.fields) for result in answer.results))
            return Answer([change.identity for change in agreeing])
        return _told(answer, (), {change.identity: str(change.identity.external_event_id) for change in changes})

    def create_one(self, change: Create) -> Answer:
        """Make one event (create), which HubSpot refuses where its ids are taken."""
        return _single(change, self._writing.post(self._paths.create, wire.full_record(change)))

    def update(self, edits: Sequence[Edit]) -> Answer:
        """Change events (batch update), whichever status HubSpot reports failing items with.

        An item that stands among both the results and the errors is not confirmed, nor is one whose result shows
        another value than was sent.
        """
        answer = _carried_out(wire.as_batch_answer, self._writing.post(self._paths.update, wire.update_body(edits)))
        names = {edit.identity: str(edit.identity.object_id) for edit in edits}
        failed = frozenset[str]().union(*(about for _, about in answer.problems))
        well = {result.object_id: result for result in answer.results if result.object_id not in failed}
        confirmed = [
            edit.identity
            for edit in edits
            if (result := well.get(edit.identity.object_id)) is not None and result.agrees_with(edit.fields)
        ]
        return _told(answer, confirmed, names)

    def update_one(self, edit: Edit) -> Answer:
        """Change one event (update by object id), which leaves alone what is not sent."""
        path = self._paths.by_object_id(str(edit.identity.object_id))
        return _single(edit, self._writing.patch(path, {}, wire.edit_body(edit)))

    def complete(self, identity: Identity, *, cancelled: bool) -> Answer:
        """Complete an event (update by external ids): no request by object id carries `eventCompleted`."""
        path = self._paths.by_event_id(str(identity.external_event_id))
        query = {"externalAccountId": str(identity.external_account_id)}
        self._writing.patch(path, query, wire.complete_body(cancelled=cancelled))
        return Answer()

    def archive(self, identities: Sequence[Identity]) -> Answer:
        """Delete events (batch archive); the answer, 204 for all of them, names none, so none is confirmed by it."""
        self._writing.post(self._paths.archive, wire.archive_body(identities))
        return Answer()


def _carried_out(decode: Callable[[Json], _T], body: Json) -> _T:
    """Decode the answer to a write, which was carried out whether or not it can be read."""
    try:
        return decoded(decode, body)
    except Unavailable as error:
        raise Unavailable(error.message, hint=error.hint, sent=True) from error


def _single(sent: Create | Edit, body: Json) -> Answer:
    """Confirm a single write by the event that HubSpot answers with; which one a create makes is not known before."""
    written = _carried_out(wire.as_written, body)
    is_meant = written.object_id is not None and sent.identity.object_id in (None, written.object_id)
    return Answer((sent.identity,) if is_meant and written.agrees_with(sent.fields) else ())


def _told(answer: wire.BatchAnswer, confirmed: Collection[Identity], names: Mapping[Identity, str]) -> Answer:
    """Give each item the message that names it, and apart from them what was said without naming one alone."""
    meant = Counter(names.values())
    said = {name: message for message, about in answer.problems for name in about if meant[name] == 1}
    reasons = {identity: said[name] for identity, name in names.items() if name in said}
    others = (message for message, about in answer.problems if not about & said.keys())
    return Answer(confirmed, reasons, shortened("; ".join(dict.fromkeys(others))) or None)
