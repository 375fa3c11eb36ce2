"""Records of what GitHub returns; every text in them is untrusted."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class Author:
    """The author of a comment or an issue."""

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
    """An issue that is not a pull request."""

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
    """As `owner/name`; None if it was deleted."""
    base_ref: str
    base_repository: str
    state: str
    """`open` or `closed`."""
    draft: bool
    merged_at: datetime | None
    """None if it was not merged."""
    merge_commit_sha: str | None
    """The merge's commit on the base branch; while the pull request is open, only a test merge."""

    @property
    def merged(self) -> bool:
        """Whether it was merged; GitHub's lists show that by the time alone."""
        return self.merged_at is not None

    @property
    def from_fork(self) -> bool:
        """Whether its commits are in another repository."""
        return self.head_repository != self.base_repository


@dataclass(frozen=True, slots=True)
class PullReview:
    """A review of a pull request."""

    state: str
    """`APPROVED` and others."""
    author: Author
    commit: str | None
    """The last commit when it was written; None if that is gone."""
    submitted_at: datetime | None
    """None while it is pending."""


@dataclass(frozen=True, slots=True)
class BranchTip:
    """The last commit of a branch."""

    sha: str
    author: str
    """As `name <mail>`, which anybody can write."""
    committer: str
    message: str


class Ancestry(Enum):
    """How a commit relates to a base; the value is GitHub's word."""

    AHEAD = "ahead"
    BEHIND = "behind"
    DIVERGED = "diverged"
    IDENTICAL = "identical"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The commits that a head has and a base lacks."""

    ancestry: Ancestry
    merge_base_sha: str
    commits: tuple[str, ...]
    """Oldest first."""
    total: int
    """The number of commits, listed by GitHub or not."""

    @property
    def complete(self) -> bool:
        """Whether every commit is listed."""
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
    """`completed`, or a state before that."""
    conclusion: str | None
    """`success`, `failure` and others; None until it is completed."""
    head_sha: str
    head_branch: str | None
    head_repository: str | None
    """As `owner/name`; any fork can have a run here with the same file and branch."""
    created_at: str


@dataclass(frozen=True, slots=True)
class RunJob:
    """A job of one attempt of a run."""

    name: str
    conclusion: str | None
    """`success`, `failure` and others; None until it is completed."""
    steps: int | None
    """The number of its steps, which are known once it has begun; None if GitHub does not say."""
    runner: int | None
    """The id of the runner that took it; None or 0 for none."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """An archive of files that a run uploaded."""

    id: int
    name: str
    size: int
    """Bytes, compressed."""
    expired: bool
    created_at: datetime | None
    """By GitHub's clock; None if GitHub does not name it."""
