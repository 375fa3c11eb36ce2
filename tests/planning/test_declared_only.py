"""What is read in place of the list, where only the declared events are read."""

from dataclasses import replace

import pytest

from reconciler.event import Identity
from reconciler.planning.declared_only import may_be_enough, to_read
from tests.building import APP, OTHER_APP, POLICY, PORTAL


def test_what_only_the_base_declares_is_read_last_and_in_the_order_of_its_ids() -> None:
    first, *others = [Identity("acme", event_id) for event_id in "abcdefgh"]
    adopted = Identity(object_id="7")
    policy = replace(POLICY, declared_before=frozenset({first, *others, adopted}))
    new = Identity("acme", "new")
    assert to_read([first, new], policy) == (new, first, adopted, *others)


@pytest.mark.parametrize(
    ("token", "settings", "enough"),
    [(APP, None, True), (APP, APP, True), (OTHER_APP, APP, False), (None, None, False), (None, APP, False)],
)
def test_the_declared_events_are_enough_only_where_the_token_is_known_to_be_ours(
    token: int | None, settings: int | None, *, enough: bool
) -> None:
    policy, portal = replace(POLICY, app_id=settings), replace(PORTAL, app_id=token)
    assert may_be_enough([Identity("acme", "summit")], policy, portal) is enough


def test_the_declared_events_are_enough_only_where_each_can_be_read_by_its_ids() -> None:
    assert may_be_enough([Identity(object_id="7"), Identity("acme", "summit")], POLICY, PORTAL)
    assert not may_be_enough([Identity(object_id="7"), Identity("acme", "search")], POLICY, PORTAL)
