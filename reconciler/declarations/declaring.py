"""The event that merged layers declare."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from reconciler.declarations.corrections import Wrong, did_you_mean
from reconciler.declarations.inheritance import Inheritance
from reconciler.declarations.layers import PROPERTIES, Layer, refusal
from reconciler.declarations.positions import Lines, Places
from reconciler.declarations.times import instant_of, moment_of
from reconciler.declarations.whole_days import TIMES, for_date_only, times_of
from reconciler.declarations.yaml.nodes import Mapping
from reconciler.diagnostics import Diagnostic, Place, error, info, warning
from reconciler.event import FIELDS, DeclaredEvent, Identity, Skipped, Value, custom_field
from reconciler.safe_text import quoted


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


@dataclass(frozen=True, slots=True)
class Declaration:
    """The result for one event; `event` is None if a problem or the chosen environment excludes it."""

    event: DeclaredEvent | None
    diagnostics: tuple[Diagnostic, ...]
    skipped: tuple[Skipped, ...] = ()
    """Its identities in other environments, if it is not declared for the chosen one."""


_NAMES = tuple(known.name for known in FIELDS)


def declare(inherited: Inheritance, own: Layer, terms: Terms) -> Declaration:
    """Return the event that its own layer and those below declare, after the checks that need all of them."""
    merged = inherited.under(own)
    diagnostics: list[Diagnostic] = []
    identity = _identity(merged, terms, diagnostics)
    fields = _fields(merged, terms, diagnostics)
    if identity is None:
        return Declaration(None, tuple(diagnostics), _elsewhere(merged))
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
    )
    return Declaration(event, tuple(diagnostics))


def _identity(merged: Inheritance, terms: Terms, diagnostics: list[Diagnostic]) -> Identity | None:
    own = merged.own
    if "externalEventId" in own.mapping.keys and "objectId" in own.mapping.keys:
        message = "an event has an externalEventId or an objectId, never both"
        diagnostics.append(error("two-identities", message, own.key_place("objectId"), "delete one of the two"))
    elif "externalEventId" in own.values:
        return _external(merged, terms, diagnostics)
    elif "objectId" in own.values:
        return _adopted(merged, terms, diagnostics)
    elif own.is_silent_on("externalEventId") and own.is_silent_on("objectId"):
        hint = "add an externalEventId, or the objectId of an event that HubSpot holds already"
        diagnostics.append(error("no-identity", "the event has no id", own.place, hint))
    return None


def _external(merged: Inheritance, terms: Terms, diagnostics: list[Diagnostic]) -> Identity:
    for key in ("eventName", "eventOrganizer"):
        if merged.lacks(key):
            message = f"{key} is missing: HubSpot creates no event without it"
            diagnostics.append(error("missing-key", message, merged.own.place, f"add {key}, here or in defaults"))
    account = merged.values.get("externalAccountId")
    if merged.lacks("externalAccountId"):
        account = terms.external_account_id
        if account is None:
            message = "externalEventId has no externalAccountId to go with it"
            hint = "set externalAccountId in reconciler.yaml, in defaults, or here"
            diagnostics.append(error("no-account", message, merged.own.value_place("externalEventId"), hint))
    return Identity(account, merged.values["externalEventId"])


def _adopted(merged: Inheritance, terms: Terms, diagnostics: list[Diagnostic]) -> Identity | None:
    own = merged.own
    if "externalAccountId" in own.mapping.keys:
        message = "externalAccountId and objectId cannot be used together"
        diagnostics.append(
            error("account-beside-object", message, own.key_place("externalAccountId"), "delete the line")
        )
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


def _elsewhere(merged: Inheritance) -> tuple[Skipped, ...]:
    """Return the identities of a skipped event in the environments where it is not skipped."""
    object_id = merged.own.values.get("objectId", ())
    ids = (object_id,) if isinstance(object_id, str) else dict(object_id).values()
    name = merged.values.get("eventName")
    return tuple(Skipped(Identity(object_id=one), name) for one in ids)


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
    keys = cast("Mapping", own.mapping.values["objectId"]).keys
    for name in object_ids.keys() - set(terms.environments):
        place = Place(own.file, keys[name].line, keys[name].column)
        hint = did_you_mean(name, terms.environments) or "add it to environments in reconciler.yaml"
        diagnostics.append(
            warning("unknown-environment", f"the settings have no environment {quoted(name)}", place, hint)
        )
    chosen = object_ids.get(terms.environment or "")
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
