"""What was applied last, as the runs of the workflow that applies tell it, and the commits since."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from reconciler.errors import Refused, Rejected
from reconciler.github.client import GitHub
from reconciler.github.records import Ancestry, Comparison, Run

_STANDS_ON = (Ancestry.AHEAD, Ancestry.IDENTICAL)
"""How a commit stands to another that is part of its history."""


@dataclass(frozen=True, slots=True)
class CommitRange:
    """What leads from one commit to another."""

    since: str
    until: str
    compared: Comparison | None
    """None where GitHub lacks one of them, or a common root."""

    @property
    def base(self) -> str | None:
        """The commit that it begins after, unless the branch was moved away from that."""
        return self.since if self.compared is not None and self.compared.ancestry in _STANDS_ON else None

    @property
    def leads_back(self) -> bool:
        """Tell whether its end is part of the history of its beginning."""
        return self.compared is not None and self.compared.ancestry is Ancestry.BEHIND

    @property
    def commits(self) -> tuple[str, ...]:
        """The commits in it, the oldest first, as far as GitHub lists them."""
        return () if self.compared is None else self.compared.commits

    @property
    def gap(self) -> str:
        """Why it is not known which commits are in it; empty where it is."""
        if self.compared is None:
            return f"GitHub cannot tell how commit {self.since[:10]} leads to {self.until[:10]}"
        if not self.compared.complete:
            listed = f"{len(self.commits)} of the {self.compared.total} commits"
            return f"GitHub lists {listed} since {self.since[:10]}, not all"
        return ""


def between(github: GitHub, since: str, until: str) -> CommitRange:
    """Ask GitHub what leads from one commit to another."""
    return CommitRange(since, until, github.compare(since, until))


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


def since_last_applied(github: GitHub, line: Line, head: str) -> CommitRange | None:
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
