"""Layers upon each other: what an event says, with what it inherits."""

from dataclasses import dataclass, field
from typing import Any, cast

from reconciler.declarations.layers import Layer
from reconciler.declarations.nodes import Scalar
from reconciler.diagnostics import Place

PROPERTIES = "customProperties"
"""The one key whose values are merged name by name."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Layers upon each other, the nearest last; a nearer value hides a farther one."""

    layers: tuple[Layer, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

    def under(self, layer: Layer) -> "Merged":
        """Put a nearer layer on top; what it says wrongly hides what lies below, too."""
        wrong = layer.mapping.keys.keys() - layer.values.keys()
        below = {key: value for key, value in self.values.items() if key not in wrong}
        merged = below | layer.values
        if PROPERTIES in below and PROPERTIES in layer.values:
            merged[PROPERTIES] = below[PROPERTIES] | layer.values[PROPERTIES]
        return Merged((*self.layers, layer), merged)

    @property
    def own(self) -> Layer:
        """The nearest layer: the event's own."""
        return self.layers[-1]

    def place(self, key: str) -> Place:
        """Where the value of a key stands that is in `values`."""
        return next(layer.value_place(key) for layer in reversed(self.layers) if key in layer.values)

    def text(self, key: str) -> str:
        """How the value of a key is written that is in `values`, and holds a single value."""
        layer = next(layer for layer in reversed(self.layers) if key in layer.values)
        return cast("Scalar", layer.mapping.values[key]).text

    def lacks(self, key: str) -> bool:
        """Tell whether certainly no layer says anything of a key."""
        return all(layer.is_silent_on(key) for layer in self.layers)
