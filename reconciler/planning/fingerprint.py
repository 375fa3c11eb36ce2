"""Fingerprints: what of a change an approval covers, as a hash over canonical JSON."""

import hashlib
import json
from collections.abc import Iterable

from reconciler.change import Change, FieldChange, is_orphan


def of_change(portal: int, change: Change) -> str:
    """Give the fingerprint of a whole change.

    Portal, identity, action and the fields with before and after enter; no name, line, count, time,
    app or API version does, so that the same difference has the same fingerprint on any machine.
    """
    return _hash(_subject(portal, change) | {"fields": [_field(field) for field in change.fields]})


def of_field(portal: int, change: Change, field: FieldChange) -> str:
    """Give the fingerprint of one field of an update."""
    return _hash(_subject(portal, change) | {"field": _field(field)})


def digest(portal: int, changes: Iterable[Change]) -> str:
    """Give the fingerprint of all changes together; their order makes no difference."""
    return _hash({"portal": portal, "changes": sorted(of_change(portal, change) for change in changes)})


def _subject(portal: int, change: Change) -> dict[str, object]:
    identity = change.identity
    return {
        "portal": portal,
        "action": change.action.value,
        "external_event_id": identity.external_event_id,
        "object_id": identity.object_id,
        # A token that only reads cannot learn an orphan's account id; its object id names the event all the same.
        "external_account_id": None if is_orphan(change) else identity.external_account_id,
    }


def _field(field: FieldChange) -> dict[str, object]:
    return {"name": field.name, "before": field.before, "after": field.after}


def _hash(value: object) -> str:
    # json's ASCII escapes keep lone surrogates hashable.
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()
