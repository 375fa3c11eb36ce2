"""`reconciler github apply`, as the workflow on the default branch runs it."""

import json
import os
import zipfile
from collections.abc import Callable
from html import unescape
from io import BytesIO
from pathlib import Path
from signal import SIGINT, SIGTERM
from time import sleep
from typing import Any

import httpx
import pytest

from reconciler.github.merged import MOST_PULLS
from tests.github.conftest import OpenWorkshop
from tests.github.runner_parser import possible_commands
from tests.github.test_plan_command import FAIR, HOSTILE, check_harmless
from tests.github.workshop import READING, SERVER, WRITING, Step, Workshop, as_a_process, event
from tests.github.world import ANSWER_LOST, REPOSITORY, TOKEN, Request, failing, primary_limit
from tests.hubspot.forwarding import Decide, Fate, Instead, Passing, Treatment, forwarding
from tests.story.world import live_json

ACTION_PATH = "/home/runner/work/_actions/acme/tool/v1/.github/actions/reconcile"
IN_THE_SECRET = (
    "the workflow takes the token from the secret HUBSPOT_WRITE_TOKEN, under Settings → Environments → hubspot"
)


def approved(shop: Workshop, name: str = "launch", **fields: str) -> int:
    """Propose an event, plan it, merge it."""
    number = shop.propose(name, **{name: event(name, **fields)})
    assert shop.plan(number).code == 0
    shop.merge(number)
    return number


def run_link(shop: Workshop) -> str:
    """Return the link to the first attempt of the last run."""
    run = max(shop.github.runs)
    return f"[run {run}, attempt 1](<{SERVER}/{REPOSITORY}/actions/runs/{run}/attempts/1>)"


def dispatch(shop: Workshop, *arguments: str, **environ: str) -> Step:
    return shop.apply(*arguments, event="workflow_dispatch", **environ)


# What was reviewed is applied


def test_a_merged_plan_is_applied_and_proven(shop: Workshop) -> None:
    number = approved(shop)
    step = shop.apply()
    assert (step.code, step.reason) == (0, ""), step.printed
    assert shop.names() == {"fair", "launch"}
    (comment,) = shop.comments(number)
    assert "✅ **Applied and verified.**" in comment
    page, _, runs = comment.partition("\n**Runs of `apply`:**\n\n")
    above, _, footer = page.rpartition("\n\n")
    assert step.summary.startswith(above)
    assert footer.startswith(f"About commit [{shop.github.pulls[number].head_sha[:10]}](")
    assert runs == f"- 2026-11-01 12:00 UTC, {run_link(shop)}: applied: 1 created, 0 updated, 0 deleted; verified\n"
    assert step.screen.out.endswith("Applied: 1 created, 0 updated, 0 deleted.\nVerified: 0 differences.\n")
    assert step.receipt["summary"]["created"] == 1
    assert step.outputs["to_create"] == "1"


def test_a_process_of_its_own_does_the_same(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(start=as_a_process)
    approved(shop)
    step = shop.apply()
    assert (step.code, step.reason, shop.names()) == (0, "", {"launch"})


@pytest.mark.parametrize("merge", [Workshop.merge, Workshop.squash])
def test_however_it_was_merged(shop: Workshop, merge: Callable[[Workshop, int], str]) -> None:
    number = shop.propose("launch", launch=event("launch"))
    shop.push_again(number, expo=event("expo"))
    shop.plan(number)
    merge(shop, number)
    assert shop.apply().code == 0
    assert shop.names() == {"fair", "launch", "expo"}


def test_while_it_runs_the_comment_says_so(shop: Workshop) -> None:
    number = approved(shop)
    shop.apply()
    (first, *_) = [one.body["body"] for one in shop.github.sent("PATCH")]
    assert "⏳ **Applying.**" in first
    assert len(shop.comments(number)) == 1


def test_a_run_that_was_replaced_leaves_nothing_undone(shop: Workshop) -> None:
    first = approved(shop, "launch")
    shop.replaced_apply()
    second = approved(shop, "expo")
    assert shop.apply().code == 0
    assert shop.names() == {"fair", "launch", "expo"}
    for number in (first, second):
        assert "Applied and verified" in shop.comments(number)[0]


def test_what_failed_is_made_up_for_by_the_next_run(shop: Workshop) -> None:
    approved(shop, "launch")
    assert shop.apply(HUBSPOT_ACCESS_TOKEN="wrong").reason == "access-denied"
    approved(shop, "expo")
    assert shop.apply().code == 0
    assert shop.names() == {"fair", "launch", "expo"}


def test_the_very_first_run_counts_what_its_push_merged(shop: Workshop) -> None:
    shop.github.runs.clear()
    approved(shop)
    assert shop.apply().code == 0
    assert shop.names() == {"fair", "launch"}


def test_where_the_very_first_run_failed_the_next_tells_what_is_left(shop: Workshop) -> None:
    shop.github.runs.clear()
    first = shop.propose("launch", launch=event("launch"))
    second = shop.propose("expo", expo=event("expo"))
    for number in (first, second):
        shop.plan(number)
    shop.applied_to = shop.merge(first)
    assert shop.apply(HUBSPOT_ACCESS_TOKEN="wrong").reason == "access-denied"
    shop.merge(second)
    step = shop.apply()
    assert (step.code, step.reason) == (6, "not-reviewed")
    assert shop.names() == {"fair", "expo"}
    assert "1 change not made" in shop.comments(second)[0]


@pytest.mark.parametrize(("kept", "reason"), [(True, "not-reviewed"), (False, "refused")])
def test_what_a_moved_branch_takes_back_is_told_and_is_no_drift(shop: Workshop, *, kept: bool, reason: str) -> None:
    before = shop.github.branches["main"]
    shop.push_to_main(fair=event("fair", eventName="Expo"))
    assert dispatch(shop, "--allow-unreviewed").code == 0
    if kept:
        shop.repository.git("branch", "kept", "main")
    else:
        shop.github.forget(shop.github.branches["main"])
    shop.repository.git("reset", "--quiet", "--hard", before)
    shop.repository.git("branch", "--quiet", "--force", "main", before)
    shop.push_to_main(fair="# as it was\n" + event("fair"))
    step = shop.apply()
    assert (step.code, step.reason) == (5, reason)
    assert shop.drift().code == 0
    assert not shop.github.issues
    assert shop.held("fair")["eventName"] == "Expo"
    assert dispatch(shop, "--allow-unreviewed").code == 0
    assert shop.held("fair")["eventName"] == "Fair"


def test_a_run_without_anything_to_change_needs_nobody(shop: Workshop) -> None:
    shop.push_to_main(fair="# a remark\n" + event("fair"))
    step = shop.apply()
    assert (step.code, step.reason, step.outputs["changes"]) == (0, "", "false")


def test_the_end_of_one_run_is_where_the_next_begins(shop: Workshop) -> None:
    first = approved(shop, "launch")
    shop.apply()
    body = shop.comments(first)
    approved(shop, "expo")
    assert shop.apply().code == 0
    assert shop.comments(first) == body


def test_the_first_run_by_hand_counts_the_pull_request_of_the_last_commit(shop: Workshop) -> None:
    shop.github.runs.clear()
    approved(shop)
    assert dispatch(shop).code == 0
    assert shop.names() == {"fair", "launch"}


# What was not reviewed is not applied


def not_reviewed(shop: Workshop, step: Step) -> None:
    assert (step.code, step.reason) == (5, "not-reviewed"), step.printed
    assert not shop.portal.writes()
    assert [one.properties["title"] for one in step.annotations("error")] == ["not reviewed"]


def test_a_commit_past_every_review_is_not_applied(shop: Workshop) -> None:
    shop.push_to_main(launch=event("launch"))
    step = shop.apply()
    not_reviewed(shop, step)
    (error,) = step.annotations("error")
    assert (error.properties["file"], error.properties["line"]) == ("events/launch.yaml", "1")
    assert "Commits without a pull request" in step.summary


def test_beside_one_what_was_reviewed_is_applied_and_the_job_fails(shop: Workshop) -> None:
    number = approved(shop, "expo")
    shop.push_to_main(launch=event("launch"))
    step = shop.apply()
    assert (step.code, step.reason) == (6, "not-reviewed")
    assert shop.names() == {"fair", "expo"}
    assert "1 change not made" in shop.comments(number)[0]


def test_somebody_can_allow_it_by_hand(shop: Workshop) -> None:
    shop.push_to_main(launch=event("launch"))
    shop.apply()
    step = dispatch(shop, "--allow-unreviewed")
    assert (step.code, step.reason) == (0, "")
    assert shop.names() == {"fair", "launch"}


def test_it_can_be_allowed_for_every_push(shop: Workshop) -> None:
    shop.push_to_main(launch=event("launch"))
    assert shop.apply("--allow-unreviewed").code == 0
    assert shop.names() == {"fair", "launch"}


def test_where_all_was_reviewed_a_push_is_allowed_no_more_than_that(shop: Workshop) -> None:
    approved(shop)
    shop.portal.edit(shop.held("fair"), eventName="Edited")
    assert shop.apply("--allow-unreviewed").code == 0
    assert shop.names() == {"fair", "launch"}
    assert shop.held("fair")["eventName"] == "Edited"


def test_drift_alone_is_left_and_no_failure(shop: Workshop) -> None:
    approved(shop)
    shop.portal.edit(shop.held("fair"), eventName="Edited")
    step = shop.apply()
    assert (step.code, step.reason) == (0, "")
    assert shop.held("fair")["eventName"] == "Edited"
    assert shop.names() == {"fair", "launch"}


def test_by_hand_drift_can_be_written_over(shop: Workshop) -> None:
    approved(shop)
    shop.apply()
    shop.portal.edit(shop.held("fair"), eventName="Edited")
    assert dispatch(shop).code == 0
    assert shop.held("fair")["eventName"] == "Edited"
    assert dispatch(shop, "--allow-unreviewed").code == 0
    assert shop.held("fair")["eventName"] == "Fair"


def test_a_run_that_does_not_tell_its_workflow_applies_nothing(shop: Workshop) -> None:
    approved(shop)
    step = shop.apply(GITHUB_WORKFLOW_REF="acme/events")
    assert (step.code, step.reason) == (64, "usage")
    assert "GITHUB_WORKFLOW_REF does not name a workflow's file" in step.screen.err
    assert not shop.portal.writes()


def test_what_moved_since_the_review_is_refused_and_told(shop: Workshop) -> None:
    number = shop.propose("change", fair=event("fair", eventType="EXPO"))
    shop.plan(number)
    shop.merge(number)
    shop.portal.edit(shop.held("fair"), eventType="EDITED")
    step = shop.apply()
    assert (step.code, step.reason) == (6, "plan-moved")
    assert shop.held("fair")["eventType"] == "EDITED"
    assert "What has changed since the review" in shop.comments(number)[0]
    assert "\n\nWhat to do now: runbook: plan-moved.\n\n" in shop.comments(number)[0]
    assert [one.properties["line"] for one in step.annotations("error")] == ["1"]


def test_only_the_plan_of_the_last_commit_counts(shop: Workshop) -> None:
    number = shop.propose("launch", launch=event("launch"))
    shop.plan(number)
    shop.push_again(number, expo=event("expo"))
    shop.merge(number)
    not_reviewed_at_all = shop.apply()
    assert (not_reviewed_at_all.code, not_reviewed_at_all.reason) == (5, "not-reviewed")
    assert shop.names() == {"fair"}
    assert "no plan was made for its last commit" in shop.comments(number)[0]


# When a plan was made


def proposed(shop: Workshop) -> int:
    """Propose a change to the one event, and plan it."""
    number = shop.propose("change", fair=event("fair", eventType="EXPO"))
    assert shop.plan(number).code == 0
    return number


def refused(shop: Workshop) -> int:
    """Merge a change to an event that somebody then edits in HubSpot, which apply does not overwrite."""
    number = proposed(shop)
    shop.merge(number)
    shop.portal.edit(shop.held("fair"), eventType="EDITED")
    shop.portal.writes()
    assert shop.apply().reason == "plan-moved"
    return number


@pytest.mark.parametrize(
    ("lists_earlier_attempts", "code", "reason", "said"),
    [
        (True, 6, "plan-moved", "**The review was of another plan**: a plan made after the merge shows something else"),
        (False, 5, "not-reviewed", "no plan was made for its last commit before the merge"),
    ],
)
def test_a_plan_made_after_the_merge_is_no_review(
    shop: Workshop, *, lists_earlier_attempts: bool, code: int, reason: str, said: str
) -> None:
    number = refused(shop)
    shop.github.lists_earlier_attempts = lists_earlier_attempts
    assert shop.plan_again(number).outputs["to_update"] == "1"
    step = shop.apply()
    assert (step.code, step.reason) == (code, reason), step.printed
    assert said in shop.comments(number)[0]
    assert not shop.portal.writes()
    assert shop.held("fair")["eventType"] == "EDITED"


def test_the_check_says_which_review_was_of_another_plan(shop: Workshop) -> None:
    number = refused(shop)
    shop.plan_again(number)
    (warning,) = shop.apply().annotations("warning")
    assert warning.properties == {"title": "another plan was reviewed"}
    assert warning.data.startswith(
        f"Pull request {number}: the review was of another plan: a plan made after the merge"
    )


def test_the_same_plan_made_after_the_merge_is_no_other_plan(shop: Workshop) -> None:
    number = proposed(shop)
    shop.merge(number)
    shop.plan_again(number)
    step = shop.apply()
    assert (step.code, step.annotations("warning")) == (0, [])
    assert "another plan" not in shop.comments(number)[0]
    assert shop.held("fair")["eventType"] == "EXPO"


def test_a_later_plan_that_cannot_be_read_says_nothing(shop: Workshop) -> None:
    number = refused(shop)
    shop.plan_again(number)
    shop.github.artifacts[max(shop.github.artifacts)].expired = True
    step = shop.apply()
    assert (step.reason, step.annotations("warning")) == ("plan-moved", [])


@pytest.mark.parametrize("older", [True, False])
def test_of_the_plans_made_before_the_merge_the_newest_counts(shop: Workshop, *, older: bool) -> None:
    number = proposed(shop)
    first = shop.planned[number]
    shop.plan(number)
    if older:
        shop.planned[number] = first
    shop.portal.edit(shop.held("fair"), eventType="EDITED")
    shop.plan_again(number)
    shop.merge(number)
    assert shop.apply().code == 0
    assert shop.held("fair")["eventType"] == "EXPO"


def test_a_plan_that_another_one_replaced_before_the_merge_does_not_count(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(live_json("fair", eventName="Fair", eventType="FAIR"), fair=event("fair", eventType="FAIR"))
    number = proposed(shop)
    shop.portal.edit(shop.held("fair"), eventType="EDITED")
    shop.plan_again(number)
    shop.merge(number)
    shop.portal.edit(shop.held("fair"), eventType="FAIR")
    shop.portal.writes()
    assert shop.apply().reason == "plan-moved"
    assert not shop.portal.writes()


def test_a_plan_counts_only_if_github_says_that_it_was_there_before_the_merge(shop: Workshop) -> None:
    number = approved(shop)
    (artifact,) = shop.github.artifacts.values()
    for time in (shop.github.pulls[number].merged_at, None):
        artifact.created_at = time
        not_reviewed(shop, shop.apply())
        assert "no plan was made for its last commit before the merge" in shop.comments(number)[0]


@pytest.mark.parametrize("name", ["{}", "{}-{run}", "{}-{run}-x", "{}-{run}-1-1", "{}-staging-{run}-1", "{}-{other}-1"])
def test_only_what_is_named_as_a_runs_own_plan_counts(shop: Workshop, name: str) -> None:
    approved(shop)
    (artifact,) = shop.github.artifacts.values()
    artifact.name = name.format("reconciler-plan-default", run=artifact.run, other=artifact.run + 1)
    not_reviewed(shop, shop.apply())


def test_a_merge_from_a_fork_has_no_plan(shop: Workshop) -> None:
    shop.repository.git("checkout", "--quiet", "-b", "fork")
    sha = shop.declare(launch=event("launch"))
    number = shop.github.open_pull("fork", repository="somebody/events", sha=sha)
    forged = shop.github.start_run(
        "plan.yml", event="pull_request", head_sha=sha, head_repository="somebody/events", head_branch="fork"
    )
    good = shop.propose("copy", launch=event("launch"))
    shop.keep(forged, Path(shop.plan(good).outputs["plan_path"]).rename(shop.folder / f"reconciler-plan-{number}.json"))
    shop.merge(number)
    not_reviewed(shop, shop.apply())
    assert "it came from a fork" in shop.comments(number)[0]


def test_what_a_forks_run_left_for_the_same_commit_does_not_count(shop: Workshop) -> None:
    number = approved(shop)
    for run in shop.github.runs.values():
        run.head_repository = "somebody/events"
    not_reviewed(shop, shop.apply())
    assert "no plan was made for its last commit" in shop.comments(number)[0]


def test_a_plan_for_another_environment_does_not_count(open_workshop: OpenWorkshop) -> None:
    settings = "portal: 7\nexternalAccountId: acme\nenvironments: {staging: {portal: 7}, live: {portal: 7}}\n"
    shop = open_workshop(settings=settings)
    number = shop.propose("launch", launch=event("launch"))
    shop.plan(number, "--env", "staging")
    shop.merge(number)
    assert shop.apply("--env", "live").reason == "not-reviewed"
    assert shop.apply("--env", "staging").code == 0
    assert len(shop.comments(number)) == 2


def test_an_older_commit_is_not_applied_over_a_newer_one(shop: Workshop) -> None:
    approved(shop, "launch")
    shop.apply()
    approved(shop, "expo")
    shop.apply()
    shop.portal.writes()
    step = shop.apply(at="main~1")
    assert (step.code, step.reason) == (0, "")
    assert "✅ **A later commit was applied, and this one with it**" in step.summary
    assert not shop.portal.writes()


def test_what_a_later_success_covers_needs_nothing_though_the_newest_run_failed(shop: Workshop) -> None:
    approved(shop, "launch")
    older = shop.github.branches["main"]
    approved(shop, "expo")
    shop.apply()
    approved(shop, "gala")
    shop.apply(HUBSPOT_ACCESS_TOKEN="revoked")
    assert (shop.apply(at=older).code, shop.names()) == (0, {"fair", "launch", "expo"})


@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "timed_out"])
def test_an_older_commit_is_not_applied_over_one_that_began(shop: Workshop, conclusion: str) -> None:
    approved(shop, "launch")
    older = shop.github.branches["main"]
    approved(shop, "expo")
    newer = shop.github.start_run("apply.yml", event="push", head_sha=shop.github.branches["main"])
    shop.github.finish_run(newer, conclusion)
    shop.github.job(newer, conclusion=conclusion)
    step = shop.apply(at=older)
    assert (step.code, step.reason) == (5, "refused")
    assert "was already applied, at least in part" in step.screen.err
    assert not shop.portal.writes()
    assert shop.apply().code == 0
    assert shop.names() == {"fair", "launch", "expo"}


@pytest.mark.parametrize("conclusion", ["failure", "cancelled"])
def test_a_later_run_that_was_never_approved_has_applied_nothing(shop: Workshop, conclusion: str) -> None:
    approved(shop, "launch")
    older = shop.github.branches["main"]
    approved(shop, "expo")
    newer = shop.github.start_run("apply.yml", event="push", head_sha=shop.github.branches["main"])
    shop.github.finish_run(newer, conclusion)
    shop.github.job(newer, "preview")
    shop.github.job(newer, conclusion=conclusion, began=False)
    assert shop.apply(at=older).code == 0
    assert shop.names() == {"fair", "launch"}


def test_a_run_that_was_skipped_began_nothing(shop: Workshop) -> None:
    approved(shop, "launch")
    older = shop.github.branches["main"]
    approved(shop, "expo")
    newer = shop.github.start_run("apply.yml", event="push", head_sha=shop.github.branches["main"])
    shop.github.finish_run(newer, "skipped")
    assert shop.apply(at=older).code == 0
    assert shop.names() == {"fair", "launch"}


def test_a_backlog_that_is_too_long_can_be_applied_by_hand(shop: Workshop) -> None:
    merged = shop.push_to_main(launch=event("launch"))
    for number in range(MOST_PULLS + 1):
        pull = shop.github.pulls[shop.github.open_pull(f"topic-{number}", sha=shop.applied_to)]
        pull.state, pull.merged_at, pull.merge_commit_sha, pull.landed = "closed", shop.github.now(), merged, {merged}
    step = shop.apply()
    assert (step.code, step.reason) == (5, "refused")
    assert "it is not known what was reviewed: 101 pull requests were merged since the last apply" in step.screen.err
    assert "start the workflow by hand with allow_unreviewed" in step.screen.err
    assert "101 pull requests were merged" in step.summary
    assert not shop.portal.writes()
    shop.github.requests.clear()
    assert dispatch(shop, "--allow-unreviewed").code == 0
    assert shop.names() == {"fair", "launch"}
    assert len(shop.github.requests) < 20


def test_an_hour_whose_requests_are_used_up_is_told_with_its_end(shop: Workshop) -> None:
    number = approved(shop)
    shop.github.trouble("GET", f"/actions/runs/{shop.planned[number].run_id}/artifacts", primary_limit(seconds=3000))
    step = shop.apply()
    assert (step.code, step.reason) == (7, "unavailable")
    assert (
        "GitHub's hourly limit of 1,000 requests is used up until 08:50 UTC (try again in 51 minutes" in step.screen.err
    )
    assert "is used up until 08:50 UTC" in unescape(step.summary)
    assert not shop.portal.writes()


def test_a_list_of_commits_that_was_cut_off_is_no_list(shop: Workshop) -> None:
    approved(shop)
    shop.github.listed_commits_at_most = 1
    step = shop.apply()
    assert (step.code, step.reason) == (5, "refused")
    assert "GitHub lists only 1 of the 2 commits" in step.screen.err
    assert not shop.portal.writes()
    assert dispatch(shop, "--allow-unreviewed").code == 0
    assert shop.names() == {"fair", "launch"}


def test_a_history_that_github_cannot_tell_is_refused(shop: Workshop) -> None:
    approved(shop)
    shop.github.runs.clear()
    shop.applied_to = "f" * 40
    step = shop.apply()
    assert (step.code, step.reason) == (5, "refused")
    assert "cannot compare commit ffffffffff with" in step.screen.err


# Poisoned plans


def bent(change: Callable[[Any], None]) -> Callable[[bytes], bytes]:
    def bend(plan: bytes) -> bytes:
        document = json.loads(plan)
        change(document)
        return json.dumps(document).encode()

    return bend


def archive(**files: bytes) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return packed.getvalue()


POISONED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "no JSON": lambda plan: plan[:-10],
    "no UTF-8": lambda plan: plan + b"\xff",
    "nested": lambda _: b"[" * 100_000,
    "another digest": bent(lambda plan: plan.update(digest="sha256:" + "0" * 64)),
    "another value": bent(lambda plan: plan["changes"][0]["fields"][0].update(after="Evil")),
    "another event": bent(lambda plan: plan["changes"][0]["identity"].update(external_event_id="evil")),
    "another portal": bent(lambda plan: plan["portal"].update(id=8)),
    "no changes": bent(lambda plan: plan.update(changes=[])),
    "another version": bent(lambda plan: plan.update(format_version="2.0")),
    "two keys": lambda plan: plan.replace(b'"digest"', b'"digest": "x", "digest"', 1).replace(b"Launch", b"Lunch"),
}


@pytest.mark.parametrize("kind", POISONED)
def test_a_poisoned_plan_can_only_refuse(shop: Workshop, kind: str) -> None:
    number = shop.propose("launch", launch=event("launch"))
    plan = Path(shop.plan(number).outputs["plan_path"]).read_bytes()
    shop.merge(number)
    for artifact in shop.github.artifacts.values():
        artifact.content = archive(**{f"reconciler-plan-{number}.json": POISONED[kind](plan)})
    not_reviewed(shop, shop.apply())
    assert shop.names() == {"fair"}
    assert "plan does not count" in shop.comments(number)[0]


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", archive(other=b"{}"), archive(**{"../reconciler-plan-1.json": b"{}"}), b"\0" * 1000],
    ids=["nothing", "broken", "other file", "path", "zeros"],
)
def test_a_poisoned_archive_can_only_refuse(shop: Workshop, content: bytes) -> None:
    number = approved(shop)
    for artifact in shop.github.artifacts.values():
        artifact.content = content
    not_reviewed(shop, shop.apply())
    assert "plan does not count" in shop.comments(number)[0]


def test_a_true_plan_of_something_else_approves_nothing_here(shop: Workshop) -> None:
    other = shop.propose("other", expo=event("expo"))
    plan = Path(shop.plan(other).outputs["plan_path"]).read_bytes()
    number = approved(shop)
    for artifact in shop.github.artifacts.values():
        artifact.content = archive(**{f"reconciler-plan-{number}.json": plan})
    not_reviewed(shop, shop.apply())


def test_a_plan_that_another_pull_request_was_shown_does_not_count(shop: Workshop) -> None:
    mine = shop.propose("launch", launch=event("launch"))
    shop.plan(mine)
    other = shop.github.open_pull("launch")  # from the same commit, to a branch that declares more
    shop.push_to_main(expo=event("expo"))
    shop.plan(other)
    shop.merge(mine)
    step = shop.apply()
    assert (step.code, step.reason) == (6, "not-reviewed")
    assert shop.names() == {"fair", "launch"}


def test_a_plan_for_the_merge_into_another_branch_does_not_count(shop: Workshop) -> None:
    shop.repository.git("branch", "release", "main")
    shop.github.push("release", shop.github.branches["main"])
    first = shop.propose("launch", launch=event("launch"))
    shop.github.pulls[first].base_ref = "release"
    shop.plan(first)
    shop.repository.git("checkout", "--quiet", "release")
    shop.repository.git("merge", "--quiet", "--no-ff", "--message=Merge", "launch")
    shop.github.merged(first, shop.repository.git("rev-parse", "HEAD"))
    second = shop.github.open_pull("release")
    shop.merge(second)
    not_reviewed(shop, shop.apply())
    assert "no plan was made for its last commit" in shop.comments(second)[0]


def test_a_plan_for_a_merge_that_is_not_among_the_commits_does_not_count(shop: Workshop) -> None:
    approved(shop)
    not_reviewed(shop, shop.apply(at="main^2"))


def test_a_plan_that_expired_or_is_gone_does_not_count(shop: Workshop) -> None:
    number = approved(shop)
    for artifact in shop.github.artifacts.values():
        artifact.expired = True
    not_reviewed(shop, shop.apply())
    assert "it has expired" in shop.comments(number)[0]


@pytest.mark.parametrize(
    "lie",
    [
        {"event": "push"},
        {"path": ".github/workflows/check.yml"},
        {"head_repository": "somebody/events"},
        {"head_sha": "0" * 40},
    ],
)
def test_a_plan_that_another_run_left_does_not_count(shop: Workshop, lie: dict[str, str]) -> None:
    number = approved(shop)
    kept = {artifact.run for artifact in shop.github.artifacts.values()}
    for name, value in lie.items():
        for run_id in kept:
            setattr(shop.github.runs[run_id], name, value)
    not_reviewed(shop, shop.apply())
    assert "no plan was made for its last commit" in shop.comments(number)[0]


# Runs of other workflows


@pytest.mark.parametrize(
    "lie",
    [
        {"path": ".github/workflows/other.yml"},
        {"head_repository": "somebody/events"},
        {"event": "pull_request"},
        {"head_branch": "other"},
        {"conclusion": "failure"},
    ],
)
def test_only_a_success_of_this_workflow_here_says_what_was_applied(shop: Workshop, lie: dict[str, str]) -> None:
    approved(shop)
    run = shop.github.runs[shop.github.start_run("apply.yml", event="push", head_sha=shop.github.branches["main"])]
    run.status, run.conclusion = "completed", "success"
    for name, value in lie.items():
        setattr(run, name, value)
    assert shop.apply().code == 0
    assert shop.names() == {"fair", "launch"}


# Where it is refused, fails or is stopped


@pytest.mark.parametrize(
    ("name", "environ"),
    [
        ("push", {"ref": "refs/heads/topic"}),
        ("pull_request", {}),
        ("schedule", {}),
        ("pull_request_target", {}),
    ],
)
def test_nothing_is_applied_on_other_events(shop: Workshop, name: str, environ: dict[str, str]) -> None:
    number = approved(shop)
    payload = json.loads(shop.github.push_event("main", None, shop.github.branches["main"])) | environ
    if name == "pull_request":
        payload = json.loads(shop.github.pull_request_event(number))
    step = shop.step(
        "apply",
        event=json.dumps(payload),
        GITHUB_EVENT_NAME=name,
        GITHUB_REF="refs/heads/main",
        HUBSPOT_ACCESS_TOKEN=WRITING,
    )
    assert (step.code, step.reason) == (64, "usage")
    assert not shop.portal.writes()


@pytest.mark.parametrize("ref", ["refs/heads/topic", "refs/tags/v1", "refs/tags/main", ""])
def test_by_hand_only_the_default_branch_is_applied(shop: Workshop, ref: str) -> None:
    approved(shop)
    step = dispatch(shop, GITHUB_REF=ref)
    assert (step.code, step.reason) == (64, "usage")
    assert not shop.portal.writes()


def test_a_run_by_hand_on_a_tag_with_the_name_of_the_branch_is_no_apply(shop: Workshop) -> None:
    """GitHub lists it as a run of that branch, so it must not end well."""
    approved(shop)
    dispatch(shop, GITHUB_REF="refs/tags/main")
    assert [run.conclusion for run in shop.github.runs.values() if run.event == "workflow_dispatch"] == ["failure"]
    assert shop.apply().code == 0
    assert shop.names() == {"fair", "launch"}


@pytest.mark.parametrize("payload", ["{}", '{"repository": {"default_branch": ""}}', "["])
def test_by_hand_without_knowing_the_default_branch_nothing_is_applied(shop: Workshop, payload: str) -> None:
    step = shop.step("apply", event=payload, GITHUB_EVENT_NAME="workflow_dispatch", GITHUB_REF="refs/heads/main")
    assert (step.code, step.reason) == (64, "usage")


def test_a_guard_refuses_and_the_pull_request_is_told(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(FAIR, settings="externalAccountId: acme\n", fair=event("fair", eventType="EDITED"))
    number = approved(shop)
    step = shop.apply()
    assert (step.code, step.reason) == (5, "refused")
    assert "⛔ **Refused, nothing was written**: the plan was not applied." in shop.comments(number)[0]
    assert "guard-portal" in [one.properties["title"] for one in step.annotations("error")]
    assert step.receipt["summary"]["not_attempted"] == 1
    assert not shop.portal.writes()


def test_invalid_declarations_are_told(shop: Workshop) -> None:
    shop.push_to_main(wrong="colour: red\n")
    step = shop.apply()
    assert (step.code, step.reason) == (3, "declarations-invalid")
    assert "unknown key 'colour'" in step.summary


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"HUBSPOT_ACCESS_TOKEN": "revoked"}, "access-denied"),
        ({"HUBSPOT_BASE_URL": "http://127.0.0.1:9"}, "unavailable"),
    ],
)
def test_a_run_that_fails_before_its_plan_is_told(shop: Workshop, environ: dict[str, str], reason: str) -> None:
    number = approved(shop)
    step = shop.apply("--timeout", "1", GITHUB_ACTION_PATH=ACTION_PATH, **environ)
    assert step.reason == reason
    (page,) = shop.comments(number)
    assert "❌ **Nothing was written to HubSpot**" in page
    assert f"About commit [{shop.github.pulls[number].head_sha[:10]}](" in page
    assert f"[runbook: {reason}](<https://github.example/acme/tool/blob/v1/docs/runbook.md#{reason}>)" in page
    assert step.summary.startswith(page.partition("\n\nAbout commit")[0])
    assert page.endswith(f"{run_link(shop)}: failed before anything was written: {reason}\n")


# No later run unsays what an earlier one said


def runs(comment: str) -> list[str]:
    """Return what each run did, as a comment lists them."""
    return [line.partition(">): ")[2] for line in comment.splitlines() if line.startswith("- 2026-11-01")]


def test_a_comment_lists_every_run(shop: Workshop) -> None:
    number = approved(shop)
    shop.apply(HUBSPOT_ACCESS_TOKEN="revoked", GITHUB_RUN_ID="7")
    shop.apply(**through(shop, refusing(b"{}")), GITHUB_RUN_ID="8")
    dispatch(shop, GITHUB_RUN_ID="9")
    dispatch(shop, GITHUB_RUN_ID="9", GITHUB_RUN_ATTEMPT="2")
    (comment,) = shop.comments(number)
    assert runs(comment) == [
        "failed before anything was written: access-denied",
        "nothing was applied",
        "applied: 1 created, 0 updated, 0 deleted; verified",
    ]


def test_a_run_that_is_repeated_says_what_the_first_one_did(shop: Workshop) -> None:
    number = approved(shop)
    shop.apply()
    newest = max(shop.github.runs)
    shop.github.run_again(newest)
    shop.apply(GITHUB_RUN_ATTEMPT="2")
    (comment,) = shop.comments(number)
    assert "✅ **Applied and verified**: nothing was left to do." in comment
    assert runs(comment) == [
        "applied: 1 created, 0 updated, 0 deleted; verified",
        "nothing was left to do; verified",
    ]


def test_a_plan_made_again_after_the_merge_keeps_the_list(shop: Workshop) -> None:
    number = approved(shop)
    shop.apply()
    shop.plan_again(number)
    assert runs(shop.comments(number)[0]) == ["applied: 1 created, 0 updated, 0 deleted; verified"]


def test_a_reviewed_change_of_an_event_that_is_gone_meanwhile_stays_in_its_comment(shop: Workshop) -> None:
    approved(shop, "expo")
    number = approved(shop, "fair", eventType="EXPO")
    shop.portal.remove(shop.held("fair"))
    assert shop.apply().reason == "plan-moved"
    (comment,) = shop.comments(number)
    assert "Applied and verified.**" not in comment
    assert "not the reviewed change" in comment
    assert runs(comment) == ["applied in part: 1 of 2 changes; verified"]


def test_a_reviewed_event_that_somebody_makes_meanwhile_stays_in_its_comment(shop: Workshop) -> None:
    number = approved(shop)
    approved(shop, "expo")
    shop.portal.make("launch", eventName="Made by somebody")
    assert shop.apply().reason == "plan-moved"
    assert "not the reviewed change" in shop.comments(number)[0]


def test_where_all_that_was_reviewed_is_gone_the_comment_says_so(shop: Workshop) -> None:
    number = approved(shop, "fair", eventType="EXPO")
    shop.portal.remove(shop.held("fair"))
    shop.apply()
    (comment,) = shop.comments(number)
    assert "What has changed since the review" in comment
    assert "No changes. HubSpot holds" not in comment


def test_the_fixed_lines_are_about_the_whole_run(shop: Workshop) -> None:
    first = approved(shop, "launch")
    shop.apply(HUBSPOT_ACCESS_TOKEN="revoked")
    approved(shop, "expo")
    step = shop.apply()
    (comment,) = shop.comments(first)
    assert "The whole run, which was for other pull requests too:\n\nPlan: 2 to create" in comment
    assert f"Digest: {step.outputs['digest']}" in comment


def test_each_pull_request_is_told_of_its_own_changes(shop: Workshop) -> None:
    first = approved(shop, "launch")
    shop.apply(HUBSPOT_ACCESS_TOKEN="revoked")
    second = approved(shop, "expo")
    assert shop.apply().code == 0
    assert "Expo" not in shop.comments(first)[0]
    assert "Launch" in shop.comments(first)[0]
    assert "Expo" in shop.comments(second)[0]


def test_a_github_that_could_not_tell_what_was_merged_is_told_once_it_answers(shop: Workshop) -> None:
    number = approved(shop)
    shop.github.trouble("GET", "/actions/workflows/*", failing(502), times=100)
    step = shop.apply("--timeout", "1")
    assert step.reason == "unavailable"
    (page,) = shop.comments(number)
    assert "❌ **Nothing was written to HubSpot**" in page


def test_where_github_answers_nothing_the_summary_alone_says_so(shop: Workshop) -> None:
    number = approved(shop)
    before = shop.comments(number)
    step = shop.apply("--timeout", "1", GITHUB_API_URL="http://127.0.0.1:9")
    assert (step.reason, shop.comments(number)) == ("unavailable", before)
    assert "❌ **Nothing was written to HubSpot**" in step.summary


def test_a_failure_is_not_told_on_pull_requests_where_no_comment_is_wanted(shop: Workshop) -> None:
    number = approved(shop)
    before = shop.comments(number)
    assert shop.apply("--no-comment", HUBSPOT_ACCESS_TOKEN="revoked").code == 4
    assert shop.comments(number) == before


def test_without_permission_to_read_runs_nothing_is_applied(shop: Workshop) -> None:
    approved(shop)
    token = shop.github.let("ghs_less", contents="read", pull_requests="write")
    step = shop.apply(GITHUB_TOKEN=token)
    assert (step.code, step.reason) == (4, "access-denied")
    assert "actions: read" in step.annotations("error")[0].data
    assert not shop.portal.writes()


def test_without_permission_to_comment_it_is_applied(shop: Workshop) -> None:
    number = approved(shop)
    token = shop.github.let("ghs_less", actions="read", contents="read", pull_requests="read")
    before = shop.comments(number)
    step = shop.apply(GITHUB_TOKEN=token)
    assert step.code == 0
    assert step.annotations("warning")
    assert shop.comments(number) == before


def test_no_comment_is_written_where_none_is_wanted(shop: Workshop) -> None:
    number = approved(shop)
    before = shop.comments(number)
    assert shop.apply("--no-comment").code == 0
    assert shop.comments(number) == before


def test_trouble_with_one_comment_is_none_with_the_next(shop: Workshop) -> None:
    first, second = approved(shop, "launch"), approved(shop, "expo")
    shop.github.trouble("GET", f"/issues/{first}/comments", failing(418), times=2)
    step = shop.apply()
    assert step.code == 0
    assert "Applied" in shop.comments(second)[0]
    assert "Planned" in shop.comments(first)[0]
    assert len(step.annotations("warning")) == 2


def test_a_lost_answer_of_github_makes_no_second_comment(shop: Workshop) -> None:
    number = approved(shop)
    shop.github.comments.clear()
    shop.github.trouble("POST", "/issues/*/comments", ANSWER_LOST)
    assert shop.apply().code == 0
    assert len(shop.comments(number)) == 1


def test_where_the_receipt_cannot_be_kept_nothing_is_written(shop: Workshop) -> None:
    approved(shop)
    step = shop.apply(RUNNER_TEMP="/nowhere")
    assert (step.code, step.reason) == (1, "error")
    assert not shop.portal.writes()


def test_a_token_that_may_only_read_applies_nothing(shop: Workshop) -> None:
    approved(shop)
    step = shop.apply(HUBSPOT_ACCESS_TOKEN=READING)
    assert (step.code, step.reason) == (4, "access-denied")
    assert shop.names() == {"fair"}
    assert IN_THE_SECRET in step.screen.err


@pytest.mark.parametrize("token", ["", "wrong", "two words"])
def test_a_token_that_does_not_do_is_named_by_its_secret(shop: Workshop, token: str) -> None:
    approved(shop)
    step = shop.apply(HUBSPOT_ACCESS_TOKEN=token)
    assert (step.code, step.reason) == (4, "access-denied")
    assert IN_THE_SECRET in step.annotations("error")[0].data


def through(shop: Workshop, decide: Decide) -> dict[str, str]:
    """Route the requests to HubSpot through something that may interfere."""
    return {"HUBSPOT_BASE_URL": shop.portal.through(forwarding(shop.portal.base_url, decide)).base_url}


def refusing(body: bytes) -> Decide:
    """Refuse every write, of one event or of many."""
    return lambda passing: (
        Instead(400, body) if passing.method == "POST" and "marketing-events" in passing.path else Fate.PASSED_ON
    )


def test_what_hubspot_refuses_is_told_at_the_line_of_its_field(shop: Workshop) -> None:
    number = approved(shop, eventType="WEBINAR")
    body = json.dumps({"message": "eventType is not among the options", "category": "VALIDATION_ERROR"}).encode()
    step = shop.apply(**through(shop, refusing(body)))
    assert (step.code, step.reason) == (6, "failed-in-part")
    (error,) = step.annotations("error")
    assert (error.properties["file"], error.properties["line"]) == ("events/launch.yaml", "16")
    assert "eventType is not among the options" in error.data
    assert "Not applied" in shop.comments(number)[0]


def test_where_hubspot_names_no_field_it_is_told_at_the_event(shop: Workshop) -> None:
    approved(shop, eventType="WEBINAR")
    step = shop.apply(**through(shop, refusing(b'{"message": "no"}')))
    assert [one.properties["line"] for one in step.annotations("error")] == ["1"]


@pytest.mark.parametrize(("number", "code"), [(SIGINT, 130), (SIGTERM, 143)])
def test_a_signal_ends_it_after_the_request_in_flight(shop: Workshop, number: int, code: int) -> None:
    def decide(passing: Passing) -> Treatment:
        if passing.path.endswith("/events/upsert"):
            os.kill(os.getpid(), number)
        return Fate.PASSED_ON

    pull = approved(shop)
    step = shop.apply(**through(shop, decide))
    assert (step.code, step.reason, step.outputs["exit_code"]) == (code, "interrupted", str(code))
    assert shop.names() == {"fair", "launch"}
    assert step.receipt["results"][0]["outcome"] == "done"
    assert step.receipt["verified"] is None
    assert "Applied, but not verified" in shop.comments(pull)[0]


def test_a_second_signal_while_the_comment_is_written_changes_no_outcome(shop: Workshop) -> None:
    pull = approved(shop)
    signals = Signals(lambda request: request.method == "PATCH" and "Applying" not in request.body["body"])
    shop.github.requests = signals
    step = shop.apply()
    assert signals.sent == 2
    assert (step.code, step.reason) == (0, "")
    assert step.receipt["summary"]["created"] == 1
    assert shop.comments(pull)


class Signals(list[Request]):
    """Sends two signals when a matching request comes."""

    def __init__(self, is_right: Callable[[Request], bool]) -> None:
        super().__init__()
        self.is_right = is_right
        self.sent = 0

    def append(self, request: Request) -> None:
        super().append(request)
        while self.is_right(request) and self.sent < 2:
            self.sent += 1
            os.kill(os.getpid(), SIGTERM)
            sleep(0.2)  # two signals at once are one


# Hostile texts


def test_hostile_names_act_nowhere(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(live_json("fair", eventName=HOSTILE), fair=event("fair"))
    number = approved(shop, "launch", eventName=json.dumps(HOSTILE))
    shop.push_to_main(expo=event("expo", eventName=json.dumps(HOSTILE)))
    step = shop.apply()
    assert (step.code, step.reason) == (6, "not-reviewed")
    check_harmless(step, shop.comments(number))


def test_hostile_answers_act_nowhere(shop: Workshop) -> None:
    number = approved(shop)
    body = {"message": f"{HOSTILE}\n::set-env name=A::b\x1b[2J\x9b\u202e", "category": "VALIDATION_ERROR"}
    fault = {"every": 1, "path": "*/marketing-events/*", "fault": {"status": 400, "body": body}}
    rules = [{"method": method, **fault} for method in ("POST", "PUT", "PATCH")]
    httpx.put(f"{shop.portal.base_url}/_sandbox/faults", json=rules).raise_for_status()
    step = shop.apply()
    assert (step.code, step.reason) == (6, "failed-in-part")
    assert "everyone" in step.screen.out
    check_harmless(step, shop.comments(number))


def test_no_token_is_told_anywhere_but_in_the_masks(shop: Workshop) -> None:
    number = approved(shop)
    step = shop.apply("--verbose")
    left = "\n".join(line for line in step.printed.splitlines() if not line.startswith("::add-mask::"))
    files = "".join(file.read_text() for file in step.temp.iterdir())
    for token in (WRITING, TOKEN):
        assert token not in left + files + "".join(shop.comments(number))
    assert REPOSITORY in step.summary
    assert possible_commands(step.printed)
