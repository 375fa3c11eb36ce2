"""The contents of a sandbox: one portal with its property definitions and events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

REQUIRED_TEXTS = ("eventName", "eventOrganizer")
OPTIONAL_TEXTS = ("eventType", "eventDescription", "eventUrl")
TEXTS = REQUIRED_TEXTS + OPTIONAL_TEXTS
DATES = ("startDateTime", "endDateTime")
FLAGS = ("eventCancelled", "eventCompleted")
COUNTERS = ("registrants", "attendees", "cancellations", "noShows")

Value = str | int | bool | None
"""The value of a field: a text, an instant in milliseconds since 1970 (UTC), a flag, or None if it is unset."""

Definition = Mapping[str, Any]
"""One property definition in the form of HubSpot's property API."""


@dataclass(frozen=True)
class Portal:
    """One HubSpot account; `timezone` is an IANA name."""

    id: int
    timezone: str
    account_type: str


@dataclass(frozen=True)
class App:
    """The app that made an event."""

    id: int
    name: str

    @classmethod
    def unnamed(cls, app_id: int) -> "App":
        """Return an app whose name is unknown."""
        return cls(app_id, f"Sandbox app {app_id}")


@dataclass(frozen=True)
class Event:
    """Everything HubSpot knows of one event; `fields` and `counters` have all their keys, by HubSpot's names.

    An event that a person made in HubSpot has neither an app nor the app's two ids for it. Times are
    milliseconds since 1970 (UTC).
    """

    object_id: int
    app: App | None
    account_id: str | None
    event_id: str | None
    fields: Mapping[str, Value]
    counters: Mapping[str, int | None]
    custom: Mapping[str, str]
    created_at: int
    updated_at: int


@dataclass(frozen=True)
class Contents:
    """The first contents of a new database."""

    portal: Portal
    properties: Sequence[Definition]
    events: Sequence[Event]
    seed: str | None = None
    """The fingerprint of the seed that they come from."""
