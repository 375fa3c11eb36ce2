"""The event that merged layers declare."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from reconciler.declarations.events.environments import ENVIRONMENTS, elsewhere, is_declared_in, wrong_environments
from reconciler.declarations.events.house_rules import HouseRules, broken_rules
from reconciler.declarations.events.inheritance import Inheritance
from reconciler.declarations.events.layers import Layer, refusal
from reconciler.declarations.events.positions import Lines, Places
from reconciler.declarations.events.whole_days import TIMES, for_date_only, times_of
from reconciler.declarations.keys.initial import INITIAL
from reconciler.declarations.values.corrections import Wrong, did_you_mean
from reconciler.declarations.values.times import instant_of, moment_of
from reconciler.declarations.values.validators import DEFAULT
from reconciler.declarations.yaml.nodes import Mapping as Entries
from reconciler.diagnostics import Diagnostic, Place, error, info, warning
from reconciler.event import FIELDS, PROPERTIES, DeclaredEvent, Identity, Skipped, Value, custom_field
from reconciler.safe_text import cut, quoted


@dataclass(frozen=True, slots=True)
class Portals:
    """The portals that the settings name; a plain `objectId` belongs to the one named at their top."""

    top: int | None = None
    chosen: int | None = None
    """The portal of the chosen environment; without an environment, the one at the top."""
    of_environments: bool = False
    """Whether an environment names a portal."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The settings that apply to every event; `environments` are the names that can be chosen."""

    environment: str | None = None
    environments: tuple[str, ...] = ()
    external_account_id: str | None = None
    timezone: str | None = None
    portals: Portals = field(default_factory=Portals)
    silence: frozenset[str] = frozenset()
    """Codes of advice to leave out."""
    rules: HouseRules = field(default_factory=HouseRules)
    protect: tuple[str, ...] = ()
    """Globs of event ids that the settings protect."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """The result for one event; `event` is None if a problem or the chosen environment excludes it."""

    event: DeclaredEvent | None
    diagnostics: tuple[Diagnostic, ...]
    skipped: tuple[Skipped, ...] = ()
    """Its identities in other environments, if it is not declared for the chosen one."""
    is_elsewhere: bool = False
    """Whether its `environments` leave the chosen one out."""


_NAMES = tuple(known.name for known in FIELDS)
_NONE: Mapping[str, Value] = {}
"""The initial fields of most events: one mapping for all of them."""


def declare(inherited: Inheritance, own: Layer, terms: Terms) -> Declaration:
    """Return the event that its own layer and those below declare, after the checks that need all of them."""
    merged = inherited.under(own)
    diagnostics = [*wrong_environments(merged, terms.environments)] if ENVIRONMENTS in merged.values else []
    if not is_declared_in(terms.environment, merged):
        _check_elsewhere(merged, terms, diagnostics)
        # Where environments name portals, the same ids may be meant in another one alone.
        there = (replace(each, may_be_here=not terms.portals.of_environments) for each in elsewhere(merged))
        return Declaration(None, tuple(diagnostics), tuple(there), is_elsewhere=True)
    identity = _identity(merged, terms, diagnostics)
    absent = _is_absent(merged)
    fields = {} if absent else _fields(merged, terms, diagnostics)
    initial = _NONE if absent or "objectId" in own.values else merged.values.get(INITIAL, _NONE)
    diagnostics += () if absent else broken_rules(merged, initial, terms.rules)
    if identity is None:
        return Declaration(None, tuple(diagnostics), elsewhere(merged))
    block, place = own.block(), own.place
    event = DeclaredEvent(
        identity,
        fields,
        place,
        Lines(block, place),
        merged.values.get("protect", False),
        Places(block, place, inherited.places),
        own.lists(inherited.lists),
        timezone=_zone(merged, terms),
        initial=initial,
        absent=absent,
    )
    return Declaration(event, tuple(diagnostics))


def _check_elsewhere(merged: Inheritance, terms: Terms, diagnostics: list[Diagnostic]) -> None:
    """Check of a skipped event what does not depend on the settings of an environment."""
    if _kind_of_id(merged.own, diagnostics) == "externalEventId":
        _check_required(merged, diagnostics)
    if not _is_absent(merged):
        _fields(merged, replace(terms, timezone=terms.timezone or "UTC"), diagnostics)


def _is_absent(merged: Inheritance) -> bool:
    """Return whether an event is declared absent, or may be: a wrong value is told where it stands."""
    absent: bool = merged.own.values.get("absent", "absent" in merged.own.mapping.keys)
    return absent


def _identity(merged: Inheritance, terms: Terms, diagnostics: list[Diagnostic]) -> Identity | None:
    match _kind_of_id(merged.own, diagnostics):
        case "externalEventId":
            return _external(merged, terms, diagnostics)
        case "objectId":
            return _adopted(merged, terms, diagnostics)
        case _:
            return None


def _kind_of_id(own: Layer, diagnostics: list[Diagnostic]) -> str | None:
    """Return the key of an event's id; None if it has none, two, or a wrong one."""
    if "externalEventId" in own.mapping.keys and "objectId" in own.mapping.keys:
        message = "an event has an externalEventId or an objectId, never both"
        diagnostics.append(error("two-identities", message, own.key_place("objectId"), "delete one of the two"))
        return None
    if own.is_silent_on("externalEventId") and own.is_silent_on("objectId"):
        hint = "add an externalEventId, or the objectId of an event that HubSpot holds already"
        diagnostics.append(error("no-identity", "the event has no id", own.place, hint))
    return next((key for key in ("externalEventId", "objectId") if key in own.values), None)


def _external(merged: Inheritance, terms: Terms, diagnostics: list[Diagnostic]) -> Identity:
    _check_required(merged, diagnostics)
    account = merged.values.get("externalAccountId")
    if merged.lacks("externalAccountId"):
        account = terms.external_account_id
        if account is None:
            message = "externalEventId has no externalAccountId to go with it"
            hint = "set externalAccountId in reconciler.yaml, in defaults, or here"
            diagnostics.append(error("no-account", message, merged.own.value_place("externalEventId"), hint))
    return Identity(account, merged.values["externalEventId"])


def _check_required(merged: Inheritance, diagnostics: list[Diagnostic]) -> None:
    if _is_absent(merged):
        diagnostics += _beside_absent(merged.own)
        return
    for key in ("eventName", "eventOrganizer"):
        if merged.lacks(key):
            message = f"{key} is missing: HubSpot creates no event without it"
            diagnostics.append(error("missing-key", message, merged.own.place, f"add {key}, here or in defaults"))


_WITH_ABSENT = frozenset({"externalEventId", "externalAccountId", ENVIRONMENTS, "absent"})


_TO_DELETE_A_SERIES = (
    "delete the line with absent; to delete one date, write absent: true below that date under overrides; "
    "to delete the whole series, delete its file and run with orphans: delete in the settings"
)


def _beside_absent(own: Layer) -> Iterator[Diagnostic]:
    """Yield an error if anything but the id is declared of an event that is to be deleted."""
    others = [key for key in own.mapping.keys if key not in _WITH_ABSENT]
    if others and "absent" in own.values:
        message = f"absent: true deletes the event, and these keys declare it: {', '.join(map(cut, others))}"
        hint = _TO_DELETE_A_SERIES if "repeat" in others else "delete these lines, or the line with absent"
        yield error("declared-and-absent", message, own.key_place("absent"), hint)


def _adopted(merged: Inheritance, terms: Terms, diagnostics: list[Diagnostic]) -> Identity | None:
    own = merged.own
    if "externalAccountId" in own.mapping.keys:
        message = "externalAccountId and objectId cannot be used together"
        diagnostics.append(
            error("account-beside-object", message, own.key_place("externalAccountId"), "delete the line")
        )
    if _is_absent(merged):
        message = "absent: true deletes an event of our app, and objectId is for events of others"
        hint = "delete the event in HubSpot, and this declaration"
        diagnostics.append(error("absent-beside-object", message, own.key_place("absent"), hint))
    if INITIAL in own.mapping.keys:
        message = "initial is for events that are created, and an event with an objectId is there already"
        hint = "delete it, or move its lines out of it"
        diagnostics.append(error("initial-beside-object", message, own.key_place(INITIAL), hint))
    if "eventCompleted" in merged.values:
        diagnostics.append(_completed_beside_object(merged))
    object_id = own.values["objectId"]
    if isinstance(object_id, dict):
        object_id = _in_environment(object_id, merged, terms, diagnostics)
    else:
        object_id = _in_portal(object_id, merged, terms, diagnostics)
    return None if object_id is None else Identity(object_id=object_id)


def _in_portal(object_id: str, merged: Inheritance, terms: Terms, diagnostics: list[Diagnostic]) -> str | None:
    """Return a plain objectId, or None if it belongs to another portal than the chosen environment's."""
    portals = terms.portals
    if portals.top is None and portals.of_environments:
        message = f"it is unclear which portal objectId {object_id} belongs to: only environments name a portal"
        hint = "name a portal at the top of reconciler.yaml, or write objectId as a mapping from environment to id"
        diagnostics.append(error("no-portal", message, merged.own.key_place("objectId"), hint))
    elif portals.chosen != portals.top:
        diagnostics.append(_skipped(merged, f"its objectId belongs to portal {portals.top}, not to {portals.chosen}"))
        return None
    return object_id


def _completed_beside_object(merged: Inheritance) -> Diagnostic:
    message = "HubSpot lets only the app that made an event complete it, and objectId is for events of others"
    if "eventCompleted" in merged.own.values:
        place, hint = merged.own.key_place("eventCompleted"), "delete the line"
    else:
        place = merged.own.key_place("objectId")
        hint = f"eventCompleted is inherited from {merged.place('eventCompleted')}: set it event by event"
    return error("completed-beside-object", message, place, hint)


def _in_environment(
    object_ids: dict[str, str], merged: Inheritance, terms: Terms, diagnostics: list[Diagnostic]
) -> str | None:
    own = merged.own
    keys = cast("Entries", own.mapping.values["objectId"]).keys
    for name in object_ids.keys() - {*terms.environments, DEFAULT}:
        place = Place(own.file, keys[name].line, keys[name].column)
        hint = did_you_mean(name, terms.environments) or "add it to environments in reconciler.yaml"
        diagnostics.append(
            warning("unknown-environment", f"the settings have no environment {quoted(name)}", place, hint)
        )
    chosen = object_ids.get(terms.environment or DEFAULT)
    if chosen is None:
        if terms.environment is None:
            diagnostics.append(_skipped(merged, "its objectId depends on the environment", "choose one with --env"))
        else:
            diagnostics.append(_skipped(merged, f"it has no objectId for {quoted(terms.environment)}"))
    return chosen


def _skipped(merged: Inheritance, why: str, hint: str | None = None) -> Diagnostic:
    name = merged.values.get("eventName")
    event = "an event" if name is None else quoted(name)
    return info("skipped-environment", f"{event} is skipped: {why}", merged.own.place, hint)


def _fields(merged: Inheritance, terms: Terms, diagnostics: list[Diagnostic]) -> dict[str, Value]:
    moments = dict(_moments(merged, terms, diagnostics))
    _check_order(merged, moments, diagnostics)
    values = merged.values | {key: instant_of(moment) for key, moment in moments.items()}
    fields = {name: values[name] for name in _NAMES if name in values and (name in moments or name not in TIMES)}
    for name, value in values.get(PROPERTIES, {}).items():
        fields[custom_field(name)] = value
    return fields


def _moments(merged: Inheritance, terms: Terms, diagnostics: list[Diagnostic]) -> Iterator[tuple[str, datetime]]:
    zone = _zone(merged, terms)
    for key, time in times_of(merged, diagnostics).items():
        if zone is None and not time.tzinfo and not merged.lacks("timezone"):
            continue
        try:
            yield key, moment_of(time, zone)
        except Wrong as wrong:
            problem = wrong if isinstance(merged.values[key], datetime) else for_date_only(wrong)
            diagnostics.append(refusal(problem, key, merged.place(key)))


def _zone(merged: Inheritance, terms: Terms) -> str | None:
    """Return the time zone of the event, even if none of its times needs one."""
    zone: str | None = merged.values.get("timezone", terms.timezone)
    return zone


def _check_order(merged: Inheritance, moments: dict[str, datetime], diagnostics: list[Diagnostic]) -> None:
    start, end = moments.get("startDateTime"), moments.get("endDateTime")
    if start is None or end is None or start < end:
        return
    nearest = next((key for key in ("endDateTime", "startDateTime") if key in merged.own.values), "endDateTime")
    written_end, written_start = merged.text("endDateTime"), merged.text("startDateTime")
    message = f"the event ends at {written_end}, which is not after its start at {written_start}"
    next_day = "write a later endDateTime; for an end after midnight, write the date of the next day"
    hint = "write a later endDateTime, or leave it out" if start == end else next_day
    diagnostics.append(error("end-before-start", message, merged.place(nearest), hint))
