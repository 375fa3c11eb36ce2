"""What GitHub's own description finds wrong of requests and answers, and what it lacks."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from reconciler.errors import Unavailable
from reconciler.github.client import GitHub
from tests.github.described import (
    FIELDS,
    HOMES,
    NULL,
    PATHS,
    STATUSES_OF_ONE,
    description,
    deviations,
    missing,
    published,
    schema_at,
)
from tests.github.local_github import local_github
from tests.github.world import ANSWER_LOST, TOKEN, Answer, Exchange, LocalGitHub, Request, Trouble

if reason := missing():
    pytest.skip(reason, allow_module_level=True)  # one line in the summary, not one for each test

HOME = "/repos/acme/events"
AGENT = "reconciler/0"


def asked(
    method: str, path: str, body: Any = None, answer: Answer | None = None, kind: str = "application/json"
) -> Exchange:
    """Return a request of our program within the repository, with the right answer to it."""
    return Exchange(
        f"{HOME}{path}", Request(method, path, {}, {"user-agent": AGENT, "content-type": kind}, body), answer
    )


def answered(method: str, path: str, content: Any, status: int = 200) -> Exchange:
    return asked(method, path, {} if method == "PATCH" else None, Answer(status, content))


def found_in(exchange: Exchange) -> list[str]:
    """Return what is found, without the request that each line begins with."""
    told = f"{exchange.request.method} {exchange.target}: "
    lines = deviations([exchange])
    assert [line for line in lines if not line.startswith(told)] == []
    return [line.removeprefix(told) for line in lines]


REQUESTS = [
    (asked("GET", "/secrets"), "no such method and path"),
    (asked("POST", "/issues/1", {}), "no such method and path"),
    (asked("GET", "/issues/one/comments"), "the parameter issue_number: 'one' is not of type 'integer'"),
    (asked("GET", "/issues?stat=open"), "no parameter stat"),
    (asked("GET", "/issues?stat="), "no parameter stat"),
    (asked("GET", "/issues?state=ajar"), "the parameter state: 'ajar' is not one of ['open', 'closed', 'all']"),
    (asked("GET", "/issues?since=today"), "the parameter since: 'today' is not a 'date-time'"),
    (asked("GET", "/issues?per_page=all"), "the parameter per_page: 'all' is not of type 'integer'"),
    (asked("GET", "/issues?per_page=101"), "the parameter per_page: 101 is not from 1 to 100"),
    (asked("GET", "/issues?per_page=0"), "the parameter per_page: 0 is not from 1 to 100"),
    (
        asked("GET", "/actions/runs?exclude_pull_requests=no"),
        "the parameter exclude_pull_requests: 'no' is not of type 'boolean'",
    ),
    (asked("GET", "/issues", {}), "a body"),
    (asked("POST", "/issues"), "no body"),
    (asked("POST", "/issues", {"title": "x"}, kind="text/plain"), "a body of the type 'text/plain'"),
    (asked("POST", "/issues", {}), "the body: 'title' is a required property"),
    (asked("POST", "/issues", {"title": "x", "lables": []}), "the body: 'lables' is not described"),
    (asked("POST", "/issues", {"title": "x", "labels": "drift"}), "the body, labels: 'drift' is not of type 'array'"),
    (asked("PATCH", "/issues/1", {"state": "ajar"}), "the body, state: 'ajar' is not one of ['open', 'closed']"),
    (asked("POST", "/issues/1/comments", {"body": None}), "the body, body: None is not of type 'string'"),
]


@pytest.mark.parametrize(("exchange", "line"), REQUESTS, ids=[line for _, line in REQUESTS])
def test_a_request_that_github_does_not_describe_is_found(exchange: Exchange, line: str) -> None:
    assert found_in(exchange) == [line]


RUNS, COMMENTS, JOBS = "/actions/runs", "/issues/1/comments", "/actions/runs/1/jobs"
ANSWERS = [
    (answered("GET", RUNS, {}, 409), "the answer 409"),
    (answered("GET", RUNS, []), "the answer 200: [] is not of type 'object'"),
    (answered("GET", RUNS, {"runs": []}), "the answer 200: 'runs' is not described"),
    (
        answered("GET", RUNS, {"workflow_runs": [{}, {"id": "1"}, {"id": "1"}]}),
        "the answer 200, workflow_runs[].id: '1' is not of type 'integer'",
    ),
    (
        answered("GET", RUNS, {"workflow_runs": [{"created_at": ""}]}),
        "the answer 200, workflow_runs[].created_at: '' is not a 'date-time'",
    ),
    (
        answered("GET", RUNS, {"workflow_runs": [{"head_repository": {"fullname": ""}}]}),
        "the answer 200, workflow_runs[].head_repository: 'fullname' is not described",
    ),
    (
        answered("GET", JOBS, {"jobs": [{"steps": [{"status": "done"}]}]}),
        "the answer 200, jobs[].steps[].status: 'done' is not one of ['queued', 'in_progress', 'completed']",
    ),
    (answered("GET", COMMENTS, [{"id": 2**63}]), f"the answer 200, [].id: {2**63} is not a 'int64'"),
    (answered("GET", COMMENTS, [{"url": "x"}]), "the answer 200, [].url: 'x' is not a 'uri'"),
    (answered("GET", COMMENTS, [{"body": None}]), "the answer 200, [].body: None is not of type 'string'"),
    (answered("PATCH", "/issues/1", {"titel": ""}), "the answer 200: 'titel' is not described"),
    (answered("PATCH", "/issues/1", {"title": 1}), "the answer 200, title: 1 is not of type 'string'"),
    (answered("GET", "/actions/artifacts/1/zip", {}, 302), "the answer 302: a body"),
    (answered("GET", COMMENTS, None, 404), "the answer 404: None is not of type 'object'"),
    (answered("GET", RUNS, {"message": 1}, 404), "the answer 404, message: 1 is not of type 'string'"),
]


@pytest.mark.parametrize(("exchange", "line"), ANSWERS, ids=[line for _, line in ANSWERS])
def test_an_answer_that_github_does_not_describe_is_found(exchange: Exchange, line: str) -> None:
    assert found_in(exchange) == [line]


def test_a_parameter_that_github_needs_is_missed() -> None:
    request = Exchange("/search/issues", asked("GET", "/issues").request, None)
    assert deviations([request]) == ["GET /search/issues: the parameter q is missing"]


@pytest.mark.parametrize(
    "exchange",
    [
        asked("GET", "/issues?state=open&labels=&per_page=100&page=2"),
        asked("GET", "/compare/a...b%2Fc?per_page=1"),
        asked("PATCH", "/issues/1", {"title": None, "milestone": None}),
        answered("GET", RUNS, {}),
        answered("GET", RUNS, {"workflow_runs": [{"conclusion": None, "run_started_at": "2027-01-01T00:00:00Z"}]}),
        answered("GET", COMMENTS, [{"user": None}]),
        answered("PATCH", "/issues/1", {"title": "x", "labels": [{"name": "drift"}], "suggestions": {}}),
        answered("GET", "/actions/artifacts/1/zip", None, 302),
        answered("GET", RUNS, {"message": "Bad credentials", "status": "401"}, 401),
        answered("GET", "/pulls/1", {"head": {"repo": None}}),
        answered("GET", "/commits/a/pulls", [{"head": {"repo": None}}]),
        answered("GET", "/commits/a/pulls", {"message": "No commit found for SHA: a", "status": "422"}, 422),
    ],
    ids=lambda exchange: exchange.target.removeprefix(HOME),
)
def test_what_github_describes_or_is_known_to_do_is_not_found(exchange: Exchange) -> None:
    assert found_in(exchange) == []


def test_a_further_page_is_checked_like_the_first_and_a_query_is_not() -> None:
    request = asked("GET", "/issues").request
    assert deviations([Exchange("/repositories/4711/issues?page=2", request, None)]) == []
    assert len(deviations([Exchange("/repositories/4711/issues?pag=2", request, None)])) == 1
    assert deviations([Exchange("/graphql", request, None)]) == []


def test_what_was_asked_twice_is_told_once() -> None:
    assert len(deviations([asked("GET", "/secrets")] * 2)) == 1


def ask_wrongly(github: LocalGitHub, agent: str) -> None:
    headers = {"user-agent": agent, "authorization": f"Bearer {TOKEN}", "x-github-api-version": "2022-11-28"}
    assert httpx.get(f"{github.api_url}{HOME}/issues?stat=open", headers=headers).status_code == 200


def test_the_local_github_fails_at_its_end_for_what_our_program_asked() -> None:
    expected = r"^GitHub does not describe:\nGET .*: no parameter stat$"
    with pytest.raises(AssertionError, match=expected), local_github() as github:
        ask_wrongly(github, AGENT)


def test_what_others_ask_is_not_looked_at() -> None:
    with local_github() as github:
        ask_wrongly(github, "curl/8")


def test_a_planted_answer_is_not_looked_at_and_the_request_is(github: LocalGitHub, client: GitHub) -> None:
    github.trouble("GET", "/issues", Trouble(Answer(200, [{"number": "1"}])))
    github.trouble("GET", "/issues", ANSWER_LOST)
    with pytest.raises(Unavailable):
        client.open_issues()
    assert client.open_issues() == ()
    assert [one.answer is None for one in github.exchanges] == [True, False, False]


EVENTS: dict[str, Callable[[LocalGitHub, int], str]] = {
    "pull-request-opened": lambda github, number: github.pull_request_event(number, "opened"),
    "pull-request-synchronize": lambda github, number: github.pull_request_event(number),
    "pull-request-closed": lambda github, number: github.pull_request_event(number, "closed"),
    "push": lambda github, _: github.push_event("main", None, github.branches["main"]),
    "merge-group-checks-requested": lambda github, number: github.merge_group_event(number, github.branches["main"]),
}


@pytest.mark.parametrize("name", EVENTS)
def test_the_local_githubs_events_are_those_that_github_describes(github: LocalGitHub, name: str) -> None:
    number = github.open_pull("spring")
    if name.endswith("closed"):
        github.merge(number)
    event = json.loads(EVENTS[name](github, number))
    assert list(description().deviations_of_event(name, event)) == []
    assert list(description().deviations_of_event(name, {**event, "x": 1})) == ["the event: 'x' is not described"]


def test_nothing_stands_among_the_lacks_that_is_described_by_now() -> None:
    whole = published()
    assert not {*PATHS, *(f"{home}/issues" for home in HOMES)} & whole["paths"].keys()
    for path, status in STATUSES_OF_ONE:
        assert str(status) not in whole["paths"][path]["get"]["responses"]
    for place in FIELDS:
        *steps, name = place.split(".")
        assert name not in schema_at(whole, *steps)
    for place in NULL:
        assert "nullable" not in schema_at(whole, *place.split("."))
