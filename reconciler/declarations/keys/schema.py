"""The schema of declarations and settings: every key, its type, its meaning."""

from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import SkipValidation, TypeAdapter, ValidationError, with_config
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict  # before Python 3.12 pydantic cannot use typing's

from reconciler.declarations.keys.initial import INITIAL
from reconciler.declarations.keys.settings_form import SettingsFile
from reconciler.declarations.keys.shapes import Shape
from reconciler.declarations.keys.value_types import (
    ENTRIES,
    ITEMS,
    DayName,
    Days,
    EventId,
    Filled,
    Flag,
    Identifier,
    Link,
    Name,
    ObjectId,
    PropertyValue,
    Recurrence,
    Text,
    Time,
    WorkingHours,
    Zone,
    explained,
    strict_form,
)
from reconciler.declarations.values.corrections import Wrong
from reconciler.declarations.yaml.nodes import Mapping, Node

_EMPTIED = 'null or "" makes it empty.'
_REQUIRED = "Required beside externalEventId, here or in defaults; never empty."
_TIMES = (
    "2027-04-15 17:00 is local time in timezone; 2027-04-15T17:00:00+02:00 has its own offset. Seconds may follow. "
    "A date alone needs hours. A date cannot be emptied."
)
_NOT_BESIDE_OBJECT_ID = {
    "properties": {"externalEventId": False, "externalAccountId": False, "eventCompleted": False, "repeat": False},
    "errorMessage": "This key cannot stand beside objectId.",
}

EventType = Annotated[Text, explained(f"The kind of event, in your own words. {_EMPTIED}", "WEBINAR")]
Description = Annotated[
    Text,
    explained(f"What the event is about. HubSpot stores HTML as it is. {_EMPTIED}", "What is new this spring."),
]
Url = Annotated[
    Link,
    explained(
        f"Where people find the event: a link with https:// or http://, without a password. {_EMPTIED}",
        "https://acme.example/spring-launch",
    ),
]
Properties = Annotated[
    dict[Name, PropertyValue],
    ENTRIES,
    explained(
        "Properties that your portal defines, by internal name. Several options of one are a list. "
        'null or "" makes one empty.',
        {"event_region": "EMEA"},
    ),
]

Absent = Annotated[
    Flag,
    explained(
        "true: the event is to be deleted, if HubSpot holds it and it is yours. Nothing else is declared of it.",
        example=True,
    ),
]


@with_config(strict_form("Initial"))
class Initial(TypedDict, total=False):
    """Fields that an event gets when it is created, and that belong to HubSpot from then on."""

    eventType: EventType
    eventDescription: Description
    eventUrl: Url
    customProperties: Properties


@with_config(strict_form("Shared"))
class _Shared(TypedDict, total=False):
    """What an event, defaults, and one date of a series have in common."""

    eventName: Annotated[Filled, explained(f"The name of the event. {_REQUIRED}", "Spring launch webinar")]
    eventOrganizer: Annotated[Filled, explained(f"Who organizes the event. {_REQUIRED}", "Acme Field Marketing")]
    eventType: EventType
    eventDescription: Description
    eventUrl: Url
    startDateTime: Annotated[Time, explained(f"When the event begins. {_TIMES}", "2027-04-15 17:00")]
    endDateTime: Annotated[Time, explained(f"When the event ends, after its start. {_TIMES}", "2027-04-15 18:00")]
    timezone: Annotated[
        Zone,
        explained(
            "The IANA time zone of times without an offset. Without it, that of the defaults or the settings holds.",
            "Europe/Berlin",
        ),
    ]
    hours: Annotated[
        WorkingHours,
        explained(
            "When each day begins and ends, in local time. With it, startDateTime and endDateTime can be dates alone.",
            "09:00-17:00",
        ),
    ]
    eventCancelled: Annotated[
        Flag, explained("true: the event will not take place. Its file stays where it is.", example=True)
    ]
    eventCompleted: Annotated[
        Flag,
        explained(
            "true: the event has taken place. HubSpot cannot take it back. Not allowed beside objectId.", example=True
        ),
    ]
    customProperties: Properties
    initial: Annotated[
        Initial,
        ENTRIES,
        explained(
            "Fields that the event gets when it is created. From then on HubSpot's values are left alone.",
            {"eventDescription": "What is new this spring."},
        ),
    ]
    protect: Annotated[
        Flag, explained("true: no run cancels the event, nor deletes it while its file exists.", example=True)
    ]
    environments: Annotated[
        list[Filled],
        ITEMS,
        explained(
            "The only environments in which the event is declared. default stands for a run without --env.",
            ["default", "staging"],
        ),
    ]


@with_config(strict_form("Defaults"))
class Defaults(_Shared, total=False):
    """Values for all events of a list, or of a folder and those below it. The nearest value wins."""

    externalAccountId: Annotated[
        Identifier,
        explained(
            "The account that externalEventId belongs to. Needed only where it differs from the settings.",
            "acme-events",
        ),
    ]


@with_config(strict_form("Override"))
class DateOverride(_Shared, total=False):
    """What is different on one date of a series. A start alone moves the end with it."""

    absent: Absent


@with_config(strict_form("Repeat", required=["rule"]))
class Repeat(TypedDict, total=False):
    """A series: the event takes place on every date that the rule gives, each time as an event of its own."""

    rule: Annotated[
        Recurrence,
        explained(
            "When it takes place, as a rule of iCalendar (RFC 5545). It begins on startDateTime, and ends with COUNT, "
            "a number of dates, or with UNTIL, the last date, as in UNTIL=20270630.",
            "FREQ=WEEKLY;BYDAY=TH;COUNT=12",
        ),
    ]
    skip: Annotated[
        Days, explained("Dates of the rule on which it does not take place. They keep their number.", ["2027-05-06"])
    ]
    overrides: Annotated[
        dict[DayName, SkipValidation[DateOverride]],
        ENTRIES,
        explained(
            "What is different on single dates: below each date, which stays the one that the rule gives, the keys.",
            {"2027-05-13": {"startDateTime": "2027-05-14 17:00"}},
        ),
    ]


@with_config(strict_form("Event", dependentSchemas={"objectId": _NOT_BESIDE_OBJECT_ID}))
class Event(Defaults, total=False):
    """One marketing event. A key that is left out is not managed: HubSpot keeps what it holds there."""

    externalEventId: Annotated[
        EventId,
        explained(
            "Your own id for an event that this tool creates. Never change it: another id is another event. "
            "An event has either this or objectId.",
            "spring-launch-2027",
        ),
    ]
    objectId: Annotated[
        ObjectId,
        explained(
            "HubSpot's id of an event that a person or another app made. For several portals, a mapping from "
            "environment to id. An event has either this or externalEventId.",
            864004670023,
        ),
    ]
    absent: Absent
    repeat: Annotated[
        SkipValidation[Repeat],
        explained(
            "Makes a series of the event. Needs startDateTime as local time, timezone, and externalEventId, to which "
            "each date is added. {date} and {number} in eventName, eventDescription and eventUrl stand for its own.",
            {"rule": "FREQ=WEEKLY;BYDAY=TH;COUNT=12"},
        ),
    ]


@with_config(strict_form("List of events", required=["events"]))
class EventList(TypedDict, total=False):
    """Several events in one file, with what they share."""

    defaults: Annotated[
        SkipValidation[Defaults],
        explained(
            "Values for all events of this list. An event's own value wins.", {"eventOrganizer": "Acme Marketing"}
        ),
    ]
    events: Annotated[
        list[SkipValidation[Event]],
        ITEMS,
        explained("The events: one or more items of a list.", [{"externalEventId": "spring-launch-2027"}]),
    ]


@dataclass(frozen=True, slots=True)
class Flaw:
    """A problem in a mapping, with its path."""

    path: tuple[int | str, ...]
    """pydantic's path to the problem: keys and item indexes, with union tags between them."""
    wrong: Wrong | None
    """Why the value is refused; None for an unknown key."""


_FORMS: Table[str, Any] = {
    form.__name__: form for form in (Defaults, Event, EventList, DateOverride, Repeat, SettingsFile)
}


@cache
def _adapter(form: str) -> TypeAdapter[dict[str, Any]]:
    """Return the validator of one form of mapping, built on first use because building it is slow."""
    return TypeAdapter(_FORMS[form])


def definitions(*forms: str) -> dict[str, Shape]:
    """Return the JSON Schemas of forms of mappings, with those that they refer to, by name."""
    _, found = TypeAdapter.json_schemas([(form, "validation", _adapter(form)) for form in forms])
    return {name: shape for name, shape in found["$defs"].items() if "properties" in shape}


def check_values(form: str, nodes: dict[str, Node]) -> tuple[dict[str, Any], list[Flaw]]:
    """Return the values of all keys without a problem, with the problems of the others; `form` is the schema's name."""
    adapter = _adapter(form)
    try:
        return adapter.validate_python(nodes), []
    except ValidationError as invalid:
        flaws = [_flaw(detail) for detail in invalid.errors(include_url=False, include_input=False)]
    return adapter.validate_python(_without(nodes, [flaw.path for flaw in flaws])), flaws


def _without(nodes: dict[str, Node], refused: Iterable[tuple[int | str, ...]]) -> dict[str, Node]:
    """Return the nodes without those that are refused; of initial fields only these go, and the others are judged."""
    left = dict(nodes)
    for path in refused:
        match left.get(str(path[0])):
            case Mapping() as initial if path[0] == INITIAL and len(path) > 1:
                values = {key: node for key, node in initial.values.items() if key != path[1]}
                left[INITIAL] = initial._replace(values=values)
            case _:
                left.pop(str(path[0]), None)
    return left


def _flaw(detail: ErrorDetails) -> Flaw:
    return Flaw(detail["loc"], None if detail["type"] == "extra_forbidden" else detail["ctx"]["error"])
