"""What GitHub tells of a repository, as far as it matters here; every text is anybody's."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a comment or an issue."""

    login: str
    kind: str
    """GitHub's word: `Bot` for Actions and other apps, `User` for people."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request or an issue."""

    id: int
    body: str
    author: Author


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue; pull requests are none here."""

    number: int
    title: str
    body: str
    state: str
    """`open` or `closed`."""
    author: Author


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request."""

    number: int
    head_sha: str
    head_ref: str
    head_repository: str | None
    """As `owner/name`; None where it was deleted."""
    base_ref: str
    base_repository: str
    state: str
    """`open` or `closed`."""
    draft: bool
    merged_at: datetime | None
    """None where it was not merged."""
    merge_commit_sha: str | None
    """What the merge made on the base branch; while the pull request is open, only a test of it."""

    @property
    def merged(self) -> bool:
        """Tell whether it was merged: the lists of GitHub say so by the time alone."""
        return self.merged_at is not None

    @property
    def from_fork(self) -> bool:
        """Tell whether its commits are in another repository."""
        return self.head_repository != self.base_repository


class Ancestry(Enum):
    """How a commit stands to a base; the value is GitHub's word."""

    AHEAD = "ahead"
    BEHIND = "behind"
    DIVERGED = "diverged"
    IDENTICAL = "identical"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The commits that a head has and a base has not."""

    ancestry: Ancestry
    merge_base_sha: str
    commits: tuple[str, ...]
    """The oldest first."""
    total: int
    """How many there are, whether GitHub listed them or not."""

    @property
    def complete(self) -> bool:
        """Tell whether every commit is listed."""
        return len(self.commits) == self.total


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a workflow."""

    id: int
    attempt: int
    workflow_path: str
    """The workflow's file, for example `.github/workflows/plan.yml`."""
    event: str
    status: str
    """`completed`, or how far it is."""
    conclusion: str | None
    """`success`, `failure` and others; None until it is completed."""
    head_sha: str
    head_branch: str | None
    head_repository: str | None
    """As `owner/name`; anybody's fork can have a run here with the same file and branch."""
    created_at: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """Files that a run left behind."""

    id: int
    name: str
    size: int
    """Bytes, packed."""
    expired: bool
    created_at: datetime | None
    """By GitHub's clock; None where GitHub does not tell."""
