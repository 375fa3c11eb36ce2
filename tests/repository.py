"""Git repositories for tests."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_IDENTITY = {
    f"GIT_{who}_{what}": f"{what.lower()}@example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
_NO_MAINTENANCE = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "maintenance.auto", "GIT_CONFIG_VALUE_0": "false"}
"""Keep git from repacking in the background after its command has ended, while a test reads."""
_OURS_ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **_IDENTITY, **_NO_MAINTENANCE}


@dataclass(frozen=True)
class Repository:
    """A work tree with a history that a test makes."""

    folder: Path

    @classmethod
    def at(cls, folder: Path, *options: str) -> "Repository":
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder)
        made.git("init", "--quiet", "--template=", "--initial-branch=main", *options)
        return made

    def git(self, *arguments: str | Path, feed: str | bytes = "") -> str:
        command = ["git", "-C", str(self.folder), *map(str, arguments)]
        given = feed.encode() if isinstance(feed, str) else feed
        environment = {**os.environ, **_OURS_ALONE}
        ended = subprocess.run(command, input=given, capture_output=True, check=True, env=environment)
        return os.fsdecode(ended.stdout).strip()

    def commit(self) -> str:
        """Commit everything as it is; return the commit's id."""
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message=A commit")
        return self.git("rev-parse", "HEAD")

    def clone(self, folder: Path, *options: str) -> "Repository":
        """Clone over a real transport, which a plain path would bypass."""
        self.git("clone", "--quiet", *options, f"file://{self.folder}", folder)
        return Repository(folder)
