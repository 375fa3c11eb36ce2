"""The local GitHub's state: one repository, its pull requests, issues, runs and artifacts."""

import io
import json
import subprocess
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import sha1
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from reconciler.connections import GitHubConnection, Secret
from tests.hubspot.connecting import CERTIFICATE

REPOSITORY = "acme/events"
REPOSITORY_ID = 4711
TOKEN = "ghs_local"
EVERYTHING = {"actions": "read", "contents": "read", "issues": "write", "pull_requests": "write"}
ZERO = "0" * 40


@dataclass(frozen=True)
class User:
    login: str
    type: str = "User"


BOT = User("github-actions[bot]", "Bot")
SOMEBODY = User("octocat")
STRANGER = User("stranger")


@dataclass(frozen=True)
class Token:
    """A token's permissions, in GitHub's words with underscores, and the account that it writes as."""

    permissions: Mapping[str, str]
    user: User = BOT


@dataclass
class Comment:
    id: int
    issue: int
    body: str
    user: User | None


@dataclass
class Issue:
    number: int
    title: str
    body: str
    labels: list[str]
    user: User
    state: str = "open"


@dataclass(frozen=True)
class Review:
    id: int
    state: str
    commit_id: str
    submitted_at: str
    user: User


@dataclass
class Pull:
    number: int
    head_sha: str
    head_ref: str
    head_repository: str | None
    base_ref: str
    base_sha: str
    draft: bool = False
    state: str = "open"
    merged_at: str | None = None
    merge_commit_sha: str | None = None
    commits: set[str] = field(default_factory=set)
    reviews: list[Review] = field(default_factory=list)
    landed: set[str] = field(default_factory=set)
    """The commits on the base branch that the merge brought."""


@dataclass
class Run:
    id: int
    path: str
    event: str
    head_sha: str
    head_branch: str
    head_repository: str
    created_at: str
    status: str = "in_progress"
    conclusion: str | None = None
    attempt: int = 1
    started_at: str = ""
    """When its last attempt began; `created_at` stays that of the first."""


@dataclass
class Job:
    """A job of one attempt of a run, as GitHub lists it."""

    run: int
    attempt: int
    name: str
    conclusion: str | None = None
    runner: int | None = None
    steps: int = 0


@dataclass
class Artifact:
    id: int
    run: int
    attempt: int
    name: str
    content: bytes
    created_at: str | None
    expired: bool = False


@dataclass(frozen=True)
class Request:
    """One request as it came; `path` is without the repository and the query."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Exchange:
    """A request with its whole target, and the right answer to it; None if a test made another one up."""

    target: str
    request: Request
    answer: Answer | None


@dataclass(frozen=True)
class Trouble:
    """A fault of a request: another answer instead of the right one, or none at all."""

    instead: Answer | None = None
    done: bool = False
    """The request is carried out nonetheless."""


UNREACHED = Trouble()
ANSWER_LOST = Trouble(done=True)


def failing(status: int, *, done: bool = False) -> Trouble:
    return Trouble(Answer(status, {"message": "Server Error"}), done)


def primary_limit(*, seconds: int) -> Trouble:
    """The hour's requests are used up; they come back after this many seconds by GitHub's clock."""
    now = 1_800_000_000
    headers = {
        "date": "Fri, 15 Jan 2027 08:00:00 GMT",
        "x-ratelimit-limit": "1000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(now + seconds),
    }
    return Trouble(Answer(403, {"message": "API rate limit exceeded for installation."}, headers))


def secondary_limit(*, retry_after: int | None) -> Trouble:
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return Trouble(Answer(403, {"message": message}, headers))


class LocalGitHub:
    """The state of a repository, and the actions of everybody except the code under test."""

    def __init__(self, git: Path | None) -> None:
        self.git = git
        self.api_url = ""
        self.storage_url = ""
        self.default_branch = "main"
        self.tokens: dict[str, Token] = {TOKEN: Token(EVERYTHING)}
        self.graph: dict[str, tuple[str, ...]] = {}
        self.branches: dict[str, str] = {}
        self.pulls: dict[int, Pull] = {}
        self.issues: dict[int, Issue] = {}
        self.comments: dict[int, Comment] = {}
        self.runs: dict[int, Run] = {}
        self.artifacts: dict[int, Artifact] = {}
        self.jobs: list[Job] = []
        self.requests: list[Request] = []
        self.exchanges: list[Exchange] = []
        self.troubles: list[tuple[str, str, Trouble]] = []
        self.leaks: list[str] = []
        """Tokens that the store of artifacts received; it must receive none."""
        self.downloads: list[str] = []
        self.lists_earlier_attempts = True
        """Whether earlier attempts of a run are listed, which GitHub does not promise."""
        self.listed_commits_at_most: int | None = None
        """The number of commits after which GitHub cuts a comparison off."""
        self.without_merge_commit: set[int] = set()
        """The merged pull requests whose merge commit the GraphQL API does not name."""
        self.may: dict[str, str] = {SOMEBODY.login: "write", STRANGER.login: "read"}
        """What each account may do in the repository; GitHub knows no other."""
        self.lock = Lock()
        self.signed: dict[str, int] = {}
        self._numbers, self._ids, self._minutes = count(1), count(1001), count()

    def connection(self, token: str = TOKEN) -> GitHubConnection:
        """Return the connection to this GitHub."""
        return GitHubConnection(Secret(token), self.api_url, REPOSITORY, proxy=None, ca_file=str(CERTIFICATE))

    def let(self, token: str, user: User = BOT, **permissions: str) -> str:
        """Make a token that has these permissions alone; return it."""
        self.tokens[token] = Token(permissions, user)
        return token

    # Commits

    def commit(self, *parents: str) -> str:
        """Make a commit."""
        sha = sha1(f"{len(self.graph)} {parents}".encode(), usedforsecurity=False).hexdigest()
        self.graph[sha] = parents
        return sha

    def has(self, sha: str) -> bool:
        """Return whether it has a commit: one made here, or one of the git repository if there is one."""
        if sha not in self.graph and self.git is not None:
            command = ["git", "-C", str(self.git), "log", "--all", "--format=%H %P"]
            printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            self.graph |= {line.split()[0]: tuple(line.split()[1:]) for line in printed.splitlines()}
        return sha in self.graph

    def signatures(self, sha: str) -> list[list[str]]:
        """Return name and mail of a commit's author and of its committer."""
        told = self._shown(sha, "%an%n%ae%n%cn%n%ce") or "A\na@example\nC\nc@example"
        lines = told.splitlines()
        return [lines[:2], lines[2:]]

    def message(self, sha: str) -> str:
        """Return a commit's message."""
        return self._shown(sha, "%B") or "A commit"

    def _shown(self, sha: str, form: str) -> str:
        if self.git is None:
            return ""
        command = ["git", "-C", str(self.git), "show", "--no-patch", f"--format={form}", sha]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def forget(self, sha: str) -> None:
        """Forget a commit, unless a branch of the git repository still leads to it."""
        del self.graph[sha]

    def ancestors(self, sha: str) -> set[str]:
        """Return a commit with all its ancestors."""
        found, left = set[str](), [sha]
        while left:
            if (one := left.pop()) not in found and self.has(one):
                found.add(one)
                left += self.graph[one]
        return found

    def between(self, base: str, head: str) -> list[str]:
        """Return the commits that a head has and a base has not, the oldest first."""
        left = self.ancestors(head) - self.ancestors(base)
        above = {one: len(left & set(self.graph[one])) for one in left}
        children = defaultdict[str, list[str]](list)
        for one in left:
            for parent in set(self.graph[one]):
                children[parent].append(one)
        ordered: list[str] = []
        ready = sorted(one for one in left if not above[one])
        while ready:
            ordered += ready
            following = [child for one in ready for child in children[one]]
            for child in following:
                above[child] -= 1
            ready = sorted({child for child in following if not above[child]})
        return ordered

    def push(self, branch: str, sha: str | None = None) -> str:
        """Move a branch to a commit, or to a new one on top of it; open pull requests from it follow."""
        tip = self.branches.get(branch)
        sha = sha or self.commit(*([tip] if tip else []))
        self.branches[branch] = sha
        for pull in self.pulls.values():
            if pull.state == "open" and pull.head_ref == branch and pull.head_repository == REPOSITORY:
                self._follow(pull, sha)
        return sha

    def _follow(self, pull: Pull, sha: str) -> None:
        pull.head_sha = sha
        pull.commits |= set(self.between(self.branches[pull.base_ref], sha))

    # Pull requests and issues

    def open_pull(self, branch: str, *, base: str = "main", repository: str = REPOSITORY, sha: str = "") -> int:
        """Open a pull request from a branch, which a fork keeps for itself."""
        number = next(self._numbers)
        head = sha or (self.branches.get(branch) if repository == REPOSITORY else None)
        head = head or self.commit(self.branches[base])
        if repository == REPOSITORY:
            self.branches[branch] = head
        self.pulls[number] = pull = Pull(number, head, branch, repository, base, self.branches[base])
        self._follow(pull, head)
        return number

    def merge(self, number: int) -> str:
        """Merge a pull request by a merge commit."""
        pull = self.pulls[number]
        return self.merged(number, self.commit(self.branches[pull.base_ref], pull.head_sha))

    def squash(self, number: int) -> str:
        """Merge a pull request as one new commit."""
        return self.merged(number, self.commit(self.branches[self.pulls[number].base_ref]))

    def rebase(self, number: int) -> str:
        """Merge a pull request by new commits, one for each of its own."""
        pull = self.pulls[number]
        tip = self.branches[pull.base_ref]
        for _ in self.between(tip, pull.head_sha):
            tip = self.commit(tip)
        return self.merged(number, tip)

    def merged(self, number: int, sha: str) -> str:
        """Record that a pull request was merged, and its base branch moved to this commit."""
        pull = self.pulls[number]
        pull.landed = set(self.between(self.branches[pull.base_ref], sha))
        self.branches[pull.base_ref] = sha
        pull.state, pull.merged_at, pull.merge_commit_sha = "closed", self.now(), sha
        return sha

    def review(self, number: int, state: str = "APPROVED", commit: str = "", by: User = SOMEBODY) -> None:
        """Review a pull request as it is, or as it was at an older commit."""
        pull = self.pulls[number]
        pull.reviews.append(Review(next(self._ids), state, commit or pull.head_sha, self.now(), by))

    def close(self, number: int) -> None:
        """Close a pull request without merging it."""
        self.pulls[number].state = "closed"

    def open_issue(self, title: str, *labels: str, body: str = "", user: User = SOMEBODY) -> int:
        number = next(self._numbers)
        self.issues[number] = Issue(number, title, body, list(labels), user)
        return number

    def comment(self, number: int, body: str, user: User | None = SOMEBODY) -> int:
        """Comment on a pull request or an issue."""
        comment_id = next(self._ids)
        self.comments[comment_id] = Comment(comment_id, number, body, user)
        return comment_id

    def bodies(self, number: int) -> list[str]:
        """Return the texts of the comments on a pull request or an issue."""
        return [one.body for one in self.comments.values() if one.issue == number]

    # Runs

    def start_run(
        self,
        workflow: str,
        *,
        event: str,
        head_sha: str,
        head_branch: str = "main",
        head_repository: str = REPOSITORY,
    ) -> int:
        """Start a run of the workflow in `.github/workflows/<workflow>`."""
        run_id = next(self._ids)
        path = f".github/workflows/{workflow}"
        now = self.now()
        self.runs[run_id] = Run(run_id, path, event, head_sha, head_branch, head_repository, now, started_at=now)
        return run_id

    def run_again(self, run_id: int) -> None:
        """Start another attempt of a run, as the button on its page does."""
        run = self.runs[run_id]
        run.attempt, run.started_at, run.status, run.conclusion = run.attempt + 1, self.now(), "in_progress", None

    def finish_run(self, run_id: int, conclusion: str = "success") -> None:
        """End a run; a run that another one replaced ends with `cancelled`."""
        self.runs[run_id].status, self.runs[run_id].conclusion = "completed", conclusion

    def job(self, run_id: int, name: str = "apply", conclusion: str = "success", *, began: bool = True) -> Job:
        """Record a job of a run's last attempt; one that did not begin was given no runner and has no steps."""
        made = Job(run_id, self.runs[run_id].attempt, name, conclusion, *((7, 3) if began else (None, 0)))
        self.jobs.append(made)
        return made

    def upload(self, run_id: int, name: str, files: Mapping[str, bytes]) -> int:
        """Store files as an artifact of a run."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, content in files.items():
                archive.writestr(file, content)
        return self.upload_bytes(run_id, name, packed.getvalue())

    def upload_bytes(self, run_id: int, name: str, content: bytes) -> int:
        """Store bytes as the zip archive of an artifact, of a run's last attempt."""
        artifact_id, attempt = next(self._ids), self.runs[run_id].attempt
        beside = {one.name for one in self.artifacts.values() if (one.run, one.attempt) == (run_id, attempt)}
        assert name not in beside, "409 Conflict: an artifact with this name already exists on the workflow run"
        self.artifacts[artifact_id] = Artifact(artifact_id, run_id, attempt, name, content, self.now())
        return artifact_id

    # The events in GITHUB_EVENT_PATH

    def pull_request_event(self, number: int, action: str = "synchronize") -> str:
        told = {"action": action, "number": number, "pull_request": whole_pull(self.pulls[number])}
        return json.dumps({**told, "repository": self._itself})

    def push_event(self, branch: str, before: str | None, after: str) -> str:
        told = {"ref": f"refs/heads/{branch}", "before": before or ZERO, "after": after, "forced": False}
        return json.dumps({**told, "repository": self._itself})

    def merge_group_event(self, number: int, head_sha: str) -> str:
        base = self.pulls[number].base_ref
        ref = f"refs/heads/gh-readonly-queue/{base}/pr-{number}-{self.branches[base]}"
        told = {
            "head_sha": head_sha,
            "head_ref": ref,
            "base_sha": self.branches[base],
            "base_ref": f"refs/heads/{base}",
        }
        return json.dumps({"action": "checks_requested", "merge_group": told, "repository": self._itself})

    @property
    def _itself(self) -> dict[str, str]:
        """The repository, as every event names it."""
        return {"full_name": REPOSITORY, "default_branch": self.default_branch}

    # Faults, and the requests that came

    def trouble(self, method: str, path: str, trouble: Trouble, *, times: int = 1) -> None:
        """Make requests fail whose path within the repository fits the pattern."""
        self.troubles += [(method, path, trouble)] * times

    def next_trouble(self, request: Request) -> Trouble | None:
        for index, (method, path, trouble) in enumerate(self.troubles):
            if request.method == method and fnmatchcase(request.path, path):
                del self.troubles[index]
                return trouble
        return None

    def sent(self, method: str) -> list[Request]:
        """Return the requests with a method so far."""
        return [request for request in self.requests if request.method == method]

    def now(self) -> str:
        """Return a time a minute after the one before."""
        hours, minutes = divmod(next(self._minutes), 60)
        return f"2027-01-{1 + hours // 24:02}T{hours % 24:02}:{minutes:02}:00Z"

    def sign(self, artifact_id: int) -> str:
        """Return an address that opens an artifact for everybody who knows it."""
        key = uuid4().hex
        self.signed[key] = artifact_id
        return f"{self.storage_url}/{key}?sig=secret-{key}"


def whole_pull(pull: Pull) -> dict[str, Any]:
    """Write a pull request as an event and a direct read show it."""
    return {**listed_pull(pull), "merged": pull.merged_at is not None, "commits": len(pull.commits)}


def listed_pull(pull: Pull) -> dict[str, Any]:
    """Write a pull request as lists show it, which do not say `merged`."""
    fork = None if pull.head_repository is None else _repository(pull.head_repository)
    return {
        "number": pull.number,
        "state": pull.state,
        "draft": pull.draft,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_commit_sha,
        "head": {"sha": pull.head_sha, "ref": pull.head_ref, "repo": fork},
        "base": {"sha": pull.base_sha, "ref": pull.base_ref, "repo": _repository(REPOSITORY)},
    }


def _repository(name: str) -> dict[str, Any]:
    return {"id": REPOSITORY_ID if name == REPOSITORY else 4712, "full_name": name}
