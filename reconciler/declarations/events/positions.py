"""Where the fields of an event are declared, in few bytes: a run has many events, and asks for few positions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from reconciler.declarations.yaml.nodes import Scalar
from reconciler.diagnostics import Place


class Block(NamedTuple):
    """The names in a mapping, with their lines, counted from that of the mapping, and their columns."""

    names: tuple[str, ...]
    lines: tuple[int, ...]
    columns: tuple[int, ...]


_block = lru_cache(maxsize=4096)(Block)
"""Makes a block, the same one for events that are written alike."""


def block_of(keys: Mapping[str, Scalar], line: int) -> Block:
    """Return the block of some keys of a mapping that begins on a line."""
    lines = tuple([key.line - line for key in keys.values()])
    return _block(tuple(keys), lines, tuple([key.column for key in keys.values()]))


@dataclass(frozen=True, slots=True, eq=False)
class Lines(Mapping[str, int]):
    """The line of each name in a block that begins at a place."""

    block: Block
    begin: Place

    def __getitem__(self, name: str) -> int:
        if name not in self.block.names:
            raise KeyError(name)
        return self.begin.line + self.block.lines[self.block.names.index(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.block.names)

    def __len__(self) -> int:
        return len(self.block.names)


@dataclass(frozen=True, slots=True, eq=False)
class Places(Mapping[str, Place]):
    """The place of each name in a block that begins at a place, or of one that is inherited."""

    block: Block
    begin: Place
    inherited: Mapping[str, Place] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Place:
        if name not in self.block.names:
            return self.inherited[name]
        index = self.block.names.index(name)
        return Place(self.begin.file, self.begin.line + self.block.lines[index], self.block.columns[index])

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self.block.names), **self.inherited})

    def __len__(self) -> int:
        return len({*self.block.names, *self.inherited})
