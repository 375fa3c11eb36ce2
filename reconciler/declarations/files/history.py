"""The history of a folder's files, as git returns it."""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconciler.declarations.events.revisions import FileCommit
from reconciler.declarations.files.git import Git

_RENAMED = re.compile(r"R[0-9]+")
"""The status of a renamed file, whose old and new name follow. In a merge there is a letter for each parent instead."""
_LAST_SECOND = 253_402_300_799
"""The last second of the year 9999, in seconds since 1970: a commit may say that it is later."""


@dataclass(frozen=True, slots=True)
class History:
    """The commits that led to the last one and changed files below a folder, and what differs from it now."""

    commits: tuple[FileCommit, ...]
    differing: frozenset[str]
    """The files that differ from the last commit or are not in it, by path below the folder."""


def history_of(folder: Path, environment: Mapping[str, str]) -> History:
    """Read the history of a folder in a work tree, without writing or fetching anything.

    `environment` holds the environment variables for git. Raises `UsageError` if git is not installed, the folder is
    not in a work tree, or a part of the history is missing.
    """
    git = Git(folder, environment)
    git.check_history()
    prefix = os.fsdecode(git.told("rev-parse", "--show-prefix").removesuffix(b"\n"))
    return History(tuple(_commits(git, prefix)), frozenset(_differing(git, prefix)))


def _commits(git: Git, prefix: str) -> Iterator[FileCommit]:
    last = git.commit("HEAD", "commit the files first")
    # The whole history: else git leaves out a side of some merges, so that a number could fall.
    listed = git.told("rev-list", "--full-history", "--timestamp", last, "--", ".").decode().splitlines()
    times = {commit: int(time) for time, commit in map(str.split, listed)}
    # A limit of our own, because the repository's settings may name another.
    how = ("--root", "-r", "-c", "--find-renames", "-l1000", "--name-status", "-z")
    feed = "".join(f"{commit}\n" for commit in times).encode()
    answer = git.told("diff-tree", "--stdin", *how, "--", ".", feed=feed)
    for commit, changes in _by_commit(os.fsdecode(answer).split("\0"), times).items():
        below = [(old.removeprefix(prefix), new.removeprefix(prefix)) for old, new in changes]
        renamed = {new: old for old, new in below if old != new}
        changed = frozenset(name for names in below for name in names)
        yield FileCommit(datetime.fromtimestamp(min(times[commit], _LAST_SECOND), UTC), changed, renamed)


def _by_commit(words: Iterable[str], commits: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the old and the new name of each file that a commit changed, by commit."""
    found: dict[str, list[tuple[str, str]]] = {}
    changes: list[tuple[str, str]] = []
    ahead = iter(words)
    for word in ahead:
        if word in commits:
            changes = found.setdefault(word, [])
        elif word:
            name = next(ahead)
            changes.append((name, next(ahead) if _RENAMED.fullmatch(word) else name))
    return found


def _differing(git: Git, prefix: str) -> Iterator[str]:
    status = ("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", ".")
    return (entry[3:].removeprefix(prefix) for entry in os.fsdecode(git.told(*status)).split("\0"))
