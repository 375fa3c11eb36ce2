"""Plans, receipts and diagnostics as JSON for scripts."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache

from reconciler.applying.receipt import Outcome, Receipt, Result
from reconciler.change import (
    Action,
    Change,
    Create,
    Delete,
    FieldChange,
    Outline,
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
from reconciler.planning.series import PlannedSeries
from reconciler.planning.set_aside import SetAside
from reconciler.portal import Portal
from reconciler.render.json_text import json_text, without_commands

FORMAT_VERSION = "1.2"
"""A minor version adds keys, a major version breaks readers."""


def plan_json(plan: Plan) -> str:
    """Return a plan as JSON."""
    return json_text(
        {
            "format_version": FORMAT_VERSION,
            "digest": plan.digest,
            "portal": _portal(plan.portal),
            "summary": _summary(plan),
            "changes": [_change(plan.portal.id, change) for change in plan.changes],
            "set_aside": [_set_aside(event) for event in plan.set_aside],
            "series": [_series(series) for series in plan.series],
            "orphans": [_orphan(orphan) for orphan in plan.orphans],
            "diagnostics": [_diagnostic(diagnostic) for diagnostic in plan.diagnostics],
            "requests": {"reads": plan.reads, "writes_to_apply": plan.writes_to_apply},
        }
    )


def diagnostics_json(diagnostics: tuple[Diagnostic, ...]) -> str:
    """Return the diagnostics of `validate` as JSON."""
    items = [_diagnostic(diagnostic) for diagnostic in diagnostics]
    return json_text({"format_version": FORMAT_VERSION, "diagnostics": items})


def receipt_json(receipt: Receipt) -> str:
    """Return a receipt as JSON."""
    return ReceiptText().json(receipt)


class ReceiptText:
    """The receipts of one run as JSON: of each, only what has changed since the one before is made anew."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self._around: dict[Identity, tuple[str, str]] = {}  # what stands before and after the outcome of each change

    def json(self, receipt: Receipt) -> str:
        """Return the receipt as it stands."""
        self._parts = [*self._updated(receipt.results)]
        document = {
            "format_version": FORMAT_VERSION,
            "digest": receipt.digest,
            "portal": _portal(receipt.portal),
            "results": [],
            "summary": _applied(self._parts, len(receipt.set_aside)),
            "verified": _verified(receipt),
        }
        aside = (f"    {{{_one_line(_set_aside_result(event))}}}" for event in receipt.set_aside)
        lines = ",\n".join([*(part.text for part in self._parts), *aside])
        # Quotes inside a value are escaped, so this matches the key alone.
        before, key, after = json_text(document).partition('"results": []')
        return f'{before}"results": [\n{lines}\n  ]{after}' if lines else before + key + after

    def _updated(self, results: tuple[Result, ...]) -> Iterator["_Part"]:
        for place, start in enumerate(range(0, len(results), _PART)):
            some = results[start : start + _PART]
            known = self._parts[place] if place < len(self._parts) else None
            yield known if known is not None and known.results == some else self._part(some)

    def _part(self, results: tuple[Result, ...]) -> "_Part":
        return _Part(
            results,
            ",\n".join(map(self._line, results)),
            Counter(result.outcome for result in results),
            Counter(result.change.action for result in results if result.is_plain),
        )

    def _line(self, result: Result) -> str:
        identity = result.change.identity
        if identity not in self._around:
            self._around[identity] = _around_outcome(result.change)
        before, after = self._around[identity]
        return f"{before}{_outcome(result.outcome, result.why)}{after}"


_PART = 100
"""Results that are made anew together."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Some results of a receipt, with their text and their number by outcome and action."""

    results: tuple[Result, ...]
    text: str
    outcomes: Counter[Outcome]
    written: Counter[Action]


def _applied(parts: Iterable[_Part], set_aside: int) -> Json:
    """Count results by what was done, and by how the others ended; an event that was set aside was refused."""
    written, outcomes = Counter[Action](), Counter({Outcome.REFUSED: set_aside})
    for part in parts:
        written.update(part.written)
        outcomes.update(part.outcomes)
    return {
        "created": written[Action.CREATE],
        "updated": written[Action.UPDATE],
        "deleted": written[Action.DELETE],
        **{str(outcome): outcomes[outcome] for outcome in Outcome if outcome is not Outcome.DONE},
    }


def _portal(portal: Portal) -> Json:
    # Of a stand-in no pages are known, so that most readers never meet this key.
    domain = {} if portal.ui_domain is None else {"ui_domain": portal.ui_domain}
    return {
        "id": portal.id,
        "account_type": portal.account_type,
        "timezone": portal.timezone,
        "api_version": portal.api_version,
        "app_id": portal.app_id,
        **domain,
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
        **_outline(change.outline),
        "cancels": cancels(change),
        "completes": completes(change),
        "origin": change.origin,
        "source": _source(change.source),
        "registrants": change.registrants,
        "attendees": change.attendees,
        "timezone": change.timezone,
        "series": change.series,
        "refused": change.refused,
        "proven": change.proven,
        "was_over": change.was_over,
        "fields": [_field(portal, change, field) for field in change.fields],
        "fingerprint": fingerprint.of_change(portal, change),
    }


def _outline(outline: Outline) -> Mapping[str, Json]:
    return {
        "start": outline.start,
        "end": outline.end,
        "type": outline.event_type,
        "organizer": outline.organizer,
        "url": outline.url,
        "cancelled": outline.cancelled,
        "properties": dict(outline.properties),
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


def _series(series: PlannedSeries) -> Json:
    return {
        "external_account_id": series.external_account_id,
        "external_event_id": series.external_event_id,
        "name": series.name,
        "unchanged": series.unchanged,
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
        **({} if diagnostic.of_series is None else {"of_series": asdict(diagnostic.of_series)}),
    }


def _around_outcome(change: Change) -> tuple[str, str]:
    """Return what stands in a receipt's line of a change before its outcome, and after it."""
    known = {"action": change.action, "identity": _identity(change.identity), "name": change.name}
    return f"    {{{_one_line(known)}, ", f", {_one_line({'source': _source(change.source)})}}}"


@lru_cache  # most changes of a run have one of a few outcomes
def _outcome(outcome: Outcome, why: str | None) -> str:
    return _one_line({"outcome": outcome, "why": why})


def _one_line(values: Mapping[str, Json]) -> str:
    """Return an object's keys on one line, without the braces; laid out, they take ten times as long."""
    return without_commands(json.dumps(values, ensure_ascii=True))[1:-1]


def _set_aside_result(event: SetAside) -> Mapping[str, Json]:
    """Return an event that was set aside as a result without an action."""
    return {
        "action": None,
        "identity": _identity(event.identity),
        "name": event.name,
        "outcome": Outcome.REFUSED,
        "why": event.why,
        "source": _source(event.source),
    }


def _verified(receipt: Receipt) -> Json:
    if receipt.verified is None:
        return None
    changes = [_change(receipt.portal.id, change) for change in receipt.verified]
    return {"differences": len(changes), "changes": changes}
