"""The trigger of a run, read from JSON of any origin."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import UsageError
from reconciler.github.trigger import Dispatched, MergeGroup, PullRequestEvent, Push, Scheduled, trigger

HEAD, BASE, ZERO = "a" * 40, "b" * 40, "0" * 40
OURS, FORK = {"id": 1, "full_name": "acme/events"}, {"id": 2, "full_name": "eve/events"}


def pull(**changes: Any) -> dict[str, Any]:
    told = {
        "number": 7,
        "draft": False,
        "head": {"sha": HEAD, "ref": "spring", "repo": OURS},
        "base": {"sha": BASE, "ref": "main", "repo": OURS},
    }
    return {"action": "synchronize", "number": 7, "pull_request": {**told, **changes}}


def push(**changes: Any) -> dict[str, Any]:
    told = {"ref": "refs/heads/main", "before": BASE, "after": HEAD, "forced": False}
    return {**told, "repository": {"default_branch": "main"}, **changes}


def group(**changes: Any) -> dict[str, Any]:
    told = {"head_sha": HEAD, "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-b", "base_sha": BASE}
    return {"action": "checks_requested", "merge_group": {**told, "base_ref": "refs/heads/main", **changes}}


def test_a_pull_request_of_this_repository() -> None:
    expected = PullRequestEvent(7, HEAD, BASE, "main", from_fork=False, draft=False)
    assert trigger("pull_request", json.dumps(pull())) == expected


@pytest.mark.parametrize("repo", [FORK, None])
def test_a_pull_request_whose_commits_are_elsewhere_comes_from_a_fork(repo: object) -> None:
    found = trigger("pull_request", json.dumps(pull(head={"sha": HEAD, "repo": repo})))
    assert isinstance(found, PullRequestEvent)
    assert found.from_fork


def test_a_draft_says_so() -> None:
    found = trigger("pull_request", json.dumps(pull(draft=True)))
    assert isinstance(found, PullRequestEvent)
    assert found.draft


def test_a_merge_queue_names_its_branch() -> None:
    expected = MergeGroup(HEAD, BASE, "gh-readonly-queue/main/pr-7-b", "main")
    assert trigger("merge_group", json.dumps(group())) == expected


def test_a_push_to_the_default_branch() -> None:
    expected = Push("main", BASE, HEAD, is_default_branch=True, forced=False)
    assert trigger("push", json.dumps(push())) == expected


def test_a_push_to_another_branch_that_is_new() -> None:
    expected = Push("a/main", None, HEAD, is_default_branch=False, forced=True)
    assert trigger("push", json.dumps(push(ref="refs/heads/a/main", before=ZERO, forced=True))) == expected


@pytest.mark.parametrize(("name", "expected"), [("schedule", Scheduled()), ("workflow_dispatch", Dispatched())])
def test_time_and_people_say_nothing_more(name: str, expected: object) -> None:
    assert trigger(name, "{}") == expected


def test_commits_may_have_the_longer_names_too() -> None:
    assert isinstance(trigger("push", json.dumps(push(after="c" * 64))), Push)


@pytest.mark.parametrize(
    ("name", "payload", "said", "hint"),
    [
        ("", {}, "GITHUB_EVENT_NAME is not set", "inside GitHub Actions"),
        ("issues", {}, "event issues is not supported", "pull_request, merge_group, push"),
        ("evil\x1b[2J" + "x" * 99, {}, r"event evil\x1b[2J", "run the workflow on"),
        ("pull_request_target", pull(), "not safe here", "use `on: pull_request`"),
        ("push", push(ref="refs/tags/v1"), "refs/tags/v1 is not a branch", "on: push"),
        ("push", push(ref="refs/tags/main"), "refs/tags/main is not a branch", "on: push"),
        ("push", push(ref="refs/heads/"), "refs/heads/ is not a branch", "on: push"),
        ("push", push(after=ZERO), "branch main was deleted", "on: push"),
        ("push", push(after="main"), "after is not the name of a commit", "inside GitHub Actions"),
        ("push", push(before="HEAD~1"), "before is not the name of a commit", "inside GitHub Actions"),
        ("push", push(before=None), "before is not a text", "inside GitHub Actions"),
        ("push", push(ref=""), "ref is empty", "inside GitHub Actions"),
        ("push", push(repository=None), "repository is not an object", "inside GitHub Actions"),
        ("push", push(forced="no"), "forced is not true or false", "inside GitHub Actions"),
        ("pull_request", push(), "pull_request is not an object", "inside GitHub Actions"),
        ("pull_request", pull(number=0), "pull_request.number must be 1 or more", "inside GitHub Actions"),
        ("pull_request", pull(number="7; rm"), "pull_request.number is not a number", "inside GitHub Actions"),
        ("pull_request", pull(base={"sha": BASE, "ref": "main", "repo": None}), "base.repo is not", "inside"),
        ("pull_request", pull(head={"sha": "$(id)", "repo": OURS}), "head.sha is not the name", "inside"),
        ("merge_group", group(head_sha=HEAD.upper()), "merge_group.head_sha is not the name", "inside"),
        ("merge_group", {}, "merge_group is not an object", "inside"),
        ("schedule", [], "the event is not an object", "inside"),
    ],
)
def test_any_other_event_is_wrong_usage_with_what_to_do(name: str, payload: object, said: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        trigger(name, json.dumps(payload))
    assert said in raised.value.message
    assert hint in (raised.value.hint or "")


@pytest.mark.parametrize("payload", ["", "{", "NaN", "\ud800", "[" * 100_000])
def test_a_payload_that_is_no_json_is_wrong_usage(payload: str) -> None:
    with pytest.raises(UsageError, match="the payload of event push in GITHUB_EVENT_PATH is not JSON"):
        trigger("push", payload)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)


@given(st.data())
def test_one_wrong_value_anywhere_is_wrong_usage_or_no_matter(data: st.DataObject) -> None:
    name, event = data.draw(st.sampled_from([("push", push()), ("pull_request", pull()), ("merge_group", group())]))
    place: Any = event
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or data.draw(st.booleans()):
            break
        place = place[key] = dict(place[key])
    place[key] = data.draw(json_values)
    with suppress(UsageError):  # any other error fails the test
        found = trigger(name, json.dumps(event))
        assert isinstance(found, Push | PullRequestEvent | MergeGroup)
