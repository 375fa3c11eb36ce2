"""The commits that were merged, read from the local GitHub."""

from dataclasses import replace

import pytest

from reconciler.github.applied import Line, between
from reconciler.github.client import MOST_COMMITS, GitHub
from reconciler.github.merged import MOST_PULLS, MergedPull, MergedWork, merged_in, merged_with
from reconciler.github.stored_plans import plan_artifact
from reconciler.planning.plan import Plan
from reconciler.portal import Portal
from reconciler.render.json import plan_json
from tests.github.world import REPOSITORY, LocalGitHub

APPLY = ".github/workflows/apply.yml"
LINE = Line(REPOSITORY, "main", APPLY)
PLAN = Plan(Portal(7, None, None, "2026-03", None), (), 0)


def test_after_the_branch_was_moved_the_base_is_not_known(github: LocalGitHub, client: GitHub) -> None:
    first = github.branches["main"]
    before, after = github.commit(first), github.push("main")
    assert merged_in(client, LINE, between(client, before, after), "x") == MergedWork(None, (), (after,))


def test_a_pull_request_into_another_branch_reviews_nothing_here(github: LocalGitHub, client: GitHub) -> None:
    base = github.branches["main"]
    number = github.open_pull("topic")
    head = github.merge(number)
    pull = github.pulls[number]
    assert merged_with(client, LINE, [head], "x").unreviewed == ()
    pull.base_ref = "release"
    assert merged_with(client, LINE, [head], "x").unreviewed == (head,)
    pull.base_ref, pull.merge_commit_sha = "main", base
    assert merged_with(client, LINE, [head], "x").unreviewed == (head,)


def test_a_plan_for_another_portal_does_not_count() -> None:
    other = replace(PLAN, portal=replace(PLAN.portal, id=8))
    merged = MergedWork(None, (MergedPull(1, PLAN), MergedPull(2, other), MergedPull(3, None, "none")))
    found = merged.of_portal(7)
    assert found.plans == [PLAN]
    assert [pull.why for pull in found.pulls] == ["", "its plan was made for portal 8, not for 7", "none"]
    assert not found.is_reviewed


@pytest.mark.parametrize(
    ("merged", "is_reviewed"),
    [
        (MergedWork("base"), True),
        (MergedWork("base", (MergedPull(1, PLAN),)), True),
        (MergedWork("base", (MergedPull(1, None, "none"),)), False),
        (MergedWork("base", unreviewed=("sha",)), False),
        (MergedWork("base", gap="cut off"), False),
    ],
)
def test_whether_all_was_reviewed_is_known(merged: MergedWork, is_reviewed: object) -> None:
    assert merged.is_reviewed is is_reviewed


def test_each_environment_has_an_artifact_of_its_own() -> None:
    assert (plan_artifact(None), plan_artifact("staging")) == ("reconciler-plan-default", "reconciler-plan-staging")


# Long backlogs


def backlog(github: LocalGitHub, pulls: int, commits: int) -> str:
    """Merge so many pull requests, each by this many new commits; return the commit before."""
    base = github.branches["main"]
    for number in range(pulls):
        opened = github.open_pull(f"topic-{number}")
        for _ in range(commits - 1):
            github.push(f"topic-{number}")
        github.rebase(opened)
    return base


def asked(github: LocalGitHub, path: str) -> int:
    return len([request for request in github.requests if request.path.startswith(path)])


def test_a_backlog_of_many_commits_takes_few_requests(github: LocalGitHub, client: GitHub) -> None:
    base = backlog(github, 100, 12)
    pushed = github.push("main")
    number = 37
    run = github.start_run("plan.yml", event="pull_request", head_sha=github.pulls[number].head_sha, head_branch="x")
    github.upload(run, f"{plan_artifact(None)}-{run}-1", {f"reconciler-plan-{number}.json": plan_json(PLAN).encode()})
    github.pulls[number].merged_at = "2028-01-01T00:00:00Z"
    commit_range = between(client, base, pushed)
    assert (len(commit_range.commits), commit_range.gap) == (1_201, "")
    found = merged_in(client, LINE, commit_range, plan_artifact(None))
    assert (found.base, found.unreviewed, found.gap) == (base, (pushed,), "")
    assert [pull.number for pull in found.pulls] == sorted(github.pulls)
    assert [(pull.number, pull.plan) for pull in found.pulls if pull.plan is not None] == [(number, PLAN)]
    assert (asked(github, "/compare"), asked(github, "/graphql"), asked(github, "/commits")) == (13, 25, 0)
    assert len(github.requests) - asked(github, "/graphql") == 13 + 100 + 2


def test_more_pull_requests_than_an_hours_requests_allow_are_counted_first(github: LocalGitHub, client: GitHub) -> None:
    base = backlog(github, MOST_PULLS + 1, 1)
    pushed = github.push("main")
    found = merged_in(client, LINE, between(client, base, pushed), "x")
    assert found == MergedWork(base, (), (pushed,), found.gap)
    assert found.gap == (
        "101 pull requests were merged since the last apply, and to read the plans of more than 100 "
        "takes more requests than GitHub allows in an hour"
    )
    assert not found.is_reviewed
    assert asked(github, "/actions") == 0


def test_where_it_is_unknown_what_was_merged_a_run_that_began_is_known(github: LocalGitHub, client: GitHub) -> None:
    base = github.branches["main"]
    commit_range = between(client, base, github.push("main"))
    assert commit_range.compared is not None
    cut = replace(commit_range, compared=replace(commit_range.compared, total=7), begun=True)
    assert merged_in(client, LINE, cut, "x") == MergedWork(base, gap=cut.gap, begun=True)
    assert not merged_in(client, LINE, replace(cut, begun=False), "x").begun


def test_more_commits_than_are_looked_through_are_told(github: LocalGitHub, client: GitHub) -> None:
    base = head = github.branches["main"]
    for _ in range(MOST_COMMITS + 1):
        head = github.commit(head)
    found = merged_in(client, LINE, between(client, base, head), "x")
    assert found.gap == (f"10,001 commits were merged since {base[:10]}, and no more than 10,000 are looked through")
    assert (found.base, len(github.requests)) == (base, 1)
