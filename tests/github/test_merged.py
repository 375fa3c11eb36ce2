"""What was merged since the last apply, against the local GitHub."""

from dataclasses import replace

import pytest

from reconciler.errors import Rejected
from reconciler.github.client import GitHub
from reconciler.github.merged import (
    Line,
    Merged,
    MergedPull,
    applied_base,
    last_applied,
    merged_since,
    merged_with,
    plan_artifact,
)
from reconciler.live import Portal
from reconciler.plan import Plan
from tests.github.world import REPOSITORY, LocalGitHub, failing

APPLY = ".github/workflows/apply.yml"
LINE = Line(REPOSITORY, "main", APPLY)
PLAN = Plan(Portal(7, None, None, "2026-03", None), (), 0)


def succeeded(github: LocalGitHub, sha: str) -> str:
    """Let a run apply a commit."""
    github.finish_run(github.start_run("apply.yml", event="push", head_sha=sha))
    return sha


def test_a_workflow_that_never_ran_has_applied_nothing(github: LocalGitHub, client: GitHub) -> None:
    assert last_applied(client, LINE, github.branches["main"]) is None


def test_a_refusal_is_no_sign_that_nothing_was_applied(github: LocalGitHub, client: GitHub) -> None:
    github.trouble("GET", "/actions/workflows/apply.yml/runs", failing(422))
    with pytest.raises(Rejected):
        last_applied(client, LINE, github.branches["main"])


def test_the_newest_success_on_the_way_counts(github: LocalGitHub, client: GitHub) -> None:
    succeeded(github, github.branches["main"])
    second = succeeded(github, github.push("main"))
    assert last_applied(client, LINE, github.push("main")) == second
    assert last_applied(client, LINE, second) == second


def test_what_the_branch_was_moved_away_from_was_applied_but_is_no_base(github: LocalGitHub, client: GitHub) -> None:
    first = succeeded(github, github.branches["main"])
    aside = succeeded(github, github.commit(first))
    head = github.push("main")
    assert last_applied(client, LINE, head) == aside
    assert applied_base(client, LINE, head) is None


def test_after_the_branch_was_moved_the_base_is_not_known(github: LocalGitHub, client: GitHub) -> None:
    first = github.branches["main"]
    before, after = github.commit(first), github.push("main")
    assert merged_since(client, LINE, before, after, "x") == Merged(None, (), (after,))


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
    merged = Merged(None, (MergedPull(1, PLAN), MergedPull(2, other), MergedPull(3, None, "none")))
    found = merged.of_portal(7)
    assert found.plans == [PLAN]
    assert [pull.why for pull in found.pulls] == ["", "its plan was made for portal 8, not for 7", "none"]
    assert not found.is_reviewed


@pytest.mark.parametrize(
    ("merged", "is_reviewed"),
    [
        (Merged("base"), True),
        (Merged("base", (MergedPull(1, PLAN),)), True),
        (Merged("base", (MergedPull(1, None, "none"),)), False),
        (Merged("base", unreviewed=("sha",)), False),
        (Merged("base", gap="cut off"), False),
    ],
)
def test_whether_all_was_reviewed_is_known(merged: Merged, is_reviewed: object) -> None:
    assert merged.is_reviewed is is_reviewed


def test_each_environment_has_an_artifact_of_its_own() -> None:
    assert (plan_artifact(None), plan_artifact("staging")) == ("reconciler-plan-default", "reconciler-plan-staging")
