"""The values that declare what a live event holds."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.declarations.events.declaring import Terms
from reconciler.declarations.events.environments import ENVIRONMENTS, is_declared_in
from reconciler.declarations.events.inheritance import Inheritance
from reconciler.declarations.values.times import read_time, spelt
from reconciler.declarations.values.validators import DEFAULT
from reconciler.declarations.yaml.canonical import Undeclarable
from reconciler.event import CUSTOM, FIELDS, PROPERTIES, Identity, Kind, LiveEvent, Value, moment
from reconciler.planning.properties import why_unfit
from reconciler.portal import Definition
from reconciler.values import OPTION_SEPARATOR, same

Definitions = Callable[[], Mapping[str, Definition]]
"""Returns the definitions of custom properties, which are read only where they are needed."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What holds for all files of a run."""

    terms: Terms
    place: str
    """The time zone of local times, and the one that decides in which year an event takes place."""
    inherited: Callable[[str], Inheritance]
    """Returns what the events of a folder below the root inherit."""
    definitions: Definitions
    properties: Collection[str] | None
    """The names of the custom properties that are wanted; None: every one that can be declared."""
    largest: int
    """The most bytes of a file."""
    below: str = ""
    """The folder to write to, below the root, with `/` at its end; empty for the root."""
    settings: str = ""
    """The text of the settings, which may name a schema to editors."""


@dataclass(frozen=True, slots=True)
class Held:
    """The values that declare an event, by their keys."""

    values: dict[str, object]
    left_out: dict[str, str] = field(default_factory=dict)
    """Why a custom property that was wanted cannot be declared, by its name."""


def held_values(live: LiveEvent, identity: Identity, inherited: Inheritance, ground: Ground) -> Held:
    """Return the values that declare a live event under an identity, so that what it would inherit adds nothing.

    Raises `Undeclarable` if HubSpot holds nothing where a value is inherited that cannot be emptied.
    """
    values: dict[str, object] = dict(_identity(identity, inherited, ground.terms))
    values |= _environments(identity, inherited, ground.terms)
    for known in FIELDS:
        if known.kind is Kind.TEXT:
            values |= _text(known.name, live, inherited)
        elif known.kind is Kind.FLAG:
            values |= _flag(known.name, live, identity, inherited)
    values |= _times(live, inherited, ground)
    custom, left_out = _custom(live, inherited, ground)
    if custom:
        values[PROPERTIES] = custom
    return Held(values, left_out)


def _identity(identity: Identity, inherited: Inheritance, terms: Terms) -> Iterator[tuple[str, object]]:
    if identity.external is None:
        yield "objectId", _object_id(str(identity.object_id), terms)
        return
    yield "externalEventId", identity.external_event_id
    if identity.external_account_id != inherited.values.get("externalAccountId", terms.external_account_id):
        yield "externalAccountId", identity.external_account_id


def _environments(identity: Identity, inherited: Inheritance, terms: Terms) -> dict[str, object]:
    """Return the chosen environment if the event must be declared there alone: it was read with its settings.

    In others it would be created, or its times would be read in another zone. An object id by environment says as much.
    It is also returned where what is inherited leaves the chosen one out.
    """
    is_bound = identity.external is None and not isinstance(_object_id(str(identity.object_id), terms), str)
    is_open = terms.environment is not None and not is_bound
    if is_open or not is_declared_in(terms.environment, inherited):
        return {ENVIRONMENTS: [terms.environment or DEFAULT]}
    return {}


def _object_id(number: str, terms: Terms) -> str | dict[str, str]:
    """Return an object id, for its environment alone if a plain one would belong to another portal."""
    portals = terms.portals
    is_plain = portals.chosen == portals.top and not (portals.top is None and portals.of_environments)
    return number if is_plain else {terms.environment or DEFAULT: number}


def _text(name: str, live: LiveEvent, inherited: Inheritance) -> dict[str, object]:
    held = _filled(live.fields.get(name))
    if held is not None:
        # HubSpot keeps white space around a link, and no link can be declared with any.
        return {name: held.strip() if name == "eventUrl" else held}
    if inherited.values.get(name) is None:
        return {}
    if name in ("eventName", "eventOrganizer"):
        raise _inherited(name, inherited)
    return {name: None}


def _filled(value: Value) -> str | None:
    """Return a text with the line breaks that a file can have; None if there is nothing in it."""
    text = value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else ""
    return None if not text or text.isspace() else text


def _inherited(name: str, inherited: Inheritance) -> Undeclarable:
    message = f"HubSpot holds no {name}, and the one inherited from {inherited.place(name)} cannot be emptied"
    return Undeclarable(message, "remove it from the defaults, or set it in HubSpot")


def _flag(name: str, live: LiveEvent, identity: Identity, inherited: Inheritance) -> dict[str, object]:
    held = live.fields.get(name) is True
    if name == "eventCompleted" and identity.external is None:
        return {}  # only the app that made an event may say so
    return {name: held} if held or inherited.values.get(name) is True else {}


def _times(live: LiveEvent, inherited: Inheritance, ground: Ground) -> Iterator[tuple[str, object]]:
    is_local = False
    for name in ("startDateTime", "endDateTime"):
        held = live.fields.get(name)
        if isinstance(held, str):
            text = spelt(moment(held), ground.place)
            is_local |= not _has_offset(text)
            yield name, text
        elif name in inherited.values:
            raise _inherited(name, inherited)
    if is_local and inherited.values.get("timezone", ground.terms.timezone) != ground.place:
        yield "timezone", ground.place


def _has_offset(text: str) -> bool:
    read = read_time(text)
    return isinstance(read, datetime) and read.tzinfo is not None


def _custom(live: LiveEvent, inherited: Inheritance, ground: Ground) -> tuple[dict[str, object], dict[str, str]]:
    """Return the custom properties that have to be declared, and why some that are wanted cannot be."""
    below: Mapping[str, Value] = inherited.values.get(PROPERTIES, {})
    if not below and ground.properties is not None and not ground.properties:
        return {}, {}
    definitions = ground.definitions()
    held = {name.removeprefix(CUSTOM): _filled(value) for name, value in live.fields.items() if name.startswith(CUSTOM)}
    wanted = {name: value for name, value in held.items() if value is not None and _is_wanted(name, ground)}
    whys = {name: why_unfit(name, value, definitions) for name, value in wanted.items()}
    differing = {name: held.get(name) for name, value in below.items() if not _is_same(name, value, held, definitions)}
    own = differing | {name: value for name, value in wanted.items() if whys[name] is None}
    values = {name: _as_written(value, definitions.get(name)) for name, value in sorted(own.items())}
    return values, {name: why for name, why in whys.items() if why is not None}


def _is_wanted(name: str, ground: Ground) -> bool:
    """Return whether a custom property is wanted; of all, those that nobody else can set are not."""
    definition = ground.definitions().get(name)
    if ground.properties is None:
        return definition is not None and definition.writable
    return name in ground.properties


def _is_same(name: str, inherited: Value, held: Mapping[str, Value], definitions: Mapping[str, Definition]) -> bool:
    kind = definitions[name].kind if name in definitions else Kind.TEXT
    return same(kind, inherited, held.get(name))


def _as_written(value: str | None, definition: Definition | None) -> object:
    """Return a value as people write it: several options are a list."""
    if value is None or definition is None or not definition.several or OPTION_SEPARATOR not in value:
        return value
    return value.split(OPTION_SEPARATOR)
