"""The files of a commit, as a checkout would lay them out."""

import errno
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from reconciler.declarations.files.disk import LARGEST, symbolic_link, too_large, unreadable_file
from reconciler.declarations.files.git import Commit, Item
from reconciler.declarations.files.trees import Entry, EntryKind
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import DeclarationsInvalid
from reconciler.safe_text import shown

MOST_FOLDERS = 20_000
"""The most folders to read: a few git objects can make a commit with endless folders."""

_MOST_LINKS = 40
"""The most links that the system follows before it reports a loop."""
_LONGEST_PATH = 4095
"""The most bytes that the system accepts in a path (limits.h, PATH_MAX)."""


class Committed:
    """The files of a commit, under the paths that they have in the work tree.

    Contents are as in the commit; the filters that a checkout would apply are not run.
    """

    def __init__(self, commit: Commit, top: Path) -> None:
        self._commit = commit
        self._top = str(top).rstrip("/")
        self._folders = {"": commit.top()}
        """The items of the folders read so far, by path below the top."""

    def kind(self, path: str) -> EntryKind | None:
        """Return the kind of what is at a path; None if nothing is there."""
        item = self._item(path)
        return None if item is None else self._kind(path, item)

    def entries(self, folder: str) -> Iterable[Entry]:
        """Return the entries of a folder, except hidden ones.

        Raises `OSError` if its path is too long to exist on a disk.
        """
        if reason := _too_long(folder):
            raise reason
        visible = {name: item for name, item in self._items_in(folder).items() if not name.startswith(".")}
        paths = {f"{folder.rstrip('/')}/{name}": item for name, item in visible.items()}
        return [Entry(path, self._kind(path, item)) for path, item in paths.items()]

    def read(self, path: str, file: str) -> bytes:
        """Read a file; `file` is its name as shown to people.

        Raises `DeclarationsInvalid` if it is missing, unreadable, a folder, a link or too large.
        """
        item = self._item(path)
        if reason := _too_long(path):
            raise DeclarationsInvalid((unreadable_file(reason, file),))
        if item is None or _is_folder(item):
            number = errno.ENOENT if item is None else errno.EISDIR
            raise DeclarationsInvalid((unreadable_file(_reason(number), file),))
        if _is_link(item):
            raise DeclarationsInvalid((symbolic_link(file),))
        content = self._commit.file(item.id, LARGEST)
        if content is None:
            raise DeclarationsInvalid((too_large(file),))
        return content

    def _kind(self, path: str, item: Item) -> EntryKind:
        if _is_link(item):
            return EntryKind.LINK_TO_FOLDER if self._leads_to_folder(path) else EntryKind.LINK
        return EntryKind.FOLDER if _is_folder(item) else EntryKind.FILE

    def _item(self, path: str) -> Item | None:
        if path.rstrip("/") == self._top:
            return _TOP
        folder, _, name = path.rpartition("/")
        return self._items_in(folder).get(name)

    def _items_in(self, folder: str) -> Mapping[str, Item]:
        """Return the items of a folder; a submodule, or anything that is not a folder, has none."""
        below = folder.removeprefix(self._top).strip("/")
        if below not in self._folders:
            if len(self._folders) >= MOST_FOLDERS:
                raise DeclarationsInvalid((_too_many(below),))
            item = self._item(folder)
            self._folders[below] = self._commit.folder(item.id) if item and stat.S_ISDIR(item.mode) else {}
        return self._folders[below]

    def _leads_to_folder(self, link: str) -> bool:
        """Return whether a link leads to a folder, as the system would follow it: outside the commit, on the disk."""
        at, ahead, links = "", link.split("/")[::-1], 0
        while ahead:
            part = ahead.pop()
            if part == ".." and self._is_folder_at(at):
                at = at.rpartition("/")[0]
            elif part == "..":
                return False
            elif part in {"", "."}:
                continue
            elif (target := self._target(f"{at}/{part}")) is None:
                at = f"{at}/{part}"
            else:
                ahead += target.split("/")[::-1]
                at = "" if target.startswith("/") else at
                links += 1
                if links > _MOST_LINKS:
                    return False
        return self._is_folder_at(at)

    def _target(self, path: str) -> str | None:
        """Return the target of a link; None if the path is not a link."""
        if not self._is_inside(path):
            return os.readlink(path) if os.path.islink(path) else None  # noqa: PTH114, PTH115  Path's may raise
        item = self._item(path)
        content = self._commit.file(item.id, _LONGEST_PATH) if item and _is_link(item) else None
        return None if content is None else os.fsdecode(content)

    def _is_folder_at(self, path: str) -> bool:
        if not self._is_inside(path):
            return os.path.isdir(path or "/")  # noqa: PTH112  Path.is_dir may raise
        item = self._item(path)
        return item is not None and _is_folder(item)

    def _is_inside(self, path: str) -> bool:
        """Return whether a path is inside the commit; git's own folder is not."""
        git = f"{self._top}/.git"
        return f"{path}/".startswith(f"{self._top}/") and not f"{path}/".startswith(f"{git}/")


_TOP = Item(stat.S_IFDIR, "")


def _is_link(item: Item) -> bool:
    return stat.S_ISLNK(item.mode)


def _is_folder(item: Item) -> bool:
    """Return whether a checkout makes a folder: also for a submodule, as which git treats every unknown mode."""
    return not (stat.S_ISREG(item.mode) or stat.S_ISLNK(item.mode))


def _too_long(path: str) -> OSError | None:
    return _reason(errno.ENAMETOOLONG) if len(os.fsencode(path)) > _LONGEST_PATH else None


def _reason(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def _too_many(folder: str) -> Diagnostic:
    message = f"there are more than {MOST_FOLDERS:,} folders to read"
    return error("too-many-folders", message, Place(shown(folder)), "name a folder further down")
