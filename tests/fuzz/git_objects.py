"""Any answer of git about a commit is read as the files of a checkout, or raises an error that says what is wrong."""

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from reconciler.declarations.files.committed import Committed
from reconciler.declarations.files.git import Commit
from reconciler.declarations.files.trees import Entry, EntryKind
from reconciler.errors import DeclarationsInvalid, UsageError

_TOP = "/nowhere/at/all"
_ID = "a" * 40
_MOST = 20
"""The largest number of a folder's entries that is read."""


def conversation(content: bytes) -> None:
    """Read a commit's folders and files out of what `git cat-file --batch` writes."""
    with suppress(UsageError, DeclarationsInvalid):
        tree = Committed(Commit(_ID, io.BytesIO(), io.BytesIO(content)), Path(_TOP))
        folders = [_TOP]
        while folders and len(folders) < _MOST:
            for entry in list(_entries(tree, folders.pop()))[:_MOST]:
                tree.kind(entry.path)
                if entry.kind is EntryKind.FOLDER:
                    folders.append(entry.path)
                else:
                    _read(tree, entry.path)


def folder(content: bytes) -> None:
    """Read git's record of one folder."""
    conversation(answered("tree", content))


def _entries(tree: Committed, folder: str) -> Iterator[Entry]:
    with suppress(OSError):  # the path is too long for a disk
        yield from tree.entries(folder)


def _read(tree: Committed, path: str) -> None:
    with suppress(DeclarationsInvalid):
        tree.read(path, "e.yaml")


def answered(kind: str, content: bytes) -> bytes:
    """Write an answer of git's."""
    return f"{_ID} {kind} {len(content)}\n".encode() + content + b"\n"


def item(mode: str, name: bytes) -> bytes:
    """Write one thing in a folder."""
    return mode.encode() + b" " + name + b"\0" + bytes.fromhex(_ID)


RECORD = b"".join([item("100644", b"e.yaml"), item("40000", b"in"), item("120000", b"link"), item("160000", b"sub")])


def seeds() -> Iterator[bytes]:
    """Yield conversations to begin with."""
    links = [answered("blob", b"in"), answered("tree", item("100755", b"e.yml")), answered("blob", b"a: b\n")]
    yield answered("tree", RECORD) + b"".join(links)
    yield f"{_ID} missing\n".encode()


def records() -> Iterator[bytes]:
    """Yield records to begin with."""
    yield RECORD
    yield from (item("40000", name) for name in (b"\xff.yaml", b"/", b"in/in", b"..", b"."))
