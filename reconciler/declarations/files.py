"""A folder of files to the events that they declare."""

import errno
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from reconciler.declarations.characters import shown
from reconciler.declarations.declaring import Terms
from reconciler.declarations.disk import Disk, as_seen, unreadable
from reconciler.declarations.names import DEFAULTS_FILE, MISNAMED_DEFAULTS, Source, is_declaration, reading_order
from reconciler.declarations.reading import read_all
from reconciler.declarations.trees import Entry, Kind, Tree
from reconciler.diagnostics import Diagnostic, Place, error
from reconciler.errors import DeclarationsInvalid
from reconciler.event import Declared
from reconciler.settings import Settings

MOST_FILES = 10_000
"""How many files one run reads."""


def load(settings: Settings) -> Declared:
    """Read the declarations that the settings point at.

    A narrowed run reads the files of its path alone, and what they inherit from the folders above it.
    Raises `DeclarationsInvalid` with every problem of every file.
    """
    return load_from(Disk(), settings)


def load_from(tree: Tree, settings: Settings) -> Declared:
    """Read the declarations as `load` does, out of a tree that may be another one than the disk."""
    terms = Terms(
        environment=settings.environment,
        environments=settings.environments,
        external_account_id=settings.policy.external_account_id,
        timezone=settings.timezone,
    )
    return read_all(_listing(tree, settings), terms)


class _Found(NamedTuple):
    """A file to read, or with a reason what cannot be; `real` is its whole path."""

    real: str
    reason: OSError | None = None


class _Names:
    """What files are called by people, and below the root."""

    def __init__(self, tree: Tree, root: Path, like: Path) -> None:
        self.tree = tree
        self.root = str(root).rstrip("/") + "/"
        self.like = like
        self.folders: dict[str, str] = {}

    def shown(self, real: str) -> str:
        folder, _, name = real.rpartition("/")
        if folder not in self.folders:
            seen = as_seen(Path(folder or "/"), self.like).as_posix()
            self.folders[folder] = "" if seen == "." else seen.rstrip("/") + "/"
        return shown(self.folders[folder] + name)

    def read(self, real: str) -> Source | Diagnostic:
        file = self.shown(real)
        try:
            return Source(real.removeprefix(self.root), file, self.tree.read(real, file))
        except DeclarationsInvalid as invalid:
            return invalid.diagnostics[0]


def _listing(tree: Tree, settings: Settings) -> Iterator[Source | Diagnostic]:
    """Give every file in the order to read them, or the reason why one cannot be read."""
    root, path = settings.root.resolve(), settings.path.resolve()
    names = _Names(tree, root, settings.path)
    found = list(islice(chain(_above(tree, path, root), _below(tree, str(path))), MOST_FILES + 1))
    if len(found) > MOST_FILES:
        raise DeclarationsInvalid((_too_many(names.shown(str(path))),))
    for real, reason in sorted(found, key=lambda one: reading_order(one.real)):
        yield names.read(real) if reason is None else unreadable(reason, names.shown(real))


def _above(tree: Tree, path: Path, root: Path) -> Iterator[_Found]:
    """Find what a narrowed run inherits from the folders above its path."""
    folder = root
    for part in path.relative_to(root).parts:
        for name in (DEFAULTS_FILE, MISNAMED_DEFAULTS):
            if tree.kind(str(folder / name)) is not None:
                yield _Found(str(folder / name))
        folder /= part


def _below(tree: Tree, path: str) -> Iterator[_Found]:
    """Find the files at the path and below it, but not in hidden folders or behind links."""
    if tree.kind(path) is Kind.FILE:
        yield _Found(path)
        return
    folders = [path]
    while folders:
        folder = folders.pop()
        try:
            entries = list(tree.entries(folder))
        except OSError as reason:
            yield _Found(folder, reason)
            continue
        folders += [entry.path for entry in entries if entry.kind is Kind.FOLDER]
        yield from filter(None, map(_file, entries))


def _file(entry: Entry) -> _Found | None:
    """Look at what a folder holds; a link to a file is found out when the file is read."""
    if entry.kind is Kind.LINK_TO_FOLDER:
        return _Found(entry.path, OSError(errno.ELOOP, "a link"))
    if entry.kind is Kind.FOLDER or not is_declaration(entry.path.rpartition("/")[2]):
        return None
    return _Found(entry.path)


def _too_many(file: str) -> Diagnostic:
    hint = "put several events into one file, under `events:`"
    return error("too-many-files", f"there are more than {MOST_FILES:,} files to read", Place(file), hint)
