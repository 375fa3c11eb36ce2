"""The local GitHub itself, as other tests rely on it: whole stories, and the events that the runner passes on."""

import httpx
import pytest

from reconciler.github.client import GitHub
from reconciler.github.trigger import MergeGroup, PullRequestEvent, Push, trigger
from tests.github.world import LocalGitHub


def test_a_story_from_a_pull_request_to_its_apply(github: LocalGitHub, client: GitHub) -> None:
    applied = github.branches["main"]
    numbers = [github.open_pull(branch) for branch in ("spring", "autumn")]
    for number in numbers:
        seen = trigger("pull_request", github.pull_request_event(number))
        assert isinstance(seen, PullRequestEvent)
        run = github.start_run("plan.yml", event="pull_request", head_sha=seen.head_sha)
        github.upload(run, "plan", {"plan.json": f"plan of {number}".encode()})
        github.finish_run(run)
        client.create_comment(number, "the plan", before=client.comments(number))
    github.merge(numbers[0])
    replaced = github.start_run("apply.yml", event="push", head_sha=github.branches["main"])
    after = github.squash(numbers[1])
    github.finish_run(replaced, "cancelled")

    pushed = trigger("push", github.push_event("main", applied, after))
    assert pushed == Push("main", applied, after, is_default_branch=True, forced=False)
    assert not list(client.runs_of_workflow("apply.yml", branch="main", status="success"))
    compared = client.compare(applied, after)
    assert compared is not None
    merged = {pull.number: pull for sha in compared.commits for pull in client.pull_requests_of(sha)}
    assert sorted(merged) == numbers
    plans = [
        client.file_in(artifact, "plan.json")
        for pull in merged.values()
        for run_of_head in client.runs_of_commit(pull.head_sha)
        for artifact in client.artifacts(run_of_head.id)
    ]
    assert sorted(filter(None, plans)) == [f"plan of {number}".encode() for number in numbers]


def test_the_events_are_such_as_github_sends(github: LocalGitHub) -> None:
    fork = trigger("pull_request", github.pull_request_event(github.open_pull("x", repository="eve/events")))
    assert isinstance(fork, PullRequestEvent)
    assert fork.from_fork
    number = github.open_pull("spring")
    github.close(number)
    head, base = github.commit(github.branches["main"]), github.branches["main"]
    queue = f"gh-readonly-queue/main/pr-{number}-{base}"
    assert trigger("merge_group", github.merge_group_event(number, head)) == MergeGroup(head, base, queue, "main")
    new = trigger("push", github.push_event("x", None, head))
    assert new == Push("x", None, head, is_default_branch=False, forced=False)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"user-agent": "x", "x-github-api-version": "2022-11-28"}, 401),
        ({"user-agent": "x"}, 400),
        ({"user-agent": "x", "x-github-api-version": "1999-01-01"}, 400),
        ({}, 403),
    ],
)
def test_a_request_that_github_would_not_take_is_refused(
    github: LocalGitHub, headers: dict[str, str], status: int
) -> None:
    with httpx.Client() as plain:
        request = plain.build_request("GET", f"{github.api_url}/repos/acme/events/pulls/1", headers=headers)
        if "user-agent" not in headers:
            del request.headers["user-agent"]
        assert plain.send(request).status_code == status


@pytest.mark.parametrize("path", ["/user", "/repos/acme/other/pulls/1", "/repos/acme/events/secrets"])
def test_what_github_does_not_show_here_is_not_found(github: LocalGitHub, path: str) -> None:
    token = {"authorization": "Bearer ghs_local", "x-github-api-version": "2022-11-28"}
    assert httpx.get(f"{github.api_url}{path}", headers=token).status_code == 404
