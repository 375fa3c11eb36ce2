"""Two layers of one event laid over each other, as one layer."""

from collections.abc import Collection

from reconciler.declarations.events.inheritance import Inheritance
from reconciler.declarations.events.layers import Layer
from reconciler.declarations.keys.initial import INITIAL, below, own_keys
from reconciler.declarations.yaml.nodes import Mapping
from reconciler.event import CUSTOM, PROPERTIES


def overlaid(lower: Layer, upper: Layer) -> Layer:
    """Return the layer that declares what both do; where they differ, the upper one wins and keeps its position."""
    values = Inheritance((lower,), lower.values).under(upper).values
    return Layer(lower.file, _overlaid(lower.mapping, upper.mapping), values)


def _overlaid(lower: Mapping, upper: Mapping) -> Mapping:
    """Return the keys of both; what the upper one declares for good is not initial any more."""
    under, over = below(lower, INITIAL), below(upper, INITIAL)
    if under is None:
        return _merged(lower, upper)
    left = _without(under, own_keys(upper))
    return _with(_merged(lower, upper), INITIAL, _merged(left, over) if over else left)


def _merged(lower: Mapping, upper: Mapping) -> Mapping:
    """Return the keys of both; custom properties are merged one by one."""
    merged = lower._replace(keys=lower.keys | upper.keys, values=lower.values | upper.values)
    under, over = below(lower, PROPERTIES), below(upper, PROPERTIES)
    if under and over:
        both = under._replace(keys=under.keys | over.keys, values=under.values | over.values)
        return _with(merged, PROPERTIES, both)
    return merged


def _with(mapping: Mapping, key: str, value: Mapping) -> Mapping:
    return mapping._replace(values={**mapping.values, key: value})


def _without(mapping: Mapping, names: Collection[str]) -> Mapping:
    """Return a mapping without the fields that have these names."""
    kept = _left(mapping, {name for name in names if not name.startswith(CUSTOM)})
    properties = below(kept, PROPERTIES)
    if properties is None:
        return kept
    return _with(kept, PROPERTIES, _left(properties, {name.removeprefix(CUSTOM) for name in names}))


def _left(mapping: Mapping, names: Collection[str]) -> Mapping:
    keys = {key: node for key, node in mapping.keys.items() if key not in names}
    return mapping._replace(keys=keys, values={key: node for key, node in mapping.values.items() if key in keys})
