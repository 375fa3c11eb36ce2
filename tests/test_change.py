"""The text of a single change."""

from dataclasses import replace

import pytest

from reconciler.change import (
    Change,
    Create,
    Delete,
    FieldChange,
    Origin,
    Outline,
    Source,
    Update,
    cancels,
    completes,
    is_orphan,
    moves_what_was_over,
    rank,
    stays_cancelled,
    takes_away,
)
from reconciler.event import Identity, Value

SUMMIT = Identity("acme", "summit", "7")
DECLARED = Source("events/summit.yaml", 3)


def change(
    kind: type[Create] | type[Update] | type[Delete], name: str, after: Value, source: Source | None = DECLARED
) -> Change:
    return kind(SUMMIT, "Summit", (FieldChange("eventType", "A", "B"), FieldChange(name, None, after)), source)


@pytest.mark.parametrize(
    ("origins", "common"),
    [
        ([Origin.FILES], Origin.FILES),
        ([Origin.HUBSPOT, Origin.HUBSPOT], Origin.HUBSPOT),
        ([Origin.FILES, Origin.HUBSPOT], Origin.MIXED),
        ([Origin.BOTH, Origin.UNKNOWN], Origin.MIXED),
        ([], Origin.UNKNOWN),
    ],
)
def test_a_change_takes_its_fields_common_origin(origins: list[Origin], common: Origin) -> None:
    fields = tuple(FieldChange(f"customProperties.{n}", "a", "b", origin=one) for n, one in enumerate(origins))
    assert Update(SUMMIT, None, fields).origin is common


def test_a_change_gives_its_fields_by_name() -> None:
    update = change(Update, "eventCancelled", after=True)
    assert update.field("eventCancelled") == FieldChange("eventCancelled", None, after=True)
    assert update.field("eventName") is None


def test_creates_come_first_and_deletes_last() -> None:
    kinds: list[Change] = [Delete(SUMMIT, None, ()), Create(SUMMIT, None, ()), Update(SUMMIT, None, ())]
    assert [change.action for change in sorted(kinds, key=rank)] == ["create", "update", "delete"]


@pytest.mark.parametrize(
    ("kind", "name", "is_cancelled", "stays"),
    [
        (Update, "eventName", True, True),
        (Update, "eventName", False, False),
        (Update, "eventCancelled", True, False),
        (Create, "eventName", True, False),
        (Delete, "eventName", True, False),
    ],
)
def test_only_an_update_leaves_a_cancelled_event_cancelled(
    kind: type[Create] | type[Update] | type[Delete], name: str, *, is_cancelled: bool, stays: bool
) -> None:
    changed = replace(change(kind, name, after=True), outline=Outline(cancelled=is_cancelled))
    assert stays_cancelled(changed) == stays


@pytest.mark.parametrize(
    ("kind", "name", "was_over", "moves"),
    [
        (Update, "startDateTime", True, True),
        (Update, "endDateTime", True, True),
        (Update, "startDateTime", False, False),
        (Update, "eventName", True, False),
        (Delete, "startDateTime", True, False),
    ],
)
def test_only_an_update_of_a_time_moves_what_was_over(
    kind: type[Update] | type[Delete], name: str, *, was_over: bool, moves: bool
) -> None:
    changed = replace(change(kind, name, after="2027-05-12T08:00:00Z"), was_over=was_over)
    assert moves_what_was_over(changed) == moves


def test_only_an_update_to_true_cancels() -> None:
    assert cancels(change(Update, "eventCancelled", after=True))
    assert not cancels(change(Update, "eventCancelled", after=False))
    assert not cancels(change(Update, "eventCancelled", after=None))
    assert not cancels(change(Update, "eventCompleted", after=True))
    assert not cancels(change(Create, "eventCancelled", after=True))


def test_only_an_update_to_true_completes() -> None:
    assert completes(change(Update, "eventCompleted", after=True))
    assert not completes(change(Update, "eventCompleted", after=False))
    assert not completes(change(Update, "eventCancelled", after=True))
    assert not completes(change(Create, "eventCompleted", after=True))


def test_an_orphan_is_what_no_file_declares() -> None:
    assert is_orphan(change(Update, "eventCancelled", after=True, source=None))
    assert not is_orphan(change(Update, "eventCancelled", after=True))


@pytest.mark.parametrize(
    ("one", "taken"),
    [
        (change(Delete, "eventName", None, source=None), True),
        (change(Delete, "eventName", None), True),
        (change(Update, "eventCancelled", after=True, source=None), True),
        (change(Update, "eventName", "Other", source=None), False),
        (change(Update, "eventCancelled", after=True), False),
        (change(Create, "eventName", "Summit"), False),
    ],
)
def test_deleting_an_event_or_cancelling_an_orphan_takes_it_away(one: Change, *, taken: bool) -> None:
    assert takes_away(one) is taken
