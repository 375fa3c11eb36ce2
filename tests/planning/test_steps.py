"""The write requests that carry changes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.change import Change, Create, Delete, FieldChange, Source, Update, completes
from reconciler.event import Identity
from reconciler.planning.plan import Plan
from reconciler.planning.steps import CREATES, WRITES, Completion, CreateBatch, DeleteBatch, Step, UpdateBatch, steps
from tests.building import PORTAL

Kind = type[Create] | type[Update] | type[Delete]
ORDER: dict[type[Step], int] = {CreateBatch: 0, UpdateBatch: 1, Completion: 2, DeleteBatch: 3}
FIELDS = {
    "name": FieldChange("eventName", "a", "b"),
    "cancelled": FieldChange("eventCancelled", None, after=True),
    "completed": FieldChange("eventCompleted", None, after=True),
}


def change(kind: Kind, number: int, *fields: str) -> Change:
    identity = Identity("acme", f"event-{number}", str(number))
    return kind(identity, None, tuple(FIELDS[name] for name in fields), Source("events/a.yaml", number))


@st.composite
def many_changes(draw: st.DrawFn) -> list[Change]:
    """Draw up to a few hundred changes, numbered, so that batches fill up."""
    kinds: tuple[Kind, ...] = (Create, Update, Delete)
    names = st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, unique=True)
    sizes = st.sampled_from([1, 2, 9, 10, 11, 99, 100, 101, 230])
    groups = draw(st.lists(st.tuples(st.sampled_from(kinds), names, sizes), max_size=4))
    wanted = [(kind, fields) for kind, fields, size in groups for _ in range(size)]
    return [change(kind, number, *fields) for number, (kind, fields) in enumerate(wanted)]


def carries(step: Step, change: Change) -> set[str]:
    """Return the fields of the change that the request sends."""
    names = {field.name for field in change.fields}
    match step:
        case Completion():
            return names & {"eventCompleted"}
        case UpdateBatch():
            return names - {"eventCompleted"}
        case _:
            return names


@given(many_changes())
def test_every_field_of_every_change_is_carried_exactly_once(many: list[Change]) -> None:
    carried = [
        (change.identity, name) for step in steps(many) for change in step.changes for name in carries(step, change)
    ]
    assert sorted(carried, key=str) == sorted(
        ((one.identity, field.name) for one in many for field in one.fields), key=str
    )


@given(many_changes())
def test_requests_go_from_creates_over_updates_and_completions_to_deletes(many: list[Change]) -> None:
    kinds = [ORDER[type(step)] for step in steps(many)]
    assert kinds == sorted(kinds)


@given(many_changes())
def test_a_request_carries_a_bounded_number_of_changes_of_its_kind(many: list[Change]) -> None:
    kinds = {CreateBatch: Create, UpdateBatch: Update, Completion: Update, DeleteBatch: Delete}
    for step in steps(many):
        assert 1 <= len(step.changes) <= (100 if isinstance(step, CreateBatch) else 20)
        assert all(type(change) is kinds[type(step)] for change in step.changes)


@given(many_changes())
def test_within_a_kind_the_order_of_the_plan_is_kept(many: list[Change]) -> None:
    for kind in ORDER:
        numbers = [
            int(change.identity.object_id or "")
            for step in steps(many)
            if type(step) is kind
            for change in step.changes
        ]
        assert all(one < other for one, other in pairwise(numbers))


@given(many_changes())
def test_batches_are_filled(many: list[Change]) -> None:
    for kind, batch, most in ((Create, CreateBatch, CREATES), (Delete, DeleteBatch, WRITES)):
        changed = sum(type(change) is kind for change in many)
        assert sum(type(step) is batch for step in steps(many)) == -(-changed // most)


@given(many_changes())
def test_a_plan_tells_how_many_writes_it_takes(many: list[Change]) -> None:
    assert Plan(PORTAL, tuple(many), 0).writes_to_apply == len(list(steps(many)))


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        (["name"], [UpdateBatch]),
        (["cancelled"], [UpdateBatch]),
        (["completed"], [Completion]),
        (["name", "completed"], [UpdateBatch, Completion]),
    ],
)
def test_a_completion_takes_a_request_of_its_own(fields: list[str], kinds: list[type[Step]]) -> None:
    update = change(Update, 1, *fields)
    assert completes(update) == (Completion in kinds)
    assert [type(step) for step in steps([update])] == kinds


def test_a_create_is_completed_by_the_request_that_makes_it() -> None:
    create = change(Create, 1, "name", "completed")
    (step,) = steps([create])
    assert isinstance(step, CreateBatch)
    assert step.changes == (create,)


@pytest.mark.parametrize(
    ("kind", "number", "sizes"), [(Create, 101, [100, 1]), (Update, 21, [20, 1]), (Delete, 21, [20, 1])]
)
def test_one_more_than_a_request_carries_makes_two(kind: Kind, number: int, sizes: list[int]) -> None:
    many = [change(kind, each, "name") for each in range(number)]
    assert [len(step.changes) for step in steps(many)] == sizes
