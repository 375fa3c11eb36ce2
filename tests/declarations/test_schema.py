"""The keys compared with the table of fields."""

from reconciler.declarations.events import layers
from reconciler.event import FIELDS


def test_every_managed_field_can_be_declared() -> None:
    assert {field.name for field in FIELDS} < set(layers.DEFAULTS.names)
    assert set(layers.EVENT.names) - set(layers.DEFAULTS.names) == {"externalEventId", "objectId", "absent", "repeat"}
