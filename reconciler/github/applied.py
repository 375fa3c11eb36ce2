"""The commits since the last apply, which the runs of the apply workflow show."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from reconciler.errors import Refused, Rejected
from reconciler.github.begun import may_have_written
from reconciler.github.client import MOST_COMMITS, GitHub
from reconciler.github.records import Ancestry, Comparison, Run

_STANDS_ON = (Ancestry.AHEAD, Ancestry.IDENTICAL)
"""Ancestry of a commit whose history contains the other one."""


@dataclass(frozen=True, slots=True)
class CommitRange:
    """The commits from one commit to another."""

    since: str
    until: str
    compared: Comparison | None
    """None if GitHub lacks one of the commits, or a common root."""
    begun: bool = False
    """Whether a later run may have applied a part of it, and did not succeed."""

    @property
    def base(self) -> str | None:
        """The commit before the range; None if the branch was moved away from it."""
        return self.since if self.compared is not None and self.compared.ancestry in _STANDS_ON else None

    @property
    def leads_back(self) -> bool:
        """Whether `until` is part of the history of `since`."""
        return self.compared is not None and self.compared.ancestry is Ancestry.BEHIND

    @property
    def commits(self) -> tuple[str, ...]:
        """The commits in the range, oldest first, as far as GitHub lists them."""
        return () if self.compared is None else self.compared.commits

    @property
    def gap(self) -> str:
        """Why the commits in the range are unknown; empty if they are known."""
        if self.compared is None:
            return f"GitHub cannot compare commit {self.since[:10]} with {self.until[:10]}"
        if self.compared.total > MOST_COMMITS:
            merged = f"{self.compared.total:,} commits were merged since {self.since[:10]}"
            return f"{merged}, and no more than {MOST_COMMITS:,} are looked through"
        if not self.compared.complete:
            listed = f"{len(self.commits)} of the {self.compared.total} commits"
            return f"GitHub lists only {listed} since {self.since[:10]}"
        return ""


def between(github: GitHub, since: str, until: str) -> CommitRange:
    """Return the range from one commit to another."""
    return CommitRange(since, until, github.compare(since, until))


APPLY = ".github/workflows/apply.yml"
"""The workflow whose successful runs show which commit was applied last, if another one asks."""
_MOST_RUNS = 100
"""Maximum number of runs to look at, newest first."""
_APPLYING = ("push", "workflow_dispatch")
_BEGUN = ("success", "failure", "cancelled", "timed_out")
"""Conclusions of runs that may have written, as far as these tell."""


@dataclass(frozen=True, slots=True)
class Line:
    """The branch that is applied, with the workflow that applies it."""

    repository: str
    """As `owner/name`."""
    branch: str
    workflow: str
    """The file of the workflow that applies, for example `.github/workflows/apply.yml`."""


@dataclass(frozen=True, slots=True)
class Covered:
    """A later commit was applied with success, and what was merged before it with it."""

    by: str
    """The later commit."""


def applied_last(github: GitHub, line: Line) -> str | None:
    """Return the commit that was applied last with success; None if none is known."""
    return next((run.head_sha for run in _apply_runs(github, line) if run.conclusion == "success"), None)


def since_last_applied(github: GitHub, line: Line, head: str) -> CommitRange | Covered | None:
    """Return the range from the commit that was last applied with success to `head`; None if none is known.

    The range has no base if the branch was moved away from that commit. Raise `Refused` if a commit that comes after
    `head` may have been applied in part: going back would not apply what was merged.
    """
    failed, found = list[Run](), None
    for run in _apply_runs(github, line):
        if run.conclusion != "success":
            failed.append(run)
            continue
        found = between(github, run.head_sha, head)
        if found.leads_back and _is_on_branch(github, line.branch, run.head_sha):
            return Covered(run.head_sha)
        break
    before = {head, *(() if found is None else found.commits)}
    _refuse_if_begun(github, head, [run for run in failed if run.head_sha not in before])
    return None if found is None else replace(found, begun=bool(failed))


def _is_on_branch(github: GitHub, branch: str, commit: str) -> bool:
    """Return whether a commit is on a branch.

    It may not be if the branch was moved back. And GitHub names the branch of a run for a tag by the tag, which anybody
    who may push can call as the branch is called, with a workflow of their own.
    """
    tip = github.branch_tip(branch)
    return tip is not None and github.ancestry(commit, tip.sha) in _STANDS_ON


def _refuse_if_begun(github: GitHub, head: str, failed: Iterable[Run]) -> None:
    """Raise `Refused` if one of these runs may have applied a part of a commit that comes after `head`."""
    ancestry: dict[str, Ancestry | None] = {}
    for run in failed:
        if run.head_sha not in ancestry:
            ancestry[run.head_sha] = github.ancestry(run.head_sha, head)
        if ancestry[run.head_sha] is Ancestry.BEHIND and may_have_written(github, run):
            raise Refused(
                f"commit {run.head_sha[:10]}, which comes after {head[:10]}, was already applied, at least in part",
                hint="run the workflow on the newest commit of the default branch",
            )


def _apply_runs(github: GitHub, line: Line) -> Iterator[Run]:
    """Yield the runs that applied, or may have in part, newest first; none if GitHub has no such workflow."""
    newest = _runs(github, line, "completed")
    yield from (run for run in newest if _may_have_applied(run, line))
    if len(newest) == _MOST_RUNS:  # after so many that failed, the last success is asked for by itself
        yield from (run for run in _runs(github, line, "success") if _may_have_applied(run, line))


def _runs(github: GitHub, line: Line, status: str) -> list[Run]:
    file = line.workflow.rpartition("/")[2]
    try:
        return list(islice(github.runs_of_workflow(file, branch=line.branch, status=status), _MOST_RUNS))
    except Rejected as error:
        if error.status == 404:
            return []
        raise


def _may_have_applied(run: Run, line: Line) -> bool:
    where = (run.workflow_path, run.head_repository, run.head_branch)
    return (
        where == (line.workflow, line.repository, line.branch) and run.event in _APPLYING and run.conclusion in _BEGUN
    )
