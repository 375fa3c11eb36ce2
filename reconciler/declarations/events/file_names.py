"""The names of files: which are read, which are wrong."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.diagnostics import Diagnostic, Place, error, warning
from reconciler.safe_text import shown

DEFAULTS_FILE = "_defaults.yaml"
SETTINGS_FILE = "reconciler.yaml"
MISNAMED_DEFAULTS = "_defaults.yml"
MISNAMED_SETTINGS = "reconciler.yml"

_ENDINGS = (".yaml", ".yml")
_MISSPELT = re.compile(r".+\.(?:ya?ml\.\w+|yalm|ymal|yamll|yam)", re.IGNORECASE)
"""Endings after an editor has added its `.txt`, or with a typing mistake."""
_MISNAMED = {MISNAMED_DEFAULTS: DEFAULTS_FILE, MISNAMED_SETTINGS: SETTINGS_FILE}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file: its path below the root, with `/`, and its name as shown to people."""

    path: str
    shown: str
    content: bytes

    @property
    def folder(self) -> str:
        """The path of its folder below the root; empty for the root."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its name in its folder."""
        return self.path.rpartition("/")[2]


class Rewritten(NamedTuple):
    """A file with the content that is to take the place of its own."""

    source: SourceFile
    after: bytes


def is_declaration(name: str) -> bool:
    """Return whether a file with this name is read, if only to report that the name is wrong."""
    return name.lower().endswith(_ENDINGS) and not name.startswith(".") and name != SETTINGS_FILE


def is_misspelt(name: str) -> bool:
    """Return whether a file with this name is not read, although it was probably meant as a declaration."""
    return _MISSPELT.fullmatch(name) is not None


def is_json(name: str) -> bool:
    """Return whether a file is JSON, which is not read but may be meant to declare events if it is beside others."""
    return name.lower().endswith(".json")


def unread(file: str) -> Diagnostic:
    """Return the warning for a file beside declarations that is not read."""
    right = re.sub(r"(?i)(?:\.ya?ml)?\.\w+$", ".yaml", file)
    message = "this file is not read: declarations end in .yaml"
    hint = f"if it declares events, rename it {right.rpartition('/')[2]}; if not, move it to another folder"
    return warning("unread-file", message, Place(file), hint)


def reading_order(path: str) -> str:
    """Return the sort key of a path: by name, but a folder's defaults before everything else in it and below."""
    folder, _, name = path.rpartition("/")
    return folder if name == DEFAULTS_FILE else path


def well_named(listing: Iterable[SourceFile | Diagnostic]) -> Iterator[SourceFile | Diagnostic]:
    """Yield the entries, with a diagnostic in place of every file whose name is wrong."""
    seen: dict[str, SourceFile] = {}
    for entry in listing:
        yield entry if isinstance(entry, Diagnostic) else _problem(entry, seen) or entry


def wrong_name(file: str, right: str) -> Diagnostic:
    """Return the error for a file that is read only under the name `right`."""
    return error("wrong-name", f"this file is only read if it is called {right}", Place(file), "rename it")


def _problem(source: SourceFile, seen: dict[str, SourceFile]) -> Diagnostic | None:
    place = Place(source.shown)
    if shown(source.path) != source.path:
        return error("bad-file-name", "the file's name has invisible or misleading characters", place, "rename it")
    if right := _MISNAMED.get(source.name):
        return wrong_name(source.shown, right)
    if not source.name.endswith(_ENDINGS):
        return wrong_name(source.shown, shown(source.name.rpartition(".")[0] + ".yaml"))
    first = seen.setdefault(unicodedata.normalize("NFC", source.path).casefold(), source)
    if first is not source:
        message = f"some computers cannot distinguish this file's name from {first.shown}"
        return error("case-clash", message, place, "rename one of the two")
    return None
