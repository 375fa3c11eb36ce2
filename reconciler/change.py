"""A change: how one event would differ after an apply."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, assert_never

from reconciler.diagnostics import Place
from reconciler.event import Identity, Value


class Origin(StrEnum):
    """Where a difference comes from: the files, HubSpot, both, or a mixture; `UNKNOWN` without a base."""

    FILES = "files"
    HUBSPOT = "hubspot"
    BOTH = "both"
    MIXED = "mixed"
    UNKNOWN = "unknown"


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
class _Change:
    identity: Identity
    name: str | None
    fields: tuple[FieldChange, ...]
    source: Source | None = None
    """None for an orphan: no file declares it."""
    registrants: int | None = None
    """People that HubSpot counts as registered; the count lags behind. None where it gave none."""
    attendees: int | None = None
    refused: str | None = None
    """Why a guard would keep it from running; None where none would. No approval covers it."""
    proven: bool = True
    """The live event is known to be the one that is meant: by its account id too, which no list tells."""
    timezone: str | None = None
    """Where people read its times: the time zone of its declaration. None: the portal's; no approval covers it."""

    @property
    def place(self) -> Place | None:
        """Where a finding about it points to."""
        return None if self.source is None else Place(self.source.file, self.source.line)

    @property
    def origin(self) -> Origin:
        """The fields' common origin, else `MIXED`."""
        origins = {field.origin for field in self.fields}
        return origins.pop() if len(origins) == 1 else Origin.MIXED if origins else Origin.UNKNOWN

    def field(self, name: str) -> FieldChange | None:
        """Give the change of the field called `name`, if it changes."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class Create(_Change):
    """An event that HubSpot does not hold yet; every declared field with nothing before."""

    action: ClassVar[Action] = Action.CREATE


@dataclass(frozen=True, slots=True)
class Update(_Change):
    """An event that HubSpot holds otherwise; only the fields that differ."""

    action: ClassVar[Action] = Action.UPDATE


@dataclass(frozen=True, slots=True)
class Delete(_Change):
    """An event that would be gone; every field that is set with nothing after."""

    action: ClassVar[Action] = Action.DELETE


Change = Create | Update | Delete


def rank(change: Change) -> int:
    """Order of the actions: creates first, deletes last."""
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
    """Tell whether an update cancels the event."""
    return isinstance(change, Update) and _becomes_true(change, "eventCancelled")


def completes(change: Change) -> bool:
    """Tell whether an update completes the event, which HubSpot cannot undo."""
    return isinstance(change, Update) and _becomes_true(change, "eventCompleted")


def is_orphan(change: Change) -> bool:
    """Tell whether the change is made to an event that no file declares."""
    return change.source is None


def takes_away(change: Change) -> bool:
    """Tell whether the change deletes or cancels an orphan: what the guards count."""
    return is_orphan(change) and (isinstance(change, Delete) or cancels(change))


def _becomes_true(change: Change, name: str) -> bool:
    field = change.field(name)
    return field is not None and field.after is True
