"""The workflows of this repository and the samples: permissions, commands, resistance to injection."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.github.hubspot import READING, WRITING
from reconciler.github.begun import PREVIEW
from tests.github.runner import ACTION, ACTIONS, PROPOSE, TO_COPY, TOP, read_yaml
from tests.packages import pins

TO_BE_COPIED = sorted(TO_COPY.iterdir())
_ALL_HERE = sorted((TOP / ".github" / "workflows").iterdir())
OWN = [path for path in _ALL_HERE if (TO_COPY / path.name).exists()]
"""This repository's own copies of those that users copy."""
HERE = [path for path in _ALL_HERE if path not in OWN]
FILES: dict[str, Path] = {path.name: path for path in (*HERE, *TO_BE_COPIED)}
WORKFLOWS: dict[str, Any] = {name: read_yaml(path) for name, path in FILES.items()}
JOBS = [pytest.param(file, job, id=f"{file}-{job}") for file, told in WORKFLOWS.items() for job in told["jobs"]]
USERS = [path.name for path in TO_BE_COPIED]
PINNED = re.compile(
    r"(actions/(attest-build-provenance|checkout|download-artifact|setup-python|upload-artifact)"
    r"|pypa/gh-action-pypi-publish)@[0-9a-f]{40} # v\d+\.\d+\.\d+"
)
SELF = f"OWNER/REPOSITORY/{ACTION}@COMMIT"
"""This repository's action, as users name it after filling in its repository and the commit that they trust."""
PUSHING = f"OWNER/REPOSITORY/{PROPOSE}@COMMIT"
"""That of the job that pushes what drift proposes."""


def job_of(file: str) -> Any:
    """Return the one job of a workflow."""
    (job,) = WORKFLOWS[file]["jobs"].values()
    return job


RUNNING = {
    f"{file}/{name}": job
    for file in USERS
    for name, job in WORKFLOWS[file]["jobs"].items()
    if any(step.get("uses") == SELF for step in job["steps"])
}
"""The jobs that run the tool, by file and name."""


def step_of(job: Any) -> Any:
    """Return the step of a job that runs the tool."""
    (step,) = [step for step in job["steps"] if step.get("uses") == SELF]
    return step


def steps() -> list[Any]:
    """Return every step of every workflow and of the actions."""
    in_jobs = [step for told in WORKFLOWS.values() for job in told["jobs"].values() for step in job["steps"]]
    return [*in_jobs, *(step for one in ACTIONS for step in read_yaml(TOP / one / "action.yml")["runs"]["steps"])]


def text_of(file: str) -> str:
    return FILES[file].read_text(encoding="utf-8")


def test_these_are_the_workflows() -> None:
    assert [path.name for path in HERE] == ["audit.yml", "check.yml", "release.yml"]
    assert USERS == [path.name for path in OWN] == ["apply.yml", "drift.yml", "plan.yml"]


@pytest.mark.parametrize("own", OWN, ids=lambda path: path.name)
def test_this_repositorys_own_are_those_to_copy_behind_a_switch(own: Path) -> None:
    """It has no portal, so its workflows do nothing until somebody names one; otherwise they are the same text."""
    ours, theirs = read_yaml(own), read_yaml(TO_COPY / own.name)
    first, to_copy = (next(iter(told["jobs"].values())) for told in (ours, theirs))  # others need it
    switch, _, condition = first.pop("if").partition(" && ")
    assert switch == "vars.HUBSPOT_PORTAL != ''"
    assert condition.strip("()") == to_copy.pop("if", "").strip("()")
    for step in (step for job in ours["jobs"].values() for step in job["steps"]):
        step["uses"] = re.sub(r"^\$/(.+)$", r"OWNER/REPOSITORY/\1@COMMIT", step["uses"])
    assert ours == theirs
    assert all("needs" in job for job in ours["jobs"].values() if job is not first)


def test_no_script_holds_an_expression() -> None:
    scripts = [step["run"] for step in steps() if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it() -> None:
    lines = [
        line
        for file in (*FILES.values(), *(TOP / one / "action.yml" for one in ACTIONS))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    used = [line.partition("uses: ")[2] for line in lines if "uses:" in line]
    assert len(used) == sum("uses" in step for step in steps())
    assert [one for one in used if one not in {f"{SELF} # vN", f"{PUSHING} # vN"} and not PINNED.fullmatch(one)] == []


def test_one_action_has_one_version_everywhere() -> None:
    used = {step["uses"] for step in steps() if "uses" in step and step["uses"] not in {SELF, PUSHING}}
    assert len(used) == len({one.partition("@")[0] for one in used}) == 6


@pytest.mark.parametrize("file", WORKFLOWS)
def test_a_workflow_may_do_nothing_that_its_job_does_not_ask_for(file: str) -> None:
    assert WORKFLOWS[file]["permissions"] == {}
    assert {"group", "cancel-in-progress"} <= WORKFLOWS[file]["concurrency"].keys()


@pytest.mark.parametrize(("file", "name"), JOBS)
def test_a_job_has_permissions_and_a_bound_and_keeps_no_credentials(file: str, name: str) -> None:
    job = WORKFLOWS[file]["jobs"][name]
    assert job["permissions"]
    assert 0 < int(job["timeout-minutes"]) <= 60
    checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"]["persist-credentials"] for step in checkouts] in (["false"], [])
    assert checkouts in (job["steps"][:1], [])


def test_each_job_may_do_no_more_than_its_command_needs() -> None:
    own = {file: job_of(file)["permissions"] for file in ("audit.yml", "check.yml")}
    assert own == {"audit.yml": {"contents": "read"}, "check.yml": {"contents": "read"}}
    applying = {"actions": "read", "contents": "read", "pull-requests": "write"}
    assert {name: job["permissions"] for name, job in RUNNING.items()} == {
        "apply.yml/preview": applying,
        "apply.yml/apply": applying,
        "drift.yml/drift": {"actions": "read", "contents": "read", "issues": "write"},
        "plan.yml/plan": applying,
    }


def test_the_job_that_may_push_knows_no_secret_and_installs_nothing() -> None:
    jobs = {name: job for file in USERS for name, job in WORKFLOWS[file]["jobs"].items()}
    assert [name for name, job in jobs.items() if job["permissions"].get("contents") == "write"] == ["propose"]
    job = jobs["propose"]
    assert job["permissions"] == {"contents": "write"}
    assert (job["needs"], job["if"]) == ("drift", "needs.drift.outputs.proposed != ''")
    assert [step["uses"].partition("@")[0] for step in job["steps"]] == ["actions/checkout", PUSHING.partition("@")[0]]
    inside = read_yaml(TOP / PROPOSE / "action.yml")["runs"]["steps"]
    assert [step.get("uses", step.get("run")).partition("@")[0] for step in inside] == [
        "actions/download-artifact",
        'exec bash "$GITHUB_ACTION_PATH/propose.sh"',
    ]
    for part in (str(job), (TOP / PROPOSE / "action.yml").read_text(), (TOP / PROPOSE / "propose.sh").read_text()):
        assert not [word for word in ("secrets.", "HUBSPOT_", "pip ", "python") if word in part]


def test_nothing_is_proposed_unless_somebody_asks_for_it() -> None:
    job = RUNNING["drift.yml/drift"]
    assert step_of(job)["with"]["propose"] == "false"
    outputs = {name: f"${{{{ steps.drift.outputs.{name} }}}}" for name in ("proposed", "patch_artifact")}
    assert (step_of(job)["id"], job["outputs"]) == ("drift", outputs)


def test_each_workflow_runs_on_what_its_command_expects() -> None:
    assert {file: set(WORKFLOWS[file]["on"]) for file in USERS} == {
        "apply.yml": {"push", "workflow_dispatch"},
        "drift.yml": {"schedule", "workflow_dispatch"},
        "plan.yml": {"pull_request", "merge_group"},
    }
    assert WORKFLOWS["plan.yml"]["on"] == {"pull_request": "", "merge_group": ""}  # a required check always reports


def test_each_job_runs_one_command() -> None:
    allowed = {"allow_unreviewed": "${{ inputs.allow_unreviewed }}"}
    assert {name: step_of(job)["with"] for name, job in RUNNING.items()} == {
        "apply.yml/preview": {"command": "plan", **allowed},
        "apply.yml/apply": {"command": "apply", "preview": "${{ needs.preview.outputs.digest || 'lost' }}", **allowed},
        "drift.yml/drift": {"command": "drift", "propose": "false"},
        "plan.yml/plan": {"command": "plan"},
    }
    assert all(job["steps"][0]["with"]["fetch-depth"] == "0" for job in RUNNING.values())


def test_the_job_that_never_writes_has_the_name_by_which_it_is_known() -> None:
    jobs = WORKFLOWS["apply.yml"]["jobs"]
    (preview,) = [job for job in jobs.values() if job["name"] == PREVIEW]
    assert "environment" not in preview
    assert WRITING.name not in str(preview)


def test_only_the_protected_environment_can_write_to_hubspot() -> None:
    assert [file for file in WORKFLOWS if WRITING.name in text_of(file)] == ["apply.yml"]
    protected = {name: job["environment"]["name"] for name, job in RUNNING.items() if "environment" in job}
    assert protected == {"apply.yml/apply": "hubspot"}


def test_the_approval_of_a_run_links_to_what_it_will_do() -> None:
    url = "${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}"
    assert RUNNING["apply.yml/apply"]["environment"]["url"] == url


def test_nobody_is_asked_about_nothing() -> None:
    preview, apply = (RUNNING[f"apply.yml/{name}"] for name in ("preview", "apply"))
    assert preview["outputs"] == {name: f"${{{{ steps.preview.outputs.{name} }}}}" for name in ("digest", "to_apply")}
    assert step_of(preview)["id"] == "preview"
    assert (apply["needs"], apply["if"]) == ("preview", "needs.preview.outputs.to_apply != 'false'")


def test_a_secret_stands_in_the_environment_of_one_step_alone() -> None:
    for name, job in RUNNING.items():
        secret = WRITING.name if name == "apply.yml/apply" else READING.name
        assert step_of(job)["env"] == {"HUBSPOT_ACCESS_TOKEN": f"${{{{ secrets.{secret} }}}}"}
    assert sum(text_of(file).count("secrets.") for file in WORKFLOWS) == len(RUNNING)
    for path in HERE:
        assert "secrets" not in path.read_text(encoding="utf-8")


def test_applying_is_one_at_a_time_and_is_never_cut_short() -> None:
    assert WORKFLOWS["apply.yml"]["concurrency"] == {"group": "apply", "cancel-in-progress": "false", "queue": "max"}


def test_a_required_check_is_never_skipped() -> None:
    """GitHub counts a skipped job as a passed one, and gives no variables to a fork's pull request."""
    assert "if" not in job_of("plan.yml")
    assert not [step for step in job_of("plan.yml")["steps"] if "if" in step]
    assert not [file for file in WORKFLOWS if "vars." in text_of(file)]


def test_only_the_default_branch_is_applied_and_watched() -> None:
    branch = "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)"  # a tag may have its name
    assert RUNNING["apply.yml/preview"]["if"] == branch
    assert RUNNING["drift.yml/drift"]["if"] == f"github.event_name == 'schedule' || {branch}"


def test_nothing_is_taken_from_a_cache() -> None:
    """Anybody who can write to a cache could put other packages into a run that holds a token."""
    assert not [step for step in steps() if "cache" in step.get("uses", "") or {"cache"} & step.get("with", {}).keys()]


def test_dependabot_looks_after_every_pin_and_waits_a_week() -> None:
    updates = read_yaml(TOP / ".github" / "dependabot.yml")["updates"]
    assert [one["package-ecosystem"] for one in updates] == ["github-actions", "pip"]
    assert updates[0]["directories"] == ["/", *(f"/{one}" for one in ACTIONS), f"/{TO_COPY.relative_to(TOP)}"]
    assert updates[0]["ignore"] == [{"dependency-name": "OWNER/REPOSITORY"}]
    assert {one["cooldown"]["default-days"] for one in updates} == {"7"}


def test_the_guide_names_all_there_is() -> None:
    guide = (TOP / "docs" / "github.md").read_text(encoding="utf-8")
    told = [read_yaml(TOP / one / "action.yml") for one in ACTIONS]
    names = [name for action in told for part in ("inputs", "outputs") for name in action[part]]
    secrets = {READING.name, WRITING.name, "HUBSPOT_ACCESS_TOKEN"}
    for name in [*names, *secrets, *USERS, "OWNER/REPOSITORY", "COMMIT"]:
        assert f"`{name}`" in guide, name


def test_the_action_installs_what_the_product_needs_and_what_is_tested() -> None:
    ours, all_of_it = (set(pins(TOP / folder / "requirements.lock")) for folder in (ACTION, "."))
    assert ours <= all_of_it
    assert {"click", "httpx", "pydantic", "pyyaml"} <= {one.name for one in ours}
    assert not {"pytest", "starlette", "uvicorn", "zizmor"} & {one.name for one in ours}


def test_what_looks_packages_up_is_locked_too_and_knows_no_way_out() -> None:
    assert "pip-audit" in {one.name for one in pins(TOP / ".github" / "audit.lock")}
    (command,) = [line for line in (TOP / "Makefile").read_text(encoding="utf-8").splitlines() if "/pip-audit" in line]
    assert {"--strict", "--require-hashes", "--disable-pip"} <= set(shlex.split(command.rstrip("\\")))
    assert "--ignore-vuln" not in command
    assert job_of("audit.yml")["steps"][-1]["run"] == "make audit"


def test_what_ci_runs_requires_hubspots_descriptions() -> None:
    words = shlex.split((TOP / ".ci" / "run").read_text(encoding="utf-8"), comments=True)
    assert "REQUIRE_DESCRIPTIONS=yes" in words
    assert words[-6:] == ["make", "check", "make", "test", "make", "coverage"]
