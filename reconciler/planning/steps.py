"""The write requests that carry out a plan's changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from reconciler.change import Change, Create, Delete, Update, completes

CREATES = 100
"""Events that one request creates; HubSpot documents no limit here, and 100 is the limit of its other objects."""
WRITES = 20
"""Events that one request changes or deletes.

Each event is read by itself before the request, and an edit between its read and the request is lost. So the batch
size limits this window: eight reads go together, so that three waits for an answer precede the one for the write's. It
costs a twentieth more requests than batches of 100.
"""

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class CreateBatch:
    """One `POST events/upsert`."""

    changes: tuple[Create, ...]


@dataclass(frozen=True, slots=True)
class UpdateBatch:
    """One `POST batch/update`."""

    changes: tuple[Update, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """One `PATCH events/{externalEventId}`: `eventCompleted` cannot travel by object id."""

    change: Update

    @property
    def changes(self) -> tuple[Update]:
        """The one change, as a batch of one."""
        return (self.change,)


@dataclass(frozen=True, slots=True)
class DeleteBatch:
    """One `POST batch/archive`."""

    changes: tuple[Delete, ...]


Step = CreateBatch | UpdateBatch | Completion | DeleteBatch


def steps(changes: Sequence[Change]) -> Iterator[Step]:
    """Yield the write requests that carry out the changes, in order."""
    updates = [change for change in changes if isinstance(change, Update)]
    batched = [change for change in updates if any(field.name != "eventCompleted" for field in change.fields)]
    yield from map(CreateBatch, _chunks([change for change in changes if isinstance(change, Create)], CREATES))
    yield from map(UpdateBatch, _chunks(batched, WRITES))
    yield from map(Completion, filter(completes, updates))
    yield from map(DeleteBatch, _chunks([change for change in changes if isinstance(change, Delete)], WRITES))


def _chunks(items: Sequence[_Item], most: int) -> Iterator[tuple[_Item, ...]]:
    for start in range(0, len(items), most):
        yield tuple(items[start : start + most])
