"""How often the declaration of an event was changed in git, and when for the last time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from reconciler.declarations.events.file_names import DEFAULTS_FILE, SETTINGS_FILE


class FileCommit(NamedTuple):
    """A commit with the files that it changed, by their paths below the root."""

    at: datetime
    changed: frozenset[str]
    renamed: Mapping[str, str]
    """The earlier name of each file that it renamed, by the new one."""


@dataclass(frozen=True, slots=True)
class Revision:
    """When a declaration was changed for the last time, and how often in all."""

    at: datetime
    changes: int | None
    """None if git does not know the file."""


class Revisions:
    """The revisions of declarations, found in the commits that led to the last one.

    An event is made of its file and of the defaults and settings above it, under all names that the file has had. So
    their number of commits never falls while the history only grows, also where the file moves to another folder.
    """

    def __init__(self, commits: Sequence[FileCommit], *, differing: frozenset[str], now: datetime) -> None:
        """Take the commits, the files that differ from the last one, and the current time."""
        self._commits = commits
        self._differing = differing
        self._now = now
        self._by_file: dict[str, set[int]] = {}
        self._earlier_names: dict[str, set[str]] = {}
        self._known: dict[str, Revision] = {}
        for number, commit in enumerate(commits):
            for file in commit.changed:
                self._by_file.setdefault(file, set()).add(number)
            for new, old in commit.renamed.items():
                self._earlier_names.setdefault(new, set()).add(old)

    def of(self, file: str) -> Revision:
        """Return the revision of the declarations in a file, given by its path below the root."""
        if file not in self._known:
            self._known[file] = self._find(file)
        return self._known[file]

    def _find(self, file: str) -> Revision:
        names = self._names(file)
        if names.isdisjoint(self._by_file):
            return Revision(self._now, None)
        commits = {number for name in _made_of(names) for number in self._by_file.get(name, ())}
        # What is not committed yet is one more change, as it will be once it is.
        if not self._differing.isdisjoint(_made_of([file])):
            return Revision(self._now, len(commits) + 1)
        return Revision(max(self._commits[number].at for number in commits), len(commits))

    def _names(self, file: str) -> set[str]:
        """Return the name of a file with all the earlier ones."""
        names: set[str] = set()
        ahead = [file]
        while ahead:
            name = ahead.pop()
            if name not in names:
                names.add(name)
                ahead += self._earlier_names.get(name, ())
        return names


def _made_of(names: Iterable[str]) -> Iterator[str]:
    """Yield the files that make up an event in a file with these names."""
    yield SETTINGS_FILE
    for name in names:
        yield name
        folder = name
        while folder:
            folder = folder.rpartition("/")[0]
            yield f"{folder}/{DEFAULTS_FILE}".lstrip("/")
