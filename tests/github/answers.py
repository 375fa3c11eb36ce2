"""The local GitHub's answers, after GitHub's REST description, version 2022-11-28."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.github.graphql import associated, queried
from tests.github.world import (
    REPOSITORY,
    REPOSITORY_ID,
    Answer,
    Artifact,
    Comment,
    Exchange,
    Issue,
    Job,
    LocalGitHub,
    Request,
    Run,
    Token,
    listed_pull,
    whole_pull,
)

_NAMES = (f"/repos/{REPOSITORY}", f"/repositories/{REPOSITORY_ID}")
_LONGEST_BODY = 65_536
_MOST_RUNS = 1000
NOT_FOUND = Answer(404, {"message": "Not Found", "status": "404"})

Permissions = Sequence[tuple[str, str]]
"""Any one of them is enough."""


@dataclass(frozen=True)
class Asked:
    """A request that was admitted."""

    github: LocalGitHub
    request: Request
    token: Token
    words: tuple[str, ...]
    """The parts of the path that differ between requests."""

    @property
    def number(self) -> int:
        return int(self.words[0])


def answered(github: LocalGitHub, handler: BaseHTTPRequestHandler, body: bytes) -> Answer | None:
    """Answer a request; None if the connection is cut instead."""
    parts = urlsplit(handler.path)
    home = next((name for name in _NAMES if parts.path.startswith(f"{name}/")), None)
    path = parts.path if home is None else parts.path.removeprefix(home)
    headers = {name.lower(): value for name, value in handler.headers.items()}
    request = Request(handler.command, path, dict(parse_qsl(parts.query)), headers, json.loads(body) if body else None)
    github.requests.append(request)
    trouble = github.next_trouble(request)
    right = _routed(github, request, home) if trouble is None or trouble.done else None
    github.exchanges.append(Exchange(handler.path, request, right))
    return right if trouble is None else trouble.instead


def _routed(github: LocalGitHub, request: Request, home: str | None) -> Answer:
    is_query = home is None and (request.method, request.path) == ("POST", "/graphql")
    if home is None and not is_query:
        return NOT_FOUND
    if (refusal := _unfit(request)) is not None:
        return refusal
    token = github.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
    if token is None:
        return Answer(401, {"message": "Bad credentials", "status": "401"})
    if is_query:
        return queried(github, request, token)
    for method, pattern, needed, answer in ROUTES:
        found = re.fullmatch(pattern, request.path)
        if method == request.method and found:
            asked = Asked(github, request, token, tuple(unquote(word) for word in found.groups()))
            return answer(asked) if _may(asked, needed) else _forbidden(needed)
    return NOT_FOUND


def _unfit(request: Request) -> Answer | None:
    if "user-agent" not in request.headers:
        return Answer(403, {"message": "Request forbidden by administrative rules."})
    if request.headers.get("x-github-api-version") != "2022-11-28":
        return Answer(400, {"message": "The version of the API is not supported."})
    return None


def _may(asked: Asked, needed: Permissions) -> bool:
    is_plain_issue = asked.words[:1] and asked.words[0].isdigit() and int(asked.words[0]) in asked.github.issues
    usable = [(name, least) for name, least in needed if not (name == "pull_requests" and is_plain_issue)]
    had = {"metadata": "read", **asked.token.permissions}  # GitHub gives that to every token
    return any(had.get(name) == "write" or had.get(name) == least for name, least in usable)


def _forbidden(needed: Permissions) -> Answer:
    accepted = "; ".join(f"{name}={least}" for name, least in needed)
    body = {"message": "Resource not accessible by integration", "status": "403"}
    return Answer(403, body, {"x-accepted-github-permissions": accepted})


def _invalid(message: str, *errors: Mapping[str, str]) -> Answer:
    told = {"errors": list(errors)} if errors else {}
    return Answer(422, {"message": message, **told, "status": "422"})


# Pages


def _paged(asked: Asked, items: Sequence[Any], around: Callable[[list[Any]], Any] = lambda items: items) -> Answer:
    query = asked.request.query
    size = min(int(query.get("per_page", 30)), 100)
    page = max(int(query.get("page", 1)), 1)
    last = max(-(-len(items) // size), 1)
    targets = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    wanted = {"prev", "first"} if page > 1 else set()
    wanted |= {"next", "last"} if page < last else set()
    links = [f'<{_page_url(asked, number)}>; rel="{rel}"' for rel, number in targets.items() if rel in wanted]
    body = around(list(items[(page - 1) * size : page * size]))
    return Answer(200, body, {"link": ", ".join(links)} if links else {})


def _page_url(asked: Asked, page: int) -> str:
    query = urlencode({**asked.request.query, "page": page})
    # Here GitHub always names the repository by its number.
    return f"{asked.github.api_url}/repositories/{REPOSITORY_ID}{asked.request.path}?{query}"


# Comments and issues


def _comments(asked: Asked) -> Answer:
    if not _is_there(asked):
        return NOT_FOUND
    return _paged(asked, [_comment(one) for one in asked.github.comments.values() if one.issue == asked.number])


def _is_there(asked: Asked) -> bool:
    return asked.number in asked.github.issues or asked.number in asked.github.pulls


def _create_comment(asked: Asked) -> Answer:
    if not _is_there(asked):
        return NOT_FOUND
    if (refusal := _bad_body(asked)) is not None:
        return refusal
    comment_id = asked.github.comment(asked.number, asked.request.body["body"], asked.token.user)
    return Answer(201, _comment(asked.github.comments[comment_id]))


def _update_comment(asked: Asked) -> Answer:
    comment = asked.github.comments.get(asked.number)
    if comment is None:
        return NOT_FOUND
    if (refusal := _bad_body(asked)) is not None:
        return refusal
    comment.body = asked.request.body["body"]
    return Answer(200, _comment(comment))


def _bad_body(asked: Asked) -> Answer | None:
    body = asked.request.body.get("body")
    if not isinstance(body, str) or not body.strip():
        return _invalid("Validation Failed", {"resource": "IssueComment", "code": "missing_field", "field": "body"})
    if len(body) > _LONGEST_BODY:
        too_long = "body is too long (maximum is 65536 characters)"
        return _invalid("Validation Failed", {"resource": "IssueComment", "code": "custom", "message": too_long})
    return None


def _comment(comment: Comment) -> dict[str, Any]:
    user = None if comment.user is None else asdict(comment.user)
    return {"id": comment.id, "body": comment.body, "user": user}


def _issues(asked: Asked) -> Answer:
    query = asked.request.query
    labels = set(filter(None, query.get("labels", "").split(",")))
    state = query.get("state", "open")
    issues = [_issue(one) for one in asked.github.issues.values() if labels <= set(one.labels)]
    pulls = [] if labels else [_pull_as_issue(number) for number in asked.github.pulls]
    found = [one for one in issues + pulls if state in (one["state"], "all")]
    return _paged(asked, sorted(found, key=lambda one: -int(one["number"])))


def _pull_as_issue(number: int) -> dict[str, Any]:
    user = {"login": "octocat", "type": "User"}
    pull = {"url": f"https://api.github.com/repos/{REPOSITORY}/pulls/{number}"}
    return {"number": number, "title": "", "body": None, "state": "open", "user": user, "pull_request": pull}


def _create_issue(asked: Asked) -> Answer:
    told = asked.request.body
    if not told.get("title"):
        return _untitled()
    labels = told.get("labels", [])
    number = asked.github.open_issue(told["title"], *labels, body=told.get("body", ""), user=asked.token.user)
    return Answer(201, _issue(asked.github.issues[number]))


def _update_issue(asked: Asked) -> Answer:
    issue = asked.github.issues.get(asked.number)
    if issue is None:
        return NOT_FOUND
    told = asked.request.body
    if told.get("title") == "":
        return _untitled()
    for name in {"title", "body", "state"} & told.keys():
        setattr(issue, name, told[name])
    return Answer(200, _issue(issue))


def _untitled() -> Answer:
    return _invalid("Validation Failed", {"resource": "Issue", "code": "missing_field", "field": "title"})


def _issue(issue: Issue) -> dict[str, Any]:
    return {
        "number": issue.number,
        "title": issue.title,
        "body": issue.body or None,
        "state": issue.state,
        "user": asdict(issue.user),
        "labels": [{"name": name} for name in issue.labels],
    }


# Pull requests and commits


def _pull(asked: Asked) -> Answer:
    pull = asked.github.pulls.get(asked.number)
    return NOT_FOUND if pull is None else Answer(200, whole_pull(pull))


def _reviews(asked: Asked) -> Answer:
    pull = asked.github.pulls.get(asked.number)
    return NOT_FOUND if pull is None else _paged(asked, [asdict(review) for review in pull.reviews])


def _permission(asked: Asked) -> Answer:
    may = asked.github.may.get(asked.words[0])
    return NOT_FOUND if may is None else Answer(200, {"permission": may, "role_name": may})


def _pulls_of(asked: Asked) -> Answer:
    github, sha = asked.github, asked.words[0]
    if not github.has(sha):
        return _invalid(f"No commit found for SHA: {sha}")
    return _paged(asked, [listed_pull(pull) for pull in associated(github, sha)])


def _branch(asked: Asked) -> Answer:
    github, name = asked.github, asked.words[0]
    if name not in github.branches:
        return Answer(404, {"message": "Branch not found", "status": "404"})
    sha = github.branches[name]
    people = [{"name": person[0], "email": person[1]} for person in github.signatures(sha)]
    commit = {"author": people[0], "committer": people[1], "message": github.message(sha)}
    return Answer(200, {"name": name, "commit": {"sha": sha, "commit": commit}})


def _compared(asked: Asked) -> Answer:
    github = asked.github
    base, head = (github.branches.get(word, word) for word in asked.words)
    common = github.ancestors(base) & github.ancestors(head)
    if not common:
        return NOT_FOUND
    ahead, behind = github.between(base, head), github.between(head, base)
    root = max(common, key=lambda one: len(github.ancestors(one)))
    told = {
        "status": {(True, True): "diverged", (True, False): "ahead", (False, True): "behind"}.get(
            (bool(ahead), bool(behind)), "identical"
        ),
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "base_commit": {"sha": base},
        "merge_base_commit": {"sha": root},
    }
    listed = [{"sha": sha} for sha in ahead[: github.listed_commits_at_most]]
    return _paged(asked, listed, lambda commits: {**told, "commits": commits})


# Runs and artifacts


def _runs_of_workflow(asked: Asked) -> Answer:
    runs = [run for run in asked.github.runs.values() if run.path == f".github/workflows/{asked.words[0]}"]
    return _runs(asked, runs) if runs else NOT_FOUND


def _all_runs(asked: Asked) -> Answer:
    return _runs(asked, list(asked.github.runs.values()))


def _runs(asked: Asked, runs: list[Run]) -> Answer:
    query = asked.request.query
    fitting = [run for run in runs if all(query.get(name, value) in values for name, value, values in _filters(run))]
    newest = [_run(run) for run in sorted(fitting, key=lambda run: -run.id)][:_MOST_RUNS]
    return _paged(asked, newest, lambda page: {"total_count": len(newest), "workflow_runs": page})


def _filters(run: Run) -> list[tuple[str, str, set[str | None]]]:
    return [
        ("branch", run.head_branch, {run.head_branch}),
        ("status", run.status, {run.status, run.conclusion}),
        ("head_sha", run.head_sha, {run.head_sha}),
        ("event", run.event, {run.event}),
    ]


def _run(run: Run) -> dict[str, Any]:
    told = {name: value for name, value in asdict(run).items() if name not in {"attempt", "started_at"}}
    last = {"run_attempt": run.attempt, "run_started_at": run.started_at}
    return {**told, **last, "head_repository": {"full_name": run.head_repository}}


def _jobs(asked: Asked) -> Answer:
    run = asked.github.runs.get(asked.number)
    if run is None:
        return NOT_FOUND
    wanted = asked.request.query.get("filter", "latest")
    assert wanted in {"latest", "all"}
    of_run = [job for job in asked.github.jobs if job.run == run.id]
    found = [_job(job) for job in of_run if wanted == "all" or job.attempt == run.attempt]
    return _paged(asked, found, lambda page: {"total_count": len(found), "jobs": page})


def _job(job: Job) -> dict[str, Any]:
    steps = [{"name": f"Step {number}", "status": "completed", "number": number} for number in range(1, job.steps + 1)]
    told = {"run_id": job.run, "run_attempt": job.attempt, "name": job.name, "status": "completed"}
    return {**told, "conclusion": job.conclusion, "runner_id": job.runner, "steps": steps}


def _artifacts(asked: Asked) -> Answer:
    if asked.number not in asked.github.runs:
        return NOT_FOUND
    first = 1 if asked.github.lists_earlier_attempts else asked.github.runs[asked.number].attempt
    kept = asked.github.artifacts.values()
    found = [_artifact(one) for one in kept if one.run == asked.number and one.attempt >= first]
    return _paged(asked, found, lambda page: {"total_count": len(found), "artifacts": page})


def _artifact(artifact: Artifact) -> dict[str, Any]:
    told = {"id": artifact.id, "name": artifact.name, "expired": artifact.expired}
    return {**told, "size_in_bytes": len(artifact.content), "created_at": artifact.created_at}


def _download(asked: Asked) -> Answer:
    artifact = asked.github.artifacts.get(asked.number)
    if artifact is None:
        return NOT_FOUND
    if artifact.expired:
        return Answer(410, {"message": "Artifact has expired", "status": "410"})
    return Answer(302, None, {"location": asked.github.sign(artifact.id)})


_READ_COMMENTS = (("issues", "read"), ("pull_requests", "read"))
_WRITE_COMMENTS = (("issues", "write"), ("pull_requests", "write"))
_READ_ACTIONS = (("actions", "read"),)

ROUTES: list[tuple[str, str, Permissions, Callable[[Asked], Answer]]] = [
    ("GET", r"/issues/(\d+)/comments", _READ_COMMENTS, _comments),
    ("POST", r"/issues/(\d+)/comments", _WRITE_COMMENTS, _create_comment),
    ("PATCH", r"/issues/comments/(\d+)", _WRITE_COMMENTS, _update_comment),
    ("GET", r"/issues", (("issues", "read"),), _issues),
    ("POST", r"/issues", (("issues", "write"),), _create_issue),
    ("PATCH", r"/issues/(\d+)", (("issues", "write"),), _update_issue),
    ("GET", r"/pulls/(\d+)", (("pull_requests", "read"),), _pull),
    ("GET", r"/collaborators/([^/]+)/permission", (("metadata", "read"),), _permission),
    ("GET", r"/pulls/(\d+)/reviews", (("pull_requests", "read"),), _reviews),
    ("GET", r"/commits/([^/]+)/pulls", (("pull_requests", "read"),), _pulls_of),
    ("GET", r"/compare/([^/]+)\.\.\.([^/]+)", (("contents", "read"),), _compared),
    ("GET", r"/branches/([^/]+)", (("contents", "read"),), _branch),
    ("GET", r"/actions/workflows/([^/]+)/runs", _READ_ACTIONS, _runs_of_workflow),
    ("GET", r"/actions/runs", _READ_ACTIONS, _all_runs),
    ("GET", r"/actions/runs/(\d+)/jobs", _READ_ACTIONS, _jobs),
    ("GET", r"/actions/runs/(\d+)/artifacts", _READ_ACTIONS, _artifacts),
    ("GET", r"/actions/artifacts/(\d+)/zip", _READ_ACTIONS, _download),
]
