"""The files of a run replaced together: all of them, or none.

Everything is written beside its place first. Only when all of it is on the disk, and every file is still as it was
read, are the new files moved into place, each in one step: after a kill at any moment each file is whole.
"""

import errno
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from reconciler.declarations.files.disk import Disk
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import DeclarationsInvalid, ReconcilerError, Refused

_BESIDE = re.compile(r"\.reconciler-(\d{1,9})-\d+\.tmp")
"""The name of a file that is not in its place yet, with the number of its process; hidden files are never read."""


class Replacement(NamedTuple):
    """The new content of one file."""

    path: Path
    """Absolute, and without links."""
    shown: str
    """Its name as shown to people."""
    before: bytes | None
    """What was read there; None if there must be no file."""
    after: bytes


SecondName = Callable[[Path, Path], None]
"""Gives a file a second name, which must not exist yet: `os.link`."""

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}
"""How file systems without second names refuse one (link(2): EPERM; FUSE and network file systems: the others)."""


def replace_files(files: Sequence[Replacement]) -> None:
    """Write all files, or none; make the folders that new ones need.

    Raises `Refused`, with every file that is no longer as it was read, and `ReconcilerError` if one cannot be written.
    """
    with Beside(files) as beside:
        beside.put_in_place()


class Beside:
    """New contents, written beside the places where they belong; what is not put there is removed at the end."""

    def __init__(self, files: Sequence[Replacement], link: SecondName = os.link) -> None:
        self.files = files
        self._link = link
        self._written: dict[Path, Replacement] = {}
        """By path beside, what was written there."""
        self._folders: list[Path] = []
        """The folders that were made, the outermost first."""
        self._seen: set[Path] = set()

    def __enter__(self) -> Self:
        self.check()
        try:
            for number, file in enumerate(self.files):
                with _told(file, "nothing was written"):
                    self._make(file.path.parent)
                    self._write(file, file.path.with_name(f".reconciler-{os.getpid()}-{number}.tmp"))
            for beside, file in self._written.items():
                with _told(file, "nothing was written"):
                    _keep(beside)
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def check(self) -> None:
        """Raise `Refused` if a file is not as it was read, with each that is not."""
        if changed := tuple(filter(None, map(_changed, self.files))):
            raise _refused(changed)

    def put_in_place(self) -> None:
        """Move every file to its place, if all are as they were read; raise `Refused` if not."""
        self.check()
        self.move()

    def move(self) -> None:
        """Move every file to its place, new ones first, because these can be taken back."""
        _put_new({beside: file for beside, file in self._written.items() if file.before is None}, self._link)
        for beside, file in self._written.items():
            if file.before is not None:
                with _told(file, "some files before it were written"):
                    beside.replace(file.path)
        for folder in self._seen:
            with suppress(OSError):  # the files are in place, and not every file system can do this
                _keep(folder)

    def _make(self, folder: Path) -> None:
        """Make a folder, and those above it; remove from one that exists what killed runs have left in it."""
        if folder in self._seen:
            return
        self._seen.add(folder)
        if folder.is_dir():
            _sweep(folder)
            return
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            each.mkdir()
            self._folders.append(each)

    def _write(self, file: Replacement, beside: Path) -> None:
        with beside.open("xb") as stream:
            self._written[beside] = file
            stream.write(file.after)
        if file.before is not None:
            _make_alike(beside, file.path)

    def _remove(self) -> None:
        for beside in self._written:
            with suppress(OSError):
                beside.unlink()
        for folder in reversed(self._folders):
            with suppress(OSError):  # somebody has put a file into it
                folder.rmdir()


@contextmanager
def _told(file: Replacement, done: str) -> Iterator[None]:
    try:
        yield
    except FileExistsError as reason:
        raise _refused((_there_already(file),)) from reason
    except OSError as reason:
        message = f"cannot write {file.shown}: {reason.strerror}; {done}"
        raise ReconcilerError(message, hint="solve this, and run again") from reason


def _changed(file: Replacement) -> Diagnostic | None:
    """Return the reason if a file is not as it was read; a link where a file or its folder was is a change."""
    if file.before is None and os.path.lexists(file.path):
        return _there_already(file)
    if os.path.realpath(file.path.parent) != str(file.path.parent) or (
        file.before is not None and _now(file) != file.before
    ):
        return error("file-changed", "the file has changed since it was read", Place(file.shown))
    return None


def _there_already(file: Replacement) -> Diagnostic:
    return error("file-exists", "there is a file already, and it is not overwritten", Place(file.shown))


def _refused(changed: tuple[Diagnostic, ...]) -> Refused:
    return Refused("files have changed since they were read, so nothing was written", changed, hint="run again")


def _now(file: Replacement) -> bytes | None:
    try:
        return Disk().read(str(file.path), file.shown)
    except DeclarationsInvalid:
        return None


def _put_new(files: Mapping[Path, Replacement], link: SecondName) -> None:
    """Put new files in place, none of them over a file that has come meanwhile."""
    done: list[Path] = []
    try:
        for beside, file in files.items():
            with _told(file, "nothing was written"):
                _name_too(beside, file.path, link)
            done.append(file.path)
    except BaseException:
        for path in done:
            path.unlink()
        raise


def _name_too(beside: Path, path: Path, link: SecondName) -> None:
    """Put a new file in place: a link, unlike a move, never replaces a file.

    Where there are no links, an empty file takes the name first, so that the move replaces that one alone.
    """
    try:
        link(beside, path)
    except OSError as reason:
        if reason.errno not in _NO_LINKS:
            raise
        path.touch(exist_ok=False)
        try:
            beside.replace(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _make_alike(path: Path, like: Path) -> None:
    """Copy the permissions of another file, and its owner where that is allowed."""
    status = like.stat(follow_symlinks=False)
    with suppress(PermissionError):
        os.chown(path, status.st_uid, status.st_gid)
    path.chmod(status.st_mode & 0o777)


def _keep(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder, even if the power fails."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove what processes that are gone have left beside its place."""
    for path in list(folder.iterdir()):
        found = _BESIDE.fullmatch(path.name)
        if found is not None and not _is_another_run(int(found[1])):
            path.unlink(missing_ok=True)


def _is_another_run(process: int) -> bool:
    """Return whether a number is that of another process that runs."""
    if process == os.getpid():
        return False
    try:
        with suppress(PermissionError):  # it is another user's
            os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
