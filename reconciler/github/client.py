"""What is read from GitHub and written to it: comments, issues, pull requests, commits, runs, artifacts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

from reconciler.connections import GitHubConnection
from reconciler.errors import Rejected, Unavailable
from reconciler.github import decoding
from reconciler.github.archive import file_in
from reconciler.github.http import MOST_PAGES, GitHubHttp, Got
from reconciler.github.records import Artifact, Comment, Comparison, Issue, PullRequest, Run
from reconciler.json_values import Json, Malformed, as_mapping
from reconciler.transport.exchange import MOST_BYTES
from reconciler.transport.surroundings import Clock, Watch

_READ_PULLS = "pull-requests: read"
_READ_COMMENTS = "pull-requests: read (for an issue: issues: read)"
_WRITE_COMMENTS = "pull-requests: write (for an issue: issues: write)"
_READ_ISSUES = "issues: read"
_WRITE_ISSUES = "issues: write"
_READ_CONTENTS = "contents: read"
_READ_ACTIONS = "actions: read"

_T = TypeVar("_T")


class GitHub:
    """One repository on GitHub.

    Every method raises `AccessDenied` where the token or its permissions do not do, `Rejected` where GitHub says no,
    and `Unavailable` where it cannot be reached in time or gives answers that it does not describe.
    """

    def __init__(
        self, connection: GitHubConnection, *, timeout: float, clock: Clock = Clock(), watch: Watch = Watch()
    ) -> None:
        """Prepare a client whose requests all end within `timeout` seconds from now."""
        self._http = GitHubHttp(connection, timeout=timeout, clock=clock, watch=watch)
        self._home = f"/repos/{connection.repository}"

    def __enter__(self) -> Self:
        """Give the client; leaving closes its connections."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        self._http.close()

    # Comments (REST API: issues/comments)

    def comments(self, number: int) -> tuple[Comment, ...]:
        """Give all comments on a pull request or an issue, the oldest first."""
        return tuple(self._listed(decoding.as_comment, self._comments(number), {}, _READ_COMMENTS))

    def create_comment(self, number: int, body: str, before: Iterable[Comment]) -> Comment:
        """Comment on a pull request or an issue.

        `before` are the comments that were there: where GitHub's answer is lost, a new one with the same text is ours.
        """
        known = {comment.id for comment in before}

        def sought() -> Comment | None:
            new = (one for one in self.comments(number) if one.id not in known)
            return next((one for one in new if _same(one.body, body)), None)

        return self._made(decoding.as_comment, self._comments(number), {"body": body}, _WRITE_COMMENTS, sought)

    def update_comment(self, comment: int, body: str) -> Comment | None:
        """Give a comment another text; None where somebody deleted it."""
        got = self._http.patch(f"{self._home}/issues/comments/{comment}", {"body": body}, _WRITE_COMMENTS)
        return _read_or_none(decoding.as_comment, got)

    def _comments(self, number: int) -> str:
        return f"{self._home}/issues/{number}/comments"

    # Issues (REST API: issues/issues)

    def open_issues(self, label: str) -> tuple[Issue, ...]:
        """Give the open issues with a label, the newest first."""
        query = {"state": "open", "labels": label}
        listed = self._listed(decoding.as_issue_or_none, f"{self._home}/issues", query, _READ_ISSUES)
        return tuple(issue for issue in listed if issue is not None)

    def create_issue(self, title: str, body: str, label: str, before: Iterable[Issue]) -> Issue:
        """Open an issue with a label.

        `before` are the open ones with that label that were there: where GitHub's answer is lost, a new one with the
        same title is ours.
        """
        known = {issue.number for issue in before}

        def sought() -> Issue | None:
            new = (one for one in self.open_issues(label) if one.number not in known)
            return next((one for one in new if _same(one.title, title)), None)

        content = {"title": title, "body": body, "labels": [label]}
        return self._made(decoding.as_issue, f"{self._home}/issues", content, _WRITE_ISSUES, sought)

    def update_issue(self, issue: Issue) -> Issue | None:
        """Make an issue's title, text and state what this record says; None where it is gone."""
        content = {"title": issue.title, "body": issue.body, "state": issue.state}
        got = self._http.patch(f"{self._home}/issues/{issue.number}", content, _WRITE_ISSUES)
        return _read_or_none(decoding.as_issue, got)

    # Pull requests (REST API: pulls/pulls, commits/commits)

    def pull_request(self, number: int) -> PullRequest | None:
        """Give a pull request; None where there is none with this number."""
        return _read_or_none(decoding.as_pull_request, self._http.get(f"{self._home}/pulls/{number}", _READ_PULLS))

    def pull_requests_of(self, sha: str) -> tuple[PullRequest, ...]:
        """Give the pull requests that a commit belongs to.

        Of a commit on the default branch that is the merged one that brought it; of any other, open and merged ones.
        """
        path = f"{self._home}/commits/{_segment(sha)}/pulls"
        return tuple(self._listed(decoding.as_pull_request, path, {}, _READ_PULLS))

    # Commits (REST API: commits/commits)

    def compare(self, base: str, head: str) -> Comparison | None:
        """Give the commits that a head has and a base has not; None where GitHub lacks either, or a common root.

        A comparison that is not `complete` lacks commits that GitHub does not list.
        """
        path = f"{self._home}/compare/{_segment(base)}...{_segment(head)}"
        try:
            pages = list(islice(self._http.pages(path, {}, _READ_CONTENTS), MOST_PAGES))
        except Rejected as error:
            if error.status == 404:
                return None
            raise
        with _as_described():
            return decoding.as_comparison([as_mapping(page, "the comparison") for page in pages])

    # Runs (REST API: actions/workflow-runs, actions/artifacts)

    def runs_of_workflow(self, file: str, *, branch: str, status: str) -> Iterator[Run]:
        """Give a workflow's runs on a branch with a status or conclusion, the newest first, 1,000 at most.

        `file` is the name of the workflow's file, without its folder.
        """
        query = {"branch": branch, "status": status}
        path = f"{self._home}/actions/workflows/{_segment(file)}/runs"
        return self._listed(decoding.as_run, path, query, _READ_ACTIONS, key="workflow_runs")

    def runs_of_commit(self, sha: str) -> Iterator[Run]:
        """Give the runs for a commit, the newest first; a fork's pull request can have some among them."""
        path = f"{self._home}/actions/runs"
        return self._listed(decoding.as_run, path, {"head_sha": sha}, _READ_ACTIONS, key="workflow_runs")

    def artifacts(self, run: int) -> tuple[Artifact, ...]:
        """Give what a run left behind."""
        path = f"{self._home}/actions/runs/{run}/artifacts"
        return tuple(self._listed(decoding.as_artifact, path, {}, _READ_ACTIONS, key="artifacts"))

    def file_in(self, artifact: Artifact, name: str, most_bytes: int = MOST_BYTES) -> bytes | None:
        """Give a file of an artifact; None where GitHub deleted the artifact, or where it holds no such file."""
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
        """Give the items of a list; some lists are under a key of an object."""
        for page in self._http.pages(path, query, needs):
            with _as_described():
                items = page if key is None else as_mapping(page, "the answer").get(key)
                found = decoding.each(read, items, key or "the list")
            yield from found

    def _made(
        self, read: Callable[[Json, str], _T], path: str, content: Json, needs: str, sought: Callable[[], _T | None]
    ) -> _T:
        got = self._http.post(path, content, needs, sought)
        return _read(read, got.body) if isinstance(got, Got) else got


def _read(read: Callable[[Json, str], _T], value: Json) -> _T:
    with _as_described():
        return read(value, "the answer")


def _read_or_none(read: Callable[[Json, str], _T], got: Got) -> _T | None:
    return None if got.status == 404 else _read(read, got.body)


@contextmanager
def _as_described() -> Iterator[None]:
    try:
        yield
    except Malformed as error:
        raise Unavailable(f"GitHub's answer is not as it describes them: {error}") from error


def _same(one: str, other: str) -> bool:
    """Tell whether GitHub made one text out of the other: it may change line ends and trim."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def _segment(text: str) -> str:
    return quote(text, safe="")
