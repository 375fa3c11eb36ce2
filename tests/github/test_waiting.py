"""What is merged and waits for its apply, in the plan of the next pull request."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.github.conftest import OpenWorkshop
from tests.github.test_apply_command import approved
from tests.github.test_rule_of_the_base import DATES, DELETING
from tests.github.workshop import READING, Step, Workshop, event
from tests.github.world import TOKEN, Token, failing
from tests.story.world import live_json

HEADING = "#### ⏳ Merged, waiting to be applied"


@pytest.fixture
def shop(open_workshop: OpenWorkshop) -> Workshop:
    """Return a workshop in which a pull request was merged, with a new event and a new type, and waits."""
    opened = open_workshop(live_json("fair", eventName="Fair", eventType="FAIR"), fair=event("fair", eventType="FAIR"))
    number = opened.propose("expo", fair=event("fair", eventType="EXPO"), expo=event("expo"))
    assert opened.plan(number).code == 0
    opened.merge(number)
    return opened


def origins(step: Step) -> dict[str, tuple[str, dict[str, str]]]:
    """Return by event the origin of its change and of each field."""
    plan = json.loads(Path(step.outputs["plan_path"]).read_text())
    return {
        change["identity"]["external_event_id"]: (
            change["origin"],
            {field["name"]: field["origin"] for field in change["fields"]},
        )
        for change in plan["changes"]
    }


def of_changes(step: Step) -> dict[str, str]:
    return {name: origin for name, (origin, _) in origins(step).items()}


def test_what_waits_is_neither_drift_nor_the_pull_requests_own(shop: Workshop) -> None:
    number = shop.propose("spring", spring=event("spring"))
    step = shop.plan(number)
    assert step.code == 0, step.printed
    assert of_changes(step) == {"spring": "files", "fair": "pending", "expo": "pending"}
    (comment,) = shop.comments(number)
    assert f"{HEADING}: 2 events\n" in comment
    assert "2 changes are merged, waiting to be applied: **Expo** and **Fair**." in comment
    assert "Drift" not in comment
    assert "deleted in HubSpot" not in comment
    assert comment.index("Create 1 event") < comment.index("| **Spring**") < comment.index(HEADING)
    assert f"{HEADING}: 2 events\n" in step.summary
    assert "Merged, waiting to be applied: the last apply was of an older commit" in step.screen.out
    assert not step.annotations("notice")


def test_what_hubspot_changed_is_drift_all_the_same(shop: Workshop) -> None:
    shop.portal.edit(shop.held("fair"), eventName="Edited")
    step = shop.plan(shop.propose("spring", spring=event("spring")))
    assert origins(step)["fair"] == ("mixed", {"eventName": "hubspot", "eventType": "pending"})


def test_what_a_pull_request_changes_again_is_its_own_and_no_conflict(shop: Workshop) -> None:
    number = shop.propose("fair-again", fair=event("fair", eventType="FORUM"), expo=event("expo", eventType="EXPO"))
    step = shop.plan(number)
    assert origins(step) == {
        "fair": ("files", {"eventType": "files"}),
        "expo": ("mixed", {"eventName": "pending", "eventType": "files", "eventOrganizer": "pending"}),
    }
    assert "conflict" not in shop.comments(number)[0]


def test_after_the_apply_nothing_waits_any_more(shop: Workshop) -> None:
    assert shop.apply().code == 0
    number = shop.propose("spring", spring=event("spring"))
    shop.github.requests.clear()
    assert of_changes(shop.plan(number)) == {"spring": "files"}
    assert "waiting" not in shop.comments(number)[0]


def test_in_a_merge_queue_it_waits_too(shop: Workshop) -> None:
    number = shop.propose("spring", spring=event("spring"))
    shop.repository.git("checkout", "--quiet", "--detach", shop.github.pulls[number].head_sha)
    queue = {"GITHUB_EVENT_NAME": "merge_group", "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-1"}
    payload = shop.github.merge_group_event(number, shop.repository.git("rev-parse", "HEAD"))
    step = shop.step("plan", event=payload, HUBSPOT_ACCESS_TOKEN=READING, **queue)
    assert of_changes(step) == {"spring": "files", "fair": "pending", "expo": "pending"}
    assert HEADING in step.summary


def test_drift_says_it_in_the_same_words(shop: Workshop) -> None:
    shop.portal.edit(shop.held("fair"), eventName="Edited")
    step = shop.drift()
    assert step.code == 0, step.printed
    assert f"{HEADING}: 2 events\n" in step.summary
    assert "Drift: 1 event changed in HubSpot" in step.summary
    (issue,) = shop.github.issues.values()
    assert "1 more change in the plan: not drift, but merged, waiting to be applied." in issue.body
    assert "EXPO" not in issue.body


def test_a_guard_that_refuses_what_waits_only_warns(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(live_json("old", **DATES), settings=DELETING, old=event("old", **DATES), fair=event("fair"))
    shop.repository.git("checkout", "--quiet", "main")
    shop.repository.git("rm", "--quiet", "events/old.yaml")
    shop.github.push("main", shop.repository.commit())
    number = shop.propose("spring", spring=event("spring"))
    step = shop.plan(number)
    assert (step.code, step.reason) == (0, ""), step.printed
    assert of_changes(step) == {"spring": "files", "fair": "hubspot", "old": "pending"}
    assert [one.properties["title"] for one in step.annotations("warning")] == ["guard-deletes"]


def test_a_reviewed_plan_that_shows_what_waits_reviews_it_too(shop: Workshop) -> None:
    """The plan of the first pull request does not count any more, and that of the second shows the same change."""
    for artifact in shop.github.artifacts.values():
        artifact.expired = True
    number = approved(shop, "spring")
    assert shop.apply().code == 0
    assert shop.names() == {"fair", "expo", "spring"}
    assert shop.held("fair")["eventType"] == "EXPO"
    assert "Applied and verified" in shop.comments(number)[0]


# Where nobody knows what was applied last


def as_before(shop: Workshop, step: Step, why: str) -> None:
    """Check that a plan was made as without the last apply, with a notice that says why."""
    assert (step.code, step.reason) == (0, ""), step.printed
    assert of_changes(step) == {"spring": "files", "fair": "hubspot", "expo": "hubspot"}
    (notice,) = step.annotations("notice")
    assert notice.properties["title"] == "the last apply is not known"
    told = "What is merged and waits to be applied cannot be told from what was changed in HubSpot: "
    assert notice.data.startswith(told)
    assert why in notice.data
    assert why in step.screen.err
    assert not step.annotations("warning")


def test_without_the_permission_a_notice_names_it(shop: Workshop) -> None:
    shop.github.tokens["ghs_less"] = Token({"contents": "read", "pull_requests": "write"})
    step = shop.plan(shop.propose("spring", spring=event("spring")), GITHUB_TOKEN="ghs_less")
    as_before(shop, step, "give the job the permission actions: read")


def without_runs(shop: Workshop) -> None:
    shop.github.runs.clear()


def without_success(shop: Workshop) -> None:
    for run in shop.github.runs.values():
        run.conclusion = "failure"


def without_github(shop: Workshop) -> None:
    shop.github.trouble("GET", "/actions/workflows/apply.yml/runs", failing(404))


def broken(shop: Workshop) -> None:
    shop.github.trouble("GET", "/actions/workflows/apply.yml/runs", failing(418))


def elsewhere(shop: Workshop) -> None:
    """Apply a commit of a line of its own, as a branch that was moved would leave it."""
    side = shop.github.commit(shop.applied_to)
    shop.github.finish_run(shop.github.start_run("apply.yml", event="push", head_sha=side))


NEVER = "no run of .github/workflows/apply.yml on the default branch is known to have ended well"


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (without_runs, NEVER),
        (without_success, NEVER),
        (without_github, f"{NEVER}; if one has, give this job the permission actions: read"),
        (broken, "GitHub refuses the request (status 418)"),
        (elsewhere, ", which was applied last, is not part of the base"),
    ],
)
def test_where_no_last_apply_is_known_a_notice_says_so(
    shop: Workshop, spoil: Callable[[Workshop], None], why: str
) -> None:
    number = shop.propose("spring", spring=event("spring"))
    spoil(shop)
    as_before(shop, shop.plan(number), why)


def test_where_a_shallow_clone_lacks_the_commit_a_notice_says_so(shop: Workshop) -> None:
    number = shop.propose("spring", spring=event("spring"))
    approved(shop, "summer")
    shop.repository.git("checkout", "--quiet", "main")
    shop.repository.git("merge", "--quiet", "--no-ff", "--message=Try", shop.github.pulls[number].head_sha)
    clone = shop.repository.clone(shop.folder / "shallow", "--depth=2")
    shop.repository.git("reset", "--quiet", "--hard", "HEAD^")
    ref = f"refs/pull/{number}/merge"
    given = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": ref, "HUBSPOT_ACCESS_TOKEN": READING}
    step = replace(shop, repository=clone).step("plan", event=shop.github.pull_request_event(number), **given)
    assert step.code == 0, step.printed
    assert set(of_changes(step).values()) == {"files", "hubspot"}
    (notice,) = step.annotations("notice")
    assert "this clone is shallow" in notice.data


def test_where_the_last_apply_was_of_another_portal_a_notice_says_so(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(settings="portal: 8\nexternalAccountId: acme\n", fair=event("fair"))
    shop.push_to_main(reconciler="portal: 7\nexternalAccountId: acme\n")
    step = shop.plan(shop.propose("spring", spring=event("spring")))
    (notice,) = step.annotations("notice")
    assert "nothing was declared for this portal" in notice.data
    assert of_changes(step) == {"spring": "files", "fair": "hubspot"}


def test_a_base_that_a_later_apply_covers_has_nothing_that_waits(shop: Workshop) -> None:
    number = shop.propose("spring", spring=event("spring"))
    shop.plan(number)
    assert shop.apply().code == 0
    approved(shop, "fair", eventType="FORUM")
    assert shop.apply().code == 0
    step = shop.plan_again(number)
    assert of_changes(step) == {"spring": "files", "fair": "hubspot"}
    assert not step.annotations("notice")


# Another branch


def test_a_pull_request_into_another_branch_says_that_it_applies_nothing(shop: Workshop) -> None:
    shop.repository.git("branch", "release_1_", "main")
    shop.github.push("release_1_", shop.github.branches["main"])
    number = shop.propose("spring", spring=event("spring"))
    note = "> [!NOTE]\n> **Its merge applies nothing**: it goes into release&#95;1&#95;, and only main is applied.\n"
    assert note not in shop.plan(number).summary
    shop.github.pulls[number].base_ref = "release_1_"
    step = shop.plan(number)
    assert note in step.summary
    (comment,) = shop.comments(number)
    assert note in comment
    assert TOKEN not in comment
