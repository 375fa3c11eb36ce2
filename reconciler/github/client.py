"""GitHub's REST API as methods: comments, issues, pull requests, commits, runs, artifacts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

from reconciler.connections import GitHubConnection
from reconciler.errors import AccessDenied, Rejected, Unavailable
from reconciler.github import associations, decoding
from reconciler.github.archive import file_in
from reconciler.github.http import MOST_PAGES, GitHubAnswer, GitHubHttp
from reconciler.github.records import (
    Ancestry,
    Artifact,
    BranchTip,
    Comment,
    Comparison,
    Issue,
    PullRequest,
    PullReview,
    Run,
    RunJob,
)
from reconciler.json_values import Json, Malformed, as_kind, as_mapping
from reconciler.transport.exchange import MOST_BYTES
from reconciler.transport.surroundings import Clock, Watch

_READ_PULLS = "pull-requests: read"
_READ_COMMENTS = "pull-requests: read (for an issue: issues: read)"
_WRITE_COMMENTS = "pull-requests: write (for an issue: issues: write)"
_READ_ISSUES = "issues: read"
_WRITE_ISSUES = "issues: write"
_READ_CONTENTS = "contents: read"
_READ_ACTIONS = "actions: read"
_READ_METADATA = "metadata: read"

MOST_COMMITS = 100 * MOST_PAGES
"""Maximum number of commits in a comparison; of more, only the first are read."""

_T = TypeVar("_T")


class GitHub:
    """A client for one repository on GitHub.

    Every method raises `AccessDenied` if the token or its permissions are not enough, `Rejected` if GitHub refuses the
    request, and `Unavailable` if GitHub cannot be reached in time or its answer does not match its description.
    """

    def __init__(
        self, connection: GitHubConnection, *, timeout: float, clock: Clock = Clock(), watch: Watch = Watch()
    ) -> None:
        """Prepare a client whose requests all end within `timeout` seconds from now."""
        self._http = GitHubHttp(connection, timeout=timeout, clock=clock, watch=watch)
        self._repository = connection.repository
        self._home = f"/repos/{connection.repository}"

    def __enter__(self) -> Self:
        """Return the client; leaving the block closes its connections."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._http.close()

    # Comments (REST API: issues/comments)

    def comments(self, number: int) -> tuple[Comment, ...]:
        """Return all comments on a pull request or an issue, oldest first."""
        return tuple(self._listed(decoding.as_comment, self._comments(number), {}, _READ_COMMENTS))

    def create_comment(self, number: int, body: str, before: Iterable[Comment]) -> Comment:
        """Comment on a pull request or an issue.

        `before` are the comments that were there. If GitHub's answer is lost, a new one with the same text is ours.
        """
        known = {comment.id for comment in before}

        def find_created() -> Comment | None:
            new = (comment for comment in self.comments(number) if comment.id not in known)
            return next((comment for comment in new if _same(comment.body, body)), None)

        return self._created(decoding.as_comment, self._comments(number), {"body": body}, _WRITE_COMMENTS, find_created)

    def update_comment(self, comment: int, body: str) -> Comment | None:
        """Replace a comment's text; return None if somebody deleted the comment."""
        answer = self._http.patch(f"{self._home}/issues/comments/{comment}", {"body": body}, _WRITE_COMMENTS)
        return _read_or_none(decoding.as_comment, answer)

    def _comments(self, number: int) -> str:
        return f"{self._home}/issues/{number}/comments"

    # Issues (REST API: issues/issues)

    def open_issues(self, label: str | None = None) -> tuple[Issue, ...]:
        """Return the open issues, or those with a label, newest first."""
        query = {"state": "open"} if label is None else {"state": "open", "labels": label}
        listed = self._listed(decoding.as_issue_or_none, f"{self._home}/issues", query, _READ_ISSUES)
        return tuple(issue for issue in listed if issue is not None)

    def create_issue(self, title: str, body: str, label: str, before: Iterable[Issue]) -> Issue:
        """Open an issue with a label.

        `before` are the open issues with that label that were there. If GitHub's answer is lost, a new one with the
        same title is ours.
        """
        known = {issue.number for issue in before}

        def find_created() -> Issue | None:
            new = (issue for issue in self.open_issues(label) if issue.number not in known)
            return next((issue for issue in new if _same(issue.title, title)), None)

        content = {"title": title, "body": body, "labels": [label]}
        return self._created(decoding.as_issue, f"{self._home}/issues", content, _WRITE_ISSUES, find_created)

    def update_issue(self, issue: Issue) -> Issue | None:
        """Set an issue's title, text and state to those of this record; return None if the issue is gone."""
        content = {"title": issue.title, "body": issue.body, "state": issue.state}
        answer = self._http.patch(f"{self._home}/issues/{issue.number}", content, _WRITE_ISSUES)
        return _read_or_none(decoding.as_issue, answer)

    # Pull requests (REST API: pulls/pulls, pulls/reviews, commits/commits)

    def pull_request(self, number: int) -> PullRequest | None:
        """Return a pull request; None if there is none with this number."""
        return _read_or_none(decoding.as_pull_request, self._http.get(f"{self._home}/pulls/{number}", _READ_PULLS))

    def reviews(self, number: int) -> tuple[PullReview, ...]:
        """Return the reviews of a pull request, oldest first."""
        path = f"{self._home}/pulls/{number}/reviews"
        return tuple(self._listed(decoding.as_pull_review, path, {}, _READ_PULLS))

    # People (REST API: collaborators/collaborators)

    def may_push(self, login: str) -> bool:
        """Return whether an account may push: only then does GitHub count its approval of a pull request."""
        path = f"{self._home}/collaborators/{_segment(login)}/permission"
        answer = self._http.get(path, _READ_METADATA)
        return answer.status != 404 and _read(decoding.as_permission, answer.body) in {"admin", "write"}

    def pull_requests_of(self, sha: str) -> tuple[PullRequest, ...]:
        """Return the pull requests that a commit belongs to.

        For a commit on the default branch this is the merged one that brought it; for any other, open and merged ones.
        """
        path = f"{self._home}/commits/{_segment(sha)}/pulls"
        return tuple(self._listed(decoding.as_pull_request, path, {}, _READ_PULLS))

    def pull_requests_of_each(self, commits: Sequence[str]) -> Mapping[str, tuple[PullRequest, ...]]:
        """Return for each commit what `pull_requests_of` returns; of many commits in few requests."""
        found: dict[str, associations.Associated] = dict.fromkeys(commits)
        if len(commits) > associations.FEW:
            for start in range(0, len(commits), associations.MOST_AT_ONCE):
                found |= self._associated(commits[start : start + associations.MOST_AT_ONCE])
        return {commit: self.pull_requests_of(commit) if pulls is None else pulls for commit, pulls in found.items()}

    def _associated(self, commits: Sequence[str]) -> Mapping[str, associations.Associated]:
        """Ask for the pull requests of some commits by a query; nothing is known if GitHub does not answer it.

        Then they are asked for one by one, so that no query that takes GitHub too long ends every run.
        """
        variables = associations.variables_of(self._repository, commits)
        with _as_described():
            try:
                data = self._http.query(associations.query_of(commits), variables, _READ_PULLS)
            except (AccessDenied, Rejected, Unavailable):
                return {}
            return associations.as_associated(data, commits)

    # Commits (REST API: commits/commits)

    def compare(self, base: str, head: str) -> Comparison | None:
        """Return the commits that `head` has and `base` lacks; None if GitHub lacks either, or a common root.

        A comparison that is not `complete` lacks commits, because GitHub did not list all of them.
        """
        path = f"{self._home}/compare/{_segment(base)}...{_segment(head)}"
        try:
            pages = list(self._pages_of_comparison(path))
        except Rejected as error:
            if error.status == 404:
                return None
            raise
        with _as_described():
            return decoding.as_comparison(pages)

    def _pages_of_comparison(self, path: str) -> Iterator[Mapping[str, Json]]:
        """Yield the pages of a comparison, or only the first of one with too many commits."""
        for page in islice(self._http.pages(path, {}, _READ_CONTENTS), MOST_PAGES):
            with _as_described():
                comparison = as_mapping(page, "the comparison")
                total = as_kind(int, comparison.get("total_commits"), "total_commits")
            yield comparison
            if total > MOST_COMMITS:
                return

    def ancestry(self, base: str, head: str) -> Ancestry | None:
        """Return how a commit relates to a base, in one request; None if GitHub lacks either, or a common root."""
        path = f"{self._home}/compare/{_segment(base)}...{_segment(head)}?per_page=1"
        answer = self._http.get(path, _READ_CONTENTS)
        return _read_or_none(decoding.as_ancestry, answer)

    # Branches (REST API: branches/branches)

    def branch_tip(self, branch: str) -> BranchTip | None:
        """Return the last commit of a branch; None if there is no such branch."""
        path = f"{self._home}/branches/{_segment(branch)}"
        return _read_or_none(decoding.as_branch_tip, self._http.get(path, _READ_CONTENTS))

    # Runs (REST API: actions/workflow-runs, actions/workflow-jobs, actions/artifacts)

    def runs_of_workflow(self, file: str, *, branch: str, status: str) -> Iterator[Run]:
        """Return a workflow's runs on a branch with a status or conclusion, newest first, at most 1,000.

        `file` is the name of the workflow's file, without its folder.
        """
        query = {"branch": branch, "status": status}
        path = f"{self._home}/actions/workflows/{_segment(file)}/runs"
        return self._listed(decoding.as_run, path, query, _READ_ACTIONS, key="workflow_runs")

    def runs_of_commit(self, sha: str) -> Iterator[Run]:
        """Return the runs for a commit, newest first; those for a fork's pull request can be among them."""
        path = f"{self._home}/actions/runs"
        return self._listed(decoding.as_run, path, {"head_sha": sha}, _READ_ACTIONS, key="workflow_runs")

    def jobs(self, run: int) -> tuple[RunJob, ...]:
        """Return the jobs of every attempt of a run; raise `Rejected` if there is no such run."""
        path = f"{self._home}/actions/runs/{run}/jobs"
        return tuple(self._listed(decoding.as_run_job, path, {"filter": "all"}, _READ_ACTIONS, key="jobs"))

    def artifacts(self, run: int) -> tuple[Artifact, ...]:
        """Return the artifacts of a run."""
        path = f"{self._home}/actions/runs/{run}/artifacts"
        return tuple(self._listed(decoding.as_artifact, path, {}, _READ_ACTIONS, key="artifacts"))

    def file_in(self, artifact: Artifact, name: str, most_bytes: int = MOST_BYTES) -> bytes | None:
        """Return a file of an artifact; None if GitHub deleted the artifact, or if it holds no such file."""
        path = f"{self._home}/actions/artifacts/{artifact.id}/zip"
        archive = self._http.download(path, _READ_ACTIONS, most_bytes)
        return None if archive is None else file_in(archive, name, most_bytes)

    def _listed(
        self,
        read: Callable[[Json, str], _T],
        path: str,
        query: Mapping[str, str],
        needs: str,
        *,
        key: str | None = None,
    ) -> Iterator[_T]:
        """Yield the items of a list, which stands under `key` of an object if there is one."""
        for page in self._http.pages(path, query, needs):
            with _as_described():
                items = page if key is None else as_mapping(page, "the answer").get(key)
                records = decoding.each(read, items, key or "the list")
            yield from records

    def _created(
        self,
        read: Callable[[Json, str], _T],
        path: str,
        content: Json,
        needs: str,
        find_created: Callable[[], _T | None],
    ) -> _T:
        answer = self._http.post(path, content, needs, find_created)
        return _read(read, answer.body) if isinstance(answer, GitHubAnswer) else answer


def _read(read: Callable[[Json, str], _T], value: Json) -> _T:
    with _as_described():
        return read(value, "the answer")


def _read_or_none(read: Callable[[Json, str], _T], answer: GitHubAnswer) -> _T | None:
    return None if answer.status == 404 else _read(read, answer.body)


@contextmanager
def _as_described() -> Iterator[None]:
    try:
        yield
    except Malformed as error:
        raise Unavailable(f"GitHub's answer does not match its API description: {error}") from error


def _same(one: str, other: str) -> bool:
    """Return whether two texts differ only in line ends and outer white space, which GitHub may change."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def _segment(text: str) -> str:
    return quote(text, safe="")
