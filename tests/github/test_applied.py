"""The commit that was applied last, read from the local GitHub."""

import pytest

from reconciler.errors import Refused, Rejected
from reconciler.github.applied import CommitRange, Covered, Line, applied_last, since_last_applied
from reconciler.github.client import GitHub
from tests.github.world import REPOSITORY, LocalGitHub, failing

LINE = Line(REPOSITORY, "main", ".github/workflows/apply.yml")


def succeeded(github: LocalGitHub, sha: str) -> str:
    """Finish a run that has applied a commit; return the commit."""
    github.finish_run(github.start_run("apply.yml", event="push", head_sha=sha))
    return sha


def found_last(client: GitHub, head: str) -> str | None:
    commit_range = since_last_applied(client, LINE, head)
    return commit_range.since if isinstance(commit_range, CommitRange) else None


def test_a_workflow_that_never_ran_has_applied_nothing(github: LocalGitHub, client: GitHub) -> None:
    assert found_last(client, github.branches["main"]) is None


def test_a_refusal_is_no_sign_that_nothing_was_applied(github: LocalGitHub, client: GitHub) -> None:
    github.trouble("GET", "/actions/workflows/apply.yml/runs", failing(422))
    with pytest.raises(Rejected):
        found_last(client, github.branches["main"])


def test_the_newest_success_on_the_way_counts(github: LocalGitHub, client: GitHub) -> None:
    succeeded(github, github.branches["main"])
    second = succeeded(github, github.push("main"))
    assert found_last(client, github.push("main")) == second
    assert found_last(client, second) == second


def test_what_came_after_it_is_told_with_it_and_asked_for_once(github: LocalGitHub, client: GitHub) -> None:
    first = succeeded(github, github.branches["main"])
    head = github.push("main")
    commit_range = since_last_applied(client, LINE, head)
    assert isinstance(commit_range, CommitRange)
    assert (commit_range.since, commit_range.base, commit_range.commits, commit_range.gap) == (
        first,
        first,
        (head,),
        "",
    )
    assert len([one for one in github.requests if one.path.startswith("/compare/")]) == 1


def test_what_the_branch_was_moved_away_from_was_applied_but_is_no_base(github: LocalGitHub, client: GitHub) -> None:
    first = succeeded(github, github.branches["main"])
    aside = succeeded(github, github.commit(first))
    commit_range = since_last_applied(client, LINE, github.push("main"))
    assert isinstance(commit_range, CommitRange)
    assert (commit_range.since, commit_range.base) == (aside, None)


def failed(github: LocalGitHub, sha: str, conclusion: str = "failure", *, began: bool = True) -> str:
    """Finish a run that has not applied a commit whole; return the commit."""
    run = github.start_run("apply.yml", event="push", head_sha=sha)
    github.finish_run(run, conclusion)
    github.job(run, conclusion=conclusion, began=began)
    return sha


def asked(github: LocalGitHub, about: str) -> int:
    return len([one for one in github.requests if about in one.path])


def test_of_runs_on_the_way_to_the_head_nothing_more_is_asked(github: LocalGitHub, client: GitHub) -> None:
    first = succeeded(github, github.branches["main"])
    for _ in range(20):
        failed(github, github.push("main"))
    assert found_last(client, github.branches["main"]) == first
    assert (asked(github, "/compare/"), asked(github, "/jobs")) == (1, 0)


def test_the_jobs_of_later_runs_are_asked_for_until_one_has_begun(github: LocalGitHub, client: GitHub) -> None:
    head = succeeded(github, github.branches["main"])
    later = github.push("main")
    for began in (False, True, False, False):
        failed(github, later, "cancelled", began=began)
    with pytest.raises(Refused, match=f"commit {later[:10]}, which comes after {head[:10]}, was already applied"):
        found_last(client, head)
    assert asked(github, "/jobs") == 3
    assert asked(github, f"/compare/{later}") == 1


def test_a_run_that_did_not_begin_hides_none_that_did(github: LocalGitHub, client: GitHub) -> None:
    """Two runs of one commit can end in the same way, and only one of them may have written."""
    head = succeeded(github, github.branches["main"])
    later = github.push("main")
    for began in (True, False):
        failed(github, later, began=began)
    with pytest.raises(Refused):
        found_last(client, head)


def test_where_no_success_is_known_a_later_run_that_began_counts_too(github: LocalGitHub, client: GitHub) -> None:
    head = github.branches["main"]
    failed(github, github.push("main"), began=False)
    assert found_last(client, head) is None
    failed(github, github.push("main"))
    with pytest.raises(Refused):
        found_last(client, head)


def test_a_run_beside_the_branch_is_no_later_one(github: LocalGitHub, client: GitHub) -> None:
    """Such as a run by hand on a tag that has the branch's name: GitHub names only the name."""
    head = succeeded(github, github.branches["main"])
    failed(github, github.commit(head))
    assert isinstance(since_last_applied(client, LINE, github.push("main")), CommitRange)


def test_a_later_success_covers_a_run_that_began(github: LocalGitHub, client: GitHub) -> None:
    head = succeeded(github, github.branches["main"])
    later = succeeded(github, github.push("main"))
    failed(github, github.push("main"))
    assert since_last_applied(client, LINE, head) == Covered(later)


def test_a_success_beside_the_branch_covers_nothing(github: LocalGitHub, client: GitHub) -> None:
    """Such as one of a tag that has the branch's name, by a workflow of whoever pushed it."""
    succeeded(github, github.branches["main"])
    head = github.push("main")
    succeeded(github, github.commit(head))
    commit_range = since_last_applied(client, LINE, head)
    assert isinstance(commit_range, CommitRange)
    assert (commit_range.base, commit_range.commits) == (None, ())


def test_a_branch_that_was_moved_back_is_not_covered(github: LocalGitHub, client: GitHub) -> None:
    first = succeeded(github, github.branches["main"])
    succeeded(github, github.push("main"))
    github.push("main", first)
    commit_range = since_last_applied(client, LINE, first)
    assert isinstance(commit_range, CommitRange)
    assert (commit_range.base, commit_range.commits) == (None, ())


@pytest.mark.parametrize("conclusion", ["skipped", "action_required", "neutral", "startup_failure", "stale"])
def test_a_run_that_did_nothing_is_not_the_last_apply(github: LocalGitHub, client: GitHub, conclusion: str) -> None:
    first = succeeded(github, github.branches["main"])
    github.finish_run(github.start_run("apply.yml", event="push", head_sha=github.push("main")), conclusion)
    assert applied_last(client, LINE) == first
    assert found_last(client, github.branches["main"]) == first
    assert asked(github, "/jobs") == 0


def test_the_last_apply_is_found_in_one_request(github: LocalGitHub, client: GitHub) -> None:
    first = succeeded(github, github.branches["main"])
    failed(github, github.push("main"))
    assert applied_last(client, LINE) == first
    assert len(github.requests) == 1


def test_a_success_before_a_hundred_failures_is_found_by_itself(github: LocalGitHub, client: GitHub) -> None:
    first = succeeded(github, github.branches["main"])
    for _ in range(150):
        failed(github, github.push("main"))
    assert applied_last(client, LINE) == first
    github.requests.clear()
    commit_range = since_last_applied(client, LINE, github.branches["main"])
    assert isinstance(commit_range, CommitRange)
    assert (commit_range.base, len(commit_range.commits)) == (first, 150)
    assert [request.query.get("status") for request in github.requests] == ["completed", "success", None, None]


def test_where_all_runs_are_listed_no_other_success_is_asked_for(github: LocalGitHub, client: GitHub) -> None:
    for _ in range(99):
        failed(github, github.branches["main"])
    assert applied_last(client, LINE) is None
    assert len(github.requests) == 1


def test_a_success_among_the_newest_runs_is_not_asked_for_again(github: LocalGitHub, client: GitHub) -> None:
    for _ in range(120):
        failed(github, github.branches["main"])
    second = succeeded(github, github.push("main"))
    assert applied_last(client, LINE) == second
    assert len(github.requests) == 1
