"""Plans, receipts, diagnostics as JSON: the form that scripts rely on."""

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
"""A minor step adds keys, a major step breaks."""


def plan_json(plan: Plan) -> str:
    """Write a plan."""
    return _text(
        {
            "format_version": FORMAT_VERSION,
            "digest": plan.digest,
            "portal": _portal(plan.portal),
            "summary": _summary(plan),
            "changes": [_change(plan.portal.id, change) for change in plan.changes],
            "set_aside": [_aside(aside) for aside in plan.set_aside],
            "orphans": [_orphan(orphan) for orphan in plan.orphans],
            "diagnostics": [_diagnostic(found) for found in plan.diagnostics],
            "requests": {"reads": plan.reads, "writes_to_apply": plan.writes_to_apply},
        }
    )


def diagnostics_json(diagnostics: tuple[Diagnostic, ...]) -> str:
    """Write what `validate` found."""
    found = [_diagnostic(diagnostic) for diagnostic in diagnostics]
    return _text({"format_version": FORMAT_VERSION, "diagnostics": found})


def receipt_json(receipt: Receipt) -> str:
    """Write a receipt."""
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
    lines = ",\n".join([*map(_result_lines, receipt.results), *map(_aside_lines, receipt.set_aside)])
    # In no text of the document do these quotes stand bare.
    return _text(document).replace('"results": []', f'"results": [\n{lines}\n  ]' if lines else '"results": []')


def _text(document: Json) -> str:
    # Escapes keep out of the text all that could steer a terminal, and what GitHub's runner takes for a command.
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


def _aside(aside: SetAside) -> Json:
    return {
        "identity": _identity(aside.identity),
        "name": aside.name,
        "code": aside.code,
        "source": _source(aside.source),
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


def _diagnostic(found: Diagnostic) -> Json:
    place = found.place
    return {
        "severity": found.severity,
        "code": found.code,
        "message": found.message,
        "file": None if place is None else place.file,
        "line": None if place is None else place.line,
        "column": None if place is None else place.column,
        "hint": found.hint,
    }


@lru_cache(2**16)
def _result_lines(result: Result) -> str:
    """Write a result as it stands in a receipt, which is written before and after each write: few change between."""
    return indent(_text(_result(result)).rstrip(), "    ")


@lru_cache(2**12)
def _aside_lines(aside: SetAside) -> str:
    """Write an event that was set aside as a result, of which nothing was attempted."""
    result = {
        "action": None,
        "identity": _identity(aside.identity),
        "name": aside.name,
        "outcome": Outcome.REFUSED,
        "why": aside.why,
        "source": _source(aside.source),
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
