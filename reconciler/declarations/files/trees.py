"""The interface of a tree of files to read."""

from collections.abc import Iterable
from enum import Enum, auto
from typing import NamedTuple, Protocol


class EntryKind(Enum):
    """The kind of what is at a path."""

    FILE = auto()
    """Anything that is neither a folder nor a link, including a pipe or a device."""
    FOLDER = auto()
    LINK = auto()
    """A symbolic link to a file, to nothing or to itself."""
    LINK_TO_FOLDER = auto()


class Entry(NamedTuple):
    """One entry of a folder."""

    path: str
    kind: EntryKind


class Tree(Protocol):
    """Files that declarations are read from; paths are absolute, and no link is followed to read a file."""

    def kind(self, path: str) -> EntryKind | None:
        """Return the kind of what is at a path; None if nothing is there."""

    def entries(self, folder: str) -> Iterable[Entry]:
        """Return the entries of a folder, except hidden ones; raise `OSError` if it cannot be read."""

    def read(self, path: str, file: str) -> bytes:
        """Read a file; `file` is its name as shown to people.

        Raises `DeclarationsInvalid` if it cannot be read, or is a link, not an ordinary file or too large.
        """
