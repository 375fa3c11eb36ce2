"""Fingerprints: hashes over canonical JSON of what an approval of a change covers."""

import hashlib
import json
from collections.abc import Iterable

from reconciler.change import Change, FieldChange, is_orphan


def of_change(portal: int, change: Change) -> str:
    """Return the fingerprint of a whole change.

    It covers portal, identity, action and the fields with before and after. It covers no name, line, count, time,
    app or API version, so that the same difference has the same fingerprint on any machine.
    """
    return _hash(_subject(portal, change) | {"fields": [_field(field) for field in change.fields]})


def of_field(portal: int, change: Change, field: FieldChange) -> str:
    """Return the fingerprint of one field of an update."""
    return _hash(_subject(portal, change) | {"field": _field(field)})


def digest(portal: int, changes: Iterable[Change]) -> str:
    """Return the fingerprint of all changes together; their order makes no difference."""
    return _hash({"portal": portal, "changes": sorted(of_change(portal, change) for change in changes)})


def _subject(portal: int, change: Change) -> dict[str, object]:
    identity = change.identity
    return {
        "portal": portal,
        "action": change.action.value,
        "external_event_id": identity.external_event_id,
        "object_id": identity.object_id,
        # A plan's token may be unable to find out an orphan's account id, and the object id identifies the event.
        "external_account_id": None if is_orphan(change) else identity.external_account_id,
    }


def _field(field: FieldChange) -> dict[str, object]:
    return {"name": field.name, "before": field.before, "after": field.after}


def _hash(value: object) -> str:
    # With json's ASCII escapes a lone surrogate can be encoded too.
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()
