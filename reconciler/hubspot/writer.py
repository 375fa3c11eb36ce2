"""A portal written over HTTP."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from reconciler.change import Create
from reconciler.errors import Unavailable
from reconciler.event import Identity
from reconciler.hubspot import bodies, wire
from reconciler.hubspot.decoding import decoded
from reconciler.hubspot.http import HttpWriter
from reconciler.hubspot.reader import PortalReader
from reconciler.json_values import Json
from reconciler.portal import Answer, Edit
from reconciler.transport.json_text import shortened

_T = TypeVar("_T")


class PortalWriter(PortalReader):
    """A portal that can also be written; see `reconciler.portal.Writer`."""

    def __init__(self, http: HttpWriter, api_version: str) -> None:
        super().__init__(http, api_version)
        self._writing = http

    @property
    def left_today(self) -> int | None:
        """The requests that HubSpot still allows today (usage guidelines); an OAuth app has no such limit."""
        return self._writing.rate_limit.daily_remaining

    def resending_only_if(self, still_due: Callable[[], bool]) -> AbstractContextManager[None]:
        """Let a failed write be sent again only if it is still due."""
        return self._writing.resending_only_if(still_due)

    def create(self, changes: Sequence[Create]) -> Answer:
        """Create events (batch upsert).

        The results contain no external ids. So an event is confirmed only if there are as many results as inputs, and
        one of the results agrees with what was sent.
        """
        answer = decoded_write(
            wire.as_batch_answer, self._writing.post(self._paths.upsert, bodies.create_body(changes))
        )
        if not answer.problems and len(set(answer.object_ids)) == len(changes):
            agreeing = (change for change in changes if any(each.agrees_with(change.fields) for each in answer.results))
            return Answer([change.identity for change in agreeing])
        names = {change.identity: str(change.identity.external_event_id) for change in changes}
        return _batch_outcome(answer, (), names)

    def create_one(self, change: Create) -> Answer:
        """Create one event (create); HubSpot refuses it if its ids are taken."""
        return _single_outcome(change, self._writing.post(self._paths.create, bodies.full_record(change)))

    def update(self, edits: Sequence[Edit]) -> Answer:
        """Update events (batch update), whatever status HubSpot reports failed items with.

        An item is not confirmed if it stands among both the results and the errors, or if its result shows another
        value than was sent.
        """
        answer = decoded_write(wire.as_batch_answer, self._writing.post(self._paths.update, bodies.update_body(edits)))
        names = {edit.identity: str(edit.identity.object_id) for edit in edits}
        failed = frozenset[str]().union(*(ids for _, ids in answer.problems))
        succeeded = {result.object_id: result for result in answer.results if result.object_id not in failed}
        confirmed = [
            edit.identity
            for edit in edits
            if (result := succeeded.get(edit.identity.object_id)) is not None and result.agrees_with(edit.fields)
        ]
        return _batch_outcome(answer, confirmed, names)

    def update_one(self, edit: Edit) -> Answer:
        """Update one event (update by object id); a field that is not sent stays as it is."""
        path = self._paths.by_object_id(str(edit.identity.object_id))
        return _single_outcome(edit, self._writing.patch(path, {}, bodies.edit_body(edit)))

    def complete(self, identity: Identity, *, cancelled: bool) -> Answer:
        """Complete an event (update by external ids): no request by object id carries `eventCompleted`."""
        path = self._paths.by_event_id(str(identity.external_event_id))
        query = {"externalAccountId": str(identity.external_account_id)}
        self._writing.patch(path, query, bodies.complete_body(cancelled=cancelled))
        return Answer()

    def archive(self, identities: Sequence[Identity]) -> Answer:
        """Delete events (batch archive); the answer, one 204, names no event, so it confirms none."""
        self._writing.post(self._paths.archive, bodies.archive_body(identities))
        return Answer()


def decoded_write(decode: Callable[[Json], _T], body: Json) -> _T:
    """Decode the answer to a write; raise `Unavailable` with `sent` if it is unreadable: the write was carried out."""
    try:
        return decoded(decode, body)
    except Unavailable as error:
        raise Unavailable(error.message, hint=error.hint, sent=True) from error


def _single_outcome(sent: Create | Edit, body: Json) -> Answer:
    """Confirm a single write by the event in HubSpot's answer; a create's object id is not known before."""
    written = decoded_write(wire.as_written, body)
    is_meant = written.object_id is not None and sent.identity.object_id in (None, written.object_id)
    return Answer((sent.identity,) if is_meant and written.agrees_with(sent.fields) else ())


def _batch_outcome(answer: wire.BatchAnswer, confirmed: Collection[Identity], names: Mapping[Identity, str]) -> Answer:
    """Return each item's own message as its reason, and the messages that name no single item as the remark."""
    uses = Counter(names.values())
    messages = {name: message for message, ids in answer.problems for name in ids if uses[name] == 1}
    reasons = {identity: messages[name] for identity, name in names.items() if name in messages}
    others = (message for message, ids in answer.problems if not ids & messages.keys())
    return Answer(confirmed, reasons, shortened("; ".join(dict.fromkeys(others))) or None)
