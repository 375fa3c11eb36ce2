"""The probe of a test account: one event is made, edited and deleted to see how HubSpot takes it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from reconciler.doctor.bench import Bench, Specimen
from reconciler.doctor.deletions import observations_of_deletions
from reconciler.doctor.experiments import observations_of_edits
from reconciler.doctor.observations import Observation, Request, told
from reconciler.doctor.permission import Permission
from reconciler.doctor.removal import removed, removed_after_loss
from reconciler.doctor.sightings import sightings, token_details, token_of
from reconciler.errors import FELL_SHORT, Interrupted, ReconcilerError, Unavailable
from reconciler.portal import Token

OpensFresh = Callable[[], AbstractContextManager[Bench]]
"""Opens the portal anew to remove the event, with time of its own and beyond the reach of signals."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What a probe has found out, and what became of its event."""

    permission: Permission
    observations: tuple[Observation, ...]
    """One for each question."""
    requests: int
    cause: ReconcilerError | None
    """What ended it early."""
    has_written: bool
    """Whether the event was made, or may have been."""
    left: str | None
    """Why the event may still be there; None if a direct read shows that it is not."""

    @property
    def exit_code(self) -> int:
        """The exit code of the run."""
        if self.cause is not None and (isinstance(self.cause, Interrupted) or not self.has_written):
            return self.cause.exit_code
        return 0 if self.cause is None and self.left is None else FELL_SHORT


def probe(permission: Permission, specimen: Specimen, bench: Bench, opens_fresh: OpensFresh) -> Probed:
    """Ask every question, then remove the event, whatever happened meanwhile.

    An error after the first write was due is told, not raised.
    """
    token = token_of(bench.portal)
    found: list[Observation] = []
    lost = True
    try:
        cause = _collected(_observations(bench, specimen, token), found)
        lost = isinstance(cause, Unavailable) and cause.sent
    finally:
        with opens_fresh() as fresh:
            left = removed_after_loss(fresh) if lost else removed(fresh)
            requests = bench.portal.requests + fresh.portal.requests
    # A refusal proves nothing: only a read that finds no event does.
    has_written = lost or bool(found) or left is not None
    observations = told([token_details(token), *found])
    return Probed(permission, observations, requests, cause, has_written, left)


def _collected(steps: Iterator[Observation], found: list[Observation]) -> ReconcilerError | None:
    """Take what is observed until the end, or until an error, which is returned."""
    try:
        for observation in steps:
            found.append(observation)  # noqa: PERF402  (what was found before an error has to stay)
    except ReconcilerError as error:
        return error
    return None


def _observations(bench: Bench, specimen: Specimen, token: Token | ReconcilerError) -> Iterator[Observation]:
    """Make the event, look at it, edit it, delete it."""
    is_named = bench.portal.upsert(specimen.whole("made"))
    since = bench.timer.now()
    yield Observation("upsert-results", "yes" if is_named else "no", f"{Request.UPSERT} with a new event")
    made = bench.seen(specimen.name("made"))
    if made is None:
        raise Unavailable("HubSpot reported that the event was made, but reads do not show it", sent=True)
    yield from sightings(bench, specimen, made, since, token)
    yield from observations_of_edits(bench, specimen)
    yield from observations_of_deletions(bench, specimen)
