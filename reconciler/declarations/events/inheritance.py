"""Inheritance: the layers above an event merged with its own."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import Any, cast

from reconciler.declarations.events.layers import Layer
from reconciler.declarations.events.positions import Places
from reconciler.declarations.keys.initial import INITIAL, merge_initial
from reconciler.declarations.yaml.nodes import Scalar
from reconciler.diagnostics import Place
from reconciler.event import PROPERTIES


@dataclass(frozen=True)
class Inheritance:
    """Merged layers, the nearest last; a nearer value hides a farther one."""

    layers: tuple[Layer, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

    def under(self, layer: Layer) -> "Inheritance":
        """Return the layers with a nearer one on top; a wrong value in it also hides the value below."""
        wrong = layer.mapping.keys.keys() - layer.values.keys()
        below = {key: value for key, value in self.values.items() if key not in wrong} if wrong else self.values
        merged = below | layer.values
        if PROPERTIES in below and PROPERTIES in layer.values:
            merged[PROPERTIES] = below[PROPERTIES] | layer.values[PROPERTIES]
        if INITIAL in merged:
            merge_initial(merged, below, layer.values, layer.mapping)
        return Inheritance((*self.layers, layer), merged)

    @property
    def own(self) -> Layer:
        """The nearest layer, which is the event's own."""
        return self.layers[-1]

    @cached_property
    def places(self) -> Table[str, Place]:
        """Where each field is declared."""
        return {name: place for layer in self.layers for name, place in Places(layer.block(), layer.place).items()}

    @cached_property
    def lists(self) -> frozenset[str]:
        """The custom properties that are declared as a list."""
        return reduce(lambda below, layer: layer.lists(below), self.layers, frozenset[str]())

    def place(self, key: str) -> Place:
        """Return the position of the value of a key in `values`."""
        return next(layer.value_place(key) for layer in reversed(self.layers) if key in layer.values)

    def text(self, key: str) -> str:
        """Return the text of a key in `values` as it is written in the file; its value must be a single one."""
        layer = next(layer for layer in reversed(self.layers) if key in layer.values)
        return cast("Scalar", layer.mapping.values[key]).text

    def lacks(self, key: str) -> bool:
        """Return whether certainly no layer has a key."""
        return key not in self.values and all(layer.is_silent_on(key) for layer in self.layers)


NOTHING = Inheritance()
"""No layers at all."""
