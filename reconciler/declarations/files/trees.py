"""A tree of files to read: a disk, or what a disk would hold."""

from collections.abc import Iterable
from enum import Enum, auto
from typing import NamedTuple, Protocol


class EntryKind(Enum):
    """What stands at a path."""

    FILE = auto()
    """Anything that is neither a folder nor a link, be it a pipe or a device."""
    FOLDER = auto()
    LINK = auto()
    """A symbolic link to a file, to nothing or to itself."""
    LINK_TO_FOLDER = auto()


class Entry(NamedTuple):
    """One thing that a folder holds."""

    path: str
    kind: EntryKind


class Tree(Protocol):
    """Where declarations are read; paths are absolute, and no link is followed to read anything."""

    def kind(self, path: str) -> EntryKind | None:
        """Tell what stands at the path; None where nothing does."""

    def entries(self, folder: str) -> Iterable[Entry]:
        """Give what a folder holds, hidden names apart; `OSError` where it cannot be read."""

    def read(self, path: str, file: str) -> bytes:
        """Read a file; `file` is its name as shown to people.

        Raises `DeclarationsInvalid` where it cannot be read, or must not: a link, no ordinary file, too large a one.
        """
