"""What was applied last, as the runs of the workflow that applies tell it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from reconciler.errors import Refused, Rejected
from reconciler.github.client import GitHub
from reconciler.github.records import Run
from reconciler.github.stretch import Stretch, between

MOST_RUNS = 100
"""Runs that are looked at, the newest first."""
_APPLYING = ("push", "workflow_dispatch")
_BEGUN = ("success", "failure", "cancelled", "timed_out")
"""How runs end that may have written."""


@dataclass(frozen=True, slots=True)
class Line:
    """The line of commits that is applied, by which workflow."""

    repository: str
    """As `owner/name`."""
    branch: str
    workflow: str
    """The file of the workflow that applies, for example `.github/workflows/apply.yml`."""


def since_last_applied(github: GitHub, line: Line, head: str) -> Stretch | None:
    """Give what leads to `head` from the commit that was applied last with success; None where none is known.

    Where the branch was moved away from that commit, `head` does not stand on it.
    `Refused` where one that comes after `head` was applied, or may have been in part: to go back is no apply of what
    was merged.
    """
    for run in _ended(github, line):
        stretch = between(github, run.head_sha, head)
        if stretch.leads_back:
            raise Refused(
                f"commit {run.head_sha[:10]}, which comes after {head[:10]}, was applied already, or in part",
                hint="run the workflow on the newest commit of the default branch",
            )
        if run.conclusion == "success":
            return stretch
    return None


def _ended(github: GitHub, line: Line) -> Iterator[Run]:
    """Give the runs that applied, or may have in part, the newest first; one commit is told of once in each way.

    None where no such workflow has ever run.
    """
    file = line.workflow.rpartition("/")[2]
    try:
        found = list(islice(github.runs_of_workflow(file, branch=line.branch, status="completed"), MOST_RUNS))
    except Rejected as no:
        if no.status == 404:
            return
        raise
    yield from {(run.head_sha, run.conclusion): run for run in found if _began(run, line)}.values()


def _began(run: Run, line: Line) -> bool:
    where = (run.workflow_path, run.head_repository, run.head_branch)
    return (
        where == (line.workflow, line.repository, line.branch) and run.event in _APPLYING and run.conclusion in _BEGUN
    )
