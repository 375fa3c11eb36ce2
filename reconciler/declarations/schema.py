"""The keys of declarations and settings, and what each may hold: the only doorway to pydantic."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    SkipValidation,
    Tag,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    with_config,
)
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict  # before Python 3.12 pydantic cannot use typing's

from reconciler.declarations import strict_yaml, values
from reconciler.declarations.characters import cut, quoted
from reconciler.declarations.nearest import did_you_mean
from reconciler.declarations.nodes import Mapping, Node, Sequence, is_nothing
from reconciler.declarations.times import TIME
from reconciler.declarations.wrong import Wrong
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.policy import Orphans

ApiVersion = Literal["v3", "2025-09", "2026-03", "2026-09"]

API_VERSIONS: tuple[str, ...] = get_args(ApiVersion)
"""The versions of HubSpot's API that the product speaks."""


def _entries(node: Node) -> dict[str, Node]:
    if isinstance(node, Mapping):
        return node.values
    raise values.wrong_shape(node, "lines of `name: value`")


def _items(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Sequence):
        return node.items
    raise values.wrong_shape(node, "a list, lines of `- item`")


# These names stand in pydantic's paths among keys; white space keeps them apart from any key.
def _list_or_one(node: Node) -> str:
    return "a list" if isinstance(node, Sequence) else "one value"


def _mapping_or_one(node: Node) -> str:
    return "a mapping" if isinstance(node, Mapping) else "one value"


Text = Annotated[str | None, BeforeValidator(values.text)]
Filled = Annotated[str, BeforeValidator(values.filled)]
Flag = Annotated[bool, BeforeValidator(values.flag)]
Time = Annotated[datetime, BeforeValidator(values.time), WithJsonSchema({"type": "string", "pattern": f"^{TIME}$"})]
Zone = Annotated[str, BeforeValidator(values.zone)]
Link = Annotated[str | None, BeforeValidator(values.link)]
Identifier = Annotated[str, BeforeValidator(values.identifier)]
EventId = Annotated[str, BeforeValidator(values.event_id)]
Digits = Annotated[str, BeforeValidator(values.digits)]
Number = Annotated[int, BeforeValidator(values.number)]
Name = Annotated[str, AfterValidator(values.name)]

_Options = Annotated[
    list[Annotated[str, BeforeValidator(values.option)]], BeforeValidator(_items), AfterValidator(values.options)
]
PropertyValue = Annotated[
    Annotated[Text, Tag("one value")] | Annotated[_Options, Tag("a list")], Discriminator(_list_or_one)
]
ObjectId = Annotated[
    Annotated[Digits, Tag("one value")] | Annotated[dict[Name, Digits], BeforeValidator(_entries), Tag("a mapping")],
    Discriminator(_mapping_or_one),
]

_OWN_PROPERTY = re.compile(r"[a-z][a-z0-9_]{0,99}")
"""How HubSpot writes the internal names of a portal's own properties."""
_OWN_HINT = "your own properties go under customProperties"

_STRICT = ConfigDict(extra="forbid")


@with_config(_STRICT)
class Defaults(TypedDict, total=False):
    """What events share: for the events of one file, or of a folder and all below it."""

    externalAccountId: Annotated[Identifier, Field(description="The account that the event's id belongs to.")]
    eventName: Annotated[Filled, Field(description="What people see first.")]
    eventOrganizer: Annotated[Filled, Field(description="Who holds the event.")]
    eventType: Annotated[Text, Field(description="Its kind, for example WEBINAR, CONFERENCE or WORKSHOP.")]
    eventDescription: Annotated[Text, Field(description="What it is about.")]
    eventUrl: Annotated[Link, Field(description="Where people find it: http or https.")]
    startDateTime: Annotated[Time, Field(description="When it begins, with an offset or in `timezone`.")]
    endDateTime: Annotated[Time, Field(description="When it ends, with an offset or in `timezone`.")]
    timezone: Annotated[Zone, Field(description="The IANA time zone of times without an offset.")]
    eventCancelled: Annotated[Flag, Field(description="It will not take place.")]
    eventCompleted: Annotated[Flag, Field(description="It has taken place; this can only become true.")]
    customProperties: Annotated[
        dict[Name, PropertyValue],
        BeforeValidator(_entries),
        Field(description="Properties of marketing events that the portal defines, by internal name."),
    ]
    protect: Annotated[Flag, Field(description="It is never cancelled or deleted.")]


@with_config(_STRICT)
class Event(Defaults, total=False):
    """One marketing event; a key that is absent is left alone."""

    externalEventId: Annotated[EventId, Field(description="The id of an event that this app makes.")]
    objectId: Annotated[ObjectId, Field(description="HubSpot's id of an event that somebody else made.")]


@with_config(_STRICT)
class EventList(TypedDict, total=False):
    """Several events in one file."""

    defaults: Annotated[SkipValidation[Defaults], Field(description="What the events share.")]
    events: Annotated[list[SkipValidation[Event]], BeforeValidator(_items), Field(description="The events.")]


@with_config(_STRICT)
class Overrides(TypedDict, total=False):
    """The settings that hold in one environment."""

    portal: Annotated[Number, Field(description="The portal (Hub ID) that the declarations are for.")]
    appId: Annotated[Number, Field(description="The app whose events are ours.")]
    externalAccountId: Annotated[Identifier, Field(description="For every event that does not set its own.")]
    apiVersion: Annotated[ApiVersion, BeforeValidator(values.one_of(API_VERSIONS))]
    timezone: Annotated[Zone, Field(description="The IANA time zone of times without an offset.")]
    orphans: Annotated[Orphans, BeforeValidator(values.one_of(tuple(Orphans)))]
    protect: Annotated[list[Filled], BeforeValidator(_items), Field(description="Globs of externalEventId.")]


@with_config(_STRICT)
class SettingsFile(Overrides, total=False):
    """The file reconciler.yaml."""

    environments: Annotated[
        dict[Name, Annotated[Overrides, BeforeValidator(_entries)]],
        BeforeValidator(_entries),
        Field(description="For `--env NAME`: what is different there."),
    ]


@dataclass(frozen=True, slots=True)
class Layer:
    """What one mapping says, checked by itself: `values` holds what is right, `problems` tells the rest."""

    file: str
    mapping: Mapping
    values: dict[str, Any]
    problems: tuple[Diagnostic, ...] = ()

    @property
    def place(self) -> Place:
        """Where the mapping begins."""
        return Place(self.file, self.mapping.line, self.mapping.column)

    def key_place(self, key: str) -> Place:
        """Where a key stands that the mapping holds."""
        return _place(self.file, self.mapping.keys[key])

    def value_place(self, key: str) -> Place:
        """Where the value of a key begins."""
        return _place(self.file, self.mapping.values[key])

    def is_silent_on(self, key: str) -> bool:
        """Tell whether the mapping certainly says nothing of a key."""
        return self.mapping.whole and key not in self.mapping.keys


class Keys:
    """The keys of one kind of mapping."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self.names: tuple[str, ...] = tuple(sorted(kind.__optional_keys__))

    @cached_property
    def adapter(self) -> TypeAdapter[dict[str, Any]]:
        """The validator of `kind`, made when it is first needed: that takes a while."""
        return TypeAdapter(self.kind)

    def check_file(self, content: bytes, file: str) -> Layer:
        """Check a file that holds one such mapping, or nothing."""
        reading = strict_yaml.read(content, file)
        mappings = [node for node in reading.documents if not is_nothing(node)]
        if mappings:
            layer = self.check(mappings[0], file)
        else:
            layer = unknown(file) if reading.problems else Layer(file, _EMPTY, {})
        more = [_several_documents(_place(file, node)) for node in mappings[1:]]
        return replace(layer, problems=(*reading.problems, *layer.problems, *more))

    def check(self, node: Node, file: str) -> Layer:
        """Check a mapping of the file by itself, whatever it turns out to be."""
        if not isinstance(node, Mapping):
            return _shapeless(node, file)
        try:
            return Layer(file, node, self.adapter.validate_python(node.values))
        except ValidationError as invalid:
            return self._without(invalid.errors(include_url=False, include_input=False), node, file)

    def _without(self, details: list[ErrorDetails], mapping: Mapping, file: str) -> Layer:
        """Check what is left of a mapping without the keys that have problems."""
        problems = tuple(self._problem(detail, mapping, file) for detail in details)
        refused = {detail["loc"][0] for detail in details}
        rest = {key: value for key, value in mapping.values.items() if key not in refused}
        return Layer(file, mapping, self.adapter.validate_python(rest), problems)

    def _problem(self, detail: ErrorDetails, mapping: Mapping, file: str) -> Diagnostic:
        if detail["type"] == "extra_forbidden":
            *way, key = map(str, detail["loc"])
            _, holder = _find(mapping, way)
            return self._unknown(key, _place(file, cast("Mapping", holder).keys[key]))
        names, node = _find(mapping, detail["loc"])
        return refusal(detail["ctx"]["error"], ".".join(names), _place(file, node))

    def _unknown(self, key: str, place: Place) -> Diagnostic:
        if key == "repeat":
            return error("not-yet-supported", "repeat is not yet supported", place, "declare every date as an event")
        if self is DEFAULTS and key in EVENT.names:
            message = f"{key} names one event, so no other event can inherit it"
            return error("not-a-default", message, place, "move it to the event")
        return error("unknown-key", f"unknown key {quoted(key)}", place, self._right_place(key))

    def _right_place(self, key: str) -> str | None:
        """Say where a key belongs that is not known here."""
        if self is EVENT_LIST and key in EVENT.names:
            return "move it to defaults, or to each event"
        if self is DEFAULTS and key in EVENT_LIST.names:
            return "move it to another file"
        if self is not EVENT and self is not DEFAULTS:
            return did_you_mean(key, self.names)
        if self is EVENT and f"{key}s" in EVENT_LIST.names:
            return f"did you mean {key}s?"
        own = _OWN_HINT if _OWN_PROPERTY.fullmatch(key) else None
        if own and "_" in key and key.replace("_", "") not in map(str.lower, self.names):
            return own
        return did_you_mean(key, self.names) or own


def unknown(file: str, line: int = 1, column: int = 1) -> Layer:
    """Give the layer that stands for what could not be read: it may have said anything."""
    return Layer(file, Mapping({}, {}, whole=False, line=line, column=column), {})


def _shapeless(node: Node, file: str) -> Layer:
    hint = "write a list of events under `events:`" if isinstance(node, Sequence) else None
    problem = error("wrong-shape", "lines of `key: value` belong here", _place(file, node), hint)
    return replace(unknown(file, node.line, node.column), problems=(problem,))


def _several_documents(place: Place) -> Diagnostic:
    return error("several-documents", "this file holds a single document", place, "delete the lines with ---")


def refusal(wrong: Wrong, subject: str, place: Place) -> Diagnostic:
    """Tell why the value of a key is refused."""
    return error(wrong.code, f"{cut(subject)}: {wrong.message}", place, wrong.hint)


def _find(mapping: Mapping, path: Iterable[int | str]) -> tuple[list[str], Node]:
    """Follow pydantic's path to what is wrong: the keys on the way, and the value, or the key that is wrong itself.

    Between keys and numbers of items the path names kinds of values; after a key that is wrong stands `[key]`.
    """
    names: list[str] = []
    holder, node = mapping, cast("Node", mapping)
    for step in path:
        if isinstance(node, Mapping) and step in node.values:
            names.append(str(step))
            holder, node = node, node.values[names[-1]]
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
        elif step == "[key]":
            node = holder.keys[names.pop()]
    return names, node


def _place(file: str, node: Node) -> Place:
    return Place(file, node.line, node.column)


_EMPTY = Mapping({}, {}, whole=True, line=1, column=1)

EVENT = Keys(Event)
DEFAULTS = Keys(Defaults)
EVENT_LIST = Keys(EventList)
SETTINGS = Keys(SettingsFile)
