"""Any answer and any event of GitHub is read, or raises one of the errors that its reader declares."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from reconciler.connections import GitHubConnection, Secret
from reconciler.errors import AccessDenied, Rejected, Unavailable, UsageError
from reconciler.github import decoding
from reconciler.github.archive import file_in
from reconciler.github.associations import as_associated
from reconciler.github.client import GitHub
from reconciler.github.http import GitHubHttp, Query
from reconciler.github.records import Author, Issue
from reconciler.github.trigger import default_branch, trigger
from reconciler.json_values import Json, as_mapping
from reconciler.transport.exchange import MOST_BYTES, Response
from tests.fuzz import plain
from tests.fuzz.hubspot import response
from tests.github.forms import ARTIFACT, COMMENT, ISSUE, JOB, PULL, REVIEW, RUN, SHA
from tests.hubspot.clocks import Sleeper

_TOKEN = "ghs_0123456789"
_CONNECTION = GitHubConnection(Secret(_TOKEN), "http://127.0.0.1:1", "acme/events", proxy=None, ca_file=None)
_LAST_PAGE = Response(200, {}, b"[]", None)
_ISSUE = Issue(1, "x", "x", "open", Author("octocat", "User"))
EVENTS = ("pull_request", "pull_request_target", "merge_group", "push", "schedule", "workflow_dispatch", "", "issues")
CALLS: tuple[Callable[[GitHub], object], ...] = (
    lambda github: github.comments(1),
    lambda github: github.create_comment(1, "x", ()),
    lambda github: github.update_comment(1, "x"),
    lambda github: github.open_issues("x"),
    lambda github: github.create_issue("x", "x", "x", ()),
    lambda github: github.update_issue(_ISSUE),
    lambda github: github.pull_request(1),
    lambda github: github.pull_requests_of(SHA),
    lambda github: github.pull_requests_of_each([SHA, *(f"{number:040x}" for number in range(20))]),
    lambda github: github.compare(SHA, SHA),
    lambda github: github.ancestry(SHA, SHA),
    lambda github: list(github.runs_of_commit(SHA)),
    lambda github: github.jobs(1),
    lambda github: github.artifacts(1),
)


class _ScriptedHttp(GitHubHttp):
    """The whole client but for the network: the same answer to every request, and an empty list after the first."""

    def __init__(self, content: bytes) -> None:
        super().__init__(_CONNECTION, timeout=1e12, clock=Sleeper().clock)
        self._answer = self._api._read(response(content), "github.invalid", MOST_BYTES)

    def _send(self, method: str, path: str, query: Query | None = None, body: Json = None) -> Response:
        return self._answer if path.startswith(("/repos/", "/graphql")) else _LAST_PAGE


class _Scripted(GitHub):
    def __init__(self, content: bytes) -> None:
        self._http = _ScriptedHttp(content)
        self._repository = "acme/events"
        self._home = "/repos/acme/events"


def answer(content: bytes) -> None:
    """Answer every request of the client with one answer, written as HubSpot's are."""
    with _Scripted(content) as github:
        for call in CALLS:
            try:
                plain.check(call(github))
            except (AccessDenied, Rejected, Unavailable) as error:
                told = f"{error.message}{error.hint}"
                assert _TOKEN not in told, "the token is told"
                assert len(told) < 2000, "an error is longer than anybody reads"


def event(content: bytes) -> None:
    """Read the event that started a run, under each of the names of events in Actions."""
    payload = content.decode(errors="surrogateescape")
    reads: list[Callable[[str], object]] = [partial(trigger, name) for name in EVENTS]
    for read in (*reads, default_branch):
        try:
            plain.check(read(payload))
        except UsageError as error:
            assert len(f"{error.message}{error.hint}") < 1000, "an error is longer than anybody reads"


def archive(content: bytes) -> None:
    """Take a file out of an artifact."""
    with suppress(Rejected):
        found = file_in(content, "plan.json", 10_000)
        assert found is None or len(found) <= 10_000


ASSOCIATED = {
    "number": 1,
    "state": "MERGED",
    "isDraft": False,
    "mergedAt": "2027-01-01T00:00:00Z",
    "mergeCommit": {"oid": SHA},
    "headRefOid": SHA,
    "headRefName": "x",
    "headRepository": {"nameWithOwner": "acme/events"},
    "baseRefName": "main",
    "repository": {"nameWithOwner": "acme/events"},
}
QUERIED = {
    "repository": {
        "c0": {"oid": SHA, "associatedPullRequests": {"nodes": [ASSOCIATED], "pageInfo": {"hasNextPage": False}}}
    }
}
COMPARISON = {
    "status": "ahead",
    "merge_base_commit": {"sha": SHA},
    "commits": [{"sha": SHA}],
    "total_commits": 1,
}
BODIES: tuple[Json, ...] = (
    COMMENT,
    [{"id": 1, "body": None, "user": None}, {**COMMENT, "id": 2}],
    ISSUE,
    [ISSUE, {"pull_request": {}}],
    PULL,
    [PULL],
    COMPARISON,
    {"data": QUERIED},
    {"total_count": 1, "workflow_runs": [RUN]},
    {"total_count": 1, "jobs": [JOB]},
    {"total_count": 1, "artifacts": [ARTIFACT]},
)
DECODERS: tuple[tuple[Callable[[Json], object], Json], ...] = (
    (lambda body: decoding.as_comment(body, "it"), BODIES[0]),
    (lambda body: decoding.as_issue_or_none(body, "it"), BODIES[2]),
    (lambda body: decoding.as_pull_request(body, "it"), PULL),
    (lambda body: decoding.as_pull_review(body, "it"), REVIEW),
    (lambda body: decoding.as_comparison([as_mapping(body, "it")]), COMPARISON),
    (lambda body: decoding.as_ancestry(body, "it"), COMPARISON),
    (lambda body: as_associated(body, [SHA]), QUERIED),
    (lambda body: decoding.as_run(body, "it"), RUN),
    (lambda body: decoding.as_run_job(body, "it"), JOB),
    (lambda body: decoding.as_artifact(body, "it"), ARTIFACT),
)
"""The readers of bodies, each with one that it understands."""
PAYLOADS: Mapping[str, Any] = {
    "pull_request": {"action": "opened", "pull_request": PULL, "repository": {"default_branch": "main"}},
    "merge_group": {
        "merge_group": {
            "head_sha": SHA,
            "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-b",
            "base_sha": SHA,
            "base_ref": "refs/heads/main",
        }
    },
    "push": {
        "ref": "refs/heads/main",
        "before": "0" * 40,
        "after": SHA,
        "forced": False,
        "repository": {"default_branch": "main"},
    },
}


def answers() -> Iterator[bytes]:
    """Yield answers to begin with."""
    yield from (f"200\n\n{json.dumps(body)}".encode() for body in BODIES)
    heads = (
        '200\nLink: <http://127.0.0.1:1/repositories/1/issues?page=2>; rel="next"\n',
        "403\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1795334400\nDate: Sun, 22 Nov 2026 08:00:00 GMT\n",
        *(f"{status}\n" for status in (302, 401, 403, 404, 410, 422, 429, 500)),
    )
    errors = ["x", {"message": "y"}, {"field": "body", "code": "missing"}, _TOKEN]
    said = {"message": f"Validation of {_TOKEN} failed", "errors": errors}
    yield from (f"{head}\n{json.dumps([] if head.startswith('200') else said)}".encode() for head in heads)


def payloads() -> Iterator[bytes]:
    """Yield events to begin with."""
    yield from (json.dumps(payload).encode() for payload in PAYLOADS.values())


def archives() -> Iterator[bytes]:
    """Yield archives to begin with."""
    for packing in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", packing) as archive:
            archive.writestr("plan.json", '{"format_version": "1.0"}' * 9)
            archive.writestr("plan.txt", "x")
        yield content.getvalue()
