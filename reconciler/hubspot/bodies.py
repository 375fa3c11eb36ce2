"""Bodies of the requests that write events.

The source is HubSpot's Marketing Events API reference, which describes the same bodies for all four API versions.
"""

from collections.abc import Iterable, Sequence

from reconciler.change import Create, FieldChange
from reconciler.event import CUSTOM, Identity, Kind, kind_of
from reconciler.json_values import Json
from reconciler.portal import Edit


def create_body(changes: Iterable[Create]) -> Json:
    """Return the body of an upsert with full records; an empty field is left out, which leaves it empty."""
    return {"inputs": [full_record(change) for change in changes]}


def full_record(change: Create) -> Json:
    """Return the full record of one event to create."""
    return {
        "externalAccountId": change.identity.external_account_id,
        "externalEventId": change.identity.external_event_id,
        **_fields(change.fields),
    }


def update_body(edits: Iterable[Edit]) -> Json:
    """Return the body of a batch update by object id; a field that is left out stays as it is."""
    return {"inputs": [{"objectId": edit.identity.object_id, **edit_body(edit)} for edit in edits]}


def edit_body(edit: Edit) -> Json:
    """Return the fields of one event that differ."""
    return _fields(edit.fields)


def complete_body(*, cancelled: bool) -> Json:
    """Return the body of a completion with both flags, because one that is left out may be reset."""
    return {"eventCompleted": True, "eventCancelled": cancelled, "customProperties": []}


def archive_body(identities: Iterable[Identity]) -> Json:
    """Return the body of a batch archive by object id."""
    return {"inputs": [{"objectId": identity.object_id} for identity in identities]}


def _fields(changes: Sequence[FieldChange]) -> dict[str, Json]:
    """Return fields as JSON; `customProperties` is always there, because HubSpot's description requires it."""
    plain = {change.name: _sent(change) for change in changes if not change.name.startswith(CUSTOM)}
    custom = [
        {"name": change.name.removeprefix(CUSTOM), "value": _sent(change)}
        for change in changes
        if change.name.startswith(CUSTOM)
    ]
    return {**plain, "customProperties": custom}


def _sent(change: FieldChange) -> str | bool:
    """Return a value as JSON; an empty string empties a text (CRM objects API; the reference names no other way)."""
    if kind_of(change.name) is Kind.FLAG:
        return bool(change.after)
    return "" if change.after is None else change.after
