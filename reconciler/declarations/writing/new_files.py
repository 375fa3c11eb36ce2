"""New files of declarations, with names that every file system can hold beside those that exist."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from reconciler.event import Identity
from reconciler.safe_text import INVISIBLE

UNDATED = "undated"
"""The folder of events without a date."""

_LONGEST = 80
"""The most bytes of a name without its ending: a path with it stays below Windows' 260 characters."""
_RESERVED = {"con", "prn", "aux", "nul", "reconciler", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
"""Names that Windows takes for a device, whatever their ending, and that of the settings."""
_INVISIBLE = re.compile(f"[{INVISIBLE}]")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that does not exist yet."""

    path: str
    """Below the root, with `/`."""
    text: str
    declares: str
    """What it declares, in words."""


class NewNames:
    """Gives each new file a name that no other file in its folder has; `existing` holds the names in each folder."""

    def __init__(self, existing: Mapping[str, Collection[str]]) -> None:
        self._folders = {_folded(folder): folder for folder in sorted(existing)}
        self._taken: dict[str, set[str]] = {}
        for folder, names in existing.items():
            self._taken.setdefault(_folded(folder), set()).update(map(_folded, names))

    def folder(self, day: date | None) -> str:
        """Return the folder for an event of this day, spelt as it exists."""
        name = UNDATED if day is None else f"{day.year:04}"
        return self._folders.get(name, name)

    def new(self, folder: str, ids: Identity, title: str) -> str:
        """Return the name for the file of an event, from its event id, or else from its title and its object id."""
        number = _words(ids.object_id or "")
        taken = self._taken.setdefault(_folded(folder), set())
        stem = _stem(title, number) if ids.external_event_id is None else _stem(ids.external_event_id)
        if f"{stem}.yaml" in taken and ids.external_event_id is not None:
            stem = _stem(ids.external_event_id, number)
        name, copies = f"{stem}.yaml", 1
        while name in taken:
            copies += 1
            name = f"{stem}-{copies}.yaml"
        taken.add(name)
        return name


def _stem(title: str, number: str = "") -> str:
    """Return a title in small letters, digits, `-` and `_`, as many as there is room for, with the number after it."""
    end = f"-{number}" if number else ""
    short = _words(title).encode()[: _LONGEST - len(end)].decode(errors="ignore").strip("-_")
    return f"{short or 'event'}{end}" if short not in _RESERVED else f"event-{short}{end}"


def _words(text: str) -> str:
    """Return a text in small letters and digits, with one dash for all else between them."""
    return re.sub("-+", "-", "".join(map(_letter, _folded(text)))).strip("-_")


def _letter(character: str) -> str:
    """Return a letter of any script, with its marks, or a digit; a dash for anything else."""
    is_kept = character == "_" or unicodedata.category(character)[0] in "LNM"
    return character if is_kept and not _INVISIBLE.match(character) else "-"


def _folded(text: str) -> str:
    """Return a text in the form in which no file system sees a difference (Unicode, NFKC_Casefold)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
