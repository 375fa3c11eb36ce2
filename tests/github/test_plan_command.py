"""`reconciler github plan`, as the workflow of a pull request runs it."""

import json
import os
from html import unescape
from pathlib import Path
from signal import SIGTERM
from time import sleep

import httpx
import pytest

from reconciler.github.actions import LARGEST_EVENT
from reconciler.render.saved import read_plan
from tests.github.conftest import OpenWorkshop
from tests.github.runner_parser import possible_commands
from tests.github.workshop import READING, SERVER, SETTINGS, WRITING, Step, Workshop, as_a_process, event
from tests.github.world import BOT, REPOSITORY, SOMEBODY, TOKEN, failing
from tests.hostile import acting
from tests.hubspot.forwarding import Fate, Passing, forwarding
from tests.story.world import live_json

HOSTILE = (
    "x%0A::set-env name=A::b ##[set-env]@everyone <!-- reconciler:comment:1 --> | `code` ![](https://evil.example/a)"
)
FAIR = live_json("fair", eventName="Fair", eventType="EDITED")


@pytest.fixture
def shop(open_workshop: OpenWorkshop) -> Workshop:
    """Return a workshop in which somebody has changed the type of the one event in HubSpot."""
    return open_workshop(FAIR, fair=event("fair", eventType="FAIR"))


def launch(shop: Workshop) -> int:
    """Propose a new event."""
    return shop.propose("launch", launch=event("launch"))


# One pull request


def test_a_pull_request_is_shown_its_plan(shop: Workshop) -> None:
    number = launch(shop)
    step = shop.plan(number)
    assert step.code == 0, step.printed
    (comment,) = shop.comments(number)
    assert comment.startswith("<!-- reconciler:comment:1 environment= -->\n### Plan of the marketing events")
    assert "Launch" in comment
    assert "Drift: 1 event changed in HubSpot" in comment
    assert step.summary.startswith(comment)
    assert "Plan: 1 to create, 1 to update, 0 to delete; 0 unchanged, 0 orphaned." in step.screen.out
    assert not shop.portal.writes()


def test_the_outputs_are_the_plan_in_figures(shop: Workshop) -> None:
    number = launch(shop)
    step = shop.plan(number)
    plan = read_plan(Path(step.outputs["plan_path"]).read_text())
    assert step.outputs == {
        "changes": "true",
        "to_create": "1",
        "to_update": "1",
        "to_delete": "0",
        "orphaned": "0",
        "digest": plan.digest,
        "plan_path": str(step.temp / f"reconciler-plan-{number}.json"),
        "exit_code": "0",
        "failure_reason": "",
    }
    assert [(change.action, change.origin) for change in plan.changes] == [("create", "files"), ("update", "hubspot")]


def test_a_process_of_its_own_does_the_same(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(FAIR, start=as_a_process, fair=event("fair", eventType="FAIR"))
    number = launch(shop)
    step = shop.plan(number)
    assert (step.code, step.reason, len(shop.comments(number))) == (0, "", 1)
    assert possible_commands(step.printed)[0].name == "add-mask"


def test_no_token_is_told_anywhere_but_in_the_masks(shop: Workshop) -> None:
    number = launch(shop)
    step = shop.plan(number, "--verbose")
    masks = step.screen.out.splitlines()[:2]
    assert masks == [f"::add-mask::{READING}", f"::add-mask::{TOKEN}"]
    left = step.printed.replace("\n".join(masks), "")
    files = "".join(file.read_text() for file in step.temp.iterdir())
    everything = left + files + "".join(shop.comments(number))
    assert READING not in everything
    assert TOKEN not in everything


def test_outside_actions_not_even_the_masks_tell_a_token(shop: Workshop) -> None:
    step = shop.plan(launch(shop), GITHUB_ACTIONS="")
    assert step.code == 0
    assert READING not in step.printed


def test_the_comment_is_written_once_and_edited_after_that(shop: Workshop) -> None:
    number = launch(shop)
    others = [shop.github.comment(number, f"no. {n}") for n in range(120)]
    shop.plan(number)
    ids = set(shop.github.comments) - set(others)
    shop.push_again(number, launch=event("launch", eventType="WEBINAR"))
    shop.plan(number)
    assert set(shop.github.comments) - set(others) == ids
    assert "WEBINAR" in shop.comments(number)[-1]


def test_a_comment_names_the_commit_that_it_is_about(shop: Workshop) -> None:
    number = launch(shop)
    shop.plan(number)
    head = shop.github.pulls[number].head_sha
    assert f"About commit [{head[:10]}](<{SERVER}/{REPOSITORY}/commit/{head}>) ·" in shop.comments(number)[0]
    assert "newer" not in shop.comments(number)[0]


def test_a_plan_of_an_older_commit_says_so(shop: Workshop) -> None:
    number = launch(shop)
    shop.plan(number)
    shop.push_again(number, launch=event("launch", eventType="WEBINAR"))
    shop.plan_again(number)
    assert "**but a newer one has been pushed**" in shop.comments(number)[0]


@pytest.mark.parametrize(("status", "code"), [(403, 4), (502, 7)])
def test_the_check_fails_where_an_older_text_would_stay(shop: Workshop, status: int, code: int) -> None:
    number = launch(shop)
    shop.plan(number)
    shop.push_again(number, launch=event("launch", eventType="WEBINAR"))
    shop.github.trouble("PATCH", "/issues/comments/*", failing(status), times=100)
    step = shop.plan(number)
    assert (step.code, step.reason) == (code, "access-denied" if code == 4 else "unavailable")
    assert "the comment still holds an older text" in step.screen.err
    assert step.outputs["to_create"] == "1"


def test_a_pull_request_that_github_does_not_tell_of_is_planned_all_the_same(shop: Workshop) -> None:
    number = launch(shop)
    shop.github.trouble("GET", f"/pulls/{number}", failing(418), times=100)
    assert shop.plan(number).code == 0
    assert len(shop.comments(number)) == 1


def test_a_comment_that_was_deleted_is_made_anew(shop: Workshop) -> None:
    number = launch(shop)
    shop.plan(number)
    shop.github.comments.clear()
    shop.plan(number)
    assert len(shop.comments(number)) == 1


def test_a_comment_that_is_deleted_while_it_is_edited_is_made_anew(shop: Workshop) -> None:
    number = launch(shop)
    shop.plan(number)
    shop.push_again(number, launch=event("launch", eventType="WEBINAR"))
    shop.github.trouble("PATCH", "/issues/comments/*", failing(404))
    shop.plan(number)
    assert len(shop.comments(number)) == 2


def test_only_a_comment_by_actions_with_the_mark_at_its_start_is_ours(shop: Workshop) -> None:
    number = launch(shop)
    shop.plan(number)
    (ours,) = shop.comments(number)
    shop.github.comments.clear()
    decoys = [shop.github.comment(number, ours, SOMEBODY), shop.github.comment(number, f"> {ours}", BOT)]
    shop.plan(number)
    assert len(shop.comments(number)) == 3
    assert shop.github.comments[decoys[0]].user == SOMEBODY
    assert shop.comments(number)[1].startswith("> ")


def test_two_environments_are_two_comments(open_workshop: OpenWorkshop) -> None:
    settings = "portal: 7\nexternalAccountId: acme\nenvironments: {staging: {portal: 7}, live: {portal: 7}}\n"
    shop = open_workshop(settings=settings)
    number = launch(shop)
    for name in ("staging", "live", "staging"):
        assert shop.plan(number, "--env", name).code == 0
    assert [one.partition(" -->")[0].rpartition("=")[2] for one in shop.comments(number)] == ["staging", "live"]


def test_no_comment_is_written_where_none_is_wanted(shop: Workshop) -> None:
    number = launch(shop)
    step = shop.plan(number, "--no-comment")
    assert step.code == 0
    assert "Launch" in step.summary
    assert shop.plan(number, "--no-comment", token="wrong").code == 4
    assert {request.method for request in shop.github.requests} == {"GET"}
    assert not [request for request in shop.github.requests if "comments" in request.path]


def test_the_base_can_be_named(shop: Workshop) -> None:
    number = launch(shop)
    shop.plan(number, "--base", "HEAD")
    (comment,) = shop.comments(number)
    assert "Drift: 1 event" in comment
    assert "Merged, waiting to be applied: 1 event" in comment


def test_without_a_trial_merge_the_base_is_the_events(shop: Workshop) -> None:
    number = launch(shop)
    shop.repository.git("checkout", "--quiet", "launch")
    step = shop.step(
        "plan",
        event=shop.github.pull_request_event(number),
        GITHUB_EVENT_NAME="pull_request",
        GITHUB_REF="refs/heads/launch",
        HUBSPOT_ACCESS_TOKEN=READING,
    )
    assert step.code == 0
    assert "Drift: 1 event changed" in step.summary


# What prevents a plan or its comment


def test_without_permission_to_comment_the_check_goes_on_with_a_warning(shop: Workshop) -> None:
    number = launch(shop)
    token = shop.github.let("ghs_reading", contents="read", pull_requests="read")
    step = shop.plan(number, GITHUB_TOKEN=token)
    assert step.code == 0
    (warning,) = step.annotations("warning")
    assert warning.properties["title"] == "no comment on the pull request"
    assert "pull-requests: write" in warning.data
    assert "Launch" in step.summary
    assert not shop.comments(number)


@pytest.mark.parametrize("environ", [{"GITHUB_TOKEN": ""}, {"GITHUB_TOKEN": "ghs_unknown"}])
def test_without_a_token_for_github_the_check_goes_on_too(shop: Workshop, environ: dict[str, str]) -> None:
    step = shop.plan(launch(shop), **environ)
    assert step.code == 0
    assert len(step.annotations("warning")) == 1


@pytest.mark.parametrize(
    ("text", "code", "said", "kind"),
    [
        (event("launch"), 0, "Checked offline", "notice"),
        ("colour: red\n", 3, "cannot be planned", "error"),
    ],
)
@pytest.mark.parametrize("token", ["", WRITING])
def test_a_fork_is_checked_offline(shop: Workshop, text: str, code: int, said: str, kind: str, token: str) -> None:
    shop.repository.git("checkout", "--quiet", "-b", "fork")
    number = shop.github.open_pull("fork", repository="somebody/events", sha=shop.declare(launch=text))
    shop.portal.requests()
    step = shop.plan(number, token=token)
    assert step.code == code
    assert said in step.summary
    assert step.annotations(kind)
    assert not shop.github.requests
    assert not shop.portal.requests()
    assert "plan_path" not in step.outputs


@pytest.mark.parametrize(
    ("text", "code", "said", "kind"),
    [
        (event("launch"), 0, "Checked offline", "notice"),
        ("colour: red\n", 3, "cannot be planned", "error"),
    ],
)
def test_dependabot_is_checked_offline(shop: Workshop, text: str, code: int, said: str, kind: str) -> None:
    number = shop.propose("bump", launch=text)
    shop.portal.requests()
    step = shop.plan(number, token="", GITHUB_ACTOR="dependabot[bot]", GITHUB_TRIGGERING_ACTOR="octocat")
    assert step.code == code
    assert said in step.summary
    assert step.annotations(kind)
    assert not shop.github.requests
    assert not shop.portal.requests()


def test_dependabot_is_planned_where_it_was_given_a_token(shop: Workshop) -> None:
    step = shop.plan(launch(shop), GITHUB_ACTOR="dependabot[bot]")
    assert (step.code, step.outputs["to_create"]) == (0, "1")


def names_the_secret(step: Step) -> None:
    assert (step.code, step.reason) == (4, "access-denied")
    assert "plan_path" not in step.outputs
    (error,) = step.annotations("error")
    assert "HUBSPOT_ACCESS_TOKEN is not set" in error.data
    assert "from the secret HUBSPOT_READ_TOKEN, under Settings → Secrets and variables → Actions" in error.data


@pytest.mark.parametrize("triggering", ["octocat", "dependabot[bot]"])
def test_without_the_secret_the_check_fails_and_names_it(shop: Workshop, triggering: str) -> None:
    number = launch(shop)
    step = shop.plan(number, token="", GITHUB_ACTOR="octocat", GITHUB_TRIGGERING_ACTOR=triggering)
    names_the_secret(step)
    (comment,) = shop.comments(number)
    assert "Not compared with HubSpot" in comment
    assert "HUBSPOT_READ_TOKEN" in unescape(comment)
    assert step.summary.startswith(comment)


def test_without_the_secret_wrong_declarations_are_told_all_the_same(shop: Workshop) -> None:
    step = shop.plan(shop.propose("wrong", wrong="colour: red\n"), token="")
    assert (step.code, step.reason) == (3, "declarations-invalid")


def test_a_merge_group_without_the_secret_fails(shop: Workshop) -> None:
    names_the_secret(planned_by_the_queue(shop, launch(shop), token=""))


@pytest.mark.parametrize("token", ["wrong", "two words"])
def test_a_token_that_does_not_do_is_named_by_its_secret(shop: Workshop, token: str) -> None:
    step = shop.plan(launch(shop), token=token)
    assert (step.code, step.reason) == (4, "access-denied")
    assert "; the workflow takes the token from the secret HUBSPOT_READ_TOKEN" in step.annotations("error")[0].data


def test_invalid_declarations_are_told_at_their_place(shop: Workshop) -> None:
    number = shop.propose("wrong", wrong="externalEventId: x\ncolour: red\neventName: X\neventOrganizer: Y\n")
    step = shop.plan(number)
    assert (step.code, step.reason) == (3, "declarations-invalid")
    (error,) = step.annotations("error")
    assert error.properties == {"file": "events/wrong.yaml", "line": "2", "col": "1", "title": "unknown-key"}
    assert "colour" in shop.comments(number)[0]
    assert "colour" in step.summary
    assert "plan_path" not in step.outputs


def test_what_an_apply_would_refuse_of_the_base_too_is_a_warning(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(FAIR, settings="externalAccountId: acme\n", fair=event("fair"))
    step = shop.plan(launch(shop))
    assert step.code == 0
    assert "guard-portal" in [one.properties["title"] for one in step.annotations("warning")]


@pytest.mark.parametrize(
    ("environ", "code", "reason"),
    [
        ({"HUBSPOT_ACCESS_TOKEN": "wrong"}, 4, "access-denied"),
        ({"HUBSPOT_BASE_URL": "http://127.0.0.1:1"}, 7, "unavailable"),
        ({"HUBSPOT_BASE_URL": "https://x@y"}, 64, "usage"),
        ({"GITHUB_EVENT_PATH": "/nowhere"}, 64, "usage"),
        ({"GITHUB_SHA": "main"}, 64, "usage"),
        ({"RUNNER_TEMP": ""}, 64, "usage"),
        ({"RUNNER_TEMP": "/nowhere"}, 1, "error"),
    ],
)
def test_every_failure_has_its_word(shop: Workshop, environ: dict[str, str], code: int, reason: str) -> None:
    number = launch(shop)
    token = environ.pop("HUBSPOT_ACCESS_TOKEN", READING)
    step = shop.plan(number, "--timeout", "2", token=token, **environ)
    assert (step.code, step.reason, step.outputs["exit_code"]) == (code, reason, str(code))
    assert len(step.annotations("error")) == 1


@pytest.mark.parametrize("name", ["GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH"])
def test_outside_of_actions_the_first_thing_that_is_missing_is_named(shop: Workshop, name: str) -> None:
    step = shop.step("plan", **{"event": "{}", "GITHUB_EVENT_NAME": "pull_request", name: ""})
    assert (step.code, step.reason) == (64, "usage")
    assert f"Error: {name} is not set (run this inside GitHub Actions" in step.screen.err


def test_what_is_too_large_for_an_event_is_not_read(shop: Workshop, tmp_path: Path) -> None:
    large = tmp_path / "event.json"
    with large.open("wb") as file:
        file.truncate(LARGEST_EVENT + 1)
    step = shop.step("plan", event="{}", GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(large))
    assert (step.code, step.reason) == (64, "usage")
    assert "too large for an event" in step.screen.err


def test_no_older_plan_is_left_standing_where_none_can_be_made(shop: Workshop) -> None:
    number = launch(shop)
    shop.plan(number)
    step = shop.plan(number, token="wrong")
    (comment,) = shop.comments(number)
    assert "### No plan of the marketing events" in comment
    assert "HubSpot does not accept the token" in comment
    assert "Planned" not in comment
    assert step.summary.startswith(comment)


def test_an_apply_that_would_be_refused_is_told_at_the_top(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(FAIR, settings="externalAccountId: acme\n", fair=event("fair"))
    number = launch(shop)
    shop.plan(number)
    (comment,) = shop.comments(number)
    assert "Nothing is written yet, and `apply` would refuse it" in comment
    assert comment.index("#### 🆕 Create") < comment.index("`apply` would refuse this plan:") < comment.index("Plan: ")


def test_another_portal_is_refused(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(settings="portal: 8\nexternalAccountId: acme\n")
    step = shop.plan(launch(shop))
    assert (step.code, step.reason) == (5, "refused")


@pytest.mark.parametrize("name", ["schedule", "pull_request_target", "issues", ""])
def test_nothing_is_planned_on_other_events(shop: Workshop, name: str) -> None:
    payload = shop.github.push_event("main", None, shop.applied_to)
    step = shop.step("plan", event=payload, GITHUB_EVENT_NAME=name, HUBSPOT_ACCESS_TOKEN=READING)
    assert (step.code, step.reason) == (64, "usage")
    assert not shop.portal.requests()


def test_a_signal_while_planning_is_no_failure_to_tell_of(shop: Workshop) -> None:
    def interrupted(_: Passing) -> Fate:
        os.kill(os.getpid(), SIGTERM)
        sleep(0.2)  # the answer comes after the signal
        return Fate.PASSED_ON

    number = launch(shop)
    way = shop.portal.through(forwarding(shop.portal.base_url, interrupted))
    step = shop.plan(number, HUBSPOT_BASE_URL=way.base_url)
    assert (step.code, step.reason) == (143, "interrupted")
    assert (step.summary, shop.comments(number)) == ("", [])


def planned_by_the_queue(shop: Workshop, number: int, token: str = READING) -> Step:
    """Run plan.yml for a merge group that holds one pull request."""
    shop.repository.git("checkout", "--quiet", "--detach", shop.github.pulls[number].head_sha)
    return shop.step(
        "plan",
        event=shop.github.merge_group_event(number, shop.repository.git("rev-parse", "HEAD")),
        GITHUB_EVENT_NAME="merge_group",
        GITHUB_REF="refs/heads/gh-readonly-queue/main/pr-1",
        HUBSPOT_ACCESS_TOKEN=token,
    )


def test_a_merge_group_is_planned_without_a_comment(shop: Workshop) -> None:
    number = launch(shop)
    base = shop.repository.git("rev-parse", "main")
    step = planned_by_the_queue(shop, number)
    assert step.code == 0, step.printed
    assert json.loads(Path(step.outputs["plan_path"]).read_text())["summary"]["create"] == 1
    assert "Drift: 1 event" in step.summary
    assert base == shop.github.branches["main"]
    assert not shop.comments(number)


# Hostile texts


def check_harmless(step: Step, comments: list[str]) -> None:
    """Check that nothing of a hostile text acts: in the log, the outputs, the summary, the comments."""
    found = possible_commands(step.printed)
    assert {one.name for one in found} <= {"add-mask", "error", "warning", "notice"}
    assert {one.data for one in found if one.name == "add-mask"} <= {READING, WRITING, TOKEN}
    assert acting(step.printed) == []
    assert set(step.outputs) <= {
        *("changes", "to_create", "to_update", "to_delete", "orphaned", "digest", "plan_path"),
        *("exit_code", "failure_reason"),
    }
    for page in (*comments, step.summary):
        assert "@everyone" not in page
        assert "![](" not in page
        assert page.count("<!-- reconciler:") == 1


def test_hostile_names_act_nowhere(open_workshop: OpenWorkshop) -> None:
    shop = open_workshop(live_json("fair", eventName=HOSTILE), live_json(None, eventName=HOSTILE), fair=event("fair"))
    number = shop.propose("hostile", hostile=event("hostile", eventName=json.dumps(HOSTILE)))
    step = shop.plan(number)
    assert step.code == 0, step.printed
    assert "everyone" in shop.comments(number)[0]
    check_harmless(step, shop.comments(number))


def test_hostile_file_names_and_keys_act_nowhere(shop: Workshop) -> None:
    name = "::add-mask::x ##[set-env name=A]"
    number = shop.propose("hostile", **{name: f'"{HOSTILE}": 1\nexternalEventId: "##[error]@everyone"\n'})
    step = shop.plan(number)
    assert step.code == 3
    assert any(name in one.properties["file"] for one in step.annotations("error"))
    check_harmless(step, shop.comments(number))


@pytest.mark.parametrize("status", [400, 403, 501])
def test_hostile_answers_act_nowhere(shop: Workshop, status: int) -> None:
    number = launch(shop)
    body = {"message": f"::set-env name=A::b\n::set-env name=A::b\x1b[2J\x9b\u202e{HOSTILE}", "category": HOSTILE}
    fault = {"every": 1, "fault": {"status": status, "body": body}}
    httpx.put(f"{shop.portal.base_url}/_sandbox/faults", json=[fault]).raise_for_status()
    step = shop.plan(number)
    assert step.code in {1, 4, 7}
    assert "everyone" in step.screen.err
    check_harmless(step, shop.comments(number))


# Advice


HTTP = {"eventUrl": "http://acme.example"}


@pytest.fixture
def warned(open_workshop: OpenWorkshop) -> Workshop:
    """Return a workshop in which the base has an event that gets advice."""
    return open_workshop(FAIR, fair=event("fair", eventType="FAIR", **HTTP))


@pytest.mark.parametrize("token", [READING, ""])
def test_advice_is_given_only_on_what_the_pull_request_touches(warned: Workshop, token: str) -> None:
    number = warned.propose("launch", launch=event("launch", **HTTP))
    step = warned.plan(number, token=token, GITHUB_ACTOR="somebody" if token else "dependabot[bot]")
    assert step.code == 0
    (warning,) = step.annotations("warning")
    assert warning.properties == {"title": "not-https", "file": "events/launch.yaml", "line": "16", "col": "1"}
    assert warning.data.startswith("eventUrl begins with http: instead of https: (")
    assert step.summary.count("instead of https") == 1
    if token:
        (comment,) = warned.comments(number)
        assert comment.count("instead of https") == 1


def test_a_new_event_without_a_start_is_told(shop: Workshop) -> None:
    number = shop.propose("launch", launch=event("launch"), reconciler=SETTINGS.replace("[no-date]", "[]"))
    (warning,) = shop.plan(number).annotations("warning")
    assert warning.properties["title"] == "no-date"


def test_offline_there_is_no_advice_without_the_base(warned: Workshop) -> None:
    warned.repository.git("checkout", "--quiet", "-b", "fork")
    number = warned.github.open_pull(
        "fork", repository="somebody/events", sha=warned.declare(launch=event("a", **HTTP))
    )
    step = warned.plan(number, "--base", "0" * 40)
    assert step.code == 0
    assert not step.annotations("warning")
    assert len(warned.plan(number).annotations("warning")) == 1
