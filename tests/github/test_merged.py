"""The commits that were merged, read from the local GitHub."""

from dataclasses import replace

import pytest

from reconciler.github.applied import Line, between
from reconciler.github.client import GitHub
from reconciler.github.merged import MergedPull, MergedWork, merged_in, merged_with
from reconciler.github.stored_plans import plan_artifact
from reconciler.planning.plan import Plan
from reconciler.portal import Portal
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
