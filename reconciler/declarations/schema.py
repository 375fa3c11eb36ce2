"""The schema of declarations and settings: the only module that uses pydantic."""

from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    InstanceOf,
    SkipValidation,
    Tag,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    with_config,
)
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict  # before Python 3.12 pydantic cannot use typing's

from reconciler.declarations import validators
from reconciler.declarations.advice import CODES
from reconciler.declarations.corrections import Wrong
from reconciler.declarations.expressions import Expression
from reconciler.declarations.readers import API_VERSIONS, ApiVersion
from reconciler.declarations.times import DAY, HOURS, TIME, Hours
from reconciler.declarations.yaml.nodes import Mapping, Node, Sequence
from reconciler.policy import Orphans


# pydantic puts these tags between the keys of an error's path; the space distinguishes them from keys.
def _list_or_one(node: Node) -> str:
    return "a list" if isinstance(node, Sequence) else "one value"


def _mapping_or_one(node: Node) -> str:
    return "a mapping" if isinstance(node, Mapping) else "one value"


Text = Annotated[str | None, BeforeValidator(validators.text)]
Filled = Annotated[str, BeforeValidator(validators.filled)]
Flag = Annotated[bool, BeforeValidator(validators.flag)]
Time = Annotated[
    datetime | date,
    SkipValidation,
    BeforeValidator(validators.time),
    WithJsonSchema({"type": "string", "pattern": f"^({TIME}|{DAY})$"}),
]
Zone = Annotated[str, BeforeValidator(validators.zone)]
WorkingHours = Annotated[
    Hours,
    SkipValidation,
    BeforeValidator(validators.hours),
    WithJsonSchema({"type": "string", "pattern": f"^{HOURS}$"}),
]
Link = Annotated[str | None, BeforeValidator(validators.event_link)]
Identifier = Annotated[str, BeforeValidator(validators.identifier)]
EventId = Annotated[str, BeforeValidator(validators.event_id)]
Digits = Annotated[str, BeforeValidator(validators.digits)]
Number = Annotated[int, BeforeValidator(validators.number)]
Name = Annotated[str, AfterValidator(validators.name)]
EnvironmentName = Annotated[str, AfterValidator(validators.environment)]
Rule = Annotated[
    InstanceOf[Expression],
    BeforeValidator(validators.rule),
    WithJsonSchema({"type": "string"}),
]

_Options = Annotated[
    list[Annotated[str, BeforeValidator(validators.option)]],
    BeforeValidator(validators.items),
    AfterValidator(validators.options),
]
PropertyValue = Annotated[
    Annotated[Text, Tag("one value")] | Annotated[_Options, Tag("a list")], Discriminator(_list_or_one)
]
Properties = Annotated[
    dict[Name, PropertyValue],
    BeforeValidator(validators.entries),
    Field(description="The portal's own properties of marketing events, by internal name."),
]
ObjectId = Annotated[
    Annotated[Digits, Tag("one value")]
    | Annotated[dict[Name, Digits], BeforeValidator(validators.entries), Tag("a mapping")],
    Discriminator(_mapping_or_one),
]

_STRICT = ConfigDict(extra="forbid")


@with_config(_STRICT)
class Initial(TypedDict, total=False):
    """Fields that an event gets when it is created, and that belong to HubSpot from then on."""

    eventType: Annotated[Text, Field(description="Its kind, for example WEBINAR, CONFERENCE or WORKSHOP.")]
    eventDescription: Annotated[Text, Field(description="What it is about.")]
    eventUrl: Annotated[Link, Field(description="Where people find it: http or https.")]
    customProperties: Properties


@with_config(_STRICT)
class Defaults(TypedDict, total=False):
    """Default values for the events of one file, or of a folder and the folders below it."""

    externalAccountId: Annotated[Identifier, Field(description="The account that the event's id belongs to.")]
    eventName: Annotated[Filled, Field(description="What people see first.")]
    eventOrganizer: Annotated[Filled, Field(description="Who organizes the event.")]
    eventType: Annotated[Text, Field(description="Its kind, for example WEBINAR, CONFERENCE or WORKSHOP.")]
    eventDescription: Annotated[Text, Field(description="What it is about.")]
    eventUrl: Annotated[Link, Field(description="Where people find it: http or https.")]
    startDateTime: Annotated[Time, Field(description="When it begins, with an offset or in `timezone`.")]
    endDateTime: Annotated[Time, Field(description="When it ends, with an offset or in `timezone`.")]
    timezone: Annotated[Zone, Field(description="The IANA time zone of times without an offset.")]
    hours: Annotated[
        WorkingHours, Field(description="When each day begins and ends, for events whose dates have no time.")
    ]
    eventCancelled: Annotated[Flag, Field(description="It will not take place.")]
    eventCompleted: Annotated[Flag, Field(description="It has taken place; this can only become true.")]
    customProperties: Properties
    initial: Annotated[
        Initial,
        BeforeValidator(validators.entries),
        Field(description="What it gets when it is created; afterwards HubSpot's values are left alone."),
    ]
    protect: Annotated[Flag, Field(description="It is never cancelled or deleted.")]
    environments: Annotated[
        list[Filled],
        BeforeValidator(validators.items),
        Field(description="The environments where it is declared; `default` stands for a run without --env."),
    ]


@with_config(_STRICT)
class Event(Defaults, total=False):
    """One marketing event; a key that is absent is left alone."""

    externalEventId: Annotated[EventId, Field(description="The id of an event that this app creates.")]
    objectId: Annotated[ObjectId, Field(description="HubSpot's id of an event that another app or a person created.")]
    absent: Annotated[Flag, Field(description="It is deleted if it is live, and nothing but its id is declared.")]


@with_config(_STRICT)
class EventList(TypedDict, total=False):
    """Several events in one file."""

    defaults: Annotated[SkipValidation[Defaults], Field(description="Values that the events share.")]
    events: Annotated[list[SkipValidation[Event]], BeforeValidator(validators.items), Field(description="The events.")]


@with_config(_STRICT)
class Names(TypedDict, total=False):
    """Regular expressions that whole ids and names must match."""

    externalEventId: Annotated[Rule, Field(description="What the whole id of an event must match.")]
    eventName: Annotated[Rule, Field(description="What the whole name of an event must match.")]


@with_config(_STRICT)
class Overrides(TypedDict, total=False):
    """The settings that an environment can override."""

    portal: Annotated[Number, Field(description="The portal (Hub ID) that the declarations are for.")]
    appId: Annotated[Number, Field(description="The app whose events are ours.")]
    externalAccountId: Annotated[
        Identifier, Field(description="The account id of every event that does not set its own.")
    ]
    apiVersion: Annotated[ApiVersion, BeforeValidator(validators.one_of(API_VERSIONS))]
    timezone: Annotated[Zone, Field(description="The IANA time zone of times without an offset.")]
    orphans: Annotated[Orphans, BeforeValidator(validators.one_of(tuple(Orphans)))]
    protect: Annotated[list[Filled], BeforeValidator(validators.items), Field(description="Globs of externalEventId.")]
    besides: Annotated[
        list[Identifier],
        BeforeValidator(validators.items),
        Field(description="Numbers of apps, and account ids, that may already have events with the same ids as ours."),
    ]
    silence: Annotated[
        list[Annotated[str, BeforeValidator(validators.one_of(CODES))]],
        BeforeValidator(validators.items),
        Field(description="Codes of advice to leave out."),
    ]
    names: Annotated[
        Names,
        BeforeValidator(validators.entries),
        Field(description="House rules: what ids and names must match."),
    ]
    eventTypes: Annotated[
        list[Filled], BeforeValidator(validators.items), Field(description="The only types that may be declared.")
    ]


@with_config(_STRICT)
class SettingsFile(Overrides, total=False):
    """The file reconciler.yaml."""

    environments: Annotated[
        dict[EnvironmentName, Annotated[Overrides, BeforeValidator(validators.entries)]],
        BeforeValidator(validators.entries),
        Field(description="Settings that differ with `--env NAME`, by its name."),
    ]


@dataclass(frozen=True, slots=True)
class Flaw:
    """A problem in a mapping, with its path."""

    path: tuple[int | str, ...]
    """pydantic's path to the problem: keys and item indexes, with union tags between them."""
    wrong: Wrong | None
    """Why the value is refused; None for an unknown key."""

    @property
    def key(self) -> int | str:
        """The mapping's own key that the problem is under."""
        return self.path[0]


_FORMS: Table[str, Any] = {form.__name__: form for form in (Defaults, Event, EventList, SettingsFile)}


@cache
def _adapter(form: str) -> TypeAdapter[dict[str, Any]]:
    """Return the validator of one form of mapping, built on first use because building it is slow."""
    return TypeAdapter(_FORMS[form])


def check_values(form: str, nodes: dict[str, Node]) -> tuple[dict[str, Any], list[Flaw]]:
    """Return the values of all keys without a problem, with the problems of the others; `form` is the schema's name."""
    adapter = _adapter(form)
    try:
        return adapter.validate_python(nodes), []
    except ValidationError as invalid:
        flaws = [_flaw(detail) for detail in invalid.errors(include_url=False, include_input=False)]
    refused = {flaw.key for flaw in flaws}
    return adapter.validate_python({key: node for key, node in nodes.items() if key not in refused}), flaws


def _flaw(detail: ErrorDetails) -> Flaw:
    return Flaw(detail["loc"], None if detail["type"] == "extra_forbidden" else detail["ctx"]["error"])
