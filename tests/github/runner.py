"""A runner of GitHub Actions, as far as the composite actions need one.

It runs an action's scripts as the real one does: in order, each in a bash of its own, in the workspace, with the
step's environment. The actions that an action uses are replaced by fakes.
"""

import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

TOP = Path(__file__).resolve().parents[2]
ACTION = Path(".github/actions/reconcile")
PROPOSE = Path(".github/actions/propose")
ACTIONS = (PROPOSE, ACTION)
TO_COPY = TOP / "reconciler" / "github" / "workflows"
"""The workflows that users copy."""
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""The meaning of `shell: bash` (GitHub's workflow syntax, "Exit codes and error action preference")."""

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_OUTPUT = re.compile(r"(?P<name>[^=<\n]+)(=(?P<value>.*)|<<(?P<mark>.+)\n(?P<lines>(?:.*\n)*?)(?P=mark))\n")


def read_yaml(path: Path) -> Any:
    """Read a workflow or an action; `on` stays a text, as GitHub reads it."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  (this loader makes only texts)


@dataclass
class Ended:
    """The outcome of one run of the action."""

    code: int = 0
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    uploads: list[dict[str, str]] = field(default_factory=list)
    """The inputs of upload-artifact, each time it was used."""
    environments: dict[str, dict[str, str]] = field(default_factory=dict)
    """The environment of each step, by the step's name."""


@dataclass(frozen=True)
class Runner:
    """Runs the action that stands below a root, for a job whose workspace and temporary folder are given."""

    root: Path
    workspace: Path
    temp: Path
    python: Path
    """The Python that setup-python installs."""
    action: Path = ACTION
    artifacts: Mapping[str, Path] = field(default_factory=dict)
    """By name, the file in each artifact of the run."""

    def run(self, inputs: Mapping[str, str], env: Mapping[str, str]) -> Ended:
        """Run the action as a step with these inputs and this environment."""
        action = read_yaml(self.root / self.action / "action.yml")
        assert inputs.keys() <= action["inputs"].keys()
        known = {name: inputs.get(name, one.get("default", "")) for name, one in action["inputs"].items()}
        run = {"run_id": env.get("GITHUB_RUN_ID", "99"), "run_attempt": env.get("GITHUB_RUN_ATTEMPT", "1")}
        contexts: dict[str, Any] = {"inputs": known, "steps": {}, "github": {"token": "ghs_of-the-job", **run}}
        contexts["runner"] = {"temp": str(self.temp)}
        ended = Ended()
        for step in action["runs"]["steps"]:
            self._step(step, contexts, env, ended)
        ended.outputs = {name: filled(one["value"], contexts) for name, one in action["outputs"].items()}
        return ended

    def _step(self, step: Mapping[str, Any], contexts: dict[str, Any], env: Mapping[str, str], ended: Ended) -> None:
        condition = step.get("if", "success()")
        # GitHub adds success() to every condition without a status check function.
        if (ended.code and "always()" not in condition) or not evaluated(condition, contexts):
            return
        mine = {**env, **{name: filled(text, contexts) for name, text in step.get("env", {}).items()}}
        ended.environments[step["name"]] = mine
        given = {name: filled(text, contexts) for name, text in step.get("with", {}).items()}
        match step.get("uses", "").partition("@")[0]:
            case "":
                outputs = self._script(step["run"], mine, ended)
            case "actions/setup-python":
                outputs = {"python-path": str(self.python)}
            case "actions/upload-artifact":
                if given["if-no-files-found"] != "ignore" or Path(given["path"]).exists():
                    ended.uploads.append(given)
                outputs = {}
            case "actions/download-artifact":
                Path(given["path"]).mkdir()
                shutil.copy(self.artifacts[given["name"]], given["path"])
                outputs = {}
            case other:
                raise AssertionError(f"nothing stands in for {other}")
        contexts["steps"][step.get("id", "")] = {"outputs": outputs}

    def _script(self, script: str, env: Mapping[str, str], ended: Ended) -> dict[str, str]:
        """Run a script, and return the outputs that it wrote."""
        process, written = self.start(script, env)
        log, _ = process.communicate(timeout=100)
        ended.log += log
        ended.code = ended.code or process.returncode
        return _outputs(written.read_text(encoding="utf-8"))

    def start(self, script: str, env: Mapping[str, str]) -> tuple[subprocess.Popen[str], Path]:
        """Start a script; its outputs go to the file."""
        written, file = (self.temp / f"{uuid.uuid4()}{end}" for end in ("", ".sh"))
        written.touch()
        file.write_text(script, encoding="utf-8")
        ours = ("GITHUB_", "HUBSPOT_", "INPUT_", "PIP_", "PYTHON", "RECONCILER_")
        around = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        told = {
            "GITHUB_ACTION_PATH": str(self.root / self.action),
            "GITHUB_OUTPUT": str(written),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
        }
        process = subprocess.Popen(
            [*SHELL, str(file)],
            cwd=self.workspace,
            env={**around, **told, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return process, written


def _outputs(written: str) -> dict[str, str]:
    """Read a step's outputs from the file that GITHUB_OUTPUT names, which must hold nothing else."""
    assert not _OUTPUT.sub("", written)
    return {
        found["name"]: found["value"] if found["mark"] is None else found["lines"].removesuffix("\n")
        for found in _OUTPUT.finditer(written)
    }


def filled(text: str, contexts: Mapping[str, Any]) -> str:
    """Put the values of expressions into a text."""
    return _EXPRESSION.sub(lambda found: str(evaluated(found[1], contexts)), text)


def evaluated(expression: str, contexts: Mapping[str, Any]) -> Any:
    """Evaluate the few forms of GitHub's expressions that the action and the workflows use."""
    expression = expression.strip()
    for sign in ("||", "&&", "==", "!="):
        left, found, right = expression.partition(sign)
        if found:
            first, second = evaluated(left, contexts), evaluated(right, contexts)
            return {"||": first or second, "&&": first and second, "==": first == second, "!=": first != second}[sign]
    if expression in {"always()", "success()"}:
        return True
    if expression.startswith("'"):
        return expression.strip("'")
    context, *names = expression.split(".")
    value = contexts[context]
    for name in names:
        value = value.get(name, "")
    return value
