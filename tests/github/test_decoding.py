"""GitHub's JSON, valid and invalid."""

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.github import decoding
from reconciler.github.records import RunJob
from reconciler.json_values import Malformed
from tests.github.forms import ARTIFACT, BRANCH, COMMENT, ISSUE, JOB, PULL, REVIEW, RUN, SHA, SIDE, SIGNED_COMMIT

READERS: list[tuple[Callable[[Any, str], Any], dict[str, Any], set[str]]] = [
    (decoding.as_comment, COMMENT, {"body", "user"}),
    (decoding.as_issue, ISSUE, {"body", "user"}),
    (decoding.as_pull_request, PULL, {"draft", "merged_at", "merge_commit_sha"}),
    (decoding.as_pull_review, REVIEW, {"user", "commit_id", "submitted_at"}),
    (decoding.as_run, RUN, {"run_attempt", "conclusion", "head_branch", "head_repository"}),
    (decoding.as_run_job, {name: JOB[name] for name in JOB.keys() - {"steps"}}, {"conclusion", "runner_id"}),
    (decoding.as_artifact, ARTIFACT, {"created_at"}),
    (decoding.as_branch_tip, BRANCH, set()),
]


@pytest.mark.parametrize(
    ("read", "right", "key"), [(read, right, key) for read, right, _ in READERS for key in sorted(right)]
)
def test_a_value_of_a_wrong_kind_is_malformed_and_named(
    read: Callable[[Any, str], Any], right: dict[str, Any], key: str
) -> None:
    with pytest.raises(Malformed, match=rf"^it\.{key} is not "):
        read({**right, key: [7]}, "it")


@pytest.mark.parametrize(
    ("read", "right", "key", "optional"),
    [(read, right, key, key in optional) for read, right, optional in READERS for key in sorted(right)],
)
def test_only_what_github_leaves_out_may_be_missing(
    read: Callable[[Any, str], Any],
    right: dict[str, Any],
    key: str,
    optional: bool,  # noqa: FBT001  (pytest passes it by name)
) -> None:
    left = {name: value for name, value in right.items() if name != key}
    if optional:
        read(left, "it")
    else:
        with pytest.raises(Malformed, match=rf"^it\.{key} "):
            read(left, "it")


@pytest.mark.parametrize("read", [read for read, _, _ in READERS])
def test_what_is_no_object_is_malformed(read: Callable[[Any, str], Any]) -> None:
    with pytest.raises(Malformed, match="it is not an object"):
        read(["x"], "it")


def test_the_steps_of_a_job_are_counted() -> None:
    assert decoding.as_run_job(JOB, "it").steps == 1
    assert decoding.as_run_job({"name": "apply"}, "it") == RunJob("apply", None, None, None)
    with pytest.raises(Malformed, match=r"it\.steps\[0\] is not an object"):
        decoding.as_run_job({**JOB, "steps": ["x"]}, "it")


@pytest.mark.parametrize("key", ["author", "committer", "message"])
def test_who_made_the_last_commit_of_a_branch_is_always_known(key: str) -> None:
    for wrong in ({}, {key: None}, {key: {"name": "A"}}, {key: {"email": "a"}}, {key: [7]}):
        left = {name: value for name, value in SIGNED_COMMIT.items() if name != key} | wrong
        with pytest.raises(Malformed, match=rf"^it\.commit\.commit\.{key}"):
            decoding.as_branch_tip({"commit": {"sha": "a" * 40, "commit": left}}, "it")


def test_a_workflow_is_named_by_its_file_alone() -> None:
    assert decoding.as_run(RUN, "it").workflow_path == ".github/workflows/plan.yml"


@pytest.mark.parametrize("time", ["", "today", "2027-01-01", "2027-01-01T00:00:00", "2027-13-01T00:00:00Z"])
def test_a_time_without_its_place_in_time_is_none(time: str) -> None:
    with pytest.raises(Malformed, match=r"it\.merged_at is not a time"):
        decoding.as_pull_request({**PULL, "merged_at": time}, "it")


@pytest.mark.parametrize("time", ["2027-01-01T01:00:00+01:00", "2027-01-01T00:00:00.000Z"])
def test_a_time_is_the_same_however_it_is_written(time: str) -> None:
    assert decoding.as_pull_request({**PULL, "merged_at": time}, "it") == decoding.as_pull_request(PULL, "it")


@pytest.mark.parametrize("sha", ["", "main", "A" * 40, "a" * 39, f"{SHA}\n", f"{SHA}/../x"])
def test_the_name_of_a_commit_is_nothing_else(sha: str) -> None:
    with pytest.raises(Malformed, match="it is not the name of a commit"):
        decoding.as_sha(sha, "it")


def test_a_pull_request_always_has_a_repository_it_goes_to() -> None:
    with pytest.raises(Malformed, match=r"it\.base\.repo is missing"):
        decoding.as_pull_request({**PULL, "base": {**SIDE, "repo": None}}, "it")


def test_a_comparison_knows_four_ways_to_stand() -> None:
    page = {"status": "sideways", "total_commits": 0, "commits": [], "merge_base_commit": {"sha": SHA}}
    with pytest.raises(Malformed, match="status has an unknown value"):
        decoding.as_comparison([page])
    odd: tuple[object, ...] = ([], None)
    for status in odd:
        with pytest.raises(Malformed, match="status has an unknown value"):
            decoding.as_comparison([{**page, "status": status}])
