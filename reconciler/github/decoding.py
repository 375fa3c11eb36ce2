"""GitHub's JSON, decoded into records (REST API, version 2022-11-28).

Each function raises `Malformed` if the JSON does not match the API's description.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from reconciler.github.records import (
    Ancestry,
    Artifact,
    Author,
    BranchTip,
    Comment,
    Comparison,
    Issue,
    PullRequest,
    PullReview,
    Run,
    RunJob,
)
from reconciler.json_values import Json, Malformed, as_kind, as_list, as_mapping, optional

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NOBODY = Author("ghost", "User")
"""GitHub's account in place of deleted ones."""

_T = TypeVar("_T")


def each(read: Callable[[Json, str], _T], value: Json, path: str) -> list[_T]:
    """Read every item of a list."""
    return [read(item, f"{path}[{index}]") for index, item in enumerate(as_list(value, path))]


def as_comment(value: Json, path: str) -> Comment:
    """Read a comment."""
    item = as_mapping(value, path)
    return Comment(
        id=as_kind(int, item.get("id"), f"{path}.id"),
        body=optional(str, item.get("body"), f"{path}.body") or "",
        author=_author(item.get("user"), f"{path}.user"),
    )


def as_issue_or_none(value: Json, path: str) -> Issue | None:
    """Read an issue; None if it is a pull request, which GitHub lists among issues."""
    return None if as_mapping(value, path).get("pull_request") is not None else as_issue(value, path)


def as_issue(value: Json, path: str) -> Issue:
    """Read an issue."""
    item = as_mapping(value, path)
    return Issue(
        number=as_kind(int, item.get("number"), f"{path}.number"),
        title=as_kind(str, item.get("title"), f"{path}.title"),
        body=optional(str, item.get("body"), f"{path}.body") or "",
        state=as_kind(str, item.get("state"), f"{path}.state"),
        author=_author(item.get("user"), f"{path}.user"),
    )


def _author(value: Json, path: str) -> Author:
    if value is None:
        return _NOBODY
    item = as_mapping(value, path)
    return Author(as_kind(str, item.get("login"), f"{path}.login"), as_kind(str, item.get("type"), f"{path}.type"))


def as_pull_request(value: Json, path: str) -> PullRequest:
    """Read a pull request, alone or from a list."""
    item = as_mapping(value, path)
    head = as_mapping(item.get("head"), f"{path}.head")
    base = as_mapping(item.get("base"), f"{path}.base")
    home = _repository(base.get("repo"), f"{path}.base.repo")
    if home is None:
        raise Malformed(f"{path}.base.repo is missing")
    return PullRequest(
        number=as_kind(int, item.get("number"), f"{path}.number"),
        head_sha=as_sha(head.get("sha"), f"{path}.head.sha"),
        head_ref=as_kind(str, head.get("ref"), f"{path}.head.ref"),
        head_repository=_repository(head.get("repo"), f"{path}.head.repo"),
        base_ref=as_kind(str, base.get("ref"), f"{path}.base.ref"),
        base_repository=home,
        state=as_kind(str, item.get("state"), f"{path}.state"),
        draft=bool(optional(bool, item.get("draft"), f"{path}.draft")),
        merged_at=as_optional_time(item.get("merged_at"), f"{path}.merged_at"),
        merge_commit_sha=_optional_sha(item.get("merge_commit_sha"), f"{path}.merge_commit_sha"),
    )


def as_pull_review(value: Json, path: str) -> PullReview:
    """Read a review of a pull request."""
    item = as_mapping(value, path)
    return PullReview(
        state=as_kind(str, item.get("state"), f"{path}.state"),
        author=_author(item.get("user"), f"{path}.user"),
        commit=_optional_sha(item.get("commit_id"), f"{path}.commit_id"),
        submitted_at=as_optional_time(item.get("submitted_at"), f"{path}.submitted_at"),
    )


def as_permission(value: Json, path: str) -> str:
    """Read what an account may do in the repository: `admin`, `write`, `read` or `none`."""
    return as_kind(str, as_mapping(value, path).get("permission"), f"{path}.permission")


def as_comparison(pages: list[Mapping[str, Json]]) -> Comparison:
    """Read a comparison from its pages; only the commits go on after the first page."""
    first = pages[0]
    commits = [name for page in pages for name in each(_commit, page.get("commits"), "commits")]
    return Comparison(
        ancestry=as_ancestry(first, "the comparison"),
        merge_base_sha=_commit(first.get("merge_base_commit"), "merge_base_commit"),
        commits=tuple(commits),
        total=as_kind(int, first.get("total_commits"), "total_commits"),
    )


def as_ancestry(value: Json, path: str) -> Ancestry:
    """Read how a head relates to its base from a comparison."""
    try:
        return Ancestry(as_mapping(value, path).get("status"))
    except ValueError as error:
        raise Malformed("status has an unknown value") from error


def _commit(value: Json, path: str) -> str:
    return as_sha(as_mapping(value, path).get("sha"), f"{path}.sha")


def as_branch_tip(value: Json, path: str) -> BranchTip:
    """Read the last commit of a branch."""
    tip = as_mapping(as_mapping(value, path).get("commit"), f"{path}.commit")
    inner = f"{path}.commit.commit"
    commit = as_mapping(tip.get("commit"), inner)
    return BranchTip(
        sha=as_sha(tip.get("sha"), f"{path}.commit.sha"),
        author=_signature(commit.get("author"), f"{inner}.author"),
        committer=_signature(commit.get("committer"), f"{inner}.committer"),
        message=as_kind(str, commit.get("message"), f"{inner}.message"),
    )


def _signature(value: Json, path: str) -> str:
    item = as_mapping(value, path)
    return f"{as_kind(str, item.get('name'), f'{path}.name')} <{as_kind(str, item.get('email'), f'{path}.email')}>"


def as_run(value: Json, path: str) -> Run:
    """Read a run of a workflow."""
    item = as_mapping(value, path)
    return Run(
        id=as_kind(int, item.get("id"), f"{path}.id"),
        attempt=as_kind(int, item.get("run_attempt", 1), f"{path}.run_attempt"),
        # GitHub may append `@` with a branch to the file's name.
        workflow_path=as_kind(str, item.get("path"), f"{path}.path").partition("@")[0],
        event=as_kind(str, item.get("event"), f"{path}.event"),
        status=as_kind(str, item.get("status"), f"{path}.status"),
        conclusion=optional(str, item.get("conclusion"), f"{path}.conclusion"),
        head_sha=as_sha(item.get("head_sha"), f"{path}.head_sha"),
        head_branch=optional(str, item.get("head_branch"), f"{path}.head_branch"),
        head_repository=_repository(item.get("head_repository"), f"{path}.head_repository"),
        created_at=as_kind(str, item.get("created_at"), f"{path}.created_at"),
    )


def as_run_job(value: Json, path: str) -> RunJob:
    """Read a job of a run."""
    item = as_mapping(value, path)
    steps = item.get("steps")
    return RunJob(
        name=as_kind(str, item.get("name"), f"{path}.name"),
        conclusion=optional(str, item.get("conclusion"), f"{path}.conclusion"),
        steps=None if steps is None else len(each(as_mapping, steps, f"{path}.steps")),
        runner=optional(int, item.get("runner_id"), f"{path}.runner_id"),
    )


def as_artifact(value: Json, path: str) -> Artifact:
    """Read an artifact's description."""
    item = as_mapping(value, path)
    return Artifact(
        id=as_kind(int, item.get("id"), f"{path}.id"),
        name=as_kind(str, item.get("name"), f"{path}.name"),
        size=as_kind(int, item.get("size_in_bytes"), f"{path}.size_in_bytes"),
        expired=as_kind(bool, item.get("expired"), f"{path}.expired"),
        created_at=as_optional_time(item.get("created_at"), f"{path}.created_at"),
    )


def as_sha(value: Json, path: str) -> str:
    """Read a commit's hash."""
    sha = as_kind(str, value, path)
    if not _SHA.fullmatch(sha):
        raise Malformed(f"{path} is not the name of a commit")
    return sha


def _optional_sha(value: Json, path: str) -> str | None:
    return None if value is None else as_sha(value, path)


def as_optional_time(value: Json, path: str) -> datetime | None:
    """Read a time, which GitHub writes in ISO 8601 with an offset."""
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(as_kind(str, value, path))
    except ValueError as error:
        raise Malformed(f"{path} is not a time") from error
    if time.utcoffset() is None:
        raise Malformed(f"{path} is not a time with its offset")
    return time


def _repository(value: Json, path: str) -> str | None:
    return None if value is None else as_kind(str, as_mapping(value, path).get("full_name"), f"{path}.full_name")
