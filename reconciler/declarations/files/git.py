"""Git itself, asked for what a commit holds."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from reconciler.errors import UsageError
from reconciler.safe_text import cut, quoted, shown

LARGEST_FOLDER = 8 * 1024 * 1024
"""The most bytes that git's record of one folder may take; a hundred thousand files fit."""

_OPTIONS = (
    "--no-pager",
    "--no-optional-locks",
    # What a repository's own settings could make git start.
    *("-c", "core.fsmonitor=false"),
    # A folder of the work tree that looks like a repository brings settings that nobody has looked at.
    *("-c", "safe.bareRepository=explicit"),
)
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FOUND = re.compile(rb"([0-9a-f]+) [a-z]+ ([0-9]{1,18})\n")
"""What git says before an object: its id, its kind, how many bytes follow."""
_CHUNK = 64 * 1024
_UNTRUSTED = re.compile("dubious ownership|unsafe repository")
"""What git says of a folder that belongs to another user; until 2.36 it called the repository unsafe."""


class Item(NamedTuple):
    """One thing in a folder of a commit, by git's id for it."""

    mode: int
    id: str


class Commit:
    """A commit whose objects git hands out one after the other."""

    def __init__(self, id: str, asked: IO[bytes], answered: IO[bytes]) -> None:  # noqa: A002  (git's own word)
        self.id = id
        self._asked = asked
        self._answered = answered

    def top(self) -> Mapping[str, Item]:
        """Give what the commit's topmost folder holds, by name."""
        return self.folder(f"{self.id}^{{tree}}")

    def folder(self, id: str) -> Mapping[str, Item]:  # noqa: A002  (git's own word)
        """Give what a folder holds, by name as the system would give it."""
        found, content = self._read(id, LARGEST_FOLDER)
        if content is None:
            raise UsageError(f"a folder in commit {self.id[:10]} is too large to be read")
        try:
            return dict(_items(content, len(found) // 2))
        except ValueError as reason:
            raise UsageError(f"a folder in commit {self.id[:10]} is damaged", hint=_DAMAGED) from reason

    def file(self, id: str, most: int) -> bytes | None:  # noqa: A002  (git's own word)
        """Give a file's content, or None where it is larger than `most` bytes."""
        return self._read(id, most)[1]

    def _read(self, name: str, most: int) -> tuple[str, bytes | None]:
        """Give an object's id and its content."""
        with suppress(BrokenPipeError):  # the missing answer tells the same
            self._asked.write(f"{name}\n".encode())
            self._asked.flush()
        found = _FOUND.fullmatch(self._answered.readline())
        if found is None:
            raise UsageError(f"git does not have all of commit {self.id[:10]} here", hint=_PARTIAL)
        content = self._take(int(found[2]), most)
        if not self._answered.read(1):
            raise UsageError(f"git ended before all of commit {self.id[:10]} was read", hint=_CUT)
        return found[1].decode(), content

    def _take(self, size: int, most: int) -> bytes | None:
        """Give so many bytes, or pass over them where they are too many."""
        if size <= most:
            return self._answered.read(size)
        while size > 0:
            size -= len(self._answered.read(min(size, _CHUNK))) or size
        return None


_PARTIAL = "the clone was made with a filter: run `git fetch --refetch --no-filter`, or clone without one"
_DAMAGED = "run `git fsck`, and clone again if it reports damage"
_CUT = f"try again, as git may be repacking; if the error remains, {_DAMAGED}"
_SHALLOW = "this clone is shallow: run `git fetch --unshallow`, or set `fetch-depth: 0` for actions/checkout"
_UNKNOWN = "name a branch, a tag or a commit that this clone has, or fetch it first"


@contextmanager
def open_commit(top: Path, ref: str, environment: Mapping[str, str]) -> Iterator[Commit]:
    """Open the commit that `ref` means in the work tree at `top`; nothing is written, and nothing is fetched.

    `environment` is what git is started with. `UsageError` where git is not installed, the folder is no work tree,
    the commit is not there, or, while reading, a part of it is not.
    """
    git = _Git(top, environment)
    commit = git.commit(ref, _hint(git.is_shallow()))
    with git.started("cat-file", "--batch") as (asked, answered):
        yield Commit(commit, asked, answered)


class _Git:
    def __init__(self, top: Path, environment: Mapping[str, str]) -> None:
        self._top = top
        self._environment = environment

    def is_shallow(self) -> bool:
        """Tell whether commits are missing here; `UsageError` where this is no work tree's topmost folder."""
        ended = self._run("rev-parse", "--is-inside-work-tree", "--show-prefix", "--is-shallow-repository")
        inside, prefix, shallow, *_ = *ended.stdout.decode().split("\n"), "", "", ""
        if (inside, prefix) != ("true", ""):
            said = ended.stderr.decode(errors="replace").partition("\n")[0]
            if _UNTRUSTED.search(said):
                raise _untrusted(self._top)
            message = f"{quoted(str(self._top))} is not in a git work tree, so there is nothing to compare with"
            raise UsageError(message, hint=f"git says: {cut(said)}" if said else "leave --base out")
        return shallow == "true"

    def commit(self, ref: str, hint: str) -> str:
        ended = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        found = ended.stdout.decode().strip()
        if ended.returncode != 0 or not _ID.fullmatch(found):
            raise UsageError(f"git knows no commit {quoted(ref)} here", hint=hint)
        return found

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603  (no shell, and nothing of others where an option could stand)
                self._command(*arguments),
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError as reason:
            message = f"--base needs git, which cannot be started: {reason.strerror}"
            raise UsageError(message, hint="install git") from reason

    @contextmanager
    def started(self, *arguments: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Start a conversation with git; it ends with the block."""
        with subprocess.Popen(  # noqa: S603  (as above)
            self._command(*arguments),
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            if process.stdin is None or process.stdout is None:  # pragma: no cover  (both were asked for)
                raise AssertionError
            yield process.stdin, process.stdout

    def _command(self, *arguments: str) -> list[str]:
        return ["git", *_OPTIONS, "-C", str(self._top), *arguments]


def _untrusted(top: Path) -> UsageError:
    """Say that git reads no repository of another user, as in a container that mounts one, and how to allow it."""
    message = f"git does not trust {quoted(str(top))}, because the folder belongs to another user"
    trust = f"git config --global --add safe.directory {shlex.quote(shown(str(top)))}"
    return UsageError(message, hint=f"run as the folder's owner, or trust it: `{trust}`")


def _hint(shallow: bool) -> str:  # noqa: FBT001  (a fact about the clone)
    return _SHALLOW if shallow else _UNKNOWN


def _items(content: bytes, id_bytes: int) -> Iterator[tuple[str, Item]]:
    """Read git's record of a folder: mode, space, name, NUL, id, without anything between two of them.

    `ValueError` where it is anything else: git hands out what it has, and checks it only where it is asked to. A name
    with a slash would lead to another folder, or back to this one without end.
    """
    item = re.compile(rb"([0-7]{1,7}) ([^\0/]+)\0(.{%d})" % id_bytes, re.DOTALL)
    start = 0
    while start < len(content):
        found = item.match(content, start)
        if found is None:
            raise ValueError(f"there is no item at byte {start}")
        yield os.fsdecode(found[2]), Item(int(found[1], 8), found[3].hex())
        start = found.end()
