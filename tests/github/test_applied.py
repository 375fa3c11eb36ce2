"""The commit that was applied last, read from the local GitHub."""

import pytest

from reconciler.errors import Rejected
from reconciler.github.applied import CommitRange, Line, since_last_applied
from reconciler.github.client import GitHub
from tests.github.world import REPOSITORY, LocalGitHub, failing

LINE = Line(REPOSITORY, "main", ".github/workflows/apply.yml")


def succeeded(github: LocalGitHub, sha: str) -> str:
    """Finish a run that has applied a commit; return the commit."""
    github.finish_run(github.start_run("apply.yml", event="push", head_sha=sha))
    return sha


def applied_last(client: GitHub, head: str) -> str | None:
    commit_range = since_last_applied(client, LINE, head)
    return commit_range.since if isinstance(commit_range, CommitRange) else None


def test_a_workflow_that_never_ran_has_applied_nothing(github: LocalGitHub, client: GitHub) -> None:
    assert applied_last(client, github.branches["main"]) is None


def test_a_refusal_is_no_sign_that_nothing_was_applied(github: LocalGitHub, client: GitHub) -> None:
    github.trouble("GET", "/actions/workflows/apply.yml/runs", failing(422))
    with pytest.raises(Rejected):
        applied_last(client, github.branches["main"])


def test_the_newest_success_on_the_way_counts(github: LocalGitHub, client: GitHub) -> None:
    succeeded(github, github.branches["main"])
    second = succeeded(github, github.push("main"))
    assert applied_last(client, github.push("main")) == second
    assert applied_last(client, second) == second


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
