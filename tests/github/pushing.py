"""The job that pushes what drift proposes, against a repository that is pushed to as GitHub's are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.github.runner import PROPOSE, TOP, Ended, Runner
from tests.github.world import REPOSITORY
from tests.repository import Repository

ARTIFACT = "reconciler-drift-default-7-1"
OUR_BRANCH = "reconciler/drift"
BOT_SIGNED = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
_SCRIPT = (TOP / PROPOSE / "propose.sh").read_text(encoding="utf-8")
MESSAGE = _SCRIPT.partition('\nMESSAGE="')[2].partition('"\n')[0]
"""The message of each commit of ours."""
_NO_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@dataclass(frozen=True)
class Pushing:
    """A bare repository that stands for GitHub's, and the runs of the job for it."""

    folder: Path
    hub: Repository
    numbers: "count[int]" = field(default_factory=count)
    clone_options: tuple[str, ...] = ()

    @classmethod
    def into(cls, folder: Path, source: Repository) -> "Pushing":
        """Return the job for a repository that holds the default branch of another one."""
        hub = Repository.at(folder / "server" / REPOSITORY, "--bare")
        made = cls(folder, hub)
        made.publish(source)
        return made

    @property
    def server(self) -> str:
        """The address that stands for https://github.com."""
        return f"file://{self.folder}/server"

    def publish(self, source: Repository) -> None:
        """Push the default branch of a work tree."""
        source.git("push", "--quiet", "--force", f"{self.server}/{REPOSITORY}", "main")

    def clone(self) -> Repository:
        """Return a work tree of somebody who may push."""
        return self.hub.clone(self.folder / f"clone-{next(self.numbers)}", *self.clone_options)

    def tip(self, branch: str = OUR_BRANCH) -> str:
        """Return the commit of a branch; empty if there is no such branch."""
        return self.hub.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")

    def run(self, inputs: Mapping[str, str], artifacts: Mapping[str, Path], **env: str) -> Ended:
        """Run the action in a fresh checkout of the default branch, or of the commit that `GITHUB_SHA` names."""
        workspace = self.clone()
        workspace.git("checkout", "--quiet", "--detach", env.pop("GITHUB_SHA", "main"))
        temp = self.folder / f"temp-{next(self.numbers)}"
        temp.mkdir()
        told = {"GITHUB_SERVER_URL": self.server, "GITHUB_REPOSITORY": REPOSITORY}
        summary = {"GITHUB_STEP_SUMMARY": str(temp / "summary.md")}
        runner = Runner(TOP, workspace.folder, temp, Path("no python"), PROPOSE, artifacts)
        return runner.run(inputs, {**_NO_SETTINGS, **told, **summary, **env})

    def propose(self, patch: str | bytes, **inputs: str) -> Ended:
        """Run the action with a patch."""
        file = self.folder / f"patch-{next(self.numbers)}" / "reconciler-drift.patch"
        file.parent.mkdir()
        file.write_bytes(patch if isinstance(patch, bytes) else patch.encode())
        return self.run({"proposed": "true", "artifact": ARTIFACT, **inputs}, {ARTIFACT: file})

    def nothing_to_propose(self, **inputs: str) -> Ended:
        """Run the action after a run that found nothing."""
        return self.run({"proposed": "false", **inputs}, {})
