"""The reader of saved plans."""

import json
import re
from collections.abc import Mapping
from typing import TypeVar

from reconciler.change import Action, Change, Create, Delete, FieldChange, Origin, Outline, Source, Update
from reconciler.diagnostics import Diagnostic, OfSeries, Place, Severity
from reconciler.errors import SavedPlanInvalid
from reconciler.event import Identity, Value
from reconciler.json_values import Json, Malformed, as_kind, as_list, as_mapping, optional
from reconciler.planning.orphans import OrphanVerdict, Will
from reconciler.planning.plan import Plan
from reconciler.planning.series import PlannedSeries
from reconciler.planning.set_aside import SetAside
from reconciler.portal import Portal
from reconciler.render.json import FORMAT_VERSION, plan_json

_Kind = TypeVar("_Kind", Action, Origin, Severity, Will)

_VERSION = "format_version"
_READABLE = re.compile(rf"{FORMAT_VERSION.partition('.')[0]}\.(0|[1-9][0-9]{{0,3}})")
_HINT = "make the plan again with `reconciler plan --out FILE`"


def read_plan(text: str) -> Plan:
    """Read a plan that this or another minor version of `plan_json` wrote; raise `SavedPlanInvalid` for anything else.

    The digest, every fingerprint and the summary are computed again and compared, so that a plan whose values were
    edited is refused. Unknown keys are ignored.
    """
    try:
        document = _with_defaults(json.loads(text))
        plan = _read(document)
        contradicts = _contradicts(document, json.loads(plan_json(plan)) | {_VERSION: document[_VERSION]})
    except (ValueError, Malformed, RecursionError) as error:
        raise SavedPlanInvalid(f"this is not a saved plan: {_reason(error)}", hint=_HINT) from error
    if contradicts:
        raise SavedPlanInvalid("this saved plan contradicts itself: it was changed after it was made", hint=_HINT)
    return plan


def _reason(error: Exception) -> str:
    """Return why a text is not a plan."""
    # Python's own messages for the first two differ between versions.
    match error:
        case RecursionError():
            return "it is nested too deeply"
        case json.JSONDecodeError():
            return f"it is not JSON (line {error.lineno}, column {error.colno})"
        case _:
            return str(error)


def _contradicts(document: Json, expected: Json) -> bool:
    """Return whether a document lacks a key of `expected` or holds another value for it; more keys are allowed."""
    match expected:
        case dict():
            return any(key not in document or _contradicts(document[key], value) for key, value in expected.items())
        case list():
            return len(document) != len(expected) or any(map(_contradicts, document, expected))
        case _:
            # To Python a JSON true equals 1.
            return type(document) is not type(expected) or document != expected


def _read(document: Json) -> Plan:
    top = _Object(document)
    version = top.text(_VERSION)
    if not _READABLE.fullmatch(version):
        raise ValueError(f"its format version {version[:20]!r} is not supported")
    portal, summary = top.object("portal"), top.object("summary")
    return Plan(
        portal=Portal(
            portal.number("id"),
            portal.optional_text("account_type"),
            portal.optional_text("timezone"),
            portal.text("api_version"),
            portal.optional_number("app_id"),
            portal.optional_text("ui_domain"),
        ),
        changes=tuple(map(_read_change, top.objects("changes"))),
        unchanged=summary.number("unchanged"),
        set_aside=tuple(map(_read_set_aside, top.objects("set_aside"))),
        series=tuple(map(_read_series, top.objects("series"))),
        orphans=tuple(map(_read_orphan, top.objects("orphans"))),
        orphaned=summary.optional_number("orphaned"),
        foreign=summary.optional_number("foreign"),
        diagnostics=tuple(map(_read_diagnostic, top.objects("diagnostics"))),
        reads=top.object("requests").number("reads"),
    )


def _with_defaults(document: Json) -> Json:
    """Return a plan with default values for keys that older formats lack; anything else is returned as it is."""
    if not isinstance(document, dict):
        return document
    plan: dict[str, Json] = {"set_aside": [], "series": [], **document}
    if isinstance(summary := document.get("summary"), dict):
        plan["summary"] = {"set_aside": 0} | summary
    if isinstance(changes := document.get("changes"), list):
        plan["changes"] = [{**_CHANGE_DEFAULTS, **change} if isinstance(change, dict) else change for change in changes]
    return plan


_CHANGE_DEFAULTS: Mapping[str, Json] = {
    "timezone": None,
    "refused": None,
    "proven": True,
    "was_over": False,
    "series": None,
    **dict.fromkeys(("start", "end", "type", "organizer", "url")),
    "cancelled": False,
    "properties": {},
}
"""The values of keys that a change of an older format lacks."""


_CHANGES: Mapping[Action, type[Create] | type[Update] | type[Delete]] = {
    Action.CREATE: Create,
    Action.UPDATE: Update,
    Action.DELETE: Delete,
}


def _read_change(item: "_Object") -> Change:
    source = item.optional_object("source")
    return _CHANGES[item.one_of(Action, "action")](
        identity=_read_identity(item.object("identity")),
        name=item.optional_text("name"),
        fields=tuple(map(_read_field, item.objects("fields"))),
        source=None if source is None else _read_source(source),
        registrants=item.optional_number("registrants"),
        attendees=item.optional_number("attendees"),
        series=item.optional_text("series"),
        timezone=item.optional_text("timezone"),
        refused=item.optional_text("refused"),
        proven=item.flag("proven"),
        was_over=item.flag("was_over"),
        outline=_read_outline(item),
    )


def _read_outline(item: "_Object") -> Outline:
    return Outline(
        start=item.optional_text("start"),
        end=item.optional_text("end"),
        event_type=item.optional_text("type"),
        organizer=item.optional_text("organizer"),
        url=item.optional_text("url"),
        cancelled=item.flag("cancelled"),
        properties=item.object("properties").texts(),
    )


def _read_source(item: "_Object") -> Source:
    return Source(item.text("file"), item.number("line"))


def _read_set_aside(item: "_Object") -> SetAside:
    return SetAside(
        identity=_read_identity(item.object("identity")),
        name=item.optional_text("name"),
        code=item.text("code"),
        source=_read_source(item.object("source")),
    )


def _read_series(item: "_Object") -> PlannedSeries:
    return PlannedSeries(
        item.optional_text("external_account_id"),
        item.text("external_event_id"),
        item.optional_text("name"),
        item.number("unchanged"),
    )


def _read_field(item: "_Object") -> FieldChange:
    return FieldChange(
        item.text("name"),
        item.value("before"),
        item.value("after"),
        item.optional_number("line"),
        item.one_of(Origin, "origin"),
    )


def _read_identity(item: "_Object") -> Identity:
    return Identity(
        item.optional_text("external_account_id"),
        item.optional_text("external_event_id"),
        item.optional_text("object_id"),
    )


def _read_orphan(item: "_Object") -> OrphanVerdict:
    return OrphanVerdict(
        identity=_read_identity(item.object("identity")),
        name=item.optional_text("name"),
        start=item.optional_text("start"),
        end=item.optional_text("end"),
        registrants=item.optional_number("registrants"),
        will=item.one_of(Will, "will"),
        why=item.text("why"),
    )


def _read_diagnostic(item: "_Object") -> Diagnostic:
    file = item.optional_text("file")
    return Diagnostic(
        item.one_of(Severity, "severity"),
        item.text("code"),
        item.text("message"),
        None if file is None else Place(file, item.number("line"), item.number("column")),
        item.optional_text("hint"),
        None if (part := item.optional_object("of_series")) is None else _read_of_series(part),
    )


def _read_of_series(item: "_Object") -> OfSeries:
    return OfSeries(
        series=item.text("series"),
        date=item.text("date"),
        before=item.text("before"),
        after=item.text("after"),
        hint=item.optional_text("hint"),
        registrants=item.optional_number("registrants"),
    )


class _Object:
    """A JSON object that checks each value it returns; `Malformed` names the wrong one."""

    def __init__(self, value: Json, path: str = "") -> None:
        self._value = as_mapping(value, path or "the file")
        self._path = path

    def _at(self, key: str) -> tuple[Json, str]:
        return self._value.get(key), f"{self._path}.{key}" if self._path else key

    def text(self, key: str) -> str:
        return as_kind(str, *self._at(key))

    def number(self, key: str) -> int:
        return as_kind(int, *self._at(key))

    def flag(self, key: str) -> bool:
        return as_kind(bool, *self._at(key))

    def optional_text(self, key: str) -> str | None:
        return optional(str, *self._at(key))

    def optional_number(self, key: str) -> int | None:
        return optional(int, *self._at(key))

    def texts(self) -> tuple[tuple[str, str], ...]:
        """Return every key, each with its text."""
        return tuple((key, self.text(key)) for key in self._value)

    def value(self, key: str) -> Value:
        value, path = self._at(key)
        return value if isinstance(value, bool) else optional(str, value, path)

    def one_of(self, kind: type[_Kind], key: str) -> _Kind:
        return kind(self.text(key))

    def object(self, key: str) -> "_Object":
        return _Object(*self._at(key))

    def optional_object(self, key: str) -> "_Object | None":
        return None if self._value.get(key) is None else self.object(key)

    def objects(self, key: str) -> "list[_Object]":
        items, path = self._at(key)
        return [_Object(item, f"{path}[{index}]") for index, item in enumerate(as_list(items, path))]
