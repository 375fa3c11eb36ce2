"""Files on disk, read without following links or waiting for pipes."""

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
"""The largest size of a file, in bytes."""


class Disk:
    """The computer's own files as a tree."""

    def kind(self, path: str) -> EntryKind | None:
        """Return the kind of what is at a path; None if nothing is there."""
        return _kind(Path(path)) if os.path.lexists(path) else None

    def entries(self, folder: str) -> Iterable[Entry]:
        """Return the entries of a folder, except hidden ones; raise `OSError` if it cannot be read."""
        with os.scandir(folder) as entries:
            return [Entry(entry.path, _kind(entry)) for entry in entries if not entry.name.startswith(".")]

    def read(self, path: str, file: str) -> bytes:
        """Read a file; `file` is its name as shown to people.

        Raises `DeclarationsInvalid` if it cannot be read, or is a link, a pipe, a device or too large.
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
    """Return the error for a file or folder that the system does not let us read."""
    if reason.errno == errno.ELOOP:
        return symbolic_link(file)
    return error("unreadable", f"this cannot be read: {reason.strerror}", Place(file), "check its permissions")


def symbolic_link(file: str) -> Diagnostic:
    """Return the error for a link; links are not followed because they could lead anywhere on the computer."""
    return error(
        "symbolic-link", "this is a symbolic link", Place(file), "replace it with the file or folder that it points to"
    )


def too_large(file: str) -> Diagnostic:
    """Return the error for a file over the size limit, which keeps a run from filling the memory."""
    return error("too-large", f"the file is larger than {LARGEST:,} bytes", Place(file), "split it into several")


def as_seen(real: Path, like: Path) -> Path:
    """Return a path relative to the current directory if it is inside it, else absolute or relative as `like` is."""
    here = Path.cwd()
    if real.is_relative_to(here):
        return real.relative_to(here)
    return real if like.is_absolute() else Path(os.path.relpath(real, here))


def name_of(path: Path) -> str:
    """Return a file's name as shown to people."""
    return shown(path.as_posix())


def names_in_folders(path: Path) -> dict[str, list[str]]:
    """Return the names in each folder below a path; raise `OSError` if one cannot be read."""
    folders = [entry for entry in path.iterdir() if entry.is_dir()]
    return {folder.name: [entry.name for entry in folder.iterdir()] for folder in folders}


def _open_itself(path: str, flags: int) -> int:
    """Open a file without following a link or waiting for the other end of a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _unfit(status: os.stat_result, file: str) -> Diagnostic | None:
    if not stat.S_ISREG(status.st_mode):
        return error("not-a-file", "this is not an ordinary file", Place(file), "move it away")
    return too_large(file) if status.st_size > LARGEST else None
