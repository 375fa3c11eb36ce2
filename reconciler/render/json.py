"""Plans, receipts and diagnostics as JSON for scripts."""

import json
from functools import lru_cache
from textwrap import indent

from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import (
    Action,
    Change,
    Create,
    Delete,
    FieldChange,
    Source,
    Update,
    cancels,
    completes,
)
from reconciler.diagnostics import Diagnostic
from reconciler.event import Identity
from reconciler.json_values import Json
from reconciler.planning import fingerprint
from reconciler.planning.orphans import OrphanVerdict
from reconciler.planning.plan import Plan
from reconciler.planning.set_aside import SetAside
from reconciler.portal import Portal

FORMAT_VERSION = "1.1"
"""A minor version adds keys, a major version breaks readers."""


def plan_json(plan: Plan) -> str:
    """Return a plan as JSON."""
    return _text(
        {
            "format_version": FORMAT_VERSION,
            "digest": plan.digest,
            "portal": _portal(plan.portal),
            "summary": _summary(plan),
            "changes": [_change(plan.portal.id, change) for change in plan.changes],
            "set_aside": [_set_aside(event) for event in plan.set_aside],
            "orphans": [_orphan(orphan) for orphan in plan.orphans],
            "diagnostics": [_diagnostic(diagnostic) for diagnostic in plan.diagnostics],
            "requests": {"reads": plan.reads, "writes_to_apply": plan.writes_to_apply},
        }
    )


def diagnostics_json(diagnostics: tuple[Diagnostic, ...]) -> str:
    """Return the diagnostics of `validate` as JSON."""
    items = [_diagnostic(diagnostic) for diagnostic in diagnostics]
    return _text({"format_version": FORMAT_VERSION, "diagnostics": items})


def receipt_json(receipt: Receipt) -> str:
    """Return a receipt as JSON."""
    applied = receipt.applied
    document = {
        "format_version": FORMAT_VERSION,
        "digest": receipt.digest,
        "portal": _portal(receipt.portal),
        "results": [],
        "summary": {
            "created": applied[Action.CREATE],
            "updated": applied[Action.UPDATE],
            "deleted": applied[Action.DELETE],
            **{str(outcome): receipt.count(outcome) for outcome in Outcome if outcome is not Outcome.DONE},
        },
        "verified": _verified(receipt),
    }
    lines = ",\n".join([*map(_result_lines, receipt.results), *map(_set_aside_lines, receipt.set_aside)])
    # Quotes inside a value are escaped, so this matches the key alone.
    return _text(document).replace('"results": []', f'"results": [\n{lines}\n  ]' if lines else '"results": []')


def _text(document: Json) -> str:
    # Everything that could control a terminal is escaped, and `##[`, which starts a workflow command.
    return json.dumps(document, indent=2, ensure_ascii=True).replace("##[", r"#\u0023[") + "\n"


def _portal(portal: Portal) -> Json:
    return {
        "id": portal.id,
        "account_type": portal.account_type,
        "timezone": portal.timezone,
        "api_version": portal.api_version,
        "app_id": portal.app_id,
    }


def _summary(plan: Plan) -> Json:
    return {
        "create": plan.count(Create),
        "update": plan.count(Update),
        "delete": plan.count(Delete),
        "unchanged": plan.unchanged,
        "orphaned": plan.orphaned,
        "foreign": plan.foreign,
        "set_aside": len(plan.set_aside),
    }


def _change(portal: int, change: Change) -> Json:
    return {
        "action": change.action,
        "identity": _identity(change.identity),
        "name": change.name,
        "cancels": cancels(change),
        "completes": completes(change),
        "origin": change.origin,
        "source": _source(change.source),
        "registrants": change.registrants,
        "attendees": change.attendees,
        "timezone": change.timezone,
        "refused": change.refused,
        "proven": change.proven,
        "fields": [_field(portal, change, field) for field in change.fields],
        "fingerprint": fingerprint.of_change(portal, change),
    }


def _field(portal: int, change: Change, field: FieldChange) -> Json:
    return {
        "name": field.name,
        "before": field.before,
        "after": field.after,
        "origin": field.origin,
        "line": field.line,
        "fingerprint": fingerprint.of_field(portal, change, field),
    }


def _identity(identity: Identity) -> Json:
    return {
        "external_account_id": identity.external_account_id,
        "external_event_id": identity.external_event_id,
        "object_id": identity.object_id,
    }


def _source(source: Source | None) -> Json:
    return None if source is None else {"file": source.file, "line": source.line}


def _set_aside(event: SetAside) -> Json:
    return {
        "identity": _identity(event.identity),
        "name": event.name,
        "code": event.code,
        "source": _source(event.source),
    }


def _orphan(orphan: OrphanVerdict) -> Json:
    return {
        "identity": _identity(orphan.identity),
        "name": orphan.name,
        "start": orphan.start,
        "end": orphan.end,
        "registrants": orphan.registrants,
        "will": orphan.will,
        "why": orphan.why,
    }


def _diagnostic(diagnostic: Diagnostic) -> Json:
    place = diagnostic.place
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "file": None if place is None else place.file,
        "line": None if place is None else place.line,
        "column": None if place is None else place.column,
        "hint": diagnostic.hint,
    }


@lru_cache(2**16)
def _result_lines(result: Result) -> str:
    """Return a result as lines of a receipt; cached, because few results change from one write to the next."""
    return indent(_text(_result(result)).rstrip(), "    ")


@lru_cache(2**12)
def _set_aside_lines(event: SetAside) -> str:
    """Return an event that was set aside as lines of a receipt: a result without an action."""
    result = {
        "action": None,
        "identity": _identity(event.identity),
        "name": event.name,
        "outcome": Outcome.REFUSED,
        "why": event.why,
        "source": _source(event.source),
    }
    return indent(_text(result).rstrip(), "    ")


def _result(result: Result) -> Json:
    change = result.change
    return {
        "action": change.action,
        "identity": _identity(change.identity),
        "name": change.name,
        "outcome": result.outcome,
        "why": result.why,
        "source": _source(change.source),
    }


def _verified(receipt: Receipt) -> Json:
    if receipt.verified is None:
        return None
    changes = [_change(receipt.portal.id, change) for change in receipt.verified]
    return {"differences": len(changes), "changes": changes}
