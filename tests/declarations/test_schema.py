"""The keys compared with the table of fields and with what editors are given."""

import json

import pytest
from pydantic import TypeAdapter

from reconciler.declarations import layers, schema
from reconciler.event import FIELDS


def test_every_managed_field_can_be_declared() -> None:
    assert {field.name for field in FIELDS} < set(layers.DEFAULTS.names)
    assert set(layers.EVENT.names) - set(layers.DEFAULTS.names) == {"externalEventId", "objectId", "absent"}


@pytest.mark.parametrize("kind", [schema.Defaults, schema.Event, schema.EventList, schema.SettingsFile])
def test_every_kind_of_mapping_has_a_schema_for_editors(kind: type) -> None:
    written = json.dumps(TypeAdapter(kind).json_schema())
    for key in kind.__annotations__:
        assert f'"{key}"' in written
