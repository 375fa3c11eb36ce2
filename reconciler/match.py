"""What a declared event means in HubSpot."""

from dataclasses import dataclass

from reconciler.event import DeclaredEvent, LiveEvent


@dataclass(frozen=True, slots=True)
class Match:
    """A declared event with the live event that it means; no live event means it has to be created."""

    declared: DeclaredEvent
    live: LiveEvent | None
    proven: bool
