"""The client against a GitHub that is slow, full, broken or hostile."""

import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.connections import GitHubConnection, Secret
from reconciler.errors import AccessDenied, Interrupted, ReconcilerError, Rejected, Unavailable
from reconciler.github.client import GitHub
from reconciler.github.http import MOST_PAGES, GitHubHttp, host_of, is_of_the_api, is_secure
from reconciler.github.records import Artifact
from reconciler.transport.exchange import MOST_BYTES
from reconciler.transport.retrying import ATTEMPTS
from reconciler.transport.surroundings import Watch
from tests.github.conftest import Open
from tests.github.world import ANSWER_LOST, UNREACHED, LocalGitHub, failing, primary_limit, secondary_limit
from tests.hubspot.clocks import Sleeper, ticking
from tests.hubspot.connecting import CERTIFICATE
from tests.hubspot.scripted import Play, Server, answer, cut, endless, raw, reset, serving, unframed, unused_address

CANARY = "ghs_canary4711"
ARTIFACT = Artifact(5, "plan", 1, expired=False, created_at=None)
USER = {"login": "octocat", "type": "User"}
COMMENT = {"id": 1, "body": "x", "user": USER}

Start = Callable[..., Server]


@pytest.fixture
def play() -> Iterator[Start]:
    """Start servers that play a script; all of them end with the test."""
    with ExitStack() as stack:
        yield lambda *script: stack.enter_context(serving(*script))


def to(server: Server | str, *, proxy: str | None = None) -> GitHubConnection:
    url = server if isinstance(server, str) else server.base_url
    return GitHubConnection(Secret(CANARY), url, "acme/events", proxy=proxy, ca_file=str(CERTIFICATE))


# What is sent


def test_a_request_carries_the_token_and_the_version(play: Start, open_client: Open) -> None:
    server = play(answer(body=[]))
    open_client(to(f"{server.base_url}/api/v3")).comments(7)
    (request,) = server.received
    assert (request.method, request.target) == ("GET", "/api/v3/repos/acme/events/issues/7/comments?per_page=100")
    assert request.headers["authorization"] == f"Bearer {CANARY}"
    assert request.headers["accept"] == "application/vnd.github+json"
    assert request.headers["x-github-api-version"] == "2022-11-28"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["user-agent"].startswith("reconciler/")


def test_each_request_is_told_in_a_line_without_its_query(github: LocalGitHub, open_client: Open) -> None:
    lines: list[str] = []
    run = github.start_run("plan.yml", event="push", head_sha="a" * 40)
    github.upload(run, "plan", {"plan.json": b"{}"})
    for number in range(100):
        github.upload(run, f"plan-{number}", {})
    client = open_client(github.connection(), watch=Watch(log=lines.append))
    client.file_in(client.artifacts(run)[0], "plan.json")
    store = github.storage_url.removeprefix("http://")
    assert lines == [
        f"GET /repos/acme/events/actions/runs/{run}/artifacts: 200",
        f"GET /repositories/4711/actions/runs/{run}/artifacts: 200",
        f"GET /repos/acme/events/actions/artifacts/{min(github.artifacts)}/zip: 302",
        f"GET {store}: 200",
    ]


def test_a_run_that_was_stopped_sends_nothing_more(github: LocalGitHub, open_client: Open) -> None:
    def stop() -> None:
        raise Interrupted(2)

    with pytest.raises(Interrupted):
        open_client(github.connection(), watch=Watch(check_stop=stop)).comments(1)
    assert not github.requests


# Where the token goes


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_of_the_api_is_not_followed(play: Start, open_client: Open, status: int) -> None:
    elsewhere = play(answer(body=[]))
    server = play(answer(status, Location=f"{elsewhere.base_url}/x"))
    with pytest.raises(Unavailable, match="answers with a redirect") as caught:
        open_client(to(server)).comments(7)
    assert "GITHUB_REPOSITORY" in (caught.value.hint or "")
    assert not elsewhere.received


def test_a_list_that_goes_on_elsewhere_is_not_followed(play: Start, open_client: Open) -> None:
    elsewhere = play(answer(body=[]))
    server = play(answer(body=[COMMENT], Link=f'<{elsewhere.base_url}/repos/x?page=2>; rel="next"'))
    with pytest.raises(Unavailable, match="where the token must not be sent"):
        open_client(to(server)).comments(7)
    assert not elsewhere.received


@pytest.mark.parametrize("link", ["", "<", '<x>; rel="prev"', "next", '<x>; rel="next', ";;,,<>", 'rel="next"; <x>'])
def test_a_link_that_names_no_next_page_ends_the_list(play: Start, open_client: Open, link: str) -> None:
    server = play(answer(body=[COMMENT], Link=link))
    try:
        assert len(open_client(to(server)).comments(7)) == 1
    except Unavailable as error:
        assert "must not be sent" in error.message  # noqa: PT017  (either end is right: nothing was followed)
    assert len(server.received) == 1


def endless_list(body: object) -> Play:
    """Return a page that always names a next one."""

    def play(connection: socket.socket) -> None:
        port = connection.getsockname()[1]
        link = f'<http://127.0.0.1:{port}/repositories/1/x?page=2>; rel="next"'
        answer(body=body, Link=link)(connection)

    return play


def test_a_list_without_an_end_is_an_error(play: Start, open_client: Open) -> None:
    server = play(endless_list([COMMENT]))
    with pytest.raises(Unavailable, match=f"more than {MOST_PAGES} pages"):
        open_client(to(server)).comments(7)
    assert len(server.received) == MOST_PAGES + 1


def test_a_comparison_without_an_end_is_not_complete(play: Start, open_client: Open) -> None:
    sha = {"sha": "a" * 40}
    page = {"status": "ahead", "total_commits": 999, "merge_base_commit": sha, "commits": [sha]}
    server = play(endless_list(page))
    found = open_client(to(server)).compare("a", "b")
    assert found is not None
    assert (len(found.commits), found.complete) == (MOST_PAGES, False)


def test_plain_http_passes_by_the_proxy_which_would_see_the_token(play: Start, open_client: Open) -> None:
    proxy, server = play(answer()), play(answer(body=[]))
    open_client(to(server, proxy=proxy.base_url)).comments(7)
    assert not proxy.received


def test_https_goes_through_the_proxy_which_never_sees_the_token(play: Start, open_client: Open) -> None:
    proxy = play(answer(407))
    client = open_client(to("https://api.github.example", proxy=proxy.base_url))
    with pytest.raises(Unavailable, match=r"api\.github\.example cannot be reached: "):
        client.comments(7)
    assert CANARY not in repr(proxy.received)


# Artifacts


def sent_to(address: str) -> Play:
    return answer(302, b"", Location=address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/elsewhere",
        "http://store.example/x",
        "http://127.0.0.1.example/x",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "https://user@store.example/x",
        "https:///x",
        "http://127.0.0.1:99999/x",
    ],
)
def test_an_artifact_is_fetched_from_safe_addresses_alone(play: Start, open_client: Open, address: str) -> None:
    server = play(sent_to(address))
    with pytest.raises(Unavailable, match="redirects to an unsafe address"):
        open_client(to(server)).file_in(ARTIFACT, "plan.json")
    assert len(server.received) == 1


def test_only_an_api_on_this_machine_may_send_us_to_this_machine() -> None:
    ours, public = (
        GitHubHttp(to("http://localhost:1"), timeout=9),
        GitHubHttp(to("https://api.github.example"), timeout=9),
    )
    assert ours._is_local("http://127.0.0.1:2/x")
    assert not public._is_local("http://127.0.0.1:2/x")
    for one in (ours, public):
        one.close()


@pytest.mark.parametrize("host", ["999.1.1.1", "a..b", "%00"])
def test_an_artifact_at_an_address_that_is_none_is_an_error(play: Start, open_client: Open, host: str) -> None:
    with pytest.raises(Unavailable):
        open_client(to(play(sent_to(f"https://{host}/x")))).file_in(ARTIFACT, "plan.json")


def test_a_store_does_not_see_the_token(play: Start, open_client: Open) -> None:
    store = play(answer(body=b"no archive"))
    server = play(sent_to(f"{store.base_url}/x?sig=1"))
    with pytest.raises(Rejected, match="the artifact is broken"):
        open_client(to(server)).file_in(ARTIFACT, "plan.json")
    (request,) = store.received
    assert request.target == "/x?sig=1"
    assert CANARY not in repr(request)


@pytest.mark.parametrize(("status", "times"), [(403, 1), (404, 1), (302, 1), (500, ATTEMPTS), (503, ATTEMPTS)])
def test_a_store_that_fails_is_told_without_its_address(
    play: Start, open_client: Open, status: int, times: int
) -> None:
    store = play(answer(status, Location="https://store.example/"))
    server = play(sent_to(f"{store.base_url}/x?sig=hunter2"))
    with pytest.raises(Unavailable, match=f"which stores the artifact, fails with status {status}") as caught:
        open_client(to(server)).file_in(ARTIFACT, "plan.json")
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
    assert len(server.received) == len(store.received) == times


def test_a_store_that_fails_once_is_asked_again_at_a_new_address(github: LocalGitHub, client: GitHub) -> None:
    run = github.start_run("plan.yml", event="push", head_sha="a" * 40)
    github.upload(run, "plan", {"plan.json": b"{}"})
    github.trouble("GET", "/actions/artifacts/*", failing(502))
    assert client.file_in(client.artifacts(run)[0], "plan.json") == b"{}"


def test_an_artifact_that_is_too_large_is_not_read_to_its_end(play: Start, open_client: Open) -> None:
    store = play(endless(b" " * 2**20))
    server = play(sent_to(f"{store.base_url}/x"))
    with pytest.raises(Unavailable, match="sent more than 2 MiB at once"):
        open_client(to(server)).file_in(ARTIFACT, "plan.json", most_bytes=2 * 2**20)
    assert len(store.received) == 1


@pytest.mark.parametrize("instead", [answer(200, b"x"), answer(404, b"<html>"), answer(410, b"")])
def test_an_artifact_is_gone_only_where_github_says_so(play: Start, open_client: Open, instead: Play) -> None:
    with pytest.raises(ReconcilerError):
        open_client(to(play(instead))).file_in(ARTIFACT, "plan.json")


# Limits


def test_the_end_of_a_primary_limit_is_waited_for(github: LocalGitHub, open_client: Open) -> None:
    sleeper = Sleeper()
    number = github.open_pull("spring")
    github.trouble("POST", "/issues/*", primary_limit(seconds=90))
    open_client(github.connection(), clock=sleeper.clock).create_comment(number, "plan", before=())
    assert 91 <= sleeper.now < 93
    assert github.bodies(number) == ["plan"]
    assert not github.sent("GET")


@pytest.mark.parametrize(("retry_after", "least"), [(7, 7), (None, 60)])
def test_the_end_of_a_secondary_limit_is_waited_for(
    github: LocalGitHub, open_client: Open, retry_after: int | None, least: int
) -> None:
    sleeper = Sleeper()
    github.trouble("GET", "/pulls/*", secondary_limit(retry_after=retry_after))
    assert open_client(github.connection(), clock=sleeper.clock).pull_request(9) is None
    assert least <= sleeper.now < least + 2


def test_a_limit_that_ends_after_the_time_is_not_waited_for(github: LocalGitHub, open_client: Open) -> None:
    sleeper = Sleeper()
    github.trouble("GET", "/pulls/*", primary_limit(seconds=3000))
    client = open_client(github.connection(), clock=sleeper.clock)
    with pytest.raises(Unavailable, match="hourly limit of 1,000 requests is used up until 08:50 UTC") as caught:
        client.pull_request(9)
    assert caught.value.hint == "try again in 51 minutes: all runs of the repository share it"
    assert caught.value.exit_code == 7
    assert not sleeper.slept


def test_while_a_limit_lasts_nothing_more_is_sent(github: LocalGitHub, open_client: Open) -> None:
    sleeper = Sleeper()
    client = open_client(github.connection(), clock=sleeper.clock)
    github.trouble("GET", "/pulls/*", primary_limit(seconds=3000))
    for ask in (client.pull_request, client.comments, client.artifacts):
        with pytest.raises(Unavailable, match="is used up until 08:50 UTC"):
            ask(9)
    assert len(github.requests) == 1
    assert not sleeper.slept


def test_a_server_that_fails_holds_no_other_request_back(github: LocalGitHub, client: GitHub) -> None:
    github.trouble("GET", "/pulls/*", failing(503), times=ATTEMPTS)
    with pytest.raises(Unavailable):
        client.pull_request(9)
    assert client.pull_request(9) is None


# Failures that pass, or do not


BROKEN = {
    "nothing at all": cut(),
    "a reset": reset,
    "half a body": cut(b"["),
    "half a body without a length": unframed(b'[{"id": '),
    "no HTTP": raw(b"SSH-2.0-OpenSSH\r\n"),
    "an empty body": answer(body=b""),
    "HTML": answer(body=b"<html>"),
    "depth": answer(body=b"[" * 100_000),
    "503": answer(503, {"message": "Unicorn!"}),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_asked_for_again(play: Start, open_client: Open, broken: Play) -> None:
    assert len(open_client(to(play(broken, answer(body=[COMMENT])))).comments(7)) == 1


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_stays_broken_is_an_error(play: Start, open_client: Open, broken: Play) -> None:
    server = play(broken)
    with pytest.raises(Unavailable):
        open_client(to(server)).comments(7)
    assert len(server.received) == ATTEMPTS


def test_a_write_is_not_sent_again_while_nobody_can_tell_whether_it_arrived(
    github: LocalGitHub, client: GitHub
) -> None:
    number = github.open_pull("spring")
    github.trouble("POST", "/issues/*", ANSWER_LOST)
    github.trouble("GET", "/issues/*", UNREACHED, times=100)
    with pytest.raises(Unavailable) as caught:
        client.create_comment(number, "plan", before=())
    assert caught.value.sent
    assert github.bodies(number) == ["plan"]
    assert (len(github.sent("POST")), len(github.sent("GET"))) == (1, ATTEMPTS)


def test_a_write_that_never_gets_an_answer_may_have_been_carried_out(github: LocalGitHub, client: GitHub) -> None:
    github.trouble("POST", "/issues", UNREACHED, times=100)
    with pytest.raises(Unavailable) as caught:
        client.create_issue("Drift", "x", "drift", before=())
    assert caught.value.sent
    assert len(github.sent("POST")) == ATTEMPTS


def test_a_change_is_sent_again(github: LocalGitHub, client: GitHub) -> None:
    made = client.create_comment(github.open_pull("spring"), "plan", before=())
    github.trouble("PATCH", "/issues/comments/*", ANSWER_LOST)
    github.trouble("PATCH", "/issues/comments/*", failing(500))
    assert client.update_comment(made.id, "new") is not None
    assert github.comments[made.id].body == "new"


def test_a_connection_that_is_refused_sent_nothing(open_client: Open) -> None:
    client = open_client(to(unused_address()))
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:\d+ cannot be reached: Connection refused") as caught:
        client.create_comment(7, "plan", before=())
    assert not caught.value.sent
    assert caught.value.hint == "check the network, the proxy and GITHUB_API_URL"


def test_a_body_that_never_ends_ends_with_the_time(play: Start, open_client: Open) -> None:
    client = open_client(to(play(endless(b" "))), timeout=60, clock=ticking())
    with pytest.raises(Unavailable, match=r"timed out after 60 s \(requests to GitHub\)") as caught:
        client.create_comment(7, "plan", before=())
    assert caught.value.sent


def test_a_body_that_is_too_large_is_not_read_to_its_end(play: Start, open_client: Open) -> None:
    server = play(endless(b" " * 2**20))
    with pytest.raises(Unavailable, match=f"more than {MOST_BYTES // 2**20} MiB"):
        open_client(to(server)).comments(7)
    assert len(server.received) == 1


@pytest.mark.parametrize("instead", [answer(404, b"<html>"), answer(404, b"")])
def test_a_404_that_github_did_not_give_says_nothing_about_what_is_there(
    play: Start, open_client: Open, instead: Play
) -> None:
    with pytest.raises(Rejected, match="status 404"):
        open_client(to(play(instead))).update_comment(7, "x")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "the list is not a list"),
        ([7], r"the list\[0\] is not an object"),
        ([{**COMMENT, "id": "7"}], r"the list\[0\]\.id is not a number"),
        (None, "the list is not a list"),
    ],
)
def test_an_answer_that_github_does_not_describe_is_an_error(
    play: Start, open_client: Open, body: object, said: str
) -> None:
    with pytest.raises(Unavailable, match=f"GitHub's answer does not match its API description: {said}"):
        open_client(to(play(answer(body=body)))).comments(7)


@pytest.mark.parametrize("body", [[], {}, {"status": "ahead"}])
def test_a_comparison_that_github_does_not_describe_is_an_error(play: Start, open_client: Open, body: object) -> None:
    with pytest.raises(Unavailable, match="does not match its API description"):
        open_client(to(play(answer(body=body)))).compare("a", "b")


def test_a_comparison_that_github_refuses_is_refused(play: Start, open_client: Open) -> None:
    with pytest.raises(Rejected, match="too large") as caught:
        open_client(to(play(answer(422, {"message": "too large"})))).compare("a", "b")
    assert caught.value.status == 422


# The secret


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 501])
def test_an_answer_that_repeats_the_token_does_not_show_it(
    play: Start, open_client: Open, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    lines: list[str] = []
    said = {"message": f"Bearer {CANARY} is bad", "errors": [CANARY, {"message": CANARY}]}
    client = open_client(to(play(answer(status, said))), watch=Watch(log=lines.append))
    with pytest.raises(ReconcilerError) as caught:
        client.comments(7)
    shown = "".join(traceback.format_exception(caught.value)) + f"{caught.value.hint}{lines}"
    assert CANARY not in shown
    assert not [record for record in caplog.records if CANARY in record.getMessage()]


API = "https://api.github.com"


@pytest.mark.parametrize(
    ("address", "api"),
    [
        ("https://api.github.com/repositories/1/issues?page=2", API),
        ("https://github.example/api/v3/repos/a/b", "https://github.example/api/v3"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080"),
    ],
)
def test_an_address_of_the_same_api_may_be_followed(address: str, api: str) -> None:
    assert is_of_the_api(address, api)


@pytest.mark.parametrize(
    ("address", "api"),
    [
        ("https://api.github.com.evil.example/x", API),
        ("https://evil.example/x", API),
        ("http://api.github.com/x", API),
        ("https://api.github.com:8443/x", API),
        ("https://evil@api.github.com/x", API),
        ("https://api.github.com@evil.example/x", API),
        ("https://api.github.com\\@evil.example/x", API),
        ("https://api.github.com", API),
        ("https://api.github.com/a b", API),
        ("https://api.github.com/\n", API),
        ("https://api.github.com/é", API),
        ("https://api.github.com:port/x", API),
        ("https://[::1/x", API),
        ("//api.github.com/x", API),
        ("/x", API),
        ("", API),
        ("https://github.example/api/v3/../../x", "https://github.example/api/v3"),
        ("https://github.example/api/v30/x", "https://github.example/api/v3"),
    ],
)
def test_no_other_address_may_be_followed(address: str, api: str) -> None:
    assert not is_of_the_api(address, api)


def test_only_https_is_secure() -> None:
    assert is_secure("https://store.example/x?sig=1")
    assert not is_secure("http://store.example/x")
    assert not is_secure("https://user@store.example/x")
    assert not is_secure("https:///x")


def test_a_host_is_shown_without_what_follows_it() -> None:
    assert host_of("https://store.example:444/x?sig=secret") == "store.example:444"
    assert host_of("https://secret@store.example/") == ""


@given(st.text())
def test_no_text_breaks_the_reader_of_addresses(text: str) -> None:
    for address in (text, f"https://{text}", f"{API}{text}"):
        is_secure(address)
        if is_of_the_api(address, API):
            assert address.startswith(f"{API}/")


# Queries


COMMITS = [f"{number:040x}" for number in range(21)]
NO_PULLS = {"nodes": [], "pageInfo": {"hasNextPage": False}}


def data(**last: object) -> Play:
    """Return an answer to the query for these commits, which says this of the last one."""
    found: list[dict[str, object]] = [{"oid": commit, "associatedPullRequests": NO_PULLS} for commit in COMMITS]
    found[-1] = {**found[-1], **last}
    return answer(body={"data": {"repository": {f"c{number}": commit for number, commit in enumerate(found)}}})


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_query_whose_answer_is_broken_is_asked_again(play: Start, open_client: Open, broken: Play) -> None:
    server = play(broken, data())
    assert open_client(to(server)).pull_requests_of_each(COMMITS) == dict.fromkeys(COMMITS, ())
    assert [request.target for request in server.received] == ["/graphql", "/graphql"]


@pytest.mark.parametrize(
    "wrong",
    [
        answer(body=[]),
        answer(body={}),
        answer(body={"data": None}),
        answer(body={"data": {"repository": None}}),
        answer(body={"data": {"repository": {"c0": {}}}}),
        data(oid="b" * 40),
        data(associatedPullRequests=None),
        data(associatedPullRequests={**NO_PULLS, "pageInfo": {}}),
        data(associatedPullRequests={**NO_PULLS, "nodes": None}),
        data(associatedPullRequests={**NO_PULLS, "nodes": [{"number": 1, "repository": None}]}),
    ],
)
def test_an_answer_to_another_query_is_an_error(play: Start, open_client: Open, wrong: Play) -> None:
    with pytest.raises(Unavailable, match="GitHub's answer does not match its API description"):
        open_client(to(play(wrong))).pull_requests_of_each(COMMITS)


@pytest.mark.parametrize(
    ("said", "error", "message", "times"),
    [
        ({"type": "FORBIDDEN"}, AccessDenied, "GitHub's token may not do this: no", 1),
        ({"type": "INSUFFICIENT_SCOPES"}, AccessDenied, "GitHub's token may not do this: no", 1),
        ({"type": "NOT_FOUND"}, Rejected, "GitHub refuses the query: no", 1),
        ({"extensions": {"code": "undefinedField"}}, Rejected, "GitHub refuses the query: no", 1),
        ({}, Unavailable, "GitHub keeps failing to answer a query: no", ATTEMPTS),
    ],
)
def test_an_error_in_an_answer_is_none_of_its_data(
    play: Start, said: dict[str, object], error: type[ReconcilerError], message: str, times: int
) -> None:
    server = play(answer(body={"data": {"repository": None}, "errors": [{**said, "message": "no"}]}))
    http = GitHubHttp(to(server), timeout=600, clock=Sleeper().clock)
    with pytest.raises(error, match=message) as caught:
        http.query("query { x }", {}, "pull-requests: read")
    http.close()
    assert len(server.received) == times
    if error is AccessDenied:
        assert "give the job the permission pull-requests: read" in (caught.value.hint or "")


@pytest.mark.parametrize("kind", ["FORBIDDEN", "NOT_FOUND"])
def test_commits_whose_query_is_refused_are_asked_for_one_by_one(play: Start, open_client: Open, kind: str) -> None:
    refused = answer(body={"errors": [{"type": kind, "message": "no"}]})
    server = play(refused, answer(body=[]))
    assert open_client(to(server)).pull_requests_of_each(COMMITS) == dict.fromkeys(COMMITS, ())
    assert len(server.received) == 1 + len(COMMITS)


@pytest.mark.parametrize("failing", [answer(502), answer(body={"data": None, "errors": [{"message": "a timeout"}]})])
def test_commits_whose_query_takes_too_long_are_asked_for_alone(play: Start, open_client: Open, failing: Play) -> None:
    server = play(*[failing] * ATTEMPTS, answer(body=[]))
    client = open_client(to(server), clock=Sleeper().clock)
    assert client.pull_requests_of_each(COMMITS) == dict.fromkeys(COMMITS, ())
    assert [request.target for request in server.received[:ATTEMPTS]] == ["/graphql"] * ATTEMPTS
    assert len(server.received) == ATTEMPTS + len(COMMITS)


def test_a_commit_of_which_a_pull_request_is_not_shown_is_asked_for_alone(play: Start, open_client: Open) -> None:
    server = play(data(associatedPullRequests={**NO_PULLS, "nodes": [None]}), answer(body=[]))
    assert open_client(to(server)).pull_requests_of_each(COMMITS) == dict.fromkeys(COMMITS, ())
    assert len(server.received) == 2


def test_a_limit_of_queries_is_waited_for(play: Start, open_client: Open) -> None:
    sleeper = Sleeper()
    limited = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    server = play(answer(body=limited, Retry_After="7"), data())
    client = open_client(to(server), clock=sleeper.clock)
    assert client.pull_requests_of_each(COMMITS) == dict.fromkeys(COMMITS, ())
    assert 7 <= sleeper.now < 9


def test_a_query_that_is_refused_is_an_error(github: LocalGitHub, open_client: Open) -> None:
    with pytest.raises(AccessDenied, match="GitHub does not accept the token"):
        open_client(github.connection("ghs_wrong")).pull_requests_of_each(COMMITS)
