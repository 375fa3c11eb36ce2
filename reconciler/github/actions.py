"""The environment of a step in GitHub Actions, with the files that its runner reads."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from reconciler.connections import Secret
from reconciler.errors import ReconcilerError, UsageError

_HINT = "run this inside GitHub Actions, which sets it"
_WORKFLOW = re.compile(r"[^/@]+/[^/@]+/(\.github/workflows/[^/@]+)@.+")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_MERGE = re.compile(r"refs/pull/[0-9]+/merge")
_BRANCHES = "refs/heads/"
_CHECKED_OUT = re.compile(r"/_actions/([\w.-]+/[\w.-]+)/([^/]+)/")
_DEPENDABOT = "dependabot[bot]"
_SECRETS = ("HUBSPOT_ACCESS_TOKEN", "GITHUB_TOKEN")
LARGEST_EVENT = 32 * 1024 * 1024
"""Maximum bytes of an event's payload; GitHub sends none above 25 MB."""


@dataclass(frozen=True, slots=True)
class Actions:
    """The environment of a step; a variable that is not set is an empty text."""

    actor: str
    """Who caused the event. GitHub gives the run their rights, even if somebody else runs it again."""
    event: str
    event_path: str
    ref: str
    sha: str
    workflow_ref: str
    server_url: str
    repository: str
    run_id: str
    attempt: str
    """Which attempt of the run this is, from 1."""
    action_path: str
    """The folder of the action that runs this step."""
    temp: str
    output: str
    summary: str
    secrets: tuple[Secret, ...]
    """What the runner must mask in its log; empty outside Actions, where people would read the masking commands."""
    opens_hubspot: bool
    """Whether there is a token for HubSpot; pull requests from forks and from Dependabot get none."""

    def payload(self) -> str:
        """Read the event's payload; raise `UsageError` if it cannot be read."""
        for name, value in (("GITHUB_EVENT_NAME", self.event), ("GITHUB_EVENT_PATH", self.event_path)):
            if not value:
                raise UsageError(f"{name} is not set", hint=_HINT)
        try:
            with Path(self.event_path).open("rb") as file:
                content = file.read(LARGEST_EVENT + 1)
        except OSError as error:
            raise UsageError(
                f"cannot read the file that GITHUB_EVENT_PATH names: {error.strerror}", hint=_HINT
            ) from error
        if len(content) > LARGEST_EVENT:
            raise UsageError("the file that GITHUB_EVENT_PATH names is too large for an event")
        return content.decode("utf-8", "replace")

    @property
    def commit(self) -> str:
        """The commit that was checked out; `UsageError` if there is none."""
        if not _COMMIT.fullmatch(self.sha):
            raise UsageError("GITHUB_SHA does not name a commit", hint=_HINT)
        return self.sha

    @property
    def is_of_dependabot(self) -> bool:
        """Whether Dependabot caused the event: its runs get none of the Actions secrets."""
        return self.actor == _DEPENDABOT

    @property
    def is_merge(self) -> bool:
        """Whether the commit is the test merge that GitHub makes for a pull request."""
        return _MERGE.fullmatch(self.ref) is not None

    @property
    def branch(self) -> str:
        """The branch that the run is for; `UsageError` if there is none."""
        if not self.ref.startswith(_BRANCHES):
            raise UsageError("GITHUB_REF does not name a branch", hint=_HINT)
        return self.ref.removeprefix(_BRANCHES)

    @property
    def workflow(self) -> str:
        """The workflow's file, for example `.github/workflows/apply.yml`; `UsageError` if there is none."""
        match = _WORKFLOW.fullmatch(self.workflow_ref)
        if match is None:
            raise UsageError("GITHUB_WORKFLOW_REF does not name a workflow's file", hint=_HINT)
        return match[1]

    @property
    def run_number(self) -> int:
        """The number that GitHub knows the run by; `UsageError` if there is none."""
        if not self.run_id.isdecimal():
            raise UsageError("GITHUB_RUN_ID does not name a run", hint=_HINT)
        return int(self.run_id)

    @property
    def repository_url(self) -> str:
        """The address of the repository's page; empty if it is unknown."""
        return f"{self.server_url}/{self.repository}" if self.server_url and self.repository else ""

    @property
    def run_url(self) -> str:
        """The address of the run's page; empty if it is unknown."""
        return f"{self.repository_url}/actions/runs/{self.run_id}" if self.repository_url and self.run_id else ""

    @property
    def runbook_url(self) -> str:
        """The address of the runbook as of the version that runs; empty if it is unknown.

        The runner keeps a checked out action in `_actions/OWNER/REPOSITORY/REF`.
        """
        where = _CHECKED_OUT.search(self.action_path)
        if where is None or not self.server_url:
            return ""
        return f"{self.server_url}/{where[1]}/blob/{quote(where[2])}/docs/runbook.md"

    @property
    def file_link(self) -> str:
        """The address of a line of the commit's files, with `{file}` and `{line}` to fill in; empty if unknown."""
        known = self.repository_url and _COMMIT.fullmatch(self.sha)
        return f"{self.repository_url}/blob/{self.sha}/{{file}}#L{{line}}" if known else ""

    def file(self, name: str) -> Path:
        """Return the path of a file for later steps of the job; raise `UsageError` if RUNNER_TEMP is not set."""
        if not self.temp:
            raise UsageError("RUNNER_TEMP is not set", hint=_HINT)
        return Path(self.temp) / name


def load_actions(environ: Mapping[str, str] = os.environ) -> Actions:
    """Read the variables that Actions sets for every step."""
    is_read_by_runner = environ.get("GITHUB_ACTIONS") == "true"
    secrets = {name: environ.get(name, "").strip() for name in _SECRETS}
    return Actions(
        actor=environ.get("GITHUB_ACTOR", ""),
        event=environ.get("GITHUB_EVENT_NAME", ""),
        event_path=environ.get("GITHUB_EVENT_PATH", ""),
        ref=environ.get("GITHUB_REF", ""),
        sha=environ.get("GITHUB_SHA", ""),
        workflow_ref=environ.get("GITHUB_WORKFLOW_REF", ""),
        server_url=environ.get("GITHUB_SERVER_URL", ""),
        repository=environ.get("GITHUB_REPOSITORY", ""),
        run_id=environ.get("GITHUB_RUN_ID", ""),
        attempt=environ.get("GITHUB_RUN_ATTEMPT", ""),
        action_path=environ.get("GITHUB_ACTION_PATH", ""),
        temp=environ.get("RUNNER_TEMP", ""),
        output=environ.get("GITHUB_OUTPUT", ""),
        summary=environ.get("GITHUB_STEP_SUMMARY", ""),
        secrets=tuple(map(Secret, filter(None, secrets.values()))) if is_read_by_runner else (),
        opens_hubspot=bool(secrets["HUBSPOT_ACCESS_TOKEN"]),
    )


def append_to(path: str, text: str) -> None:
    """Append a text to a file that the runner named; do nothing if it named none.

    Raise `ReconcilerError` if the file cannot be written.
    """
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise ReconcilerError(f"cannot write to the runner's file: {error.strerror}") from error
