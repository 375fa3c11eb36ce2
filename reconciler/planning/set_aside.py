"""Declared events that the plan leaves out because of something that only the portal shows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.change import Source
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.event import DeclaredEvent, Identity


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A reason why one declared event cannot be planned."""

    event: DeclaredEvent
    finding: Diagnostic

    @property
    def mark(self) -> tuple[object, ...]:
        """A key that stays the same until the problem is solved, also if the declaration moves within the files."""
        return self.event.identity.key, self.finding.code, self.finding.message


@dataclass(frozen=True, slots=True)
class SetAside:
    """A declared event that the plan leaves out; everything else is planned."""

    identity: Identity
    name: str | None
    code: str
    """The code of the first diagnostic that says why."""
    source: Source
    why: str = field(default="", compare=False)
    """The messages of those diagnostics; a saved plan does not repeat them here."""
    preexisting: bool = field(default=False, compare=False)
    """Whether the base has the same problem, so that no change since has caused it."""


def set_aside(obstacles: Iterable[Obstacle], names: Mapping[Identity, str | None]) -> tuple[SetAside, ...]:
    """Return each event that has obstacles, once, in file order.

    The reason is what is new since the base, if anything is. `names` holds the names of the live events, because the
    declaration of an adopted event may have none.
    """
    grouped: dict[Identity, list[Obstacle]] = defaultdict(list)
    for obstacle in obstacles:
        grouped[obstacle.event.identity].append(obstacle)
    events = (_set_aside(group, names.get(identity)) for identity, group in grouped.items())
    return tuple(sorted(events, key=lambda aside: (aside.source.file, aside.source.line, aside.identity.sort_key)))


def obstacle_findings(obstacles: Iterable[Obstacle]) -> Iterator[Diagnostic]:
    """Yield the diagnostic of each obstacle; one that several events inherit comes once."""
    yield from dict.fromkeys(obstacle.finding for obstacle in obstacles)


def compared(obstacles: Sequence[Obstacle], before: Collection[tuple[object, ...]]) -> tuple[Obstacle, ...]:
    """Return the obstacles, with an error turned into a warning if its mark is in `before`."""
    return tuple(_as_warning(obstacle) if obstacle.mark in before else obstacle for obstacle in obstacles)


def _as_warning(obstacle: Obstacle) -> Obstacle:
    return replace(obstacle, finding=replace(obstacle.finding, severity=Severity.WARNING))


def _set_aside(obstacles: Sequence[Obstacle], name: str | None) -> SetAside:
    event = obstacles[0].event
    new = [obstacle.finding for obstacle in obstacles if obstacle.finding.severity is Severity.ERROR]
    reasons = new or [obstacle.finding for obstacle in obstacles]
    why = "; ".join(reason.message for reason in reasons)
    source = Source(event.place.file, event.place.line)
    return SetAside(event.identity, event.name or name, reasons[0].code, source, why, preexisting=not new)
