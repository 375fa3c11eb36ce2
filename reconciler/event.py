"""An event's identity, its managed fields, what each of them holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from reconciler.diagnostics import Diagnostic, Place

Value = str | bool | None
"""A field's value: text, an instant as `instant()` writes it, a flag; `None` means empty."""


class Kind(Enum):
    """What a field holds."""

    TEXT = "text"
    INSTANT = "instant"
    FLAG = "flag"
    # Only custom properties hold these, as HubSpot keeps them: written as text.
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    OPTIONS = "options"


@dataclass(frozen=True, slots=True)
class Field:
    """One managed field: HubSpot's name for it, its kind, the word people use."""

    name: str
    kind: Kind
    label: str


FIELDS = (
    Field("eventName", Kind.TEXT, "name"),
    Field("eventType", Kind.TEXT, "type"),
    Field("eventOrganizer", Kind.TEXT, "organizer"),
    Field("startDateTime", Kind.INSTANT, "starts"),
    Field("endDateTime", Kind.INSTANT, "ends"),
    Field("eventUrl", Kind.TEXT, "link"),
    Field("eventDescription", Kind.TEXT, "description"),
    Field("eventCancelled", Kind.FLAG, "cancelled"),
    Field("eventCompleted", Kind.FLAG, "completed"),
)
"""Every field that can be declared, custom properties apart, in the order people read them."""

CUSTOM = "customProperties."
"""What stands before a custom property's name where it is a field among others."""

_BY_NAME = {field.name: field for field in FIELDS}
_RANK = {field.name: rank for rank, field in enumerate(FIELDS)}


@dataclass(frozen=True, slots=True)
class Identity:
    """Which event is meant: by the ids its app gave it, by HubSpot's object id, or by all three.

    HubSpot joins app, portal, account id and event id to one unique key (Marketing Events API, external ids),
    so an account id and an event id name an event only together with the app that made it.
    """

    external_account_id: str | None = None
    external_event_id: str | None = None
    object_id: str | None = None

    @property
    def external(self) -> tuple[str, str] | None:
        """Account id and event id, where both are known."""
        if self.external_account_id is None or self.external_event_id is None:
            return None
        return self.external_account_id, self.external_event_id

    @property
    def key(self) -> tuple[str, ...]:
        """What stays the same when the event is made and gets an object id."""
        return self.external or (self.object_id or "",)

    @property
    def sort_key(self) -> tuple[str, str, str]:
        """Order by account id, event id, object id; what is not known comes first."""
        return self.external_account_id or "", self.external_event_id or "", self.object_id or ""

    def __str__(self) -> str:
        if self.external_event_id is not None:
            return "/".join(part for part in (self.external_account_id, self.external_event_id) if part)
        return f"object {self.object_id}"


@dataclass(frozen=True, slots=True)
class DeclaredEvent:
    """An event as the files declare it; a field that is absent is not managed."""

    identity: Identity
    fields: Mapping[str, Value]
    place: Place
    lines: Mapping[str, int]
    """The line of each field that stands in the event's own file; inherited ones are absent."""
    protect: bool = False
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where each field is declared, which may be in a file that the event inherits from."""
    lists: frozenset[str] = frozenset()
    """The custom properties that are declared as a list."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """What each custom property holds, once the portal's definitions were read."""
    timezone: str | None = None
    """The time zone in force where it is declared, its own, by defaults, or by the settings; None without one."""

    @property
    def name(self) -> str | None:
        """What the files call it; an adopted event need not say."""
        name = self.fields.get("eventName")
        return name if isinstance(name, str) else None

    def kind(self, name: str) -> Kind:
        """Tell what the field called `name` holds; a custom property that nobody has defined is text."""
        return self.kinds.get(name) or kind_of(name)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An event that is declared, but not for the chosen environment."""

    identity: Identity
    """What it means in another environment."""
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """Everything that one reading of the declarations found."""

    events: tuple[DeclaredEvent, ...]
    files: int
    diagnostics: tuple[Diagnostic, ...] = ()
    """Warnings and explanations; errors are raised instead."""
    skipped: tuple[Skipped, ...] = ()
    """Events that are nobody else's for not being declared for the chosen environment."""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event as HubSpot holds it; a field that is absent is empty there.

    No read returns the account id, so `identity` names one only where a direct read or a search proved it.
    """

    identity: Identity
    app_id: int | None
    fields: Mapping[str, Value]
    registrants: int | None = None
    attendees: int | None = None
    updated_at: str | None = None
    unreadable: str | None = None
    """Why nothing but its ids can be read, so that it has no fields here; None where it was read whole."""

    @property
    def name(self) -> str | None:
        """What HubSpot calls it."""
        name = self.fields.get("eventName")
        return name if isinstance(name, str) else None


def kind_of(name: str) -> Kind:
    """Tell what the field called `name` holds; without its definition a custom property is text."""
    known = _BY_NAME.get(name)
    return Kind.TEXT if known is None else known.kind


def label_of(name: str) -> str:
    """Give people's word for the field called `name`; a custom property has none but its own."""
    known = _BY_NAME.get(name)
    return name.removeprefix(CUSTOM) if known is None else known.label


def field_order(name: str) -> tuple[int, str]:
    """Sort key that puts fields in the order people read them, custom properties last by name."""
    return _RANK.get(name, len(_RANK)), name


def registered(number: int | None) -> str:
    """Say how many people are registered, as HubSpot counts them."""
    return "nobody knows how many are registered" if number is None else f"{number} registered"


def instant(moment: datetime) -> str:
    """Write a moment as `YYYY-MM-DDTHH:MM:SS[.fff]Z`, milliseconds only where there are some.

    HubSpot writes its dates so and keeps nothing finer than a millisecond. `OverflowError` where
    the moment in UTC falls outside the years 1 to 9999.
    """
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds" if utc.microsecond >= 1000 else "seconds") + "Z"


def moment(text: str) -> datetime:
    """Read what `instant` wrote."""
    return datetime.fromisoformat(text)
