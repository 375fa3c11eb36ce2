"""What the environment of GitHub Actions says about a run."""

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError, UsageError
from reconciler.github.actions import LARGEST_EVENT, Actions, append_to, load_actions

TOLD = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_REF": "refs/heads/release/1",
    "GITHUB_REPOSITORY": "acme/events",
    "GITHUB_RUN_ID": "99",
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_SHA": "a" * 40,
    "GITHUB_TOKEN": " ghs_x\n",
    "GITHUB_WORKFLOW_REF": "acme/events/.github/workflows/apply.yml@refs/heads/release/1",
    "HUBSPOT_ACCESS_TOKEN": "pat-x",
    "RUNNER_TEMP": "/runner/temp",
}
ACTIONS = load_actions(TOLD)
NOTHING = load_actions({})


def test_what_is_told_is_read() -> None:
    assert (ACTIONS.branch, ACTIONS.commit, ACTIONS.is_merge) == ("release/1", "a" * 40, False)
    assert ACTIONS.workflow == ".github/workflows/apply.yml"
    assert ACTIONS.file_link == f"https://github.example/acme/events/blob/{'a' * 40}/{{file}}#L{{line}}"
    assert ACTIONS.run_url == "https://github.example/acme/events/actions/runs/99"
    assert ACTIONS.file("plan.json") == Path("/runner/temp/plan.json")
    assert replace(ACTIONS, ref="refs/pull/7/merge").is_merge


def test_secrets_are_known_and_not_shown() -> None:
    assert [secret.reveal() for secret in ACTIONS.secrets] == ["pat-x", "ghs_x"]
    assert "pat-x" not in repr(ACTIONS)
    assert load_actions({**TOLD, "GITHUB_ACTIONS": ""}).secrets == ()
    assert (ACTIONS.opens_hubspot, NOTHING.opens_hubspot, NOTHING.secrets) == (True, False, ())


@pytest.mark.parametrize("name", ["branch", "commit", "workflow"])
def test_what_is_not_told_is_wrong_usage(name: str) -> None:
    with pytest.raises(UsageError, match="does not name"):
        getattr(NOTHING, name)


@pytest.mark.parametrize("ref", ["acme/events/apply.yml@main", "acme/events/.github/workflows/a/b.yml@x", "x"])
def test_what_is_no_workflow_is_wrong_usage(ref: str) -> None:
    with pytest.raises(UsageError, match="does not name a workflow's file"):
        _ = replace(ACTIONS, workflow_ref=ref).workflow


def test_without_a_server_there_are_no_links() -> None:
    assert (NOTHING.repository_url, NOTHING.run_url, NOTHING.file_link) == ("", "", "")


def test_without_a_commit_there_are_no_links_to_files() -> None:
    assert replace(ACTIONS, sha="main").file_link == ""


def test_an_event_that_is_too_large_is_wrong_usage(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    with event.open("wb") as file:
        file.truncate(LARGEST_EVENT + 1)
    with pytest.raises(UsageError, match="too large"):
        replace(ACTIONS, event_path=str(event)).payload()


def payload(tmp_path: Path, content: bytes) -> str:
    (tmp_path / "event.json").write_bytes(content)
    actions: Actions = replace(ACTIONS, event_path=str(tmp_path / "event.json"))
    return actions.payload()


def test_an_event_is_read_whatever_its_bytes(tmp_path: Path) -> None:
    assert payload(tmp_path, b'{"x": "\xff"}') == '{"x": "\ufffd"}'


def test_what_is_left_is_added_to_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "output"
    append_to(str(file), "one\n")
    append_to(str(file), "two \ud800\n")
    append_to("", "three\n")
    assert file.read_bytes() == b"one\ntwo ?\n"


def test_what_cannot_be_left_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReconcilerError, match="cannot write to the runner's file"):
        append_to(str(tmp_path), "x")


def test_a_run_is_known_by_its_number_alone() -> None:
    assert load_actions({"GITHUB_RUN_ID": "1005"}).run_number == 1005
    for run in ("", "-1", "1e3", "7/../8"):
        with pytest.raises(UsageError, match="GITHUB_RUN_ID does not name a run"):
            load_actions({"GITHUB_RUN_ID": run}).run_number  # noqa: B018  (reading it is what fails)
