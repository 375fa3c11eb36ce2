"""`reconciler github drift`, as the workflow with a schedule runs it."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.github.conftest import OpenWorkshop
from tests.github.pushing import BOT_SIGNED, MESSAGE
from tests.github.runner_parser import possible_commands
from tests.github.test_apply_command import approved
from tests.github.test_plan_command import HOSTILE
from tests.github.workshop import READING, SERVER, Step, Workshop, as_a_process, event
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


# A proposal


def patch_of(step: Step) -> str:
    return Path(step.outputs["patch_path"]).read_text(encoding="utf-8")


def test_unless_it_is_asked_for_nothing_is_proposed(shop: Workshop) -> None:
    edited(shop)
    step = shop.drift()
    assert not {"proposed", "patch_path", "patch_artifact"} & step.outputs.keys()
    assert not list(step.temp.glob("*.patch"))
    assert "/compare/" not in issues(shop)[0].body


def test_what_pull_would_write_is_proposed(shop: Workshop) -> None:
    edited(shop)
    step = shop.drift("--propose", GITHUB_RUN_ATTEMPT="2")
    assert (step.code, step.outputs["proposed"]) == (0, "true"), step.printed
    assert step.outputs["patch_artifact"] == "reconciler-drift-default-99-2"
    repository = shop.repository
    repository.git("apply", "--index", step.outputs["patch_path"])
    proposed = repository.git("diff", "--cached")
    repository.git("reset", "--quiet", "--hard")
    given = {"HUBSPOT_ACCESS_TOKEN": READING, "HUBSPOT_BASE_URL": shop.portal.base_url}
    assert shop.start(("pull", "--base", "HEAD"), given, repository.folder).code == 0
    assert repository.git("diff") == proposed
    assert "+eventName: Edited" in proposed


def test_the_issue_leads_to_githubs_page_for_the_pull_request(shop: Workshop) -> None:
    edited(shop)
    shop.drift("--propose")
    (issue,) = issues(shop)
    (address,) = re.findall(r"\[Propose these values as a pull request\]\(<(.+?)>\)", issue.body)
    page, _, query = address.partition("?")
    assert page == f"{SERVER}/acme/events/compare/main...reconciler/drift"
    told = parse_qs(query, strict_parsing=True)
    assert (told["quick_pull"], told["title"]) == (["1"], ["Take over 1 value that somebody changed in HubSpot"])
    assert told["body"][0].endswith("\n\n- Fair: name\n")
    assert "It takes 1 value in 1 file over" in issue.body


def test_the_issue_about_the_same_drift_is_written_once_with_a_proposal_too(shop: Workshop) -> None:
    edited(shop)
    shop.drift("--propose")
    shop.drift("--propose", GITHUB_RUN_ID="100")
    assert not shop.github.sent("PATCH")


def test_without_drift_there_is_nothing_to_propose(shop: Workshop) -> None:
    step = shop.drift("--propose")
    assert (step.code, step.outputs["proposed"]) == (0, "false")
    assert not {"patch_path", "patch_artifact"} & step.outputs.keys()


def test_a_conflict_is_left_to_people_and_named(shop: Workshop) -> None:
    shop.push_to_main(fair=event("fair").replace("Fair", "Great fair"))
    edited(shop)
    step = shop.drift("--propose")
    assert (step.code, step.outputs["proposed"]) == (0, "false")
    (issue,) = issues(shop)
    assert "#### Not in a pull request\n\n- events/fair" in issue.body
    assert "it was changed in the files and in HubSpot" in issue.body
    assert "/compare/" not in issue.body


def test_what_was_deleted_in_hubspot_is_named_beside_what_is_proposed(shop: Workshop) -> None:
    edited(shop)
    shop.portal.remove(shop.held("launch"))
    step = shop.drift("--propose")
    assert step.outputs["proposed"] == "true"
    (issue,) = issues(shop)
    assert "/compare/main...reconciler/drift?" in issue.body
    assert "it was deleted in HubSpot" in issue.body.partition("#### Not in a pull request")[2]


def test_what_is_merged_and_not_yet_applied_is_not_named_beside_a_proposal(shop: Workshop) -> None:
    edited(shop)
    approved(shop, "expo")
    step = shop.drift("--propose")
    assert (step.outputs["proposed"], step.outputs["to_create"]) == ("true", "1")
    assert "Not in a pull request" not in issues(shop)[0].body


def pushed(shop: Workshop, author: str, committer: str, message: str) -> None:
    """Put a commit on the branch for proposals."""
    git = shop.repository.git
    signed = f"author {author} 1700000000 +0000\ncommitter {committer} 1700000000 +0000\n"
    text = f"tree {git('rev-parse', 'main^{tree}')}\nparent {git('rev-parse', 'main')}\n{signed}\n{message}\n"
    commit = git("hash-object", "-t", "commit", "-w", "--stdin", feed=text)
    git("branch", "--force", "reconciler/drift", commit)
    shop.github.push("reconciler/drift", commit)


EVE = "Eve <eve@acme.example>"


@pytest.mark.parametrize(
    ("author", "committer", "message", "is_taken"),
    [
        (BOT_SIGNED, BOT_SIGNED, MESSAGE, False),
        (EVE, EVE, MESSAGE, True),
        (EVE, BOT_SIGNED, MESSAGE, True),
        (BOT_SIGNED, EVE, MESSAGE, True),
        (BOT_SIGNED, BOT_SIGNED, "Format the files", True),
        (BOT_SIGNED, BOT_SIGNED, MESSAGE.partition("\n\nMade-By")[0], True),
    ],
)
def test_a_branch_that_is_somebody_elses_is_named(
    shop: Workshop, author: str, committer: str, message: str, *, is_taken: bool
) -> None:
    edited(shop)
    pushed(shop, author, committer, message)
    step = shop.drift("--propose")
    assert (step.code, step.outputs["proposed"]) == (0, "true")
    (issue,) = issues(shop)
    told = f"Somebody else has pushed to the branch [reconciler/drift](<{SERVER}/acme/events/tree/reconciler/drift>)"
    assert (told in issue.body, "/compare/" in issue.body) == (is_taken, not is_taken)


def test_whoever_may_not_read_the_branches_is_told(shop: Workshop) -> None:
    edited(shop)
    shop.github.trouble("GET", "/branches/*", failing(403))
    step = shop.drift("--propose")
    assert (step.code, len(issues(shop))) == (0, 1)
    assert "HubSpot's values are not proposed" in str(step.annotations("warning"))


def test_without_the_last_apply_nobody_knows_what_to_propose(shop: Workshop) -> None:
    edited(shop)
    shop.github.runs.clear()
    assert "proposed" not in shop.drift("--propose").outputs


def test_where_an_event_is_set_aside_the_branch_stays(open_workshop: OpenWorkshop) -> None:
    files = {"fair": event("fair"), "lost": "objectId: '999'\neventType: EXPO\n"}
    shop = applied(open_workshop(live_json("fair", eventName="Fair"), **files))
    assert "proposed" not in shop.drift("--propose").outputs
    edited(shop)
    assert shop.drift("--propose").outputs["proposed"] == "true"


def test_a_file_that_is_not_as_it_was_committed_is_left_and_named(shop: Workshop) -> None:
    edited(shop)
    shop.repository.git("checkout", "--quiet", "main")
    file = shop.repository.folder / "events" / "fair.yaml"
    file.write_text(f"# mine\n{file.read_text()}")
    step = shop.drift("--propose")
    assert (step.code, "proposed" in step.outputs) == (0, False), step.printed
    assert "its file is not as it was committed" in issues(shop)[0].body
    shop.repository.git("rm", "--quiet", "--cached", "events/fair.yaml")
    shop.repository.git("commit", "--quiet", "--message=x")
    assert "proposed" not in shop.drift("--propose").outputs


def test_a_checkout_with_other_line_ends_gives_a_patch_of_what_is_committed(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(live_json("fair", eventName="Fair"), fair=event("fair"))
    (shop.repository.folder / ".gitattributes").write_text("*.yaml text eol=crlf\n")
    shop.repository.git("add", "--renormalize", ".")
    shop.repository.commit()
    applied(shop)
    shop.repository.git("rm", "--quiet", "-r", "--cached", "events")
    shop.repository.git("reset", "--quiet", "--hard")
    assert b"\r\n" in (shop.repository.folder / "events" / "fair.yaml").read_bytes()
    edited(shop)
    step = shop.drift("--propose")
    assert step.outputs["proposed"] == "true", step.printed
    assert "\r" not in patch_of(step)
    shop.repository.git("apply", "--cached", step.outputs["patch_path"])


def test_the_folder_of_the_declarations_may_be_anywhere(open_workshop: OpenWorkshop) -> None:
    shop = applied(open_workshop(live_json("fair", eventName="Fair"), **{"2027__fair": event("fair")}))
    edited(shop)
    assert patch_of(shop.drift("--propose", "events/2027")).startswith('diff --git "a/events/2027/fair.yaml" ')


def test_an_environment_has_a_branch_and_an_artifact_of_its_own(open_workshop: OpenWorkshop) -> None:
    settings = "portal: 7\nexternalAccountId: acme\nenvironments: {staging: {portal: 7}, a..b: {portal: 7}}\n"
    shop = applied(open_workshop(live_json("fair", eventName="Fair"), settings=settings, fair=event("fair")))
    edited(shop)
    step = shop.drift("--propose", "--env", "staging", GITHUB_RUN_ATTEMPT="1")
    assert step.outputs["patch_artifact"] == "reconciler-drift-staging-99-1"
    assert "/compare/main...reconciler/drift-staging?" in issues(shop)[0].body
    step = shop.drift("--propose", "--env", "a..b")
    assert (step.code, step.reason) == (64, "usage")
    assert "a..b" in step.annotations("error")[0].data


def test_if_the_patch_cannot_be_written_the_issue_is_kept_all_the_same(shop: Workshop) -> None:
    edited(shop)
    step = shop.drift("--propose", RUNNER_TEMP=str(shop.folder / "missing"))
    assert (step.code, "proposed" in step.outputs) == (0, False), step.printed
    assert len(issues(shop)) == 1
    assert "HubSpot's values are not proposed" in str(step.annotations("warning"))


def test_a_hostile_name_acts_in_no_proposal(shop: Workshop) -> None:
    edited(shop, HOSTILE)
    step = shop.drift("--propose")
    assert {one.name for one in possible_commands(step.printed)} <= {"add-mask"}
    (issue,) = issues(shop)
    prose = "".join(issue.body.split("```")[::2])
    assert "@everyone" not in prose
    assert "![](" not in prose
    assert step.outputs["proposed"] == "true"
    shop.repository.git("apply", "--check", step.outputs["patch_path"])


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
