"""The write requests that carry a plan's changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from reconciler.change import Change, Create, Delete, Update, completes

BATCH = 100
"""Items in one batch request; HubSpot documents no limit here, and 100 is the one of its other objects."""

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
    """Give the write requests that carry the changes, in order."""
    updates = [change for change in changes if isinstance(change, Update)]
    batched = [change for change in updates if any(field.name != "eventCompleted" for field in change.fields)]
    yield from map(CreateBatch, _chunks([change for change in changes if isinstance(change, Create)]))
    yield from map(UpdateBatch, _chunks(batched))
    yield from map(Completion, filter(completes, updates))
    yield from map(DeleteBatch, _chunks([change for change in changes if isinstance(change, Delete)]))


def _chunks(items: Sequence[_Item]) -> Iterator[tuple[_Item, ...]]:
    for start in range(0, len(items), BATCH):
        yield tuple(items[start : start + BATCH])
