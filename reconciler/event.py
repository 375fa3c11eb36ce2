"""Events, declared and live, with their identity and fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from enum import Enum
from fnmatch import fnmatchcase
from functools import lru_cache

from reconciler.diagnostics import Diagnostic, Place

Value = str | bool | None
"""A field's value: text, an instant as `instant()` writes it, or a flag; `None` means empty."""


class Kind(Enum):
    """What a field holds."""

    TEXT = "text"
    INSTANT = "instant"
    FLAG = "flag"
    # Only custom properties hold these; HubSpot keeps them as text.
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    OPTIONS = "options"


@dataclass(frozen=True, slots=True)
class Field:
    """One managed field: HubSpot's name, its kind, and the label that people read."""

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
"""Every field that can be declared, except custom properties, in the order people read them."""

PROPERTIES = "customProperties"
"""The key that holds the custom properties of an event."""

CUSTOM = f"{PROPERTIES}."
"""The prefix of a custom property's name among the names of fields."""

_BY_NAME = {field.name: field for field in FIELDS}
_RANK = {field.name: rank for rank, field in enumerate(FIELDS)}


@dataclass(frozen=True, slots=True)
class Identity:
    """The ids of an event: those that its app gave it, HubSpot's object id, or all three.

    HubSpot joins app, portal, account id and event id to one unique key (Marketing Events API, external ids),
    so account id and event id identify an event only together with the app that made it.
    """

    external_account_id: str | None = None
    external_event_id: str | None = None
    object_id: str | None = None

    @property
    def external(self) -> tuple[str, str] | None:
        """Account id and event id; None unless both are known."""
        if self.external_account_id is None or self.external_event_id is None:
            return None
        return self.external_account_id, self.external_event_id

    @property
    def key(self) -> tuple[str, ...]:
        """The part of the identity that stays the same when the event is created and gets an object id."""
        return self.external or (self.object_id or "",)

    @property
    def sort_key(self) -> tuple[str, str, str]:
        """The sort key by account id, event id, object id; an unknown id comes first."""
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
    """Where each field is declared, which may be in a file of defaults."""
    lists: frozenset[str] = frozenset()
    """The custom properties that are declared as a list."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """The kind of each custom property that the portal defines, known once its definitions have been read."""
    timezone: str | None = None
    """The time zone of the declaration: its own, the defaults' or the settings'; None without any."""
    initial: Mapping[str, Value] = field(default_factory=dict)
    """Fields that are sent when the event is created, and belong to HubSpot from then on; none is in `fields`."""
    absent: bool = False
    """Whether the event is to be deleted; then nothing but its identity is declared."""
    series: str | None = None
    """The `externalEventId` of the series that the event is an occurrence of; None if it is none."""
    series_name: str | None = None
    """The name of that series for people: that of its occurrences without their date and number."""

    @property
    def name(self) -> str | None:
        """The declared name; an adopted event may have none."""
        name = self.fields.get("eventName")
        return name if isinstance(name, str) else None

    @property
    def date(self) -> str | None:
        """The date of an occurrence in its series, with which its id ends; None of any other event."""
        event_id = self.identity.external_event_id
        return None if self.series is None or event_id is None else event_id.removeprefix(f"{self.series}-")

    def kind(self, name: str) -> Kind:
        """Return the kind of the field called `name`; a custom property without a definition is text."""
        return self.kinds.get(name) or kind_of(name)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An event that is declared, but not for the chosen environment."""

    identity: Identity
    """The identity that it has in another environment."""
    name: str | None = None
    may_be_here: bool = True
    """Whether its external ids may mean an event of the chosen portal."""


@dataclass(frozen=True, slots=True)
class Declared:
    """All declarations, as they were read."""

    events: tuple[DeclaredEvent, ...]
    files: int
    diagnostics: tuple[Diagnostic, ...] = ()
    """Warnings and infos; errors are raised instead."""
    skipped: tuple[Skipped, ...] = ()
    """Events that are not for the chosen environment; they still claim the live events that they may stand for."""
    silenced: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict)
    """The codes of advice that a comment silences, by file and line."""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event as HubSpot holds it; a field that is absent is empty there.

    No read returns the account id, so `identity` has one only if a direct read or a search proved it.
    """

    identity: Identity
    app_id: int | None
    fields: Mapping[str, Value]
    registrants: int | None = None
    attendees: int | None = None
    updated_at: str | None = None
    unreadable: str | None = None
    """Why only its ids can be read, so that `fields` is empty; None if it was read completely."""
    app_name: str | None = field(default=None, compare=False)
    """The name of the app that made it, for people."""

    def known_as(self, identity: Identity) -> "LiveEvent":
        """Return the event with the identity that has become known of it."""
        return LiveEvent(
            identity,
            self.app_id,
            self.fields,
            self.registrants,
            self.attendees,
            self.updated_at,
            self.unreadable,
            self.app_name,
        )

    @property
    def name(self) -> str | None:
        """The name in HubSpot."""
        name = self.fields.get("eventName")
        return name if isinstance(name, str) else None


@lru_cache(1_000)
def custom_field(name: str) -> str:
    """Return the name of a custom property among the names of fields: one text for all the events that have it."""
    return CUSTOM + name


def kind_of(name: str) -> Kind:
    """Return the kind of the field called `name`; a custom property is text, as its definition is not known here."""
    known = _BY_NAME.get(name)
    return Kind.TEXT if known is None else known.kind


def label_of(name: str) -> str:
    """Return the label of the field called `name`; that of a custom property is its own name."""
    known = _BY_NAME.get(name)
    return name.removeprefix(CUSTOM) if known is None else known.label


def field_order(name: str) -> tuple[int, str]:
    """Return a sort key for the order in which people read fields; custom properties come last, by name."""
    return _RANK.get(name, len(_RANK)), name


def registered(number: int | None) -> str:
    """Return how many people are registered, as HubSpot counts them, in words."""
    return "nobody knows how many are registered" if number is None else f"{number} registered"


def instant(moment: datetime) -> str:
    """Return a moment as `YYYY-MM-DDTHH:MM:SS[.fff]Z`, with milliseconds only if there are any.

    HubSpot writes dates in this form and keeps nothing finer than a millisecond. Raises `OverflowError` if the moment
    in UTC falls outside the years 1 to 9999.
    """
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds" if utc.microsecond >= 1000 else "seconds") + "Z"


def moment(text: str) -> datetime:
    """Parse what `instant` wrote."""
    return datetime.fromisoformat(text)


def day_of(fields: Mapping[str, Value], name: str, zone: tzinfo) -> date | None:
    """Return the day in a zone of the date field called `name`; None if it is empty, UTC's at the calendar's ends."""
    value = fields.get(name)
    if not isinstance(value, str):
        return None
    try:
        return moment(value).astimezone(zone).date()
    except OverflowError:
        return moment(value).date()


def is_named_by(glob: str | None, identity: Identity, name: str | None) -> bool:
    """Return whether a glob matches an event's id, its object id or its name; none matches all."""
    names = (identity.external_event_id, identity.object_id, name)
    return glob is None or any(each is not None and fnmatchcase(each, glob) for each in names)
