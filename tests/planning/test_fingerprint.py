"""The parts of a change that an approval covers."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.change import Change, Delete, FieldChange, Origin, Source, Update, is_orphan
from reconciler.event import Identity
from reconciler.planning.fingerprint import digest, of_change, of_field
from reconciler.planning.plan import Plan
from reconciler.portal import Portal
from tests.building import PORTAL, changes, changes_of, counts, maybe_texts, outlines, portals, texts

PORTALS = st.integers(1, 2**40)


def hashed(canonical: str) -> str:
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


@st.composite
def shown_otherwise(draw: st.DrawFn, change: Change) -> Change:
    """Draw a change that differs in everything that is only shown to people."""
    fields = tuple(
        replace(field, line=draw(st.none() | st.integers(1, 99)), origin=draw(st.sampled_from(Origin)))
        for field in change.fields
    )
    source = None if change.source is None else Source(draw(texts), draw(st.integers(1, 99)))
    return replace(
        change,
        name=draw(maybe_texts),
        fields=fields,
        source=source,
        registrants=draw(counts),
        attendees=draw(counts),
        timezone=draw(maybe_texts),
        was_over=draw(st.booleans()),
        outline=draw(outlines()),
    )


@given(st.data(), PORTALS, changes)
def test_nothing_that_only_people_look_at_enters_a_fingerprint(
    data: st.DataObject, portal: int, change: Change
) -> None:
    other = data.draw(shown_otherwise(change))
    assert of_change(portal, other) == of_change(portal, change)
    for field, same in zip(change.fields, other.fields, strict=True):
        assert of_field(portal, change, field) == of_field(portal, other, same)


def with_id(change: Change, name: str) -> Change:
    ids: dict[str, Any] = {name: f"{getattr(change.identity, name) or ''}+"}
    return replace(change, identity=replace(change.identity, **ids))


def with_field(change: Change, name: str) -> Change:
    first, *rest = change.fields
    values: dict[str, Any] = {name: f"{getattr(first, name)}+"}
    return replace(change, fields=(replace(first, **values), *rest))


def with_action(change: Change) -> Change:
    kind = Delete if isinstance(change, Update) else Update
    return kind(change.identity, change.name, change.fields, change.source)


COVERED: dict[str, Callable[[Change], Change]] = {
    "action": with_action,
    "account id": partial(with_id, name="external_account_id"),
    "event id": partial(with_id, name="external_event_id"),
    "object id": partial(with_id, name="object_id"),
    "name of a field": partial(with_field, name="name"),
    "value before": partial(with_field, name="before"),
    "value after": partial(with_field, name="after"),
}
"""The ways to change each value that an approval covers."""


@pytest.mark.parametrize("what", COVERED)
@given(PORTALS, changes)
def test_every_value_that_an_approval_covers_enters_all_fingerprints(what: str, portal: int, change: Change) -> None:
    assume(what != "account id" or not is_orphan(change))
    other = COVERED[what](change)
    assert of_change(portal, other) != of_change(portal, change)
    assert of_field(portal, other, other.fields[0]) != of_field(portal, change, change.fields[0])
    assert digest(portal, [other]) != digest(portal, [change])


@given(PORTALS, changes)
def test_the_portal_enters_all_fingerprints(portal: int, change: Change) -> None:
    assert of_change(portal + 1, change) != of_change(portal, change)
    assert of_field(portal + 1, change, change.fields[0]) != of_field(portal, change, change.fields[0])
    assert digest(portal + 1, [change]) != digest(portal, [change])
    assert digest(portal + 1, []) != digest(portal, [])


@given(PORTALS, changes)
def test_every_field_enters_the_fingerprint_of_a_change(portal: int, change: Change) -> None:
    less = replace(change, fields=change.fields[1:])
    assert of_change(portal, less) != of_change(portal, change)


@given(PORTALS, changes)
def test_nothing_empty_and_false_have_fingerprints_of_their_own(portal: int, change: Change) -> None:
    first, *rest = change.fields
    values = (None, "", False, True, "false", "null")
    marks = {of_change(portal, replace(change, fields=(replace(first, after=value), *rest))) for value in values}
    assert len(marks) == len(values)


@given(PORTALS, changes_of(Delete), maybe_texts)
def test_the_account_id_of_an_orphan_does_not_enter(portal: int, change: Change, account: str | None) -> None:
    orphan = replace(change, source=None)
    other = replace(orphan, identity=replace(orphan.identity, external_account_id=account))
    assert of_change(portal, other) == of_change(portal, orphan)
    assert of_field(portal, other, other.fields[0]) == of_field(portal, orphan, orphan.fields[0])


@given(st.data(), PORTALS, st.lists(changes, max_size=5))
def test_the_order_of_changes_makes_no_difference_to_the_digest(
    data: st.DataObject, portal: int, many: list[Change]
) -> None:
    assert digest(portal, data.draw(st.permutations(many))) == digest(portal, many)


@given(PORTALS, st.lists(changes, min_size=1, max_size=5), changes)
def test_each_change_enters_the_digest(portal: int, many: list[Change], more: Change) -> None:
    assert digest(portal, many) != digest(portal, many[1:])
    assert digest(portal, many) != digest(portal, [*many, more])


@given(portals, st.lists(changes, max_size=3), portals)
def test_of_the_portal_only_its_id_enters_the_digest(portal: Portal, many: list[Change], other: Portal) -> None:
    one = Plan(portal, tuple(many), 1)
    assert Plan(replace(other, id=portal.id), tuple(many), 2, orphaned=3, reads=4).digest == one.digest
    assert Plan(replace(portal, id=portal.id + 1), tuple(many), 1).digest != one.digest


SUMMIT = Update(
    Identity("acme", "summit", "7"),
    "Summit",
    (FieldChange("eventName", "Gipfel é", "Summit", 4), FieldChange("eventCancelled", None, after=True, line=5)),
    Source("events/summit.yaml", 3),
)
SUBJECT = '"external_account_id":"acme","external_event_id":"summit"'
NAME = r'{"after":"Summit","before":"Gipfel \u00e9","name":"eventName"}'
CANCELLED = '{"after":true,"before":null,"name":"eventCancelled"}'


def test_a_change_is_hashed_as_canonical_json() -> None:
    fields = f'"fields":[{NAME},{CANCELLED}]'
    expected = hashed(f'{{"action":"update",{SUBJECT},{fields},"object_id":"7","portal":1234567}}')
    assert of_change(PORTAL.id, SUMMIT) == expected
    assert digest(PORTAL.id, [SUMMIT]) == hashed(f'{{"changes":["{expected}"],"portal":1234567}}')


def test_a_field_is_hashed_as_canonical_json() -> None:
    expected = hashed(f'{{"action":"update",{SUBJECT},"field":{NAME},"object_id":"7","portal":1234567}}')
    assert of_field(PORTAL.id, SUMMIT, SUMMIT.fields[0]) == expected


def test_a_plan_without_changes_has_a_digest_of_its_own() -> None:
    assert digest(PORTAL.id, []) == hashed('{"changes":[],"portal":1234567}')


def test_a_lone_surrogate_can_be_hashed() -> None:
    change = replace(SUMMIT, fields=(FieldChange("eventName", "\ud800", "x"),))
    assert of_change(PORTAL.id, change).startswith("sha256:")
