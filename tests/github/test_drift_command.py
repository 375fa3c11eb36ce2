"""`reconciler github drift`, as the workflow with a schedule runs it."""

import json

import pytest

from tests.github.conftest import OpenWorkshop
from tests.github.runner_parser import possible_commands
from tests.github.test_apply_command import approved
from tests.github.test_plan_command import HOSTILE
from tests.github.workshop import READING, Workshop, as_a_process, event
from tests.github.world import BOT, SOMEBODY, TOKEN, Issue, Token, failing
from tests.story.world import live_json


@pytest.fixture
def shop(open_workshop: OpenWorkshop) -> Workshop:
    """Return a workshop that has applied an event."""
    return applied(open_workshop(live_json("fair", eventName="Fair"), fair=event("fair")))


def applied(shop: Workshop) -> Workshop:
    approved(shop)
    assert shop.apply().code == 0
    shop.github.requests.clear()
    shop.portal.requests()
    return shop


def issues(shop: Workshop, state: str = "open") -> list[Issue]:
    return [one for one in shop.github.issues.values() if one.state == state]


def edited(shop: Workshop, name: str = "Edited") -> None:
    shop.portal.edit(shop.held("fair"), eventName=name)


def test_without_drift_there_is_no_issue(shop: Workshop) -> None:
    step = shop.drift()
    assert (step.code, step.reason, step.outputs["changes"]) == (0, "", "false"), step.printed
    assert not shop.github.issues
    assert not shop.github.sent("POST")
    assert not shop.portal.writes()


def test_drift_opens_an_issue(shop: Workshop) -> None:
    edited(shop)
    step = shop.drift()
    assert (step.code, step.reason, step.outputs["to_update"]) == (0, "", "1")
    (issue,) = issues(shop)
    assert issue.title == "1 marketing event changed in HubSpot, not by the files"
    assert issue.labels == ["reconciler-drift"]
    assert issue.body.startswith("<!-- reconciler:drift:1 environment= -->")
    assert 'eventName: "Edited"' in issue.body
    assert "Drift: 1 event changed in HubSpot" in step.summary
    assert "Plan: 0 to create, 1 to update" in step.screen.out


def test_a_process_of_its_own_does_the_same(open_workshop: OpenWorkshop) -> None:
    shop = applied(open_workshop(live_json("fair", eventName="Fair"), start=as_a_process, fair=event("fair")))
    edited(shop)
    assert shop.drift().code == 0
    assert len(issues(shop)) == 1


def test_the_same_drift_is_written_once(shop: Workshop) -> None:
    edited(shop)
    shop.drift()
    shop.drift(GITHUB_RUN_ID="100")
    assert len(shop.github.sent("POST")) == 1
    assert not shop.github.sent("PATCH")


def test_other_drift_is_written_into_the_same_issue(shop: Workshop) -> None:
    edited(shop)
    shop.drift()
    edited(shop, "Edited again")
    shop.drift()
    (issue,) = issues(shop)
    assert "Edited again" in issue.body


def test_when_nothing_drifted_any_more_it_is_closed_with_a_word(shop: Workshop) -> None:
    edited(shop)
    shop.drift()
    edited(shop, "Fair")
    shop.drift()
    assert not issues(shop)
    (issue,) = issues(shop, "closed")
    assert shop.comments(issue.number) == ["The drift is gone: HubSpot holds again what was applied last."]
    shop.drift()
    assert len(shop.comments(issue.number)) == 1


def test_after_that_new_drift_is_a_new_issue(shop: Workshop) -> None:
    for name in ("Edited", "Fair", "Edited"):
        edited(shop, name)
        shop.drift()
    assert (len(issues(shop)), len(issues(shop, "closed"))) == (1, 1)


def test_an_issue_that_is_lost_while_it_is_edited_is_opened_anew(shop: Workshop) -> None:
    edited(shop)
    shop.drift()
    edited(shop, "Edited again")
    shop.github.trouble("PATCH", "/issues/*", failing(404))
    shop.drift()
    assert "Edited again" in issues(shop)[-1].body


def test_only_an_issue_by_actions_with_the_mark_at_its_start_is_ours(shop: Workshop) -> None:
    edited(shop)
    shop.drift()
    (ours,) = issues(shop)
    ours.user = SOMEBODY
    decoy = shop.github.open_issue("x", "reconciler-drift", body=f"> {ours.body}", user=BOT)
    shop.drift()
    assert len(issues(shop)) == 3
    edited(shop, "Fair")
    shop.drift()
    assert {one.number for one in issues(shop)} == {ours.number, decoy}


def test_two_environments_are_two_issues(open_workshop: OpenWorkshop) -> None:
    settings = "portal: 7\nexternalAccountId: acme\nenvironments: {staging: {portal: 7}, live: {portal: 7}}\n"
    shop = applied(open_workshop(live_json("fair", eventName="Fair"), settings=settings, fair=event("fair")))
    edited(shop)
    for name in ("staging", "live", "staging"):
        shop.drift("--env", name)
    assert [one.title.rpartition(" ")[2] for one in issues(shop)] == ["(staging)", "(live)"]


def test_what_is_merged_and_not_yet_applied_is_no_drift(shop: Workshop) -> None:
    approved(shop, "expo")
    shop.push_to_main(fair=event("fair", eventType="EXPO"))
    step = shop.drift()
    assert (step.outputs["to_create"], step.outputs["to_update"]) == ("1", "1")
    assert not shop.github.issues


def test_what_the_files_and_somebody_changed_is_drift_too(shop: Workshop) -> None:
    edited(shop)
    shop.push_to_main(fair=event("fair").replace("Fair", "Great fair"))
    shop.drift()
    assert len(issues(shop)) == 1


def test_what_was_deleted_in_hubspot_is_drift(shop: Workshop) -> None:
    shop.portal.remove(shop.held("launch"))
    shop.drift()
    assert "Deleted in HubSpot" in issues(shop)[0].body


def test_before_the_first_apply_nothing_is_known_to_be_drift(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(live_json("fair", eventName="Edited"), fair=event("fair"))
    shop.github.runs.clear()
    step = shop.drift()
    assert (step.code, step.outputs["to_update"]) == (0, "1")
    assert not shop.github.issues


def test_an_issue_stays_open_where_nobody_knows_what_was_applied(shop: Workshop) -> None:
    edited(shop)
    shop.drift()
    shop.github.runs.clear()
    step = shop.drift()
    assert (step.code, step.outputs["to_update"]) == (0, "1")
    assert len(issues(shop)) == 1


def test_by_hand_it_runs_on_the_default_branch(shop: Workshop) -> None:
    edited(shop)
    shop.repository.git("checkout", "--quiet", "main")
    payload = shop.github.push_event("main", None, shop.github.branches["main"])
    given = {"GITHUB_EVENT_NAME": "workflow_dispatch", "HUBSPOT_ACCESS_TOKEN": READING}
    for ref in ("refs/heads/topic", "refs/tags/main"):
        step = shop.step("drift", event=payload, GITHUB_REF=ref, **given)
        assert (step.code, step.reason) == (64, "usage")
    step = shop.step("drift", event=payload, GITHUB_REF="refs/heads/main", **given)
    assert (step.code, len(issues(shop))) == (0, 1)


@pytest.mark.parametrize("name", ["push", "pull_request", "merge_group"])
def test_nothing_is_looked_for_on_other_events(shop: Workshop, name: str) -> None:
    payload = json.loads(shop.github.push_event("main", None, shop.github.branches["main"]))
    payload |= json.loads(shop.github.pull_request_event(1)) | json.loads(shop.github.merge_group_event(1, "0" * 40))
    step = shop.step("drift", event=json.dumps(payload), GITHUB_EVENT_NAME=name, HUBSPOT_ACCESS_TOKEN=READING)
    assert (step.code, step.reason) == (64, "usage")


@pytest.mark.parametrize(
    ("less", "needed"),
    [({"issues": "read"}, "issues: write"), ({"actions": "none"}, "actions: read")],
)
def test_a_missing_permission_is_named(shop: Workshop, less: dict[str, str], needed: str) -> None:
    edited(shop)
    permissions = {"actions": "read", "contents": "read", "issues": "write"} | less
    shop.github.tokens["ghs_less"] = Token(permissions)
    step = shop.drift(GITHUB_TOKEN="ghs_less")
    assert (step.code, step.reason) == (4, "access-denied")
    assert needed in step.annotations("error")[0].data


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_token_that_does_not_do_is_named_by_its_secret(shop: Workshop, token: str) -> None:
    step = shop.drift(HUBSPOT_ACCESS_TOKEN=token)
    assert (step.code, step.reason) == (4, "access-denied")
    assert "from the secret HUBSPOT_READ_TOKEN, under Settings" in step.annotations("error")[0].data
    assert not shop.github.issues


def test_invalid_declarations_are_told(shop: Workshop) -> None:
    shop.push_to_main(wrong="colour: red\n")
    step = shop.drift()
    assert (step.code, step.reason) == (3, "declarations-invalid")
    assert "cannot be planned" in step.summary
    assert not shop.github.issues


def test_a_run_that_could_not_look_says_so_in_the_issue_until_one_can(shop: Workshop) -> None:
    edited(shop)
    shop.drift()
    (before,) = [issue.body for issue in issues(shop)]
    for _ in range(2):
        assert shop.drift(HUBSPOT_ACCESS_TOKEN="revoked").code == 4
    (issue,) = issues(shop)
    warned, _, rest = issue.body.partition("\n\n")
    assert warned.splitlines()[1] == "> [!WARNING]"
    assert "**The last run could not look**" in warned
    assert "runbook: access-denied" in warned
    assert f"{issue.body.splitlines()[0]}\n{rest}".strip() == before.strip()
    shop.drift()
    assert [issue.body for issue in issues(shop)] == [before]


def test_a_run_that_could_not_look_closes_no_issue(shop: Workshop) -> None:
    edited(shop)
    shop.drift()
    edited(shop, "Fair")
    shop.drift(HUBSPOT_BASE_URL="http://127.0.0.1:9")
    assert len(issues(shop)) == 1


def test_an_issue_that_lost_its_label_is_found_by_its_mark(shop: Workshop) -> None:
    edited(shop)
    shop.drift()
    issues(shop)[0].labels.clear()
    edited(shop, "Edited again")
    shop.drift()
    (issue,) = issues(shop)
    assert "Edited again" in issue.body
    edited(shop, "Fair")
    shop.drift()
    assert not issues(shop)


def test_a_commit_that_a_later_apply_covers_is_not_looked_at(shop: Workshop) -> None:
    edited(shop)
    older = shop.github.branches["main"]
    approved(shop, "expo")
    assert shop.apply().code == 0
    shop.repository.git("checkout", "--quiet", "--detach", older)
    given = {"GITHUB_REF": "refs/heads/main", "HUBSPOT_ACCESS_TOKEN": READING}
    step = shop.step("drift", GITHUB_EVENT_NAME="schedule", event="{}", **given)
    assert (step.code, shop.github.issues) == (0, {})
    assert "A later commit was applied" in step.summary


def test_hostile_names_act_nowhere(shop: Workshop) -> None:
    edited(shop, HOSTILE)
    step = shop.drift()
    assert {one.name for one in possible_commands(step.printed)} <= {"add-mask"}
    (issue,) = issues(shop)
    prose = "".join(issue.body.split("```")[::2])
    assert "@everyone" not in prose
    assert "![](" not in prose
    assert issue.body.count("<!-- reconciler:") - issue.body.count('eventName: "') <= 1
    assert TOKEN not in issue.body
