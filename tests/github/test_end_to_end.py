"""From a pull request to the issue about drift: the whole of the workflows, the action and the product."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.github.conftest import OpenWorkshop
from tests.github.hosted import OF_THE_JOB, Finished, Hosted, python_without_pip
from tests.github.pushing import OUR_BRANCH, Pushing
from tests.github.runner_parser import commands
from tests.github.workshop import READING, WRITING, event
from tests.github.world import REPOSITORY
from tests.story.world import live_json

FAIR, EXPO = live_json("fair", eventName="Fair"), live_json("expo", eventName="Expo", eventType="CONFERENCE")


@pytest.fixture
def hosted(open_workshop: OpenWorkshop, tmp_path: Path) -> Hosted:
    """Return the workflows of a repository that declares what HubSpot holds, with runners as GitHub's."""
    shop = open_workshop(FAIR, EXPO, fair=event("fair"), expo=event("expo", eventType="CONFERENCE"))
    return Hosted(shop, python_without_pip(tmp_path))


def check(job: Finished, **outputs: str) -> None:
    """Check how a successful job ended, and that only the masks of its output hold a token."""
    assert job.ended.code == 0, job.ended.log
    told = job.ended.outputs
    assert {name: told[name] for name in outputs} == outputs
    assert (told["exit_code"], told["failure_reason"]) == ("0", "")
    masks = {one.data for one in commands(job.ended.log) if one.name == "add-mask"}
    assert masks & {READING, WRITING}
    assert OF_THE_JOB in masks
    rest = "".join(line for line in job.ended.log.splitlines() if not line.startswith("::add-mask::"))
    rest += job.summary + "".join(path.read_text() for path in job.temp.glob("reconciler-*.json"))
    assert not [token for token in masks if token in rest]


def test_what_waits_is_known_with_the_permissions_of_the_job(hosted: Hosted) -> None:
    shop = hosted.shop
    number = shop.propose("launch", launch=event("launch"), fair=event("fair", eventType="WEBINAR"))
    check(hosted.plan(number))
    shop.merge(number)
    later = shop.propose("later", later=event("later"))
    check(hosted.plan(later), to_create="2", to_update="1")
    (comment,) = shop.comments(later)
    assert "⏳ Merged, waiting to be applied: 2 events" in comment
    assert "Drift" not in comment


def test_a_change_goes_from_a_pull_request_to_hubspot_and_is_watched_there(hosted: Hosted) -> None:
    shop = hosted.shop
    number = shop.propose("launch", launch=event("launch"), fair=event("fair", eventType="WEBINAR"))

    planned = hosted.plan(number)
    check(planned, changes="true", to_create="1", to_update="1", to_delete="0", orphaned="0")
    (comment,) = shop.comments(number)
    assert "📋 **Planned.** Nothing is written yet." in comment
    assert planned.summary.startswith(comment)
    (artifact,) = shop.github.artifacts.values()
    assert artifact.name == f"reconciler-plan-default-{artifact.run}-1"
    saved = json.loads(Path(planned.ended.outputs["plan_path"]).read_text())
    assert saved["digest"] == planned.ended.outputs["digest"]
    assert saved["digest"] in comment
    assert not shop.portal.writes()

    shop.merge(number)
    applied = hosted.apply()
    check(applied, changes="true", to_create="1", to_update="1", digest=saved["digest"])
    (receipt,) = applied.ended.uploads
    assert receipt["name"] == "reconciler-receipt-default-1005-1"
    (comment,) = shop.comments(number)
    assert "✅ **Applied and verified.**" in comment
    assert applied.summary.startswith(comment.partition("\n\nAbout commit")[0])
    assert applied.receipt["summary"] | {"created": 1, "updated": 1} == applied.receipt["summary"]
    assert applied.receipt["verified"] == {"differences": 0, "changes": []}
    assert (shop.names(), shop.held("fair")["eventType"]) == ({"fair", "expo", "launch"}, "WEBINAR")

    check(hosted.drift(), changes="false")
    assert not shop.github.issues

    shop.portal.edit(shop.held("expo"), eventType="Edited by hand")
    check(hosted.drift(), changes="true", to_update="1")
    (issue,) = shop.github.issues.values()
    assert "Edited by hand" in issue.body
    assert issue.state == "open"

    repaired = shop.propose("repair", expo=event("expo", eventType="Edited by hand"))
    check(hosted.plan(repaired), changes="false")
    shop.merge(repaired)
    check(hosted.apply(), changes="false")
    check(hosted.drift(), changes="false")
    assert issue.state == "closed"


def test_what_was_changed_after_the_review_fails_the_job_and_is_left_alone(hosted: Hosted) -> None:
    shop = hosted.shop
    number = shop.propose("rename", fair=event("fair", eventType="WEBINAR"))
    assert hosted.plan(number).ended.code == 0
    shop.merge(number)
    shop.portal.edit(shop.held("fair"), eventType="Edited by hand")
    shop.portal.writes()
    applied = hosted.apply()
    assert (applied.ended.code, applied.ended.outputs["exit_code"]) == (6, "6"), applied.ended.log
    assert applied.ended.outputs["failure_reason"] == "plan-moved"
    assert "what was reviewed has changed since" in shop.comments(number)[0]
    assert not shop.portal.writes()

    assert hosted.plan_again(number).ended.code == 0
    applied = hosted.apply()
    assert (applied.ended.code, applied.ended.outputs["failure_reason"]) == (6, "plan-moved"), applied.ended.log
    assert "The review was of another plan" in shop.comments(number)[0]
    assert not shop.portal.writes()
    assert shop.held("fair")["eventType"] == "Edited by hand"


def test_what_was_changed_in_hubspot_comes_back_by_a_pull_request(hosted: Hosted, tmp_path: Path) -> None:
    shop, pushing = hosted.shop, Pushing.into(tmp_path / "github", hosted.shop.repository)
    proposing = replace(hosted, inputs={"propose": "true"})

    shop.portal.edit(shop.held("expo"), eventType="Edited by hand")
    assert hosted.push_proposal(hosted.drift(), pushing) is None  # unless somebody asks for it, that job is skipped

    looked = proposing.drift()
    check(looked, proposed="true")
    pushed = hosted.push_proposal(looked, pushing)
    assert pushed is not None
    assert (pushed.code, pushed.outputs["outcome"]) == (0, "pushed"), pushed.log
    (issue,) = shop.github.issues.values()
    assert f"/compare/main...{pushed.outputs['branch']}?quick_pull=1&" in issue.body
    assert not [name for env in pushed.environments.values() for name in env if "HUBSPOT" in name]

    shop.repository.git("fetch", "--quiet", f"{pushing.server}/{REPOSITORY}", OUR_BRANCH)
    taken = shop.github.open_pull(OUR_BRANCH, sha=shop.repository.git("rev-parse", "FETCH_HEAD"))
    check(hosted.plan(taken), changes="false")
    shop.merge(taken)
    check(hosted.apply(), changes="false")

    looked = proposing.drift()
    check(looked, proposed="false")
    removed = hosted.push_proposal(looked, pushing)
    assert removed is not None
    assert (removed.outputs["outcome"], pushing.tip(), issue.state) == ("removed", "", "closed")


def without_secrets(hosted: Hosted) -> Hosted:
    return replace(hosted, secrets=dict.fromkeys(hosted.secrets, ""))


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [(event("launch"), 0, "✅ **Checked offline**"), ("colour: red\n", 3, "❌ **2 problems in the declarations.**")],
)
def test_a_fork_passes_only_with_valid_declarations(hosted: Hosted, text: str, code: int, said: str) -> None:
    shop = hosted.shop
    shop.repository.git("checkout", "--quiet", "-b", "fork")
    number = shop.github.open_pull("fork", repository="somebody/events", sha=shop.declare(launch=text))
    planned = without_secrets(hosted).plan(number)
    assert (planned.ended.code, planned.ended.outputs["plan_path"]) == (code, ""), planned.ended.log
    assert said in planned.summary
    assert not shop.comments(number)
    assert not shop.github.artifacts


def test_without_its_secret_the_job_fails(hosted: Hosted) -> None:
    number = hosted.shop.propose("launch", launch=event("launch"))
    planned = without_secrets(hosted).plan(number)
    assert (planned.ended.code, planned.ended.outputs["failure_reason"]) == (4, "access-denied"), planned.ended.log
    assert "HUBSPOT_READ_TOKEN" in planned.ended.log
    assert not hosted.shop.github.artifacts
