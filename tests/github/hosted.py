"""Jobs of the real workflows with the real action, run for a workshop's repository as GitHub's runner runs them."""

import json
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.github.pushing import Pushing
from tests.github.runner import ACTION, TO_COPY, TOP, Ended, Runner, evaluated, filled, read_yaml
from tests.github.workshop import READING, SERVER, WRITING, Planned, Workshop
from tests.github.world import REPOSITORY
from tests.hubspot.connecting import CERTIFICATE

OF_THE_JOB = "ghs_of-the-job"
"""The token that GitHub makes for a job."""
SECRETS: Mapping[str, str] = {"HUBSPOT_READ_TOKEN": READING, "HUBSPOT_WRITE_TOKEN": WRITING}
NO_PIP = "import sys\n\nassert {'--no-deps', '--require-hashes'} <= set(sys.argv)\n"


def python_without_pip(folder: Path) -> Path:
    """Return a Python whose venvs hold the packages of this one: to install them again for each job takes a minute.

    The tests of the action check what its scripts do with the real pip.
    """
    packages = sysconfig.get_path("purelib")
    site = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    (folder / "pip.py").write_text(NO_PIP)
    python = folder / "python"
    python.write_text(
        f"""#!/bin/sh
set -e
[ "$*" = "-I -m venv venv" ]
"{sys.executable}" -I -m venv --without-pip venv
cp "{folder}/pip.py" "venv/{site}"
echo "{packages}" > "venv/{site}/packages.pth"
"""
    )
    python.chmod(0o755)
    return python


@dataclass(frozen=True)
class Finished:
    """The outcome of a job."""

    ended: Ended
    summary: str
    temp: Path

    @property
    def receipt(self) -> Any:
        return json.loads((self.temp / "reconciler-receipt.json").read_text())


@dataclass(frozen=True)
class Hosted:
    """Runs the workflows for a workshop, each with exactly the permissions that its job asks for."""

    shop: Workshop
    python: Path
    secrets: Mapping[str, str] = field(default_factory=lambda: SECRETS)
    inputs: Mapping[str, str] = field(default_factory=dict)
    """What somebody has changed among the inputs of the action."""
    planned: dict[int, Planned] = field(default_factory=dict)
    """By the number of a pull request, the last run of plan.yml for it."""

    def plan(self, number: int) -> Finished:
        """Run plan.yml for a pull request: on the commit that GitHub makes to try its merge."""
        pull, repository = self.shop.github.pulls[number], self.shop.repository
        repository.git("checkout", "--quiet", "--detach", "main")
        repository.git("merge", "--quiet", "--no-ff", "--message=Try", pull.head_sha)
        run_id = self.shop.github.start_run("plan.yml", event="pull_request", head_sha=pull.head_sha)
        commit, payload = repository.git("rev-parse", "HEAD"), self.shop.github.pull_request_event(number)
        self.planned[number] = Planned(run_id, commit, payload)
        return self._attempt(run_id, "plan", "pull_request", payload, f"refs/pull/{number}/merge")

    def plan_again(self, number: int) -> Finished:
        """Run the last plan.yml of a pull request again, merged or not: of the same commit, for the same event."""
        run = self.planned[number]
        self.shop.github.run_again(run.run_id)
        self.shop.repository.git("checkout", "--quiet", "--detach", run.commit)
        return self._attempt(run.run_id, "plan", "pull_request", run.event, f"refs/pull/{number}/merge")

    def apply(self) -> Finished:
        """Run apply.yml for what was merged last."""
        tip = self._on_main()
        payload = self.shop.github.push_event("main", self.shop.repository.git("rev-parse", "HEAD^"), tip)
        return self._run("apply", "push", payload, "refs/heads/main", tip)

    def drift(self) -> Finished:
        """Run drift.yml as its schedule does."""
        return self._run("drift", "schedule", "{}", "refs/heads/main", self._on_main())

    def push_proposal(self, looked: Finished, pushing: Pushing) -> Ended | None:
        """Run the second job of drift.yml, which gets what the first one hands over; None if it is skipped."""
        first, second = read_yaml(TO_COPY / "drift.yml")["jobs"].values()
        outputs = _filled(first["outputs"], {"steps": {"drift": {"outputs": looked.ended.outputs}}})
        contexts = {"needs": {"drift": {"outputs": outputs}}}
        if not evaluated(second["if"], contexts):
            return None
        pushing.publish(self.shop.repository)
        artifacts = {upload["name"]: Path(upload["path"]) for upload in looked.ended.uploads}
        return pushing.run(_filled(second["steps"][-1]["with"], contexts), artifacts)

    def _on_main(self) -> str:
        self.shop.repository.git("checkout", "--quiet", "main")
        return self.shop.repository.git("rev-parse", "HEAD")

    def _run(self, workflow: str, event: str, payload: str, ref: str, head: str) -> Finished:
        run_id = self.shop.github.start_run(f"{workflow}.yml", event=event, head_sha=head)
        return self._attempt(run_id, workflow, event, payload, ref)

    def _attempt(self, run_id: int, workflow: str, event: str, payload: str, ref: str) -> Finished:
        """Run the jobs of a workflow that run the tool, each with what it needs; return the last that ran."""
        told = {
            "GITHUB_EVENT_NAME": event,
            "GITHUB_REF": ref,
            "GITHUB_RUN_ATTEMPT": str(self.shop.github.runs[run_id].attempt),
            "GITHUB_RUN_ID": str(run_id),
            "GITHUB_WORKFLOW_REF": f"{REPOSITORY}/.github/workflows/{workflow}.yml@refs/heads/main",
        }
        needs: dict[str, Any] = {}
        finished: list[Finished] = []
        for name, job in read_yaml(TO_COPY / f"{workflow}.yml")["jobs"].items():
            is_asked_for = "needs" not in job or (
                not finished[-1].ended.code and evaluated(job["if"], {"needs": needs})
            )
            if not (is_asked_for and _steps_of(job)):
                continue
            finished.append(self._job(name, job, needs, payload, told))
            contexts = {"steps": {name: {"outputs": finished[-1].ended.outputs}}}
            needs[name] = {"outputs": _filled(job.get("outputs", {}), contexts)}
        self.shop.github.finish_run(run_id, "failure" if finished[-1].ended.code else "success")
        return finished[-1]

    def _job(self, name: str, job: Any, needs: Any, payload: str, told: Mapping[str, str]) -> Finished:
        github = self.shop.github
        github.let(OF_THE_JOB, **{may.replace("-", "_"): how for may, how in job["permissions"].items()})
        run_id = int(told["GITHUB_RUN_ID"])
        temp = self.shop.folder / f"run-{run_id}-{told['GITHUB_RUN_ATTEMPT']}-{name}"
        temp.mkdir()
        (temp / "event.json").write_text(payload)
        ended = self._step(job, needs, temp, told)
        for upload in ended.uploads:
            kept = Path(upload["path"])
            github.upload(run_id, upload["name"], {kept.name: kept.read_bytes()})
        summary = temp / "summary.md"
        return Finished(ended, summary.read_text() if summary.exists() else "", temp)

    def _step(self, job: Any, needs: Any, temp: Path, told: Mapping[str, str]) -> Ended:
        """Run the one step of a job that uses the action, on what is checked out."""
        (step,) = _steps_of(job)
        contexts = {"secrets": self.secrets, "inputs": {}, "needs": needs}
        inputs, env = (_filled(step[part], contexts) for part in ("with", "env"))
        workspace = self.shop.repository.folder
        given = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "octocat",
            "GITHUB_API_URL": self.shop.github.api_url,
            "GITHUB_EVENT_PATH": str(temp / "event.json"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": SERVER,
            "GITHUB_SHA": self.shop.repository.git("rev-parse", "HEAD"),
            "GITHUB_STEP_SUMMARY": str(temp / "summary.md"),
            "HUBSPOT_BASE_URL": self.shop.portal.base_url,
            "SSL_CERT_FILE": str(CERTIFICATE),
            **told,
        }
        return Runner(TOP, workspace, temp, self.python).run({**inputs, **self.inputs}, {**given, **env})


def _steps_of(job: Any) -> list[Any]:
    """Return the steps of a job that run the tool."""
    return [step for step in job["steps"] if f"/{ACTION}@" in step["uses"]]


def _filled(texts: Mapping[str, str], contexts: Mapping[str, Any]) -> dict[str, str]:
    return {name: filled(text, contexts) for name, text in texts.items()}
