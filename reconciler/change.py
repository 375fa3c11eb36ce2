"""A change: how one event would differ after an apply."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, assert_never

from reconciler.diagnostics import Place
from reconciler.event import Identity, Value


class Origin(StrEnum):
    """Where a difference comes from; `MIXED` if a change's fields differ in it, `UNKNOWN` without a base."""

    FILES = "files"
    HUBSPOT = "hubspot"
    BOTH = "both"
    PENDING = "pending"
    """The base declares it already, and the last apply was of an older commit: it is merged and waits."""
    MIXED = "mixed"
    UNKNOWN = "unknown"

    @property
    def is_drift(self) -> bool:
        """Whether somebody changed it in HubSpot since the base."""
        return self in {Origin.HUBSPOT, Origin.BOTH}

    @property
    def is_of_files(self) -> bool:
        """Whether it comes from the files alone, whoever merged it."""
        return self in {Origin.FILES, Origin.PENDING}


class Action(StrEnum):
    """What is done to an event."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; `line` is where the event's file declares it."""

    name: str
    before: Value
    after: Value
    line: int | None = None
    origin: Origin = Origin.UNKNOWN


@dataclass(frozen=True, slots=True)
class Source:
    """Where an event is declared."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What a calendar shows of an event after a change, or before its deletion; of times and texts None: no value."""

    start: str | None = None
    end: str | None = None
    event_type: str | None = None
    organizer: str | None = None
    url: str | None = None
    cancelled: bool = False
    properties: tuple[tuple[str, str], ...] = ()
    """Names and values of the declared custom properties that stay as they are."""


@dataclass(frozen=True, slots=True)
class _Change:
    identity: Identity
    name: str | None
    fields: tuple[FieldChange, ...]
    source: Source | None = None
    """None for an orphan: no file declares it."""
    registrants: int | None = None
    """The people that HubSpot counts as registered, with some delay; None if it gave no count."""
    attendees: int | None = None
    refused: str | None = None
    """Why a guard would refuse the change; None if none would. Approvals do not cover it."""
    series: str | None = None
    """The event id of the declared series that it is an occurrence of, for people. Approvals do not cover it."""
    proven: bool = True
    """Whether the live event is known to be the declared one, also by its account id, which the list does not show.

    In an apply also where only the read before the write will show it.
    """
    timezone: str | None = None
    """The time zone of its declaration, for showing times; None: the portal's. Approvals do not cover it."""
    was_over: bool = False
    """Whether the event was over when the change was planned, for people. Approvals do not cover it."""
    outline: Outline = Outline()
    """The event beside what changes, for people. Approvals do not cover it."""

    @property
    def place(self) -> Place | None:
        """The place that diagnostics about it point to."""
        return None if self.source is None else Place(self.source.file, self.source.line)

    @property
    def origin(self) -> Origin:
        """The fields' common origin, else `MIXED`."""
        origins = {field.origin for field in self.fields}
        return origins.pop() if len(origins) == 1 else Origin.MIXED if origins else Origin.UNKNOWN

    def field(self, name: str) -> FieldChange | None:
        """Return the change of the field called `name`; None if it does not change."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class Create(_Change):
    """The creation of an event, with every declared field; `before` is None."""

    action: ClassVar[Action] = Action.CREATE


@dataclass(frozen=True, slots=True)
class Update(_Change):
    """The update of an event, with the fields that differ."""

    action: ClassVar[Action] = Action.UPDATE


@dataclass(frozen=True, slots=True)
class Delete(_Change):
    """The deletion of an event, with every field that is set; `after` is None.

    It is an orphan, or a file declares it absent.
    """

    action: ClassVar[Action] = Action.DELETE


Change = Create | Update | Delete


def rank(change: Change) -> int:
    """Return the place of a change's action in a plan: creates come first, deletes last."""
    match change:
        case Create():
            return 0
        case Update():
            return 1
        case Delete():
            return 2
        case _:
            assert_never(change)


def cancels(change: Change) -> bool:
    """Return whether an update cancels the event."""
    return isinstance(change, Update) and _becomes_true(change, "eventCancelled")


def completes(change: Change) -> bool:
    """Return whether an update completes the event, which HubSpot cannot undo."""
    return isinstance(change, Update) and _becomes_true(change, "eventCompleted")


def stays_cancelled(change: Change) -> bool:
    """Return whether an update leaves the event cancelled, as it was before."""
    return isinstance(change, Update) and change.outline.cancelled and change.field("eventCancelled") is None


def moves_what_was_over(change: Change) -> bool:
    """Return whether an update changes the time of an event that was over when it was planned."""
    dates = ("startDateTime", "endDateTime")
    return isinstance(change, Update) and change.was_over and any(field.name in dates for field in change.fields)


def is_orphan(change: Change) -> bool:
    """Return whether no file declares the changed event."""
    return change.source is None


def takes_away(change: Change) -> bool:
    """Return whether the change deletes an event, or cancels an orphan: the guards count who is registered on it."""
    return isinstance(change, Delete) or (is_orphan(change) and cancels(change))


def _becomes_true(change: Change, name: str) -> bool:
    field = change.field(name)
    return field is not None and field.after is True
