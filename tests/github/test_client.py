"""The client's reads and writes, against the local GitHub."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from reconciler.errors import AccessDenied, Rejected
from reconciler.github.client import MOST_COMMITS, GitHub
from reconciler.github.records import Ancestry, Author, BranchTip
from tests.github.conftest import Open
from tests.github.local_github import local_github
from tests.github.world import (
    ANSWER_LOST,
    BOT,
    REPOSITORY,
    SOMEBODY,
    UNREACHED,
    Answer,
    LocalGitHub,
    Trouble,
    failing,
    secondary_limit,
)
from tests.repository import Repository

BOT_AUTHOR = Author("github-actions[bot]", "Bot")


# Branches


def test_the_last_commit_of_a_branch_is_read(tmp_path: Path, open_client: Open) -> None:
    repository = Repository.at(tmp_path)
    commit = repository.commit()
    with local_github(tmp_path) as github:
        github.push("a/b#c", commit)
        client = open_client(github.connection())
        tip = client.branch_tip("a/b#c")
        assert tip == BranchTip(commit, "name@example <email@example>", "name@example <email@example>", "A commit")
        assert client.branch_tip("a/b") is None


# Comments


def test_a_comment_is_made_read_and_changed(github: LocalGitHub, client: GitHub) -> None:
    number = github.open_pull("spring")
    made = client.create_comment(number, "one\nplan", before=())
    assert made.author == BOT_AUTHOR
    assert client.comments(number) == (made,)
    assert client.update_comment(made.id, "two") == replace(made, body="two")
    assert github.bodies(number) == ["two"]


def test_a_comment_that_was_deleted_meanwhile_is_told_apart(github: LocalGitHub, client: GitHub) -> None:
    made = client.create_comment(github.open_pull("spring"), "plan", before=())
    del github.comments[made.id]
    assert client.update_comment(made.id, "new") is None


def test_all_comments_are_read_however_many_pages_they_take(github: LocalGitHub, client: GitHub) -> None:
    number = github.open_pull("spring")
    other = github.open_pull("autumn")
    ids = [github.comment(number, f"no. {n}") for n in range(250)]
    github.comment(other, "elsewhere")
    assert [one.id for one in client.comments(number)] == ids
    assert [request.query.get("page") for request in github.requests] == [None, "2", "3"]


def test_who_wrote_a_comment_is_told_even_where_the_account_is_gone(github: LocalGitHub, client: GitHub) -> None:
    number = github.open_pull("spring")
    for user in (SOMEBODY, BOT, None):
        github.comment(number, "x", user)
    authors = [one.author for one in client.comments(number)]
    assert authors == [Author("octocat", "User"), BOT_AUTHOR, Author("ghost", "User")]


def test_comments_of_a_pull_request_that_is_not_there_are_refused(client: GitHub) -> None:
    with pytest.raises(Rejected, match=r"GitHub does not know /repos/acme/events/issues/9/comments") as caught:
        client.comments(9)
    assert caught.value.status == 404
    with pytest.raises(Rejected, match="GitHub does not know"):
        client.create_comment(9, "x", before=())


@pytest.mark.parametrize(
    ("body", "said"),
    [(" ", "Validation Failed; body: missing_field"), ("x" * 65_537, "body is too long")],
)
def test_a_comment_that_github_does_not_take_is_refused_with_its_words(
    github: LocalGitHub, client: GitHub, body: str, said: str
) -> None:
    number = github.open_pull("spring")
    with pytest.raises(Rejected, match=said) as caught:
        client.create_comment(number, body, before=())
    assert caught.value.status == 422
    assert len(github.sent("POST")) == 1


@pytest.mark.parametrize("trouble", [ANSWER_LOST, failing(502, done=True)], ids=["cut", "502"])
def test_a_comment_whose_answer_was_lost_is_found_and_not_made_twice(
    github: LocalGitHub, client: GitHub, trouble: Trouble
) -> None:
    number = github.open_pull("spring")
    github.comment(number, "plan", BOT)
    before = client.comments(number)
    github.trouble("POST", "/issues/*/comments", trouble)
    made = client.create_comment(number, "plan", before)
    assert github.bodies(number) == ["plan", "plan"]
    assert made.id == max(github.comments)


@pytest.mark.parametrize("trouble", [UNREACHED, failing(503)], ids=["cut", "503"])
def test_a_comment_that_never_arrived_is_sent_again(github: LocalGitHub, client: GitHub, trouble: Trouble) -> None:
    number = github.open_pull("spring")
    github.comment(number, "another comment")
    github.trouble("POST", "/issues/*/comments", trouble, times=2)
    client.create_comment(number, "plan", before=())
    assert github.bodies(number) == ["another comment", "plan"]


def test_an_issue_whose_answer_was_lost_is_found_and_not_made_twice(github: LocalGitHub, client: GitHub) -> None:
    github.open_issue("Drift", "drift")
    before = client.open_issues("drift")
    github.trouble("POST", "/issues", ANSWER_LOST)
    made = client.create_issue("Drift", "what", "drift", before)
    assert sorted(github.issues) == [before[0].number, made.number]


def test_an_issue_that_never_arrived_is_sent_again(github: LocalGitHub, client: GitHub) -> None:
    github.open_issue("Drift", "drift")
    before = client.open_issues("drift")
    other = github.open_issue("Something else", "drift")
    github.trouble("POST", "/issues", UNREACHED)
    made = client.create_issue("Drift", "what", "drift", before)
    assert list(github.issues) == [before[0].number, other, made.number]


def test_a_comment_that_is_seen_late_is_not_made_twice(github: LocalGitHub, client: GitHub) -> None:
    number = github.open_pull("spring")
    github.trouble("POST", "/issues/*/comments", ANSWER_LOST)
    github.trouble("GET", "/issues/*/comments", Trouble(Answer(200, [])))
    github.trouble("POST", "/issues/*/comments", secondary_limit(retry_after=1))
    client.create_comment(number, "plan", before=())
    assert github.bodies(number) == ["plan"]


def test_a_comment_is_known_again_though_github_changed_its_line_ends(github: LocalGitHub, client: GitHub) -> None:
    number = github.open_pull("spring")
    kept = github.comment(number, "one\r\ntwo", BOT)
    github.trouble("POST", "/issues/*/comments", ANSWER_LOST)
    assert client.create_comment(number, "one\ntwo\n", before=()).id == kept


# Issues


def test_an_issue_is_opened_changed_and_closed(github: LocalGitHub, client: GitHub) -> None:
    made = client.create_issue("Drift", "what", "drift", before=())
    assert client.open_issues("drift") == (made,)
    assert (made.title, made.body, made.state, made.author) == ("Drift", "what", "open", BOT_AUTHOR)
    said = client.create_comment(made.number, "all well again", before=())
    assert client.comments(made.number) == (said,)
    assert client.update_issue(replace(made, title="Was drift", body="")) == replace(made, title="Was drift", body="")
    closed = client.update_issue(replace(made, state="closed"))
    assert closed is not None
    assert closed.state == github.issues[made.number].state == "closed"
    assert client.open_issues("drift") == ()


def test_only_issues_with_the_label_are_listed(github: LocalGitHub, client: GitHub) -> None:
    github.open_issue("other", "bug")
    github.open_pull("spring")
    wanted = [github.open_issue(f"no. {n}", "bug", "a b,c") for n in range(3)]
    github.issues[wanted[0]].state = "closed"
    assert [one.number for one in client.open_issues("bug")] == [wanted[2], wanted[1], 1]
    assert github.requests[-1].query == {"per_page": "100", "labels": "bug", "state": "open"}


def test_pull_requests_are_no_issues(github: LocalGitHub, client: GitHub) -> None:
    github.open_pull("spring")
    issue = github.open_issue("Drift")
    assert [one.number for one in client.open_issues("")] == [issue]


def test_an_issue_that_is_gone_is_told_apart(github: LocalGitHub, client: GitHub) -> None:
    made = client.create_issue("Drift", "what", "drift", before=())
    github.issues.clear()
    assert client.update_issue(made) is None


def test_an_issue_that_github_does_not_take_is_refused(github: LocalGitHub, client: GitHub) -> None:
    with pytest.raises(Rejected, match="title: missing_field"):
        client.create_issue("", "x", "drift", before=())
    made = client.create_issue("Drift", "x", "drift", before=())
    with pytest.raises(Rejected, match="title: missing_field"):
        client.update_issue(replace(made, title=""))


# Pull requests


def test_a_pull_request_tells_how_far_it_is(github: LocalGitHub, client: GitHub) -> None:
    number = github.open_pull("spring")
    opened = client.pull_request(number)
    assert opened is not None
    assert (opened.number, opened.head_ref, opened.base_ref, opened.state) == (number, "spring", "main", "open")
    assert (opened.head_sha, opened.merged, opened.from_fork) == (github.branches["spring"], False, False)
    head = github.push("spring")
    merge = github.merge(number)
    merged = client.pull_request(number)
    assert merged is not None
    assert (merged.head_sha, merged.merged, merged.merge_commit_sha) == (head, True, merge)


def test_a_pull_request_that_is_not_there_is_none(client: GitHub) -> None:
    assert client.pull_request(4) is None


def test_a_pull_request_of_a_fork_says_so_even_where_the_fork_is_gone(github: LocalGitHub, client: GitHub) -> None:
    number = github.open_pull("main", repository="eve/events")
    found = client.pull_request(number)
    assert found is not None
    assert (found.from_fork, found.head_repository) == (True, "eve/events")
    github.pulls[number].head_repository = None
    found = client.pull_request(number)
    assert found is not None
    assert (found.from_fork, found.head_repository) == (True, None)


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_the_pull_request_of_a_merged_commit_is_found_however_it_was_merged(
    github: LocalGitHub, client: GitHub, how: str
) -> None:
    number = github.open_pull("spring")
    github.push("spring")
    other = github.open_pull("autumn")
    base = github.branches["main"]
    getattr(github, how)(number)
    for sha in github.between(base, github.branches["main"]):
        (found,) = client.pull_requests_of(sha)
        assert (found.number, found.merged, found.merge_commit_sha) == (number, True, github.branches["main"])
    (found,) = client.pull_requests_of(github.pulls[other].head_sha)
    assert (found.number, found.merged) == (other, False)


def test_many_commits_are_asked_for_at_once_with_the_same_answer(github: LocalGitHub, client: GitHub) -> None:
    base = github.branches["main"]
    for number, how in enumerate(["merge", "squash", "rebase"] * 15):
        opened = github.open_pull(f"topic-{number}")
        github.push(f"topic-{number}")
        getattr(github, how)(opened)
        github.push("main")
    fork = github.open_pull("main", repository="eve/events")
    github.merge(fork)
    github.pulls[fork].head_repository = None
    beside = [github.pulls[github.open_pull(f"open-{number}")].head_sha for number in range(2)]
    github.close(max(github.pulls))
    commits = [*github.between(base, github.branches["main"]), *beside]
    alone = {sha: client.pull_requests_of(sha) for sha in commits}
    github.requests.clear()
    assert client.pull_requests_of_each(commits) == alone
    assert [request.path for request in github.requests] == ["/graphql"] * 3
    assert 100 < len(commits) <= 150


def test_what_a_query_does_not_tell_whole_is_asked_for_alone(github: LocalGitHub, client: GitHub) -> None:
    numbers = [github.open_pull(f"topic-{number}") for number in range(22)]
    pushed = [github.push("main") for _ in range(20)]
    many = github.merge(numbers[0])
    for number in numbers[1:21]:
        pull = github.pulls[number]
        pull.merged_at, pull.merge_commit_sha, pull.landed = github.now(), many, {many}
    bare = github.squash(numbers[21])
    github.without_merge_commit.add(numbers[21])
    found = client.pull_requests_of_each([*pushed, many, bare])
    assert [pull.number for pull in found[many]] == numbers[:21]
    assert [(pull.number, pull.merge_commit_sha) for pull in found[bare]] == [(numbers[21], bare)]
    assert [request.path for request in github.requests] == [
        "/graphql",
        f"/commits/{many}/pulls",
        f"/commits/{bare}/pulls",
    ]


@pytest.mark.parametrize(("number", "queries"), [(20, 0), (21, 1), (50, 1), (51, 2)])
def test_few_commits_are_asked_for_one_by_one(github: LocalGitHub, client: GitHub, number: int, queries: int) -> None:
    commits = [github.push("main") for _ in range(number)]
    assert client.pull_requests_of_each(commits) == dict.fromkeys(commits, ())
    assert len(github.sent("POST")) == queries
    assert len(github.requests) == (queries or number)


def test_without_commits_nothing_is_asked(github: LocalGitHub, client: GitHub) -> None:
    assert client.pull_requests_of_each([]) == {}
    assert not github.requests


def test_a_commit_that_was_pushed_belongs_to_no_pull_request(github: LocalGitHub, client: GitHub) -> None:
    assert client.pull_requests_of(github.push("main")) == ()


def test_a_commit_that_nobody_knows_is_refused(client: GitHub) -> None:
    unknown = [f"{number:040x}" for number in range(21)]
    for ask in (lambda: client.pull_requests_of(unknown[0]), lambda: client.pull_requests_of_each(unknown)):
        with pytest.raises(Rejected, match="No commit found for SHA: 0000"):
            ask()


# Commits


def test_a_head_is_compared_with_its_base(github: LocalGitHub, client: GitHub) -> None:
    base = github.branches["main"]
    first, second = github.push("main"), github.push("main")
    found = client.compare(base, second)
    assert found is not None
    assert (found.ancestry, found.commits, found.merge_base_sha) == (Ancestry.AHEAD, (first, second), base)
    assert found.complete


def test_each_way_two_commits_can_stand_is_told(github: LocalGitHub, client: GitHub) -> None:
    base = github.branches["main"]
    ours, theirs = github.commit(base), github.commit(base)
    ways = {(base, ours): "ahead", (ours, base): "behind", (ours, theirs): "diverged", (base, base): "identical"}
    for (one, other), way in ways.items():
        found = client.compare(one, other)
        assert found is not None
        assert (found.ancestry.value, found.merge_base_sha) == (way, base)
        assert client.ancestry(one, other) is found.ancestry
        assert github.requests[-1].query == {"per_page": "1"}


def test_all_pages_of_a_comparison_are_read(github: LocalGitHub, client: GitHub) -> None:
    base = github.branches["main"]
    commits = [github.push("main") for _ in range(230)]
    found = client.compare(base, commits[-1])
    assert found is not None
    assert (list(found.commits), found.total, found.complete) == (commits, 230, True)
    assert len(github.requests) == 3


def test_of_too_many_commits_only_the_first_page_is_read(github: LocalGitHub, client: GitHub) -> None:
    base = head = github.branches["main"]
    for _ in range(MOST_COMMITS + 1):
        head = github.commit(head)
    found = client.compare(base, head)
    assert found is not None
    assert (len(found.commits), found.total, found.complete) == (100, MOST_COMMITS + 1, False)
    assert len(github.requests) == 1


def test_a_comparison_that_github_cut_off_is_not_complete(github: LocalGitHub, client: GitHub) -> None:
    base = github.branches["main"]
    commits = [github.push("main") for _ in range(5)]
    github.listed_commits_at_most = 3
    found = client.compare(base, commits[-1])
    assert found is not None
    assert (len(found.commits), found.total, found.complete) == (3, 5, False)


def test_commits_that_have_nothing_in_common_cannot_be_compared(github: LocalGitHub, client: GitHub) -> None:
    assert client.compare(github.branches["main"], github.commit()) is None
    assert client.compare(github.branches["main"], "f" * 40) is None
    assert client.ancestry(github.branches["main"], "f" * 40) is None


def test_a_comparison_that_is_refused_is_no_lack_of_a_commit(github: LocalGitHub, client: GitHub) -> None:
    base = github.branches["main"]
    for ask in (client.compare, client.ancestry):
        github.trouble("GET", "/compare/*", failing(422))
        with pytest.raises(Rejected, match="status 422"):
            ask(base, base)


def test_a_name_cannot_lead_a_request_elsewhere(github: LocalGitHub, client: GitHub) -> None:
    assert client.compare("../../../user?x=", "a/b#c") is None
    assert github.requests[-1].path == "/compare/..%2F..%2F..%2Fuser%3Fx%3D...a%2Fb%23c"


def test_the_commits_can_be_those_of_a_real_repository(tmp_path: Path, open_client: Open) -> None:
    def git(*words: str) -> str:
        who = ["-c", "user.name=A", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(tmp_path), *who, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "--quiet", "--initial-branch=main")
    shas = []
    for n in range(2):
        git("commit", "--quiet", "--allow-empty", f"--message=no. {n}")
        shas.append(git("rev-parse", "HEAD"))
    with local_github(git=tmp_path) as github:
        github.push("main", shas[0])
        number = github.open_pull("spring", sha=shas[1])
        github.merged(number, shas[1])
        client = open_client(github.connection())
        compared = client.compare(*shas)
        assert compared is not None
        assert compared.commits == (shas[1],)
        assert [one.number for one in client.pull_requests_of(shas[1])] == [number]


# Runs and artifacts


def test_the_runs_of_a_workflow_are_listed_the_newest_first(github: LocalGitHub, client: GitHub) -> None:
    sha = github.branches["main"]
    runs = [github.start_run("apply.yml", event="push", head_sha=sha) for _ in range(3)]
    github.start_run("plan.yml", event="push", head_sha=sha)
    github.finish_run(github.start_run("apply.yml", event="push", head_sha=sha, head_branch="other"))
    github.finish_run(runs[0])
    github.finish_run(runs[1], "cancelled")
    (done,) = client.runs_of_workflow("apply.yml", branch="main", status="success")
    assert (done.id, done.status, done.conclusion, done.attempt) == (runs[0], "completed", "success", 1)
    assert (done.workflow_path, done.event, done.head_branch) == (".github/workflows/apply.yml", "push", "main")
    assert (done.head_sha, done.head_repository) == (sha, REPOSITORY)
    finished = client.runs_of_workflow("apply.yml", branch="main", status="completed")
    assert [one.id for one in finished] == [runs[1], runs[0]]


def test_no_more_pages_of_runs_are_asked_for_than_are_looked_at(github: LocalGitHub, client: GitHub) -> None:
    for _ in range(250):
        github.finish_run(github.start_run("apply.yml", event="push", head_sha="a" * 40))
    found = client.runs_of_workflow("apply.yml", branch="main", status="success")
    assert len(list(islice(found, 100))) == 100
    assert len(github.requests) == 1
    assert len(list(found)) == 150


def test_a_workflow_that_is_not_there_is_refused(client: GitHub) -> None:
    with pytest.raises(Rejected, match=r"GitHub does not know .*/workflows/no\.yml/runs"):
        list(client.runs_of_workflow("no.yml", branch="main", status="success"))


def test_the_runs_of_a_commit_show_which_a_fork_made(github: LocalGitHub, client: GitHub) -> None:
    sha = github.commit()
    ours = github.start_run("plan.yml", event="pull_request", head_sha=sha, head_branch="x")
    theirs = github.start_run("plan.yml", event="pull_request", head_sha=sha, head_repository="eve/events")
    github.start_run("plan.yml", event="pull_request", head_sha=github.commit(sha))
    found = {one.id: one.head_repository for one in client.runs_of_commit(sha)}
    assert found == {theirs: "eve/events", ours: REPOSITORY}


@pytest.mark.parametrize(("listed", "names"), [(True, ["first", "second"]), (False, ["second"])])
def test_another_attempt_is_the_same_run_with_artifacts_of_its_own(
    github: LocalGitHub, client: GitHub, *, listed: bool, names: list[str]
) -> None:
    sha = github.branches["main"]
    run_id = github.start_run("plan.yml", event="push", head_sha=sha)
    github.upload(run_id, "first", {})
    github.run_again(run_id)
    github.upload(run_id, "second", {})
    github.lists_earlier_attempts = listed
    (run,) = client.runs_of_commit(sha)
    assert (run.id, run.attempt) == (run_id, 2)
    found = client.artifacts(run_id)
    assert [one.name for one in found] == names
    times = [one.created_at for one in found if one.created_at is not None]
    assert times == sorted(set(times))
    assert len(times) == len(names)


def test_a_file_of_an_artifact_is_fetched_without_the_token(github: LocalGitHub, client: GitHub) -> None:
    run = github.start_run("plan.yml", event="pull_request", head_sha="a" * 40)
    github.upload(run, "plan-production", {"plan.json": b"{}", "plan.md": b"# Plan"})
    (found,) = client.artifacts(run)
    assert (found.name, found.expired) == ("plan-production", False)
    assert client.file_in(found, "plan.json") == b"{}"
    assert client.file_in(found, "other.json") is None
    assert len(github.downloads) == 2
    assert not github.leaks


def test_an_artifact_that_expired_or_is_gone_is_none(github: LocalGitHub, client: GitHub) -> None:
    run = github.start_run("plan.yml", event="pull_request", head_sha="a" * 40)
    artifact_id = github.upload(run, "plan", {"plan.json": b"{}"})
    github.artifacts[artifact_id].expired = True
    (found,) = client.artifacts(run)
    assert found.expired
    assert client.file_in(found, "plan.json") is None
    github.artifacts.clear()
    assert client.file_in(found, "plan.json") is None
    assert client.artifacts(run) == ()


def test_a_store_that_sees_a_token_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="was sent a token"), local_github() as github:
        github.leaks.append("Bearer x")


# Permissions


DOINGS: dict[str, Callable[[GitHub], object]] = {
    "pull-requests: read": lambda client: client.comments(1),
    "pull-requests: write": lambda client: client.create_comment(1, "x", before=()),
    "pull-requests: write (for an issue: issues: write)": lambda client: client.update_comment(1001, "x"),
    "issues: read": lambda client: client.open_issues("drift"),
    "issues: write": lambda client: client.create_issue("x", "x", "drift", before=()),
    "contents: read": lambda client: client.compare("a", "b"),
    "actions: read": lambda client: list(client.runs_of_commit("a")),
}


@pytest.mark.parametrize("needs", DOINGS)
def test_a_missing_permission_is_named(github: LocalGitHub, open_client: Open, needs: str) -> None:
    client = open_client(github.connection(github.let("ghs_nothing")))
    with pytest.raises(AccessDenied, match="Resource not accessible by integration") as caught:
        DOINGS[needs](client)
    assert caught.value.exit_code == 4
    assert f"give the job the permission {needs}" in (caught.value.hint or "")
    assert len(github.requests) == 1


def test_a_permission_that_a_query_misses_is_named(github: LocalGitHub, open_client: Open) -> None:
    client = open_client(github.connection(github.let("ghs_contents", contents="read")))
    commits = [github.push("main") for _ in range(30)]
    with pytest.raises(AccessDenied, match="Resource not accessible by integration") as caught:
        client.pull_requests_of_each(commits)
    assert "give the job the permission pull-requests: read" in (caught.value.hint or "")
    assert len(github.requests) == 2


def test_reading_takes_no_permission_to_write(github: LocalGitHub, open_client: Open) -> None:
    read = github.let("ghs_read", pull_requests="read", issues="read", contents="read", actions="read")
    client = open_client(github.connection(read))
    number = github.open_pull("spring")
    assert client.comments(number) == ()
    with pytest.raises(AccessDenied):
        client.create_comment(number, "x", before=())


def test_a_token_for_pull_requests_cannot_comment_on_issues(github: LocalGitHub, open_client: Open) -> None:
    client = open_client(github.connection(github.let("ghs_pulls", pull_requests="write")))
    issue = github.open_issue("Drift")
    client.create_comment(github.open_pull("spring"), "x", before=())
    with pytest.raises(AccessDenied):
        client.create_comment(issue, "x", before=())


def test_a_token_that_github_does_not_know_is_denied(github: LocalGitHub, open_client: Open) -> None:
    with pytest.raises(AccessDenied, match="GitHub does not accept the token: Bad credentials") as caught:
        open_client(github.connection("ghs_wrong")).comments(1)
    assert "GITHUB_TOKEN: ${{ github.token }}" in (caught.value.hint or "")
