"""Files on disk, as people see them, read without following links or waiting for pipes."""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from reconciler.declarations.files.trees import Entry, EntryKind
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import DeclarationsInvalid
from reconciler.safe_text import shown

LARGEST = 1024 * 1024
"""The most bytes that a file may hold."""


class Disk:
    """The computer's own files, as a tree."""

    def kind(self, path: str) -> EntryKind | None:
        """Tell what stands at the path; None where nothing does."""
        return _kind(Path(path)) if os.path.lexists(path) else None

    def entries(self, folder: str) -> Iterable[Entry]:
        """Give what a folder holds, hidden names apart; `OSError` where it cannot be read."""
        with os.scandir(folder) as entries:
            return [Entry(entry.path, _kind(entry)) for entry in entries if not entry.name.startswith(".")]

    def read(self, path: str, file: str) -> bytes:
        """Read a file; `file` is its name as shown to people.

        Raises `DeclarationsInvalid` where it cannot be read, or must not: a link, a pipe, a device, too large a file.
        """
        try:
            with open(path, "rb", buffering=0, opener=_open_itself) as stream:
                if problem := _unfit(os.fstat(stream.fileno()), file):
                    raise DeclarationsInvalid((problem,))
                return stream.read()
        except OSError as reason:
            raise DeclarationsInvalid((unreadable_file(reason, file),)) from reason


def _kind(entry: os.DirEntry[str] | Path) -> EntryKind:
    if entry.is_symlink():
        return EntryKind.LINK_TO_FOLDER if os.path.isdir(entry) else EntryKind.LINK  # noqa: PTH112  Path.is_dir may raise
    return EntryKind.FOLDER if entry.is_dir() else EntryKind.FILE


def unreadable_file(reason: OSError, file: str) -> Diagnostic:
    """Say why the system does not let a file or a folder be read."""
    if reason.errno == errno.ELOOP:
        return symbolic_link(file)
    return error("unreadable", f"this cannot be read: {reason.strerror}", Place(file), "check its permissions")


def symbolic_link(file: str) -> Diagnostic:
    """Say that links are not followed: they could lead anywhere on the computer."""
    return error("symbolic-link", "this is a symbolic link", Place(file), "put what it leads to in its place")


def too_large(file: str) -> Diagnostic:
    """Say that a file is past the bound, which keeps a run from filling the memory."""
    return error("too-large", f"the file is larger than {LARGEST:,} bytes", Place(file), "split it into several")


def as_seen(real: Path, like: Path) -> Path:
    """Give a path relative to the current directory where it lies in it, elsewhere as `like` is written."""
    here = Path.cwd()
    if real.is_relative_to(here):
        return real.relative_to(here)
    return real if like.is_absolute() else Path(os.path.relpath(real, here))


def name_of(path: Path) -> str:
    """Give a file's name as shown to people."""
    return shown(path.as_posix())


def _open_itself(path: str, flags: int) -> int:
    """Open what stands at the path: never what a link leads to, and without waiting for the other end of a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _unfit(status: os.stat_result, file: str) -> Diagnostic | None:
    if not stat.S_ISREG(status.st_mode):
        return error("not-a-file", "this is not an ordinary file", Place(file), "move it away")
    return too_large(file) if status.st_size > LARGEST else None
