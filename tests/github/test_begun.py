"""Whether a run that did not succeed may have written, asked of the local GitHub."""

import pytest

from reconciler.errors import Unavailable
from reconciler.github.begun import may_have_written
from reconciler.github.client import GitHub
from reconciler.github.records import Run
from tests.github.conftest import Open
from tests.github.world import LocalGitHub, failing


def ended(github: LocalGitHub, client: GitHub, conclusion: str) -> Run:
    """End a run of the applying workflow."""
    sha = github.branches["main"]
    github.finish_run(github.start_run("apply.yml", event="push", head_sha=sha), conclusion)
    return next(client.runs_of_workflow("apply.yml", branch="main", status="completed"))


@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "timed_out"])
def test_a_job_that_began_may_have_written(github: LocalGitHub, client: GitHub, conclusion: str) -> None:
    run = ended(github, client, conclusion)
    github.job(run.id, conclusion=conclusion)
    assert may_have_written(client, run)


@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "skipped"])
def test_a_job_that_never_began_has_written_nothing(github: LocalGitHub, client: GitHub, conclusion: str) -> None:
    run = ended(github, client, "failure")
    github.job(run.id, conclusion=conclusion, began=False)
    assert not may_have_written(client, run)


@pytest.mark.parametrize(("name", "may"), [("preview", False), ("Preview", True), ("preview staging", True)])
def test_only_the_job_that_previews_never_writes(github: LocalGitHub, client: GitHub, name: str, *, may: bool) -> None:
    run = ended(github, client, "cancelled")
    github.job(run.id, name)
    github.job(run.id, conclusion="cancelled", began=False)
    assert may_have_written(client, run) is may


@pytest.mark.parametrize(("steps", "runner"), [(1, None), (0, 7)])
def test_a_step_or_a_runner_is_a_sign_of_a_beginning(
    github: LocalGitHub, client: GitHub, steps: int, runner: int | None
) -> None:
    run = ended(github, client, "cancelled")
    job = github.job(run.id, conclusion="cancelled", began=False)
    job.steps, job.runner = steps, runner
    assert may_have_written(client, run)
    job.steps, job.runner = 0, 0
    assert not may_have_written(client, run)


@pytest.mark.parametrize("conclusion", ["timed_out", "neutral", "success"])
def test_a_job_that_ended_in_another_way_may_have_written(github: LocalGitHub, client: GitHub, conclusion: str) -> None:
    run = ended(github, client, "failure")
    github.job(run.id, conclusion=conclusion, began=False)
    assert may_have_written(client, run)


def test_an_earlier_attempt_that_began_counts_too(github: LocalGitHub, client: GitHub) -> None:
    run = ended(github, client, "failure")
    github.job(run.id, conclusion="failure")
    github.run_again(run.id)
    github.finish_run(run.id, "cancelled")
    github.job(run.id, conclusion="cancelled", began=False)
    assert may_have_written(client, run)


@pytest.mark.parametrize(("conclusion", "may"), [("cancelled", False), ("failure", True), ("timed_out", True)])
def test_a_run_without_jobs_wrote_nothing_if_it_was_cancelled(
    github: LocalGitHub, client: GitHub, conclusion: str, *, may: bool
) -> None:
    assert may_have_written(client, ended(github, client, conclusion)) is may


def test_jobs_that_github_does_not_show_may_have_written(github: LocalGitHub, client: GitHub) -> None:
    run = ended(github, client, "cancelled")
    del github.runs[run.id]
    assert may_have_written(client, run)


def test_where_github_cannot_be_reached_nobody_guesses(github: LocalGitHub, open_client: Open) -> None:
    client = open_client(github.connection())
    run = ended(github, client, "cancelled")
    github.trouble("GET", "/actions/runs/*/jobs", failing(502), times=100)
    with pytest.raises(Unavailable):
        may_have_written(client, run)
