"""The two jobs of apply.yml: the first shows what the second does, once somebody has approved it."""

import json
from pathlib import Path

import pytest

from tests.github.conftest import OpenWorkshop
from tests.github.test_apply_command import approved
from tests.github.workshop import SETTINGS, Step, Workshop, event
from tests.story.world import live_json

OF_ANOTHER_APP = "sandbox-2002-read"
"""A token that may read, of an app that made none of the events."""


def edit(shop: Workshop, **fields: str) -> None:
    """Edit the fair in HubSpot, as a person does there."""
    shop.portal.edit(shop.held("fair"), **fields)
    shop.portal.writes()  # this one is not ours


def check_waits(step: Step) -> None:
    assert (step.code, step.reason, step.outputs["to_apply"]) == (0, "", "true"), step.printed


def check_over(shop: Workshop, step: Step) -> None:
    """Check that the run ended with its first job."""
    assert (step.code, step.reason, step.outputs["to_apply"]) == (0, "", "false"), step.printed
    assert "plan_path" not in step.outputs
    assert not shop.portal.writes()


# What is shown before the approval


def test_what_waits_for_approval_is_shown_where_people_look(shop: Workshop) -> None:
    number = approved(shop)
    step = shop.preview(shop.begin_apply())
    check_waits(step)
    (comment,) = shop.comments(number)
    for page in (comment, step.summary):
        assert "### Marketing events about to be applied" in page
        assert "⏳ **Merged, and planned again.** Nothing is written yet" in page
        assert "**Launch**" in page
        assert f"Digest: {step.outputs['digest']}" in page
        assert "left out" not in page
    assert comment.endswith(": planned again; nothing written yet\n")
    saved = json.loads(Path(step.outputs["plan_path"]).read_text())
    assert saved["digest"] == step.outputs["digest"]
    assert not shop.portal.writes()


def test_an_approved_run_does_what_it_has_shown(shop: Workshop) -> None:
    number = approved(shop)
    begun = shop.begin_apply()
    step = shop.apply_previewed(begun, shop.preview(begun))
    assert (step.code, step.reason) == (0, ""), step.printed
    assert shop.names() == {"fair", "launch"}
    (comment,) = shop.comments(number)
    assert "✅ **Applied and verified.**" in comment
    assert comment.count(f"[run {begun.run_id}, attempt 1]") == 1


def test_it_says_which_changes_will_be_left_out(shop: Workshop) -> None:
    number = approved(shop)
    shop.push_to_main(expo=event("expo"))
    step = shop.preview(shop.begin_apply())
    check_waits(step)
    assert "**1 of 2 changes will be left out, even if the run is approved**" in step.summary
    assert "**1 change will not be made, because no merged plan shows it**: Expo." in step.summary
    assert "⏸️ not attempted&#58; not reviewed" in step.summary
    (comment,) = shop.comments(number)
    assert "will be left out" not in comment.partition("**Launch**")[0]
    assert not step.annotations("error")


def test_what_is_allowed_unreviewed_is_not_left_out(shop: Workshop) -> None:
    shop.push_to_main(expo=event("expo"))
    begun = shop.begin_apply("workflow_dispatch")
    step = shop.preview(begun, "--allow-unreviewed")
    check_waits(step)
    assert "left out" not in step.summary
    assert shop.apply_previewed(begun, step, "--allow-unreviewed").code == 0
    assert shop.names() == {"fair", "expo"}


def test_where_it_is_not_known_what_was_reviewed_all_is_left_out(shop: Workshop) -> None:
    approved(shop)
    shop.github.listed_commits_at_most = 1
    step = shop.preview(shop.begin_apply())
    check_waits(step)
    assert "will not be made, because it is not known what was reviewed" in step.summary


@pytest.mark.parametrize(
    ("environ", "code", "reason"),
    [
        ({"HUBSPOT_ACCESS_TOKEN": "revoked"}, 4, "access-denied"),
        ({"HUBSPOT_BASE_URL": "http://127.0.0.1:9"}, 7, "unavailable"),
    ],
)
def test_one_that_fails_is_told_as_an_apply_is(shop: Workshop, environ: dict[str, str], code: int, reason: str) -> None:
    number = approved(shop)
    step = shop.preview(shop.begin_apply(), "--timeout", "1", **environ)
    assert (step.code, step.reason) == (code, reason)
    assert "to_apply" not in step.outputs
    (page,) = shop.comments(number)
    assert "❌ **Nothing was written to HubSpot**" in page
    assert page.endswith(f": failed before anything was written: {reason}\n")


def test_a_missing_token_is_named_as_the_workflow_names_it(shop: Workshop) -> None:
    approved(shop)
    step = shop.preview(shop.begin_apply(), HUBSPOT_ACCESS_TOKEN="")
    assert (step.code, step.reason) == (4, "access-denied")
    assert "HUBSPOT_READ_TOKEN" in step.printed


# It only takes away


def test_what_was_changed_since_the_review_will_be_left_out(shop: Workshop) -> None:
    number = shop.propose("change", fair=event("fair", eventName="Expo"), launch=event("launch"))
    shop.plan(number)
    shop.merge(number)
    edit(shop, eventName="Edited")
    step = shop.preview(shop.begin_apply())
    check_waits(step)
    assert "**1 of 2 changes will be left out, even if the run is approved**" in step.summary
    assert "⛔ refused&#58; not the reviewed change&#58; the file or HubSpot changed since the review" in step.summary


def test_what_changed_after_it_was_shown_is_refused(shop: Workshop) -> None:
    number = shop.propose("change", fair=event("fair", eventName="Expo"), launch=event("launch"))
    shop.plan(number)
    shop.merge(number)
    edit(shop, eventName="Edited")
    begun = shop.begin_apply()
    previewed = shop.preview(begun)
    edit(shop, eventName="Fair")  # as it was when it was reviewed, but not as it was shown
    step = shop.apply_previewed(begun, previewed)
    assert (step.code, step.reason) == (6, "plan-moved"), step.printed
    assert "not what was shown before the approval: the file or HubSpot changed since" in step.printed
    assert (shop.names(), shop.held("fair")["eventName"]) == ({"fair", "launch"}, "Fair")


def test_what_nobody_was_shown_before_the_approval_is_not_made(shop: Workshop) -> None:
    shop.push_to_main(expo=event("expo"))
    begun = shop.begin_apply("workflow_dispatch")
    previewed = shop.preview(begun, "--allow-unreviewed")
    shop.portal.remove(shop.held("fair"))
    step = shop.apply_previewed(begun, previewed, "--allow-unreviewed")
    assert shop.names() == {"expo"}
    assert (step.code, step.reason) == (0, ""), step.printed  # that fair was deleted is drift
    assert "not attempted: it was not shown before the approval" in step.printed


def test_it_does_not_stand_for_the_review_before_the_merge(shop: Workshop) -> None:
    shop.push_to_main(expo=event("expo"))
    begun = shop.begin_apply()
    step = shop.apply_previewed(begun, shop.preview(begun))
    assert (step.code, step.reason) == (5, "not-reviewed")
    assert not shop.portal.writes()


def test_without_the_plan_that_was_shown_nothing_runs(shop: Workshop) -> None:
    number = approved(shop)
    begun = shop.begin_apply()
    previewed = shop.preview(begun)
    shop.github.artifacts.clear()
    shop.plan_again(number)  # the review itself is there again, but was made after the merge
    step = shop.apply_previewed(begun, previewed)
    assert (step.code, step.reason) == (5, "refused")
    assert "this run holds no plan with the digest that was shown before the approval" in step.printed
    assert "❌ **Nothing was written to HubSpot**" in shop.comments(number)[0]
    assert not shop.portal.writes()


def test_of_several_attempts_the_plan_that_was_shown_last_counts(shop: Workshop) -> None:
    number = shop.propose("change", fair=event("fair", eventName="Expo"), launch=event("launch"))
    shop.plan(number)
    shop.merge(number)
    begun = shop.begin_apply()
    shop.preview(begun)
    edit(shop, eventName="Edited")
    shop.github.run_again(begun.run_id)
    last = shop.preview(begun)
    assert len({one.name for one in shop.github.artifacts.values()}) == 3
    step = shop.apply_previewed(begun, last)
    assert (step.code, step.reason) == (6, "plan-moved"), step.printed  # of the first only the review is left
    assert shop.names() == {"fair", "launch"}


def test_an_unusable_plan_beside_it_does_no_harm(shop: Workshop) -> None:
    approved(shop)
    begun = shop.begin_apply()
    previewed = shop.preview(begun)
    shop.github.run_again(begun.run_id)
    name = f"reconciler-plan-default-{begun.run_id}-2"
    shop.github.upload(begun.run_id, name, {"reconciler-plan.json": b"\xff"})
    assert shop.apply_previewed(begun, previewed).code == 0


# Nobody is asked about nothing


def test_a_run_whose_plan_is_empty_and_proven_ends_with_it(shop: Workshop) -> None:
    edit(shop, eventType="EXPO")
    number = shop.propose("takeover", fair=event("fair", eventType="EXPO"))
    shop.plan(number)
    shop.merge(number)
    step = shop.preview(shop.begin_apply())
    check_over(shop, step)
    for page in (step.summary, shop.comments(number)[0]):
        assert "✅ **Applied and verified**: nothing was left to do." in page


def test_each_event_is_proven_before_a_run_ends_with_it(open_workshop: OpenWorkshop) -> None:
    held = {name: live_json(name, eventName=name.title()) for name in ("fair", "expo")}
    shop = open_workshop(*held.values(), fair=event("fair"))
    shop.push_to_main(expo=event("expo"))
    check_over(shop, shop.preview(shop.begin_apply()))


def test_one_that_only_seems_to_be_ours_is_no_reason_to_end(open_workshop: OpenWorkshop) -> None:
    """Another account of our app has it; while it does not change, a plan takes it for the declared one."""
    shop = open_workshop(
        live_json("fair", eventName="Fair"), live_json("expo", account="other", eventName="Expo"), fair=event("fair")
    )
    shop.push_to_main(expo=event("expo"))
    step = shop.preview(shop.begin_apply())
    check_waits(step)
    assert step.outputs["to_create"] == "1"


def test_where_the_token_proves_nothing_an_empty_plan_is_not_enough(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(live_json("fair", eventName="Fair"), fair=event("fair"))
    edit(shop, eventType="EXPO")
    shop.push_to_main(fair=event("fair", eventType="EXPO"))
    settings = f"appId: 1001\n{SETTINGS}"
    shop.push_to_main(reconciler=settings)
    shop.push_to_main(fair=event("fair", eventType="EXPO"), reconciler=settings)
    check_waits(shop.preview(shop.begin_apply(), HUBSPOT_ACCESS_TOKEN=OF_ANOTHER_APP))


def test_files_that_ask_for_what_was_applied_last_need_nobody(shop: Workshop) -> None:
    shop.push_to_main(fair="# a remark\n" + event("fair"))
    edit(shop, eventName="Edited")
    step = shop.preview(shop.begin_apply())
    check_over(shop, step)
    assert step.outputs["changes"] == "true"
    assert "✅ **Applied and verified**: 0 of 1 change; the rows say why the others were left." in step.summary


def test_what_was_begun_since_then_needs_somebody(shop: Workshop) -> None:
    before = event("fair")
    shop.push_to_main(fair=event("fair", eventName="Expo"))
    shop.apply(HUBSPOT_ACCESS_TOKEN="wrong")
    edit(shop, eventName="Expo")  # as a run that failed may leave it
    shop.push_to_main(fair=before)
    check_waits(shop.preview(shop.begin_apply()))


def test_a_change_of_the_settings_needs_somebody(shop: Workshop) -> None:
    edit(shop, eventName="Edited")
    shop.push_to_main(reconciler=f"{SETTINGS}orphans: delete\n")
    check_waits(shop.preview(shop.begin_apply()))


def test_drift_that_a_merged_plan_shows_needs_somebody(shop: Workshop) -> None:
    edit(shop, eventName="Edited")
    number = shop.propose("remark", fair="# a remark\n" + event("fair"))
    shop.plan(number)
    shop.merge(number)
    begun = shop.begin_apply()
    previewed = shop.preview(begun)
    check_waits(previewed)
    assert shop.apply_previewed(begun, previewed).code == 0
    assert shop.held("fair")["eventName"] == "Fair"


def test_what_was_reviewed_and_has_changed_since_needs_somebody(shop: Workshop) -> None:
    """An apply would refuse it and fail, so a green run would say less than the truth."""
    edit(shop, eventName="Edited")
    number = shop.propose("remark", fair="# a remark\n" + event("fair"))
    shop.plan(number)
    shop.merge(number)
    edit(shop, eventName="Edited again")
    begun = shop.begin_apply()
    previewed = shop.preview(begun)
    check_waits(previewed)
    assert shop.apply_previewed(begun, previewed).reason == "plan-moved"


def test_what_a_guard_would_refuse_is_left_to_the_apply(shop: Workshop) -> None:
    shop.push_to_main(reconciler=SETTINGS.replace("portal: 7\n", ""))
    check_waits(shop.preview(shop.begin_apply()))


def test_what_a_later_run_has_applied_needs_nobody(shop: Workshop) -> None:
    approved(shop)
    first = shop.begin_apply()
    approved(shop, "expo")
    assert shop.apply().code == 0
    step = shop.preview(first)
    assert (step.code, step.reason, step.outputs["to_apply"]) == (0, "", "false")
    assert "✅ **A later commit was applied, and this one with it**" in step.summary


# How it is called


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--base", "HEAD"), "--base is for pull requests"), (("--preview", "x"), "no such option")],
)
def test_wrong_options_are_usage(shop: Workshop, arguments: tuple[str, ...], said: str) -> None:
    step = shop.preview(shop.begin_apply(), *arguments)
    assert step.code == 64
    assert said in step.printed.lower()


def test_a_pull_request_is_not_allowed_unreviewed(shop: Workshop) -> None:
    number = shop.propose("launch", launch=event("launch"))
    step = shop.plan(number, "--allow-unreviewed")
    assert (step.code, step.reason) == (64, "usage")


@pytest.mark.parametrize("ref", ["refs/heads/topic", "refs/tags/main"])
def test_only_the_default_branch_is_previewed(shop: Workshop, ref: str) -> None:
    step = shop.preview(shop.begin_apply("workflow_dispatch"), GITHUB_REF=ref)
    assert (step.code, step.reason) == (64, "usage"), step.printed
    assert "to_apply" not in step.outputs
