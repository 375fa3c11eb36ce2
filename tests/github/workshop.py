"""A repository with its people, its workflows and its portal, for stories inside GitHub Actions."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.run import run
from reconciler.sandbox.server import Options, running
from tests.command_line import NOW, Screen, check_untold, declare, started
from tests.github.local_github import local_github
from tests.github.runner_parser import Command, commands, outputs
from tests.github.world import REPOSITORY, TOKEN, LocalGitHub
from tests.hubspot.connecting import CERTIFICATE
from tests.repository import Repository
from tests.story.world import PORTAL, Held, World

SETTINGS = f"portal: {PORTAL}\nexternalAccountId: acme\nsilence: [no-date]\n"
WRITING, READING = "sandbox-1001", "sandbox-1001-read"
SERVER = "https://github.example"

Start = Callable[[tuple[str, ...], Mapping[str, str], Path], Screen]


def event(name: str, **fields: str) -> str:
    """Declare an event; its fields are so far apart that git merges changes to two of them."""
    lines = {"externalEventId": name, "eventName": name.title(), "eventOrganizer": "Acme", **fields}
    return "".join(f"{key}: {value}\n\n\n\n\n" for key, value in lines.items())


@dataclass(frozen=True)
class Step:
    """The outcome of one step of a workflow."""

    screen: Screen
    outputs: Mapping[str, str]
    summary: str
    temp: Path

    @property
    def code(self) -> int:
        return self.screen.code

    @property
    def reason(self) -> str:
        return self.outputs["failure_reason"]

    @property
    def printed(self) -> str:
        return self.screen.out + self.screen.err

    @property
    def commands(self) -> list[Command]:
        """The commands for the runner, without the masks."""
        return [one for one in commands(self.printed) if one.name != "add-mask"]

    def annotations(self, kind: str) -> list[Command]:
        return [one for one in self.commands if one.name == kind]

    @property
    def receipt(self) -> Any:
        return json.loads((self.temp / "reconciler-receipt.json").read_text())


@dataclass(frozen=True)
class Planned:
    """The inputs of a run of plan.yml, the same in every attempt."""

    run_id: int
    commit: str
    event: str


@dataclass(frozen=True)
class Begun:
    """A run of apply.yml."""

    run_id: int
    commit: str
    event: str
    payload: str


@dataclass
class Workshop:
    """One repository on the local GitHub, and the sandbox that it declares events for."""

    folder: Path
    repository: Repository
    github: LocalGitHub
    portal: World
    start: Start
    options: tuple[str, ...] = ()
    numbers: Iterator[int] = field(default_factory=count)
    planned: dict[int, "Planned"] = field(default_factory=dict)
    """By the number of a pull request, the last run of plan.yml for it."""
    applied_to: str = ""

    # People

    def declare(self, **files: str) -> str:
        """Commit files to the branch that is checked out."""
        declare(self.repository.folder / "events", **files)
        return self.repository.commit()

    def push_to_main(self, **files: str) -> str:
        """Commit straight to the default branch, without a review."""
        self.repository.git("checkout", "--quiet", "main")
        return self.github.push("main", self.declare(**files))

    def propose(self, branch: str, **files: str) -> int:
        """Open a pull request."""
        self.repository.git("checkout", "--quiet", "-b", branch, "main")
        self.github.push(branch, self.declare(**files))
        return self.github.open_pull(branch)

    def push_again(self, number: int, **files: str) -> None:
        """Commit to a pull request's branch."""
        branch = self.github.pulls[number].head_ref
        self.repository.git("checkout", "--quiet", branch)
        self.github.push(branch, self.declare(**files))

    def merge(self, number: int) -> str:
        return self._merged(number, "--no-ff", "--message=Merge")

    def squash(self, number: int) -> str:
        return self._merged(number, "--squash")

    def _merged(self, number: int, *how: str) -> str:
        self.repository.git("checkout", "--quiet", "main")
        self.repository.git("merge", "--quiet", *how, self.github.pulls[number].head_sha)
        if "--squash" in how:
            self.repository.commit()
        return self.github.merged(number, self.repository.git("rev-parse", "HEAD"))

    # Workflows

    def plan(self, number: int, *arguments: str, token: str = READING, **environ: str) -> Step:
        """Run plan.yml for a pull request: on the commit that GitHub makes to try its merge."""
        pull = self.github.pulls[number]
        self.repository.git("checkout", "--quiet", "--detach", "main")
        self.repository.git("merge", "--quiet", "--no-ff", "--message=Try", pull.head_sha)
        run_id = self.github.start_run("plan.yml", event="pull_request", head_sha=pull.head_sha, head_branch="x")
        commit = self.repository.git("rev-parse", "HEAD")
        self.planned[number] = Planned(run_id, commit, self.github.pull_request_event(number))
        return self._run_plan(number, *arguments, token=token, **environ)

    def plan_again(self, number: int, *arguments: str) -> Step:
        """Run the last plan.yml of a pull request again, merged or not: of the same commit, for the same event."""
        self.github.run_again(self.planned[number].run_id)
        self.repository.git("checkout", "--quiet", "--detach", self.planned[number].commit)
        return self._run_plan(number, *arguments, token=READING)

    def _run_plan(self, number: int, *arguments: str, token: str, **environ: str) -> Step:
        run = self.planned[number]
        step = self.step(
            "plan",
            *arguments,
            GITHUB_EVENT_NAME="pull_request",
            event=run.event,
            GITHUB_REF=f"refs/pull/{number}/merge",
            HUBSPOT_ACCESS_TOKEN=token,
            **environ,
        )
        if saved := step.outputs.get("plan_path"):
            environment = arguments[arguments.index("--env") + 1] if "--env" in arguments else "default"
            self.keep(run.run_id, Path(saved), environment)
        self.github.finish_run(run.run_id, "success" if step.code == 0 else "failure")
        return step

    def keep(self, run_id: int, plan: Path, environment: str = "default") -> None:
        """Upload a plan as the action does."""
        name = f"reconciler-plan-{environment}-{run_id}-{self.github.runs[run_id].attempt}"
        self.github.upload(run_id, name, {plan.name: plan.read_bytes()})

    def apply(self, *arguments: str, event: str = "push", at: str = "main", **environ: str) -> Step:
        """Run apply.yml on the default branch as it is, or as it was, without its first job."""
        return self._run_apply(self.begin_apply(event, at), "apply", *arguments, **environ)

    def begin_apply(self, event: str = "push", at: str = "main") -> Begun:
        """Start apply.yml."""
        self.repository.git("checkout", "--quiet", "--detach", at)
        tip = self.repository.git("rev-parse", "HEAD")
        run_id = self.github.start_run("apply.yml", event=event, head_sha=tip)
        return Begun(run_id, tip, event, self.github.push_event("main", self.applied_to or None, tip))

    def preview(self, begun: Begun, *arguments: str, **environ: str) -> Step:
        """Run the first job of apply.yml; the run ends with it if nothing is to be applied."""
        step = self._run_apply(begun, "plan", *arguments, **{"HUBSPOT_ACCESS_TOKEN": READING, **environ})
        if saved := step.outputs.get("plan_path"):
            self.keep(begun.run_id, Path(saved))
        return step

    def apply_previewed(self, begun: Begun, previewed: Step, *arguments: str) -> Step:
        """Run the second job of apply.yml, which somebody has approved."""
        return self._run_apply(begun, "apply", f"--preview={previewed.outputs['digest']}", *arguments)

    def _run_apply(self, begun: Begun, command: str, *arguments: str, **environ: str) -> Step:
        self.repository.git("checkout", "--quiet", "--detach", begun.commit)
        given = {
            "GITHUB_EVENT_NAME": begun.event,
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_RUN_ID": str(begun.run_id),
            "GITHUB_WORKFLOW_REF": f"{REPOSITORY}/.github/workflows/apply.yml@refs/heads/main",
            "HUBSPOT_ACCESS_TOKEN": WRITING,
            **environ,
        }
        step = self.step(command, *arguments, event=begun.payload, **given)
        if step.outputs.get("to_apply") != "true":
            self.github.finish_run(begun.run_id, "failure" if step.code else "success")
        return step

    def replaced_apply(self) -> None:
        """Make a run wait until the next one replaces it."""
        run_id = self.github.start_run("apply.yml", event="push", head_sha=self.github.branches["main"])
        self.github.finish_run(run_id, "cancelled")

    def drift(self, *arguments: str, **environ: str) -> Step:
        """Run drift.yml as its schedule does."""
        self.repository.git("checkout", "--quiet", "main")
        given = {"GITHUB_REF": "refs/heads/main", "HUBSPOT_ACCESS_TOKEN": READING, **environ}
        return self.step("drift", *arguments, GITHUB_EVENT_NAME="schedule", event="{}", **given)

    def step(self, command: str, *arguments: str, event: str, **environ: str) -> Step:
        """Run a command with the environment that Actions gives to a step, on what is checked out."""
        temp = self.folder / f"step-{next(self.numbers)}"
        temp.mkdir()
        (temp / "event.json").write_text(event)
        given = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "octocat",
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_EVENT_PATH": str(temp / "event.json"),
            "GITHUB_OUTPUT": str(temp / "output"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "99",
            "GITHUB_SERVER_URL": SERVER,
            "GITHUB_SHA": self.repository.git("rev-parse", "HEAD"),
            "GITHUB_STEP_SUMMARY": str(temp / "summary.md"),
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_WORKFLOW_REF": f"{REPOSITORY}/.github/workflows/{command}.yml@refs/heads/main",
            "HUBSPOT_BASE_URL": self.portal.base_url,
            "RUNNER_TEMP": str(temp),
            # Loading the usual certificates takes half of a run, and nothing here needs them.
            "SSL_CERT_FILE": str(CERTIFICATE),
            **environ,
        }
        screen = self.start(("github", command, *self.options, *arguments), given, self.repository.folder)
        told = (temp / "output").read_text() if (temp / "output").exists() else ""
        summary = (temp / "summary.md").read_text() if (temp / "summary.md").exists() else ""
        return Step(screen, outputs(told), summary, temp)

    # What HubSpot and GitHub show

    def comments(self, number: int) -> list[str]:
        return self.github.bodies(number)

    def held(self, name: str) -> dict[str, Any]:
        """Return HubSpot's fields of an event."""
        return self.portal.event(name)

    def names(self) -> set[str]:
        return {one["externalEventId"] for one in self.portal.held()}


def as_a_process(arguments: tuple[str, ...], environ: Mapping[str, str], folder: Path) -> Screen:
    """Start a step as the runner's shell does."""
    return started(*arguments, environment=environ, cwd=folder)


@dataclass(frozen=True)
class InThisProcess:
    """Runs steps where the tests run, which takes a tenth of the time."""

    captured: pytest.CaptureFixture[str]

    def __call__(self, arguments: tuple[str, ...], environ: Mapping[str, str], folder: Path) -> Screen:
        self.captured.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            for name, value in environ.items():
                patch.setenv(name, value)
            code = run(arguments, now=lambda: NOW)
        out, err = self.captured.readouterr()
        check_untold(out + err, environ)
        return Screen(code, out, err)


@contextmanager
def workshop(folder: Path, start: Start, *events: Held, settings: str = SETTINGS, **files: str) -> Iterator[Workshop]:
    """Open a workshop: HubSpot holds the events, the default branch declares the files and was applied."""
    seed = folder / "seed.json"
    seed.write_text(json.dumps({"portal": {"id": PORTAL}, "events": events, "properties": []}))
    repository = Repository.at(folder / "repository")
    declare(repository.folder / "events", reconciler=settings, **files)
    first = repository.commit()
    with (
        running(Options(seed=seed, rate="1000000/1")) as sandbox,
        World(sandbox.base_url) as portal,
        local_github(repository.folder) as github,
    ):
        github.push("main", first)
        github.finish_run(github.start_run("apply.yml", event="push", head_sha=first))
        yield Workshop(folder, repository, github, portal, start, applied_to=first)
