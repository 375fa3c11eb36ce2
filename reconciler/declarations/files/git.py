"""The contents of a commit, as git returns them."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from reconciler.errors import Refused, UsageError
from reconciler.safe_text import cut, quoted, shown

LARGEST_FOLDER = 8 * 1024 * 1024
"""The largest size of git's tree object for a folder, in bytes; a hundred thousand files fit."""

_OPTIONS = (
    "--no-pager",
    "--no-optional-locks",
    # A repository's own settings could make git start a program.
    *("-c", "core.fsmonitor=false"),
    # A folder of the work tree that looks like a repository could bring settings that nobody has reviewed.
    *("-c", "safe.bareRepository=explicit"),
)
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HEADER = re.compile(rb"([0-9a-f]+) [a-z]+ ([0-9]{1,18})\n")
"""The line that git writes before an object: its id, its type and its size in bytes."""
_CHUNK = 64 * 1024
_UNTRUSTED = re.compile("dubious ownership|unsafe repository")
"""git's message for a folder of another user; until 2.36 it called the repository unsafe."""


class Item(NamedTuple):
    """One item in a folder of a commit, with git's id for it."""

    mode: int
    id: str


class Commit:
    """A commit whose objects are requested from git one at a time."""

    def __init__(self, id: str, requests: IO[bytes], answers: IO[bytes]) -> None:  # noqa: A002  (git's own word)
        self.id = id
        self._requests = requests
        self._answers = answers

    def top(self) -> Mapping[str, Item]:
        """Return the items of the commit's topmost folder, by name."""
        return self.folder(f"{self.id}^{{tree}}")

    def folder(self, id: str) -> Mapping[str, Item]:  # noqa: A002  (git's own word)
        """Return the items of a folder, by name as the system would decode it."""
        object_id, content = self._read(id, LARGEST_FOLDER)
        if content is None:
            raise UsageError(f"a folder in commit {self.id[:10]} is too large to be read")
        try:
            return dict(_items(content, len(object_id) // 2))
        except ValueError as reason:
            raise UsageError(f"a folder in commit {self.id[:10]} is damaged", hint=_DAMAGED) from reason

    def file(self, id: str, most: int) -> bytes | None:  # noqa: A002  (git's own word)
        """Return a file's content, or None if it is larger than `most` bytes."""
        return self._read(id, most)[1]

    def _read(self, name: str, most: int) -> tuple[str, bytes | None]:
        """Return an object's id and its content, which is None if it is larger than `most` bytes."""
        with suppress(BrokenPipeError):  # the missing answer is reported below
            self._requests.write(f"{name}\n".encode())
            self._requests.flush()
        header = _HEADER.fullmatch(self._answers.readline())
        if header is None:
            raise UsageError(f"parts of commit {self.id[:10]} are missing in this clone", hint=_PARTIAL)
        content = self._take(int(header[2]), most)
        if not self._answers.read(1):
            raise UsageError(f"git stopped before all of commit {self.id[:10]} was read", hint=_CUT)
        return header[1].decode(), content

    def _take(self, size: int, most: int) -> bytes | None:
        """Read `size` bytes, or skip them and return None if they are more than `most`."""
        if size <= most:
            return self._answers.read(size)
        while size > 0:
            size -= len(self._answers.read(min(size, _CHUNK))) or size
        return None


_PARTIAL = "the clone was made with a filter: run `git fetch --refetch --no-filter`, or clone without one"
_DAMAGED = "run `git fsck`, and clone again if it reports damage"
_CUT = f"try again, as git may be repacking; if the error remains, {_DAMAGED}"
_SHALLOW = "this clone is shallow: run `git fetch --unshallow`, or set `fetch-depth: 0` for actions/checkout"
_UNKNOWN = "name a branch, a tag or a commit that this clone has, or fetch it first"


@contextmanager
def open_commit(top: Path, ref: str, environment: Mapping[str, str]) -> Iterator[Commit]:
    """Open the commit that `ref` means in the work tree at `top`, without writing or fetching anything.

    `environment` holds the environment variables for git. Raises `UsageError` if git is not installed, the folder is
    not a work tree or the commit is missing, and while reading if a part of the commit is missing or damaged.
    """
    git = Git(top, environment)
    commit = git.commit(ref, _hint(git.is_shallow()))
    with git.started("cat-file", "--batch") as (requests, answers):
        yield Commit(commit, requests, answers)


def committed_as_they_are(folder: Path, environment: Mapping[str, str]) -> frozenset[str]:
    """Return the files below a folder that are in the last commit exactly as they are, by path below the folder.

    `environment` holds the environment variables for git. Raises `Refused` if the folder is not in a git work tree, or
    git cannot tell.
    """
    git = Git(folder, environment)
    prefix = git.answer("rev-parse", "--show-prefix").removesuffix(b"\n")
    # A small letter, or an S, marks a file that git was told not to look at: its status says nothing.
    listed = git.answer("ls-files", "-v", "-z").split(b"\0")
    tracked = [entry[2:] for entry in listed if entry.startswith(b"H ")]
    changed = git.answer("status", "--porcelain=v1", "-z", "--untracked-files=no", "--no-renames", "--", ".").split(
        b"\0"
    )
    differing = {entry[3:].removeprefix(prefix) for entry in changed}
    return frozenset(os.fsdecode(name) for name in tracked if name not in differing)


class Git:
    """git in one folder, which only reads."""

    def __init__(self, top: Path, environment: Mapping[str, str]) -> None:
        self._top = top
        self._environment = environment

    def is_shallow(self) -> bool:
        """Return whether commits are missing here; raise `UsageError` if this is not the top of a work tree."""
        inside, prefix, shallow, reason = self._place()
        if not inside or prefix:
            message = f"{quoted(str(self._top))} is not in a git work tree, so there is nothing to compare with"
            raise UsageError(message, hint=f"git says: {cut(reason)}" if reason else "leave --base out")
        return shallow

    def check_history(self) -> None:
        """Raise `UsageError` if this is not in a work tree, or commits are missing in its history."""
        inside, _, shallow, _ = self._place()
        if not inside:
            raise UsageError("the files are not in a git work tree")
        if shallow:
            problem, _, hint = _SHALLOW.partition(": ")
            raise UsageError(problem, hint=hint)

    def _place(self) -> tuple[bool, str, bool, str]:
        """Return whether this is in a work tree, where in it, whether commits are missing, and what git says if not.

        Raises `UsageError` if git does not trust the folder.
        """
        result = self._run("rev-parse", "--is-inside-work-tree", "--show-prefix", "--is-shallow-repository")
        inside, prefix, shallow, *_ = *result.stdout.decode(errors="replace").split("\n"), "", "", ""
        reason = result.stderr.decode(errors="replace").partition("\n")[0]
        if inside != "true" and _UNTRUSTED.search(reason):
            raise _untrusted(self._top)
        return inside == "true", prefix, shallow == "true", reason

    def commit(self, ref: str, hint: str) -> str:
        """Return the id of the commit that `ref` means; raise `UsageError` with the hint if there is none."""
        result = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        commit = result.stdout.decode().strip()
        if result.returncode != 0 or not _ID.fullmatch(commit):
            raise UsageError(f"there is no commit {quoted(ref)} in this clone", hint=hint)
        return commit

    def answer(self, *arguments: str) -> bytes:
        """Return what git prints about a work tree; raise `Refused` if it cannot tell."""
        try:
            result = self._run(*arguments)
        except UsageError as error:
            raise Refused(f"{error.message}; nothing was written", hint=error.hint) from error
        if result.returncode != 0:
            message = f"git cannot tell which files in {quoted(str(self._top))} are committed"
            raise Refused(f"{message}, so nothing was written", hint=_said(result))
        return result.stdout

    def told(self, *arguments: str, feed: bytes = b"") -> bytes:
        """Return what git prints about a history; raise `UsageError` if it cannot tell."""
        result = self._run(*arguments, feed=feed)
        if result.returncode != 0:
            raise UsageError("git cannot read the whole history of the files", hint=_said(result))
        return result.stdout

    def _run(self, *arguments: str, feed: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603  (no shell, and nothing of others where an option could stand)
                self._command(*arguments),
                env=self._environment,
                input=feed,
                capture_output=True,
                check=False,
            )
        except OSError as reason:
            message = f"git is needed and cannot be started: {reason.strerror}"
            raise UsageError(message, hint="install git") from reason

    @contextmanager
    def started(self, *arguments: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Start git and yield its standard input and output; it ends with the block."""
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
    """Return the error for a repository of another user, such as one mounted in a container, and how to allow it."""
    message = f"git does not trust {quoted(str(top))}, because the folder belongs to another user"
    trust = f"git config --global --add safe.directory {shlex.quote(shown(str(top)))}"
    return UsageError(message, hint=f"run as the folder's owner, or trust it: `{trust}`")


def _said(result: subprocess.CompletedProcess[bytes]) -> str:
    return f"git says: {cut(result.stderr.decode(errors='replace').partition(chr(10))[0])}"


def _hint(shallow: bool) -> str:  # noqa: FBT001  (a fact about the clone)
    return _SHALLOW if shallow else _UNKNOWN


def _items(content: bytes, id_bytes: int) -> Iterator[tuple[str, Item]]:
    """Parse git's tree object for a folder: for each item mode, space, name, NUL, id, with nothing between items.

    Raises `ValueError` for anything else, because git returns objects without checking them. A name with a slash would
    lead to another folder, or back to this one without end.
    """
    item = re.compile(rb"([0-7]{1,7}) ([^\0/]+)\0(.{%d})" % id_bytes, re.DOTALL)
    start = 0
    while start < len(content):
        found = item.match(content, start)
        if found is None:
            raise ValueError(f"there is no item at byte {start}")
        yield os.fsdecode(found[2]), Item(int(found[1], 8), found[3].hex())
        start = found.end()
