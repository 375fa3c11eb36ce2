"""The types of values: how each is validated, with the shape that editors know."""

from datetime import date, datetime
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
    WithJsonSchema,
)

from reconciler.declarations.keys import shapes
from reconciler.declarations.keys.readers import API_VERSIONS, ApiVersion
from reconciler.declarations.values import validators
from reconciler.declarations.values.advice_codes import CODES
from reconciler.declarations.values.expressions import Expression
from reconciler.declarations.values.recurrence import RecurrenceRule
from reconciler.declarations.values.times import Hours
from reconciler.declarations.yaml.nodes import Mapping, Node, Sequence
from reconciler.policy import Orphans

ENTRIES = BeforeValidator(validators.entries)
"""A mapping whose values are checked after it."""
ITEMS = BeforeValidator(validators.items)
"""A list whose items are checked after it."""


def explained(description: str, example: Any) -> Any:
    """Return what an editor tells of a key: plain sentences, and one example of a value."""
    return Field(description=description, examples=[example])


def strict_form(title: str, **shape: Any) -> ConfigDict:
    """Return the rules of a mapping without unknown keys; `shape` adds to its JSON Schema."""
    return ConfigDict(title=title, extra="forbid", json_schema_extra=shape)


# pydantic puts these tags between the keys of an error's path; the space distinguishes them from keys.
def _list_or_one(node: Node) -> str:
    return "a list" if isinstance(node, Sequence) else "one value"


def _mapping_or_one(node: Node) -> str:
    return "a mapping" if isinstance(node, Mapping) else "one value"


Text = Annotated[str | None, BeforeValidator(validators.text), WithJsonSchema(shapes.TEXT)]
Filled = Annotated[str, BeforeValidator(validators.filled), WithJsonSchema(shapes.FILLED)]
Flag = Annotated[bool, BeforeValidator(validators.flag), WithJsonSchema(shapes.FLAG)]
Time = Annotated[datetime | date, SkipValidation, BeforeValidator(validators.time), WithJsonSchema(shapes.POINT)]
Zone = Annotated[str, BeforeValidator(validators.zone), WithJsonSchema(shapes.ZONE)]
WorkingHours = Annotated[Hours, SkipValidation, BeforeValidator(validators.hours), WithJsonSchema(shapes.HOURS_OF_DAY)]
Link = Annotated[str | None, BeforeValidator(validators.event_link), WithJsonSchema(shapes.LINK)]
Identifier = Annotated[str, BeforeValidator(validators.identifier), WithJsonSchema(shapes.ID)]
EventId = Annotated[str, BeforeValidator(validators.event_id), WithJsonSchema(shapes.id_except(validators.PATH_WORDS))]
Digits = Annotated[str, BeforeValidator(validators.digits), WithJsonSchema(shapes.DIGITS)]
Number = Annotated[int, BeforeValidator(validators.number), WithJsonSchema(shapes.DIGITS)]
Name = Annotated[str, AfterValidator(validators.name)]
EnvironmentName = Annotated[str, AfterValidator(validators.environment)]
Rule = Annotated[InstanceOf[Expression], BeforeValidator(validators.rule), WithJsonSchema(shapes.FILLED)]

_Options = Annotated[
    list[Annotated[str, BeforeValidator(validators.option)]],
    BeforeValidator(validators.items),
    AfterValidator(validators.options),
]
PropertyValue = Annotated[
    Annotated[Text, Tag("one value")] | Annotated[_Options, Tag("a list")],
    Discriminator(_list_or_one),
    WithJsonSchema(shapes.PROPERTY),
]
ObjectId = Annotated[
    Annotated[Digits, Tag("one value")]
    | Annotated[dict[Name, Digits], BeforeValidator(validators.entries), Tag("a mapping")],
    Discriminator(_mapping_or_one),
    WithJsonSchema(shapes.DIGITS_OF_EACH),
]
Recurrence = Annotated[
    RecurrenceRule, SkipValidation, BeforeValidator(validators.recurrence), WithJsonSchema(shapes.RECURRENCE)
]
Day = Annotated[str, BeforeValidator(validators.one_date), WithJsonSchema(shapes.DAY_ALONE)]
Days = Annotated[list[Day], BeforeValidator(validators.date_items), AfterValidator(validators.dates)]
DayName = Annotated[str, AfterValidator(validators.date_alone)]
Types = Annotated[list[Filled], AfterValidator(validators.types), Field(json_schema_extra={"minItems": 1})]

Version = Annotated[
    ApiVersion, BeforeValidator(validators.one_of(API_VERSIONS)), WithJsonSchema(shapes.choice(API_VERSIONS))
]
OrphanPolicy = Annotated[
    Orphans, BeforeValidator(validators.one_of(tuple(Orphans))), WithJsonSchema(shapes.choice(Orphans))
]
Code = Annotated[str, BeforeValidator(validators.one_of(CODES)), WithJsonSchema(shapes.choice(CODES))]
