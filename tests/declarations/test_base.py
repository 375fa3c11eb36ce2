"""The base: the events that it declared and protects."""

from dataclasses import replace

import pytest

from reconciler.declarations.base import NO_BASE, Base
from reconciler.event import Identity
from reconciler.policy import Policy
from tests.building import POLICY, adopted, declared

SUMMIT, OTHER, ADOPTED = declared("summit"), declared("summit", account="other"), adopted("7")


@pytest.mark.parametrize(
    ("identity", "found"),
    [
        (SUMMIT.identity, SUMMIT),
        (OTHER.identity, OTHER),
        (ADOPTED.identity, ADOPTED),
        (Identity("acme", "summit", "9"), SUMMIT),
        (Identity("acme", "summit", "7"), SUMMIT),
        (Identity("acme", "fair", "7"), ADOPTED),
        (Identity("third", "summit"), None),
        (Identity(None, "summit"), None),
        (Identity(None, "summit", "9"), None),
        (Identity(object_id="9"), None),
    ],
    ids=str,
)
def test_an_event_is_found_under_any_of_its_ids(identity: Identity, found: object) -> None:
    assert Base((SUMMIT, OTHER, ADOPTED)).declaration_of(identity) is found


def test_the_accounts_of_the_base_are_ours_too() -> None:
    base = Base((SUMMIT, OTHER, ADOPTED), Policy(external_account_id="third"))
    assert base.extend_policy(POLICY).accounts == {"acme", "other", "third"}
    assert Base((ADOPTED,)).extend_policy(POLICY).accounts == frozenset()


def test_what_the_base_protects_stays_protected() -> None:
    base = Base((SUMMIT, declared("kept", protect=True), adopted("8", protect=True)))
    assert base.extend_policy(POLICY).protected == {Identity("acme", "kept"), Identity(object_id="8")}


def test_without_a_base_nothing_changes() -> None:
    assert NO_BASE.extend_policy(POLICY) == POLICY


@pytest.mark.parametrize(
    ("live", "protected"),
    [
        (Identity("acme", "kept", "1"), True),
        (Identity(None, "kept", "1"), True),
        (Identity("other", "kept", "1"), False),
        (Identity("acme", "other", "1"), False),
        (Identity(None, "other", "1"), False),
        (Identity("acme", "other", "8"), True),
        (Identity(None, None, "8"), True),
        (Identity("acme", "gala", "1"), True),
        (Identity(None, None, "1"), False),
    ],
    ids=str,
)
def test_an_orphan_is_protected_by_its_own_declaration_or_by_a_glob(live: Identity, protected: bool) -> None:  # noqa: FBT001  (pytest passes it by name)
    policy = Base((declared("kept", protect=True), adopted("8", protect=True))).extend_policy(Policy(protect=("ga*",)))
    assert policy.protects_orphan(live) is protected
    assert policy.protects(live.external_event_id) is (live.external_event_id == "gala")
    assert not replace(policy, protected=frozenset(), protect=()).protects_orphan(live)
