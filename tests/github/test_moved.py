"""A check says whether its plan is still the one that people reviewed."""

import json
from html import unescape

import pytest

from tests.github.workshop import READING, SETTINGS, Step, Workshop, event
from tests.github.world import STRANGER, User, failing

OF_ANOTHER = "The review was of another plan, because HubSpot or the target branch has changed since."
QUEUED_OTHERWISE = "has changed since. 1 change is not as the plan of pull request 1 shows"


def renamed(shop: Workshop) -> int:
    """Propose another name for the event, and plan that."""
    number = shop.propose("rename", fair=event("fair", eventName="Expo"))
    assert shop.plan(number).code == 0
    return number


def edit(shop: Workshop, name: str = "Edited") -> None:
    shop.portal.edit(shop.held("fair"), eventName=name)


def queue(shop: Workshop, number: int, reference: str = "") -> Step:
    """Run plan.yml for a pull request in the merge queue, whose branch may have another name."""
    shop.repository.git("checkout", "--quiet", "--detach", "main")
    shop.repository.git("merge", "--quiet", "--no-ff", "--message=Queue", shop.github.pulls[number].head_sha)
    head = shop.repository.git("rev-parse", "HEAD")
    told = json.loads(shop.github.merge_group_event(number, head))
    told["merge_group"]["head_ref"] = reference or told["merge_group"]["head_ref"]
    given = {"GITHUB_EVENT_NAME": "merge_group", "HUBSPOT_ACCESS_TOKEN": READING}
    return shop.step("plan", event=json.dumps(told), **given)


def check_moved(step: Step, said: str) -> None:
    assert (step.code, step.reason) == (5, "plan-moved"), step.printed
    assert said in unescape(step.summary)
    assert [one.properties["title"] for one in step.annotations("error")] == ["another plan was reviewed"]


# On a pull request


def test_where_nothing_has_changed_an_approval_holds(shop: Workshop) -> None:
    number = renamed(shop)
    shop.github.review(number)
    assert shop.plan_again(number).code == 0


def test_an_approval_of_another_plan_fails_the_check(shop: Workshop) -> None:
    number = renamed(shop)
    shop.github.review(number)
    edit(shop)
    step = shop.plan_again(number)
    check_moved(step, OF_ANOTHER)
    assert f"> **{OF_ANOTHER} Read this plan and approve it, then run this check again.**" in unescape(
        shop.comments(number)[0]
    )


def test_a_new_approval_after_the_new_plan_mends_it(shop: Workshop) -> None:
    number = renamed(shop)
    shop.github.review(number)
    edit(shop)
    shop.plan_again(number)
    shop.github.review(number)
    assert shop.plan_again(number).code == 0


def test_of_several_plans_the_one_before_the_last_approval_counts(shop: Workshop) -> None:
    number = renamed(shop)
    shop.github.review(number)
    edit(shop)
    shop.plan_again(number)
    edit(shop, "Fair")
    assert shop.plan_again(number).code == 0


@pytest.mark.parametrize("state", ["COMMENTED", "DISMISSED", "CHANGES_REQUESTED", "PENDING"])
def test_only_an_approval_is_one(shop: Workshop, state: str) -> None:
    number = renamed(shop)
    shop.github.review(number, state)
    edit(shop)
    assert shop.plan_again(number).code == 0


@pytest.mark.parametrize("stranger", [STRANGER, User("nobody-knows")])
def test_only_the_approval_of_somebody_who_may_push_counts(shop: Workshop, stranger: User) -> None:
    number = renamed(shop)
    shop.github.review(number)
    edit(shop)
    shop.plan_again(number)
    shop.github.review(number, by=stranger)
    assert shop.plan_again(number).reason == "plan-moved"


def test_an_orphan_of_somebody_else_does_not_stop_the_queue(shop: Workshop) -> None:
    shop.push_to_main(reconciler=f"{SETTINGS}orphans: delete\n")
    number = renamed(shop)
    shop.portal.make("stray", startDateTime="2040-01-01T10:00:00Z")
    step = queue(shop, number)
    assert (step.code, step.outputs["to_delete"]) == (0, "1"), step.printed


def test_an_approval_of_an_older_commit_is_left_to_the_rules_of_the_branch(shop: Workshop) -> None:
    number = renamed(shop)
    older = shop.github.pulls[number].head_sha
    shop.push_again(number, other=event("other"))
    shop.plan(number)
    shop.github.review(number, commit=older)
    edit(shop)
    assert shop.plan_again(number).code == 0


def test_an_approval_before_any_plan_was_of_none(shop: Workshop) -> None:
    number = shop.propose("rename", fair=event("fair", eventName="Expo"))
    shop.github.review(number)
    shop.plan(number)
    edit(shop)
    assert shop.plan_again(number).code == 0


def test_where_github_does_not_tell_it_is_said_and_nothing_fails(shop: Workshop) -> None:
    number = renamed(shop)
    shop.github.trouble("GET", "/pulls/*/reviews", failing(404))
    step = shop.plan_again(number)
    assert step.code == 0
    assert "the reviewed plan is not known" in [one.properties["title"] for one in step.annotations("notice")]


def test_a_guard_comes_first(shop: Workshop) -> None:
    number = shop.propose("rename", fair=event("fair", eventName="Expo"), gone="objectId: 1\neventName: Gone\n")
    assert shop.plan(number).reason == "set-aside"
    shop.github.review(number)
    edit(shop)
    step = shop.plan_again(number)
    assert (step.code, step.reason) == (5, "set-aside")
    assert OF_ANOTHER in unescape(step.summary)


# In a merge queue


def test_the_plan_of_the_queue_is_that_of_the_pull_request(shop: Workshop) -> None:
    assert queue(shop, renamed(shop)).code == 0


def test_a_plan_that_moved_since_the_review_leaves_the_queue(shop: Workshop) -> None:
    number = renamed(shop)
    edit(shop)
    step = queue(shop, number)
    check_moved(step, QUEUED_OTHERWISE)
    assert "pull request 1 shows: Expo. Run the check of the pull request again" in unescape(step.summary)


def test_many_that_moved_are_counted(shop: Workshop) -> None:
    events = {f"e{n}": event(f"e{n}") for n in range(7)}
    number = shop.propose("many", **events)
    shop.plan(number)
    shop.push_to_main(_defaults="eventType: EXPO\n")
    step = queue(shop, number)
    assert "7 changes are not as the plan of pull request 1 shows" in step.summary
    assert "E4 and 2 more" in step.summary


def test_drift_alone_does_not_stop_the_queue(shop: Workshop) -> None:
    number = shop.propose("launch", launch=event("launch"))
    shop.plan(number)
    edit(shop)
    assert queue(shop, number).code == 0


def test_a_fork_in_the_queue_has_no_plan_to_compare_with(shop: Workshop) -> None:
    shop.repository.git("checkout", "--quiet", "-b", "fork")
    number = shop.github.open_pull("fork", repository="somebody/events", sha=shop.declare(launch=event("launch")))
    assert queue(shop, number).code == 0


@pytest.mark.parametrize("reference", ["gh-readonly-queue/main/pr-77-0a", "topic"])
def test_a_queue_whose_pull_request_is_unknown_is_planned_as_before(shop: Workshop, reference: str) -> None:
    number = renamed(shop)
    edit(shop)
    assert queue(shop, number, f"refs/heads/{reference}").code == 0
