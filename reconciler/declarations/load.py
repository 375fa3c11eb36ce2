"""Loading of the events that a file or folder declares."""

import errno
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from reconciler.declarations.events.declaring import Terms
from reconciler.declarations.events.file_names import (
    DEFAULTS_FILE,
    MISNAMED_DEFAULTS,
    SETTINGS_FILE,
    Rewritten,
    SourceFile,
    is_declaration,
    is_json,
    is_misspelt,
    reading_order,
    unread,
)
from reconciler.declarations.events.inheritance import Inheritance
from reconciler.declarations.events.reading import read_all, read_defaults
from reconciler.declarations.files.disk import Disk, as_seen, name_of, unreadable_file
from reconciler.declarations.files.replacing import Replacement
from reconciler.declarations.files.trees import Entry, EntryKind, Tree
from reconciler.declarations.settings import Settings
from reconciler.diagnostics import Diagnostic, Place, error, warning
from reconciler.errors import DeclarationsInvalid
from reconciler.event import Declared
from reconciler.safe_text import shown

MOST_FILES = 10_000
"""The most files that one run reads."""


def load(settings: Settings) -> Declared:
    """Read the declarations at the path of the settings.

    A narrowed run reads only the files at its path and the defaults of the folders above it.
    Raises `DeclarationsInvalid` with every problem of every file.
    """
    return load_files(list_files(settings), settings)


def load_files(files: Iterable[SourceFile | Diagnostic], settings: Settings) -> Declared:
    """Read the declarations as `load` does, from the files that `list_files` has returned."""
    declared = read_all(files, terms_of(settings))
    advice = (each for each in settings.advice if each.code not in settings.silence)
    return replace(declared, diagnostics=(*_hidden_settings(settings), *advice, *declared.diagnostics))


def _hidden_settings(settings: Settings) -> Iterator[Diagnostic]:
    if settings.hidden is not None and settings.file is not None:
        message = f"the settings in {name_of(settings.hidden)} above these are not used"
        yield warning("hidden-settings", message, Place(name_of(settings.file)), "keep one of the two files")


def load_from(tree: Tree, settings: Settings) -> Declared:
    """Read the declarations as `load` does, from any tree of files."""
    return read_all(_listing(tree, settings), terms_of(settings))


def list_files(settings: Settings) -> list[SourceFile | Diagnostic]:
    """Return every file that `load` reads, in the order to read them, with a diagnostic for each that cannot be read.

    Raises `DeclarationsInvalid` if they are too many.
    """
    return list(_listing(Disk(), settings))


def load_with(settings: Settings, added: Iterable[SourceFile]) -> Declared:
    """Read the declarations as they will be with more files, which are not written yet.

    Raises `DeclarationsInvalid` with every problem, also if there would be too many files.
    """
    files = [*list_files(settings), *added]
    if len(files) > MOST_FILES:
        raise DeclarationsInvalid((_too_many(name_of(settings.path)),))
    return read_all(files, terms_of(settings))


def load_defaults(settings: Settings) -> Callable[[str], Inheritance]:
    """Read all files of defaults; return the function that finds what the events of a folder below the root inherit.

    The declarations must have been loaded before, so that their problems are known.
    """
    files = (file for file in list_files(settings) if isinstance(file, SourceFile) and file.name == DEFAULTS_FILE)
    return read_defaults(files, terms_of(settings))


def replacement(settings: Settings, file: Rewritten) -> Replacement:
    """Return the replacement of a file from `list_files` by its new content."""
    source = file.source
    return Replacement(settings.root.resolve() / source.path, source.shown, source.content, file.after)


def terms_of(settings: Settings) -> Terms:
    """Return the settings that apply to every event."""
    return Terms(
        environment=settings.environment,
        environments=settings.environments,
        external_account_id=settings.policy.external_account_id,
        timezone=settings.timezone,
        portals=settings.portals,
        silence=settings.silence,
        rules=settings.rules,
        protect=settings.policy.protect,
    )


class _File(NamedTuple):
    """A file to read, or a path with the reason why it cannot be read; `real` is its absolute path."""

    real: str
    reason: OSError | None = None


class _Names:
    """The names of files as shown to people, and their paths below the root."""

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

    def read(self, real: str) -> SourceFile | Diagnostic:
        file = self.shown(real)
        try:
            return SourceFile(real.removeprefix(self.root), file, self.tree.read(real, file))
        except DeclarationsInvalid as invalid:
            return invalid.diagnostics[0]


def _listing(tree: Tree, settings: Settings) -> Iterator[SourceFile | Diagnostic]:
    """Yield every file in the order to read them, with a diagnostic for each that cannot be read."""
    root, path = settings.root.resolve(), settings.path.resolve()
    names = _Names(tree, root, settings.path)
    files = list(islice(chain(_above(tree, path, root), _below(tree, str(path))), MOST_FILES + 1))
    if len(files) > MOST_FILES:
        raise DeclarationsInvalid((_too_many(names.shown(str(path))),))
    for real, reason in sorted(files, key=lambda file: reading_order(file.real)):
        if reason is not None:
            yield unreadable_file(reason, names.shown(real))
        elif real.endswith(f"/{SETTINGS_FILE}"):
            yield _second_settings(names.shown(real))
        elif is_declaration(real.rpartition("/")[2]):
            yield names.read(real)
        else:
            yield unread(names.shown(real))


def _above(tree: Tree, path: Path, root: Path) -> Iterator[_File]:
    """Find the defaults files that a narrowed run inherits from the folders above its path."""
    folder = root
    for part in path.relative_to(root).parts:
        for name in (DEFAULTS_FILE, MISNAMED_DEFAULTS):
            if tree.kind(str(folder / name)) is not None:
                yield _File(str(folder / name))
        folder /= part


def _below(tree: Tree, path: str) -> Iterator[_File]:
    """Find the files at the path and below it, except in hidden folders and behind links."""
    if tree.kind(path) is EntryKind.FILE:
        yield _File(path)
        return
    folders = [path]
    while folders:
        folder = folders.pop()
        try:
            entries = list(tree.entries(folder))
        except OSError as reason:
            yield _File(folder, reason)
            continue
        folders += [entry.path for entry in entries if entry.kind is EntryKind.FOLDER]
        # The settings at the path itself are the ones that the run uses.
        candidates = (entry for entry in entries if folder != path or not _is_settings(entry))
        files = list(filter(None, map(_file, candidates)))
        yield from files
        yield from (_File(entry.path) for entry in entries if _is_unread(entry, files))


def _file(entry: Entry) -> _File | None:
    """Return what to read for an entry; a link to a file is detected when the file is read."""
    if entry.kind is EntryKind.LINK_TO_FOLDER:
        return _File(entry.path, OSError(errno.ELOOP, "a link"))
    if entry.kind is EntryKind.FOLDER:
        return None
    return _File(entry.path) if _is_settings(entry) or is_declaration(entry.path.rpartition("/")[2]) else None


def _is_unread(entry: Entry, beside: list[_File]) -> bool:
    """Return whether people may expect a file to be read, by its name and the files beside it."""
    name = entry.path.rpartition("/")[2]
    return entry.kind is EntryKind.FILE and (is_misspelt(name) or (bool(beside) and is_json(name)))


def _is_settings(entry: Entry) -> bool:
    return entry.path.endswith(f"/{SETTINGS_FILE}")


def _second_settings(file: str) -> Diagnostic:
    message = "these settings are in a folder below the root, so they are not used"
    hint = "delete the file, or name its folder as PATH to use these settings"
    return warning("second-settings", message, Place(file), hint)


def _too_many(file: str) -> Diagnostic:
    hint = "put several events into one file, under `events:`"
    return error("too-many-files", f"there are more than {MOST_FILES:,} files to read", Place(file), hint)
