"""The composite action: its steps, run as the runner of GitHub Actions runs them, with a fake tool."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.github.runner import ACTION, ACTIONS, TOP, Ended, Runner, read_yaml

TOKEN = "pat-eu1-only-for-this-test"  # opens nothing
NO_PACKAGES = "# The stand-in needs none.\n"
STAND_IN = """
import json, os, pathlib, signal, sys, time

top = pathlib.Path(__file__).parents[1]
here = {"arguments": sys.argv[1:], "path": sys.path, "cwd": os.getcwd(), "environment": dict(os.environ)}
for name in ("click", "yaml"):
    try:
        __import__(name)
    except ModuleNotFoundError:
        pass
(top / "seen.json").write_text(json.dumps(here))
if "wait" in sys.argv:
    def end(number, frame):
        (top / "signal").write_text(str(number))
        raise SystemExit(130)
    signal.signal(signal.SIGINT, end)
    (top / "ready").touch()
    time.sleep(60)
with open(os.environ["GITHUB_OUTPUT"], "a") as outputs:
    print("changes=true", "digest<<a-long-random-mark\\nsha256:5f0c\\na-long-random-mark", file=outputs, sep="\\n")
    print(f"plan_path={os.environ['RUNNER_TEMP']}/plan.json", file=outputs)
raise SystemExit(int((top / "exit").read_text()))
"""


@dataclass(frozen=True)
class Job:
    """A job with the action, a workspace and the fake tool, which reports how it was started."""

    runner: Runner

    def run(self, token: str = TOKEN, env: dict[str, str] | None = None, /, **inputs: str) -> Ended:
        return self.runner.run(inputs, {"HUBSPOT_ACCESS_TOKEN": token, **(env or {})})

    @property
    def started(self) -> bool:
        return (self.runner.root / "seen.json").exists()

    @property
    def seen(self) -> Any:
        return json.loads((self.runner.root / "seen.json").read_text())


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one venv for all jobs, whose pip installs nothing: each takes seconds. Two tests below have their own."""
    folder = tmp_path_factory.mktemp("venv")
    python = folder / "python"
    python.write_text(f'#!/bin/sh\n[ "$*" = "-I -m venv venv" ] && ln -s "{folder}/venv" venv\n')
    python.chmod(0o755)
    new_venv = f'"{sys.executable}" -I -m venv --without-pip venv'
    Runner(folder, folder, folder, python).start(new_venv, {})[0].communicate()
    (site,) = folder.glob("venv/lib/python*/site-packages")
    (site / "pip.py").touch()
    return python


def job_with(python: Path, tmp_path: Path) -> Job:
    root, workspace, temp = tmp_path / "a root", tmp_path / "workspace", tmp_path / "temp"
    for folder in (workspace / "events", temp, root / "reconciler"):
        folder.mkdir(parents=True)
    shutil.copytree(TOP / ACTION, root / ACTION)
    (root / ACTION / "requirements.lock").write_text(NO_PACKAGES)
    (root / "reconciler" / "__main__.py").write_text(STAND_IN)
    (root / "exit").write_text("0")
    return Job(Runner(root, workspace, temp, python))


@pytest.fixture
def job(venv: Path, tmp_path: Path) -> Job:
    return job_with(venv, tmp_path)


# Hostile pull requests

HARMFUL = "import pathlib; pathlib.Path({mark!r}).touch()\n"
MODULES = """
click.py yaml.py reconciler/__init__.py reconciler/__main__.py sitecustomize.py usercustomize.py harmful.pth
venv/__init__.py venv/__main__.py pip/__init__.py pip/__main__.py ensurepip.py json.py os.py site.py sysconfig.py
"""


def test_nothing_that_a_pull_request_brings_is_run(tmp_path: Path) -> None:
    job = job_with(Path(sys.executable), tmp_path)
    mark, workspace = tmp_path / "harmed", job.runner.workspace
    for name in MODULES.split():
        (workspace / name).parent.mkdir(exist_ok=True)
        (workspace / name).write_text(HARMFUL.format(mark=str(mark)))
    for name in ("python", "python3", "bash", "env", "git"):
        (workspace / name).write_text(f"#!/bin/sh\ntouch '{mark}'\n")
        (workspace / name).chmod(0o755)
    for name in ("pip.conf", "setup.cfg", "pydistutils.cfg", ".pydistutils.cfg"):
        (workspace / name).write_text(f"[global]\nno-index = true\n[install]\ntarget = {tmp_path}/elsewhere\n")

    ended = job.run(TOKEN, {"PYTHONPATH": str(workspace), "PYTHONSTARTUP": str(workspace / "click.py")}, command="plan")

    assert (ended.code, ended.outputs["changes"]) == (0, "true"), ended.log
    assert job.seen["arguments"] == ["github", "plan", "--", "events"]
    assert not mark.exists()
    assert not any(str(workspace) in entry for entry in job.seen["path"])
    assert not [*workspace.rglob("__pycache__"), *job.runner.root.rglob("__pycache__")]


def test_installing_packages_sees_no_token(job: Job) -> None:
    spy = job.runner.root / "spy"
    spy.write_text(f'#!/bin/sh\nenv > "{job.runner.root}/env"\nexec "{job.runner.python}" "$@"\n')
    spy.chmod(0o755)
    ended = Job(Runner(job.runner.root, job.runner.workspace, job.runner.temp, spy)).run(command="plan")
    assert ended.code == 0, ended.log
    installing = (job.runner.root / "env").read_text()
    assert "RUNNER_TEMP" in installing
    assert TOKEN not in installing
    assert "ghs_of-the-job" not in installing


def test_only_our_own_scripts_are_given_the_token(job: Job) -> None:
    ended = job.run(command="plan")
    with_token = [name for name, env in ended.environments.items() if env["HUBSPOT_ACCESS_TOKEN"]]
    assert with_token == ["Hide the token", "Run reconciler"]
    assert job.seen["environment"]["HUBSPOT_ACCESS_TOKEN"] == TOKEN
    assert job.seen["environment"]["GITHUB_TOKEN"] == "ghs_of-the-job"


# The token in the log

MASKED = [
    ("", []),
    ("pat-1", ["pat-1"]),
    (" pat-1\t\r\n", ["pat-1"]),
    ("pat-1\n::error::no\r##[error]no\n\n", ["pat-1", "::error::no", "##[error]no"]),
    ("50%0A\\n$(id)", ["50%250A\\n$(id)"]),
]


@pytest.mark.parametrize(("token", "told"), MASKED)
def test_the_token_is_hidden_before_anything_else(job: Job, token: str, told: list[str]) -> None:
    lines = job.run(token, command="nonsense").log.splitlines()
    assert lines[:-1] == [f"::add-mask::{line}" for line in told]
    assert lines[-1].startswith("::error title=reconcile::The input command has to be")
    first = read_yaml(TOP / ACTION / "action.yml")["runs"]["steps"][0]
    assert first["name"] == "Hide the token"


# Inputs


def test_inputs_become_options(job: Job) -> None:
    ended = job.run(
        command="plan",
        path="events/2027",
        environment="staging",
        base="HEAD~2",
        max_deletes="3",
        max_registrants="40",
        comment="false",
    )
    assert ended.code == 0, ended.log
    options = "--env=staging --base=HEAD~2 --max-deletes=3 --max-registrants=40 --no-comment -- events/2027"
    assert job.seen["arguments"] == ["github", "plan", *options.split()]
    assert job.seen["cwd"] == str(job.runner.workspace)


@pytest.mark.parametrize(
    ("inputs", "arguments"),
    [
        ("command=apply allow_unreviewed=true comment=true", "apply --comment --allow-unreviewed -- events"),
        ("command=apply allow_unreviewed=false", "apply -- events"),
        ("command=plan allow_unreviewed=true", "plan --allow-unreviewed -- events"),
        (f"command=apply preview=sha256:{'0a' * 32}", f"apply --preview=sha256:{'0a' * 32} -- events"),
        ("command=drift environment=staging", "drift --env=staging -- events"),
        ("command=drift propose=true", "drift --propose -- events"),
        ("command=drift propose=false", "drift -- events"),
    ],
)
def test_each_command_gets_what_it_was_given(job: Job, inputs: str, arguments: str) -> None:
    ended = job.run(**dict(one.split("=") for one in inputs.split()))
    assert ended.code == 0, ended.log
    assert job.seen["arguments"] == ["github", *arguments.split()]


INERT = ["$(touch harmed)", "`touch harmed`", "' \" ; touch harmed # *", "${{ secrets.X }}"]


@pytest.mark.parametrize("hostile", INERT)
def test_a_path_or_a_commit_stays_one_word(job: Job, hostile: str) -> None:
    ended = job.run(command="plan", path=hostile, base=hostile)
    assert ended.code == 0, ended.log
    assert job.seen["arguments"] == ["github", "plan", f"--base={hostile}", "--", hostile]
    assert not list(job.runner.workspace.rglob("harmed"))


@pytest.mark.parametrize("hostile", ["--yes", "--allow-unreviewed", "-"])
def test_a_path_that_looks_like_an_option_is_none(job: Job, hostile: str) -> None:
    assert job.run(command="plan", path=hostile).code == 0
    assert job.seen["arguments"] == ["github", "plan", "--", hostile]


ANYWHERE = ["x\n--yes", "\n5", "true\r", "1\nexit_code=0", "\x7f"]
EXCEPT_IN_TEXTS = ["; touch harmed", "$(touch harmed)", "--yes", "-1", "5 5", "٣", "ä", "../x"]
TEXTS = ("path", "base")
REFUSED = [
    *((name, hostile) for name in read_yaml(TOP / ACTION / "action.yml")["inputs"] for hostile in ANYWHERE),
    *(
        (name, hostile)
        for name in read_yaml(TOP / ACTION / "action.yml")["inputs"]
        if name not in TEXTS
        for hostile in EXCEPT_IN_TEXTS
    ),
    ("command", ""),
    ("command", "sandbox"),
    ("path", ""),
    ("base", "--upload-pack=x"),
    ("environment", "a" * 65),
    ("environment", ".hidden"),
    ("max_deletes", "1e3"),
    ("max_registrants", "0123456789"),
    ("comment", "True"),
    ("allow_unreviewed", "yes"),
    ("preview", "lost"),  # what apply.yml says where the first job's output did not come through
    ("preview", f"sha256:{'0' * 63}"),
    ("preview", f"sha256:{'0' * 64}\n--allow-unreviewed"),
    ("propose", "1"),
]


@pytest.mark.parametrize(("name", "hostile"), REFUSED)
def test_an_input_of_another_form_is_refused_without_a_repetition(job: Job, name: str, hostile: str) -> None:
    command = {"preview": "apply", "propose": "drift"}.get(name, "plan")
    ended = job.run("", **{"command": command, name: hostile})
    assert ended.code == 64, ended.log
    assert (ended.outputs["exit_code"], ended.outputs["failure_reason"]) == ("64", "usage")
    assert [line.partition(" has to ")[0] for line in ended.log.splitlines()] == [
        f"::error title=reconcile::The input {name}"
    ]
    assert not job.started
    assert not ended.uploads
    assert not list(job.runner.temp.glob("reconciler.*"))


@pytest.mark.parametrize(
    ("command", "name", "value", "others"),
    [
        ("drift", "base", "main", "plan"),
        ("apply", "base", "main", "plan"),
        ("drift", "max_deletes", "1", "plan and apply"),
        ("drift", "max_registrants", "1", "plan and apply"),
        ("drift", "comment", "true", "plan and apply"),
        ("drift", "allow_unreviewed", "false", "plan and apply"),
        ("plan", "preview", f"sha256:{'0' * 64}", "apply"),
        ("plan", "propose", "true", "drift"),
        ("apply", "propose", "false", "drift"),
    ],
)
def test_an_input_that_the_command_does_not_know_is_refused(
    job: Job, command: str, name: str, value: str, others: str
) -> None:
    ended = job.run("", command=command, **{name: value})
    expected = f"::error title=reconcile::The input {name} is not for the command {command}, but for {others}.\n"
    assert (ended.code, ended.log) == (64, expected)
    assert not job.started


# What comes out


@pytest.mark.parametrize(("environment", "name"), [("", "default"), ("staging", "staging")])
@pytest.mark.parametrize("code", [0, 5])
def test_a_plan_is_kept_for_the_merge_whatever_came_of_it(job: Job, environment: str, name: str, code: int) -> None:
    (job.runner.root / "exit").write_text(str(code))
    attempt = {"GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "2"}
    ended = job.run(TOKEN, attempt, command="plan", environment=environment)
    assert ended.code == code
    assert ended.outputs["digest"] == "sha256:5f0c"
    assert ended.uploads == [
        {
            "name": f"reconciler-plan-{name}-7-2",
            "path": f"{job.runner.temp}/plan.json",
            "if-no-files-found": "error",
            "retention-days": "90",
        }
    ]


@pytest.mark.parametrize("code", [0, 6, 143])
def test_the_receipt_of_an_apply_is_kept_whatever_came_of_it(job: Job, code: int) -> None:
    (job.runner.root / "exit").write_text(str(code))
    receipt = job.runner.temp / "reconciler-receipt.json"
    receipt.write_text("{}")
    ended = job.run(TOKEN, {"GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "2"}, command="apply", environment="staging")
    assert ended.uploads == [
        {
            "name": "reconciler-receipt-staging-7-2",
            "path": str(receipt),
            "if-no-files-found": "ignore",
            "retention-days": "90",
        }
    ]


PROPOSES = """
with open(os.environ["GITHUB_OUTPUT"], "a") as outputs:
    print("proposed=true", "patch_artifact=d-7-2", file=outputs, sep="\\n")
    print(f"patch_path={os.environ['RUNNER_TEMP']}/d.patch", file=outputs)
"""


@pytest.mark.parametrize("code", [0, 3])
def test_a_patch_is_kept_for_the_next_job_unless_the_run_failed(job: Job, code: int) -> None:
    with (job.runner.root / "reconciler" / "__main__.py").open("r+") as tool:
        text = tool.read()
        tool.seek(0)
        tool.write(text.replace("raise SystemExit(int", f"{PROPOSES}raise SystemExit(int"))
    (job.runner.root / "exit").write_text(str(code))
    ended = job.run(command="drift", propose="true")
    assert (ended.code, ended.outputs["proposed"]) == (code, "true"), ended.log
    kept = {"name": "d-7-2", "path": f"{job.runner.temp}/d.patch", "if-no-files-found": "error", "retention-days": "7"}
    assert ended.uploads == ([] if code else [kept])


@pytest.mark.parametrize("command", ["apply", "drift"])
def test_only_what_a_pull_request_shows_is_kept_as_its_plan(job: Job, command: str) -> None:
    ended = job.run(command=command)
    assert ended.outputs["plan_path"]
    assert not ended.uploads


def test_every_output_comes_from_the_tool() -> None:
    outputs = read_yaml(TOP / ACTION / "action.yml")["outputs"]
    assert " ".join(outputs) == (
        "changes to_create to_update to_delete orphaned digest to_apply plan_path "
        "proposed patch_path patch_artifact exit_code failure_reason"
    )
    assert {name: one["value"] for name, one in outputs.items()} == {
        name: f"${{{{ steps.reconcile.outputs.{name} }}}}" for name in outputs
    }


def test_packages_that_cannot_be_installed_end_the_step(tmp_path: Path) -> None:
    job = job_with(Path(sys.executable), tmp_path)
    (job.runner.root / ACTION / "requirements.lock").write_text("click==8.5.1\n")
    ended = job.run(command="plan")
    assert ended.code == 1
    assert (ended.outputs["exit_code"], ended.outputs["failure_reason"]) == ("1", "setup")
    assert "::error title=reconcile::Python or the packages" in ended.log
    assert not job.started


def test_a_cancellation_reaches_the_tool(job: Job) -> None:
    script = next(
        step for step in read_yaml(TOP / ACTION / "action.yml")["runs"]["steps"] if step.get("id") == "reconcile"
    )
    inputs = dict.fromkeys(script["env"], "") | {"INPUT_COMMAND": "apply", "INPUT_PATH": "wait"}
    process, _ = job.runner.start(script["run"], inputs | {"PYTHON": str(job.runner.python)})
    deadline = time.monotonic() + 60
    while not (job.runner.root / "ready").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)  # to this process alone, as GitHub does
    log, _ = process.communicate(timeout=60)
    assert process.returncode == 130, log
    assert (job.runner.root / "signal").read_text() == str(int(signal.SIGINT))


SHELLCHECK = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.skipif(SHELLCHECK is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing_in_the_scripts() -> None:
    scripts = [script for action in ACTIONS for script in sorted((TOP / action).glob("*.sh"))]
    assert [script.name for script in scripts] == ["propose.sh", "mask.sh", "run.sh"]
    subprocess.run([str(SHELLCHECK), *scripts], check=True)
