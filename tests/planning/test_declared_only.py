"""What is read in place of the list, where only the declared events are read."""

from dataclasses import replace

from reconciler.event import Identity
from reconciler.planning.declared_only import to_read
from tests.building import POLICY


def test_what_only_the_base_declares_is_read_last_and_in_the_order_of_its_ids() -> None:
    first, *others = [Identity("acme", event_id) for event_id in "abcdefgh"]
    adopted = Identity(object_id="7")
    policy = replace(POLICY, declared_before=frozenset({first, *others, adopted}))
    new = Identity("acme", "new")
    assert to_read([first, new], policy) == (new, first, adopted, *others)
