"""Declared events that cannot be planned, for a reason that only the portal knows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.change import Source
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.event import DeclaredEvent, Identity


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps one declared event from being planned."""

    event: DeclaredEvent
    finding: Diagnostic

    @property
    def mark(self) -> tuple[object, ...]:
        """What stays the same of it as long as neither the event nor the portal is put right, wherever it stands."""
        return self.event.identity.key, self.finding.code, self.finding.message


@dataclass(frozen=True, slots=True)
class SetAside:
    """An event that a plan leaves out although it is declared; everything else is planned."""

    identity: Identity
    name: str | None
    code: str
    """Of the finding that says why."""
    source: Source
    why: str = field(default="", compare=False)
    """The finding's message; a saved plan does not repeat it here."""
    preexisting: bool = field(default=False, compare=False)
    """As of the base it would be set aside in the same way, so it is not the doing of what changed since."""


def set_aside(obstacles: Iterable[Obstacle], names: Mapping[Identity, str | None]) -> tuple[SetAside, ...]:
    """Return each event that something stands against, once, in the order of the files.

    What is new since the base tells why, where anything is. `names` are those of the live events: an adopted one need
    not be named by its file.
    """
    against: dict[Identity, list[Obstacle]] = defaultdict(list)
    for obstacle in obstacles:
        against[obstacle.event.identity].append(obstacle)
    found = (_set_aside(standing, names.get(identity)) for identity, standing in against.items())
    return tuple(sorted(found, key=lambda aside: (aside.source.file, aside.source.line, aside.identity.sort_key)))


def obstacle_findings(obstacles: Iterable[Obstacle]) -> Iterator[Diagnostic]:
    """Return what is wrong, once for each place, however many events inherit it."""
    yield from dict.fromkeys(obstacle.finding for obstacle in obstacles)


def compared(obstacles: Sequence[Obstacle], before: Collection[tuple[object, ...]]) -> tuple[Obstacle, ...]:
    """Return the obstacles, with a warning in the place of each error that stood `before` already."""
    return tuple(_preexisting(obstacle) if obstacle.mark in before else obstacle for obstacle in obstacles)


def _preexisting(obstacle: Obstacle) -> Obstacle:
    return replace(obstacle, finding=replace(obstacle.finding, severity=Severity.WARNING))


def _set_aside(standing: Sequence[Obstacle], name: str | None) -> SetAside:
    event = standing[0].event
    new = [obstacle.finding for obstacle in standing if obstacle.finding.severity is Severity.ERROR]
    told = new or [obstacle.finding for obstacle in standing]
    why = "; ".join(finding.message for finding in told)
    source = Source(event.place.file, event.place.line)
    return SetAside(event.identity, event.name or name, told[0].code, source, why, preexisting=not new)
